//! Where a patient lives.

use super::{redacted_debug, through_parser};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A UK postcode, in capitals with one space: `ST13 5AB`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Postcode(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a postcode looks like ST13 5AB")]
pub struct PostcodeError;

impl Postcode {
    /// The six UK shapes (A9, A99, AA9, AA99, A9A, AA9A before 9AA) and GIR 0AA; the last two letters are never
    /// C, I, K, M, O or V (BS 7666).
    pub fn parse(text: &str) -> Result<Self, PostcodeError> {
        let compact: String = text
            .chars()
            .filter(|c| !matches!(c, ' ' | '\u{a0}'))
            .map(|c| c.to_ascii_uppercase())
            .collect();
        let at = compact.len().checked_sub(3).ok_or(PostcodeError)?;
        let (outward, inward) = compact.split_at_checked(at).ok_or(PostcodeError)?;
        if (is_outward(outward) || compact == "GIR0AA") && is_inward(inward) {
            Ok(Self(format!("{outward} {inward}")))
        } else {
            Err(PostcodeError)
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_outward(outward: &str) -> bool {
    let shape: String = outward
        .chars()
        .map(|c| match c {
            'A'..='Z' => 'A',
            '0'..='9' => '9',
            _ => '?',
        })
        .collect();
    matches!(
        shape.as_str(),
        "A9" | "A99" | "AA9" | "AA99" | "A9A" | "AA9A"
    ) && !outward.starts_with(['Q', 'V', 'X'])
}

fn is_inward(inward: &str) -> bool {
    let letter = |b: u8| b.is_ascii_uppercase() && !b"CIKMOV".contains(&b);
    matches!(inward.as_bytes(), [digit, a, b] if digit.is_ascii_digit() && letter(*a) && letter(*b))
}

impl fmt::Display for Postcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Postcode> for String {
    fn from(postcode: Postcode) -> Self {
        postcode.0
    }
}

/// An address as it is written on an envelope: 1 to 7 lines, the postcode apart.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "RawAddress", into = "RawAddress")]
pub struct Address {
    lines: Vec<String>,
    postcode: Option<Postcode>,
}

#[derive(Clone, Serialize, Deserialize)]
struct RawAddress {
    lines: Vec<String>,
    postcode: Option<Postcode>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    #[error("an address has at least a line or a postcode")]
    Empty,
    #[error("an address has at most 7 lines of 100 characters")]
    TooLong,
    #[error("an address has a character that does not print")]
    Character,
}

const MOST_LINES: usize = 7;
const LONGEST_LINE: usize = 100;

impl Address {
    pub fn new(lines: &[String], postcode: Option<Postcode>) -> Result<Self, AddressError> {
        let lines: Vec<String> = lines
            .iter()
            .map(|line| line.trim().to_owned())
            .filter(|line| !line.is_empty())
            .collect();
        if lines.is_empty() && postcode.is_none() {
            return Err(AddressError::Empty);
        }
        if lines.len() > MOST_LINES || lines.iter().any(|line| line.chars().count() > LONGEST_LINE)
        {
            return Err(AddressError::TooLong);
        }
        if lines.iter().any(|line| line.chars().any(char::is_control)) {
            return Err(AddressError::Character);
        }
        Ok(Self { lines, postcode })
    }

    pub fn lines(&self) -> &[String] {
        &self.lines
    }

    pub fn postcode(&self) -> Option<&Postcode> {
        self.postcode.as_ref()
    }
}

impl fmt::Display for Address {
    /// On one line, with commas (CUI ADR: the banner's form).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let postcode = self.postcode.as_ref().map(Postcode::as_str);
        let parts: Vec<&str> = self
            .lines
            .iter()
            .map(String::as_str)
            .chain(postcode)
            .collect();
        f.write_str(&parts.join(", "))
    }
}

impl TryFrom<RawAddress> for Address {
    type Error = AddressError;

    fn try_from(raw: RawAddress) -> Result<Self, AddressError> {
        Self::new(&raw.lines, raw.postcode)
    }
}

impl From<Address> for RawAddress {
    fn from(address: Address) -> Self {
        Self {
            lines: address.lines,
            postcode: address.postcode,
        }
    }
}

through_parser!(Postcode, PostcodeError);
redacted_debug!(Postcode, Address);
