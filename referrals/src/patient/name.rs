//! A person's name, and its display in the NHS Common User Interface.

use super::redacted_debug;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Family name, given name and title, as the person writes them. At most 40, 35 and 35 characters (CUI NID-0010).
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "RawName", into = "RawName")]
pub struct PersonName {
    family: String,
    given: String,
    title: Option<String>,
}

#[derive(Clone, Serialize, Deserialize)]
struct RawName {
    family: String,
    given: String,
    title: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    #[error("a patient has a family name")]
    NoFamilyName,
    #[error("a family name has at most 40 characters, a given name and a title at most 35")]
    TooLong,
    #[error("a name has letters, spaces, apostrophes, hyphens and full stops")]
    Character,
}

const LONGEST_FAMILY: usize = 40;
const LONGEST_OTHER: usize = 35;

impl PersonName {
    /// A given name may be empty: some people have one name.
    pub fn new(family: &str, given: &str, title: Option<&str>) -> Result<Self, NameError> {
        let family = one_spaced(family);
        if !family.chars().any(char::is_alphabetic) {
            return Err(NameError::NoFamilyName);
        }
        let title = title
            .map(|title| one_spaced(title).trim_end_matches('.').to_owned())
            .filter(|title| !title.is_empty());
        let name = Self {
            family,
            given: one_spaced(given),
            title,
        };
        name.check_length()?;
        name.check_characters()?;
        Ok(name)
    }

    fn check_length(&self) -> Result<(), NameError> {
        let title = self.title.as_deref().unwrap_or_default();
        let fits = self.family.chars().count() <= LONGEST_FAMILY
            && self.given.chars().count() <= LONGEST_OTHER
            && title.chars().count() <= LONGEST_OTHER;
        if fits {
            Ok(())
        } else {
            Err(NameError::TooLong)
        }
    }

    fn check_characters(&self) -> Result<(), NameError> {
        let allowed = |c: char| {
            c.is_alphabetic()
                || is_combining_mark(c)
                || matches!(c, ' ' | '\'' | '’' | '-' | '‐' | '.' | ',')
        };
        let title = self.title.as_deref().unwrap_or_default();
        if [self.family.as_str(), &self.given, title]
            .iter()
            .all(|part| part.chars().all(allowed))
        {
            Ok(())
        } else {
            Err(NameError::Character)
        }
    }

    pub fn family(&self) -> &str {
        &self.family
    }

    pub fn given(&self) -> &str {
        &self.given
    }

    pub fn title(&self) -> Option<&str> {
        self.title.as_deref()
    }
}

/// Accents may come as marks of their own after the letter.
pub fn is_combining_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

fn one_spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Words that are used as a title in front of a name; with or without a full stop, in any case.
pub fn is_title(word: &str) -> bool {
    const TITLES: [&str; 28] = [
        "mr",
        "mrs",
        "ms",
        "miss",
        "mx",
        "master",
        "mstr",
        "dr",
        "doctor",
        "prof",
        "professor",
        "rev",
        "revd",
        "reverend",
        "sir",
        "lady",
        "dame",
        "lord",
        "father",
        "fr",
        "sister",
        "sr",
        "rabbi",
        "imam",
        "canon",
        "capt",
        "major",
        "col",
    ];
    let word = word.trim_end_matches('.').to_lowercase();
    TITLES.contains(&word.as_str())
}

impl fmt::Display for PersonName {
    /// `SMITH, John (Mr)`: CUI NID-0001 to NID-0010, PAB-0049 to PAB-0053. Never cut short.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.family.to_uppercase())?;
        if !self.given.is_empty() {
            write!(f, ", {}", self.given)?;
        }
        match &self.title {
            Some(title) => write!(f, " ({title})"),
            None => Ok(()),
        }
    }
}

impl TryFrom<RawName> for PersonName {
    type Error = NameError;

    fn try_from(raw: RawName) -> Result<Self, NameError> {
        Self::new(&raw.family, &raw.given, raw.title.as_deref())
    }
}

impl From<PersonName> for RawName {
    fn from(name: PersonName) -> Self {
        Self {
            family: name.family,
            given: name.given,
            title: name.title,
        }
    }
}

redacted_debug!(PersonName);
