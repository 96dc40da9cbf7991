//! The identifiers of the directory, each a type of its own so that one cannot stand for another.

use serde::{Deserialize, Serialize};
use std::fmt;

/// An identifier that is not usable: it says what was wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    #[error("an identifier is empty")]
    Empty,
    #[error("an identifier is longer than {0} characters")]
    TooLong(usize),
    #[error(
        "an identifier has a character other than letters, digits, '.', '_', ':', '/', '|' and '-'"
    )]
    Character,
    #[error("an ODS code is 3 to 10 letters and digits")]
    OdsCode,
}

const LONGEST_ID: usize = 200;

fn checked_id(text: &str) -> Result<String, IdError> {
    if text.is_empty() {
        return Err(IdError::Empty);
    }
    if text.len() > LONGEST_ID {
        return Err(IdError::TooLong(LONGEST_ID));
    }
    let allowed =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | ':' | '/' | '|' | '-');
    if text.chars().all(allowed) {
        Ok(text.to_owned())
    } else {
        Err(IdError::Character)
    }
}

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The only way in: ASCII letters, digits and a few marks, 1 to 200 of them.
            pub fn parse(text: &str) -> Result<Self, IdError> {
                checked_id(text).map(Self)
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;

            fn try_from(text: String) -> Result<Self, IdError> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

identifier! {
    /// The stable id of a `HealthcareService`.
    ServiceId
}
identifier! {
    /// The stable id of an `Endpoint`.
    EndpointId
}
identifier! {
    /// The stable id of an `Organization`.
    OrganizationId
}
identifier! {
    /// The stable id of an `Area`: a PCN, a place, an integrated care board.
    AreaId
}

/// A code of the Organisation Data Service, such as `A12345` for a GP practice. Kept in upper case.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OdsCode(String);

impl OdsCode {
    /// 3 to 10 ASCII letters and digits, in either case.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let code = text.trim().to_ascii_uppercase();
        let right =
            (3..=10).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_alphanumeric());
        if right {
            Ok(Self(code))
        } else {
            Err(IdError::OdsCode)
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for OdsCode {
    type Error = IdError;

    fn try_from(text: String) -> Result<Self, IdError> {
        Self::parse(&text)
    }
}

impl From<OdsCode> for String {
    fn from(code: OdsCode) -> Self {
        code.0
    }
}

impl fmt::Display for OdsCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
