//! The sending process killed over and over while three connections in ten are faulty, half of those after the server has accepted: in each phase,
//! at any time at all, and at every fail point.

use super::chance::Chance;
use super::copies::child;
use super::judged::{Verdict, judge, people_decide};
use super::naive::{Marks, messages, naively};
use super::phases::{PHASES, stands_still, weather};
use crate::patients::{DOE, SMITH};
use crate::practice::{FAR_TOO_LONG, PAIN_PLATFORM, Practice, Time, computer_time};
use demo::mail_server::{Fault, Moment};
use jiff::SignedDuration;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use store::fail_point;

/// So many connections at most go by before one is killed.
const BETWEEN_KILLS: usize = 8;
/// Referrals of one practice: its whole database is checked after each kill.
const OF_A_PRACTICE: usize = 250;
/// Longer than most connections take, so that a kill at any time falls everywhere.
const LONGEST_LIFE_MILLISECONDS: usize = 250;
/// Messages of the naive sender.
const NAIVELY: usize = 60;

#[derive(Default)]
struct Figures {
    referrals: usize,
    /// In a phase that was chosen: the server stands still there.
    in_phase: BTreeMap<&'static str, usize>,
    /// At any time, by how far the server says that the last connection had come.
    at_any_time: BTreeMap<String, usize>,
    at_fail_points: BTreeMap<&'static str, usize>,
    connections: usize,
    faulty: usize,
    faulty_after_acceptance: usize,
    sent: usize,
    unknown: usize,
}

impl Figures {
    fn add(&mut self, other: Self) {
        fn sum<K: Ord>(mine: &mut BTreeMap<K, usize>, theirs: BTreeMap<K, usize>) {
            for (what, count) in theirs {
                *mine.entry(what).or_default() += count;
            }
        }
        sum(&mut self.in_phase, other.in_phase);
        sum(&mut self.at_any_time, other.at_any_time);
        sum(&mut self.at_fail_points, other.at_fail_points);
        self.referrals += other.referrals;
        self.connections += other.connections;
        self.faulty += other.faulty;
        self.faulty_after_acceptance += other.faulty_after_acceptance;
        self.sent += other.sent;
        self.unknown += other.unknown;
    }

    fn killed(&self) -> usize {
        self.in_phase.values().sum::<usize>() + self.at_any_time.values().sum::<usize>()
    }
}

/// Refers, kills, prints the figures, and lets people decide; fails where anything is lost, doubled or unseen, and where the naive sender is not.
pub fn report(referrals: usize, kills: usize, seed: u64) {
    let practices = referrals.div_ceil(OF_A_PRACTICE);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let of_thread = |thread: usize| {
        let mut figures = Figures::default();
        for number in (thread..practices).step_by(threads) {
            let kills = kills / practices + usize::from(number < kills % practices);
            let seed = seed.wrapping_add(number as u64);
            figures.add(one_practice(referrals / practices, kills, seed));
        }
        figures
    };
    let mut all = Figures::default();
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads)
            .map(|thread| scope.spawn(move || of_thread(thread)))
            .collect();
        for thread in threads {
            let figures = thread.join();
            all.add(figures.unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
    });
    print(&all, practices, seed);
    assert!(
        all.in_phase.len() == PHASES.len(),
        "a phase without a kill: {:?}",
        all.in_phase
    );
    assert_eq!(all.at_fail_points.len(), fail_point::ALL.len());
    naive(seed);
}

fn print(all: &Figures, practices: usize, seed: u64) {
    println!(
        "kills, seed {seed}: {} referrals of {practices} practices, {} kills",
        all.referrals,
        all.killed()
    );
    println!("  in a phase: {:?}", all.in_phase);
    println!(
        "  at any time, the connection having come so far: {:?}",
        all.at_any_time
    );
    println!("  at fail points: {:?}", all.at_fail_points);
    println!(
        "  {} connections, {} of them faulty by themselves, {} of those after acceptance",
        all.connections, all.faulty, all.faulty_after_acceptance
    );
    println!(
        "| the sending process killed | {} referrals, {} kills: {} in a phase (the least {} in one), {} at any time | 0 lost, 0 doubled, 0 uncertain unseen; {} sent, {} uncertain, each decided by a person, after which the server has each once; the database whole each time |",
        all.referrals,
        all.killed(),
        all.in_phase.values().sum::<usize>(),
        all.in_phase.values().min().copied().unwrap_or(0),
        all.at_any_time.values().sum::<usize>(),
        all.sent,
        all.unknown
    );
    println!(
        "| killed at a fail point, among the above | {} points, {} kills (the least {} at one) | the same |",
        all.at_fail_points.len(),
        all.at_fail_points.values().sum::<usize>(),
        all.at_fail_points.values().min().copied().unwrap_or(0),
    );
    println!(
        "| faulty connections, among the above | {} of {} connections, {} after the server had accepted | the same |",
        all.faulty, all.connections, all.faulty_after_acceptance
    );
}

/// The negative control: under the same kills and faults it doubles, or the judge sees nothing.
fn naive(seed: u64) {
    let (practice, ids) = refer(NAIVELY);
    let all = messages(&practice, &ids);
    let verdict = naively(&all, Marks::Afterwards, Some(seed));
    println!(
        "| naive sender, which sends again what was not accepted | {NAIVELY} referrals, the same kills and faults | naive sender: {} doubled |",
        verdict.doubled
    );
    assert!(verdict.doubled > 0, "the judge sees nothing");
}

fn one_practice(referrals: usize, kills: usize, seed: u64) -> Figures {
    let (practice, mut ids) = refer(referrals);
    let mut chance = Chance::new(seed);
    let mut figures = Figures::default();
    let spared = Arc::new(AtomicUsize::new(0));
    for number in 0..kills {
        faulty_weather(&practice, seed.wrapping_add(number as u64), &spared);
        let after = chance.below(BETWEEN_KILLS);
        // Each phase in its turn first, so that none is left out by chance; then half of them at any time.
        match PHASES.get(number) {
            Some(phase) => in_phase(&practice, *phase, after, &spared, &mut figures),
            None if chance.in_a_hundred(50) => {
                in_phase(
                    &practice,
                    chance.one_of(&PHASES),
                    after,
                    &spared,
                    &mut figures,
                );
            }
            None => at_any_time(&practice, after, &mut chance, &mut figures),
        }
        practice.engine.store.practice.check().expect("whole");
    }
    for point in fail_point::ALL {
        faulty_weather(&practice, seed ^ point.len() as u64, &spared);
        ids.extend(at_fail_point(&practice, point, chance.below(3)));
        *figures.at_fail_points.entry(point).or_default() += 1;
    }
    spared.store(0, Ordering::SeqCst);
    faulty_weather(&practice, seed, &spared);
    let output = child(&practice.data(), &["send"])
        .output()
        .expect("a child");
    assert!(output.status.success(), "{output:?}");
    practice.well();
    practice.send_all();
    let verdict = judge(&practice, &ids);
    let expected = Verdict {
        sent: ids.len() - verdict.unknown,
        unknown: verdict.unknown,
        ..Verdict::default()
    };
    assert_eq!(verdict, expected, "seed {seed}");
    let connections = practice.mail.server.records().all();
    let faults = connections.iter().filter_map(|it| it.fault_at);
    let after = |moment: &Moment| *moment == Moment::AfterStoring;
    let chosen = figures.in_phase.values().sum::<usize>();
    let chosen_after = figures.in_phase.get("after storing").copied().unwrap_or(0);
    figures.faulty = faults.clone().count() - chosen;
    figures.faulty_after_acceptance = faults.filter(after).count() - chosen_after;
    figures.connections = connections.len();
    figures.referrals = ids.len();
    figures.sent = verdict.sent;
    figures.unknown = verdict.unknown;
    people_decide(&practice, &ids);
    figures
}

/// Queued two minutes ago, by the clock that the sending process goes by.
fn refer(count: usize) -> (Practice, Vec<String>) {
    let past = computer_time() - SignedDuration::from_mins(2);
    let practice = Practice::open_at(Time::from(past));
    let ids = (0..count)
        .map(|number| {
            let patient = if number % 2 == 0 { SMITH } else { DOE };
            practice.refer(patient, PAIN_PLATFORM).referral_id
        })
        .collect();
    (practice, ids)
}

/// The connection in which a kill is to come has no other fault.
fn faulty_weather(practice: &Practice, seed: u64, spared: &Arc<AtomicUsize>) {
    let spared = spared.clone();
    let faults = practice.mail.server.faults();
    faults.clear();
    faults.schedule(move |number| {
        if number == spared.load(Ordering::SeqCst) {
            Vec::new()
        } else {
            weather(seed, number)
        }
    });
}

/// Lets the sender come to the phase, and kills it there as a power cut would.
fn in_phase(
    practice: &Practice,
    (phase, moment, body_begun): (&'static str, Moment, bool),
    after: usize,
    spared: &AtomicUsize,
    figures: &mut Figures,
) {
    let server = &practice.mail.server;
    let connection = server.records().all().len() + 1 + after;
    spared.store(connection, Ordering::SeqCst);
    server
        .faults()
        .on_connection(connection, Fault::silence(moment));
    let mut child = child(&practice.data(), &["send"]).spawn().expect("a child");
    let still = stands_still(server.records(), connection, moment);
    let reached = practice.runtime.block_on(still);
    child.kill().expect("killed");
    let output = child.wait_with_output().expect("its end");
    assert!(reached, "{phase}: never got there: {output:?}");
    let leaving = leaving(practice);
    assert_eq!(leaving.len(), 1, "{phase}: one at a time");
    assert_eq!(
        leaving[0] >= referrals::transport::Phase::Body,
        body_begun,
        "{phase}"
    );
    *figures.in_phase.entry(phase).or_default() += 1;
}

/// Kills it whatever it does just then.
fn at_any_time(practice: &Practice, after: usize, chance: &mut Chance, figures: &mut Figures) {
    let server = &practice.mail.server;
    let connection = server.records().all().len() + 1 + after;
    let mut child = child(&practice.data(), &["send"]).spawn().expect("a child");
    let begun = server.records().wait_until(|all| all.len() >= connection);
    let begun = practice
        .runtime
        .block_on(async { tokio::time::timeout(FAR_TOO_LONG, begun).await });
    let more = chance.below(LONGEST_LIFE_MILLISECONDS) as u64;
    std::thread::sleep(Duration::from_millis(more));
    child.kill().expect("killed");
    child.wait().expect("its end");
    let all = begun.expect("a connection");
    let leaving = leaving(practice);
    assert!(leaving.len() <= 1, "one at a time");
    drop(all);
    let last = server.records().all().last().map(|it| it.reached);
    let place = match (leaving.first(), last) {
        (Some(phase), Some(last)) => format!("{last:?}, its row says {}", phase.as_str()),
        _ => "between two messages".to_owned(),
    };
    *figures.at_any_time.entry(place).or_default() += 1;
}

/// How far each row that says "sending" says it came.
fn leaving(practice: &Practice) -> Vec<referrals::transport::Phase> {
    let rows = practice.outbox().into_iter();
    rows.filter(|row| row.state == "sending")
        .map(|row| row.phase)
        .collect()
}

/// The program dies the so-manieth time it comes by. Answers the referral that was queued all the same.
fn at_fail_point(practice: &Practice, point: &str, before: usize) -> Option<String> {
    let draft = point
        .starts_with("queue")
        .then(|| practice.draft(SMITH, PAIN_PLATFORM));
    let known = referrals(practice);
    // What comes by once in a life of the program dies there the first time.
    let often = ["claim", "reach", "settle"]
        .iter()
        .any(|it| point.starts_with(it));
    let action = match before {
        0 => "return(kill)".to_owned(),
        before if often => format!("{before}*off->return(kill)"),
        _ => "return(kill)".to_owned(),
    };
    let arguments = match &draft {
        Some(draft) => vec!["queue", &draft.id, point, &action],
        None => vec!["send", point, &action],
    };
    let output = child(&practice.data(), &arguments)
        .output()
        .expect("a child");
    assert!(!output.status.success(), "{point}: {output:?}");
    practice.engine.store.practice.check().expect("whole");
    let mut new = referrals(practice).into_iter();
    let new = new.find(|id| !known.contains(id));
    if let Some(draft) = draft {
        assert_eq!(new.is_some(), point.ends_with("committed"), "{point}");
        if new.is_none() {
            // The draft is there still, and goes now.
            return Some(practice.queue(&draft).expect("queued").referral_id);
        }
    }
    new
}

fn referrals(practice: &Practice) -> Vec<String> {
    let rows = practice.outbox().into_iter();
    rows.map(|row| row.referral_id).collect()
}
