//! `onward-cli show`: one service with its criteria.

use crate::{CliError, Common, open, print_json};
use clap::Args;
use engine::{PatientFacts, not_open_code};
use services_directory::{criteria::CriterionOutcome, ids::OdsCode};

#[derive(Args)]
pub struct ShowArguments {
    /// The service's id, as `search` gives it.
    id: String,
    /// The patient's age in years.
    #[arg(long)]
    age: Option<u8>,
}

pub fn run(arguments: &ShowArguments, common: &Common) -> Result<(), CliError> {
    let engine = open(common)?;
    let catalogue = engine.catalogue()?;
    let practice = engine
        .practice_ods_code()?
        .and_then(|code| OdsCode::parse(&code).ok());
    let facts = PatientFacts {
        age: arguments.age,
        practice,
        ..PatientFacts::default()
    };
    let card = catalogue.card(&arguments.id, &facts, engine.store.clock.today())?;
    let criteria: Vec<_> = card
        .checks
        .iter()
        .map(|check| serde_json::json!({ "sentence": check.sentence, "known": check.known, "outcome": outcome(check.outcome) }))
        .collect();
    if common.json {
        return print_json(&serde_json::json!({
            "service": card.service,
            "organisation": card.organisation,
            "criteria": criteria,
            "address": card.endpoint.map(|endpoint| &endpoint.address),
            "not_open": card.not_open.as_ref().map(not_open_code),
        }));
    }
    say!(
        "{} ({})\n{}\n",
        card.service.name,
        card.organisation,
        card.service.description
    );
    say!("The service asks for:");
    for check in &card.checks {
        let known = check.known.as_deref().unwrap_or("-");
        say!(
            "  {}  |  {known}  |  {}",
            check.sentence,
            outcome(check.outcome)
        );
    }
    if let Some(endpoint) = card.endpoint {
        say!("\nReferrals go to {}", endpoint.address);
    } else {
        say!("\nReferrals are not sent from here.");
    }
    Ok(())
}

fn outcome(outcome: CriterionOutcome) -> &'static str {
    match outcome {
        CriterionOutcome::Met => "met",
        CriterionOutcome::NotMet => "not met",
        CriterionOutcome::NotKnown => "not known",
    }
}
