//! A hundred referrals while the sending process is killed over and over, in every phase: none lost, none doubled without a person.
//!
//! The judge is the mail server's own store, by Message-ID, whatever any process believed. Two naive senders under the same kills
//! show that the judge can see a doubled and a lost message.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Child;

use jiff::SignedDuration;
use product_tests::patients::{DOE, SMITH};
use product_tests::practice::{PAIN_PLATFORM, Practice, Time, computer_time};
use product_tests::program::Program;
use product_tests::torture::naive::{Marks, Verdict, judge, messages, naively};
use product_tests::torture::phases::{Kill, PHASES, ROUNDS, kills, stands_still};
use referrals::transport::Phase;

const REFERRALS: usize = 100;

/// A practice whose referrals were queued two minutes ago, by the clock that the command line goes by.
fn practice_with_referrals(count: usize) -> (Practice, Vec<String>) {
    let two_minutes_ago = computer_time() - SignedDuration::from_mins(2);
    let practice = Practice::open_at(Time::from(two_minutes_ago));
    let halves = [count / 2, count - count / 2];
    let refer = |count: usize| -> Vec<String> {
        (0..count)
            .map(|number| {
                let patient = if number.is_multiple_of(2) { SMITH } else { DOE };
                practice.refer(patient, PAIN_PLATFORM).referral_id
            })
            .collect()
    };
    let ids = std::thread::scope(|scope| {
        let half = scope.spawn(|| refer(halves[0]));
        let mut ids = refer(halves[1]);
        ids.extend(half.join().unwrap());
        ids
    });
    (practice, ids)
}

fn sending_process(practice: &Practice) -> Program {
    let program = Program::over(&practice.data(), &practice.beside("home"));
    let file = practice.beside("mailbox.json");
    let mailbox = serde_json::to_string(&practice.mail.mailbox()).unwrap();
    std::fs::write(&file, mailbox).unwrap();
    let set = program.run(&["mailbox", "set", file.to_str().unwrap()]);
    assert!(set.succeeded, "{set:?}");
    program
}

/// Starts the sender, lets it come to the moment, and kills it as a power cut would. Answers the referral that was leaving.
fn kill(practice: &Practice, program: &Program, kill: &Kill) -> String {
    let server = &practice.mail.server;
    let connection = server.records().all().len() + 1 + kill.after;
    server.faults().on_connection(connection, kill.fault());
    let mut child: Child = program.start(&["outbox", "send", "--until-empty"]);
    let still = stands_still(server.records(), connection, kill.moment);
    let reached = practice.runtime.block_on(still);
    child.kill().unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(reached, "{}: never got there: {output:?}", kill.phase);
    server.faults().clear();

    practice.engine.store.practice.check().unwrap();
    let leaving: Vec<_> = practice
        .outbox()
        .into_iter()
        .filter(|row| row.state == "sending")
        .collect();
    assert_eq!(leaving.len(), 1, "{}: one at a time", kill.phase);
    let recorded = leaving[0].phase >= Phase::Body;
    assert_eq!(
        recorded, kill.body_begun,
        "{}: {:?}",
        kill.phase, leaving[0].phase
    );
    leaving[0].referral_id.clone()
}

#[test]
fn h05_sent_twice_or_lost_never_when_the_sender_is_killed_in_any_phase() {
    let (practice, ids) = practice_with_referrals(REFERRALS);
    let program = sending_process(&practice);
    let mut per_phase: BTreeMap<&str, usize> = BTreeMap::new();
    let mut uncertain = BTreeSet::new();
    for one in kills() {
        let id = kill(&practice, &program, &one);
        *per_phase.entry(one.phase).or_default() += 1;
        if one.body_begun {
            uncertain.insert(id);
        }
    }
    let said = program.run(&["outbox", "send", "--until-empty"]);
    assert!(said.succeeded, "{said:?}");

    let (mut done, mut unknown) = (Vec::new(), BTreeSet::new());
    for (id, message) in ids.iter().zip(messages(&practice, &ids).iter()) {
        match practice.state(id) {
            "sent" => done.push(message.message_id.clone()),
            "unknown" => {
                assert!(
                    practice.mail.times_kept(&message.message_id) <= 1,
                    "doubled"
                );
                unknown.insert(id.clone());
            }
            other => panic!("{other}: {:?}", practice.timeline(id)),
        }
    }
    assert_eq!(
        unknown, uncertain,
        "unknown is what was killed after its body began, and nothing else"
    );
    assert_eq!(judge(&practice.mail, &done), Verdict::default());
    println!("kills: {per_phase:?}");
    println!(
        "{} sent once, {} unknown, 0 lost, 0 doubled",
        done.len(),
        unknown.len()
    );
    assert!(PHASES.iter().all(|(phase, ..)| per_phase[phase] == ROUNDS));

    people_decide(&practice, &program, &unknown);
    let messages = practice.mail.messages();
    for id in &ids {
        let reference = practice.referral(id).row.reference;
        let of_it = messages
            .iter()
            .filter(|message| message.subject.contains(&reference));
        assert_eq!(of_it.count(), 1, "{reference}");
    }
    assert_eq!(messages.len(), REFERRALS);
    practice.engine.store.practice.check().unwrap();
}

/// They phone the service about each: what is there, arrived; what is not, goes again.
fn people_decide(practice: &Practice, program: &Program, unknown: &BTreeSet<String>) {
    let mut counts = [0, 0];
    for id in unknown {
        let kept = practice.mail.times_kept(&practice.message_id(id));
        counts[kept] += 1;
        let decision = if kept == 1 {
            "it-arrived"
        } else {
            "send-again"
        };
        let said = program.run(&["outbox", decision, id]);
        assert!(said.succeeded, "{said:?}");
    }
    assert!(
        counts[0] > 0 && counts[1] > 0,
        "both kinds of unknown: {counts:?}"
    );
    let said = program.run(&["outbox", "send", "--until-empty"]);
    assert!(said.succeeded, "{said:?}");
    let listed = program.json(&["outbox"]);
    assert_eq!(
        (&listed["waiting"], &listed["needs_attention"]),
        (&0.into(), &0.into())
    );
}

#[test]
fn the_judge_sees_what_naive_senders_double_and_lose() {
    let (practice, ids) = practice_with_referrals(60);
    let all = messages(&practice, &ids);
    let doubles = naively(&all, Marks::Afterwards, None);
    let loses = naively(&all, Marks::Beforehand, None);
    println!("marks afterwards: {doubles:?}; marks beforehand: {loses:?}");
    assert_eq!(
        doubles,
        Verdict {
            lost: 0,
            doubled: ROUNDS
        }
    );
    // Every kill but those after storing loses the message that was leaving.
    let lost = ROUNDS * (PHASES.len() - 1);
    assert_eq!(loses, Verdict { lost, doubled: 0 });
}
