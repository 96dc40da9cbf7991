//! What would change, in words: endpoints with the old and the new address below each other, and keys with their holders.

use super::keys::key_id;
use crate::CliError;
use serde_json::Value;
use services_directory::{
    ids::EndpointId,
    look_alike::{AddressWarning, KnownAddresses},
    model::Endpoint,
};
use signed_feed::{
    keys::PublicKey,
    publish::{EndpointChange, EndpointChanges},
};
use std::{collections::HashMap, fmt::Write};

/// Lines for a person, with what to look at twice. `all` are the endpoints as they would be.
pub fn in_words(changes: &EndpointChanges, all: &[Endpoint]) -> String {
    let former = || {
        changes.0.iter().filter_map(|change| match change {
            EndpointChange::Changed { was, .. } | EndpointChange::Gone { was } => Some(was),
            EndpointChange::New { .. } => None,
        })
    };
    let known = known_addresses(all.iter().chain(former()));
    let superseded: HashMap<&EndpointId, &Endpoint> =
        all.iter().chain(former()).map(|it| (&it.id, it)).collect();
    let mut text = String::new();
    let count =
        |wanted: fn(&EndpointChange) -> bool| changes.0.iter().filter(|it| wanted(it)).count();
    let [new, other, gone] = [
        count(|it| matches!(it, EndpointChange::New { .. })),
        count(|it| matches!(it, EndpointChange::Changed { .. })),
        count(|it| matches!(it, EndpointChange::Gone { .. })),
    ];
    let _ = writeln!(text, "Endpoints: {new} new, {other} changed, {gone} gone.");
    for change in &changes.0 {
        let _ = match change {
            EndpointChange::New { now } => {
                let before = now.supersedes.as_ref().and_then(|id| superseded.get(id));
                let before = before.map(|it| it.address.as_str());
                writeln!(
                    text,
                    "NEW      {} of {}\n  address  {}\n{}  {}",
                    now.id,
                    now.service_id,
                    now.address,
                    to_look_at(&known, &now.address, before),
                    checked(now)
                )
            }
            EndpointChange::Gone { was } => writeln!(
                text,
                "GONE     {} of {}\n  address  {}",
                was.id, was.service_id, was.address
            ),
            EndpointChange::Changed { was, now } => {
                text.push_str(&changed_in_words(was, now, &known));
                Ok(())
            }
        };
    }
    text
}

pub fn known_addresses<'a>(endpoints: impl Iterator<Item = &'a Endpoint>) -> KnownAddresses {
    let mut known = KnownAddresses::default();
    for endpoint in endpoints {
        known.add(&endpoint.address);
    }
    known
}

fn to_look_at(known: &KnownAddresses, address: &str, before: Option<&str>) -> String {
    let mut text = String::new();
    for warning in known.warnings(address, before) {
        let _ = writeln!(text, "  LOOK     {}", warning_in_words(&warning));
    }
    text
}

pub fn warning_in_words(warning: &AddressWarning) -> String {
    match warning {
        AddressWarning::LooksLike(other) => {
            format!("easily read as {other}, and is another address")
        }
        AddressWarning::OtherHost(former) => format!("the address before was at {former}"),
        AddressWarning::OutsideNhs => {
            "neither at nhs.net nor below nhs.uk or gov.uk: ask whether mail to it is encrypted on its way"
                .to_owned()
        }
        AddressWarning::MixedScripts => {
            "the name of its service is written with letters of several alphabets".to_owned()
        }
    }
}

fn changed_in_words(was: &Endpoint, now: &Endpoint, known: &KnownAddresses) -> String {
    let mut text = format!("CHANGED  {} of {}\n", now.id, now.service_id);
    if was.address == now.address {
        let _ = writeln!(text, "  address  {} (the same)", now.address);
    } else {
        let _ = writeln!(
            text,
            "  was      {}\n  now      {}\n           {}",
            was.address,
            now.address,
            marks(&was.address, &now.address)
        );
        text += &to_look_at(known, &now.address, Some(&was.address));
    }
    let fields = |endpoint: &Endpoint| match serde_json::to_value(endpoint) {
        Ok(Value::Object(fields)) => fields,
        _ => serde_json::Map::new(),
    };
    let before = fields(was);
    for (name, value) in fields(now) {
        let old = before.get(&name).unwrap_or(&Value::Null);
        if *old != value && name != "address" && name != "verified" {
            let _ = writeln!(text, "  {name}: was {old}, now {value}");
        }
    }
    let _ = writeln!(text, "  {}", checked(now));
    text
}

fn checked(endpoint: &Endpoint) -> String {
    let verified = &endpoint.verified;
    format!(
        "checked  by {}, {}, {}",
        verified.by, verified.on, verified.how
    )
}

/// A caret below each character of the new address between what both begin with and what both end with.
pub fn marks(was: &str, now: &str) -> String {
    let (was, now): (Vec<char>, Vec<char>) = (was.chars().collect(), now.chars().collect());
    let same =
        |pairs: &mut dyn Iterator<Item = (&char, &char)>| pairs.take_while(|(a, b)| a == b).count();
    let begin = same(&mut was.iter().zip(&now));
    let room = was.len().min(now.len()) - begin;
    let end = same(&mut was.iter().rev().zip(now.iter().rev())).min(room);
    let marked = (now.len() - begin - end).max(1);
    " ".repeat(begin) + &"^".repeat(marked)
}

pub fn keys_in_words(keys_in: &[PublicKey], keys_out: &[PublicKey]) -> Result<String, CliError> {
    let mut text = String::new();
    for (word, keys) in [("IN ", keys_in), ("OUT", keys_out)] {
        for key in keys {
            let _ = writeln!(
                text,
                "{word}  {:<9}  {}  {}",
                key.purpose.words(),
                key.holder,
                key_id(key)?
            );
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::marks;

    #[test]
    fn the_changed_characters_are_marked() {
        assert_eq!(marks("pain@a.example", "pa1n@a.example"), "  ^");
        assert_eq!(marks("pain@a.example", "pain@ab.example"), "      ^");
        assert_eq!(marks("pain@ab.example", "pain@a.example"), "      ^");
        assert_eq!(marks("aa@a.example", "aaa@a.example"), "  ^");
        assert_eq!(marks("x", "yy"), "^^");
    }
}
