//! A version in which many services and their addresses are gone: it waits, with what it would take away, and takes it away only after a yes.

use engine::refresh::Refreshed;
use product_tests::practice::computer_time;
use product_tests::program::Program;
use product_tests::published::{Area, Follower, STARTER, enrol_by_command_line};
use serde_json::{Value, json};
use services_directory::feed::Directory;
use services_directory::ids::ServiceId;
use services_directory::model::TombstoneReason;
use services_directory::trust_table::Changes;
use signed_feed::publish::Left;

/// Each has an address, and no other service names them.
const GONE: [&str; 6] = [
    "fatigue-clinic",
    "green-fold-garden",
    "arts-on-prescription",
    "acupuncture-clinic",
    "exercise-referral",
    "befriending",
];

/// The starter directory without the first so many of these services and their addresses.
fn without(count: usize) -> (String, Vec<Left>) {
    let gone = &GONE[..count];
    let stays = |line: &&str| {
        let record: Value = serde_json::from_str(line).unwrap();
        let of = if record["kind"] == "endpoint" {
            &record["service_id"]
        } else {
            &record["id"]
        };
        !gone.iter().any(|id| of == id)
    };
    let lines: Vec<&str> = STARTER.lines().filter(stays).collect();
    let left = gone.iter().map(|id| Left {
        id: ServiceId::parse(id).unwrap(),
        reason: TombstoneReason::Closed,
        successor: None,
    });
    (lines.join("\n"), left.collect())
}

fn published_without(area: &mut Area, count: usize) -> Directory {
    let (text, left) = without(count);
    area.publish_without(&text, &left, computer_time()).unwrap()
}

fn there(directory: &Directory) -> (usize, usize) {
    let services = directory.services.iter();
    let services = services.filter(|it| GONE.contains(&it.id.as_str()));
    let endpoints = directory.endpoints.iter();
    let endpoints = endpoints.filter(|it| GONE.contains(&it.service_id.as_str()));
    (services.count(), endpoints.count())
}

#[test]
fn a_version_that_takes_many_services_and_addresses_away_waits_and_takes_them_only_after_a_yes() {
    let mut area = Area::publishing(STARTER);
    let follower = Follower::enrolled(&area);
    let old = follower.directory();
    assert_eq!(there(&old), (6, 6));
    let new = published_without(&mut area, 6);
    assert_eq!(there(&new), (0, 0));
    let expected = Changes {
        version: 2,
        services_before: old.services.len(),
        services_gone: 6,
        endpoints_before: old.endpoints.len(),
        endpoints_gone: 6,
        ..Changes::default()
    };
    let refreshed = follower.refresh(&area.path()).unwrap();
    assert_eq!(refreshed, Refreshed::Held(expected));
    for _ in 0..2 {
        assert!(follower.directory() == old, "nothing is gone yet");
        assert_eq!(follower.outcome(&area.path()), "held");
    }
    let held = follower.engine.feed_status().unwrap().unwrap().held;
    let held = held.unwrap();
    assert_eq!((held.changes, held.refused), (expected, false));
    let accepted = follower.engine.decide_held_changes(&held.publication, true);
    assert_eq!(accepted.unwrap(), Refreshed::Applied(expected));
    assert!(follower.directory() == new);
    assert_eq!(follower.outcome(&area.path()), "nothing-new");

    // The negative control: one name that differs is taken unasked.
    let (text, _) = without(6);
    let renamed = text.replacen("Pain Platform", "Pain Platform of the moor", 1);
    assert_ne!(renamed, text);
    let next = area.publish_without(&renamed, &[], computer_time());
    assert_eq!(follower.outcome(&area.path()), "applied");
    assert!(follower.directory() == next.unwrap());
}

#[test]
fn the_command_line_says_how_much_would_be_gone_and_waits_for_a_yes() {
    let mut area = Area::publishing(STARTER);
    let folder = tempfile::tempdir().unwrap();
    let program = Program::over(&folder.path().join("data"), &folder.path().join("home"));
    enrol_by_command_line(&program, &area);
    let from = area.path().display().to_string();
    published_without(&mut area, 6);
    let found = || program.run(&["show", GONE[0]]).succeeded;
    let said = program.run(&["sync", "--from", &from]).out;
    assert!(said.starts_with("Held for a person"), "{said}");
    for counts in ["0 changed, 6 gone of 98", "0 changed, 6 gone of 45"] {
        assert!(said.contains(counts), "{said}");
    }
    assert!(found());
    let accepted = program.json(&["sync", "--accept-held"]);
    assert_eq!(accepted["refresh"], "applied");
    assert_eq!(
        (
            &accepted["changes"]["services_gone"],
            &accepted["changes"]["endpoints_gone"]
        ),
        (&json!(6), &json!(6))
    );
    assert!(!found());
}
