//! `cargo xtask torture`: everything that is done to Onward until something would give, at full length, with its figures.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::panic,
    reason = "it is a test, and its printed output"
)]

use product_tests::torture::{
    copies, fail_points, flipped_beside, flipped_bytes, kills, latency, many_copies, mutations,
    simulated, table,
};
use std::path::Path;

const SEED: u64 = 20_261_122;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["simulation"] => simulated::report(100_000, SEED),
        ["simulation", count] => simulated::report(count.parse().unwrap(), SEED),
        ["flipped-bytes"] => flipped(1_000),
        ["flipped-bytes", count] => flipped(count.parse().unwrap()),
        ["latency"] => latency::report(200),
        ["latency", count] => latency::report(count.parse().unwrap()),
        ["kills"] => kills::report(2_000, 200, SEED),
        ["kills", referrals, kills] => {
            kills::report(referrals.parse().unwrap(), kills.parse().unwrap(), SEED);
        }
        ["many-copies"] => many_copies::report(25, SEED),
        ["many-copies", rounds] => many_copies::report(rounds.parse().unwrap(), SEED),
        ["mutations"] => {
            mutations::report(10_000, SEED);
            mutations::report_positions(1);
        }
        ["mutations", count] => mutations::report(count.parse().unwrap(), SEED),
        ["fail-points"] => fail_points::report(5),
        ["fail-points", ways] => fail_points::report(ways.parse().unwrap()),
        ["table", rows, page @ ..] => {
            let rows = std::fs::read_to_string(rows).unwrap();
            table::write(&rows, SEED, page.first().map(Path::new));
        }
        ["child", data, rest @ ..] => copies::run(Path::new(data), rest),
        other => panic!("{other:?} is not known here"),
    }
}

fn flipped(count: usize) {
    flipped_bytes::report(count, SEED);
    flipped_beside::report(count / 2, count / 4, SEED);
}
