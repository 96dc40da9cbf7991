//! `cargo xtask dist`, a Debian package; and `cargo xtask audit`, what we depend on.

use crate::places::Places;
use crate::setup::{self, Purpose};
use crate::steps::{Failure, Steps, Stopped};
use crate::tool;
use std::path::{Path, PathBuf};

/// The command line of the Tauri that src-tauri is built with.
const TAURI_CLI: &str = "2.12.5";

pub fn dist(places: &Places, steps: &mut Steps) -> Result<(), Stopped> {
    setup::set_up(places, steps, Purpose::Run)?;
    let folder = places.target.join("release").join("bundle").join("deb");
    let packages = steps.step(
        "package",
        "a release build and a .deb of it; ten minutes or more the first time",
        || {
            // Not among the page's own packages: it is needed here alone, and brings a program for each system.
            let package = format!("--package=@tauri-apps/cli@{TAURI_CLI}");
            let arguments = [
                "exec",
                "--yes",
                &package,
                "--",
                "tauri",
                "build",
                "--bundles",
                "deb",
            ];
            let mut command = tool::npm("npm", &places.root, &arguments);
            tool::run(&mut command, "See what Tauri says above.")?;
            let found = debian_packages(&folder);
            if found.is_empty() {
                return Err(Failure::new(
                    format!("No .deb is in {}.", folder.display()),
                    "See what Tauri says above.",
                ));
            }
            Ok(found)
        },
    )?;
    for package in packages {
        println!("    {}", package.display());
    }
    Ok(())
}

fn debian_packages(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path());
    entries
        .filter(|path| path.extension().is_some_and(|ending| ending == "deb"))
        .collect()
}

/// Not part of `test`: it needs the newest advisories, which come from the network and change without us.
pub fn audit(places: &Places, steps: &mut Steps) -> Result<(), Stopped> {
    steps.step("audit", "licences, bans, sources and known advisories, by deny.toml", || {
        if tool::answer(&mut tool::cargo(&places.root, &["deny", "--version"])).is_none() {
            return Err(Failure::new("cargo-deny is not there, so nothing was audited.", "cargo install cargo-deny --locked"));
        }
        let advice = "Update the crate that is named above, or state in deny.toml why it may stay and until when.";
        tool::run(&mut tool::cargo(&places.root, &["deny", "check"]), advice).map(|_| ())
    })?;
    println!("    Besides: `osv-scanner --lockfile Cargo.lock --lockfile ui/package-lock.json`.");
    println!(
        "    OSV knows advisories that RustSec does not (one of Tauri's among them), and those of npm."
    );
    Ok(())
}
