//! `onward-cli directory publish`: a directory file becomes static files, at once or after a second person's signature.

use super::{
    Apart, FolderArgument, changes, keys::KeysAtHand, lives, say_request, still_to_sign, warnings,
    write,
};
use crate::{CliError, Common, print_json, text_of};
use clap::Args;
use serde_json::json;
use services_directory::{
    ids::ServiceId,
    model::{Endpoint, TombstoneReason},
};
use signed_feed::publish::{
    EndpointChanges, Left, ProposedTargets, PublishError, Repository, RoleName, Signers,
};
use std::path::PathBuf;
use store::Clock;

#[derive(Args)]
pub struct PublishArguments {
    /// The whole directory: one record a line, with its endpoints (services-directory/schema).
    file: String,
    #[command(flatten)]
    folder: FolderArgument,
    #[command(flatten)]
    keys: KeysAtHand,
    #[command(flatten)]
    apart: Apart,
    /// Why a service that was published is no longer in the file: ID:closed, ID:withdrawn, ID:error, ID:merged:SUCCESSOR.
    #[arg(long, value_name = "ID:REASON[:SUCCESSOR]", value_parser = left)]
    left: Vec<Left>,
    /// Let the endpoints be signed again though none has changed: their signature lives 90 days.
    #[arg(long)]
    renew: bool,
}

fn left(text: &str) -> Result<Left, String> {
    let reasons = [
        ("closed", TombstoneReason::Closed),
        ("merged", TombstoneReason::Merged),
        ("withdrawn", TombstoneReason::Withdrawn),
        ("error", TombstoneReason::Error),
    ];
    // An id may hold a colon itself, so the reason is looked for.
    for (word, reason) in reasons {
        let (id, successor) = match text.split_once(&format!(":{word}:")) {
            Some((id, successor)) => (id, Some(successor)),
            None => match text.strip_suffix(&format!(":{word}")) {
                Some(id) => (id, None),
                None => continue,
            },
        };
        let id_of = |id: &str| ServiceId::parse(id).map_err(|error| error.to_string());
        return Ok(Left {
            id: id_of(id)?,
            reason,
            successor: successor.map(id_of).transpose()?,
        });
    }
    Err("write ID:closed, ID:withdrawn, ID:error or ID:merged:SUCCESSOR".to_owned())
}

pub fn run(arguments: &PublishArguments, common: &Common) -> Result<(), CliError> {
    let now = Clock::system().now();
    let text = text_of(&arguments.file)?;
    let mut repository = Repository::open(&arguments.folder.folder)?;
    let edition = repository.edition(&text, &arguments.left, now)?;
    let request = arguments.apart.signed_request()?;
    let mut collected = arguments.apart.signatures()?;
    let proposed = match &request {
        Some(request) => {
            collected.extend(request.signatures.iter().cloned());
            request.proposed_targets()?
        }
        None => repository.propose_targets(&edition, arguments.renew, now)?,
    };
    let was = repository.endpoints()?;
    let changes = EndpointChanges::between(&was, &edition.directory.endpoints);
    let keys = still_to_sign(&arguments.keys.open()?, &collected);
    let signers = Signers {
        keys: &keys,
        collected: &collected,
    };
    match repository.publish(&edition, proposed.as_ref(), &signers, now) {
        Ok(()) => {}
        Err(PublishError::SignaturesShort {
            role: RoleName::Targets,
            by,
            ..
        }) if request.is_none() => {
            return ask_the_second(
                arguments,
                &repository,
                (proposed.as_ref(), &edition.directory.endpoints),
                &keys,
                &by,
                common,
            );
        }
        Err(error) => return Err(error.into()),
    }
    let directory = &edition.directory;
    let warnings = warnings(&repository)?;
    if common.json {
        return print_json(&json!({
            "published": true,
            "version": directory.header.version,
            "services": directory.services.len(),
            "endpoints": directory.endpoints.len(),
            "tombstones": directory.tombstones.len(),
            "endpoint_changes": changes,
            "expires": lives(&repository)?,
            "warnings": warnings,
        }));
    }
    say!(
        "Published version {} of {}: {} services, {} endpoints.",
        directory.header.version,
        directory.header.name,
        directory.services.len(),
        directory.endpoints.len()
    );
    if !changes.is_empty() {
        let words = changes::in_words(&changes, &directory.endpoints);
        say!("{}", words.trim_end());
    }
    for warning in warnings {
        say!("{warning}");
    }
    say!(
        "Copy {} to the web host now, its timestamp.json last.",
        arguments.folder.folder.display()
    );
    Ok(())
}

fn ask_the_second(
    arguments: &PublishArguments,
    repository: &Repository,
    (proposed, endpoints): (Option<&ProposedTargets>, &[Endpoint]),
    keys: &[signed_feed::keys::SigningKey],
    by: &[String],
    common: &Common,
) -> Result<(), CliError> {
    let request = repository.request(proposed, None, keys)?;
    let version = proposed.map_or(0, |proposed| proposed.role.version.get());
    let path = arguments.apart.request.clone();
    let path = path.unwrap_or_else(|| PathBuf::from(format!("endpoints-{version}.request.json")));
    write(&path, &request.to_text()?)?;
    if !common.json {
        let words = changes::in_words(&request.changes, endpoints);
        say!("{}", words.trim_end());
    }
    say_request(&path, "sign-endpoints", by, common)
}
