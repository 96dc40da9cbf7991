//! How many tests passed and failed, read from the closing lines of the runners: cargo test, Vitest, node --test.

use std::ops::AddAssign;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    pub passed: u64,
    pub failed: u64,
}

impl AddAssign for Totals {
    fn add_assign(&mut self, other: Totals) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl Totals {
    pub fn read(printed: &str) -> Totals {
        let mut totals = Totals::default();
        for line in printed.lines().map(without_colours) {
            totals += of_line(line.trim());
        }
        totals
    }
}

fn of_line(line: &str) -> Totals {
    // cargo test: "test result: ok. 12 passed; 0 failed; 0 ignored; …"
    if let Some(rest) = line.strip_prefix("test result:") {
        return Totals {
            passed: before(rest, "passed"),
            failed: before(rest, "failed"),
        };
    }
    // Vitest: "Tests  1 failed | 11 passed (12)"
    if let Some(rest) = line.strip_prefix("Tests ") {
        return Totals {
            passed: before(rest, "passed"),
            failed: before(rest, "failed"),
        };
    }
    // node --test: "ℹ pass 4" or, without a terminal, "# pass 4"
    let after = |word: &str| {
        line.strip_prefix(['ℹ', '#'])
            .and_then(|rest| rest.trim().strip_prefix(word)?.trim().parse().ok())
    };
    Totals {
        passed: after("pass ").unwrap_or(0),
        failed: after("fail ").unwrap_or(0),
    }
}

/// The number in front of a word.
fn before(text: &str, word: &str) -> u64 {
    let words: Vec<&str> = text.split_whitespace().collect();
    let number = words.windows(2).find_map(|pair| match pair {
        [number, unit] if unit.trim_end_matches([';', ',']) == word => number.parse().ok(),
        _ => None,
    });
    number.unwrap_or(0)
}

/// Leaves out the escape sequences with which a terminal is coloured.
pub fn without_colours(line: &str) -> String {
    let mut plain = String::new();
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        if character == '\u{1b}' {
            let _ = characters.find(char::is_ascii_alphabetic);
        } else {
            plain.push(character);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_tests_of_several_crates_are_added_up() {
        let printed = "test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured\nnoise\ntest result: FAILED. 3 passed; 2 failed; 0 ignored";
        assert_eq!(
            Totals::read(printed),
            Totals {
                passed: 15,
                failed: 2
            }
        );
    }

    #[test]
    fn vitest_and_node_are_read_too() {
        let vitest = "\u{1b}[2m      Tests \u{1b}[22m \u{1b}[31m1 failed\u{1b}[39m | \u{1b}[32m11 passed\u{1b}[39m (12)";
        assert_eq!(
            Totals::read(vitest),
            Totals {
                passed: 11,
                failed: 1
            }
        );
        assert_eq!(
            Totals::read("ℹ tests 5\nℹ pass 4\nℹ fail 1"),
            Totals {
                passed: 4,
                failed: 1
            }
        );
        assert_eq!(
            Totals::read("# pass 7\n# fail 0"),
            Totals {
                passed: 7,
                failed: 0
            }
        );
    }

    #[test]
    fn other_lines_count_nothing() {
        assert_eq!(
            Totals::read("Test Files  3 passed (3)\n5 passed\npass 3"),
            Totals::default()
        );
    }
}
