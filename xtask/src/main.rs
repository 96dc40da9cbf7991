//! The one command, `cargo xtask …`: sets up what is missing, then runs, tests, checks or packages Onward. Only the standard library and JSON.

// This program is its printed output.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod bench;
mod checks;
mod dist;
mod places;
mod setup;
mod steps;
mod test;
mod tool;
mod torture;
mod totals;
mod ui;
mod window;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask run [--once] [-- ARGUMENTS]   set up, build and open Onward; without a display, on a virtual one, with a picture of the window
cargo xtask test                          everything that continuous integration asks: set-up, checks, tests of the window's pages, of Rust, of the real window
cargo xtask torture                       kills, faults, flipped bytes and copies at once, at full length, with every figure; its short form runs in `test`
cargo xtask check                         formatting, lints, layers, hazards, words, hosts: under a minute when warm
cargo xtask rules                         of those checks only the house's own rules: a second
cargo xtask setup                         only the set-up, of all that the tests need
cargo xtask ui                            the window's pages in a browser, on recorded answers
cargo xtask bench [--quick]               quality, speed and window, side by side with other engines, into docs/benchmarks.md; quick: without window and large directories, printed only
cargo xtask dist                          a Debian package
cargo xtask audit                         licences, bans and known advisories of what we depend on
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut words = arguments.iter().map(String::as_str);
    let command = words.next().unwrap_or("help");
    let rest: Vec<&str> = words.collect();
    let Some(places) = places::Places::find() else {
        eprintln!(
            "No Cargo.toml with a [workspace] is above this folder. Go into the folder of the project and try again."
        );
        return ExitCode::FAILURE;
    };
    let mut steps = steps::Steps::new();
    let done = match (command, rest.as_slice()) {
        ("run", _) => window::run(&places, &mut steps, &rest),
        ("test", []) => test::test(&places, &mut steps),
        ("torture", []) => torture::torture(&places, &mut steps),
        ("check", []) => checks::check(&places, &mut steps),
        ("rules", []) => checks::rules(&places, &mut steps),
        ("setup", []) => setup::set_up(&places, &mut steps, setup::Purpose::Test),
        ("ui", []) => ui::develop(&places, &mut steps),
        ("bench", _) => bench::bench(&places, &mut steps, &rest),
        ("dist", []) => dist::dist(&places, &mut steps),
        ("audit", []) => dist::audit(&places, &mut steps),
        ("help" | "--help" | "-h", _) => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        _ => {
            eprintln!(
                "`cargo xtask {}` is not one of the commands:\n\n{USAGE}",
                arguments.join(" ")
            );
            return ExitCode::FAILURE;
        }
    };
    if done.is_ok() && steps.all_passed() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
