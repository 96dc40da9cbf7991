//! `onward-cli search`: services by words, one query or a file of them.

use crate::{CliError, Common, open, print_json, text_of};
use clap::Args;
use engine::{Catalogue, PatientFacts, not_open_detail};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use services_directory::{
    ids::OdsCode,
    search::{NotOpenHit, SearchHit, SearchResults},
};

#[derive(Args)]
pub struct SearchArguments {
    /// Words as one types them.
    #[arg(required_unless_present = "batch")]
    words: Vec<String>,
    /// The patient's age in years.
    #[arg(long)]
    age: Option<u8>,
    /// The ODS code of the patient's practice; this practice's own without it.
    #[arg(long, value_name = "ODS")]
    practice: Option<String>,
    /// A file of queries, one a line: plain words, or {"text", "age", "practice"}. Answers one JSON object a line.
    #[arg(long, value_name = "FILE")]
    batch: Option<String>,
}

#[derive(Serialize)]
struct Found {
    hits: Vec<Hit>,
    not_open: Vec<NotOpen>,
    hidden: Hidden,
    crisis: bool,
}

#[derive(Serialize)]
struct Hit {
    id: String,
    name: String,
    category: services_directory::model::Category,
    why: Vec<String>,
}

#[derive(Serialize)]
struct NotOpen {
    id: String,
    name: String,
    reason: String,
}

#[derive(Serialize)]
struct Hidden {
    age: usize,
    area: usize,
    closed: usize,
}

/// One line of a batch.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BatchLine {
    text: String,
    #[serde(default)]
    age: Option<u8>,
    #[serde(default)]
    practice: Option<String>,
}

pub fn run(arguments: &SearchArguments, common: &Common) -> Result<(), CliError> {
    let engine = open(common)?;
    let catalogue = engine.catalogue()?;
    let today = engine.store.clock.today();
    let own_practice = engine.practice_ods_code()?;
    if let Some(path) = &arguments.batch {
        return text_of(path)?
            .lines()
            .filter(|line| !line.trim().is_empty())
            .try_for_each(|line| {
                let line = batch_line(line)?;
                let facts = facts(line.age, line.practice.or(own_practice.clone()))?;
                print_json(&found(&catalogue, &line.text, &facts, today))
            });
    }
    let facts = facts(arguments.age, arguments.practice.clone().or(own_practice))?;
    let found = found(&catalogue, &arguments.words.join(" "), &facts, today);
    if common.json {
        return print_json(&found);
    }
    print_words(&found);
    Ok(())
}

fn batch_line(line: &str) -> Result<BatchLine, CliError> {
    if line.trim_start().starts_with('{') {
        serde_json::from_str(line).map_err(|error| {
            CliError::Usage(format!(
                "a line of the batch is not {{\"text\", \"age\", \"practice\"}}: {error}"
            ))
        })
    } else {
        Ok(BatchLine {
            text: line.to_owned(),
            age: None,
            practice: None,
        })
    }
}

fn facts(age: Option<u8>, practice: Option<String>) -> Result<PatientFacts, CliError> {
    let parse = |code: String| {
        OdsCode::parse(&code).map_err(|error| CliError::Usage(format!("--practice: {error}")))
    };
    Ok(PatientFacts {
        age,
        practice: practice.map(parse).transpose()?,
        ..PatientFacts::default()
    })
}

fn found(catalogue: &Catalogue, text: &str, facts: &PatientFacts, today: Date) -> Found {
    let SearchResults {
        hits,
        not_open,
        hidden,
        crisis,
        ..
    } = catalogue.search(text, facts, today);
    Found {
        hits: hits.into_iter().map(hit).collect(),
        not_open: not_open
            .into_iter()
            .map(|hit| closed(catalogue, &hit))
            .collect(),
        hidden: Hidden {
            age: hidden.age,
            area: hidden.area,
            closed: hidden.closed,
        },
        crisis,
    }
}

fn hit(hit: SearchHit) -> Hit {
    Hit {
        id: hit.service_id.to_string(),
        name: hit.name,
        category: hit.category,
        why: hit.why,
    }
}

fn closed(catalogue: &Catalogue, hit: &NotOpenHit) -> NotOpen {
    let code = engine::not_open_code(&hit.reason);
    let detail = not_open_detail(&hit.reason)
        .map(|detail| format!(": {detail}"))
        .unwrap_or_default();
    let successor = match &hit.reason {
        services_directory::criteria::NotOpen::Closed {
            replaced_by: Some(id),
            ..
        } => catalogue
            .name_of(id)
            .map(|name| format!("; now {name}"))
            .unwrap_or_default(),
        _ => String::new(),
    };
    NotOpen {
        id: hit.service_id.to_string(),
        name: hit.name.clone(),
        reason: format!("{code}{detail}{successor}"),
    }
}

fn print_words(found: &Found) {
    if found.crisis {
        say!("Is this person at risk now? This tool is not for emergencies.");
        say!(
            "Life at risk: 999 or A&E. Otherwise NHS 111, mental health option (2), at any hour. Samaritans: 116 123.\n"
        );
    }
    if found.hits.is_empty() {
        say!("Nothing matches.");
    }
    for hit in &found.hits {
        say!("{}  [{}]  {}", hit.name, hit.id, hit.why.join(", "));
    }
    for closed in &found.not_open {
        say!(
            "Not open: {}  [{}]  {}",
            closed.name,
            closed.id,
            closed.reason
        );
    }
    let hidden = &found.hidden;
    if hidden.age + hidden.area + hidden.closed > 0 {
        say!(
            "Hidden: age {}, area {}, closed or paused {}",
            hidden.age,
            hidden.area,
            hidden.closed
        );
    }
}
