//! SQLite's full-text search (FTS5) over the texts of services, as one would set it up in an afternoon.

use crate::job::{LIMIT, Texts};
use rusqlite::{Connection, Result, params};
use std::collections::BTreeSet;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tokenizer {
    /// Words by their stems; all of them, or else any; the last may be unfinished.
    Porter,
    /// Any three letters in a row.
    Trigram,
}

pub struct Fts {
    connection: Connection,
    tokenizer: Tokenizer,
}

impl Fts {
    pub fn build(tokenizer: Tokenizer, texts: impl Iterator<Item = Texts>) -> Result<Self> {
        let mut connection = Connection::open_in_memory()?;
        let options = match tokenizer {
            Tokenizer::Porter => {
                "tokenize = 'porter unicode61 remove_diacritics 2', prefix = '1 2 3'"
            }
            Tokenizer::Trigram => "tokenize = 'trigram'",
        };
        connection.execute_batch(&format!(
            "CREATE VIRTUAL TABLE services USING fts5 (name, aliases, helps_with, description, interventions, {options});"
        ))?;
        let transaction = connection.transaction()?;
        {
            let mut insert = transaction.prepare(
                "INSERT INTO services (rowid, name, aliases, helps_with, description, interventions) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?;
            for text in texts {
                insert.execute(params![
                    text.id,
                    text.name,
                    text.aliases,
                    text.helps_with,
                    text.description,
                    text.interventions
                ])?;
            }
        }
        transaction.execute("INSERT INTO services (services) VALUES ('optimize')", [])?;
        transaction.commit()?;
        Ok(Self {
            connection,
            tokenizer,
        })
    }

    /// Each list of services that may be offered becomes a table of their numbers.
    pub fn add_filters(&mut self, lists: &[Vec<u32>]) -> Result<()> {
        let transaction = self.connection.transaction()?;
        for (number, list) in lists.iter().enumerate() {
            transaction.execute_batch(&format!(
                "CREATE TABLE open_{number} (service INTEGER PRIMARY KEY) STRICT;"
            ))?;
            let mut insert =
                transaction.prepare(&format!("INSERT INTO open_{number} (service) VALUES (?1)"))?;
            for service in list {
                insert.execute([service])?;
            }
        }
        transaction.commit()
    }

    pub fn search(&self, text: &str, filter: usize) -> Result<Vec<u32>> {
        match self.tokenizer {
            Tokenizer::Porter => {
                let words = porter_words(text);
                let found = self.matching(&words.join(" AND "), filter)?;
                if found.is_empty() && words.len() > 1 {
                    return self.matching(&words.join(" OR "), filter);
                }
                Ok(found)
            }
            Tokenizer::Trigram => self.matching(&trigrams(text).join(" OR "), filter),
        }
    }

    fn matching(&self, expression: &str, filter: usize) -> Result<Vec<u32>> {
        if expression.is_empty() {
            return Ok(Vec::new());
        }
        let mut select = self.connection.prepare_cached(&format!(
            "SELECT services.rowid FROM services CROSS JOIN open_{filter} ON open_{filter}.service = services.rowid
             WHERE services MATCH ?1 ORDER BY services.rank LIMIT {LIMIT}"
        ))?;
        let rows = select.query_map([expression], |row| row.get(0))?;
        rows.collect()
    }
}

/// Each word in quotation marks, so that none is syntax; the last with `*` for what may still be typed.
fn porter_words(text: &str) -> Vec<String> {
    let words = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty());
    let mut words: Vec<String> = words.map(|word| format!("\"{word}\"")).collect();
    if let Some(last) = words.last_mut() {
        last.push('*');
    }
    words
}

fn trigrams(text: &str) -> Vec<String> {
    let letters: Vec<char> = text
        .trim()
        .to_lowercase()
        .chars()
        .filter(|c| *c != '"')
        .collect();
    let all: BTreeSet<String> = letters
        .windows(3)
        .map(|three| format!("\"{}\"", three.iter().collect::<String>()))
        .collect();
    all.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn three() -> impl Iterator<Item = Texts> {
        let text = |id, name: &str, helps_with: &str| Texts {
            id,
            name: name.to_owned(),
            aliases: String::new(),
            helps_with: helps_with.to_owned(),
            description: String::new(),
            interventions: String::new(),
        };
        [
            text(0, "Pain Café", "fibromyalgia"),
            text(1, "Walking group", "pains in the back"),
            text(2, "Debt line", "money"),
        ]
        .into_iter()
    }

    #[test]
    fn stems_prefixes_and_filters_work() {
        let mut index = Fts::build(Tokenizer::Porter, three()).unwrap();
        index.add_filters(&[vec![0, 1, 2], vec![1, 2]]).unwrap();
        assert_eq!(index.search("cafe pain", 0).unwrap(), [0]);
        assert_eq!(index.search("fibro", 0).unwrap(), [0]);
        assert_eq!(
            index.search("pain", 1).unwrap(),
            [1],
            "the first is not open"
        );
        assert_eq!(
            index.search("walking debt", 0).unwrap().len(),
            2,
            "any word, where none has all"
        );
        assert!(index.search("\" OR (", 0).unwrap().len() < 3, "no syntax");
    }

    #[test]
    fn trigrams_forgive_a_letter() {
        let mut index = Fts::build(Tokenizer::Trigram, three()).unwrap();
        index.add_filters(&[vec![0, 1, 2]]).unwrap();
        assert_eq!(index.search("fibromyalgai", 0).unwrap(), [0]);
        assert!(index.search("fi", 0).unwrap().is_empty());
    }
}
