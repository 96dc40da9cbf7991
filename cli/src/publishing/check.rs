//! `onward-cli directory check`: all that is wrong with a directory file at once, and what somebody should look at.

use super::changes;
use crate::{CliError, Common, print_json, text_of};
use clap::Args;
use serde::Serialize;
use services_directory::{
    advice::{Subject, advice},
    feed::{Directory, FeedLimits, Problems},
    look_alike::{self, AddressWarning},
};
use signed_feed::publish::Repository;
use std::{collections::HashMap, path::PathBuf};
use store::Clock;

#[derive(Args)]
pub struct CheckArguments {
    /// The directory file: one record a line, endpoints included. - reads standard input.
    file: String,
    /// The published folder: what left it, and addresses that changed under their old id, are said too.
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,
}

/// One thing to do, and where.
#[derive(Serialize)]
struct Said {
    /// Counted from 1; 0 when the file as a whole is meant.
    line: usize,
    record: Option<String>,
    /// Whether it must be put right before this can be published, or is only to be looked at.
    must: bool,
    what: String,
}

pub fn run(arguments: &CheckArguments, common: &Common) -> Result<(), CliError> {
    let clock = Clock::system();
    let text = text_of(&arguments.file)?;
    let problems = Problems::in_text(&text, FeedLimits::default());
    let mut all: Vec<Said> = problems
        .found
        .iter()
        .map(|fault| Said {
            line: fault.line,
            record: fault.record.clone(),
            must: true,
            what: fault.problem.to_string(),
        })
        .collect();
    let musts_of_file = all.len();
    if let Some(directory) = &problems.directory {
        all.extend(to_look_at(directory, &problems, &clock));
    }
    if let (Some(folder), 0) = (&arguments.folder, musts_of_file) {
        against_the_published(&text, folder, &problems, &clock, &mut all)?;
    }
    all.sort_by_key(|said| said.line);
    let musts = all.iter().filter(|said| said.must).count();
    say_all(&all, musts, &problems, common)?;
    if musts == 0 {
        Ok(())
    } else {
        Err(CliError::Said("check-failed"))
    }
}

fn to_look_at(directory: &Directory, problems: &Problems, clock: &Clock) -> Vec<Said> {
    let services = directory.services.iter().map(|it| it.id.as_str());
    let services: HashMap<_, _> = services.zip(&problems.service_lines).collect();
    let endpoints = directory.endpoints.iter().map(|it| it.id.as_str());
    let endpoints: HashMap<_, _> = endpoints.zip(&problems.endpoint_lines).collect();
    let line_of = |about: &Subject| match about {
        Subject::Service(id) => services.get(id.as_str()).copied(),
        Subject::Endpoint(id) => endpoints.get(id.as_str()).copied(),
    };
    let looks = look_twice(directory).into_iter();
    let advised = advice(directory, clock.today()).into_iter();
    advised
        .map(|advice| (advice.about, advice.what))
        .chain(looks)
        .map(|(about, what)| Said {
            line: line_of(&about).copied().unwrap_or(0),
            record: Some(match about {
                Subject::Service(id) => id.to_string(),
                Subject::Endpoint(id) => id.to_string(),
            }),
            must: false,
            what,
        })
        .collect()
}

/// Addresses and names that can be taken for others: what the second person and the practices will be shown, too.
fn look_twice(directory: &Directory) -> Vec<(Subject, String)> {
    let known = changes::known_addresses(directory.endpoints.iter());
    let by_id: HashMap<_, _> = directory.endpoints.iter().map(|it| (&it.id, it)).collect();
    let mut found = Vec::new();
    for endpoint in &directory.endpoints {
        let before = endpoint.supersedes.as_ref().and_then(|id| by_id.get(id));
        let before = before.map(|it| it.address.as_str());
        for warning in known.warnings(&endpoint.address, before) {
            let what = format!("its address: {}", changes::warning_in_words(&warning));
            found.push((Subject::Endpoint(endpoint.id.clone()), what));
        }
    }
    let mixed = directory.services.iter();
    for service in mixed.filter(|it| look_alike::mixes_scripts(&it.name)) {
        let what = "its name is written with letters of several alphabets: type it anew".to_owned();
        found.push((Subject::Service(service.id.clone()), what));
    }
    found
}

/// What can only be seen beside the publication before.
fn against_the_published(
    text: &str,
    folder: &std::path::Path,
    problems: &Problems,
    clock: &Clock,
    all: &mut Vec<Said>,
) -> Result<(), CliError> {
    let repository = Repository::open(folder)?;
    if let Err(error) = repository.edition(text, &[], clock.now()) {
        all.push(Said {
            line: 0,
            record: None,
            must: true,
            what: error.to_string(),
        });
    }
    let published = repository.endpoints()?;
    let known = changes::known_addresses(published.iter());
    let now = problems.directory.iter().flat_map(|it| &it.endpoints);
    for (endpoint, line) in now.zip(&problems.endpoint_lines) {
        let before = published.iter().find(|it| it.id == endpoint.id);
        if let Some(before) = before.filter(|before| before.address != endpoint.address) {
            all.push(Said {
                line: *line,
                record: Some(endpoint.id.to_string()),
                must: false,
                what: format!(
                    "its address was {}: give a changed address a new id, and let it supersede the old one",
                    before.address
                ),
            });
            let warnings = known.warnings(&endpoint.address, Some(&before.address));
            // Said without the folder already.
            let new = warnings
                .into_iter()
                .filter(|it| *it != AddressWarning::OutsideNhs);
            all.extend(new.map(|warning| Said {
                line: *line,
                record: Some(endpoint.id.to_string()),
                must: false,
                what: format!("its address: {}", changes::warning_in_words(&warning)),
            }));
        }
    }
    Ok(())
}

fn say_all(
    all: &[Said],
    musts: usize,
    problems: &Problems,
    common: &Common,
) -> Result<(), CliError> {
    let count = |list: fn(&Directory) -> usize| problems.directory.as_ref().map_or(0, list);
    let (services, endpoints) = (
        count(|it| it.services.len()),
        count(|it| it.endpoints.len()),
    );
    if common.json {
        return print_json(&serde_json::json!({
            "may_be_published": musts == 0, "services": services, "endpoints": endpoints, "found": all,
        }));
    }
    for said in all {
        let record = said
            .record
            .as_deref()
            .map(|it| format!(" {it}"))
            .unwrap_or_default();
        let must = if said.must { "MUST" } else { "look" };
        say!("{must}  line {}{record}: {}", said.line, said.what);
    }
    say!(
        "{services} services, {endpoints} endpoints: {musts} to put right before it can be published, {} to look at.",
        all.len() - musts
    );
    Ok(())
}
