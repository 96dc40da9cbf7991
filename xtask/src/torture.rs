//! `cargo xtask torture`: what is done to Onward until something would give, at full length, with every figure printed and kept in docs/torture.md.

use crate::places::Places;
use crate::setup::{self, Purpose};
use crate::steps::{Failure, Steps, Stopped};
use crate::tool;
use std::process::Command;

/// The profile of what is tortured (Cargo.toml).
const PROFILE: &str = "tortured";

/// How a part of the torture is run.
enum Part {
    /// By `tests/src/bin/torture.rs`, under its own name.
    OwnProgram,
    /// By tests whose length an environment variable sets.
    Tests(&'static str, Option<(&'static str, &'static str)>),
}

/// Each part, and why.
const PARTS: [(&str, Part, &str); 10] = [
    (
        "simulation",
        Part::OwnProgram,
        "100,000 referrals on virtual time: kills, faults and clock jumps between any two steps",
    ),
    (
        "flipped-bytes",
        Part::OwnProgram,
        "1,000 bits of the records changed, and more beside them: each is noticed, and the backup restores",
    ),
    (
        "mutations",
        Part::OwnProgram,
        "10,000 random changes to a published directory, and a bit at each position: each refused, or what is read is identical",
    ),
    (
        "many-copies",
        Part::OwnProgram,
        "eight processes on one data folder, whose clocks jump: none sends what another sent",
    ),
    (
        "fail-points",
        Part::OwnProgram,
        "each write on the way of a referral: killed, EIO, ENOSPC, once and always",
    ),
    (
        "kills",
        Part::OwnProgram,
        "2,000 referrals, 200 kills of the sending process and one at every fail point, three in ten connections faulty",
    ),
    (
        "latency",
        Part::OwnProgram,
        "how long until a referral is queued, and until it is accepted",
    ),
    (
        "faults",
        Part::Tests(
            "--test product faults:: sign_ins:: clocks:: undo:: canaries::",
            Some(("ONWARD_ROUNDS", "300")),
        ),
        "each fault of a mail server at each moment, clocks that jump, undo against the sender, and words that must lie nowhere",
    ),
    (
        "ipc",
        Part::Tests("--bin onward any_input", Some(("ONWARD_INPUTS", "100000"))),
        "100,000 inputs to every command of the window: no panic, and no trace of what is refused",
    ),
    (
        "table",
        Part::OwnProgram,
        "every figure, printed and kept in docs/torture.md where nothing failed",
    ),
];

pub fn torture(places: &Places, steps: &mut Steps) -> Result<(), Stopped> {
    setup::set_up(places, steps, Purpose::Test)?;
    let why = "the torture and what it tortures, optimised; half an hour or so the first time";
    steps.step("build", why, || {
        let arguments = format!(
            "build --locked --profile {PROFILE} --workspace --exclude xtask --bins --tests"
        );
        let arguments: Vec<&str> = arguments.split(' ').collect();
        let advice = "Mend what the compiler says above.";
        tool::run(&mut tool::cargo(&places.root, &arguments), advice).map(|_| ())
    })?;
    let mut rows = String::new();
    for (name, part, why) in PARTS {
        if name == "table" {
            let page = steps.all_passed();
            let _ = steps.step(name, why, || table(places, &rows, page));
            continue;
        }
        // What fails is remembered by the steps; the others have their say all the same.
        let printed = steps.step(name, why, || run(places, name, &part));
        for line in printed.unwrap_or_default().lines() {
            if line.starts_with("| ") {
                rows.push_str(line);
                rows.push('\n');
            }
        }
    }
    println!("{}", steps.summary());
    Ok(())
}

fn run(places: &Places, name: &str, part: &Part) -> Result<String, Failure> {
    let mut command = match part {
        Part::OwnProgram => {
            let mut command = program(places);
            command.arg(name);
            command
        }
        Part::Tests(which, length) => {
            let arguments = format!(
                "test --locked --profile {PROFILE} --workspace --exclude xtask {which} -- --nocapture"
            );
            // Filters of the tests stand behind the two dashes.
            let (chosen, filters): (Vec<&str>, Vec<&str>) =
                arguments.split(' ').partition(|word| !word.ends_with("::"));
            let mut command = tool::cargo(&places.root, &[chosen, filters].concat());
            command.envs(length.iter().copied());
            command
        }
    };
    tool::run(&mut command, "See what it says above; its seed is printed.")
}

fn table(places: &Places, rows: &str, page: bool) -> Result<(), Failure> {
    let file = places.target.join("onward").join("torture.txt");
    let written = std::fs::create_dir_all(places.target.join("onward"))
        .and_then(|()| std::fs::write(&file, rows));
    written.map_err(|error| {
        Failure::new(
            format!("{}: {error}", file.display()),
            "Make the folder writable.",
        )
    })?;
    let mut command = program(places);
    command.arg("table").arg(&file);
    if page {
        command.arg("docs/torture.md");
    }
    tool::run(&mut command, "See what it says above.").map(|_| ())
}

fn program(places: &Places) -> Command {
    let name = format!("torture{}", std::env::consts::EXE_SUFFIX);
    let mut command = Command::new(places.target.join(PROFILE).join(name));
    command.current_dir(&places.root);
    command
}
