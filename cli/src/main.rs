//! Onward without a window: the same engine from the command line, in plain words or as JSON.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this is the command line"
)]

/// Prints a line. Whoever reads may have gone (`… | head`), which is no reason to panic.
macro_rules! say {
    ($($words:tt)*) => {{
        use std::io::Write;
        let _ = writeln!(std::io::stdout(), $($words)*);
    }};
}
mod addresses;
mod directory;
mod importing;
mod mailbox;
mod outbox;
mod practice;
mod publishing;
mod read;
mod records;
mod refer;
mod search;
mod show;
mod sync;
mod unmet;

use clap::{Args, Parser, Subcommand};
use engine::{Engine, EngineError, Needs};
use referrals::people::{Pin, Right};
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};
use store::{Clock, DataFolder, UseMode};

/// Find local services and refer into them.
#[derive(Parser)]
#[command(name = "onward-cli", version)]
struct Onward {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

#[derive(Args)]
struct Common {
    /// Print JSON instead of words.
    #[arg(long, global = true)]
    json: bool,
    /// The data folder to work in; the demonstration's own without it.
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<PathBuf>,
    /// In real use: who acts, by their id (`practice show` lists them).
    #[arg(
        long = "as",
        global = true,
        value_name = "STAFF",
        requires = "pin_file"
    )]
    staff: Option<String>,
    /// A file with that person's PIN, or - for standard input: a PIN never stands on a command line.
    #[arg(long, global = true, value_name = "FILE", requires = "staff")]
    pin_file: Option<String>,
}

#[derive(Subcommand)]
enum Command {
    /// Find services by words, half words, or the name of a service.
    Search(search::SearchArguments),
    /// Show a service with its criteria.
    Show(show::ShowArguments),
    /// Needs for which nothing local was found, in the last 12 months.
    Unmet(unmet::UnmetArguments),
    /// Read a patient out of pasted text. Nothing is kept.
    Read(read::ReadArguments),
    /// Queue a referral. Another process, or `outbox send`, sends it.
    Refer(Box<refer::ReferArguments>),
    /// What waits, what went, and what needs a person.
    Outbox(outbox::OutboxArguments),
    /// The directory of services.
    Directory(directory::DirectoryArguments),
    /// Follow a published directory from now on, and load it.
    Enrol(sync::EnrolArguments),
    /// Ask for a newer version of the published directory.
    Sync(sync::SyncArguments),
    /// The practice and its staff.
    Practice(practice::PracticeArguments),
    /// The addresses that two people have to agree to before anything is sent there.
    Addresses(addresses::AddressesArguments),
    /// The mailbox from which referrals are sent.
    Mailbox(mailbox::MailboxArguments),
    /// Check the audit trail, row by row, and show its newest acts.
    Audit(records::AuditArguments),
    /// Erase what identifies the patients of referrals that ended long enough ago.
    Erase(records::EraseArguments),
    /// A copy of everything that is held about one patient.
    Export(records::ExportArguments),
}

/// What ends a command early: said in words, and as {"error": {"code", "message"}} with --json.
#[derive(Debug, thiserror::Error)]
enum CliError {
    #[error("{0}")]
    Engine(#[from] EngineError),
    #[error("{source} The newest good backup is of {made_at}: {}", .backup.display())]
    Records {
        source: Box<EngineError>,
        backup: PathBuf,
        made_at: String,
    },
    #[error("{path} could not be read: {source}")]
    Input {
        path: String,
        source: std::io::Error,
    },
    #[error("{} could not be written: {source}", path.display())]
    Output {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{0}")]
    Publish(#[from] signed_feed::publish::PublishError),
    #[error("{0}")]
    Usage(String),
    /// Everything was said already, in words or as JSON.
    #[error("")]
    Said(&'static str),
}

impl CliError {
    fn code(&self) -> &'static str {
        match self {
            Self::Engine(error) => error.code(),
            Self::Records { source, .. } => source.code(),
            Self::Input { .. } => "input",
            Self::Output { .. } => "output",
            Self::Publish(error) => error.code(),
            Self::Usage(_) => "usage",
            Self::Said(code) => code,
        }
    }
}

impl From<referrals::ReferralError> for CliError {
    fn from(error: referrals::ReferralError) -> Self {
        Self::Engine(error.into())
    }
}

impl From<signed_feed::keys::KeyError> for CliError {
    fn from(error: signed_feed::keys::KeyError) -> Self {
        Self::Publish(error.into())
    }
}

fn main() -> ExitCode {
    engine::crash::leave_nothing_of_the_memory();
    // One provider of TLS in the whole program; a second would make rustls refuse to choose.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let onward = Onward::parse();
    match run(onward.command, &onward.common) {
        Ok(()) => ExitCode::SUCCESS,
        Err(CliError::Said(_)) => ExitCode::FAILURE,
        Err(error) => {
            if onward.common.json {
                say!(
                    "{}",
                    serde_json::json!({ "error": { "code": error.code(), "message": error.to_string() } })
                );
            } else {
                eprintln!("onward-cli: {error}");
            }
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command, common: &Common) -> Result<(), CliError> {
    match command {
        Command::Search(arguments) => search::run(&arguments, common),
        Command::Show(arguments) => show::run(&arguments, common),
        Command::Unmet(arguments) => unmet::run(&arguments, common),
        Command::Read(arguments) => read::run(&arguments, common),
        Command::Refer(arguments) => refer::run(&arguments, common),
        Command::Outbox(arguments) => outbox::run(&arguments, common),
        Command::Directory(arguments) => directory::run(&arguments, common),
        Command::Enrol(arguments) => sync::enrol(&arguments, common),
        Command::Sync(arguments) => sync::sync(&arguments, common),
        Command::Practice(arguments) => practice::run(&arguments, common),
        Command::Addresses(arguments) => addresses::run(&arguments, common),
        Command::Mailbox(arguments) => mailbox::run(&arguments, common),
        Command::Audit(arguments) => records::audit(&arguments, common),
        Command::Erase(arguments) => records::erase(&arguments, common),
        Command::Export(arguments) => records::export(&arguments, common),
    }
}

/// Opens the folder for what it already is, as the person that --as names; a fresh one becomes a demonstration.
fn open(common: &Common) -> Result<Engine, CliError> {
    let engine = open_signed_out(common)?;
    sign_in(&engine, common)?;
    Ok(engine)
}

fn open_signed_out(common: &Common) -> Result<Engine, CliError> {
    let unnamed = || {
        CliError::Usage(
            "This computer names no folder for programs' data. Name one with --data DIR."
                .to_owned(),
        )
    };
    let data = match &common.data {
        Some(data) => data.clone(),
        None => engine::data_folder(UseMode::Demonstration).ok_or_else(unnamed)?,
    };
    let mode = DataFolder::mode_of(&data)
        .map_err(EngineError::from)?
        .unwrap_or(UseMode::Demonstration);
    let opened = Engine::open(&data, mode, Clock::system());
    let (engine, unseen_key) = opened.map_err(|error| with_newest_backup(error, &data))?;
    // Only the set-up shows a recovery key; until it has, the records are not finished.
    if unseen_key.is_some() {
        let how = "The set-up of this folder was not finished. Go on with: onward-cli practice set FILE --real";
        return Err(CliError::Usage(how.to_owned()));
    }
    Ok(engine)
}

/// Records that do not open are an error that names the backup to put in their place.
fn with_newest_backup(source: EngineError, data: &Path) -> CliError {
    if !source.can_be_recovered() {
        return source.into();
    }
    match Engine::newest_backup(data) {
        Some(newest) => CliError::Records {
            made_at: newest.note.made_at.to_string(),
            backup: newest.path,
            source: Box::new(source),
        },
        None => source.into(),
    }
}

/// As the person that --as names; answers the PIN, which standard input gives only once. Without --as only what needs no right can be done in real use.
fn sign_in(engine: &Engine, common: &Common) -> Result<Option<Pin>, CliError> {
    let (Some(staff), Some(file)) = (&common.staff, &common.pin_file) else {
        return Ok(None);
    };
    let pin = Pin::typed(&text_of(file)?);
    engine.sign_in(staff, &pin)?;
    Ok(Some(pin))
}

/// Who acts, if they may.
fn actor(engine: &Engine, right: Right) -> Result<String, CliError> {
    Ok(engine.allow(Needs::Right(right))?)
}

/// A file's text, or standard input's for "-".
fn text_of(path: &str) -> Result<String, CliError> {
    let bytes = if path == "-" {
        std::io::read_to_string(std::io::stdin()).map(String::into_bytes)
    } else {
        std::fs::read(path)
    };
    let bytes = bytes.map_err(|source| CliError::Input {
        path: path.to_owned(),
        source,
    })?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn print_json(value: &impl serde::Serialize) -> Result<(), CliError> {
    let text = serde_json::to_string(value).map_err(|error| CliError::Usage(error.to_string()))?;
    say!("{text}");
    Ok(())
}
