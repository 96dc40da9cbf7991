//! All that is wrong with a directory file, at once, for whoever has to put it right: `Directory::read` stops at the first.

use super::outline::{Faults, Outline};
use super::parse::parse_fully;
use super::{Collected, Directory, FeedError, FeedLimits, FeedProblem};
use crate::model::DirectoryRecord;
use std::collections::BTreeSet;

/// As many as somebody can work through before reading the file again.
const MOST_SHOWN: usize = 1_000;

/// What was found in a file, in the order of its lines, and what of it could be read.
#[derive(Debug)]
pub struct Problems {
    pub found: Vec<FeedError>,
    /// None where the header itself cannot be read.
    pub directory: Option<Directory>,
    /// The line on which each service stands, in the directory's order; and each endpoint.
    pub service_lines: Vec<usize>,
    pub endpoint_lines: Vec<usize>,
}

impl Problems {
    pub fn in_text(text: &str, limits: FeedLimits) -> Self {
        let mut faults = Faults::at_most(MOST_SHOWN);
        let (mut collected, mut outline) = (Collected::default(), Outline::default());
        let (mut service_lines, mut endpoint_lines) = (Vec::new(), Vec::new());
        let mut unreadable: BTreeSet<String> = BTreeSet::new();
        let mut headless = false;
        if text.len() as u64 > limits.file_bytes {
            faults.add_error(whole(FeedProblem::FileTooLarge(limits.file_bytes)));
        }
        for (line, text) in (1..).zip(text.lines()) {
            let text = text.trim();
            if text.is_empty() {
                continue;
            }
            if faults.is_full() {
                break;
            }
            let mut add = |record: Option<String>, problem| {
                faults.add_error(FeedError {
                    line,
                    record,
                    problem,
                });
            };
            if text.len() as u64 > limits.line_bytes {
                add(None, FeedProblem::LineTooLong(limits.line_bytes));
                continue;
            }
            let parsed = parse_fully(text, limits.nesting_depth);
            for problem in parsed.problems {
                add(parsed.id.clone(), problem);
            }
            match parsed.record {
                Some(record) => match outline.has_its_header(&record) {
                    Ok(()) => {
                        match &record {
                            DirectoryRecord::Service(_) => service_lines.push(line),
                            DirectoryRecord::Endpoint(_) => endpoint_lines.push(line),
                            _ => {}
                        }
                        outline.add(&record, line, &mut faults);
                        collected.add(record);
                    }
                    Err((id, problem)) => {
                        // Without a header no record can be placed: that is said once.
                        let again = matches!(problem, FeedProblem::HeaderFirst) && headless;
                        headless |= matches!(problem, FeedProblem::HeaderFirst);
                        if !again {
                            add(id, problem);
                        }
                    }
                },
                None => unreadable.extend(parsed.id),
            }
        }
        outline.finish(&mut faults);
        let directory = match collected.whole() {
            Ok(directory) => Some(directory),
            Err(empty) if faults.found.is_empty() => {
                faults.add_error(empty);
                None
            }
            Err(_) => None,
        };
        let mut found = faults.found;
        // What names a record that is there and cannot be read is not itself wrong.
        found.retain(|fault| match &fault.problem {
            FeedProblem::Dangling { id, .. } => !unreadable.contains(id),
            _ => true,
        });
        found.sort_by_key(|fault| fault.line);
        Self {
            found,
            directory,
            service_lines,
            endpoint_lines,
        }
    }
}

fn whole(problem: FeedProblem) -> FeedError {
    FeedError {
        line: 0,
        record: None,
        problem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STARTER: &str = include_str!("../../data/starter.jsonl");

    fn lines(text: &str) -> Vec<(usize, String)> {
        let limits = FeedLimits::default();
        let found = Problems::in_text(text, limits).found;
        // What one reading refuses, the other does too, and the first of it is among what was found.
        let first = Directory::read(text.as_bytes(), limits).err();
        assert_eq!(first.is_some(), !found.is_empty());
        if let Some(first) = first {
            let said = found.iter().map(ToString::to_string);
            assert!(
                said.into_iter().any(|it| it == first.to_string()),
                "{first}"
            );
        }
        found
            .iter()
            .map(|fault| (fault.line, fault.problem.to_string()))
            .collect()
    }

    #[test]
    fn a_good_file_has_none_and_a_bad_one_all() {
        assert_eq!(lines(STARTER), []);
        let bad = STARTER
            .replacen(
                "\"part_of\":\"icb-pennine-edge\"",
                "\"part_of\":\"icb-penine-edge\"",
                1,
            )
            .replacen(
                "referrals@pain-platform.example.nhs.uk",
                "referrals@pain-platform",
                1,
            )
            .replacen(
                "\"url\":\"https://pain-platform.example.nhs.uk\",\"minimum_age\":16",
                "\"url\":\"javascript:alert(1)\",\"minimum_age\":16,\"maximum_age\":5",
                1,
            );
        let found = lines(&bad);
        let of: Vec<usize> = found.iter().map(|(line, _)| *line).collect();
        assert_eq!(of, [3, 36, 36, 134], "{found:?}");
    }

    #[test]
    fn one_unreadable_record_does_not_make_others_wrong() {
        let broken = STARTER.replacen(
            "\"id\":\"moorland-vale-health\",\"name\"",
            "\"id\":\"moorland-vale-health\",\"nam\"",
            1,
        );
        let found = lines(&broken);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].1.contains("nam"));
        assert_eq!(lines("").len(), 1);
        assert_eq!(lines("{").len(), 1);
    }
}
