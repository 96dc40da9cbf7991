//! `onward-cli audit`, `erase` and `export`: the audit trail, erasing what is due, and the copy of everything for one patient.

use crate::{CliError, Common, open, print_json, text_of};
use clap::Args;
use referrals::{access::WhoIsAsked, patient::NhsNumber};
use std::path::PathBuf;
use store::audit::Verdict;

const A_PAGE: u32 = 50;

#[derive(Args)]
pub struct AuditArguments {
    /// How many of the newest acts to show.
    #[arg(long, default_value_t = A_PAGE)]
    last: u32,
}

#[derive(Args)]
pub struct EraseArguments {
    /// Erase what is due by the practice's retention; without it, nothing is done.
    #[arg(long, required = true)]
    due: bool,
}

#[derive(Args)]
pub struct ExportArguments {
    /// A file with the NHS number, or - for standard input: a number in an argument would stay in the history of the terminal.
    #[arg(long, value_name = "FILE")]
    nhs_number_file: String,
    /// A folder that the copy is written into, which must not exist yet: everything.html and everything.json. Without it, JSON is printed.
    #[arg(long, value_name = "DIR")]
    into: Option<PathBuf>,
}

/// Fails when the trail is not whole, so that a script sees it.
pub fn audit(arguments: &AuditArguments, common: &Common) -> Result<(), CliError> {
    let engine = open(common)?;
    let verdict = engine.verify_audit()?;
    let acts = engine.audit_trail(None, arguments.last)?;
    if common.json {
        let acts: Vec<_> = acts
            .iter()
            .map(|entry| {
                serde_json::json!({
                    "seq": entry.seq, "at": entry.at.to_string(), "actor": entry.actor,
                    "act": entry.act.as_str(), "subject": entry.subject, "detail": entry.detail,
                })
            })
            .collect();
        print_json(&serde_json::json!({ "verdict": verdict_json(&verdict), "acts": acts }))?;
    } else {
        for entry in acts.iter().rev() {
            let (act, at) = (entry.act.as_str(), entry.at);
            say!(
                "{:>6}  {at}  {}  {act}  {}  {}",
                entry.seq,
                entry.actor,
                entry.subject,
                entry.detail
            );
        }
        say!("{}", verdict_words(&verdict));
    }
    if verdict.is_whole() {
        Ok(())
    } else {
        Err(CliError::Usage(
            "The audit trail is not as it was written. Keep this computer as it is and ask your IT support.".to_owned(),
        ))
    }
}

fn verdict_words(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Whole { head, events } => format!(
            "Whole: {} rows, {events} events. The newest: {}",
            head.seq, head.hash
        ),
        Verdict::Tampered { at_seq, what, .. } => {
            format!("NOT WHOLE at row {at_seq}: {}", what.as_str())
        }
    }
}

fn verdict_json(verdict: &Verdict) -> serde_json::Value {
    match verdict {
        Verdict::Whole { head, events } => serde_json::json!({
            "whole": true, "rows": head.seq, "events": events, "hash": head.hash,
        }),
        Verdict::Tampered {
            at_seq,
            what,
            event,
        } => serde_json::json!({
            "whole": false, "at_seq": at_seq, "what": what.as_str(), "event": event,
        }),
    }
}

pub fn erase(_: &EraseArguments, common: &Common) -> Result<(), CliError> {
    let engine = open(common)?;
    let erased = engine.erase_due()?;
    if common.json {
        return print_json(&erased);
    }
    say!(
        "Erased of {} referrals: {} patients, {} letters, {} notes, {} messages. Drafts: {}.",
        erased.referrals,
        erased.patients,
        erased.letters,
        erased.notes,
        erased.messages,
        erased.drafts
    );
    Ok(())
}

pub fn export(arguments: &ExportArguments, common: &Common) -> Result<(), CliError> {
    // The number itself is never said back.
    let not_one = |error| CliError::Usage(format!("That is no NHS number: {error}."));
    let number = NhsNumber::parse(&text_of(&arguments.nhs_number_file)?).map_err(not_one)?;
    if let Some(folder) = &arguments.into
        && folder.exists()
    {
        let words = format!("{} is there already; name a new folder", folder.display());
        return Err(CliError::Usage(words));
    }
    let engine = open(common)?;
    let who = WhoIsAsked::Number(number);
    let Some(folder) = &arguments.into else {
        say!("{}", engine.copy_for_patient(&who)?.json);
        return Ok(());
    };
    let copy = engine.export_patient(&who, folder)?;
    let (referrals, drafts) = (
        copy.everything.referrals.len(),
        copy.everything.drafts.len(),
    );
    if common.json {
        return print_json(&serde_json::json!({ "referrals": referrals, "drafts": drafts }));
    }
    say!(
        "{referrals} referrals and {drafts} drafts, in {}",
        folder.display()
    );
    Ok(())
}
