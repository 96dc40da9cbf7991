//! Eight processes on one data folder at once, whose clocks jump by up to ten years: each queues and tries to send, and none is doubled.

use super::copies::child;
use super::judged::{judge, people_decide};
use crate::practice::{Practice, Time, computer_time};

const COPIES: u64 = 8;

pub fn report(rounds: usize, seed: u64) {
    let practice = Practice::open_at(Time::from(computer_time()));
    let rounds_word = rounds.to_string();
    let start = |number: u64| {
        let seed = seed.wrapping_add(number).to_string();
        let mut command = child(&practice.data(), &["many", &seed, &rounds_word]);
        command.spawn().expect("a copy")
    };
    let copies: Vec<_> = (0..COPIES).map(start).collect();
    let (mut queued, mut turns) = (0, Vec::new());
    for copy in copies {
        let output = copy.wait_with_output().expect("a copy");
        assert!(output.status.success(), "{output:?}");
        let said = String::from_utf8_lossy(&output.stdout);
        let numbers: Vec<usize> = said.split_whitespace().flat_map(str::parse).collect();
        queued += numbers[0];
        turns.push(numbers[1]);
    }
    practice.engine.store.practice.check().expect("whole");
    let ids: Vec<String> = practice
        .outbox()
        .into_iter()
        .map(|row| row.referral_id)
        .collect();
    assert_eq!(ids.len(), queued);
    let verdict = judge(&practice, &ids);
    let held = ids.iter().filter(|id| practice.state(id) == "held").count();
    println!(
        "many copies, seed {seed}: {COPIES} processes, {queued} referrals, times each had the lock {turns:?}"
    );
    println!("  {verdict:?}, held for a person by clocks that jumped {held}");
    assert_eq!(
        (
            verdict.lost,
            verdict.doubled,
            verdict.unseen,
            verdict.unknown
        ),
        (0, 0, 0, 0)
    );
    assert!(
        turns.iter().all(|turns| *turns > 0),
        "each had its turn to send: {turns:?}"
    );
    people_decide(&practice, &ids);
    println!(
        "| {COPIES} processes on one data folder, clocks jumping by up to ten years | {queued} referrals, the lock taken {} times | 0 lost, 0 doubled; {held} held for a person by jumps over a day, after whose word the server has each once |",
        turns.iter().sum::<usize>()
    );
}
