//! `cargo xtask torture`: everything that is done to Onward until something would give, at full length, with its figures.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::panic,
    reason = "it is a test, and its printed output"
)]

use product_tests::torture::{copies, fail_points, flipped_bytes, kills, many_copies, simulated};
use std::path::Path;

const SEED: u64 = 20_261_122;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["simulation"] => simulated::report(100_000, SEED),
        ["simulation", count] => simulated::report(count.parse().unwrap(), SEED),
        ["flipped-bytes"] => flipped_bytes::report(1_000, SEED),
        ["flipped-bytes", count] => flipped_bytes::report(count.parse().unwrap(), SEED),
        ["kills"] => kills::report(2_000, 200, SEED),
        ["kills", referrals, kills] => {
            kills::report(referrals.parse().unwrap(), kills.parse().unwrap(), SEED);
        }
        ["many-copies"] => many_copies::report(25, SEED),
        ["many-copies", rounds] => many_copies::report(rounds.parse().unwrap(), SEED),
        ["fail-points"] => fail_points::report(5),
        ["fail-points", ways] => fail_points::report(ways.parse().unwrap()),
        ["child", data, rest @ ..] => copies::run(Path::new(data), rest),
        other => panic!("{other:?} is not known here"),
    }
}
