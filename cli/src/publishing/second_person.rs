//! `onward-cli directory sign-endpoints` and `sign-root`: the other person looks, says yes, and signs, on their own machine.

use super::{
    changes,
    keys::{KeysAtHand, with_ending},
    text_in, write,
};
use crate::{CliError, Common, print_json};
use clap::Args;
use serde::{Deserialize, Serialize};
use serde_json::json;
use signed_feed::{
    keys::SigningKey,
    publish::{CollectedSignature, Review, RoleName, SigningRequest},
};
use std::{
    fmt::Write,
    path::{Path, PathBuf},
};
use store::Clock;

#[derive(Args)]
pub struct SignArguments {
    /// The request, as it was sent to you.
    request: PathBuf,
    #[command(flatten)]
    keys: KeysAtHand,
    /// The fingerprint of the directory, as you were given it in person: needed the first time that this key signs. It is remembered beside the key.
    #[arg(long, value_name = "HEX")]
    fingerprint: Option<String>,
    /// Do not ask. What would change is said all the same.
    #[arg(long)]
    yes: bool,
    /// Where the signature is written.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Which directory a key signs for, and what it has signed last: kept beside the key.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Remembered {
    fingerprint: String,
    endpoints_version: Option<u64>,
    /// The newest root that a request has shown as published.
    root_version: Option<u64>,
    root_signed: Option<SignedRoot>,
}

/// A number and what was signed under it: there is one root of each number.
#[derive(PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SignedRoot {
    version: u64,
    sha256: String,
}

pub fn endpoints(arguments: &SignArguments, common: &Common) -> Result<(), CliError> {
    sign(arguments, RoleName::Targets, common)
}

pub fn root(arguments: &SignArguments, common: &Common) -> Result<(), CliError> {
    sign(arguments, RoleName::Root, common)
}

fn sign(arguments: &SignArguments, role: RoleName, common: &Common) -> Result<(), CliError> {
    let [key_path] = arguments.keys.paths() else {
        return Err(CliError::Usage("Give one --key: your own.".to_owned()));
    };
    let request = SigningRequest::parse(&text_in(&arguments.request)?)?;
    let review = request.review(Clock::system().now())?;
    let memory_path = with_ending(key_path, ".seen.json");
    let before = remembered(&memory_path)?;
    is_the_directory(&review, before.as_ref(), arguments.fingerprint.as_deref())?;
    // What is remembered of another directory says nothing about this one.
    let before = before.filter(|it| review.fingerprint.as_ref() == Some(&it.fingerprint));
    let root = root_to_sign(&review)?;
    if let Some(before) = &before {
        goes_on(&review, root.as_ref(), before, &memory_path)?;
    }
    let words = in_words(&review, before.as_ref())?;
    if common.json {
        eprintln!("{words}");
    } else {
        say!("{words}");
    }
    if !arguments.yes && !said_yes()? {
        return Err(CliError::Usage("Nothing is signed.".to_owned()));
    }
    let keys = arguments.keys.open()?;
    let key = keys
        .first()
        .ok_or_else(|| CliError::Usage("Give your --key.".to_owned()))?;
    let signature = review.sign(role, key)?;
    let path = arguments.out.clone();
    let path = path.unwrap_or_else(|| signature_path(&arguments.request, key, role));
    let text = serde_json::to_string_pretty(&signature)
        .map_err(|error| CliError::Usage(error.to_string()))?;
    write(&path, &(text + "\n"))?;
    if let Some(fingerprint) = &review.fingerprint {
        let before = before.unwrap_or_default();
        let endpoints = review.targets.as_ref().map(|it| it.version.get());
        let signed_now = root.filter(|_| role == RoleName::Root);
        remember(
            &memory_path,
            &Remembered {
                fingerprint: fingerprint.clone(),
                endpoints_version: endpoints.or(before.endpoints_version),
                root_version: review.root_version,
                root_signed: signed_now.or(before.root_signed),
            },
        )?;
    }
    say_signature(&path, &signature, &review, common)
}

fn say_signature(
    path: &Path,
    signature: &CollectedSignature,
    review: &Review,
    common: &Common,
) -> Result<(), CliError> {
    if common.json {
        return print_json(&json!({
            "signature": path, "role": signature.role, "version": signature.role_version,
            "holder": signature.holder, "endpoint_changes": review.changes,
        }));
    }
    say!(
        "Signed by {}. Send {} back.",
        signature.holder,
        path.display()
    );
    Ok(())
}

/// The directory is the one that this key has signed before, or the one whose fingerprint was given.
fn is_the_directory(
    review: &Review,
    before: Option<&Remembered>,
    given: Option<&str>,
) -> Result<(), CliError> {
    // The first root has no directory yet; its holders and keys are what is looked at. Whoever has a directory makes no first root.
    let Some(found) = &review.fingerprint else {
        return match before {
            None if given.is_none() => Ok(()),
            _ => Err(CliError::Usage(
                "This request would begin another directory, and this key signs for one already: do not sign it."
                    .to_owned(),
            )),
        };
    };
    let plain = |text: &str| text.replace([' ', ':'], "").to_ascii_lowercase();
    let known = given
        .map(plain)
        .or_else(|| before.map(|it| it.fingerprint.clone()));
    match known {
        Some(known) if known == *found => Ok(()),
        Some(known) => Err(CliError::Usage(format!(
            "This request is of another directory ({found}) than yours ({known}): do not sign it."
        ))),
        None => Err(CliError::Usage(format!(
            "This key has signed nothing yet. The request is of the directory with the fingerprint {found}. Compare it with what you were given when the \
             directory began, and give that with --fingerprint."
        ))),
    }
}

fn root_to_sign(review: &Review) -> Result<Option<SignedRoot>, CliError> {
    let digest = review.root_digest()?;
    Ok(review
        .root
        .as_ref()
        .zip(digest)
        .map(|(root, sha256)| SignedRoot {
            version: root.version.get(),
            sha256,
        }))
}

/// The request begins where this key left off: keys that a newer root took out count no more, and a number is given to one root only.
fn goes_on(
    review: &Review,
    root: Option<&SignedRoot>,
    before: &Remembered,
    memory: &Path,
) -> Result<(), CliError> {
    let (shown, known) = (review.root_version, before.root_version);
    if shown < known {
        return Err(CliError::Usage(format!(
            "This request leaves out what has been published: its newest root is version {}, and you have seen version {}. Do not sign it.",
            shown.unwrap_or(0),
            known.unwrap_or(0)
        )));
    }
    if let (Some(root), Some(signed)) = (root, &before.root_signed)
        && root.version <= signed.version
        && root != signed
    {
        return Err(CliError::Usage(format!(
            "You have signed another root as version {}, and this would be version {}. Ask the others what became of yours. If it was given up, and all who \
             signed it say so, delete {} and give the directory's --fingerprint again.",
            signed.version,
            root.version,
            memory.display()
        )));
    }
    Ok(())
}

fn in_words(review: &Review, before: Option<&Remembered>) -> Result<String, CliError> {
    let mut text = String::new();
    if let Some(fingerprint) = &review.fingerprint {
        let _ = writeln!(text, "Directory with the fingerprint {fingerprint}");
    }
    if let Some(targets) = &review.targets {
        let published = review.published_version.unwrap_or(0);
        let _ = writeln!(
            text,
            "Version {} of the endpoints, after the published version {published}; {} endpoints in all. Good until {}.",
            targets.version,
            review.endpoints.len(),
            store::clock::local_date(targets.expires)
        );
        if let Some(signed) = before.and_then(|it| it.endpoints_version)
            && signed != published
        {
            let _ = writeln!(
                text,
                "LOOK: you signed version {signed} last, and version {published} is what this begins from. Ask what became of yours."
            );
        }
        text += &changes::in_words(&review.changes, &review.endpoints);
        if !review.changes.is_empty() {
            text += "Ring each of these services at a number that you had before this request.\n";
        }
    }
    if let Some(root) = &review.root {
        let _ = writeln!(
            text,
            "Version {} of the root, good until {}. Keys that come in and go out:",
            root.version,
            store::clock::local_date(root.expires)
        );
    }
    text += &changes::keys_in_words(&review.keys_in, &review.keys_out)?;
    Ok(text.trim_end().to_owned())
}

fn said_yes() -> Result<bool, CliError> {
    eprintln!("Is each of these right? Type yes to sign:");
    let mut line = String::new();
    std::io::stdin()
        .read_line(&mut line)
        .map_err(|source| CliError::Input {
            path: "-".to_owned(),
            source,
        })?;
    Ok(line.trim().eq_ignore_ascii_case("yes"))
}

fn signature_path(request: &Path, key: &SigningKey, role: RoleName) -> PathBuf {
    let name: String = key
        .holder()
        .to_lowercase()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect();
    let role = if role == RoleName::Root {
        "root"
    } else {
        "endpoints"
    };
    let stem = request
        .file_name()
        .and_then(|it| it.to_str())
        .unwrap_or("request");
    let stem = stem.strip_suffix(".request.json").unwrap_or(stem);
    request.with_file_name(format!("{stem}.{role}-by-{name}.json"))
}

fn remembered(path: &Path) -> Result<Option<Remembered>, CliError> {
    if !path.exists() {
        return Ok(None);
    }
    let read = serde_json::from_str(&text_in(path)?);
    read.map(Some).map_err(|error| {
        CliError::Usage(format!(
            "{} is damaged ({error}): delete it, and give the directory's --fingerprint again.",
            path.display()
        ))
    })
}

fn remember(path: &Path, now: &Remembered) -> Result<(), CliError> {
    let text =
        serde_json::to_string_pretty(now).map_err(|error| CliError::Usage(error.to_string()))?;
    write(path, &(text + "\n"))
}
