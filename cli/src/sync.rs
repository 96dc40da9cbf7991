//! `onward-cli enrol` and `onward-cli sync`: following a published directory, with what is going on on standard error.

use crate::{CliError, Common, open, print_json, text_of};
use clap::Args;
use engine::{
    Engine, EngineError,
    refresh::{FeedStatus, Refreshed, WhereToEnrol},
};
use serde_json::json;
use services_directory::trust_table::Changes;
use signed_feed::source::{Progress, Step};
use std::{path::PathBuf, sync::Arc};

#[derive(Args)]
pub struct EnrolArguments {
    /// Where the directory is published: an https address.
    address: String,
    /// The fingerprint that the curators gave, by phone or on paper: 64 digits 0 to 9 and a to f. Spaces do not matter.
    #[arg(long)]
    fingerprint: String,
    /// This time read the files from a folder, a USB stick for instance; later refreshes use the address.
    #[arg(long, value_name = "FOLDER")]
    from: Option<PathBuf>,
    /// Believe only the certificate authority in this file (PEM): for a server on this computer.
    #[arg(long, value_name = "FILE")]
    authority: Option<String>,
}

#[derive(Args)]
pub struct SyncArguments {
    /// Read the files from a folder instead of the address: for a practice without a connection.
    #[arg(long, value_name = "FOLDER")]
    from: Option<PathBuf>,
    /// Say yes to a version that is held because it changes much.
    #[arg(long, conflicts_with_all = ["refuse_held", "from"])]
    accept_held: bool,
    /// Say no to it: the directory stays as it is until a newer version comes.
    #[arg(long, conflicts_with = "from")]
    refuse_held: bool,
}

pub fn enrol(arguments: &EnrolArguments, common: &Common) -> Result<(), CliError> {
    let engine = open(common)?;
    let authority_pem = arguments.authority.as_deref().map(text_of).transpose()?;
    let place = WhereToEnrol {
        address: arguments.address.clone(),
        fingerprint: arguments.fingerprint.clone(),
        authority_pem,
        from: arguments.from.clone(),
    };
    let done = engine.enrol_directory(&place, &progress())?;
    tell(&engine, done, common)
}

pub fn sync(arguments: &SyncArguments, common: &Common) -> Result<(), CliError> {
    let engine = open(common)?;
    let done = if arguments.accept_held || arguments.refuse_held {
        let status = engine.feed_status()?.ok_or(EngineError::NotEnrolled)?;
        let held = status.held.ok_or(EngineError::NothingHeld)?;
        engine.decide_held_changes(&held.publication, arguments.accept_held)?
    } else {
        engine.refresh_directory(arguments.from.as_deref(), &progress())?
    };
    tell(&engine, done, common)
}

/// On standard error, so that what comes out can be read by a program.
fn progress() -> Progress {
    Arc::new(|step| {
        let words = match step {
            Step::Asking => "asking what is new".to_owned(),
            Step::Fetched { path, bytes } => format!("{path}: {bytes} bytes"),
            // A line for each file is enough.
            Step::Fetching { .. } => return,
            Step::Verified => "signatures, versions and ends are right".to_owned(),
            Step::Applying { services } => format!("applying {services} services"),
        };
        eprintln!("{words}");
    })
}

fn tell(engine: &Engine, done: Refreshed, common: &Common) -> Result<(), CliError> {
    let status = engine.feed_status()?.ok_or(EngineError::NotEnrolled)?;
    if common.json {
        let (word, changes) = match done {
            Refreshed::NothingNew => ("nothing-new", None),
            Refreshed::Applied(changes) => ("applied", Some(changes)),
            Refreshed::Held(changes) => ("held", Some(changes)),
        };
        return print_json(&json!({
            "refresh": word, "changes": changes, "version": status.version, "address": status.address, "fingerprint": status.fingerprint,
            "expires_at": status.expires_at, "clock_warning": status.clock_warning,
        }));
    }
    match done {
        Refreshed::NothingNew => say!("Nothing new."),
        Refreshed::Applied(changes) => say!("Applied: {}.", in_words(&changes)),
        Refreshed::Held(changes) => say!(
            "Held for a person, because so much would change: {}. Look at it with the curators, then: onward-cli sync --accept-held, or --refuse-held",
            in_words(&changes)
        ),
    }
    say!("{}", state_in_words(&status));
    Ok(())
}

fn in_words(changes: &Changes) -> String {
    format!(
        "version {}; services {} new, {} changed, {} gone of {}; endpoints {} new, {} changed, {} gone of {}",
        changes.version,
        changes.services_new,
        changes.services_changed,
        changes.services_gone,
        changes.services_before,
        changes.endpoints_new,
        changes.endpoints_changed,
        changes.endpoints_gone,
        changes.endpoints_before,
    )
}

fn state_in_words(status: &FeedStatus) -> String {
    let version = status.version.map_or_else(
        || "No directory yet".to_owned(),
        |version| format!("Version {version}"),
    );
    let until = status
        .expires_at
        .map(|at| format!(", signed until {}", at.strftime("%-d-%b-%Y")))
        .unwrap_or_default();
    let clock = if status.clock_warning {
        " This computer's clock seems wrong: set it."
    } else {
        ""
    };
    format!("{version}{until}.{clock}")
}
