//! `onward-cli practice`: who the practice is and who works there; with --real, the making of its encrypted records.

use crate::{CliError, Common, actor, open, sign_in, text_of};
use clap::{Args, Subcommand};
use engine::{Engine, EngineError};
use referrals::{
    ReferralError,
    people::{Pin, Right, Role, StaffMember},
    practice_table::{self, PracticeDetails},
    staff_table,
};
use serde::Deserialize;
use services_directory::ids::OdsCode;
use std::path::PathBuf;
use store::{Clock, UseMode, recovery::RecoveryKey};

#[derive(Args)]
pub struct PracticeArguments {
    #[command(subcommand)]
    command: PracticeCommand,
}

#[derive(Subcommand)]
enum PracticeCommand {
    /// Set it from a JSON file: `ods_code`, name, phone, and staff, each with id, name, job (for letters) and role (clinician, admin or manager).
    Set {
        file: String,
        /// For real use: makes the encrypted records in a fresh folder and prints their recovery key, this once.
        #[arg(long)]
        real: bool,
    },
    /// Show it.
    Show,
    /// Copy the encrypted records into a new folder while they are in use. The recovery key opens the copy on any computer.
    BackUp { folder: PathBuf },
    /// Put a backup into a fresh folder (--data), open it with the printed recovery key, and hold what waited in its outbox for a person.
    Restore {
        backup: PathBuf,
        /// A file with the recovery key, or - for standard input.
        #[arg(long, value_name = "FILE")]
        recovery_key: String,
    },
    /// Set aside records that do not open, whole, and put a backup in their place. It opens with the key in this computer's keychain.
    PutBack { backup: PathBuf },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PracticeFile {
    ods_code: OdsCode,
    name: String,
    phone: String,
    staff: Vec<Staff>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Staff {
    id: String,
    name: String,
    /// As it stands on letters: "GP".
    job: String,
    /// "clinician", "admin" or "manager".
    role: String,
    /// Without one, the person signs in once somebody has set it in the window.
    pin: Option<String>,
}

pub fn run(arguments: &PracticeArguments, common: &Common) -> Result<(), CliError> {
    match &arguments.command {
        PracticeCommand::Set { file, real } => {
            let unreadable =
                |error| CliError::Usage(format!("{file} does not describe a practice: {error}"));
            let practice: PracticeFile =
                serde_json::from_str(&text_of(file)?).map_err(unreadable)?;
            if practice.staff.is_empty() {
                return Err(CliError::Usage(format!(
                    "{file} names nobody who works there: add at least one to staff"
                )));
            }
            let engine = if *real {
                open_real(common)?
            } else {
                open(common)?
            };
            set(&engine, practice)?;
            show(&engine)
        }
        PracticeCommand::Show => show(&open(common)?),
        PracticeCommand::BackUp { folder } => {
            let engine = open(common)?;
            let made = engine.back_up_to(folder)?;
            say!("{} rows, checked, in {}", made.rows, folder.display());
            Ok(())
        }
        PracticeCommand::Restore {
            backup,
            recovery_key,
        } => {
            let key = RecoveryKey::parse(&text_of(recovery_key)?).map_err(EngineError::from)?;
            show(&Engine::restore(
                &real_folder(common)?,
                backup,
                &key,
                Clock::system(),
            )?)
        }
        PracticeCommand::PutBack { backup } => show(&Engine::restore_over(
            &real_folder(common)?,
            backup,
            None,
            Clock::system(),
        )?),
    }
}

fn real_folder(common: &Common) -> Result<PathBuf, CliError> {
    let unnamed = || CliError::Usage("Name the folder for real use with --data DIR.".to_owned());
    common
        .data
        .clone()
        .or_else(|| engine::data_folder(UseMode::Real))
        .ok_or_else(unnamed)
}

fn open_real(common: &Common) -> Result<Engine, CliError> {
    let data = real_folder(common)?;
    let (engine, recovery_key) = Engine::open(&data, UseMode::Real, Clock::system())?;
    sign_in(&engine, common)?;
    if let Some(key) = recovery_key {
        say!("Recovery key: {}", key.printed());
        say!(
            "Print it and keep it in the practice's safe. It is shown only now, and opens the records if this computer is lost."
        );
        engine
            .store
            .recovery_key_was_shown()
            .map_err(EngineError::from)?;
    }
    Ok(engine)
}

fn set(engine: &Engine, practice: PracticeFile) -> Result<(), CliError> {
    let actor = actor(engine, Right::SetUp)?;
    let staff: Vec<(StaffMember, Option<Pin>)> = practice
        .staff
        .into_iter()
        .map(person)
        .collect::<Result<_, CliError>>()?;
    engine.set_practice(&PracticeDetails {
        ods_code: practice.ods_code.to_string(),
        name: practice.name,
        phone: practice.phone,
    })?;
    for (member, pin) in &staff {
        match pin {
            Some(pin) => engine.desk.add_staff(member, pin, &actor)?,
            None => engine.desk.add_staff_without_pin(member, &actor)?,
        }
    }
    Ok(())
}

fn person(of_file: Staff) -> Result<(StaffMember, Option<Pin>), CliError> {
    let unknown = || {
        let words = "is no role; the roles are clinician, admin and manager";
        CliError::Usage(format!("{} {words}", of_file.role))
    };
    let role = Role::parse(&of_file.role).ok_or_else(unknown)?;
    let pin = of_file.pin.as_deref().map(Pin::chosen).transpose();
    let pin = pin.map_err(ReferralError::from)?;
    Ok((
        StaffMember::new(of_file.id, of_file.name, of_file.job, role),
        pin,
    ))
}

fn show(engine: &Engine) -> Result<(), CliError> {
    let practice = engine.store.practice.read(practice_table::practice)?;
    let practice = practice.ok_or(EngineError::from(ReferralError::PracticeNotSet))?;
    say!(
        "{} ({}), phone {}",
        practice.name,
        practice.ods_code,
        practice.phone
    );
    for member in engine.store.practice.read(staff_table::here)? {
        say!(
            "  {}, {} ({})  [{}]",
            member.name,
            member.job,
            member.role.as_str(),
            member.id
        );
    }
    Ok(())
}
