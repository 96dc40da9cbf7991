//! What somebody with the web host, or with stolen keys, may try against a practice that follows a published directory. Each attack is refused,
//! the old directory stays, and one line says why; each test first shows that the same without the attack is taken.

use std::path::Path;

use jiff::Timestamp;
use product_tests::directories::superseded;
use product_tests::forged::{Forged, far, next, number, signed};
use product_tests::practice::{PAIN_PLATFORM, computer_time};
use product_tests::published::{Area, Follower, STARTER, copy_folder, days, renamed, silent};
use referrals::draft::ServiceToRefer;
use services_directory::feed::{FeedLimits, FeedProblem};
use services_directory::trust_table;
use signed_feed::keys::{KeyPurpose, SigningKey};
use signed_feed::source::{Authorities, Fetcher, Source, TransferLimits};
use signed_feed::verify::{self, Known, Refresh, Refusal};
use store::Clock;
use tempfile::TempDir;
use tough::schema::key::Key;
use tough::schema::{DelegatedRole, PathPattern, PathSet, RoleType, Root};

/// A practice at the first version, and the second one published: what an attacker starts from.
fn second_version() -> (Area, Follower) {
    let mut area = Area::publishing(STARTER);
    let follower = Follower::enrolled(&area);
    assert_eq!(follower.version(), 1);
    area.publish(&renamed("Pain Platform of the moor"));
    (area, follower)
}

/// The forgery is refused with this code and leaves everything as it was; what was published honestly is taken afterwards.
fn refused(forgery: &Path, code: &str, area: &Area, follower: &Follower) {
    let before = (follower.directory(), trust(follower));
    assert_eq!(follower.outcome(forgery), code);
    let after = (follower.directory(), trust(follower));
    assert!(after == before, "{code} left something changed");
    let status = follower.engine.feed_status().unwrap().unwrap();
    assert_eq!(status.failing.map(|(_, why)| why).as_deref(), Some(code));
    // The negative control.
    assert_eq!(follower.outcome(&area.path()), "applied");
    assert_eq!(follower.version(), 2);
}

fn trust(follower: &Follower) -> trust_table::Trust {
    let practice = &follower.engine.store.practice;
    practice.read(trust_table::trust).unwrap()
}

/// A copy of the second version, changed by whoever has the keys.
fn forged(area: &Area, change: impl FnOnce(&mut Forged)) -> TempDir {
    let copy = area.copy();
    let mut forged = Forged::of(copy.path());
    change(&mut forged);
    copy
}

#[test]
fn truncation_of_any_file_is_refused() {
    let mut area = Area::publishing(STARTER);
    let first = area.copy();
    let mut follower = Follower::enrolled(&area);
    area.publish(&renamed("Pain Platform of the moor"));
    let (mut refused, mut not_read) = (0, Vec::new());
    for folder in ["metadata", "targets"] {
        for entry in std::fs::read_dir(area.path().join(folder)).unwrap() {
            let name = entry.unwrap().file_name().to_string_lossy().into_owned();
            let copy = area.copy();
            let file = copy.path().join(folder).join(&name);
            let whole = std::fs::read(&file).unwrap();
            std::fs::write(&file, &whole[..whole.len() / 2]).unwrap();
            if follower.outcome(copy.path()) == "applied" {
                not_read.push(name);
                follower = Follower::enrolled_from(&area, first.path());
            } else {
                assert_eq!(follower.version(), 1, "{name}");
                refused += 1;
            }
        }
    }
    // Timestamp, snapshot, targets, services, and the files of services and endpoints.
    assert_eq!(refused, 6);
    let of_the_first = [
        "1.root",
        "1.snapshot",
        "1.services",
        "services-1",
        "revoked-1",
    ];
    assert!(
        not_read
            .iter()
            .all(|name| of_the_first.iter().any(|first| name.contains(first))),
        "{not_read:?}"
    );
}

#[test]
fn an_older_version_is_refused() {
    let mut area = Area::publishing(STARTER);
    let old = area.copy();
    let follower = Follower::enrolled(&area);
    area.publish(&renamed("Pain Platform of the moor"));
    assert_eq!(follower.outcome(&area.path()), "applied");
    assert_eq!(follower.outcome(old.path()), "feed-older");
    assert_eq!(follower.version(), 2);
}

#[test]
fn each_of_the_ten_versions_before_is_refused_even_when_the_directory_is_deleted() {
    let mut area = Area::publishing(STARTER);
    let mut old = vec![area.copy()];
    for version in 2..=11 {
        area.publish(&renamed(&format!("Pain Platform {version}")));
        old.push(area.copy());
    }
    old.pop();
    let follower = Follower::enrolled(&area);
    assert_eq!((follower.version(), old.len()), (11, 10));
    for folder in &old {
        assert_eq!(follower.outcome(folder.path()), "feed-older");
    }
    assert_eq!(follower.version(), 11);
    let follower = follower.reopened(Clock::system(), |data| {
        for end in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(data.join(format!("directory.db{end}")));
        }
    });
    for folder in &old {
        assert_eq!(follower.outcome(folder.path()), "feed-older");
    }
    assert_eq!(follower.outcome(&area.path()), "applied");
    assert_eq!(follower.version(), 11);
}

#[test]
fn a_role_signed_with_another_roles_key_is_refused() {
    let (area, follower) = second_version();
    let keys = &area.curators;
    let folder = forged(&area, |forged| {
        forged.services = signed(forged.services.signed.clone(), &[&keys.online[0]]);
        forged.write();
    });
    refused(folder.path(), "feed-damaged", &area, &follower);

    let (area, follower) = second_version();
    let keys = &area.curators;
    let folder = forged(&area, |forged| {
        let mut role = forged.services.signed.clone();
        role.version = next(role.version);
        forged.services = signed(role, &[&keys.targets[0]]);
        forged.seal(keys);
    });
    refused(folder.path(), "feed-not-genuine", &area, &follower);

    let (area, follower) = second_version();
    let folder = forged(&area, |forged| {
        let timestamp = forged.timestamp.signed.clone();
        forged.timestamp = signed(timestamp, &[&area.curators.services[0]]);
        forged.write_timestamp();
    });
    refused(folder.path(), "feed-not-genuine", &area, &follower);
}

#[test]
fn endpoints_that_are_one_signature_short_are_refused() {
    let (area, follower) = second_version();
    let keys = &area.curators;
    let folder = forged(&area, |forged| {
        let mut role = forged.targets.signed.clone();
        role.version = next(role.version);
        forged.targets = signed(role, &[&keys.targets[0]]);
        forged.seal(keys);
    });
    refused(folder.path(), "feed-not-genuine", &area, &follower);
}

#[test]
fn one_persons_signature_given_twice_counts_once() {
    let (area, follower) = second_version();
    let keys = &area.curators;
    let folder = forged(&area, |forged| {
        let mut role = forged.targets.signed.clone();
        role.version = next(role.version);
        forged.targets = signed(role, &[&keys.targets[0], &keys.targets[0]]);
        forged.seal(keys);
    });
    refused(folder.path(), "feed-not-genuine", &area, &follower);
}

/// The key's own id hangs on everything that is written beside it, so one key can be given two ids.
#[test]
fn one_key_under_two_names_counts_once() {
    let (area, follower) = second_version();
    let keys = &area.curators;
    let folder = forged(&area, |forged| {
        let mut root = forged.root().signed;
        let targets = root.roles.get_mut(&RoleType::Targets).unwrap();
        let first = targets.keyids[0].clone();
        let mut same = root.keys[&first].clone();
        if let Key::Ed25519 { keyval, .. } = &mut same {
            keyval
                ._extra
                .insert("of".to_owned(), "somebody else".into());
        }
        let second = same.key_id().unwrap();
        assert_ne!(first, second);
        targets.keyids.push(second.clone());
        root.keys.insert(second, same);
        root.version = next(root.version);
        let version = root.version.get();
        let root = signed(root, &[&keys.root[0], &keys.root[1]]);
        forged.write_root(version, &root);
    });
    refused(folder.path(), "feed-roles", &area, &follower);
}

#[test]
fn a_root_that_lets_one_person_sign_endpoints_is_refused() {
    let (area, follower) = second_version();
    let folder = forged(&area, |forged| {
        let mut root = forged.root().signed;
        root.roles.get_mut(&RoleType::Targets).unwrap().threshold = number(1);
        write_next_root(&area, forged, root);
    });
    refused(folder.path(), "feed-roles", &area, &follower);
}

fn write_next_root(area: &Area, forged: &Forged, mut root: Root) {
    root.version = next(root.version);
    let version = root.version.get();
    let keys = &area.curators.root;
    forged.write_root(version, &signed(root, &[&keys[0], &keys[1]]));
}

#[test]
fn a_role_that_the_snapshot_omits_is_refused_also_by_who_never_saw_it() {
    let (area, follower) = second_version();
    let keys = &area.curators;
    let folder = forged(&area, |forged| {
        forged.snapshot.signed.meta.remove("services.json");
        forged.seal(keys);
    });
    let newcomer = Follower::new();
    let place = engine::refresh::WhereToEnrol {
        address: product_tests::published::NOWHERE.to_owned(),
        fingerprint: area.fingerprint(),
        authority_pem: None,
        from: Some(folder.path().to_owned()),
    };
    let error = newcomer.engine.enrol_directory(&place, &silent());
    assert_eq!(error.unwrap_err().code(), "feed-roles");
    assert!(newcomer.engine.feed_status().unwrap().is_none());
    refused(folder.path(), "feed-roles", &area, &follower);
}

#[test]
fn a_stop_list_that_is_left_out_is_refused() {
    let (area, follower) = second_version();
    let keys = &area.curators;
    let folder = forged(&area, |forged| {
        let mut role = forged.services.signed.clone();
        role.targets
            .retain(|name, _| !name.raw().starts_with("revoked-"));
        role.version = next(role.version);
        forged.services = signed(role, &[&keys.services[0]]);
        forged.seal(keys);
    });
    refused(folder.path(), "feed-roles", &area, &follower);
}

#[test]
fn what_has_expired_is_refused_and_the_old_directory_stays_searchable_and_says_so() {
    let area = Area::publishing(STARTER);
    let follower = Follower::enrolled(&area);
    let later = computer_time() + days(15);
    let follower = follower.reopened(Clock::from_fn(move || later), |_| {});
    assert_eq!(follower.outcome(&area.path()), "feed-expired");
    let status = follower.engine.feed_status().unwrap().unwrap();
    assert!(status.expired && status.too_old_since.is_none());
    assert_eq!(follower.version(), 1);
    assert!(follower.engine.catalogue().is_ok(), "searched as before");
    let much_later = computer_time() + days(29);
    let follower = follower.reopened(Clock::from_fn(move || much_later), |_| {});
    let status = follower.engine.feed_status().unwrap().unwrap();
    assert!(status.too_old_since.is_some());
}

#[test]
fn a_version_fast_forwarded_to_the_end_of_numbers_is_refused_and_one_short_of_it_is_undone_by_new_keys()
 {
    let (area, follower) = second_version();
    let folder = forged(&area, |forged| {
        forged.timestamp.signed.version = number(u64::MAX - 1);
        forged.seal_timestamp(&area.curators);
    });
    refused(folder.path(), "feed-forked", &area, &follower);

    // Counted as far as can be stored: taken, and nothing that is published honestly is higher.
    let (mut area, follower) = second_version();
    let folder = forged(&area, |forged| {
        forged.timestamp.signed.version = number(i64::MAX as u64 - 1);
        forged.seal_timestamp(&area.curators);
    });
    assert_eq!(follower.outcome(folder.path()), "applied");
    area.heartbeat();
    assert_eq!(follower.outcome(&area.path()), "feed-older");
    let stolen = std::mem::take(&mut area.curators.online);
    area.curators.online = product_tests::published::Curators::default().online;
    area.rotate(&stolen);
    assert_eq!(follower.outcome(&area.path()), "nothing-new");
    // The thief's key counts no more.
    assert_eq!(follower.outcome(folder.path()), "feed-not-genuine");
}

/// CVE-2025-2888: a timestamp that fails the check must not become the one that is compared with.
#[test]
fn cve_2025_2888_a_refused_timestamp_is_not_remembered() {
    let mut area = Area::publishing(STARTER);
    let old = area.copy();
    let follower = Follower::enrolled(&area);
    area.heartbeat();
    assert_eq!(follower.outcome(&area.path()), "nothing-new");
    for _ in 0..3 {
        assert_eq!(follower.outcome(old.path()), "feed-older");
    }
    assert_eq!(follower.outcome(&area.path()), "nothing-new");
}

/// CVE-2025-2885: the second root must be the second.
#[test]
fn cve_2025_2885_a_root_whose_number_does_not_follow_is_refused() {
    let (area, follower) = second_version();
    let folder = forged(&area, |forged| {
        let mut root = forged.root().signed;
        root.version = number(3);
        let keys = &area.curators.root;
        forged.write_root(2, &signed(root, &[&keys[0], &keys[1]]));
    });
    refused(folder.path(), "feed-older", &area, &follower);
}

/// CVE-2025-2887: the delegated role goes back while snapshot and timestamp go on.
#[test]
fn cve_2025_2887_a_delegated_role_that_goes_back_is_refused() {
    let mut area = Area::publishing(STARTER);
    let old = area.copy();
    area.publish(&renamed("Pain Platform of the moor"));
    let follower = Follower::enrolled(&area);
    let folder = forged(&area, |forged| {
        forged.services = Forged::of(old.path()).services;
        forged.seal(&area.curators);
    });
    assert_eq!(follower.outcome(folder.path()), "feed-older");
    assert_eq!(follower.version(), 2);
    area.heartbeat();
    area.heartbeat();
    assert_eq!(follower.outcome(&area.path()), "nothing-new");
}

/// CVE-2025-2886: a delegation behind a terminating one must not be asked. Here there may be no other at all.
#[test]
fn cve_2025_2886_a_second_delegation_is_refused_wherever_it_stands() {
    for first in [true, false] {
        let (area, follower) = second_version();
        let keys = &area.curators;
        let folder = forged(&area, |forged| {
            let mut role = forged.targets.signed.clone();
            let delegations = role.delegations.as_mut().unwrap();
            let services = delegations.roles[0].clone();
            let other = DelegatedRole {
                name: "others".to_owned(),
                paths: PathSet::Paths(vec![PathPattern::new("endpoints-*.jsonl.zst").unwrap()]),
                ..services
            };
            delegations.roles.insert(usize::from(!first), other);
            role.version = next(role.version);
            forged.targets = signed(role, &[&keys.targets[0], &keys.targets[1]]);
            forged.seal(keys);
        });
        refused(folder.path(), "feed-roles", &area, &follower);
    }
}

/// python-tuf#1498: metadata that has expired here is still what the new one must not go behind.
#[test]
fn expired_metadata_on_this_computer_still_counts_for_the_rollback_check() {
    let mut area = Area::publishing(STARTER);
    area.publish(&renamed("Pain Platform of the moor"));
    let old = area.copy();
    area.heartbeat();
    let follower = Follower::enrolled(&area);
    let later = computer_time() + days(20);
    let follower = follower.reopened(Clock::from_fn(move || later), |_| {});
    assert!(follower.engine.feed_status().unwrap().unwrap().expired);
    // With the stolen online key the older versions get an end that is far away.
    let mut forged = Forged::of(old.path());
    let end = far(computer_time());
    let mut snapshot = forged.snapshot.signed.clone();
    snapshot.expires = end;
    forged.snapshot = signed(snapshot, &[&area.curators.online[0]]);
    let mut timestamp = forged.timestamp.signed.clone();
    timestamp.expires = end;
    timestamp.meta = Forged::of(old.path()).timestamp.signed.meta;
    for meta in timestamp.meta.values_mut() {
        (meta.length, meta.hashes) = (None, None);
    }
    forged.timestamp = signed(timestamp, &[&area.curators.online[0]]);
    forged.write();
    assert_eq!(follower.outcome(old.path()), "feed-older");
}

#[test]
fn two_contents_under_one_version_raise_the_alarm() {
    // The same number of the role.
    let (area, follower) = second_version();
    assert_eq!(follower.outcome(&area.path()), "applied");
    let keys = &area.curators;
    let folder = forged(&area, |forged| {
        let mut role = forged.services.signed.clone();
        role.expires = far(computer_time());
        forged.services = signed(role, &[&keys.services[0]]);
        forged.seal(keys);
    });
    assert_eq!(follower.outcome(folder.path()), "feed-forked");
    // Another number of the role, and the same of the file.
    let folder = forged(&area, |forged| {
        let text = renamed("Another").replacen("\"version\":1", "\"version\":2", 1);
        let packed = zstd::encode_all(services_lines(&text).as_bytes(), 3).unwrap();
        forged.add_services_file("services-2.jsonl.zst", &packed, &keys.services[0]);
        forged.seal(keys);
    });
    assert_eq!(follower.outcome(folder.path()), "feed-forked");
    assert_eq!(follower.version(), 2);
}

/// All but the endpoints.
fn services_lines(text: &str) -> String {
    let lines = text.lines();
    lines
        .filter(|line| !line.starts_with("{\"kind\":\"endpoint\""))
        .fold(String::new(), |text, line| text + line + "\n")
}

/// A publication of the services by a thief of the publisher's and the online key.
fn by_thief(area: &Area, text: &str) -> TempDir {
    forged(area, |forged| {
        let number = forged.newest("services-") + 1;
        let text = text.replacen("\"version\":1,", &format!("\"version\":{number},"), 1);
        forged.services_text(&text, &area.curators.services[0]);
        forged.seal(&area.curators);
    })
}

#[test]
fn h02_wrong_address_a_stolen_publisher_key_cannot_move_an_endpoint() {
    let (area, follower) = second_version();
    let keys = &area.curators;
    // What it can do, to show that the forging works: change the words of a service.
    let words = by_thief(&area, &services_lines(&renamed("Changed by a thief")));
    let other = Follower::enrolled(&area);
    assert_eq!(other.outcome(words.path()), "applied");
    assert!(other.directory().endpoints == follower.directory().endpoints);
    assert!(other.directory().services != follower.directory().services);

    // Endpoints among the services.
    let moved = STARTER.replace("pain.platform@", "thief@");
    let moved = if moved == STARTER {
        STARTER.replace("example.nhs.uk\",\"purpose\"", "evil.example\",\"purpose\"")
    } else {
        moved
    };
    assert_ne!(moved, STARTER);
    let folder = by_thief(&area, &moved);
    let endpoints = follower.directory().endpoints;
    assert_eq!(follower.outcome(folder.path()), "feed-content");
    assert!(follower.directory().endpoints == endpoints && follower.version() == 1);

    // One more endpoint among them, which no other record contradicts.
    let (area, follower) = second_version();
    let own = STARTER
        .lines()
        .find(|line| line.starts_with("{\"kind\":\"endpoint\",\"id\":\"endpoint-pain-platform\""));
    let own = own.unwrap();
    let more = own
        .replace("endpoint-pain-platform", "endpoint-of-a-thief")
        .replace("referrals@", "thief@");
    assert!(more.contains("thief@"));
    let named = STARTER.replace(
        "\"endpoint\":\"endpoint-pain-platform\"",
        "\"endpoint\":\"endpoint-of-a-thief\"",
    );
    let folder = by_thief(&area, &format!("{}{more}\n", services_lines(&named)));
    assert_eq!(follower.outcome(folder.path()), "feed-content");
    assert!(follower.directory().endpoints == endpoints && follower.version() == 1);

    // A file of endpoints under the delegated role.
    let (area, follower) = second_version();
    let folder = forged(&area, |forged| {
        let packed = zstd::encode_all(&b"\n"[..], 3).unwrap();
        forged.add_services_file("endpoints-9.jsonl.zst", &packed, &area.curators.services[0]);
        forged.seal(&area.curators);
    });
    refused(folder.path(), "feed-not-genuine", &area, &follower);

    // The top-level role signed by the publisher's key, twice over.
    let (area, follower) = second_version();
    let keys_now = &area.curators;
    let folder = forged(&area, |forged| {
        let mut role = forged.targets.signed.clone();
        role.version = next(role.version);
        forged.targets = signed(role, &[&keys_now.services[0], &keys_now.online[0]]);
        forged.seal(keys_now);
    });
    refused(folder.path(), "feed-not-genuine", &area, &follower);
    assert_eq!(keys.targets.len(), 2);

    // Back to an address that another has superseded, whose record two people signed and which still stands.
    let mut area = Area::publishing(&superseded());
    let follower = Follower::enrolled(&area);
    let chosen = |follower: &Follower| {
        let catalogue = follower.engine.catalogue().unwrap();
        let named = catalogue.listed().iter();
        let facts = engine::PatientFacts::default();
        let found = follower.engine.to_refer(Some(PAIN_PLATFORM), &facts);
        let ServiceToRefer::Found(found) = found.unwrap() else {
            panic!("{} services", named.count());
        };
        found.service.map(|service| service.address)
    };
    let newer = "post@pain-platform.example.nhs.uk";
    assert_eq!(chosen(&follower).as_deref(), Some(newer));
    area.publish(&superseded().replace("\"name\":\"Pain Platform\"", "\"name\":\"Pain\""));
    let back = superseded().replace(
        "\"endpoint\":\"endpoint-pain-platform-2\"",
        "\"endpoint\":\"endpoint-pain-platform\"",
    );
    let folder = by_thief(&area, &services_lines(&back));
    assert_eq!(follower.outcome(folder.path()), "feed-content");
    assert_eq!(chosen(&follower).as_deref(), Some(newer));
    // The day of publication is the thief's to write as well; the day on this computer is not.
    let dated = back.replacen(
        "\"published_on\":\"2026-11-20",
        "\"published_on\":\"2026-11-09",
        1,
    );
    assert_ne!(dated, back);
    let folder = by_thief(&area, &services_lines(&dated));
    let other = Follower::enrolled_from(&area, folder.path());
    assert_eq!(chosen(&other), None, "nothing is sent by it");
}

/// The delegated role may not hand its right on.
#[test]
fn a_publisher_that_delegates_is_refused() {
    let (area, follower) = second_version();
    let keys = &area.curators;
    let folder = forged(&area, |forged| {
        let mut role = forged.services.signed.clone();
        role.delegations = forged.targets.signed.delegations.clone();
        let name = "services2".to_owned();
        let delegations = role.delegations.as_mut().unwrap();
        delegations.roles[0].name = name;
        delegations.roles[0].targets = None;
        role.version = next(role.version);
        forged.services = signed(role, &[&keys.services[0]]);
        forged.seal(keys);
    });
    refused(folder.path(), "feed-roles", &area, &follower);
}

#[test]
fn a_zstd_bomb_is_refused_before_it_unfolds() {
    for (what, byte, code) in [
        ("one endless line", b'x', "feed-content"),
        ("endless empty lines", b'\n', "feed-content"),
    ] {
        let (area, follower) = second_version();
        let folder = forged(&area, |forged| {
            let bomb = zstd::encode_all(std::io::Read::take(std::io::repeat(byte), 1 << 26), 1);
            let bomb = bomb.unwrap();
            assert!(bomb.len() < 20_000, "{what}: much in few bytes");
            forged.add_services_file("services-3.jsonl.zst", &bomb, &area.curators.services[0]);
            forged.seal(&area.curators);
        });
        assert_eq!(follower.outcome(folder.path()), code, "{what}");
        assert_eq!(follower.version(), 1);
    }
    // What is no zstd at all, and what breaks off.
    for bytes in [
        &b"not packed"[..],
        &zstd::encode_all(STARTER.as_bytes(), 3).unwrap()[..900],
    ] {
        let (area, follower) = second_version();
        let folder = forged(&area, |forged| {
            forged.add_services_file("services-3.jsonl.zst", bytes, &area.curators.services[0]);
            forged.seal(&area.curators);
        });
        assert_eq!(follower.outcome(folder.path()), "feed-damaged");
        assert_eq!(follower.version(), 1);
    }
}

/// A record in which this stands in the place of a service's name, signed by a thief of the publisher's key: nothing but the contents is wrong.
fn refused_for_its_contents(attacks: &[String], why: &str) {
    for attack in attacks {
        changed_by_thief("\"name\":\"Pain Platform\"", attack, why);
    }
}

/// Each of them in order, so that only their number is wrong; signed by a thief of the publisher's key.
#[test]
fn half_a_million_records_and_one_are_refused() {
    let (area, follower) = second_version();
    let mut text = services_lines(STARTER);
    let more = FeedLimits::default().record_count + 1 - text.lines().count();
    for number in 0..more {
        text.push_str(r#"{"kind":"tombstone","id":"gone-"#);
        text.push_str(&number.to_string());
        text.push_str("\",\"reason\":\"closed\",\"on\":\"2025-09-30\"}\n");
    }
    let folder = by_thief(&area, &text);
    assert_eq!(follower.outcome(folder.path()), "feed-content");
    assert_eq!(follower.version(), 1);
    let Err(Refusal::Content(error)) = load(folder.path(), &area, FeedLimits::default()) else {
        panic!("taken");
    };
    assert!(matches!(
        error.problem,
        FeedProblem::TooManyRecords(500_000)
    ));
    // The negative control: nothing else is wrong with them.
    let one_more = FeedLimits {
        record_count: 600_000,
        ..FeedLimits::default()
    };
    load(folder.path(), &area, one_more).map(drop).unwrap();
}

/// The contents are refused, the old directory stays as it was, and one line says why.
fn changed_by_thief(from: &str, to: &str, why: &str) {
    let good = services_lines(STARTER);
    let text = good.replacen(from, to, 1);
    assert_ne!(text, good);
    let (area, follower) = second_version();
    let before = follower.directory();
    let folder = by_thief(&area, &text);
    let refusal = follower.refresh(folder.path()).unwrap_err();
    let line = refusal.to_string();
    assert_eq!(refusal.code(), "feed-content", "{line}");
    assert!(line.contains(why) && !line.contains('\n'), "{line}");
    assert!(follower.directory() == before);
    let status = follower.engine.feed_status().unwrap().unwrap();
    let failing = status.failing.map(|(_, why)| why);
    assert_eq!(failing.as_deref(), Some("feed-content"));
    // The negative control: what the thief signs is taken where its contents are well.
    let (other, well) = (Follower::enrolled(&area), by_thief(&area, &good));
    assert_eq!(other.outcome(well.path()), "applied");
}

fn named(name: &str) -> String {
    format!("\"name\":\"{name}\"")
}

#[test]
fn a_ten_megabyte_record_is_refused() {
    refused_for_its_contents(&[named(&"x".repeat(10 << 20))], "longer than");
}

#[test]
fn deep_nesting_is_refused() {
    let (open, close) = ("[".repeat(20_000), "]".repeat(20_000));
    let attack = format!("\"name\":{open}{close}");
    refused_for_its_contents(&[attack], "nested more than");
}

#[test]
fn bidi_overrides_and_isolates_in_a_name_are_refused() {
    let attacks = ["Pain \u{202e}mroftalP", "Pain \u{2066}Platform"];
    refused_for_its_contents(&attacks.map(named), "direction-changing");
}

#[test]
fn zero_width_characters_in_a_name_are_refused() {
    let attacks = ["Pain\u{200b} Platform", "Pa\u{ad}in Platform"];
    refused_for_its_contents(&attacks.map(named), "invisible");
}

#[test]
fn a_javascript_link_and_a_data_link_are_refused() {
    let own = "\"url\":\"https://pain-platform.example.nhs.uk\"";
    for attack in ["javascript:alert(1)", "data:text/html,x"] {
        let forged = format!("\"url\":\"{attack}\"");
        changed_by_thief(own, &forged, "not the address of a web page");
    }
}

#[test]
fn a_field_that_is_given_twice_is_refused() {
    let attack = format!("{},\"url\":\"https://x.example\"", named("Pain Platform"));
    refused_for_its_contents(&[attack], "duplicate field");
}

#[test]
fn a_field_that_the_schema_does_not_know_is_refused() {
    let attack = format!("{},\"script\":\"x\"", named("Pain Platform"));
    refused_for_its_contents(&[attack], "unknown field");
}

#[test]
fn too_many_records_are_refused() {
    let area = Area::publishing(STARTER);
    let records = STARTER.lines().count();
    let read = |record_count| {
        let limits = FeedLimits {
            record_count,
            ..FeedLimits::default()
        };
        load(&area.path(), &area, limits)
    };
    assert_eq!(FeedLimits::default().record_count, 500_000);
    assert!(read(records).is_ok());
    let Err(Refusal::Content(error)) = read(records - 1) else {
        panic!("taken");
    };
    assert!(matches!(error.problem, FeedProblem::TooManyRecords(_)));
}

/// As an enrolment does it, without a practice.
fn load(
    folder: &Path,
    area: &Area,
    limits: FeedLimits,
) -> Result<services_directory::feed::Directory, Refusal> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(async {
        let fetcher = Fetcher::new(
            &Source::Folder(folder.to_owned()),
            &Authorities::OperatingSystem,
            TransferLimits::default(),
            silent(),
        )?;
        let mut known = Known::default();
        let root = verify::first_root(&fetcher, &area.fingerprint()).await?;
        known
            .trust
            .roles
            .insert(trust_table::TrustedRole::Root, root);
        match verify::refresh(&fetcher, &known, computer_time()).await {
            Ok(Refresh::New(version)) => version.files().await?.directory(limits),
            Ok(Refresh::NothingNew(_)) => unreachable!("nothing was known"),
            Err(failure) => Err(failure.refusal),
        }
    })
}

#[test]
fn a_metadata_file_that_is_over_long_is_refused() {
    for (name, bytes) in [("timestamp.json", 17 << 10), ("2.root.json", 300 << 10)] {
        let (area, follower) = second_version();
        let copy = area.copy();
        std::fs::write(copy.path().join("metadata").join(name), vec![b' '; bytes]).unwrap();
        refused(copy.path(), "feed-too-long", &area, &follower);
    }
}

#[test]
fn another_directory_under_the_same_address_is_refused() {
    let (area, follower) = second_version();
    let other = Area::publishing(STARTER);
    refused(&other.path(), "feed-not-genuine", &area, &follower);
}

#[test]
fn a_fingerprint_that_is_another_enrols_nothing() {
    let (area, other) = (Area::publishing(STARTER), Area::publishing(STARTER));
    let follower = Follower::new();
    let before = follower.directory();
    let place = |fingerprint: String| engine::refresh::WhereToEnrol {
        address: product_tests::published::NOWHERE.to_owned(),
        fingerprint,
        authority_pem: None,
        from: Some(area.path()),
    };
    let enrol = |fingerprint| {
        follower
            .engine
            .enrol_directory(&place(fingerprint), &silent())
    };
    assert_eq!(
        enrol(other.fingerprint()).unwrap_err().code(),
        "feed-other-root"
    );
    assert_eq!(
        enrol("1234".to_owned()).unwrap_err().code(),
        "feed-fingerprint"
    );
    assert!(follower.directory() == before);
    assert!(follower.engine.feed_status().unwrap().is_none());
    assert!(enrol(area.fingerprint()).is_ok());
}

#[test]
fn a_clock_ten_years_behind_warns_and_stops_nothing_and_one_ten_years_ahead_refuses_and_keeps() {
    let mut area = Area::publishing(STARTER);
    let follower = Follower::enrolled(&area);
    assert!(
        !follower
            .engine
            .feed_status()
            .unwrap()
            .unwrap()
            .clock_warning
    );
    area.publish(&renamed("Pain Platform of the moor"));
    let old = area.copy();
    let by = |days_off: i64| -> Clock {
        let at: Timestamp = computer_time() + days(days_off);
        Clock::from_fn(move || at)
    };
    let follower = follower.reopened(by(3_650), |_| {});
    assert_eq!(follower.outcome(&area.path()), "feed-expired");
    assert_eq!(follower.version(), 1);
    let follower = follower.reopened(by(-3_650), |_| {});
    assert_eq!(follower.outcome(&area.path()), "applied");
    assert_eq!(follower.version(), 2);
    assert!(
        follower
            .engine
            .feed_status()
            .unwrap()
            .unwrap()
            .clock_warning
    );
    // Also behind the time nothing goes back.
    area.heartbeat();
    assert_eq!(follower.outcome(&area.path()), "nothing-new");
    assert_eq!(follower.outcome(old.path()), "feed-older");
    let follower = follower.reopened(Clock::system(), |_| {});
    assert_eq!(follower.outcome(&area.path()), "nothing-new");
    assert!(
        !follower
            .engine
            .feed_status()
            .unwrap()
            .unwrap()
            .clock_warning
    );
}

/// The keys that a new root takes back stay taken back, even where everything after it is spoilt.
#[test]
fn a_new_root_is_believed_although_what_follows_it_is_refused() {
    let (mut area, follower) = second_version();
    let before = area.copy();
    let stolen = std::mem::take(&mut area.curators.online);
    area.curators.online = product_tests::published::Curators::default().online;
    area.rotate(&stolen);
    let spoilt = area.copy();
    std::fs::write(spoilt.path().join("metadata/timestamp.json"), b"{}").unwrap();
    assert_eq!(follower.outcome(spoilt.path()), "feed-not-genuine");
    // The thief withholds the new root: too late.
    let mixed = tempfile::tempdir().unwrap();
    copy_folder(before.path(), mixed.path());
    assert_eq!(follower.outcome(mixed.path()), "feed-not-genuine");
    assert_eq!(follower.outcome(&area.path()), "applied");
}

/// As `fast_forwarded…` above, but the new root comes a refresh before the rest: it is believed at once, and must not be the end of all refreshing.
#[test]
fn a_fast_forwarded_version_is_undone_also_where_the_new_root_came_before_the_rest() {
    let (mut area, follower) = second_version();
    let by_thief = forged(&area, |forged| {
        forged.timestamp.signed.version = number(1 << 62);
        forged.seal_timestamp(&area.curators);
    });
    assert_eq!(follower.outcome(by_thief.path()), "applied");
    area.heartbeat();
    assert_eq!(follower.outcome(&area.path()), "feed-older");

    let stolen = std::mem::take(&mut area.curators.online);
    area.curators.online = product_tests::published::Curators::default().online;
    area.rotate(&stolen);
    add_root(&area, by_thief.path());
    let before = follower.directory();
    assert_eq!(follower.outcome(by_thief.path()), "feed-not-genuine");
    let root = trust(&follower).roles[&trust_table::TrustedRole::Root].version;
    assert_eq!(root, 2, "believed although nothing else came");
    assert!(follower.directory() == before);

    assert_eq!(follower.outcome(&area.path()), "nothing-new");
    area.publish(&renamed("Pain Platform of the valley"));
    assert_eq!(follower.outcome(&area.path()), "applied");
    assert_eq!(follower.version(), 3);
}

/// A second server is given a key of its own: nobody was replaced, so nothing may go back.
#[test]
fn a_key_that_comes_in_beside_the_others_does_not_switch_the_rollback_check_off() {
    let (mut area, follower) = second_version();
    let older = area.copy();
    area.heartbeat();
    assert_eq!(follower.outcome(&area.path()), "applied");
    let second = SigningKey::random(KeyPurpose::Online, "Second server").unwrap();
    area.curators.online.push(second);
    area.rotate(&[]);
    add_root(&area, older.path());
    assert_eq!(follower.outcome(older.path()), "feed-older");
    assert_eq!(follower.outcome(&area.path()), "nothing-new");
    assert_eq!(follower.outcome(older.path()), "feed-older");
}

/// The second root, in a folder that holds nothing else of what came with it.
fn add_root(area: &Area, folder: &Path) {
    let name = "metadata/2.root.json";
    std::fs::copy(area.path().join(name), folder.join(name)).unwrap();
}
