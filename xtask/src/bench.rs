//! `cargo xtask bench`: quality, speed and the real window, measured in one run and kept as one table in docs/benchmarks.md.

use crate::places::Places;
use crate::setup::{self, Purpose};
use crate::steps::{Failure, Steps, Stopped};
use crate::tool;
use std::path::PathBuf;
use std::process::Command;

/// The profile of the program whose window is measured (Cargo.toml).
const PROFILE: &str = "measured";
/// A quick run's only size of directory.
const QUICK_SIZE: &str = "1000";

pub fn bench(places: &Places, steps: &mut Steps, arguments: &[&str]) -> Result<(), Stopped> {
    let quick = steps.step("arguments", "what was asked for", || match arguments {
        [] => Ok(false),
        ["--quick"] => Ok(true),
        other => Err(Failure::new(
            format!("`{}` is not known here.", other.join(" ")),
            "Only --quick.",
        )),
    })?;
    let purpose = if quick { Purpose::Run } else { Purpose::Bench };
    setup::set_up(places, steps, purpose)?;
    let node = places.root.join("bench").join("node");
    steps.step(
        "npm packages of the benchmarks",
        "the search engines that Onward is compared with",
        || setup::npm_packages(&node),
    )?;
    steps.step(
        "build of the benchmarks",
        "optimised as a release; a quarter of an hour or so the first time",
        || {
            let arguments = [
                "build",
                "--locked",
                "--release",
                "--workspace",
                "--bin",
                "bench",
            ];
            tool::run(
                &mut tool::cargo(&places.root, &arguments),
                "Mend what the compiler says above.",
            )
            .map(|_| ())
        },
    )?;
    // What an earlier run measured must not be taken for this one's.
    let figures = Figures::new(places);
    steps.step("figures", "of an earlier run are thrown away", || {
        figures.clear()
    })?;
    steps.step("quality", "every engine over every evaluation set", || {
        figures.measure("quality", &[])
    })?;
    steps.step(
        "speed",
        "each key press, in directories made for it; --quick only in the smallest",
        || {
            let sizes: &[&str] = if quick { &[QUICK_SIZE] } else { &[] };
            figures.measure("speed", sizes)
        },
    )?;
    steps.step(
        "feed",
        "a published directory verified, applied, indexed and searched",
        || figures.measure("feed", if quick { &[QUICK_SIZE] } else { &[] }),
    )?;
    if !quick {
        import(places, steps, &figures)?;
        window(places, steps, &figures)?;
    }
    steps.step("table", "everything that was measured", || {
        let document: &[&str] = if quick { &[] } else { &["docs/benchmarks.md"] };
        figures.measure("report", document)
    })?;
    println!("{}", steps.summary());
    Ok(())
}

fn import(places: &Places, steps: &mut Steps, figures: &Figures) -> Result<(), Stopped> {
    steps.step(
        "import",
        "5,000 services of a feed on this computer, and the same only downloaded; built as a release first",
        || {
            let arguments = [
                "build",
                "--locked",
                "--release",
                "--workspace",
                "--bin",
                "onward-cli",
                "--bin",
                "open_referral_feed",
            ];
            tool::run(
                &mut tool::cargo(&places.root, &arguments),
                "Mend what the compiler says above.",
            )?;
            let programs = places.target.join("release");
            figures.measure("import", &[&programs.display().to_string()])
        },
    )
}

fn window(places: &Places, steps: &mut Steps, figures: &Figures) -> Result<(), Stopped> {
    steps.step(
        "build of the window",
        "a release that WebDriver can drive; ten minutes or more the first time",
        || {
            let arguments = [
                "build",
                "--locked",
                "--profile",
                PROFILE,
                "--workspace",
                "--bin",
                "onward",
            ];
            tool::run(
                &mut tool::cargo(&places.root, &arguments),
                "Mend what the compiler says above.",
            )
            .map(|_| ())
        },
    )?;
    steps.step(
        "window",
        "start, hot-key, key press to painted result, memory",
        || {
            let program = places.target.join(PROFILE).join("onward");
            let mut command = Command::new("node");
            command
                .arg("bench/node/window.mjs")
                .arg(figures.folder.join("window.json"))
                .env("ONWARD_PROGRAM", program)
                .current_dir(&places.root);
            tool::run(&mut command, "See what was waited for above.").map(|_| ())
        },
    )
}

/// Where the parts of a run are kept until the table is made of them.
struct Figures {
    folder: PathBuf,
    root: PathBuf,
    program: PathBuf,
}

impl Figures {
    fn new(places: &Places) -> Figures {
        let name = format!("bench{}", std::env::consts::EXE_SUFFIX);
        Figures {
            folder: places.target.join("onward").join("bench"),
            root: places.root.clone(),
            program: places.target.join("release").join(name),
        }
    }

    fn clear(&self) -> Result<(), Failure> {
        match std::fs::remove_dir_all(&self.folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Failure::new(
                format!("{}: {error}", self.folder.display()),
                "Make the folder writable.",
            )),
            _ => Ok(()),
        }
    }

    /// The folder of the figures stands between what is to be done and the rest.
    fn measure(&self, what: &str, rest: &[&str]) -> Result<(), Failure> {
        let mut command = Command::new(&self.program);
        command
            .arg(what)
            .arg(&self.folder)
            .args(rest)
            .current_dir(&self.root);
        tool::run(&mut command, "See what it says above.").map(|_| ())
    }
}
