//! `onward-cli show`: one service with its criteria.

use crate::{CliError, Common, open, print_json};
use clap::Args;
use engine::{Card, CardLinks, LinkedService, PatientFacts, not_open_code, not_open_detail};
use serde_json::{Value, json};
use services_directory::{criteria::CriterionOutcome, model::Tier};

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
    let practice = engine.practice_ods_code()?;
    let facts = PatientFacts {
        age: arguments.age,
        practice,
        ..PatientFacts::default()
    };
    let card = catalogue.card(&arguments.id, &facts, engine.store.clock.today());
    let card = card.map_err(|error| engine.why_gone(error))?;
    if common.json {
        return print_json(&as_json(&card));
    }
    print_words(&card);
    Ok(())
}

fn as_json(card: &Card) -> Value {
    // What so few cases measured is shown nowhere.
    let mut service = card.service.clone();
    service.onward.measured = card.measured().cloned();
    let criteria = card.checks.iter().map(|check| {
        json!({
            "key": check.key, "sentence": check.sentence, "known": check.known,
            "outcome": outcome(check.outcome), "hard": check.hard, "answerable": check.answerable, "excludes": check.excludes,
        })
    });
    let links = |linked: &[LinkedService]| linked.iter().map(link).collect::<Value>();
    let CardLinks {
        child_services,
        step_up,
        step_down,
        also_offered,
        replaced_by,
    } = &card.links;
    json!({
        "service": service,
        "organisation": card.organisation,
        "criteria": criteria.collect::<Value>(),
        "address": card.endpoint.as_ref().map(|endpoint| &endpoint.address),
        "measured": card.measured(),
        "capacity": card.service.onward.capacity,
        "child_services": links(child_services),
        "step_up": links(step_up),
        "step_down": links(step_down),
        "also_offered": links(also_offered),
        "replaced_by": replaced_by.as_ref().map(link),
        "not_open": card.not_open.as_ref().map(not_open_code),
        "not_open_detail": card.not_open.as_ref().and_then(not_open_detail),
    })
}

fn link(linked: &LinkedService) -> Value {
    json!({
        "id": linked.id, "name": linked.name, "step": linked.step,
        "wait_weeks": linked.wait.as_ref().map(|wait| wait.weeks),
        "not_open": linked.not_open.as_ref().map(not_open_code),
    })
}

fn print_words(card: &Card) {
    let more = &card.service.onward;
    say!("{} ({})", card.service.name, card.organisation);
    if more.tier == Tier::Unassured {
        let source = more.source.as_deref().unwrap_or("not said where from");
        say!("PUBLIC ENTRY, NOT CHECKED BY A CURATOR: {source}");
    }
    if let Some(reason) = &card.not_open {
        let detail = not_open_detail(reason).map(|detail| format!(": {detail}"));
        say!(
            "NOT OPEN: {}{}",
            not_open_code(reason),
            detail.unwrap_or_default()
        );
    }
    say!("{}\n", card.service.description);
    say!("The service asks for:");
    for check in &card.checks {
        let known = check.known.as_deref().unwrap_or("-");
        say!(
            "  {}  |  {known}  |  {}",
            check.sentence,
            outcome(check.outcome)
        );
    }
    if let Some(measured) = card.measured() {
        say!(
            "\nOur referrals: {} days (median of {}), {}% accepted, replies in {} days",
            measured.median_days,
            measured.n,
            measured.accepted_percent,
            measured.days_to_reply
        );
    }
    if let Some(capacity) = &more.capacity {
        say!("Capacity: {capacity}");
    }
    let links = &card.links;
    name("Chooses among", &links.child_services);
    name("Steps up to", &links.step_up);
    name("Steps down to", &links.step_down);
    name("Also offered from here", &links.also_offered);
    name("Replaced by", links.replaced_by.as_slice());
    if let Some(endpoint) = &card.endpoint {
        say!("\nReferrals go to {}", endpoint.address);
    } else {
        say!("\nReferrals are not sent from here.");
    }
}

fn name(what: &str, linked: &[LinkedService]) {
    let named = linked
        .iter()
        .map(|linked| format!("{} [{}]", linked.name, linked.id));
    let named: Vec<String> = named.collect();
    if !named.is_empty() {
        say!("{what}: {}", named.join(", "));
    }
}

fn outcome(outcome: CriterionOutcome) -> &'static str {
    match outcome {
        CriterionOutcome::Met => "met",
        CriterionOutcome::NotMet => "not met",
        CriterionOutcome::NotKnown => "not known",
    }
}
