//! What would change, in words: endpoints with the old and the new address below each other, and keys with their holders.

use super::keys::key_id;
use crate::CliError;
use serde_json::Value;
use services_directory::model::Endpoint;
use signed_feed::{
    keys::PublicKey,
    publish::{EndpointChange, EndpointChanges},
};
use std::fmt::Write;

/// Lines for a person; empty when no endpoint changes.
pub fn in_words(changes: &EndpointChanges) -> String {
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
            EndpointChange::New { now } => writeln!(
                text,
                "NEW      {} of {}\n  address  {}\n  {}",
                now.id,
                now.service_id,
                now.address,
                checked(now)
            ),
            EndpointChange::Gone { was } => writeln!(
                text,
                "GONE     {} of {}\n  address  {}",
                was.id, was.service_id, was.address
            ),
            EndpointChange::Changed { was, now } => {
                text.push_str(&changed_in_words(was, now));
                Ok(())
            }
        };
    }
    text
}

fn changed_in_words(was: &Endpoint, now: &Endpoint) -> String {
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
