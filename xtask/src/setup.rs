//! Sets up what is missing, and only that: system packages, versions of the tools, the window's packages and pages. Quick when all is there.

mod debian;
mod pages;

use crate::places::Places;
use crate::steps::{Failure, Steps, Stopped};
use crate::tool;
use std::path::Path;
use std::process::Command;

pub use debian::Purpose;

/// The oldest versions that will do: `rust-version` of the workspace, and what Vite 8 asks of Node.
const OLDEST_RUST: (u32, u32) = (1, 95);
const OLDEST_NODE: (u32, u32) = (20, 19);

/// Everything that building the program needs.
pub fn set_up(places: &Places, steps: &mut Steps, purpose: Purpose) -> Result<(), Stopped> {
    steps.step(
        "system packages",
        "the libraries that the window is built on",
        || debian::packages(purpose),
    )?;
    set_up_pages(places, steps)?;
    steps.step(
        "pages",
        "the program carries the built pages of the window inside it",
        || pages::build(&places.ui()),
    )
}

/// What the window's pages need, which is all that their development server needs.
pub fn set_up_pages(places: &Places, steps: &mut Steps) -> Result<(), Stopped> {
    steps.step("tools", "Rust and Node must be new enough", || {
        println!(
            "    {}",
            new_enough(
                "rustc",
                OLDEST_RUST,
                "Run `rustup update`, or install Rust from your system's packages."
            )?
        );
        println!(
            "    Node {}",
            new_enough(
                "node",
                OLDEST_NODE,
                "Install Node 20.19 or later; Debian 12's own is too old for Vite 8."
            )?
        );
        Ok(())
    })?;
    steps.step(
        "npm packages",
        "the window's pages are built with them",
        || npm_packages(&places.ui()),
    )
}

/// Runs `npm ci` in a folder when its packages are missing or older than its lock file.
pub fn npm_packages(folder: &Path) -> Result<(), Failure> {
    if !folder.join("package-lock.json").exists() {
        println!(
            "    {} has no package-lock.json: nothing to install",
            folder.display()
        );
        return Ok(());
    }
    // npm writes this file last, so an installation that was broken off is not taken for a whole one.
    let installed = pages::changed_at(&folder.join("node_modules").join(".package-lock.json"));
    if installed.is_some() && installed >= pages::changed_at(&folder.join("package-lock.json")) {
        println!("    as in package-lock.json already");
        return Ok(());
    }
    let advice = "Look whether the npm registry can be reached, and whether package.json and package-lock.json agree (`npm install` makes them agree).";
    tool::run(
        &mut tool::npm("npm", folder, &["ci", "--no-fund", "--no-audit"]),
        advice,
    )
    .map(|_| ())
}

fn new_enough(program: &str, oldest: (u32, u32), advice: &str) -> Result<String, Failure> {
    let Some(answer) = tool::answer(Command::new(program).arg("--version")) else {
        return Err(Failure::new(format!("`{program}` is not there."), advice));
    };
    match version(&answer) {
        Some(found) if found >= oldest => Ok(answer),
        _ => Err(Failure::new(
            format!(
                "`{program}` says {answer}; {}.{} or later is needed.",
                oldest.0, oldest.1
            ),
            advice,
        )),
    }
}

/// The first two numbers of "v20.20.2" or "rustc 1.95.0 (…)".
fn version(text: &str) -> Option<(u32, u32)> {
    let number = text.split_whitespace().find(|word| {
        word.trim_start_matches('v')
            .starts_with(|c: char| c.is_ascii_digit())
    })?;
    let mut parts = number.trim_start_matches('v').split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_and_compared_as_numbers() {
        assert_eq!(version("v20.20.2"), Some((20, 20)));
        assert_eq!(version("rustc 1.95.0 (abc 2026-04-14)"), Some((1, 95)));
        assert_eq!(version("no number"), None);
        assert!(
            version("v20.9.0") < Some(OLDEST_NODE),
            "20.9 is older than 20.19"
        );
        assert!(version("v22.1.0") > Some(OLDEST_NODE));
    }

    #[test]
    fn an_old_tool_is_refused_with_what_to_do() {
        let failure = new_enough("rustc", (99, 0), "update it").unwrap_err();
        assert!(failure.why.contains("99.0 or later"), "{}", failure.why);
        assert_eq!(failure.advice, "update it");
        assert!(new_enough("rustc", (1, 0), "").is_ok());
    }
}
