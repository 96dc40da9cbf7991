//! The referral letter: the one content that every form of a referral is made from, and its PDF (Typst).

mod clean;
mod pdf;

use std::fmt;

pub use clean::{one_line, paragraphs};
pub use pdf::{LetterError, pdf};

/// The words that mark a demonstration, the same in every form.
pub const DEMONSTRATION: &str =
    "DEMONSTRATION. Made-up people and services. Nothing leaves this computer.";

/// What a referral says, in the order in which it is read. The mail's text, its HTML and the PDF are made from this and
/// hold the same words.
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct LetterContent {
    /// True in a demonstration: every form, and every page, says so.
    pub demonstration: bool,
    /// "Referral to Pain Platform". It becomes the PDF's title and must not name the patient.
    pub title: String,
    /// "ONW-7K3F-92QD": on every page, and the name of the attachment.
    pub reference: String,
    /// The day of the referral as `DD-Mmm-YYYY`.
    pub dated: String,
    /// The parts of the letter, each with its heading.
    pub sections: Vec<LetterSection>,
    /// Paragraphs below the last section.
    pub closing: Vec<String>,
}

/// A part of the letter: "Patient", "Reason for referral".
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct LetterSection {
    pub heading: String,
    pub rows: Vec<LetterRow>,
}

/// One fact with its label.
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct LetterRow {
    pub label: String,
    /// Line breaks are kept; an empty line begins a new paragraph.
    pub value: String,
}

// All three hold what a patient said, so that none of them can be logged by accident.
impl fmt::Debug for LetterContent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LetterContent(‹redacted›)")
    }
}

impl fmt::Debug for LetterSection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LetterSection(‹redacted›)")
    }
}

impl fmt::Debug for LetterRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LetterRow(‹redacted›)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_holds_nothing_of_the_patient() {
        let content = LetterContent {
            demonstration: false,
            title: "Referral to Pain Platform".into(),
            reference: "ONW-7K3F-92QD".into(),
            dated: "21-Nov-2026".into(),
            sections: vec![LetterSection {
                heading: "Patient".into(),
                rows: vec![LetterRow {
                    label: "Name".into(),
                    value: "SMITH, John (Mr)".into(),
                }],
            }],
            closing: Vec::new(),
        };
        let shown = format!(
            "{content:?} {:?} {:?}",
            content.sections[0], content.sections[0].rows[0]
        );
        assert!(!shown.contains("SMITH"), "{shown}");
    }
}
