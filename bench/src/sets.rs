//! The evaluation sets: a directory, and queries as GPs type them with the services of which one must be found.

use services_directory::feed::{Directory, FeedError, FeedLimits};
use std::path::Path;

/// The one list of sets. A set whose files are not there is left out.
pub const SETS: [SetFiles; 5] = [
    SetFiles {
        name: "first",
        directory: "services-directory/tests/fixtures/search_directory.jsonl",
        queries: "services-directory/tests/fixtures/search_queries.tsv",
    },
    SetFiles {
        name: "starter",
        directory: "services-directory/data/starter.jsonl",
        queries: "services-directory/tests/fixtures/queries_starter.tsv",
    },
    SetFiles {
        name: "second",
        directory: "services-directory/tests/fixtures/directory_second.jsonl",
        queries: "services-directory/tests/fixtures/queries_second.tsv",
    },
    SetFiles {
        name: "third",
        directory: "services-directory/tests/fixtures/directory_third.jsonl",
        queries: "services-directory/tests/fixtures/queries_third.tsv",
    },
    // Nobody who works on the search reads these two files.
    SetFiles {
        name: "aside",
        directory: "services-directory/tests/fixtures/directory_last.jsonl",
        queries: "services-directory/tests/fixtures/queries_last.tsv",
    },
];

pub struct SetFiles {
    pub name: &'static str,
    directory: &'static str,
    queries: &'static str,
}

pub struct EvaluationSet {
    pub name: &'static str,
    pub directory: Directory,
    pub cases: Vec<Case>,
}

/// A query, and what is known of the patient for whom it is typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    pub kind: String,
    pub text: String,
    /// Years.
    pub age: Option<u8>,
    /// Its ODS code.
    pub practice: Option<String>,
    /// Ids of services, any of which will do; none where nothing must be shown.
    pub wanted: Vec<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum SetError {
    #[error("{file}: {error}")]
    Read {
        file: &'static str,
        error: std::io::Error,
    },
    #[error("{file}: {error}")]
    Directory {
        file: &'static str,
        error: FeedError,
    },
    #[error("{file}, line {line}: {what}")]
    Case {
        file: &'static str,
        line: usize,
        what: String,
    },
}

/// All sets that are there.
pub fn load_all(root: &Path) -> Result<Vec<EvaluationSet>, SetError> {
    let there = SETS
        .iter()
        .filter(|files| root.join(files.directory).exists() && root.join(files.queries).exists());
    there.map(|files| load(root, files)).collect()
}

fn load(root: &Path, files: &SetFiles) -> Result<EvaluationSet, SetError> {
    let read = |file: &'static str| {
        std::fs::read_to_string(root.join(file)).map_err(|error| SetError::Read { file, error })
    };
    let file = files.directory;
    let directory = Directory::read(read(file)?.as_bytes(), FeedLimits::default())
        .map_err(|error| SetError::Directory { file, error })?;
    let file = files.queries;
    let mut cases = Vec::new();
    for (row, line) in read(file)?.lines().zip(1..) {
        if row.trim().is_empty() || row.starts_with('#') || row.starts_with("kind\t") {
            continue;
        }
        let wrong = |what| SetError::Case { file, line, what };
        let case = Case::parse(row).map_err(wrong)?;
        let stranger = case.wanted.iter().find(|id| {
            let mut services = directory.services.iter();
            !services.any(|service| service.id.as_str() == id.as_str())
        });
        if let Some(id) = stranger {
            return Err(wrong(format!("the directory has no service {id}")));
        }
        cases.push(case);
    }
    Ok(EvaluationSet {
        name: files.name,
        directory,
        cases,
    })
}

impl Case {
    /// `kind, query, wanted`, or `kind, query, age, practice, wanted`; "-" is nothing known.
    fn parse(row: &str) -> Result<Self, String> {
        let columns: Vec<&str> = row.split('\t').map(str::trim).collect();
        let (kind, text, age, practice, wanted) = match columns.as_slice() {
            [kind, text] => (kind, text, "-", "-", ""),
            [kind, text, wanted] => (kind, text, "-", "-", *wanted),
            [kind, text, age, practice] => (kind, text, *age, *practice, ""),
            [kind, text, age, practice, wanted] => (kind, text, *age, *practice, *wanted),
            other => return Err(format!("has {} columns", other.len())),
        };
        let known =
            |text: &str| Some(text.to_owned()).filter(|text| text != "-" && !text.is_empty());
        let age = match known(age) {
            Some(years) => Some(years.parse().map_err(|_| format!("{years} is no age"))?),
            None => None,
        };
        let wanted = wanted.split_whitespace().filter(|id| *id != "-");
        Ok(Self {
            kind: (*kind).to_owned(),
            text: (*text).to_owned(),
            age,
            practice: known(practice),
            wanted: wanted.map(ToOwned::to_owned).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_a_row_are_read_and_others_refused() {
        let short = Case::parse("none\tgolf\t").unwrap();
        assert_eq!((short.age, short.wanted.len()), (None, 0));
        let long = Case::parse("typo\tfibor\t81\tY99001\ta b").unwrap();
        assert_eq!(long.age, Some(81));
        assert_eq!(long.practice.as_deref(), Some("Y99001"));
        assert_eq!(long.wanted, ["a", "b"]);
        assert_eq!(Case::parse("typo\tx\t-\t-\t-").unwrap().wanted.len(), 0);
        assert!(Case::parse("typo\tx\told\t-\ta").is_err());
        assert!(Case::parse("a\tb\tc\td\te\tf").is_err());
    }

    #[test]
    fn every_set_that_is_there_can_be_read() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let sets = load_all(&root).unwrap();
        assert!(sets.iter().any(|set| set.cases.len() > 100));
    }
}
