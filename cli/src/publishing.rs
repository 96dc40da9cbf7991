//! `onward-cli directory …` for a curator: keys, a published directory as static files, a second person's signature, and what keeps it alive.
//!
//! Nothing here opens a data folder. Passphrases come from a file or from standard input.

mod ask;
mod changes;
mod check;
mod keys;
mod publication;
mod rotation;
mod second_person;
mod upkeep;

use crate::{CliError, Common, print_json};
use clap::{Args, Subcommand};
use keys::KeyArguments;
use serde_json::{Value, json};
use signed_feed::{
    keys::SigningKey,
    publish::{CollectedSignature, Repository, SigningRequest},
};
use std::path::{Path, PathBuf};

#[derive(Subcommand)]
pub enum PublishingCommand {
    /// Make a signing key, sealed under a passphrase; beside it, its public half to hand to the others.
    Key(KeyArguments),
    /// Begin a directory: its root, from everybody's public keys, signed by two of the three who hold a root key.
    Init(rotation::InitArguments),
    /// Say all that is wrong with a directory file, and what somebody should look at. Nothing is changed.
    Check(check::CheckArguments),
    /// Write an e-mail that shows a service its entry and asks what is wrong with it. The service needs no account.
    Ask(ask::AskArguments),
    /// Publish a directory file as static files. Changed addresses need a second person's signature first.
    Publish(publication::PublishArguments),
    /// As the second person: look at what would change, and sign the endpoints of a request.
    SignEndpoints(second_person::SignArguments),
    /// As another holder of a root key: look at who would hold which key, and sign the root of a request.
    SignRoot(second_person::SignArguments),
    /// Stop everything that would be sent to an address, or to an endpoint by its id, at once and without a second person.
    Revoke(upkeep::RevokeArguments),
    /// Say that what is published is still the newest. For cron, once a day; needs only the online key.
    Heartbeat(upkeep::HeartbeatArguments),
    /// Put other keys in the place of lost or stolen ones.
    Rotate(rotation::RotateArguments),
    /// Who holds which key, what is published, and until when it is good.
    Status(FolderArgument),
}

#[derive(Args)]
pub struct FolderArgument {
    /// The published folder, which the web host serves.
    #[arg(long, value_name = "DIR")]
    folder: PathBuf,
}

/// How people who sign apart from each other come together.
#[derive(Args)]
struct Apart {
    /// Where the request for the others is written; with --signature, the one that they have signed.
    #[arg(long, value_name = "FILE")]
    request: Option<PathBuf>,
    /// What another person's sign-endpoints or sign-root has written.
    #[arg(long, value_name = "FILE", requires = "request")]
    signature: Vec<PathBuf>,
}

impl Apart {
    fn signatures(&self) -> Result<Vec<CollectedSignature>, CliError> {
        let mut signatures = Vec::new();
        for path in &self.signature {
            let text = text_in(path)?;
            let signature = serde_json::from_str(&text).map_err(|error| {
                CliError::Usage(format!("{} is no signature: {error}", path.display()))
            })?;
            signatures.push(signature);
        }
        Ok(signatures)
    }

    /// The request that was signed, once there are signatures to it.
    fn signed_request(&self) -> Result<Option<SigningRequest>, CliError> {
        match &self.request {
            Some(path) if !self.signature.is_empty() => {
                Ok(Some(SigningRequest::parse(&text_in(path)?)?))
            }
            _ => Ok(None),
        }
    }
}

/// Keys without those by which it is signed already: nobody signs twice.
fn still_to_sign(keys: &[SigningKey], collected: &[CollectedSignature]) -> Vec<SigningKey> {
    let has_signed = |key: &SigningKey| {
        let id = key.public().key_id().ok();
        collected
            .iter()
            .any(|it| Some(&it.signature.keyid) == id.as_ref())
    };
    keys.iter()
        .filter(|key| !has_signed(key))
        .cloned()
        .collect()
}

pub fn run(command: &PublishingCommand, common: &Common) -> Result<(), CliError> {
    match command {
        PublishingCommand::Key(arguments) => keys::run(arguments, common),
        PublishingCommand::Init(arguments) => rotation::init(arguments, common),
        PublishingCommand::Check(arguments) => check::run(arguments, common),
        PublishingCommand::Ask(arguments) => ask::run(arguments, common),
        PublishingCommand::Publish(arguments) => publication::run(arguments, common),
        PublishingCommand::SignEndpoints(arguments) => second_person::endpoints(arguments, common),
        PublishingCommand::SignRoot(arguments) => second_person::root(arguments, common),
        PublishingCommand::Revoke(arguments) => upkeep::revoke(arguments, common),
        PublishingCommand::Heartbeat(arguments) => upkeep::heartbeat(arguments, common),
        PublishingCommand::Rotate(arguments) => rotation::rotate(arguments, common),
        PublishingCommand::Status(arguments) => upkeep::status(arguments, common),
    }
}

fn text_in(path: &Path) -> Result<String, CliError> {
    std::fs::read_to_string(path).map_err(|source| CliError::Input {
        path: path.display().to_string(),
        source,
    })
}

fn write(path: &Path, text: &str) -> Result<(), CliError> {
    std::fs::write(path, text).map_err(|source| CliError::Output {
        path: path.to_path_buf(),
        source,
    })
}

/// Until when what is published is good, by role.
fn lives(repository: &Repository) -> Result<Value, CliError> {
    let published = repository.published();
    Ok(json!({
        "root": repository.root()?.expires,
        "endpoints": published.map(|it| it.targets.signed.expires),
        "services": published.map(|it| it.services.signed.expires),
        "snapshot": published.map(|it| it.snapshot.signed.expires),
        "timestamp": published.map(|it| it.timestamp.signed.expires),
    }))
}

/// What people have to do before a life ends, said 30 days ahead.
fn warnings(repository: &Repository) -> Result<Vec<String>, CliError> {
    const AHEAD: jiff::SignedDuration = jiff::SignedDuration::from_hours(30 * 24);
    let now = store::Clock::system().now();
    let published = repository.published();
    let lives = [
        (
            Some(repository.root()?.expires),
            "root",
            "`onward-cli directory rotate`, by two holders of a root key",
        ),
        (
            published.map(|it| it.targets.signed.expires),
            "endpoints",
            "`onward-cli directory publish --renew`, by two people",
        ),
        (
            published.map(|it| it.services.signed.expires),
            "services",
            "`onward-cli directory publish`",
        ),
    ];
    Ok(lives
        .into_iter()
        .filter_map(|(end, what, how)| {
            let end = end.filter(|end| end.duration_since(now) < AHEAD)?;
            let day = store::clock::local_date(end);
            let ends = if end > now { "ends" } else { "ended" };
            Some(format!(
                "The signature over the {what} {ends} on {day}: renew it with {how}."
            ))
        })
        .collect())
}

/// Says what was written for the others, and what they do with it.
fn say_request(
    path: &Path,
    command: &str,
    signed_by: &[String],
    common: &Common,
) -> Result<(), CliError> {
    if common.json {
        return print_json(&json!({
            "published": false, "request": path, "signed_by": signed_by, "sign_with": command,
        }));
    }
    say!("Nothing is published yet: this needs another person's signature.");
    if !signed_by.is_empty() {
        say!("Signed by {} already.", signed_by.join(", "));
    }
    say!(
        "They run:  onward-cli directory {command} {} --key THEIR-KEY",
        path.display()
    );
    say!(
        "Then give the same command as now once more, with  --request {} --signature THEIR-FILE",
        path.display()
    );
    Ok(())
}
