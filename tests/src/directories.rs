//! Directories that differ from the starter directory in a few words.

#![allow(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "the crate is only for tests, which panic where something is not as it should be"
)]

use services_directory::feed::{Directory, FeedLimits};

pub const STARTER: &str = include_str!("../../services-directory/data/starter.jsonl");

/// The starter directory with a newer endpoint in the place of the Pain Platform's, whose record stays and is still valid.
pub fn superseded() -> String {
    let endpoint = STARTER
        .lines()
        .find(|line| line.starts_with("{\"kind\":\"endpoint\",\"id\":\"endpoint-pain-platform\""))
        .unwrap();
    let newer = endpoint
        .replace("endpoint-pain-platform", "endpoint-pain-platform-2")
        .replace("referrals@", "post@")
        .replace("2026-04-01", "2026-11-10")
        .replace(
            "\"verified\"",
            "\"supersedes\":\"endpoint-pain-platform\",\"verified\"",
        );
    let named = STARTER.replace(
        "\"endpoint\":\"endpoint-pain-platform\"",
        "\"endpoint\":\"endpoint-pain-platform-2\"",
    );
    assert_ne!(named, STARTER);
    format!("{}\n{newer}\n", named.trim_end())
}

/// The starter directory, one version on, with this text changed wherever it stands.
pub fn changed_directory(from: &str, to: &str) -> Directory {
    assert!(STARTER.contains(from), "{from}");
    let text = STARTER
        .replace(from, to)
        .replacen("\"version\":1,", "\"version\":2,", 1);
    Directory::read(text.as_bytes(), FeedLimits::default()).unwrap()
}
