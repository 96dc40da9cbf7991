//! When an entry may be closed: never because it was missing once, and never many at once without a person.

use super::{FEED, clean, map};
use crate::import::file::DirectoryFile;
use crate::import::open_referral::Mapped;
use crate::import::seen::Seen;
use crate::import::source::Source;
use crate::import::take_over::{Arrived, Changes, TooManyVanished, take_over};
use crate::model::{DirectoryHeader, HealthcareService, ServiceStatus, Tier};
use jiff::civil::{Date, date};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A feed of ten, and the file into which it is taken.
struct Curator {
    file: DirectoryFile,
    seen: Seen,
    /// Whether the list has ids for which the feed answers 404.
    lists_gone: bool,
}

fn raw(id: &str) -> Value {
    let mut raw = clean();
    raw["id"] = json!(id);
    raw["name"] = json!(format!("Service {id}"));
    raw
}

fn feed(ids: impl IntoIterator<Item = u32>) -> Vec<Value> {
    ids.into_iter().map(|id| raw(&id.to_string())).collect()
}

impl Curator {
    fn of_ten() -> Self {
        let header = DirectoryHeader {
            id: "x".to_owned(),
            name: "x".to_owned(),
            version: 1,
            published_on: date(2026, 11, 1),
            demonstration: false,
            licence: None,
            corrections_to: None,
        };
        let mut curator = Self {
            file: DirectoryFile::new(header),
            seen: Seen::default(),
            lists_gone: false,
        };
        let changes = curator.import("2026-11-01", &feed(0..10), true).unwrap();
        assert_eq!(changes.new, 10);
        curator
    }

    fn import(
        &mut self,
        day: &str,
        raws: &[Value],
        complete: bool,
    ) -> Result<Changes, TooManyVanished> {
        self.import_with(day, raws, &[], complete, false)
    }

    fn import_with(
        &mut self,
        day: &str,
        raws: &[Value],
        gone: &[&str],
        complete: bool,
        right: bool,
    ) -> Result<Changes, TooManyVanished> {
        let services: Vec<Mapped> = raws.iter().map(|raw| map(raw).0).collect();
        let today: Date = day.parse().unwrap();
        let arrived = Arrived {
            listed: services
                .iter()
                .map(|mapped| mapped.id.clone())
                .chain(
                    gone.iter()
                        .filter(|_| self.lists_gone)
                        .map(|id| (*id).to_owned()),
                )
                .collect(),
            services,
            gone: gone
                .iter()
                .map(|id| (*id).to_owned())
                .collect::<BTreeSet<_>>(),
            complete,
            at: format!("{day}T09:00:00Z").parse().unwrap(),
            today,
        };
        let (file, seen, changes) = take_over(
            &self.file,
            &self.seen,
            &arrived,
            &Source::named(FEED),
            right,
        )?;
        file.check().unwrap();
        (self.file, self.seen) = (file, seen);
        Ok(changes)
    }

    fn service(&self, id: &str) -> HealthcareService {
        let id = Source::named(FEED).service_id(id).unwrap();
        HealthcareService::clone(self.file.service(&id).unwrap())
    }

    fn status(&self, id: &str) -> ServiceStatus {
        self.service(id).status
    }
}

#[test]
fn missing_once_is_only_written_down() {
    let mut curator = Curator::of_ten();
    let changes = curator.import("2026-11-08", &feed(1..10), true).unwrap();
    assert_eq!((changes.missing.len(), changes.retired.len()), (1, 0));
    assert_eq!(curator.status("0"), ServiceStatus::Active);
    assert!(curator.seen.entries["0"].missing_since.is_some());
}

#[test]
fn missing_twice_within_seven_days_is_not_enough() {
    let mut curator = Curator::of_ten();
    curator.import("2026-11-08", &feed(1..10), true).unwrap();
    curator.import("2026-11-14", &feed(1..10), true).unwrap();
    assert_eq!(curator.status("0"), ServiceStatus::Active);
    let changes = curator.import("2026-11-15", &feed(1..10), true).unwrap();
    assert_eq!(changes.retired.len(), 1);
    let closed = curator.service("0");
    assert_eq!(closed.status, ServiceStatus::Inactive);
    assert_eq!(closed.onward.closed_on, Some(date(2026, 11, 15)));
    assert!(
        curator.file.text().contains("Service 0"),
        "closed, and not taken out"
    );
}

#[test]
fn an_incomplete_crawl_closes_nothing_and_counts_for_nothing() {
    let mut curator = Curator::of_ten();
    let changes = curator.import("2026-11-08", &feed(1..3), false).unwrap();
    assert_eq!((changes.missing.len(), changes.retired.len()), (0, 0));
    curator.import("2026-11-15", &feed(1..10), true).unwrap();
    curator.import("2026-11-23", &feed(1..3), false).unwrap();
    assert_eq!(curator.status("0"), ServiceStatus::Active);
}

#[test]
fn seen_again_in_between_begins_the_count_anew() {
    let mut curator = Curator::of_ten();
    curator.import("2026-11-08", &feed(1..10), true).unwrap();
    curator.import("2026-11-12", &feed(0..3), false).unwrap();
    curator.import("2026-11-16", &feed(1..10), true).unwrap();
    assert_eq!(curator.status("0"), ServiceStatus::Active);
    curator.import("2026-11-23", &feed(1..10), true).unwrap();
    assert_eq!(curator.status("0"), ServiceStatus::Inactive);
}

/// A feed that is moved or rebuilt answers 404 for everything for a while.
#[test]
fn gone_by_its_own_address_is_missing_and_closed_only_by_two_complete_crawls_a_week_apart() {
    // Listed still, and not listed any more: the same.
    for lists_gone in [true, false] {
        let mut curator = Curator::of_ten();
        curator.lists_gone = lists_gone;
        let crawl = |curator: &mut Curator, day: &str, complete: bool| {
            curator
                .import_with(day, &feed(1..10), &["0"], complete, false)
                .unwrap()
        };
        let changes = crawl(&mut curator, "2026-11-08", false);
        assert_eq!((changes.missing.len(), changes.retired.len()), (0, 0));
        let changes = crawl(&mut curator, "2026-11-09", true);
        assert_eq!((changes.missing.len(), changes.retired.len()), (1, 0));
        crawl(&mut curator, "2026-11-15", true);
        assert_eq!(curator.status("0"), ServiceStatus::Active);
        // A week, and not complete.
        crawl(&mut curator, "2026-11-17", false);
        assert_eq!(curator.status("0"), ServiceStatus::Active);
        let changes = crawl(&mut curator, "2026-11-18", true);
        assert_eq!(changes.retired.len(), 1);
        assert_eq!(curator.status("0"), ServiceStatus::Inactive);
    }
}

#[test]
fn a_status_of_inactive_closes_it_from_that_day_on() {
    let mut curator = Curator::of_ten();
    let mut raws = feed(0..10);
    raws[0]["status"] = json!("defunct");
    curator.import("2026-11-08", &raws, true).unwrap();
    curator.import("2026-11-20", &raws, true).unwrap();
    let closed = curator.service("0");
    assert_eq!(
        (closed.status, closed.onward.closed_on),
        (ServiceStatus::Inactive, Some(date(2026, 11, 8)))
    );
}

#[test]
fn more_than_a_fifth_vanished_stops_and_changes_nothing() {
    let mut curator = Curator::of_ten();
    let before = curator.file.text();
    assert!(
        curator.import("2026-11-08", &feed(2..10), true).is_ok(),
        "a fifth is not more than a fifth"
    );
    let mut curator = Curator::of_ten();
    let stopped = curator
        .import("2026-11-08", &feed(3..10), true)
        .unwrap_err();
    assert_eq!(
        stopped,
        TooManyVanished {
            vanished: 3,
            known: 10
        }
    );
    assert_eq!(
        (curator.file.text(), curator.seen.complete_at.len()),
        (before, 1)
    );
    // A feed whose details all answer 404, and one that says "inactive" of all.
    let ids: Vec<String> = (0..10).map(|id| id.to_string()).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    assert!(
        curator
            .import_with("2026-11-08", &[], &ids, true, false)
            .is_err()
    );
    let mut raws = feed(0..10);
    for raw in &mut raws {
        raw["status"] = json!("inactive");
    }
    assert!(curator.import("2026-11-08", &raws, true).is_err());
    let changes = curator
        .import_with("2026-11-08", &raws, &[], true, true)
        .unwrap();
    assert_eq!(changes.retired.len(), 10, "a person said that it is right");
}

#[test]
fn what_comes_back_is_open_again() {
    let mut curator = Curator::of_ten();
    for day in ["2026-11-08", "2026-11-15"] {
        curator.import(day, &feed(1..10), true).unwrap();
    }
    assert_eq!(curator.status("0"), ServiceStatus::Inactive);
    let changes = curator.import("2026-11-16", &feed(0..10), true).unwrap();
    assert_eq!(changes.returned.len(), 1);
    let open = curator.service("0");
    assert_eq!(
        (open.status, open.onward.closed_on),
        (ServiceStatus::Active, None)
    );
    assert_eq!(curator.seen.entries["0"].retired_on, None);
}

#[test]
fn a_curated_entry_is_never_touched_and_its_changes_are_for_a_person() {
    let mut curator = Curator::of_ten();
    let mut curated = curator.service("0");
    curated.onward.tier = Tier::Curated;
    curated.name = "Looked at".to_owned();
    curator.file.put_service(curated.clone());
    let mut raws = feed(0..10);
    raws[0]["url"] = json!("https://elsewhere.example.org");
    let changes = curator.import("2026-11-08", &raws, true).unwrap();
    assert_eq!(changes.to_check.len(), 1);
    assert_eq!(
        (
            changes.to_check[0].field.as_str(),
            changes.to_check[0].now.as_str()
        ),
        ("url", "https://elsewhere.example.org")
    );
    let gone = |curator: &mut Curator, day| {
        let changes = curator.import_with(day, &feed(1..10), &["0"], true, false);
        changes.unwrap().to_check.len()
    };
    assert_eq!(gone(&mut curator, "2026-11-09"), 0);
    assert_eq!(gone(&mut curator, "2026-11-16"), 1, "gone from the feed");
    assert_eq!(curator.service("0"), curated);
}

#[test]
fn the_same_feed_again_changes_not_a_byte() {
    let mut curator = Curator::of_ten();
    let mut undated = feed(0..10);
    for raw in &mut undated {
        raw["last_modified"] = Value::Null;
    }
    curator.import("2026-11-08", &undated, true).unwrap();
    let before = curator.file.text();
    let changes = curator.import("2026-11-09", &undated, true).unwrap();
    assert_eq!(
        (changes.unchanged, changes.changed, curator.file.text()),
        (10, 0, before)
    );
}

#[test]
fn what_a_person_took_out_of_the_file_stays_out() {
    let mut curator = Curator::of_ten();
    let text = curator.file.text();
    let kept: Vec<&str> = text
        .lines()
        .filter(|line| !line.contains("Service 0\""))
        .collect();
    let text = kept.join("\n");
    curator.file = DirectoryFile::read(&text).unwrap();
    let changes = curator.import("2026-11-08", &feed(0..10), true).unwrap();
    assert_eq!((changes.left_out, changes.new), (1, 0));
}
