//! `onward-cli read`: the patient in a pasted text, as one object. No data folder is opened and nothing is kept.

use crate::{CliError, Common, print_json, text_of};
use clap::Args;
use referrals::intake::{self, PatientJson};
use store::Clock;

#[derive(Args)]
pub struct ReadArguments {
    /// A file, or - for standard input.
    file: String,
}

pub fn run(arguments: &ReadArguments, common: &Common) -> Result<(), CliError> {
    let text = text_of(&arguments.file)?;
    let patient = PatientJson::from(&intake::read(&text, Clock::system().today()));
    if common.json {
        return print_json(&patient);
    }
    let text = serde_json::to_string_pretty(&patient)
        .map_err(|error| CliError::Usage(error.to_string()))?;
    say!("{text}");
    Ok(())
}
