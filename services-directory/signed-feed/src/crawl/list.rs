//! The list of services by pages, until its counts agree: only then is what it lacks known to be missing.

use super::get::{Getting, Got};
use super::journal::Journal;
use super::probe::Honoured;
use super::{CrawlError, Progress, Told};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use services_directory::import::source::id_of;
use std::collections::BTreeSet;

/// What matters of one page.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageOfList {
    pub ids: Vec<String>,
    pub without_id: usize,
    pub total_items: Option<u64>,
    pub total_pages: Option<u64>,
    pub last_page: Option<bool>,
}

impl PageOfList {
    /// None: that is no page of a list. A bare array is one that says nothing of itself.
    pub fn read(page: &Value) -> Option<Self> {
        let contents = match page {
            Value::Array(contents) => contents,
            _ => page
                .get("contents")
                .or_else(|| page.get("content"))?
                .as_array()?,
        };
        let number = |key: &str, camel: &str| page.get(key).or_else(|| page.get(camel))?.as_u64();
        let ids: Vec<String> = contents.iter().filter_map(id_of).collect();
        Some(Self {
            without_id: contents.len() - ids.len(),
            ids,
            total_items: number("total_items", "totalItems"),
            total_pages: number("total_pages", "totalPages"),
            last_page: page
                .get("last_page")
                .or_else(|| page.get("lastPage"))
                .and_then(Value::as_bool),
        })
    }

    pub fn count(&self) -> usize {
        self.ids.len() + self.without_id
    }
}

/// The whole list, as far as it came.
pub struct Listed {
    /// In the feed's order.
    pub ids: Vec<String>,
    pub seen: BTreeSet<String>,
    pub incomplete: Vec<String>,
    pub paging: Honoured,
    pub told: Told,
}

/// Twice at most: a feed that is edited meanwhile may agree the second time.
const PASSES: usize = 2;

pub async fn list(
    getting: &Getting,
    first: PageOfList,
    journal: &mut Journal,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Listed, CrawlError> {
    let mut first = first;
    if !journal.goes_with(&first) {
        journal.forget()?;
    }
    let mut pass = 1;
    loop {
        let mut listed = pages(getting, first, journal, progress).await?;
        let again = page(getting, 1).await?;
        judge(&mut listed, again.total_items);
        if listed.incomplete.is_empty() || pass == PASSES || listed.paging == Honoured::No {
            return Ok(listed);
        }
        pass += 1;
        first = again;
        journal.forget_pages();
    }
}

async fn pages(
    getting: &Getting,
    first: PageOfList,
    journal: &mut Journal,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Listed, CrawlError> {
    let limits = getting.limits;
    let mut listed = Listed {
        ids: Vec::new(),
        seen: BTreeSet::new(),
        incomplete: Vec::new(),
        paging: Honoured::NotKnown,
        told: Told {
            total_items: first.total_items,
            ..Told::default()
        },
    };
    let of = first.total_pages;
    let mut number = 1;
    let mut here = first;
    loop {
        journal.page(number, &here)?;
        let is_empty = here.count() == 0;
        let known = listed.ids.len();
        let fresh = add(&mut listed, &here);
        listed.told.pages = number;
        progress(Progress::Page {
            number,
            of,
            services: listed.ids.len(),
        });
        if number == 2 && !is_empty {
            listed.paging = if fresh == 0 {
                Honoured::No
            } else {
                Honoured::Yes
            };
        }
        if number > 1 && !is_empty && fresh == 0 && known > 0 {
            let why = format!("page {number} has nothing that was not on the pages before");
            listed.incomplete.push(why);
            return Ok(listed);
        }
        let last =
            here.last_page.unwrap_or(false) && here.total_pages.is_none_or(|of| number >= of);
        let by_count = here.total_pages.is_some_and(|of| number >= of);
        if is_empty || last || by_count {
            return Ok(listed);
        }
        number += 1;
        if number > u64::from(limits.most_pages) || listed.ids.len() > limits.most_services {
            let why = format!("the list does not end within {} pages", limits.most_pages);
            listed.incomplete.push(why);
            return Ok(listed);
        }
        here = match journal.kept_page(number) {
            Some(kept) => kept,
            None => page(getting, number).await?,
        };
    }
}

async fn page(getting: &Getting, number: u64) -> Result<PageOfList, CrawlError> {
    let (number, per_page) = (number.to_string(), getting.limits.per_page.to_string());
    let got = getting
        .services(&[("page", &number), ("per_page", &per_page)])
        .await
        .map_err(|why| CrawlError::Get {
            what: "a page of the list did not come; begun again, the crawl goes on where it was",
            why,
        })?;
    let read = match &got {
        Got::Json(page) => PageOfList::read(page),
        Got::Missing(_) => Some(PageOfList::default()),
    };
    read.ok_or_else(|| CrawlError::NoList(getting.feed().as_str().to_owned()))
}

/// How many of them were new.
fn add(listed: &mut Listed, page: &PageOfList) -> usize {
    let mut fresh = 0;
    for id in &page.ids {
        if listed.seen.insert(id.clone()) {
            listed.ids.push(id.clone());
            fresh += 1;
        } else {
            listed.told.repeated += 1;
        }
    }
    listed.told.without_id += page.without_id;
    fresh
}

fn judge(listed: &mut Listed, total_at_the_end: Option<u64>) {
    let came = listed.ids.len() + listed.told.without_id;
    match listed.told.total_items {
        None => listed
            .incomplete
            .push("the feed does not say how many services there are".to_owned()),
        Some(total) if total_at_the_end != Some(total) => {
            let after =
                total_at_the_end.map_or_else(|| "none".to_owned(), |after| after.to_string());
            listed.incomplete.push(format!(
                "the feed said {total} services at first and {after} at the end"
            ));
        }
        Some(total) if total != came as u64 => listed.incomplete.push(format!(
            "the feed says {total} services, and {came} different ones came"
        )),
        Some(_) => {}
    }
}
