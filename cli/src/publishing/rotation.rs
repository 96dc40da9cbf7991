//! `onward-cli directory init` and `rotate`: who holds which key, signed by two of those who hold a root key.

use super::{
    Apart, FolderArgument, changes,
    keys::{KeysAtHand, key_id},
    say_request, still_to_sign, text_in, warnings, write,
};
use crate::{CliError, Common, print_json};
use clap::Args;
use serde_json::json;
use signed_feed::{
    keys::PublicKey,
    publish::{
        Keyring, ProposedRotation, PublishError, Repository, RoleName, Signers, SigningRequest,
        holders_of,
    },
};
use std::path::PathBuf;
use store::Clock;

#[derive(Args)]
pub struct InitArguments {
    #[command(flatten)]
    folder: FolderArgument,
    /// Everybody's public keys: three for the root, two or more for endpoints, one or more for services, one online.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    public: Vec<PathBuf>,
    #[command(flatten)]
    keys: KeysAtHand,
    #[command(flatten)]
    apart: Apart,
}

#[derive(Args)]
pub struct RotateArguments {
    #[command(flatten)]
    folder: FolderArgument,
    /// The id (or the beginning of it) of a key that is to count no longer, as `directory status` lists them.
    #[arg(long, value_name = "KEY-ID")]
    take_out: Vec<String>,
    /// The public half of a key that is to count from now on.
    #[arg(long, value_name = "FILE")]
    put_in: Vec<PathBuf>,
    #[command(flatten)]
    keys: KeysAtHand,
    #[command(flatten)]
    apart: Apart,
}

fn public_keys(paths: &[PathBuf]) -> Result<Vec<PublicKey>, CliError> {
    let mut keys = Vec::new();
    for path in paths {
        keys.push(PublicKey::parse(&text_in(path)?)?);
    }
    Ok(keys)
}

pub fn init(arguments: &InitArguments, common: &Common) -> Result<(), CliError> {
    let now = Clock::system().now();
    let request = arguments.apart.signed_request()?;
    let asked = request
        .as_ref()
        .map(SigningRequest::proposed_root)
        .transpose()?;
    let root = match asked.flatten() {
        Some(root) => root,
        None => Keyring::new(public_keys(&arguments.public)?)?.first_root(now)?,
    };
    let mut collected = arguments.apart.signatures()?;
    collected.extend(request.iter().flat_map(|it| it.signatures.clone()));
    let keys = still_to_sign(&arguments.keys.open()?, &collected);
    let signers = Signers {
        keys: &keys,
        collected: &collected,
    };
    let repository = match Repository::create_with(&arguments.folder.folder, &root, &signers) {
        Ok(repository) => repository,
        Err(PublishError::SignaturesShort { by, .. }) if request.is_none() => {
            let request = SigningRequest::for_first_root(&root, &keys)?;
            let path = arguments.apart.request.clone();
            let path = path.unwrap_or_else(|| PathBuf::from("root-1.request.json"));
            write(&path, &request.to_text()?)?;
            return say_request(&path, "sign-root", &by, common);
        }
        Err(error) => return Err(error.into()),
    };
    let fingerprint = repository.fingerprint()?;
    if common.json {
        return print_json(&json!({
            "folder": repository.folder(), "fingerprint": fingerprint,
            "root_version": 1, "expires": repository.root()?.expires,
        }));
    }
    say!(
        "{}",
        changes::keys_in_words(&holders_of(&root), &[])?.trim_end()
    );
    say!(
        "The directory's fingerprint, by which practices enrol. Give it to them in person or on paper:"
    );
    say!("{fingerprint}");
    Ok(())
}

pub fn rotate(arguments: &RotateArguments, common: &Common) -> Result<(), CliError> {
    let now = Clock::system().now();
    let mut repository = Repository::open(&arguments.folder.folder)?;
    let request = arguments.apart.signed_request()?;
    let before = repository.holders()?;
    let proposed = if let Some(request) = &request {
        asked(request)?
    } else {
        let keys = Keyring::new(after_exchange(&before, arguments)?)?;
        repository.propose_rotation(&keys, now)?
    };
    let mut collected = arguments.apart.signatures()?;
    collected.extend(request.iter().flat_map(|it| it.signatures.clone()));
    let own = arguments.keys.open()?;
    let keys = still_to_sign(&own, &collected);
    let signers = Signers {
        keys: &keys,
        collected: &collected,
    };
    match repository.rotate(&proposed, &signers, now) {
        Ok(()) => {}
        Err(PublishError::SignaturesShort { role, by, .. })
            if request.is_none() && matches!(role, RoleName::Root | RoleName::Targets) =>
        {
            let request =
                repository.request(proposed.targets.as_ref(), Some(&proposed.root), &own)?;
            let version = proposed.root.version;
            let path = arguments.apart.request.clone();
            let path =
                path.unwrap_or_else(|| PathBuf::from(format!("root-{version}.request.json")));
            write(&path, &request.to_text()?)?;
            let command = if role == RoleName::Root {
                "sign-root"
            } else {
                "sign-endpoints"
            };
            return say_request(&path, command, &by, common);
        }
        Err(error) => return Err(error.into()),
    }
    say_rotated(&repository, &before, common)
}

fn asked(request: &SigningRequest) -> Result<ProposedRotation, CliError> {
    let root = request.proposed_root()?;
    let missing = || CliError::Usage("This request is not one of `rotate`.".to_owned());
    Ok(ProposedRotation {
        root: root.ok_or_else(missing)?,
        targets: request.proposed_targets()?,
    })
}

/// The keys that are there, less those that go, and those that come. None of either: the root is only signed for another 400 days.
fn after_exchange(
    before: &[PublicKey],
    arguments: &RotateArguments,
) -> Result<Vec<PublicKey>, CliError> {
    const SHORTEST: usize = 6;
    let mut keys = before.to_vec();
    for wanted in &arguments.take_out {
        let mut found = Vec::new();
        for (place, key) in keys.iter().enumerate() {
            if wanted.len() >= SHORTEST && key_id(key)?.starts_with(&wanted.to_ascii_lowercase()) {
                found.push(place);
            }
        }
        let [place] = found.as_slice() else {
            return Err(CliError::Usage(format!(
                "{wanted} names {} keys: copy the id of one from `onward-cli directory status`.",
                found.len()
            )));
        };
        keys.remove(*place);
    }
    keys.extend(public_keys(&arguments.put_in)?);
    Ok(keys)
}

fn say_rotated(
    repository: &Repository,
    before: &[PublicKey],
    common: &Common,
) -> Result<(), CliError> {
    let now = repository.holders()?;
    let without = |some: &[PublicKey], others: &[PublicKey]| -> Vec<PublicKey> {
        some.iter()
            .filter(|key| !others.contains(key))
            .cloned()
            .collect()
    };
    let (keys_in, keys_out) = (without(&now, before), without(before, &now));
    let root = repository.root()?;
    if common.json {
        return print_json(&json!({
            "root_version": root.version, "expires": root.expires,
            "in": keys_in, "out": keys_out, "warnings": warnings(repository)?,
        }));
    }
    say!(
        "{}",
        changes::keys_in_words(&keys_in, &keys_out)?.trim_end()
    );
    say!(
        "Version {} of the root, good until {}.",
        root.version,
        store::clock::local_date(root.expires)
    );
    say!(
        "Copy {} to the web host now, its timestamp.json last.",
        repository.folder().display()
    );
    Ok(())
}
