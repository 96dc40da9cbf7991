//! Directories that differ from the starter directory in a few words.

#![allow(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "the crate is only for tests, which panic where something is not as it should be"
)]

use services_directory::feed::{Directory, FeedLimits};

pub const STARTER: &str = include_str!("../../services-directory/data/starter.jsonl");

/// The starter directory, one version on, with this text changed wherever it stands.
pub fn changed_directory(from: &str, to: &str) -> Directory {
    assert!(STARTER.contains(from), "{from}");
    let text = STARTER
        .replace(from, to)
        .replacen("\"version\":1,", "\"version\":2,", 1);
    Directory::read(text.as_bytes(), FeedLimits::default()).unwrap()
}
