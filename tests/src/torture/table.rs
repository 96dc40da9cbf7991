//! The figures of one run as a page: what was done, how much, and what came of it.

use std::path::Path;
use std::process::Command;
use store::Clock;

const BEFORE: &str = "# The torture

`cargo xtask torture` does to Onward what would make it lose, double, leak or spoil a referral, and fails where anything is not as it must be. It runs at
full length what `cargo xtask test` runs in short. `tests/src/torture/` is where it is written down; the judge of what was sent is the mail server's own
store, whatever any process believed. Kills are of real processes. In the simulation the product's own tables and verdicts move on virtual time.

The naive senders are the negative control: they know no \"unknown\", and under the same kills and faults they must double and lose, or the judge sees nothing.

This page is written by that command, whole, at the end of a run in which nothing failed; it is never edited by hand.
";

/// Prints the table of the rows (`| what | how much | what came of it |`), and with a page named writes it there.
pub fn write(rows: &str, seed: u64, page: Option<&Path>) {
    let rows: Vec<&str> = rows.lines().filter(|line| line.starts_with("| ")).collect();
    assert!(!rows.is_empty(), "no figures");
    let now = Clock::system().now();
    let (day, _) = now.to_string().split_once('T').map_or_else(
        || (now.to_string(), String::new()),
        |(day, rest)| (day.to_owned(), rest.to_owned()),
    );
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let page_text = format!(
        "{BEFORE}\nRun on {day}, at commit {}, seed {seed}, optimised with the checks of a debug build on, on {processors} processors.\n\n| What was done | How much | What came of it |\n|---|---|---|\n{}\n",
        commit(),
        rows.join("\n")
    );
    println!("{page_text}");
    if let Some(page) = page {
        std::fs::write(page, page_text).expect("the page is written");
    }
}

/// As git names it, and whether anything differs from it.
fn commit() -> String {
    let git = |arguments: &[&str]| {
        let output = Command::new("git").args(arguments).output().ok()?;
        let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        output.status.success().then_some(said)
    };
    let name = git(&["rev-parse", "--short", "HEAD"]).unwrap_or_else(|| "unknown".to_owned());
    // The page itself differs with every run.
    let changed = git(&["status", "--porcelain", "--", ".", ":!docs/torture.md"]);
    match changed.as_deref() {
        Some("") => name,
        _ => name + " with changes",
    }
}
