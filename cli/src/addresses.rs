//! `onward-cli addresses`: the addresses that nothing is sent to until two people of the practice have agreed, each with their own PIN.

use crate::{CliError, Common, open_signed_out, print_json, sign_in};
use clap::{Args, Subcommand};
use engine::{AddressLook, Engine, EngineError, refresh::NeedsPhoneCheck};
use referrals::desk::AddressToApprove;
use serde_json::json;
use services_directory::look_alike::{AddressWarning, Piece};
use std::str::FromStr;

#[derive(Args)]
pub struct AddressesArguments {
    #[command(subcommand)]
    command: Option<AddressesCommand>,
}

#[derive(Subcommand)]
enum AddressesCommand {
    /// List the addresses that wait, beside what was approved before, and the services to phone first (the same as no command).
    List,
    /// You have looked at these: the first of two people.
    Propose {
        /// As the list gives them.
        #[arg(required = true)]
        addresses: Vec<Shown>,
    },
    /// You agree to what somebody else has looked at: the second of two people.
    Approve {
        /// As the list gives them.
        #[arg(required = true)]
        addresses: Vec<Shown>,
    },
    /// You phoned the service, and it named this address.
    Phoned {
        /// As the list gives it.
        address: Shown,
        /// The number that you phoned: not one from the message that announced the change.
        #[arg(long)]
        number: String,
        /// Who answered.
        #[arg(long)]
        who_answered: String,
    },
}

/// An endpoint, and the digest of it as it was shown: if it changed since, the command does nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Shown {
    endpoint_id: String,
    digest: String,
}

impl FromStr for Shown {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (endpoint_id, digest) = text
            .rsplit_once('@')
            .ok_or("give it as `onward-cli addresses` lists it: ENDPOINT@DIGEST")?;
        Ok(Self {
            endpoint_id: endpoint_id.to_owned(),
            digest: digest.to_owned(),
        })
    }
}

pub fn run(arguments: &AddressesArguments, common: &Common) -> Result<(), CliError> {
    let engine = open_signed_out(common)?;
    let pin = sign_in(&engine, common)?;
    match arguments
        .command
        .as_ref()
        .unwrap_or(&AddressesCommand::List)
    {
        AddressesCommand::List => {}
        AddressesCommand::Propose { addresses } => engine.propose_addresses(&pairs(addresses))?,
        AddressesCommand::Approve { addresses } => {
            let (Some(staff), Some(pin)) = (&common.staff, &pin) else {
                let how = "Say who agrees: --as STAFF --pin-file FILE";
                return Err(CliError::Usage(how.to_owned()));
            };
            engine.approve_addresses(&pairs(addresses), staff, pin)?;
        }
        AddressesCommand::Phoned {
            address,
            number,
            who_answered,
        } => phoned(&engine, address, number, who_answered)?,
    }
    list(&engine, common)
}

fn pairs(addresses: &[Shown]) -> Vec<(String, String)> {
    addresses.iter().map(pair).collect()
}

fn pair(it: &Shown) -> (String, String) {
    (it.endpoint_id.clone(), it.digest.clone())
}

/// One call answers whichever question is open: is the new address right, or is a service of too old a directory still there.
fn phoned(engine: &Engine, it: &Shown, number: &str, who: &str) -> Result<(), CliError> {
    let shown = pair(it);
    let too_old = to_phone(engine)?
        .iter()
        .any(|of| (&of.endpoint_id, &of.digest) == (&shown.0, &shown.1));
    if too_old {
        engine.service_phoned(&shown, number, who)?;
    } else {
        engine.approve_by_phone(&shown, number, who)?;
    }
    Ok(())
}

/// Only those who keep the directory phone for it; a clinician has none.
fn to_phone(engine: &Engine) -> Result<Vec<NeedsPhoneCheck>, CliError> {
    match engine.phone_checks_needed() {
        Err(EngineError::NotYourRole) => Ok(Vec::new()),
        other => Ok(other?),
    }
}

fn list(engine: &Engine, common: &Common) -> Result<(), CliError> {
    let waiting = engine.addresses_to_approve()?;
    let looks = engine.looks(&waiting)?;
    let to_phone = to_phone(engine)?;
    if common.json {
        let rows: Vec<_> = waiting.iter().zip(&looks).map(as_json).collect();
        let to_phone: Vec<_> = to_phone
            .iter()
            .map(|it| json!({ "shown": token(&it.endpoint_id, &it.digest), "service": it.service_name, "phone": it.phone }))
            .collect();
        return print_json(&json!({ "to_approve": rows, "to_phone": to_phone }));
    }
    say!("{} to approve", waiting.len());
    for (it, look) in waiting.iter().zip(&looks) {
        say_address(it, look);
    }
    if !to_phone.is_empty() {
        say!("The directory is too old to believe. Phone before anything is sent to:");
    }
    for it in &to_phone {
        say_to_phone(it);
    }
    Ok(())
}

fn as_json((it, look): (&AddressToApprove, &AddressLook)) -> serde_json::Value {
    json!({
        "shown": token(&it.endpoint_id, &it.digest), "service": it.service_name, "address": it.address, "before": it.before,
        "proposed_by": it.proposed_by, "warnings": look.warnings.iter().map(in_words).collect::<Vec<_>>(),
    })
}

fn token(endpoint_id: &str, digest: &str) -> String {
    format!("{endpoint_id}@{digest}")
}

fn say_address(it: &AddressToApprove, look: &AddressLook) {
    say!("{}", it.service_name);
    if !look.before.is_empty() {
        say!("    was  {}", marked(&look.before));
    }
    say!("    now  {}", marked(&look.now));
    for warning in &look.warnings {
        say!("    ! {}", in_words(warning));
    }
    if let Some(who) = &it.proposed_by {
        say!("    looked at by {who}; somebody else has to agree");
    }
    say!("    {}", token(&it.endpoint_id, &it.digest));
}

fn say_to_phone(it: &NeedsPhoneCheck) {
    let phone = it.phone.as_deref().unwrap_or("no number in the directory");
    say!("{}, {phone}", it.service_name);
    say!("    {}", token(&it.endpoint_id, &it.digest));
}

/// What changed stands in brackets: a terminal may show no colours.
fn marked(pieces: &[Piece]) -> String {
    let piece = |it: &Piece| {
        if it.changed {
            format!("[{}]", it.text)
        } else {
            it.text.clone()
        }
    };
    pieces.iter().map(piece).collect()
}

fn in_words(warning: &AddressWarning) -> String {
    match warning {
        AddressWarning::LooksLike(other) => format!("easily taken for {other}"),
        AddressWarning::OtherHost(host) => format!("the address before was at {host}"),
        AddressWarning::OutsideNhs => {
            "outside nhs.net, nhs.uk and gov.uk: ask whether mail to it is encrypted".to_owned()
        }
        AddressWarning::MixedScripts => {
            "the service's name mixes letters of several alphabets".to_owned()
        }
    }
}
