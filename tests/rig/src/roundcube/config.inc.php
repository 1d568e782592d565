<?php
// Roundcube before the rig's servers. `{name}`s are filled in by roundcube.rs; the rest is as Debian ships it.
$config = [];
$config['db_dsnw'] = 'sqlite:///{dir}/data/roundcube.sqlite?mode=0640';
$config['imap_host'] = '{imap}';
$config['smtp_host'] = '{submission}';
$config['smtp_user'] = '%u';
$config['smtp_pass'] = '%p';
$config['des_key'] = 'bench-key-24-characters!';
$config['log_dir'] = '{dir}/data/';
$config['temp_dir'] = '{dir}/data/';
$config['plugins'] = ['archive', 'zipdownload'];
$config['skin'] = 'elastic';
$config['enable_spellcheck'] = false;
$config['login_rate_limit'] = 100000;
