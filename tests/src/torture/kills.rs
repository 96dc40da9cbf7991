//! The sending process killed at random, over and over, while three connections in ten are faulty, half of those after the server has accepted.

use super::chance::Chance;
use super::copies::child;
use super::judged::{Verdict, judge, people_decide};
use crate::patients::{DOE, SMITH};
use crate::practice::{FAR_TOO_LONG, PAIN_PLATFORM, Practice, Time, computer_time};
use demo::mail_server::{ConnectionRecord, Cut, Fault, Moment};
use jiff::SignedDuration;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

const MOMENTS: [Moment; 11] = [
    Moment::Banner,
    Moment::StartTls,
    Moment::Handshake,
    Moment::EhloInTls,
    Moment::Auth,
    Moment::Mail,
    Moment::Rcpt,
    Moment::Data,
    Moment::Body { after_bytes: 2_000 },
    Moment::BeforeStoring,
    Moment::AfterStoring,
];
/// So many connections at most go by before one is killed.
const BETWEEN_KILLS: usize = 8;

/// Refers, kills, prints the figures, and lets people decide; fails where anything is lost, doubled or unseen.
pub fn report(referrals: usize, kills: usize, seed: u64) {
    let past = computer_time() - SignedDuration::from_mins(2);
    let practice = Practice::open_at(Time::from(past));
    let ids = refer(&practice, referrals);
    let mut chance = Chance::new(seed);
    // The connection in which the next kill comes has no other fault.
    let spared = Arc::new(AtomicUsize::new(0));
    let mut killed: BTreeMap<String, usize> = BTreeMap::new();
    for number in 0..kills {
        // Each moment in its turn first, so that none is left out by chance.
        let moment = match MOMENTS.get(number) {
            Some(moment) => *moment,
            None => chance.one_of(&MOMENTS),
        };
        faulty_weather(&practice, seed.wrapping_add(number as u64), &spared);
        kill(&practice, moment, chance.below(BETWEEN_KILLS), &spared);
        *killed.entry(format!("{moment:?}")).or_default() += 1;
    }
    faulty_weather(&practice, seed, &spared);
    let output = child(&practice.data(), &["send"])
        .output()
        .expect("a child");
    assert!(output.status.success(), "{output:?}");
    practice.well();
    practice.send_all();
    let verdict = judge(&practice, &ids);
    let connections = practice.mail.server.records().all();
    let faulty = connections.iter().filter(|it| it.fault_at.is_some());
    let (faulty, all) = (faulty.count() - kills, connections.len());
    println!("kills, seed {seed}: {referrals} referrals, {kills} kills: {killed:?}");
    println!("  {all} connections, {faulty} of them faulty by themselves");
    println!("  {verdict:?}");
    assert!(
        MOMENTS.len() <= kills && killed.len() == MOMENTS.len(),
        "a moment without a kill"
    );
    let expected = Verdict {
        sent: referrals - verdict.unknown,
        unknown: verdict.unknown,
        ..Verdict::default()
    };
    assert_eq!(verdict, expected);
    people_decide(&practice, &ids);
    println!("  after people decided, the server has each of them once");
}

fn refer(practice: &Practice, count: usize) -> Vec<String> {
    let some = |count: usize| -> Vec<String> {
        (0..count)
            .map(|number| {
                let patient = if number % 2 == 0 { SMITH } else { DOE };
                practice.refer(patient, PAIN_PLATFORM).referral_id
            })
            .collect()
    };
    std::thread::scope(|scope| {
        let half = scope.spawn(|| some(count / 2));
        let mut ids = some(count - count / 2);
        ids.extend(half.join().expect("half of them"));
        ids
    })
}

/// Three in ten connections go wrong, half of those after the message was kept.
fn faulty_weather(practice: &Practice, seed: u64, spared: &Arc<AtomicUsize>) {
    let spared = spared.clone();
    let schedule = move |number: usize| {
        let mut chance = Chance::new(seed ^ (number as u64) << 20);
        if number == spared.load(Ordering::SeqCst) || !chance.in_a_hundred(30) {
            return Vec::new();
        }
        let cut = chance.one_of(&[Cut::Reset, Cut::Close, Cut::CloseNotify]);
        if chance.in_a_hundred(50) {
            return vec![Fault::cut(Moment::AfterStoring, cut)];
        }
        let moment = chance.one_of(&MOMENTS[..10]);
        let busy = matches!(moment, Moment::Mail | Moment::Rcpt | Moment::Data);
        if busy && chance.in_a_hundred(50) {
            vec![Fault::reply(moment, "451 4.7.1 later")]
        } else {
            vec![Fault::cut(moment, cut)]
        }
    };
    practice.mail.server.faults().clear();
    practice.mail.server.faults().schedule(schedule);
}

/// Starts the sender, lets it come to the moment, and kills it as a power cut would.
fn kill(practice: &Practice, moment: Moment, after: usize, spared: &AtomicUsize) {
    let server = &practice.mail.server;
    let connection = server.records().all().len() + 1 + after;
    spared.store(connection, Ordering::SeqCst);
    server
        .faults()
        .on_connection(connection, Fault::silence(moment));
    let mut child = child(&practice.data(), &["send"]).spawn().expect("a child");
    let there = |all: &[ConnectionRecord]| {
        let it = all.get(connection - 1);
        it.is_some_and(|it| it.fault_at == Some(moment))
    };
    let reached = practice.runtime.block_on(async {
        tokio::time::timeout(FAR_TOO_LONG, server.records().wait_until(there)).await
    });
    child.kill().expect("killed");
    let output = child.wait_with_output().expect("its end");
    assert!(reached.is_ok(), "{moment:?}: never got there: {output:?}");
    practice.engine.store.practice.check().expect("whole");
}
