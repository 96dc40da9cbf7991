//! `cargo xtask torture`: what is done to Onward until something would give, at full length, with every figure printed.

use crate::places::Places;
use crate::setup::{self, Purpose};
use crate::steps::{Steps, Stopped};
use crate::tool;
use std::process::Command;

/// Each part of the torture (`tests/src/bin/torture.rs`), and why.
const PARTS: [(&str, &str); 5] = [
    (
        "simulation",
        "100,000 referrals on virtual time: kills, faults and clock jumps between any two steps",
    ),
    (
        "flipped-bytes",
        "1,000 bits of the records changed: each is noticed, and the backup restores",
    ),
    (
        "many-copies",
        "eight processes on one data folder, whose clocks jump: none sends what another sent",
    ),
    (
        "fail-points",
        "each write on the way of a referral: killed, EIO, ENOSPC, once and always",
    ),
    (
        "kills",
        "2,000 referrals, 200 kills of the sending process, three in ten connections faulty",
    ),
];

pub fn torture(places: &Places, steps: &mut Steps) -> Result<(), Stopped> {
    setup::set_up(places, steps, Purpose::Test)?;
    steps.step("build", "the torture and what it tortures", || {
        let arguments = "build --locked --workspace --exclude xtask --bins --tests";
        let arguments: Vec<&str> = arguments.split(' ').collect();
        let advice = "Mend what the compiler says above.";
        tool::run(&mut tool::cargo(&places.root, &arguments), advice).map(|_| ())
    })?;
    let name = format!("torture{}", std::env::consts::EXE_SUFFIX);
    let program = places.target.join("debug").join(name);
    for (part, why) in PARTS {
        // What fails is remembered by the steps; the others have their say all the same.
        let _ = steps.step(part, why, || {
            let mut command = Command::new(&program);
            command.arg(part).current_dir(&places.root);
            tool::run(&mut command, "See what it says above; its seed is printed.").map(|_| ())
        });
    }
    println!("{}", steps.summary());
    Ok(())
}
