//! What a search offers, what it shows greyed, and what it only counts.

use super::closeness::Named;
use super::openness::Openness;
use super::query::Understood;
use super::rank::{self, Fit, Holding};
use super::{
    HiddenCounts, MOST_NOT_OPEN, NotOpenHit, Query, SearchHit, SearchIndex, SearchResults, why,
    words,
};
use crate::criteria::{self, KnownFacts, NotOpen};
use crate::listed::Listed;
use crate::model::Category;
use jiff::civil::Date;
use std::collections::{BTreeSet, HashMap};

impl SearchIndex {
    /// Those that are open and those that are not, which are counted by the rule that hides them.
    pub(super) fn divided(
        &self,
        holding: Vec<Holding>,
        openness: &[Openness],
        age: Option<u8>,
        hidden: &mut HiddenCounts,
    ) -> (Vec<Holding>, Vec<Holding>) {
        let is_open = |holding: &Holding| {
            let place = openness.get(holding.0).copied().unwrap_or(Openness::Closed);
            let of_age = age.is_none_or(|age| {
                self.ages
                    .get(holding.0)
                    .is_none_or(|limits| criteria::is_of_age(*limits, age))
            });
            match (place, of_age) {
                (Openness::ClosedElsewhere | Openness::Elsewhere, _)
                    if hidden.elsewhere_not_counted => {}
                (Openness::Closed | Openness::ClosedElsewhere, _) => hidden.closed += 1,
                (_, false) => hidden.age += 1,
                (Openness::Elsewhere, true) => hidden.area += 1,
                (Openness::Open, true) => return true,
            }
            false
        };
        holding.into_iter().partition(is_open)
    }

    /// Services of other areas whose whole name was typed.
    pub(super) fn named_elsewhere(&self, tokens: &[words::Token]) -> impl Iterator<Item = Fit> {
        let found = self
            .names
            .get(&folded(tokens))
            .map(Vec::as_slice)
            .unwrap_or_default();
        found.iter().take(MOST_NOT_OPEN).map(|document| Fit {
            document: *document,
            value: 0.0,
            named: Named::Whole,
        })
    }

    /// With words of crisis, every crisis service is shown, whatever its words.
    pub(super) fn add_crisis_services(
        &self,
        fits: &mut Vec<Fit>,
        not_open: &[Holding],
        hidden: &mut HiddenCounts,
        (facts, today): (&KnownFacts, Date),
    ) {
        let known: BTreeSet<usize> = fits
            .iter()
            .map(|fit| fit.document)
            .chain(not_open.iter().map(|held| held.0))
            .collect();
        for document in self
            .crisis_services
            .iter()
            .copied()
            .filter(|document| !known.contains(document))
        {
            let Some(service) = self.words.services.get(document) else {
                continue;
            };
            match criteria::open_to(service, facts, today) {
                Ok(()) => fits.push(Fit {
                    document,
                    value: 0.0,
                    named: Named::No,
                }),
                Err(reason) => hidden.count(&reason),
            }
        }
    }

    /// The first of them in the order that `rank` tells, behind the crisis services where there are words of crisis.
    pub(super) fn add_hits(
        &self,
        results: &mut SearchResults,
        fits: Vec<Fit>,
        understood: &Understood,
        query: &Query,
        crisis_first: bool,
    ) {
        let best = fits.iter().map(|fit| fit.value).fold(0.0, f32::max);
        let mut open: Vec<(Fit, &Listed)> = fits
            .into_iter()
            .filter_map(|fit| Some((self.words.services.get(fit.document)?, fit)))
            .map(|(service, fit)| (fit, service))
            .collect();
        let behind = rank::behind_front_doors(&open, best);
        open.sort_by_cached_key(|(fit, service)| {
            let after_crisis = crisis_first && service.category != Category::Crisis;
            let (step, wait) = rank::step_and_wait(service, query.today);
            let band = behind
                .get(&service.id)
                .copied()
                .unwrap_or_else(|| rank::band(fit.value, best));
            (
                after_crisis,
                band,
                step,
                wait,
                service.name.to_lowercase(),
                service.id.clone(),
            )
        });
        for (fit, service) in open.into_iter().take(query.limit) {
            let number = u32::try_from(fit.document).unwrap_or(u32::MAX);
            results.hits.push(SearchHit {
                service_id: service.id.clone(),
                name: service.name.to_string(),
                category: service.category,
                why: why::of(understood, &self.words, number),
                tier: service.tier,
            });
        }
    }

    /// Those of them that were searched by their name.
    pub(super) fn add_not_open(
        &self,
        results: &mut SearchResults,
        named: &[Fit],
        facts: &KnownFacts,
        today: Date,
    ) {
        for fit in named {
            let Some(service) = self.words.services.get(fit.document) else {
                continue;
            };
            let Err(reason) = criteria::open_to(service, facts, today) else {
                continue;
            };
            // A closed service has a successor or a day to come back to: half its name will do.
            let enough = match reason {
                NotOpen::Age { .. } | NotOpen::Area { .. } => Named::Whole,
                NotOpen::Closed { .. } | NotOpen::Paused { .. } => Named::Begun,
            };
            let listed = results
                .not_open
                .iter()
                .any(|hit| hit.service_id == service.id);
            if fit.named >= enough && !listed && results.not_open.len() < MOST_NOT_OPEN {
                results.not_open.push(NotOpenHit {
                    service_id: service.id.clone(),
                    name: service.name.to_string(),
                    category: service.category,
                    reason,
                });
            }
        }
    }
}

pub(super) fn names(services: &[Listed]) -> HashMap<String, Vec<usize>> {
    let mut names: HashMap<String, Vec<usize>> = HashMap::new();
    for (number, service) in services.iter().enumerate() {
        names
            .entry(folded(&words::tokens(&service.name)))
            .or_default()
            .push(number);
    }
    names
}

pub(super) fn folded(tokens: &[words::Token]) -> String {
    tokens
        .iter()
        .map(|token| token.text.as_str())
        .collect::<Vec<_>>()
        .join(" ")
}

impl HiddenCounts {
    fn count(&mut self, reason: &NotOpen) {
        match reason {
            NotOpen::Closed { .. } | NotOpen::Paused { .. } => self.closed += 1,
            NotOpen::Age { .. } => self.age += 1,
            NotOpen::Area { .. } if self.elsewhere_not_counted => (),
            NotOpen::Area { .. } => self.area += 1,
        }
    }
}

/// Those that hold most of the words, in no order.
pub(super) fn best(mut holding: Vec<Holding>, most: usize) -> impl Iterator<Item = Holding> {
    if holding.len() > most {
        holding.select_nth_unstable_by(most, |a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        holding.truncate(most);
    }
    holding.into_iter()
}
