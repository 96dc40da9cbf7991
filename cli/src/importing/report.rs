//! What an import did: everything as JSON beside the file, and its sums in words.

use super::Beside;
use crate::{CliError, Common, print_json};
use serde::Serialize;
use services_directory::{
    import::{
        open_referral::Refused,
        repair::{Repair, counted},
        rows::RowProblem,
        take_over::{Changes, EntryChange},
    },
    model::Tier,
};
use signed_feed::crawl::{Capabilities, Crawl, Told};
use std::collections::BTreeMap;

#[derive(Serialize)]
pub struct Report {
    source: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    capabilities: Option<Capabilities>,
    #[serde(skip_serializing_if = "Option::is_none")]
    crawl: Option<Told>,
    #[serde(skip_serializing_if = "Option::is_none")]
    encoding: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    separator: Option<char>,
    complete: bool,
    /// Why it is not.
    incomplete: Vec<String>,
    changes: Changes,
    /// Records that did not come, and why.
    failed: BTreeMap<String, String>,
    pub refused: Vec<Refused>,
    pub rows: Vec<RowProblem>,
    pub repairs: Vec<Repair>,
}

/// As many of a kind as are told in words; the file has all.
const MOST_TOLD: usize = 10;

impl Report {
    pub fn of(source: &str) -> Self {
        Self {
            source: source.to_owned(),
            capabilities: None,
            crawl: None,
            encoding: None,
            separator: None,
            complete: true,
            incomplete: Vec::new(),
            changes: Changes::default(),
            failed: BTreeMap::new(),
            refused: Vec::new(),
            rows: Vec::new(),
            repairs: Vec::new(),
        }
    }

    pub fn crawled(&mut self, crawl: &Crawl, changes: Changes) {
        self.capabilities = Some(crawl.capabilities.clone());
        self.crawl = Some(crawl.told);
        self.complete = crawl.incomplete.is_empty();
        self.incomplete.clone_from(&crawl.incomplete);
        self.failed.clone_from(&crawl.failed);
        self.changes = changes;
    }

    pub fn table(&mut self, encoding: &'static str, separator: char, changes: Changes) {
        self.encoding = Some(encoding);
        self.separator = Some(separator);
        self.complete = self.rows.is_empty();
        if !self.complete {
            self.incomplete
                .push("some rows could not be read".to_owned());
        }
        self.changes = changes;
    }

    pub fn tell(&self, common: &Common, beside: &Beside) -> Result<(), CliError> {
        if common.json {
            return print_json(self);
        }
        self.tell_feed();
        let changes = &self.changes;
        say!(
            "{} new, {} changed, {} unchanged; all of them unassured: nothing is sent to them",
            changes.new,
            changes.changed,
            changes.unchanged
        );
        if changes.merged + changes.left_out > 0 {
            say!(
                "Left alone: {} that were merged into others, {} that were taken out of the file",
                changes.merged,
                changes.left_out
            );
        }
        tell("Missing", &changes.missing);
        tell("Closed", &changes.retired);
        tell("Open again", &changes.returned);
        listed(
            "To look at (curated, not touched)",
            &changes.to_check,
            |check| {
                format!(
                    "{}: {} was {:?}, now {:?}",
                    check.service, check.field, check.before, check.now
                )
            },
        );
        listed(
            "Did not come",
            &self.failed.iter().collect::<Vec<_>>(),
            |(id, why)| format!("{id}: {why}"),
        );
        listed("Refused", &self.refused, |refused| {
            format!("{}: {}", refused.record, refused.why)
        });
        listed("Rows that were not taken over", &self.rows, |row| {
            format!("line {}: {}", row.line, row.problem)
        });
        self.tell_repairs();
        say!("All of it: {}", beside.report.display());
        Ok(())
    }

    fn tell_feed(&self) {
        if let (Some(found), Some(told)) = (&self.capabilities, &self.crawl) {
            say!(
                "{}: version {}, {} requests, {} kB",
                self.source,
                found.version.as_deref().unwrap_or("not said"),
                told.requests,
                told.bytes / 1_000
            );
            say!(
                "Honours: count {}, pages {}, per_page {}, modified_after {}, search {}, details {}",
                found.total_items.words(),
                found.paging.words(),
                found.per_page.words(),
                found.modified_after.words(),
                found.search.words(),
                found.details.words()
            );
        }
        if let (Some(encoding), Some(separator)) = (self.encoding, self.separator) {
            say!("{}: {encoding}, separated by {separator:?}", self.source);
        }
        if self.complete {
            say!("The list is complete.");
        } else {
            say!("The list is NOT complete, so nothing counts as missing:");
            for why in &self.incomplete {
                say!("  {why}");
            }
        }
    }

    fn tell_repairs(&self) {
        if self.repairs.is_empty() {
            return;
        }
        say!("{} repairs:", self.repairs.len());
        for (why, count) in counted(&self.repairs) {
            say!("  {count:>6}  {}", why.words());
            let example = self.repairs.iter().find(|repair| repair.why == why);
            if let Some(Repair {
                record,
                field,
                from,
                to,
                ..
            }) = example
            {
                let to = to
                    .as_deref()
                    .map_or_else(|| "nothing".to_owned(), |to| format!("{to:?}"));
                say!("          such as {record}, {field}: {from:?} to {to}");
            }
        }
    }
}

pub fn tier(tier: Tier) -> &'static str {
    match tier {
        Tier::Curated => "curated",
        Tier::Unassured => "unassured",
    }
}

fn tell(what: &str, changes: &[EntryChange]) {
    listed(what, changes, |change| {
        format!("{} ({}): {}", change.name, change.id, change.why)
    });
}

fn listed<T>(what: &str, entries: &[T], words: impl Fn(&T) -> String) {
    if entries.is_empty() {
        return;
    }
    say!("{what}: {}", entries.len());
    for entry in entries.iter().take(MOST_TOLD) {
        say!("  {}", words(entry));
    }
    if entries.len() > MOST_TOLD {
        say!("  …");
    }
}
