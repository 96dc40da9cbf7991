//! `cargo xtask check`: formatting, lints and the rules of the house. Each rule is a function over the tree, with a test in which it catches a planted breach.

mod capabilities;
mod contacts;
mod first_lines;
mod hazards;
mod hosts;
mod layers;
mod modules;
mod rust_source;
mod tree;
mod words;

use crate::places::Places;
use crate::setup::{self, Purpose};
use crate::steps::{Failure, Steps, Stopped};
use crate::tool;
use serde_json::Value;
use std::process::Command;
use tree::Tree;

/// One breach of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub path: String,
    pub line: usize,
    pub what: String,
}

impl Finding {
    fn new(path: &str, line: usize, what: impl Into<String>) -> Finding {
        Finding {
            path: path.to_owned(),
            line,
            what: what.into(),
        }
    }
}

/// What a rule looked at, and what it found there.
#[derive(Debug, Default)]
pub struct Checked {
    /// "212 files"
    pub seen: Vec<String>,
    pub findings: Vec<Finding>,
}

impl Checked {
    fn saw(&mut self, count: usize, what: &str) {
        self.seen.push(format!("{count} {what}"));
    }
}

pub fn check(places: &Places, steps: &mut Steps) -> Result<(), Stopped> {
    setup::set_up(places, steps, Purpose::Run)?;
    all(places, steps);
    println!("{}", steps.summary());
    Ok(())
}

/// Runs every check, whatever the others say.
pub fn all(places: &Places, steps: &mut Steps) {
    let rules = rules(places, steps);
    let format = steps.step("format", "one style for all Rust", || {
        tool::run(
            &mut tool::cargo(
                &places.root,
                &["fmt", "--all", "--", "--check", "--files-with-diff"],
            ),
            "cargo fmt --all",
        )
        .map(|_| ())
    });
    let lints = steps.step("lints", "what Clippy warns of is an error here", || {
        let arguments = [
            "clippy",
            "--locked",
            "--workspace",
            "--all-targets",
            "--keep-going",
            "--",
            "-D",
            "warnings",
        ];
        tool::run(
            &mut tool::cargo(&places.root, &arguments),
            "Mend what Clippy says above.",
        )
        .map(|_| ())
    });
    let pages = steps.step(
        "pages' types and lints",
        "svelte-check, ESLint and Prettier, with warnings as errors",
        || {
            if !places.ui().join("package.json").exists() {
                println!("    ui/ has no package.json: nothing to check");
                return Ok(());
            }
            tool::run(
                &mut tool::npm("npm", &places.ui(), &["run", "check"]),
                "Mend what is named above; `npm run format` in ui/ mends the formatting.",
            )
            .map(|_| ())
        },
    );
    // Each has told its failure, and the steps remember it.
    drop((rules, format, lints, pages));
}

/// The rules of the house that no other tool knows.
pub fn rules(places: &Places, steps: &mut Steps) -> Result<(), Stopped> {
    let tree = steps.step(
        "files",
        "what git knows of, and what it would be given",
        || Tree::read(&places.root),
    )?;
    rule(
        steps,
        "first lines",
        "a file says in a sentence what it is",
        "Begin the file with a comment of a sentence.",
        || first_lines::check(&tree),
    );
    rule(
        steps,
        "modules",
        "pure modules stay pure; SQL, commands and Tauri's packages stay in their places",
        "Move it to where it belongs (DESIGN, the house), or take it as an argument.",
        || modules::check(&tree),
    );
    rule(
        steps,
        "hazards",
        "the hazard log and the tests that prove its controls stay in step",
        "Correct docs/safety/hazards.md, or the name of the test.",
        || hazards::check(&tree),
    );
    rule(
        steps,
        "words",
        "the app is a directory and a sender, and speaks plainly to patients",
        "Say it in other words: \"the service asks for…\", \"pain that does not go away\".",
        || words::check(&tree),
    );
    rule(
        steps,
        "hosts and paths",
        "no file depends on one computer or one registry",
        "Take the path from the environment; leave the host to the tool's own settings.",
        || hosts::check(&tree),
    );
    rule(
        steps,
        "contacts",
        "made-up people and services can reach nobody",
        "Use .example or example.nhs.uk, Ofcom's drama numbers, and the test NHS numbers.",
        || contacts::check(&tree),
    );
    rule(
        steps,
        "rights of the window",
        "the pages may call our commands and nothing else",
        "Take the right away; a command of our own does the one thing that is needed.",
        || capabilities::check(&tree),
    );
    let (about, built) = steps.step("dependencies", "read from Cargo for the next rule", || {
        let built = tool::answer(&mut tool::cargo(&places.root, &layers::BUILT));
        let built = built.ok_or_else(|| {
            Failure::new(
                "`cargo tree` failed.",
                "Run `cargo tree --locked` to see why.",
            )
        })?;
        Ok((metadata(places)?, built))
    })?;
    rule(
        steps,
        "layers",
        "who may depend on whom; one TLS; no tracing of mail",
        "Turn the dependency round, or pass the value as an argument.",
        || layers::check(&about, &built),
    );
    Ok(())
}

fn rule(steps: &mut Steps, name: &str, why: &str, advice: &str, look: impl FnOnce() -> Checked) {
    let told = steps.step(name, why, || {
        let checked = look();
        println!("    looked at {}", checked.seen.join(", "));
        if checked.findings.is_empty() {
            Ok(())
        } else {
            Err(Failure::new(list(&checked.findings), advice))
        }
    });
    drop(told);
}

fn list(findings: &[Finding]) -> String {
    let line = |finding: &Finding| format!("{}:{}: {}", finding.path, finding.line, finding.what);
    findings.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// What Cargo knows of the workspace and all that it depends on here. Filtered to this system, so that nothing is downloaded for another.
pub fn metadata(places: &Places) -> Result<Value, Failure> {
    let advice = "Run `cargo metadata --locked` to see why.";
    let version = tool::answer(Command::new("rustc").arg("-vV")).unwrap_or_default();
    let host = version
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .unwrap_or_default();
    let mut command = tool::cargo(
        &places.root,
        &[
            "metadata",
            "--format-version",
            "1",
            "--locked",
            "--filter-platform",
            host,
        ],
    );
    let printed = tool::answer(&mut command)
        .ok_or_else(|| Failure::new("`cargo metadata` failed.", advice))?;
    serde_json::from_str(&printed).map_err(|error| {
        Failure::new(
            format!("`cargo metadata` printed something else than JSON: {error}"),
            advice,
        )
    })
}

/// The packages that are ours.
pub fn members(about: &Value) -> Vec<&Value> {
    let list = |name: &str| {
        about
            .get(name)
            .and_then(Value::as_array)
            .map(Vec::as_slice)
            .unwrap_or_default()
    };
    let ours = list("workspace_members");
    list("packages")
        .iter()
        .filter(|package| package.get("id").is_some_and(|id| ours.contains(id)))
        .collect()
}
