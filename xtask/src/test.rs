//! `cargo xtask test`: everything that continuous integration asks, from a clean clone.

use crate::checks;
use crate::places::Places;
use crate::setup::{self, Purpose};
use crate::steps::{Failure, Steps, Stopped};
use crate::tool;
use crate::totals::Totals;

pub fn test(places: &Places, steps: &mut Steps) -> Result<(), Stopped> {
    setup::set_up(places, steps, Purpose::Test)?;
    // What fails is remembered by the steps; the others have their say all the same.
    checks::all(places, steps);
    let mut totals = Totals::default();
    counted(
        steps,
        &mut totals,
        "page tests",
        "the window's pages, without an engine",
        || page_tests(places),
    );
    let built = steps.step(
        "build",
        "the program and all tests, before any of them runs",
        || build(places),
    );
    if built.is_ok() {
        let why = "each crate, and the whole product through its public faces";
        counted(steps, &mut totals, "Rust tests", why, || rust_tests(places));
        window_tests(places, steps, &mut totals);
    }
    println!("{}", steps.summary());
    if totals != Totals::default() {
        // Alone on its line and last, where a reader of the log looks.
        println!("{} passed, {} failed", totals.passed, totals.failed);
    }
    built
}

fn page_tests(places: &Places) -> Result<String, Failure> {
    if !places.ui().join("package.json").exists() {
        println!("    ui/ has no package.json: no page tests");
        return Ok(String::new());
    }
    let advice = "See which test failed above; `npm test` in ui/ runs them alone.";
    tool::run(&mut tool::npm("npm", &places.ui(), &["test"]), advice)
}

/// Windows cannot replace a running program, hence without xtask.
fn build(places: &Places) -> Result<(), Failure> {
    let arguments = "build --locked --workspace --exclude xtask --all-targets --keep-going";
    let arguments: Vec<&str> = arguments.split(' ').collect();
    let advice = "Mend what the compiler says above.";
    tool::run(&mut tool::cargo(&places.root, &arguments), advice).map(|_| ())
}

fn rust_tests(places: &Places) -> Result<String, Failure> {
    let advice = "See which test failed above; `cargo test --workspace NAME` runs it alone.";
    let arguments = ["test", "--locked", "--workspace", "--no-fail-fast"];
    let printed = tool::run(&mut tool::cargo(&places.root, &arguments), advice)?;
    if Totals::read(&printed).passed == 0 {
        let advice = "Look why `cargo test --workspace` finds none.";
        return Err(Failure::new("No test ran.", advice));
    }
    Ok(printed)
}

/// They are told in `ONWARD_PROGRAM` where the program is.
fn window_tests(places: &Places, steps: &mut Steps, totals: &mut Totals) {
    let folder = places.window_tests();
    if !folder.join("package.json").exists() {
        println!("\n    tests/window has no package.json: no tests of the real window");
        return;
    }
    let why = "they drive the real window";
    let ready = steps.step("npm packages of the window tests", why, || {
        setup::npm_packages(&folder)
    });
    if ready.is_ok() {
        counted(
            steps,
            totals,
            "window tests",
            "the real window, driven as a person would",
            || {
                let mut command = tool::npm("npm", &folder, &["test"]);
                command.env("ONWARD_PROGRAM", places.program());
                let advice =
                    "See which test failed above; `npm test` in tests/window runs them alone.";
                tool::run(&mut command, advice)
            },
        );
    }
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

#[cfg(test)]
mod tests {
    use super::*;

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
