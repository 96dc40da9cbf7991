//! Keeps the hazard log (docs/safety/hazards.md) and the tests that prove its controls in step, both ways.
//!
//! A row that is "controlled", or "partly" so, names at least one test, and each test that it names is there; a test named after a hazard stands in
//! that hazard's row; a row that is "open" names none. In Rust such a test is `fn h05_…`, in TypeScript and JavaScript `test('h05 …')`.

use super::rust_source::RustSource;
use super::tree::{SourceFile, Tree};
use super::{Checked, Finding};

const LOG: &str = "docs/safety/hazards.md";
/// H1 to H20 from the NHS rules, H21 to H26 of our own design.
const FEWEST_ROWS: u32 = 26;

struct Row {
    line: usize,
    number: u32,
    status: String,
    tests: Vec<String>,
}

#[derive(Debug)]
struct Test {
    path: String,
    line: usize,
    name: String,
    ignored: bool,
}

pub fn check(tree: &Tree) -> Checked {
    let mut checked = Checked::default();
    let tests = tests_named_after_hazards(tree);
    let Some(log) = tree.files.iter().find(|file| file.path == LOG) else {
        checked
            .findings
            .push(Finding::new(LOG, 1, "the hazard log is not there"));
        return checked;
    };
    let rows = rows(log, &mut checked.findings);
    checked.saw(rows.len(), "hazards");
    checked.saw(
        rows.iter().filter(|row| row.status == "controlled").count(),
        "of them controlled",
    );
    checked.saw(tests.len(), "tests named after a hazard");
    numbers_without_gaps(&rows, &mut checked.findings);
    for row in &rows {
        each_row(row, &tests, &mut checked.findings);
    }
    for test in &tests {
        let named = rows
            .iter()
            .any(|row| Some(row.number) == number_of(&test.name) && row.tests.contains(&test.name));
        if !named {
            checked.findings.push(Finding::new(
                &test.path,
                test.line,
                format!("`{}` is not named in its hazard's row of {LOG}", test.name),
            ));
        }
        if test.ignored {
            checked.findings.push(Finding::new(
                &test.path,
                test.line,
                format!("`{}` is ignored, so it proves nothing", test.name),
            ));
        }
    }
    checked
}

fn each_row(row: &Row, tests: &[Test], findings: &mut Vec<Finding>) {
    let mut breach = |what: String| findings.push(Finding::new(LOG, row.line, what));
    match (row.status.as_str(), row.tests.is_empty()) {
        ("controlled" | "partly", false) | ("open", true) => {}
        (status @ ("controlled" | "partly"), true) => {
            breach(format!("H{} is {status} but names no test", row.number));
        }
        ("open", false) => breach(format!(
            "H{} is open but names a test: either it is controlled, wholly or partly, or the test proves nothing yet",
            row.number
        )),
        (other, _) => breach(format!(
            "H{} has the status \"{other}\"; it is controlled, partly or open",
            row.number
        )),
    }
    for name in &row.tests {
        if number_of(name) != Some(row.number) {
            breach(format!("`{name}` is not named after H{}", row.number));
        } else if !tests.iter().any(|test| test.name == *name) {
            breach(format!("there is no test `{name}`"));
        }
    }
}

/// The rows of the table, by the names at its head.
fn rows(log: &SourceFile, findings: &mut Vec<Finding>) -> Vec<Row> {
    let mut columns: Option<(usize, usize)> = None;
    let mut rows = Vec::new();
    for (line, text) in log.lines().filter(|(_, text)| text.starts_with('|')) {
        let cells: Vec<&str> = text
            .trim()
            .trim_matches('|')
            .split('|')
            .map(str::trim)
            .collect();
        let position = |name: &str| {
            cells
                .iter()
                .position(|cell| cell.eq_ignore_ascii_case(name))
        };
        if let (Some(status), Some(tests)) = (position("status"), position("tests")) {
            columns = Some((status, tests));
        }
        let Some(number) = cells
            .first()
            .and_then(|cell| cell.strip_prefix('H'))
            .and_then(|digits| digits.parse().ok())
        else {
            continue;
        };
        let cell = |at: usize| cells.get(at).copied();
        let Some((status, tests)) =
            columns.and_then(|(status, tests)| Some((cell(status)?, cell(tests)?)))
        else {
            findings.push(Finding::new(LOG, line, format!("H{number} has fewer cells than the head of its table, which needs Status and Tests")));
            continue;
        };
        let tests = tests
            .split('`')
            .skip(1)
            .step_by(2)
            .map(str::to_owned)
            .collect();
        rows.push(Row {
            line,
            number,
            status: status.to_lowercase(),
            tests,
        });
    }
    rows
}

fn numbers_without_gaps(rows: &[Row], findings: &mut Vec<Finding>) {
    let highest = rows
        .iter()
        .map(|row| row.number)
        .max()
        .unwrap_or(0)
        .max(FEWEST_ROWS);
    for number in 1..=highest {
        let count = rows.iter().filter(|row| row.number == number).count();
        if count != 1 {
            findings.push(Finding::new(
                LOG,
                1,
                format!("H{number} has {count} rows; a hazard has one, and is never taken out"),
            ));
        }
    }
}

/// `h05_sent_twice` and `h05 sent twice` belong to hazard 5.
fn number_of(name: &str) -> Option<u32> {
    let (digits, rest) = name.strip_prefix('h')?.split_at_checked(2)?;
    let is_name = rest.starts_with(['_', ' ']) && rest.len() > 1;
    if is_name && digits.chars().all(|c| c.is_ascii_digit()) {
        digits.parse().ok()
    } else {
        None
    }
}

fn tests_named_after_hazards(tree: &Tree) -> Vec<Test> {
    let rust = tree.ending(".rs").flat_map(rust_tests);
    let scripts = tree
        .files
        .iter()
        .filter(|file| {
            file.ends_with_any(&[
                ".test.ts",
                ".spec.ts",
                ".test.mjs",
                ".spec.mjs",
                ".test.js",
                ".spec.js",
            ])
        })
        .flat_map(script_tests);
    rust.chain(scripts).collect()
}

/// Functions that carry an attribute such as `#[test]` or `#[tokio::test]`.
fn rust_tests(file: &SourceFile) -> Vec<Test> {
    let mut tests = Vec::new();
    let mut attributes = String::new();
    for (index, line) in RustSource::read(&file.text).code.iter().enumerate() {
        let code = line.trim();
        if let Some(name) = function_name(code).filter(|name| number_of(name).is_some()) {
            let before = code.split("fn ").next().unwrap_or_default();
            attributes.push_str(before);
            if attributes.contains("test") {
                tests.push(Test {
                    path: file.path.clone(),
                    line: index + 1,
                    name,
                    ignored: attributes.contains("#[ignore"),
                });
            }
        }
        if code.starts_with("#[") {
            attributes.push_str(code);
        } else if !code.is_empty() {
            attributes.clear();
        }
    }
    tests
}

fn function_name(code: &str) -> Option<String> {
    let (before, after) = code.split_once("fn ")?;
    let is_declaration = before.is_empty() || before.ends_with(' ');
    is_declaration.then(|| {
        after
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect()
    })
}

/// `test('h05 …')` and `it('h05 …')`, with any of the three quotes.
fn script_tests(file: &SourceFile) -> Vec<Test> {
    let mut tests = Vec::new();
    for (line, text) in file.lines() {
        let text = text.trim_start();
        let Some((call, rest)) = text.split_once('(') else {
            continue;
        };
        let is_test = ["test", "it"].iter().any(|word| {
            call == *word
                || call
                    .strip_prefix(word)
                    .is_some_and(|more| more.starts_with('.'))
        });
        let Some(quote) = rest
            .chars()
            .next()
            .filter(|c| is_test && matches!(c, '\'' | '"' | '`'))
        else {
            continue;
        };
        let name: String = rest.chars().skip(1).take_while(|c| *c != quote).collect();
        if number_of(&name).is_some() {
            let ignored = call.contains("skip") || call.contains("todo");
            tests.push(Test {
                path: file.path.clone(),
                line,
                name,
                ignored,
            });
        }
    }
    tests
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A log of 26 open hazards, with some rows put in the place of their own.
    fn log(rows: &[(u32, &str, &str)]) -> String {
        let mut text =
            String::from("# Log\n\n| Id | Hazard | Status | Tests |\n|---|---|---|---|\n");
        for number in 1..=FEWEST_ROWS {
            let row = rows
                .iter()
                .find(|(row, ..)| *row == number)
                .map_or(("open", ""), |(_, status, tests)| (*status, *tests));
            text += &[
                "| H",
                &number.to_string(),
                " | something | ",
                row.0,
                " | ",
                row.1,
                " |\n",
            ]
            .concat();
        }
        text
    }

    fn found(log: &str, others: &[(&str, &str)]) -> Vec<String> {
        let files: Vec<(&str, &str)> = std::iter::once((LOG, log))
            .chain(others.iter().copied())
            .collect();
        check(&Tree::of(&files))
            .findings
            .into_iter()
            .map(|finding| finding.what)
            .collect()
    }

    const RUST: (&str, &str) = (
        "referrals/tests/safety.rs",
        "#[tokio::test]\nasync fn h05_sent_twice() {}\n\nfn h05_no_test() {}\n",
    );
    const PAGE: (&str, &str) = (
        "ui/src/banner.test.ts",
        "  it('h01 the banner stays', () => {\n",
    );

    #[test]
    fn a_log_in_step_with_its_tests_passes() {
        assert_eq!(found(&log(&[]), &[]), [] as [&str; 0]);
        let both = log(&[
            (5, "controlled", "`h05_sent_twice`"),
            (1, "controlled", "`h01 the banner stays`"),
        ]);
        assert_eq!(found(&both, &[RUST, PAGE]), [] as [&str; 0]);
    }

    #[test]
    fn a_control_without_its_test_is_caught() {
        assert_eq!(
            found(&log(&[(5, "controlled", "")]), &[]),
            ["H5 is controlled but names no test"]
        );
        assert_eq!(
            found(
                &log(&[(5, "controlled", "`h05_sent_thrice`"), (1, "open", "")]),
                &[]
            ),
            ["there is no test `h05_sent_thrice`"]
        );
        assert_eq!(
            found(
                &log(&[(5, "controlled", "`h05_no_test`")]),
                &[("a.rs", RUST.1)]
            )
            .len(),
            2,
            "a function that is no test does not count"
        );
        let in_text = (
            "a.rs",
            "const A: &str = \"#[test] fn h05_sent_twice() {}\"; // #[test] fn h05_sent_twice() {}",
        );
        assert_eq!(
            found(&log(&[(5, "controlled", "`h05_sent_twice`")]), &[in_text]),
            ["there is no test `h05_sent_twice`"]
        );
    }

    #[test]
    fn a_test_without_its_row_is_caught() {
        assert_eq!(found(&log(&[]), &[RUST]).len(), 1);
        assert_eq!(found(&log(&[]), &[PAGE]).len(), 1);
        let wrong_row = log(&[(6, "controlled", "`h05_sent_twice`")]);
        assert_eq!(
            found(&wrong_row, &[RUST]).len(),
            2,
            "the row names another's test, and the test's own row does not"
        );
    }

    #[test]
    fn a_row_that_is_missing_doubled_or_says_neither_is_caught() {
        assert_eq!(
            found(&log(&[]).replace("| H7 |", "| H8 |"), &[]),
            [
                "H7 has 0 rows; a hazard has one, and is never taken out",
                "H8 has 2 rows; a hazard has one, and is never taken out"
            ]
        );
        assert_eq!(
            found(&log(&[(5, "done", "")]), &[]),
            ["H5 has the status \"done\"; it is controlled, partly or open"]
        );
        assert_eq!(
            found(&log(&[(5, "open", "`h05_sent_twice`")]), &[RUST]).len(),
            1
        );
        assert_eq!(check(&Tree::of(&[])).findings.len(), 1);
    }

    #[test]
    fn an_ignored_test_proves_nothing() {
        let rows = log(&[(5, "controlled", "`h05_sent_twice`")]);
        assert_eq!(
            found(
                &rows,
                &[(
                    "a.rs",
                    "#[test]\n#[ignore = \"slow\"]\nfn h05_sent_twice() {}"
                )]
            )
            .len(),
            1
        );
        assert_eq!(
            found(&rows, &[("a.rs", "#[test]\nfn h05_sent_twice() {}")]),
            [] as [&str; 0]
        );
    }
}
