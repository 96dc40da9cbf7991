//! How good the search is: queries as GPs type them over a directory that the synonyms were not written for, by kind.
// A test may panic; clippy allows it only in functions marked as tests, and these are their helpers.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use jiff::civil::date;
use services_directory::feed::{Directory, FeedLimits};
use services_directory::search::{Query, SearchIndex, SearchResults, Synonyms};
use std::collections::BTreeMap;

const DIRECTORY: &str = include_str!("../fixtures/search_directory.jsonl");
const QUERIES: &str = include_str!("../fixtures/search_queries.tsv");

/// Of all queries with an answer; of each kind too, the second may not fall below its own floor.
const FLOOR_AT_1: f64 = 0.80;
const FLOOR_AT_5: f64 = 0.95;
const FLOOR_AT_5_OF_EACH_KIND: f64 = 0.85;
/// Of queries that no service answers, so many may show something.
const MOST_SHOWN_FOR_NOTHING: f64 = 0.05;

#[derive(Default, Clone, Copy)]
struct Tally {
    queries: u32,
    first: u32,
    in_five: u32,
}

impl Tally {
    fn at_1(self) -> f64 {
        f64::from(self.first) / f64::from(self.queries.max(1))
    }

    fn at_5(self) -> f64 {
        f64::from(self.in_five) / f64::from(self.queries.max(1))
    }
}

struct Outcome {
    by_kind: BTreeMap<String, Tally>,
    answered: Tally,
    shown_for_nothing: f64,
    misses: Vec<String>,
}

fn search(index: &SearchIndex, text: &str) -> SearchResults {
    index.search(&Query {
        text: text.to_owned(),
        age: None,
        practice: None,
        today: date(2026, 11, 20),
        limit: 10,
    })
}

fn evaluate(synonyms: &Synonyms) -> Outcome {
    let directory = Directory::read(DIRECTORY.as_bytes(), FeedLimits::default()).unwrap();
    assert!(directory.services.len() >= 40);
    let index = SearchIndex::build(&directory, synonyms).unwrap();
    let mut outcome = Outcome {
        by_kind: BTreeMap::new(),
        answered: Tally::default(),
        shown_for_nothing: 0.0,
        misses: Vec::new(),
    };
    let (mut nothing, mut shown) = (0_u32, 0_u32);
    for row in QUERIES.lines().filter(|row| !row.starts_with('#')) {
        let columns: Vec<&str> = row.split('\t').collect();
        let (kind, text, wanted) = (
            columns[0],
            columns[1],
            columns[2].split_whitespace().collect::<Vec<_>>(),
        );
        for id in &wanted {
            assert!(
                directory
                    .services
                    .iter()
                    .any(|service| service.id.as_str() == *id),
                "{row}: no service {id}"
            );
        }
        let results = search(&index, text);
        let found: Vec<&str> = results
            .hits
            .iter()
            .map(|hit| hit.service_id.as_str())
            .collect();
        if wanted.is_empty() {
            nothing += 1;
            shown += u32::from(!found.is_empty());
            if !found.is_empty() {
                outcome.misses.push(format!(
                    "{kind}: {text}: shows {found:?} {:?}",
                    results.hits[0].why
                ));
            }
            continue;
        }
        assert_eq!(results.crisis, kind == "crisis" || text == "DSH", "{text}");
        let place = found.iter().position(|id| wanted.contains(id));
        for tally in [
            outcome.by_kind.entry(kind.to_owned()).or_default(),
            &mut outcome.answered,
        ] {
            tally.queries += 1;
            tally.first += u32::from(place == Some(0));
            tally.in_five += u32::from(place.is_some_and(|place| place < 5));
        }
        if place != Some(0) {
            outcome.misses.push(format!(
                "{kind}: {text}: wants {wanted:?}, shows {:?}",
                &found[..found.len().min(6)]
            ));
        }
    }
    outcome.shown_for_nothing = f64::from(shown) / f64::from(nothing);
    outcome
}

#[test]
fn gps_words_find_the_services_and_other_words_find_none() {
    let outcome = evaluate(&Synonyms::shipped().unwrap());
    println!(
        "{:14} {:>7} {:>6} {:>6}",
        "kind", "queries", "hit@1", "hit@5"
    );
    for (kind, tally) in &outcome.by_kind {
        println!(
            "{kind:14} {:>7} {:>6.2} {:>6.2}",
            tally.queries,
            tally.at_1(),
            tally.at_5()
        );
    }
    let all = outcome.answered;
    println!(
        "{:14} {:>7} {:>6.2} {:>6.2}",
        "all",
        all.queries,
        all.at_1(),
        all.at_5()
    );
    println!("shown for nothing: {:.2}", outcome.shown_for_nothing);
    for miss in &outcome.misses {
        println!("  {miss}");
    }
    assert!(all.queries >= 100);
    assert!(all.at_1() >= FLOOR_AT_1, "hit@1 {:.3}", all.at_1());
    assert!(all.at_5() >= FLOOR_AT_5, "hit@5 {:.3}", all.at_5());
    for (kind, tally) in &outcome.by_kind {
        assert!(
            tally.at_5() >= FLOOR_AT_5_OF_EACH_KIND,
            "{kind}: hit@5 {:.3}",
            tally.at_5()
        );
    }
    assert!(
        outcome.shown_for_nothing <= MOST_SHOWN_FOR_NOTHING,
        "{:.3}",
        outcome.shown_for_nothing
    );
}

/// The negative control: the floors are not so low that words alone would reach them.
#[test]
fn without_synonyms_the_floors_are_missed() {
    let bare = evaluate(&Synonyms::none()).answered;
    println!(
        "without synonyms: hit@1 {:.2}, hit@5 {:.2}",
        bare.at_1(),
        bare.at_5()
    );
    assert!(bare.at_1() < FLOOR_AT_1 && bare.at_5() < FLOOR_AT_5);
}
