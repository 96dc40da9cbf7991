//! A made-up Open Referral UK feed on loopback for the bench: as many services as it is told, until its standard input ends.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "it is a part of measurements, and its printed output"
)]

use product_tests::open_referral_feed::Feed;
use std::io::Read;

fn main() {
    let count = std::env::args().nth(1).unwrap().parse().unwrap();
    let feed = Feed::of(count);
    println!("{}", feed.address);
    let mut nothing = Vec::new();
    std::io::stdin().read_to_end(&mut nothing).unwrap();
}
