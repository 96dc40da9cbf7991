//! The NHS number: ten digits whose last one checks the others.

use super::{redacted_debug, through_parser};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A valid NHS number. Shown as `999 000 0018` (CUI NUM-0001), stored as ten digits.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct NhsNumber(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NhsNumberError {
    #[error("an NHS number has 10 digits")]
    Length,
    #[error("an NHS number has only digits, spaces and hyphens")]
    Character,
    #[error("this is a placeholder, not an NHS number")]
    Placeholder,
    #[error("the last digit of the NHS number does not match the others")]
    CheckDigit,
}

impl NhsNumber {
    /// Ten digits, with spaces or hyphens between them, whose last digit is right (modulus 11,
    /// NHS Data Dictionary, "NHS NUMBER").
    pub fn parse(text: &str) -> Result<Self, NhsNumberError> {
        let text = text.trim();
        if text
            .chars()
            .any(|c| !c.is_ascii_digit() && !matches!(c, ' ' | '-' | '\u{a0}'))
        {
            return Err(NhsNumberError::Character);
        }
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        if digits.len() != 10 {
            return Err(NhsNumberError::Length);
        }
        if is_placeholder(digits.as_bytes()) {
            return Err(NhsNumberError::Placeholder);
        }
        if check_digit_is_right(digits.as_bytes()) {
            Ok(Self(digits))
        } else {
            Err(NhsNumberError::CheckDigit)
        }
    }

    /// The ten digits without spaces.
    pub fn digits(&self) -> &str {
        &self.0
    }

    /// Numbers that begin with 999 are for tests and belong to nobody.
    pub fn is_test_range(&self) -> bool {
        self.0.starts_with("999")
    }
}

/// One digit ten times, or digits that count up or down (1234567890, 9876543210): typed when the number is not known.
/// Some of them pass modulus 11.
fn is_placeholder(digits: &[u8]) -> bool {
    [0, 1, 9].iter().any(|step| {
        digits.windows(2).all(|pair| match pair {
            [a, b] => (a - b'0' + step) % 10 == b - b'0',
            _ => false,
        })
    })
}

fn check_digit_is_right(digits: &[u8]) -> bool {
    let Some((last, first)) = digits.split_last() else {
        return false;
    };
    let sum: u32 = first
        .iter()
        .zip((2..=10).rev())
        .map(|(digit, weight)| u32::from(digit - b'0') * weight)
        .sum();
    // A remainder of 1 would need the check digit 10: such numbers are not issued.
    (11 - sum % 11) % 11 == u32::from(last - b'0')
}

impl fmt::Display for NhsNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, digit) in self.0.chars().enumerate() {
            if at == 3 || at == 6 {
                f.write_str(" ")?;
            }
            write!(f, "{digit}")?;
        }
        Ok(())
    }
}

impl From<NhsNumber> for String {
    fn from(number: NhsNumber) -> Self {
        number.0
    }
}

through_parser!(NhsNumber, NhsNumberError);

/// An NHS number, or why there is none: one of the two is always said.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NhsNumberOrReason {
    Known(NhsNumber),
    Missing(String),
}

redacted_debug!(NhsNumber, NhsNumberOrReason);
