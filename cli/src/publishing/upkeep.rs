//! `onward-cli directory revoke`, `heartbeat` and `status`.

use super::{
    FolderArgument,
    keys::{KeysAtHand, key_id},
    lives, warnings,
};
use crate::{CliError, Common, print_json};
use clap::Args;
use serde_json::json;
use services_directory::{ids::EndpointId, model::Endpoint, trust_table::StopList};
use signed_feed::publish::{Repository, Signers};
use store::Clock;

#[derive(Args)]
pub struct RevokeArguments {
    /// The address as it is published, or an endpoint's id.
    address: String,
    #[command(flatten)]
    folder: FolderArgument,
    #[command(flatten)]
    keys: KeysAtHand,
    /// Take it off the stop-list again.
    #[arg(long)]
    lift: bool,
    /// Also when no published endpoint has this address.
    #[arg(long)]
    unpublished: bool,
}

#[derive(Args)]
pub struct HeartbeatArguments {
    #[command(flatten)]
    folder: FolderArgument,
    #[command(flatten)]
    keys: KeysAtHand,
}

pub fn revoke(arguments: &RevokeArguments, common: &Common) -> Result<(), CliError> {
    let mut repository = Repository::open(&arguments.folder.folder)?;
    let endpoints = repository.endpoints()?;
    let wanted = arguments.address.trim();
    let meant: Vec<&Endpoint> = endpoints
        .iter()
        .filter(|it| it.address.eq_ignore_ascii_case(wanted) || it.id.as_str() == wanted)
        .collect();
    let mut list = repository.revoked()?;
    if arguments.lift {
        lift(&mut list, wanted, &meant)?;
    } else {
        if meant.is_empty() && !arguments.unpublished {
            return Err(CliError::Usage(format!(
                "No published endpoint has the address or the id {wanted}. Look at the spelling; --unpublished stops it all the same."
            )));
        }
        list.addresses
            .extend(meant.iter().map(|it| it.address.to_ascii_lowercase()));
        list.endpoints.extend(meant.iter().map(|it| it.id.clone()));
        if meant.is_empty() {
            // What has an @ or is a web address is one; anything else is an id.
            match EndpointId::parse(wanted) {
                Ok(id) if !wanted.contains("://") => list.endpoints.insert(id),
                _ => list.addresses.insert(wanted.to_ascii_lowercase()),
            };
        }
    }
    let keys = arguments.keys.open()?;
    repository.revoke(&list, &Signers::keys(&keys), Clock::system().now())?;
    if common.json {
        return print_json(&json!({
            "endpoints": list.endpoints, "addresses": list.addresses,
            "services": meant.iter().map(|it| &it.service_id).collect::<Vec<_>>(),
        }));
    }
    for endpoint in meant {
        say!(
            "{} of {}: {}",
            endpoint.id,
            endpoint.service_id,
            endpoint.address
        );
    }
    let what = if arguments.lift {
        "No longer stopped"
    } else {
        "Stopped"
    };
    say!(
        "{what}. {} addresses and {} endpoints are on the stop-list.",
        list.addresses.len(),
        list.endpoints.len()
    );
    say!(
        "Copy {} to the web host now: practices stop at their next refresh.",
        arguments.folder.folder.display()
    );
    Ok(())
}

fn lift(list: &mut StopList, wanted: &str, meant: &[&Endpoint]) -> Result<(), CliError> {
    let before = list.clone();
    list.addresses.remove(&wanted.to_ascii_lowercase());
    list.endpoints.retain(|id| id.as_str() != wanted);
    for endpoint in meant {
        list.addresses
            .remove(&endpoint.address.to_ascii_lowercase());
        list.endpoints.remove(&endpoint.id);
    }
    if *list == before {
        return Err(CliError::Usage(format!(
            "{wanted} is not on the stop-list."
        )));
    }
    Ok(())
}

pub fn heartbeat(arguments: &HeartbeatArguments, common: &Common) -> Result<(), CliError> {
    let mut repository = Repository::open(&arguments.folder.folder)?;
    let keys = arguments.keys.open()?;
    repository.heartbeat(&Signers::keys(&keys), Clock::system().now())?;
    let warnings = warnings(&repository)?;
    if common.json {
        return print_json(&json!({ "expires": lives(&repository)?, "warnings": warnings }));
    }
    if let Some(published) = repository.published() {
        say!("Good until {}.", published.timestamp.signed.expires);
    }
    for warning in warnings {
        say!("{warning}");
    }
    Ok(())
}

pub fn status(arguments: &FolderArgument, common: &Common) -> Result<(), CliError> {
    let repository = Repository::open(&arguments.folder)?;
    let mut holders = Vec::new();
    for key in repository.holders()? {
        holders.push((key.purpose, key.holder.clone(), key_id(&key)?));
    }
    holders.sort();
    let (root, published) = (repository.root()?, repository.published());
    let versions = json!({
        "root": root.version,
        "endpoints": published.map(|it| it.targets.signed.version),
        "services": published.map(|it| it.services.signed.version),
    });
    let (list, warnings) = (repository.revoked()?, warnings(&repository)?);
    if common.json {
        let keys: Vec<_> = holders
            .iter()
            .map(|(purpose, holder, id)| json!({ "purpose": purpose, "holder": holder, "id": id }))
            .collect();
        return print_json(&json!({
            "fingerprint": repository.fingerprint()?, "keys": keys, "versions": versions,
            "expires": lives(&repository)?, "stop_list": list, "warnings": warnings,
        }));
    }
    say!("fingerprint {}", repository.fingerprint()?);
    for (purpose, holder, id) in holders {
        say!("{:<9}  {id}  {holder}", purpose.words());
    }
    say!(
        "Root, version {}: good until {}",
        root.version,
        store::clock::local_date(root.expires)
    );
    if let Some(published) = published {
        let day = store::clock::local_date;
        say!(
            "Endpoints, version {}: good until {}",
            published.targets.signed.version,
            day(published.targets.signed.expires)
        );
        say!(
            "Services, version {}: good until {}",
            published.services.signed.version,
            day(published.services.signed.expires)
        );
        say!(
            "Timestamp: good until {}",
            day(published.timestamp.signed.expires)
        );
    } else {
        say!("Nothing is published yet.");
    }
    say!(
        "{} addresses and {} endpoints are on the stop-list.",
        list.addresses.len(),
        list.endpoints.len()
    );
    for warning in warnings {
        say!("{warning}");
    }
    Ok(())
}
