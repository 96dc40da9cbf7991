//! The reviewed table of words that mean the same (data/synonyms.txt), as groups.

use super::words;
use crate::model::Category;

/// The table that ships, in its own format: `label | words | near | kinds`.
const SHIPPED: &str = include_str!("../../data/synonyms.txt");

/// Words that mean the same, with what lies near them and which kinds of service answer them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// What a word of the group is shown as.
    pub label: String,
    /// Each phrase as folded words; the label is the first.
    pub phrases: Vec<Vec<String>>,
    /// Positions of wider or neighbouring groups.
    pub near: Vec<usize>,
    pub kinds: Vec<GroupKind>,
}

/// A category that answers a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GroupKind {
    pub category: Category,
    /// The category is for this, and not only of use for it.
    pub home: bool,
}

/// The whole table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Synonyms {
    groups: Vec<Group>,
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SynonymError {
    #[error("line {0} of the synonyms does not have four columns")]
    Columns(usize),
    #[error("line {line} of the synonyms: there is no kind of service \"{name}\"")]
    Kind { line: usize, name: String },
    #[error("line {line} of the synonyms: there is no group \"{name}\"")]
    Near { line: usize, name: String },
    #[error("line {line} of the synonyms: \"{name}\" is given twice")]
    Twice { line: usize, name: String },
}

impl Synonyms {
    /// The table that ships with the program.
    pub fn shipped() -> Result<Self, SynonymError> {
        Self::parse(SHIPPED)
    }

    /// A table without groups: only the words themselves are found.
    pub fn none() -> Self {
        Self::default()
    }

    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    pub fn parse(table: &str) -> Result<Self, SynonymError> {
        let rows = table
            .lines()
            .zip(1..)
            .filter(|(row, _)| !row.trim().is_empty() && !row.starts_with('#'));
        let rows: Vec<(Vec<&str>, usize)> = rows
            .map(|(row, line)| (row.split('|').collect(), line))
            .collect();
        let mut labels: Vec<&str> = Vec::with_capacity(rows.len());
        for (columns, line) in &rows {
            let label = columns
                .first()
                .map(|label| label.trim())
                .unwrap_or_default();
            if columns.len() != 4 || label.is_empty() {
                return Err(SynonymError::Columns(*line));
            }
            if labels.contains(&label) {
                return Err(SynonymError::Twice {
                    line: *line,
                    name: label.to_owned(),
                });
            }
            labels.push(label);
        }
        let groups = rows
            .iter()
            .map(|(columns, line)| group(columns, *line, &labels))
            .collect::<Result<_, _>>()?;
        Ok(Self { groups })
    }
}

fn group(columns: &[&str], line: usize, labels: &[&str]) -> Result<Group, SynonymError> {
    let &[label, others, near, kinds] = columns else {
        return Err(SynonymError::Columns(line));
    };
    let mut phrases = Vec::new();
    for phrase in std::iter::once(label).chain(entries(others)) {
        let words: Vec<String> = words::tokens(phrase)
            .into_iter()
            .map(|token| token.text)
            .collect();
        if !words.is_empty() && !phrases.contains(&words) {
            phrases.push(words);
        }
    }
    let near = entries(near)
        .map(|name| {
            let position = labels.iter().position(|label| *label == name);
            position.ok_or_else(|| SynonymError::Near {
                line,
                name: name.to_owned(),
            })
        })
        .collect::<Result<_, _>>()?;
    let kinds = entries(kinds)
        .map(|name| kind(name, line))
        .collect::<Result<_, _>>()?;
    Ok(Group {
        label: label.trim().to_owned(),
        phrases,
        near,
        kinds,
    })
}

fn entries(column: &str) -> impl Iterator<Item = &str> {
    column
        .split(',')
        .map(str::trim)
        .filter(|entry| !entry.is_empty())
}

fn kind(name: &str, line: usize) -> Result<GroupKind, SynonymError> {
    let (home, name) = name
        .strip_prefix('=')
        .map_or((false, name), |name| (true, name));
    let category =
        serde_json::from_value(serde_json::Value::String(name.to_owned())).map_err(|_| {
            SynonymError::Kind {
                line,
                name: name.to_owned(),
            }
        })?;
    Ok(GroupKind { category, home })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_table_is_whole() {
        let synonyms = Synonyms::shipped().unwrap();
        assert!(synonyms.groups().len() >= 100);
        let phrases: usize = synonyms
            .groups()
            .iter()
            .map(|group| group.phrases.len())
            .sum();
        assert!(phrases >= 1_000, "{phrases}");
    }

    #[test]
    fn faults_of_the_table_are_told_by_line() {
        assert_eq!(Synonyms::parse("a | b | c"), Err(SynonymError::Columns(1)));
        let near = Synonyms::parse("# x\na | b | gone | ");
        assert_eq!(
            near,
            Err(SynonymError::Near {
                line: 2,
                name: "gone".to_owned()
            })
        );
        let kind = Synonyms::parse("a | b | | =spaceflight");
        assert_eq!(
            kind,
            Err(SynonymError::Kind {
                line: 1,
                name: "spaceflight".to_owned()
            })
        );
        assert_eq!(
            Synonyms::parse("a|||\na|||"),
            Err(SynonymError::Twice {
                line: 2,
                name: "a".to_owned()
            })
        );
    }
}
