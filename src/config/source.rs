//! Gathers what the file and the environment give, before any of it is understood.

use std::{collections::BTreeMap, fs, path::Path};

use super::{
    Error, Place,
    keys::{KEYS, Key},
};

/// What every variable of ours begins with.
const PREFIX: &str = "POSTROOM_";

/// One value as it was written, and where.
#[derive(Debug, Clone)]
pub(super) struct Given {
    pub(super) value: Value,
    pub(super) place: Place,
}

/// A list has several words; everything else is one word.
#[derive(Debug, Clone)]
pub(super) enum Value {
    One(String),
    Many(Vec<String>),
}

pub(super) type AllGiven = BTreeMap<&'static str, Given>;

pub(super) fn read_file(path: &Path, given: &mut AllGiven) -> Result<(), Error> {
    let text =
        fs::read_to_string(path).map_err(|source| Error::Unreadable { path: path.to_owned(), source })?;
    read_toml(&text, path, given)
}

pub(super) fn read_toml(text: &str, path: &Path, given: &mut AllGiven) -> Result<(), Error> {
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| Error::Syntax {
        path: path.to_owned(),
        problem: error.to_string(),
    })?;
    let place = Place::File(path.to_owned());
    let mut layer = BTreeMap::new();
    for (name, value) in table {
        add(&mut layer, &name, &place, |key| {
            to_value(value).ok_or_else(|| Error::Bad {
                key: key.name,
                place: place.clone(),
                problem: "must be a text, a number, true, false, or a list of texts".to_owned(),
            })
        })?;
    }
    given.extend(layer);
    Ok(())
}

pub(super) fn read_environment(
    environment: impl IntoIterator<Item = (String, String)>,
    given: &mut AllGiven,
) -> Result<(), Error> {
    let mut layer = BTreeMap::new();
    for (variable, value) in environment {
        let Some(name) = variable.strip_prefix(PREFIX) else { continue };
        let place = Place::Environment(variable.clone());
        add(&mut layer, &name.to_lowercase(), &place, |_| Ok(Value::One(value)))?;
    }
    given.extend(layer);
    Ok(())
}

/// `name` may be a key, or a key with `_file` at its end: the value then stands in that file.
fn add(
    layer: &mut AllGiven,
    name: &str,
    place: &Place,
    value: impl FnOnce(&'static Key) -> Result<Value, Error>,
) -> Result<(), Error> {
    let (key, value) = match (find(name), name.strip_suffix("_file").and_then(find)) {
        (Some(key), _) => (key, value(key)?),
        (None, Some(key)) => {
            let Value::One(path) = value(key)? else {
                let problem = format!("`{name}` must be the path of one file");
                return Err(Error::Bad { key: key.name, place: place.clone(), problem });
            };
            let text = fs::read_to_string(&path)
                .map_err(|source| Error::Unreadable { path: path.into(), source })?;
            // Editors end files with a line break; no value of ours does.
            (key, Value::One(text.trim_end_matches(['\r', '\n']).to_owned()))
        }
        (None, None) => {
            return Err(Error::UnknownKey {
                key: name.to_owned(),
                place: place.clone(),
                nearest: nearest(name),
            });
        }
    };
    match layer.insert(key.name, Given { value, place: place.clone() }) {
        None => Ok(()),
        Some(_) => Err(Error::Twice { key: key.name, place: place.clone() }),
    }
}

fn find(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.name == name)
}

/// The key that was probably meant; `None` where nothing is near.
fn nearest(name: &str) -> Option<&'static str> {
    KEYS.iter()
        .map(|key| (strsim::jaro_winkler(key.name, name), key.name))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, key)| key)
}

fn to_value(value: toml::Value) -> Option<Value> {
    if let toml::Value::Array(items) = value {
        return Some(Value::Many(items.into_iter().map(to_word).collect::<Option<_>>()?));
    }
    to_word(value).map(Value::One)
}

fn to_word(value: toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text),
        toml::Value::Integer(n) => Some(n.to_string()),
        toml::Value::Boolean(b) => Some(b.to_string()),
        toml::Value::Float(_) | toml::Value::Datetime(_) | toml::Value::Array(_) | toml::Value::Table(_) => {
            None
        }
    }
}
