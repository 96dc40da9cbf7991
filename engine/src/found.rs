//! A search as this practice sees it: what it pinned first, what it hid left out and counted, what it does not refer to marked.

use crate::{Catalogue, Engine, EngineError, PatientFacts, catalogue::MOST_HITS};
use jiff::civil::Date;
use referrals::patient::cui_date;
use services_directory::{
    layer::{LayerEntry, LayerKind, layer_table},
    model::HealthcareService,
    search::SearchResults,
};
use std::collections::{BTreeMap, BTreeSet};
use store::clock::local_date;

/// How many are looked at when some of them are put on top or left out.
const LOOKED_AT: usize = 60;

/// What this practice put on services, as far as a list needs it.
#[derive(Debug, Default)]
pub struct LayerMarks {
    pub pinned: BTreeSet<String>,
    pub do_not_refer: BTreeSet<String>,
    hidden: BTreeMap<String, LayerEntry>,
}

/// A service that this practice hid, and that was asked for by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HiddenHere {
    pub service_id: String,
    pub name: String,
    /// Who hid it, when and why.
    pub said: String,
}

#[derive(Debug)]
pub struct FoundHere {
    pub results: SearchResults,
    pub marks: LayerMarks,
    pub hidden: Vec<HiddenHere>,
    pub hidden_count: usize,
}

impl LayerMarks {
    pub fn hides(&self, service_id: &str) -> bool {
        self.hidden.contains_key(service_id)
    }
}

impl Engine {
    pub fn layer_marks(&self) -> Result<LayerMarks, EngineError> {
        self.store.practice.read(|c| {
            let ids = |of: BTreeMap<String, LayerEntry>| of.into_keys().collect();
            Ok(LayerMarks {
                pinned: ids(layer_table::holding(c, LayerKind::Pin)?),
                do_not_refer: ids(layer_table::holding(c, LayerKind::DoNotRefer)?),
                hidden: layer_table::holding(c, LayerKind::Hidden)?,
            })
        })
    }

    /// The order is the search's own, but that what is pinned comes first; the list says so.
    pub fn search_here(
        &self,
        catalogue: &Catalogue,
        text: &str,
        facts: &PatientFacts,
        today: Date,
    ) -> Result<FoundHere, EngineError> {
        let marks = self.layer_marks()?;
        let more = !marks.pinned.is_empty() || !marks.hidden.is_empty();
        let limit = if more { LOOKED_AT } else { MOST_HITS };
        let mut results = catalogue.search_for(text, facts, today, limit);
        let (mut hidden, mut hidden_count) = (Vec::new(), 0);
        let mut kept = Vec::with_capacity(results.hits.len());
        for hit in results.hits {
            let Some(entry) = marks.hidden.get(hit.service_id.as_str()) else {
                kept.push(hit);
                continue;
            };
            let record = catalogue.record(&hit.service_id)?;
            if record.is_some_and(|service| is_named(&service, text)) {
                hidden.push(HiddenHere {
                    service_id: entry.service_id.clone(),
                    name: hit.name,
                    said: self.said(entry)?,
                });
            } else {
                hidden_count += 1;
            }
        }
        // Stable: within what is pinned, and within the rest, the search's order stays.
        kept.sort_by_key(|hit| !marks.pinned.contains(hit.service_id.as_str()));
        kept.truncate(MOST_HITS);
        results.hits = kept;
        Ok(FoundHere {
            results,
            marks,
            hidden,
            hidden_count,
        })
    }

    /// "Dr Rowan Hale, 21-Nov-2026: why".
    pub(crate) fn said(&self, entry: &LayerEntry) -> Result<String, EngineError> {
        let on = cui_date(local_date(entry.at));
        let name = self.name_of(&entry.author)?;
        Ok(format!("{name}, {on}: {}", entry.words))
    }
}

/// Whether these words are the service's own name, or another name of it.
fn is_named(service: &HealthcareService, text: &str) -> bool {
    let plain = |text: &str| {
        let words: Vec<String> = text
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .collect();
        words.join(" ")
    };
    let asked = plain(text);
    let mut names = std::iter::once(&service.name).chain(&service.onward.aliases);
    names.any(|name| plain(name) == asked)
}
