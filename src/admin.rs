//! `postroom backup`, `export-user`, `forget-user`, `rotate-key`: what an administrator does with what is kept.

use std::{error::Error, path::Path};

use postroom::{
    net::Dialer,
    store::{Clock, Store, forget_uploads},
};

/// The store of a configuration, tried.
async fn open(file: Option<&Path>) -> Result<Store, Box<dyn Error>> {
    let config = crate::load(file)?;
    let store = Store::new(&config, Dialer::new(&config)?.tls(), Clock::default())?;
    store.check().await?;
    Ok(store)
}

pub(crate) async fn back_up(file: Option<&Path>, to: &Path) -> Result<(), Box<dyn Error>> {
    open(file).await?.back_up(to).await?;
    println!("The database was copied to {}. The key file is not in it: keep that elsewhere.", to.display());
    Ok(())
}

pub(crate) async fn export_user(file: Option<&Path>, name: &str) -> Result<(), Box<dyn Error>> {
    let export = open(file).await?.export(name).await?;
    println!("{}", serde_json::to_string_pretty(&export)?);
    Ok(())
}

pub(crate) async fn forget_user(file: Option<&Path>, name: &str) -> Result<(), Box<dyn Error>> {
    let n_rows = open(file).await?.forget(name).await?;
    forget_uploads(&crate::load(file)?, name)?;
    println!("{name}: {n_rows} rows were forgotten. Their mail stays on the mail server.");
    Ok(())
}

pub(crate) async fn rotate_key(file: Option<&Path>) -> Result<(), Box<dyn Error>> {
    let store = open(file).await?;
    store.keys().rotate()?;
    let n_sealed = store.reseal().await?;
    println!(
        "A new key seals from now on, and {n_sealed} secrets were sealed with it. Postroom need not be restarted. \
         The old keys stay in the key file; after a day, and once no backup needs them, every line but the first \
         can be deleted."
    );
    Ok(())
}
