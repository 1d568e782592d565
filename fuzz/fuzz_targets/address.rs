//! What is taken for addresses has no control characters, reads back, and has a form for the wire.
#![no_main]

use libfuzzer_sys::fuzz_target;
use postroom::model::{AddressList, wire_form};

fuzz_target!(|typed: &str| {
    let Ok(list) = AddressList::parse(typed) else { return };
    let shown = list.to_string();
    assert!(!shown.contains(['\r', '\n', '\0']));
    assert_eq!(AddressList::parse(&shown).as_ref(), Ok(&list));
    for address in &list.0 {
        let wire = wire_form(&address.email);
        assert!(wire.rsplit_once('@').is_some_and(|(_, domain)| domain.is_ascii()));
        assert!(!wire.contains(char::is_control));
    }
});
