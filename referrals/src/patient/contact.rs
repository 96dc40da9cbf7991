//! How to reach a patient: phone numbers and one e-mail address.

use super::{redacted_debug, through_parser};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A phone number. UK numbers are kept without +44 and shown without brackets (CUI TID-0001); others keep their `+`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PhoneNumber(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PhoneError {
    #[error(
        "a phone number has only digits, spaces, hyphens, full stops, brackets and a leading +"
    )]
    Character,
    #[error(
        "a UK phone number begins with 0 and has 10 or 11 digits; another country's begins with +"
    )]
    Shape,
}

impl PhoneNumber {
    pub fn parse(text: &str) -> Result<Self, PhoneError> {
        let text = text.trim();
        let spaced = |c: char| matches!(c, ' ' | '-' | '.' | '(' | ')' | '/' | '\u{a0}');
        let compact: String = text.chars().filter(|c| !spaced(*c)).collect();
        let (international, digits) = match compact.strip_prefix('+') {
            Some(rest) => (true, rest),
            None => match compact.strip_prefix("00") {
                Some(rest) => (true, rest),
                None => (false, compact.as_str()),
            },
        };
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(PhoneError::Character);
        }
        if international && !digits.starts_with("44") {
            // E.164: at most 15 digits, the country's code first.
            return if (8..=15).contains(&digits.len()) && !digits.starts_with('0') {
                Ok(Self(format!("+{digits}")))
            } else {
                Err(PhoneError::Shape)
            };
        }
        let national = if international {
            digits.strip_prefix("44").unwrap_or(digits)
        } else {
            digits
        };
        // "+44 (0)1632": the 0 in brackets is dialled only inside the country.
        let national = national
            .strip_prefix('0')
            .or(international.then_some(national));
        match national {
            Some(rest) if (9..=10).contains(&rest.len()) && is_uk_start(rest) => {
                Ok(Self(format!("0{rest}")))
            }
            _ => Err(PhoneError::Shape),
        }
    }

    /// Digits without spaces, as dialled in the UK.
    pub fn digits(&self) -> &str {
        &self.0
    }

    pub fn is_mobile(&self) -> bool {
        self.0.starts_with("07")
    }
}

/// Ofcom's national numbering plan: geographic 1 and 2, 3, 5, 7, 8 and 9. None begins with 4 or 6.
fn is_uk_start(rest: &str) -> bool {
    matches!(
        rest.bytes().next(),
        Some(b'1' | b'2' | b'3' | b'5' | b'7' | b'8' | b'9')
    )
}

/// How many digits stand together, from the left; the rest is the last group.
fn groups(digits: &str) -> &'static [usize] {
    let starts = |prefix: &str| digits.starts_with(prefix);
    let second_city = digits.as_bytes().get(3) == Some(&b'1') && starts("01");
    match digits {
        _ if starts("+") => &[],
        _ if starts("02") => &[3, 4],
        _ if starts("03") || starts("08") || starts("09") || starts("011") || second_city => {
            if digits.len() == 11 {
                &[4, 3]
            } else {
                &[4]
            }
        }
        _ => &[5],
    }
}

impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0.as_str();
        for size in groups(&self.0) {
            if let Some((group, after)) = rest.split_at_checked(*size) {
                write!(f, "{group} ")?;
                rest = after;
            }
        }
        f.write_str(rest)
    }
}

impl From<PhoneNumber> for String {
    fn from(phone: PhoneNumber) -> Self {
        phone.0
    }
}

/// The patient's own e-mail address: one plain ASCII address, never a list, never a header.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an e-mail address looks like name@place.example, in plain letters, and is one address")]
pub struct EmailError;

impl EmailAddress {
    pub fn parse(text: &str) -> Result<Self, EmailError> {
        if text.contains(['\r', '\n']) {
            return Err(EmailError);
        }
        let text = text.trim();
        let (local, host) = text.split_once('@').ok_or(EmailError)?;
        if is_local_part(local) && is_host(host) && text.len() <= 254 {
            Ok(Self(text.to_owned()))
        } else {
            Err(EmailError)
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// RFC 5321 section 4.1.2, a dot-string: atoms with single full stops between them, 64 characters at most.
fn is_local_part(local: &str) -> bool {
    let atom = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b);
    local.len() <= 64
        && local
            .split('.')
            .all(|part| !part.is_empty() && part.bytes().all(atom))
}

fn is_host(host: &str) -> bool {
    let label = |part: &str| {
        (1..=63).contains(&part.len())
            && !part.starts_with('-')
            && !part.ends_with('-')
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    host.contains('.')
        && host.split('.').all(label)
        && !host.bytes().all(|b| b.is_ascii_digit() || b == b'.')
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<EmailAddress> for String {
    fn from(email: EmailAddress) -> Self {
        email.0
    }
}

through_parser!(PhoneNumber, PhoneError);
through_parser!(EmailAddress, EmailError);
redacted_debug!(PhoneNumber, EmailAddress);
