//! `cargo xtask test`: everything that continuous integration asks, from a clean clone; and `bench`.

use crate::checks;
use crate::places::Places;
use crate::setup::{self, Purpose};
use crate::steps::{Failure, Steps, Stopped};
use crate::tool;
use crate::totals::Totals;
use serde_json::Value;

pub fn test(places: &Places, steps: &mut Steps) -> Result<(), Stopped> {
    setup::set_up(places, steps, Purpose::Test)?;
    // A failed check does not hide what the tests have to say.
    checks::all(places, steps);
    let mut totals = Totals::default();
    let tested = tests(places, steps, &mut totals);
    println!("{}", steps.summary());
    // Alone on its line and last, where a reader of the log looks.
    println!("{} passed, {} failed", totals.passed, totals.failed);
    tested
}

fn tests(places: &Places, steps: &mut Steps, totals: &mut Totals) -> Result<(), Stopped> {
    // The shape of the tests is compiled with the program, so that it is compiled once. Windows cannot replace a running program, hence without xtask.
    steps.step(
        "build",
        "the program and all tests, once, before any of them runs",
        || {
            let arguments = [
                "build",
                "--locked",
                "--workspace",
                "--exclude",
                "xtask",
                "--all-targets",
            ];
            tool::run(
                &mut tool::cargo(&places.root, &arguments),
                "Mend what the compiler says above.",
            )
            .map(|_| ())
        },
    )?;
    counted(
        steps,
        totals,
        "page tests",
        "the window's pages, without an engine",
        || {
            if !places.ui().join("package.json").exists() {
                println!("    ui/ has no package.json: no page tests");
                return Ok(String::new());
            }
            tool::run(
                &mut tool::npm("npm", &places.ui(), &["test"]),
                "See which test failed above; `npm test` in ui/ runs them alone.",
            )
        },
    );
    counted(
        steps,
        totals,
        "Rust tests",
        "each crate, and the whole product through its public faces",
        || {
            let advice =
                "See which test failed above; `cargo test --workspace NAME` runs it alone.";
            let printed = tool::run(
                &mut tool::cargo(
                    &places.root,
                    &["test", "--locked", "--workspace", "--no-fail-fast"],
                ),
                advice,
            )?;
            if Totals::read(&printed).passed == 0 {
                return Err(Failure::new(
                    "No test ran.",
                    "Look why `cargo test --workspace` finds none.",
                ));
            }
            Ok(printed)
        },
    );
    if !places.window_tests().join("package.json").exists() {
        println!("\n    tests/window has no package.json: no tests of the real window");
        return Ok(());
    }
    steps.step(
        "npm packages of the window tests",
        "they drive the real window",
        || setup::npm_packages(&places.window_tests()),
    )?;
    counted(
        steps,
        totals,
        "window tests",
        "the real window, driven as a person would",
        || {
            let mut command = tool::npm("npm", &places.window_tests(), &["test"]);
            command.env("ONWARD_PROGRAM", places.program());
            tool::run(
                &mut command,
                "See which test failed above; `npm test` in tests/window runs them alone.",
            )
        },
    );
    Ok(())
}

/// A step whose printed output says how many tests passed and failed. What failed is remembered by the steps; the next kind of test runs all the same.
fn counted(
    steps: &mut Steps,
    totals: &mut Totals,
    name: &str,
    why: &str,
    work: impl FnOnce() -> Result<String, Failure>,
) {
    let counted = steps.step(name, why, || match work() {
        Ok(printed) => {
            *totals += Totals::read(&printed);
            Ok(())
        }
        Err(failure) => {
            *totals += Totals::read(&failure.printed);
            Err(failure)
        }
    });
    drop(counted);
}

pub fn bench(places: &Places, steps: &mut Steps) -> Result<(), Stopped> {
    let about = steps.step(
        "benchmarks",
        "which members of the workspace have any",
        || checks::metadata(places),
    )?;
    if !has_benchmarks(&about) {
        println!(
            "    none yet: no member of the workspace has a benchmark, so there is nothing to measure"
        );
        return Ok(());
    }
    setup::set_up(places, steps, Purpose::Run)?;
    steps.step(
        "measuring",
        "in a release build, which takes some minutes to make",
        || {
            tool::run(
                &mut tool::cargo(
                    &places.root,
                    &["bench", "--locked", "--workspace", "--benches"],
                ),
                "See what failed above.",
            )
            .map(|_| ())
        },
    )
}

fn has_benchmarks(about: &Value) -> bool {
    let targets = |package: &Value| {
        package
            .get("targets")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default()
    };
    let is_benchmark =
        |target: &Value| target.pointer("/kind/0").and_then(Value::as_str) == Some("bench");
    checks::members(about)
        .into_iter()
        .any(|package| targets(package).iter().any(is_benchmark))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_a_member_with_a_bench_target_has_benchmarks() {
        let workspace = |kind: &str| {
            json!({ "workspace_members": ["ours"], "packages": [
                { "id": "ours", "name": "store", "targets": [{ "kind": [kind] }] },
                { "id": "theirs", "name": "serde", "targets": [{ "kind": ["bench"] }] },
            ]})
        };
        assert!(has_benchmarks(&workspace("bench")));
        assert!(!has_benchmarks(&workspace("lib")));
    }

    #[test]
    fn failed_tests_are_counted_too() {
        let (mut steps, mut totals) = (Steps::new(), Totals::default());
        let printed = "test result: FAILED. 3 passed; 2 failed; 0 ignored".to_owned();
        counted(&mut steps, &mut totals, "tests", "to fail", || {
            Err(Failure {
                printed,
                ..Failure::new("failed", "mend")
            })
        });
        assert_eq!(
            totals,
            Totals {
                passed: 3,
                failed: 2
            }
        );
        assert!(!steps.all_passed());
    }
}
