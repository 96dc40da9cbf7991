//! Following a published directory: over TLS and from a folder, what is asked, what is held, what stops at once, and what is left when it is killed.

use demo::certificates::{Authority, unknown_issuer};
use engine::refresh::{Refreshed, WhereToEnrol};
use engine::{AddressAct, TimelineWhat};
use jiff::Timestamp;
use product_tests::patients::{DOE, SMITH};
use product_tests::practice::{ACTOR, PAIN_PLATFORM, Practice, Time, computer_time};
use product_tests::program::Program;
use product_tests::published::{
    Area, Follower, NOWHERE, STARTER, days, enrol, outcome_of, refresh, renamed, silent,
};
use product_tests::real_practice::{HALE, LISTER, RealPractice, pin, published};
use product_tests::torture::copies::child;
use product_tests::web_server::{Fault, WebServer};
use services_directory::directory_table;
use services_directory::ids::EndpointId;
use services_directory::trust_table::{self, StopList};
use signed_feed::source::{
    Authorities, Fetcher, Progress, Source, Step, TransferError, TransferLimits,
};
use signed_feed::verify::{self, Refusal};
use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use store::{Clock, StoreError, fail_point};

fn place(server: &WebServer, area: &Area) -> WhereToEnrol {
    WhereToEnrol {
        address: server.address(),
        fingerprint: area.fingerprint(),
        authority_pem: Some(server.ca_pem.clone()),
        from: None,
    }
}

fn online(follower: &Follower) -> String {
    outcome_of(follower.engine.refresh_directory(None, &silent()))
}

/// Enrolled over TLS at the first version, with the second one published.
fn over_tls() -> (Area, WebServer, Follower) {
    let mut area = Area::publishing(STARTER);
    let server = WebServer::serving(&area.path());
    let follower = Follower::new();
    let place = place(&server, &area);
    follower.engine.enrol_directory(&place, &silent()).unwrap();
    area.publish(&renamed("Pain Platform of the moor"));
    (area, server, follower)
}

#[test]
fn a_refresh_with_nothing_new_is_one_conditional_request_of_a_few_kilobytes() {
    let (_area, server, follower) = over_tls();
    assert_eq!(online(&follower), "applied");
    let (_, before) = (server.requests(), server.wire_bytes());
    assert_eq!(online(&follower), "nothing-new");
    let asked = server.requests();
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert_eq!(asked[0].path, "metadata/timestamp.json");
    assert_eq!((asked[0].conditional, asked[0].status), (true, 304));
    let bytes = server.wire_bytes() - before;
    assert!(
        (500..=20_000).contains(&bytes),
        "{bytes} with the handshake"
    );
    println!("a refresh with nothing new: {bytes} bytes on the wire");
    let state = follower.engine.feed_status().unwrap().unwrap();
    assert_eq!((state.version, state.failing), (Some(2), None));
}

#[test]
fn whoever_waits_is_told_what_is_going_on_and_how_much_has_come_of_how_much() {
    let (_area, _server, follower) = over_tls();
    let steps: Arc<Mutex<Vec<Step>>> = Arc::default();
    let heard = steps.clone();
    let progress: Progress = Arc::new(move |step| heard.lock().unwrap().push(step));
    let done = follower.engine.refresh_directory(None, &progress);
    assert_eq!(outcome_of(done), "applied");
    let steps = std::mem::take(&mut *steps.lock().unwrap());
    let (mut came, mut lengths, mut order) = (Vec::new(), BTreeSet::new(), Vec::new());
    for step in steps {
        let said = match step {
            Step::Fetched { .. } => continue,
            Step::Fetching { bytes, of_bytes } => {
                came.push(bytes);
                lengths.insert(of_bytes);
                "fetching"
            }
            Step::Asking => "asking",
            Step::Verified => "verified",
            Step::Applying { services } => {
                assert_eq!(services, follower.directory().services.len());
                "applying"
            }
        };
        if order.last() != Some(&said) {
            order.push(said);
        }
    }
    assert_eq!(order, ["asking", "verified", "fetching", "applying"]);
    // Of both files together, in pieces, up to the last byte.
    assert_eq!(lengths.len(), 1);
    assert!(came.is_sorted() && came.len() >= 2, "{came:?}");
    assert_eq!(came.last(), lengths.first());
}

/// What the web host does wrong with one file ends the refresh: the old directory stays as it was, one line says why, and the next refresh is well.
fn refused_online(cases: &[(&str, Fault, &str)]) {
    let (_area, server, follower) = over_tls();
    let before = follower.directory();
    for (path, fault, code) in cases {
        server.fault(path, fault.clone());
        let refused = follower.engine.refresh_directory(None, &silent());
        let refused = refused.unwrap_err();
        let line = refused.to_string();
        assert_eq!(refused.code(), *code, "{path} {fault:?}");
        assert!(line.len() > 20 && !line.contains('\n'), "{line}");
        assert!(follower.directory() == before, "{path} {fault:?}");
        let status = follower.engine.feed_status().unwrap().unwrap();
        let why = status.failing.map(|(_, why)| why);
        assert_eq!(why.as_deref(), Some(*code), "{path} {fault:?}");
        server.well();
    }
    // The negative control.
    assert_eq!(online(&follower), "applied");
    assert_eq!(follower.version(), 2);
    let status = follower.engine.feed_status().unwrap().unwrap();
    assert_eq!(status.failing, None);
}

#[test]
fn an_endless_answer_is_cut_off_whichever_file_it_is() {
    let files = [
        "timestamp.json",
        ".snapshot.json",
        ".targets.json",
        ".services.json",
        "2.root.json",
        ".jsonl.zst",
    ];
    refused_online(&files.map(|file| (file, Fault::Endless, "feed-too-long")));
}

#[test]
fn an_answer_that_says_that_it_is_too_long_is_not_read() {
    refused_online(
        &["timestamp.json", ".jsonl.zst"].map(|file| (file, Fault::OverLong, "feed-too-long")),
    );
}

/// A few bytes a second for ever would keep the old directory for ever, and nobody would be told. This takes as long as the product waits: 20 seconds.
#[test]
fn a_slow_answer_that_trickles_is_given_up() {
    refused_online(&[(".jsonl.zst", Fault::Trickle, "feed-too-slow")]);
}

/// The same for a server that takes the request and never says a word: 30 seconds.
#[test]
fn a_slow_answer_that_never_begins_is_given_up() {
    refused_online(&[("timestamp.json", Fault::Silent, "feed-too-slow")]);
}

#[test]
fn an_answer_that_leads_elsewhere_is_not_followed() {
    let to = [
        "https://localhost:1/",
        "http://127.0.0.1:1/",
        "file:///etc/passwd",
    ];
    refused_online(&to.map(|to| {
        let fault = Fault::Redirect(to.to_owned());
        ("timestamp.json", fault, "feed-redirected")
    }));
}

#[test]
fn an_answer_that_is_an_error_or_breaks_off_leaves_the_old_directory() {
    refused_online(&[
        ("timestamp.json", Fault::Status(503), "feed-server"),
        ("2.root.json", Fault::Status(500), "feed-server"),
        (".snapshot.json", Fault::Status(404), "feed-damaged"),
        (".jsonl.zst", Fault::Status(404), "feed-file-missing"),
        (".jsonl.zst", Fault::Cut, "feed-no-connection"),
    ]);
}

/// Limits so short that a test sees them; what they are in the product, `TransferLimits::default` says.
#[test]
fn an_answer_that_is_too_slow_is_given_up_by_its_speed_by_silence_and_by_the_deadline() {
    let (area, server, _) = over_tls();
    let long = Duration::from_mins(5);
    let patient = TransferLimits {
        silence: long,
        total: long,
        speed_counts_after: long,
        ..TransferLimits::default()
    };
    let first_root = |limits| {
        let source = Source::https(&server.address()).unwrap();
        let pem = server.ca_pem.clone();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        runtime.unwrap().block_on(async {
            let fetcher =
                Fetcher::new(&source, &Authorities::Only { pem }, limits, silent()).unwrap();
            verify::first_root(&fetcher, &area.fingerprint()).await
        })
    };
    server.fault("1.root.json", Fault::Trickle);
    let speed = TransferLimits {
        speed_counts_after: Duration::from_millis(50),
        least_bytes_per_second: 1_000_000,
        ..patient
    };
    assert!(matches!(
        first_root(speed),
        Err(Refusal::Transfer(TransferError::TooSlow))
    ));
    server.fault("1.root.json", Fault::Silent);
    let silence = TransferLimits {
        silence: Duration::from_millis(50),
        ..patient
    };
    assert!(matches!(
        first_root(silence),
        Err(Refusal::Transfer(TransferError::TooSlow))
    ));
    let deadline = TransferLimits {
        total: Duration::from_millis(50),
        ..patient
    };
    assert!(matches!(
        first_root(deadline),
        Err(Refusal::Transfer(TransferError::DeadlinePassed))
    ));
    server.well();
    assert!(first_root(patient).is_ok());
}

#[test]
fn a_server_whose_certificate_is_not_believed_is_not_read() {
    let area = Area::publishing(STARTER);
    let now = computer_time();
    let authority = Authority::new(now).unwrap();
    let leaves = [
        unknown_issuer(now).unwrap(),
        authority.expired(now).unwrap(),
        authority.wrong_host(now).unwrap(),
    ];
    for leaf in leaves {
        let pem = authority.ca_pem().to_owned();
        let server = WebServer::with(&area.path(), &leaf, pem);
        let follower = Follower::new();
        let refused = follower
            .engine
            .enrol_directory(&place(&server, &area), &silent());
        assert_eq!(refused.unwrap_err().code(), "feed-certificate");
        assert!(server.requests().is_empty());
    }
    // The authority of a test is believed only where it is given: the operating system's do not know it.
    let server = WebServer::serving(&area.path());
    let follower = Follower::new();
    let system = WhereToEnrol {
        authority_pem: None,
        ..place(&server, &area)
    };
    let refused = follower.engine.enrol_directory(&system, &silent());
    assert_eq!(refused.unwrap_err().code(), "feed-certificate");
    let good = follower
        .engine
        .enrol_directory(&place(&server, &area), &silent());
    assert!(good.is_ok());
}

#[test]
fn a_server_that_is_away_leaves_the_directory_and_says_since_when() {
    let (area, server, follower) = over_tls();
    drop(server);
    assert_eq!(online(&follower), "feed-no-connection");
    let first = follower.engine.feed_status().unwrap().unwrap();
    let since = first.failing.clone().unwrap().0;
    assert_eq!(online(&follower), "feed-no-connection");
    let second = follower.engine.feed_status().unwrap().unwrap();
    assert_eq!(
        second.failing.unwrap().0,
        since,
        "since when, not when last"
    );
    assert!(second.last_good_at < second.last_checked_at);
    assert_eq!(follower.version(), 1);
    // The same files from a stick.
    assert_eq!(follower.outcome(&area.path()), "applied");
    assert_eq!(
        follower.engine.feed_status().unwrap().unwrap().failing,
        None
    );
}

/// The starter directory with so many services renamed.
fn services_renamed(count: usize) -> String {
    let mut left = count;
    let lines = STARTER.lines().map(|line| {
        if line.starts_with("{\"kind\":\"service\"") && left > 0 {
            left -= 1;
            line.replacen("\"name\":\"", "\"name\":\"Other ", 1)
        } else {
            line.to_owned()
        }
    });
    lines.fold(String::new(), |text, line| text + &line + "\n")
}

/// With so many addresses changed.
fn addresses_moved(count: usize) -> String {
    let mut left = count;
    let lines = STARTER.lines().map(|line| {
        if line.starts_with("{\"kind\":\"endpoint\"") && left > 0 {
            left -= 1;
            line.replacen("\"address\":\"", "\"address\":\"new.", 1)
        } else {
            line.to_owned()
        }
    });
    lines.fold(String::new(), |text, line| text + &line + "\n")
}

#[test]
fn so_many_changes_at_once_are_held_until_a_person_says_yes() {
    let services = STARTER.matches("{\"kind\":\"service\"").count();
    let endpoints = STARTER.matches("{\"kind\":\"endpoint\"").count();
    for (text, held) in [
        (services_renamed(services / 10), false),
        (services_renamed(services / 10 + 1), true),
        (addresses_moved(endpoints / 50), false),
        (addresses_moved(endpoints / 50 + 1), true),
    ] {
        let mut area = Area::publishing(STARTER);
        let follower = Follower::enrolled(&area);
        area.publish(&text);
        let outcome = follower.outcome(&area.path());
        assert_eq!(outcome == "held", held, "{outcome}");
        if !held {
            continue;
        }
        // It waits, and is not fetched again.
        assert_eq!(follower.version(), 1);
        assert_eq!(follower.outcome(&area.path()), "held");
        let status = follower.engine.feed_status().unwrap().unwrap();
        let waiting = status.held.unwrap();
        assert_eq!((waiting.changes.version, waiting.refused), (2, false));
        let wrong = follower.engine.decide_held_changes("another", true);
        assert_eq!(wrong.unwrap_err().code(), "feed-nothing-held");
        let done = follower
            .engine
            .decide_held_changes(&waiting.publication, true);
        assert!(matches!(done, Ok(Refreshed::Applied(_))));
        assert_eq!(follower.version(), 2);
        assert_eq!(follower.outcome(&area.path()), "nothing-new");
    }
}

#[test]
fn a_no_leaves_the_directory_and_the_next_version_is_asked_about_again() {
    let mut area = Area::publishing(STARTER);
    let follower = Follower::enrolled(&area);
    area.publish(&services_renamed(30));
    assert_eq!(follower.outcome(&area.path()), "held");
    let held = || follower.engine.feed_status().unwrap().unwrap().held;
    let publication = held().unwrap().publication;
    follower
        .engine
        .decide_held_changes(&publication, false)
        .unwrap();
    assert_eq!(follower.outcome(&area.path()), "nothing-new");
    assert!(held().unwrap().refused);
    let again = follower.engine.decide_held_changes(&publication, true);
    assert_eq!(again.unwrap_err().code(), "feed-nothing-held");
    assert_eq!(follower.version(), 1);
    area.publish(&services_renamed(31));
    assert_eq!(follower.outcome(&area.path()), "held");
    assert!(!held().unwrap().refused);
    // One that sets most of it right again changes little against what is here, and is taken.
    area.publish(&renamed("Pain Platform of the moor"));
    assert_eq!(follower.outcome(&area.path()), "applied");
    assert_eq!((follower.version(), held()), (4, None));
}

/// As when `directory.db` was deleted.
fn without_directory(follower: &Follower) {
    let directory = &follower.engine.store.directory;
    let gone = "DELETE FROM records; DELETE FROM version;";
    directory
        .write(move |tx| Ok::<_, StoreError>(tx.execute_batch(gone)?))
        .unwrap();
}

#[test]
fn what_a_person_was_asked_about_is_not_taken_unasked_because_the_directory_is_gone() {
    let held = |follower: &Follower| {
        let read = follower.engine.store.practice.read(trust_table::held);
        read.unwrap()
    };
    let there = |follower: &Follower| {
        let read = follower.engine.store.directory.read(directory_table::read);
        read.unwrap().map(|(directory, _)| directory.header.version)
    };
    for refused in [false, true] {
        let mut area = Area::publishing(STARTER);
        let follower = Follower::enrolled(&area);
        area.publish(&services_renamed(30));
        assert_eq!(follower.outcome(&area.path()), "held");
        let first = held(&follower).unwrap();
        if refused {
            let said = follower
                .engine
                .decide_held_changes(&first.publication, false);
            assert_eq!(said.unwrap(), Refreshed::NothingNew);
        }
        without_directory(&follower);
        for _ in 0..2 {
            assert_eq!(follower.outcome(&area.path()), "held", "refused: {refused}");
            assert_eq!(there(&follower), None);
        }
        let waiting = held(&follower).unwrap();
        assert_eq!(
            (waiting.publication, waiting.changes, waiting.refused),
            (first.publication.clone(), first.changes, false)
        );
        // The next one cannot be compared with what was there.
        area.publish(&services_renamed(31));
        assert_eq!(follower.outcome(&area.path()), "held");
        let next = held(&follower).unwrap().publication;
        let taken = follower.engine.decide_held_changes(&next, true);
        assert!(matches!(taken, Ok(Refreshed::Applied(_))));
        assert_eq!(there(&follower), Some(3));
        // The negative control: where nothing was held, it is fetched again by itself.
        without_directory(&follower);
        assert_eq!(follower.outcome(&area.path()), "applied");
    }
}

/// A practice with its mail server that follows an area, by the computer's clock.
fn sending() -> (Area, Practice) {
    let area = Area::publishing(STARTER);
    let practice = Practice::open_at(Time::from(computer_time()));
    enrol(&practice.engine, &area);
    (area, practice)
}

#[test]
fn h02_wrong_address_a_revoked_one_stops_at_once_and_is_not_free_again_by_the_list_alone() {
    let (mut area, practice) = sending();
    let queued = practice.refer_at_once(SMITH, PAIN_PLATFORM).referral_id;
    let other = practice.refer_at_once(DOE, "talking-therapies").referral_id;
    area.revoke(&["endpoint-pain-platform"], &[]);
    assert_eq!(refresh(&practice.engine, &area), "nothing-new");
    practice.send_due();
    let last = practice.timeline(&queued).pop().unwrap();
    assert_eq!(last, "held (address-revoked)");
    let detail = practice.referral(&queued);
    assert!(
        detail.row.needs_attention && detail.row.next.is_some(),
        "an owner and a day"
    );
    assert_eq!(practice.state(&other), "sent", "the negative control");
    // Before queueing, too.
    let refused = practice.queue(&practice.draft(DOE, PAIN_PLATFORM));
    assert!(refused.is_err());

    // By its address, in whatever case.
    let address = "REFERRALS@talking-therapies.example.nhs.uk";
    area.revoke(&["endpoint-pain-platform"], &[address]);
    refresh(&practice.engine, &area);
    let by_address = practice.queue(&practice.draft(DOE, "talking-therapies"));
    assert!(by_address.is_err());

    // Taken off the list: it is approved anew before anything goes there.
    area.revoke(&[], &[]);
    refresh(&practice.engine, &area);
    practice.desk().try_again(&queued, ACTOR).unwrap();
    practice.send_due();
    let last = practice.timeline(&queued).pop().unwrap();
    assert_eq!(last, "held (address-not-approved)");
}

#[test]
fn what_leaves_the_stop_list_is_found_whatever_the_case_of_its_letters() {
    let follower = Follower::new();
    let list = |endpoints: &[&str], addresses: &[&str]| StopList {
        endpoints: endpoints
            .iter()
            .map(|id| EndpointId::parse(id).unwrap())
            .collect(),
        addresses: addresses.iter().map(|&it| it.to_owned()).collect(),
    };
    let before = list(
        &["e1", "e2"],
        &["One@x.example", "two@X.example", "three@x.example"],
    );
    let after = list(&["e2", "e3"], &["ONE@x.example", "four@x.example"]);
    let freed = follower.engine.store.practice.write(move |tx| {
        trust_table::replace_stop_list(tx, &before)?;
        trust_table::freed_by(tx, &after)
    });
    let expected = list(&["e1"], &["two@x.example", "three@x.example"]);
    assert_eq!(freed.unwrap(), expected);
}

#[test]
fn a_referral_queued_before_its_address_changed_is_held_and_the_next_one_goes_to_the_new_address() {
    let (mut area, practice) = sending();
    let queued = practice.refer_at_once(SMITH, PAIN_PLATFORM).referral_id;
    let moved = STARTER.replacen(
        "referrals@pain-platform.example.nhs.uk",
        "post@pain-platform.example.nhs.uk",
        1,
    );
    assert_ne!(moved, STARTER);
    area.publish(&moved);
    let outcome = refresh(&practice.engine, &area);
    if outcome == "held" {
        let held = practice
            .engine
            .feed_status()
            .unwrap()
            .unwrap()
            .held
            .unwrap();
        practice
            .engine
            .decide_held_changes(&held.publication, true)
            .unwrap();
    }
    practice.send_due();
    let last = practice.timeline(&queued).pop().unwrap();
    assert_eq!(last, "held (address-changed)");
    // A demonstration approves by itself; in real use two people do.
    practice.refer_at_once(DOE, PAIN_PLATFORM);
    practice.send_due();
    assert_eq!(
        practice.mail.only_message().envelope.to,
        ["post@pain-platform.example.nhs.uk"]
    );
}

#[test]
fn h06_stale_directory_too_old_to_believe_sends_only_after_a_phone_check_and_for_14_days() {
    let (_area, practice) = sending();
    let days_on = |count| practice.time.pass(days(count));
    days_on(27);
    let early = practice.refer_at_once(SMITH, PAIN_PLATFORM).referral_id;
    practice.send_due();
    assert_eq!(
        practice.state(&early),
        "sent",
        "past its end, within two weeks of it"
    );
    days_on(2);
    let held = practice.refer_at_once(DOE, PAIN_PLATFORM).referral_id;
    practice.send_due();
    assert_eq!(
        practice.timeline(&held).pop().unwrap(),
        "held (directory-too-old)"
    );
    let needed = practice.engine.phone_checks_needed().unwrap();
    let service = needed
        .iter()
        .find(|it| it.service_id == PAIN_PLATFORM)
        .unwrap();
    let shown = (service.endpoint_id.clone(), service.digest.clone());
    let phoned = |number: &str, who: &str| practice.engine.service_phoned(&shown, number, who);
    assert!(
        phoned("01632 960123", " ").is_err(),
        "who answered is asked for"
    );
    phoned("01632 960123", "Jo at the front desk").unwrap();
    practice.desk().try_again(&held, ACTOR).unwrap();
    practice.send_due();
    assert_eq!(practice.state(&held), "sent");
    let still = practice.engine.phone_checks_needed().unwrap();
    assert_eq!(still.len(), needed.len() - 1, "that service alone is open");
    let timeline = practice.engine.service_timeline(PAIN_PLATFORM).unwrap();
    let mut calls = timeline.iter().filter_map(|line| match &line.what {
        TimelineWhat::Address { act, words, .. } => Some((*act, words.as_str())),
        _ => None,
    });
    let call = (AddressAct::Phoned, "Jo at the front desk at 01632 960123");
    assert_eq!((calls.next(), calls.next()), (Some(call), None));
    days_on(15);
    let again = practice.refer_at_once(SMITH, PAIN_PLATFORM).referral_id;
    practice.send_due();
    assert_eq!(
        practice.timeline(&again).pop().unwrap(),
        "held (directory-too-old)"
    );
}

/// Somebody at the web host hands out each new timestamp, and keeps the files back.
#[test]
fn h06_stale_directory_newer_signatures_without_their_files_make_nothing_young() {
    let mut area = Area::publishing(STARTER);
    let (fooled, honest) = (Follower::enrolled(&area), Follower::enrolled(&area));
    let (renewed, later) = (computer_time() + days(13), computer_time() + days(29));
    let newer = renamed("Pain Platform of the moor");
    area.publish_at(&newer, renewed).unwrap();
    let kept_back = area.copy();
    std::fs::remove_dir_all(kept_back.path().join("targets")).unwrap();
    let [fooled, honest] = [fooled, honest].map(|it| it.reopened(at(renewed), |_| {}));
    assert_eq!(fooled.outcome(kept_back.path()), "feed-file-missing");
    assert_eq!(honest.outcome(&area.path()), "applied");
    let too_old = |follower: Follower| {
        let follower = follower.reopened(at(later), |_| {});
        let status = follower.engine.feed_status().unwrap().unwrap();
        status.too_old_since.is_some()
    };
    assert!(too_old(fooled), "its addresses are 29 days old");
    assert!(!too_old(honest), "the negative control");
}

#[test]
fn a_version_that_is_held_makes_the_directory_here_no_newer() {
    let mut area = Area::publishing(STARTER);
    let follower = Follower::enrolled(&area);
    let last_good = |it: &Follower| it.engine.feed_status().unwrap().unwrap().last_good_at;
    let (enrolled, tomorrow) = (last_good(&follower), computer_time() + days(1));
    area.publish_at(&services_renamed(30), tomorrow).unwrap();
    let follower = follower.reopened(at(tomorrow), |_| {});
    for _ in 0..2 {
        assert_eq!(follower.outcome(&area.path()), "held");
        assert_eq!(last_good(&follower), enrolled);
    }
    let status = follower.engine.feed_status().unwrap().unwrap();
    let publication = status.held.unwrap().publication;
    follower
        .engine
        .decide_held_changes(&publication, true)
        .unwrap();
    assert_eq!(last_good(&follower), Some(tomorrow));
}

fn at(time: Timestamp) -> Clock {
    Clock::from_fn(move || time)
}

#[test]
fn phone_checks_of_a_service_with_two_addresses_stand_beside_each_other() {
    let endpoint = STARTER
        .lines()
        .find(|line| line.starts_with("{\"kind\":\"endpoint\",\"id\":\"endpoint-pain-platform\""));
    let second = endpoint
        .unwrap()
        .replace("endpoint-pain-platform", "endpoint-pain-platform-copy")
        .replace("referrals@", "second@")
        .replace("\"purpose\":\"primary\"", "\"purpose\":\"copy\"");
    let area = Area::publishing(&format!("{}\n{second}\n", STARTER.trim_end()));
    let practice = Practice::open_at(Time::from(computer_time()));
    enrol(&practice.engine, &area);
    practice.time.pass(days(29));
    let needed = || {
        let needed = practice.engine.phone_checks_needed().unwrap().into_iter();
        let of_it = needed.filter(|it| it.service_id == PAIN_PLATFORM);
        of_it
            .map(|it| (it.endpoint_id, it.digest))
            .collect::<Vec<_>>()
    };
    let both = needed();
    assert_eq!(both.len(), 2);
    for (phoned, shown) in both.iter().enumerate() {
        assert_eq!(needed().len(), 2 - phoned);
        let said = practice.engine.service_phoned(shown, "01632 960123", "Jo");
        said.unwrap();
    }
    assert_eq!(needed(), []);
}

#[test]
fn h06_stale_directory_a_clock_that_was_wrong_makes_nothing_young_and_keeps_no_phone_check_open() {
    let (area, practice) = sending();
    let empty = tempfile::tempdir().unwrap();
    let too_old = || {
        let status = practice.engine.feed_status().unwrap().unwrap();
        (status.too_old_since.is_some(), status.clock_warning)
    };
    let fails = || {
        let refreshed = practice
            .engine
            .refresh_directory(Some(empty.path()), &silent());
        assert_eq!(outcome_of(refreshed), "feed-file-missing");
    };
    practice.time.pass(days(29));
    fails();
    assert_eq!(too_old(), (true, false));
    // The clock goes back by a month, and nobody renews the directory.
    practice.time.pass(days(-29));
    assert_eq!(too_old(), (true, false));
    fails();
    assert_eq!(too_old(), (true, true));
    let queued = practice.refer_at_once(SMITH, PAIN_PLATFORM).referral_id;
    practice.send_due();
    let last = || practice.timeline(&queued).pop().unwrap();
    assert_eq!(last(), "held (directory-too-old)");

    // Phoned while the clock was years ahead: open by that clock, and not by the right one.
    let phone = || {
        let needed = practice.engine.phone_checks_needed().unwrap();
        let of_it = needed.iter().find(|it| it.service_id == PAIN_PLATFORM);
        let shown = of_it.map(|it| (it.endpoint_id.clone(), it.digest.clone()));
        let number = "01632 960123";
        let phoned = |it| practice.engine.service_phoned(&it, number, "Jo").unwrap();
        shown.map(phoned).is_some()
    };
    practice.time.pass(days(3_650));
    assert!(phone());
    assert!(!phone(), "open");
    practice.time.pass(days(-3_650));
    practice.desk().try_again(&queued, ACTOR).unwrap();
    practice.send_due();
    assert_eq!(last(), "held (directory-too-old)");
    assert!(phone(), "asked for again");
    practice.desk().try_again(&queued, ACTOR).unwrap();
    practice.send_due();
    assert_eq!(practice.state(&queued), "sent");
    // A refresh that goes well ends it; the warning stands until the next one.
    for _ in 0..2 {
        assert_eq!(refresh(&practice.engine, &area), "nothing-new");
    }
    assert_eq!(too_old(), (false, false));
}

#[test]
fn one_refresh_at_a_time() {
    let (area, follower) = {
        let area = Area::publishing(STARTER);
        let follower = Follower::enrolled(&area);
        (area, follower)
    };
    let lock = File::options()
        .write(true)
        .open(follower.data().join("refresh.lock"))
        .unwrap();
    lock.lock().unwrap();
    assert_eq!(follower.outcome(&area.path()), "feed-busy");
    lock.unlock().unwrap();
    assert_eq!(follower.outcome(&area.path()), "nothing-new");
}

#[test]
fn killed_at_any_point_the_old_version_or_the_new_one_stands_and_the_next_refresh_ends_it() {
    for point in fail_point::OF_A_REFRESH {
        let mut area = Area::publishing(STARTER);
        let follower = Follower::enrolled(&area);
        let old = follower.directory();
        area.publish(&renamed("Pain Platform of the moor"));
        let follower = follower.reopened(Clock::system(), |data| {
            let folder = area.path().display().to_string();
            let output = child(data, &["refresh", &folder, point, "return(kill)"])
                .output()
                .unwrap();
            assert!(!output.status.success(), "{point}: it was to be killed");
        });
        let store = &follower.engine.store;
        store.practice.check().unwrap();
        store.directory.check().unwrap();
        let here = follower.directory();
        let expected = if point == "apply: committed" { 2 } else { 1 };
        assert_eq!(here.header.version, expected, "{point}");
        assert!(expected == 2 || here == old, "{point}");
        // What was believed before the kill goes on counting, and what was missed is made good.
        let outcome = follower.outcome(&area.path());
        assert_eq!(outcome == "applied", expected == 1, "{point}: {outcome}");
        assert_eq!(follower.version(), 2, "{point}");
    }
}

/// Run in another process, which is killed there.
fn killed(data: &Path, of_it: &[&str], point: &str) {
    let arguments = [of_it, &[point, "return(kill)"]].concat();
    let output = child(data, &arguments).output().unwrap();
    assert!(!output.status.success(), "{point}: it was to be killed");
}

#[test]
fn killed_after_a_yes_was_applied_nothing_waits_any_more() {
    let mut area = Area::publishing(STARTER);
    let follower = Follower::enrolled(&area);
    area.publish(&services_renamed(30));
    assert_eq!(follower.outcome(&area.path()), "held");
    let waiting = |follower: &Follower| follower.engine.feed_status().unwrap().unwrap().held;
    let publication = waiting(&follower).unwrap().publication;
    let follower = follower.reopened(Clock::system(), |data| {
        killed(data, &["accept", &publication], "apply: committed");
    });
    assert_eq!(follower.version(), 2);
    assert_eq!(waiting(&follower), None);
    let late = follower.engine.decide_held_changes(&publication, false);
    assert_eq!(late.unwrap_err().code(), "feed-nothing-held");
    assert_eq!(follower.outcome(&area.path()), "nothing-new");
    let held = follower.engine.store.practice.read(trust_table::held);
    assert_eq!(held.unwrap(), None);
    // The next that changes as much is asked about.
    area.publish(STARTER);
    assert_eq!(follower.outcome(&area.path()), "held");
}

#[test]
fn killed_in_the_middle_of_enrolling_the_directory_that_was_chosen_is_taken_without_a_question() {
    // Up to the moment in which all of it is written, nothing is chosen; from then on all of it is.
    for (point, chosen_there, outcome_then) in [
        ("apply: begun", false, "nothing-new"),
        ("apply: written", false, "nothing-new"),
        ("enrol: chosen", true, "applied"),
        ("apply: committed", true, "nothing-new"),
    ] {
        let first = Area::publishing(STARTER);
        let mut other = Area::publishing(&services_renamed(60));
        let follower = Follower::enrolled(&first);
        let follower = follower.reopened(Clock::system(), |data| {
            let folder = other.path().display().to_string();
            killed(data, &["enrol", &folder, &other.fingerprint()], point);
        });
        let status = follower.engine.feed_status().unwrap().unwrap();
        let there = if chosen_there { &other } else { &first };
        let fingerprint = engine::refresh::grouped(&there.fingerprint());
        assert_eq!(status.fingerprint, fingerprint, "{point}");
        assert_eq!(follower.outcome(&there.path()), outcome_then, "{point}");
        if !chosen_there {
            let place = place_in(&other);
            follower.engine.enrol_directory(&place, &silent()).unwrap();
        }
        assert!(follower.directory().services[0].name.starts_with("Other "));
        // Only the first.
        other.publish(STARTER);
        assert_eq!(follower.outcome(&other.path()), "held", "{point}");
    }
}

#[test]
fn searches_go_on_in_the_version_before_until_the_new_one_is_ready() {
    let mut area = Area::publishing(STARTER);
    let follower = Follower::enrolled(&area);
    let before = follower.engine.catalogue().unwrap();
    area.publish(&renamed("Pain Platform of the moor"));
    assert_eq!(follower.outcome(&area.path()), "applied");
    assert_eq!(
        before.header.version, 1,
        "whoever holds it searches on in it"
    );
    assert_eq!(follower.engine.catalogue().unwrap().header.version, 2);
}

#[test]
fn a_demonstrations_directory_is_not_followed_in_real_use_and_a_real_one_is_approved_by_nobody() {
    let practice = RealPractice::set_up();
    practice.sign_in(LISTER);
    let made_up = Area::publishing(STARTER);
    let refused = practice
        .engine
        .enrol_directory(&place_in(&made_up), &silent());
    assert_eq!(refused.unwrap_err().code(), "directory");
    let real = Area::publishing(&published());
    practice
        .engine
        .enrol_directory(&place_in(&real), &silent())
        .unwrap();
    let waiting = practice.engine.addresses_to_approve().unwrap();
    let endpoints = practice.engine.store.directory.read(directory_table::read);
    let endpoints = endpoints.unwrap().unwrap().0.endpoints.len();
    assert_eq!(waiting.len(), endpoints, "two people look at each");
    practice.engine.sign_out().unwrap();
    let nobody = practice
        .engine
        .refresh_directory(Some(&real.path()), &silent());
    assert_eq!(nobody.unwrap_err().code(), "sign-in-needed");
}

#[test]
fn h02_wrong_address_a_revoked_one_is_not_free_again_by_enrolling_anew() {
    let practice = RealPractice::set_up();
    let engine = &practice.engine;
    practice.sign_in(LISTER);
    let mut area = Area::publishing(&published());
    let enrol = |area: &Area| engine.enrol_directory(&place_in(area), &silent()).unwrap();
    enrol(&area);
    let pain = "endpoint-pain-platform";
    let waits = || {
        let waiting = engine.addresses_to_approve().unwrap().into_iter();
        waiting.map(|it| it.endpoint_id).collect::<Vec<_>>()
    };
    let all = engine.addresses_to_approve().unwrap();
    let shown: Vec<_> = all
        .iter()
        .map(|it| (it.endpoint_id.clone(), it.digest.clone()))
        .collect();
    engine.propose_addresses(&shown).unwrap();
    engine.approve_addresses(&shown, HALE, &pin(HALE)).unwrap();
    assert_eq!(waits(), [""; 0]);
    let revoked = |address: &str| {
        let records = &engine.store.practice;
        let read = records.read(|c| trust_table::is_revoked(c, pain, address));
        read.unwrap()
    };
    let address = "referrals@pain-platform.example.nhs.uk";
    assert!(!revoked(address));
    area.revoke(&[pain], &[]);
    let taken = outcome_of(engine.refresh_directory(Some(&area.path()), &silent()));
    assert_eq!(taken, "nothing-new");
    assert!(revoked(address));

    // The same directory at another address: its stop-list stays, and what was approved.
    let moved = WhereToEnrol {
        address: "https://elsewhere.example/area/".to_owned(),
        ..place_in(&area)
    };
    assert_eq!(
        engine.enrol_directory(&moved, &silent()).unwrap(),
        Refreshed::NothingNew
    );
    let status = engine.feed_status().unwrap().unwrap();
    assert_eq!(status.address, moved.address);
    assert!(revoked(address));
    assert_eq!(waits(), [""; 0]);

    // Another directory, whose stop-list is empty.
    let other = Area::publishing(&published());
    enrol(&other);
    assert!(!revoked(address));
    assert_eq!(waits(), [pain], "it alone is approved anew");
}

fn place_in(area: &Area) -> WhereToEnrol {
    WhereToEnrol {
        address: NOWHERE.to_owned(),
        fingerprint: area.fingerprint(),
        authority_pem: None,
        from: Some(area.path()),
    }
}

#[test]
fn what_a_refresh_did_stands_in_the_trail_and_in_the_log_without_contents() {
    let mut area = Area::publishing(STARTER);
    let follower = Follower::enrolled(&area);
    area.publish(&services_renamed(30));
    follower.outcome(&area.path());
    area.revoke(&["endpoint-pain-platform"], &[]);
    follower.outcome(&area.path());
    let trail = follower.engine.audit_trail(None, 50).unwrap();
    let acts: BTreeSet<&str> = trail.iter().map(|entry| entry.act.as_str()).collect();
    for act in [
        "directory-enrolled",
        "directory-refreshed",
        "changes-held",
        "stop-list-changed",
    ] {
        assert!(acts.contains(act), "{act}: {acts:?}");
    }
    let log = std::fs::read_to_string(follower.data().join("onward.log")).unwrap();
    assert!(log.contains("directory-held version=2"), "{log}");
    let details: String = trail.iter().map(|entry| entry.detail.to_string()).collect();
    for words in ["Other ", "example.nhs.uk"] {
        assert!(!details.contains(words) && !log.contains(words), "{words}");
    }
}

#[test]
fn the_command_line_enrols_and_syncs_from_a_folder_and_says_what_it_does() {
    let mut area = Area::publishing(STARTER);
    let folder = tempfile::tempdir().unwrap();
    let program = Program::over(&folder.path().join("data"), &folder.path().join("home"));
    let from = area.path().display().to_string();
    let fingerprint = engine::refresh::grouped(&area.fingerprint());
    let before = program.run(&["sync", "--from", &from]);
    assert!(
        !before.succeeded && before.err.contains("enrol"),
        "{before:?}"
    );
    let enrolled = program.run(&[
        "enrol",
        NOWHERE,
        "--fingerprint",
        &fingerprint,
        "--from",
        &from,
    ]);
    assert!(enrolled.succeeded, "{enrolled:?}");
    assert!(
        enrolled.err.contains("metadata/1.root.json"),
        "{enrolled:?}"
    );
    assert!(
        enrolled.out.starts_with("Applied: version 1;"),
        "{enrolled:?}"
    );
    let nothing = program.run(&["sync", "--from", &from]);
    assert!(nothing.out.starts_with("Nothing new."), "{nothing:?}");
    area.publish(&services_renamed(30));
    let held = program.json(&["sync", "--from", &from]);
    assert_eq!(held["refresh"], "held");
    assert_eq!(held["version"], 1);
    let accepted = program.json(&["sync", "--accept-held"]);
    assert_eq!(
        (&accepted["refresh"], &accepted["version"]),
        (&"applied".into(), &2.into())
    );
    let wrong = program.json(&["sync", "--from", &folder.path().display().to_string()]);
    assert_eq!(wrong["error"]["code"], "feed-file-missing");
}
