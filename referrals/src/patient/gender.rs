//! Gender, in the words of the NHS Data Dictionary (PERSON STATED GENDER).

use super::{redacted_debug, through_parser};
use serde::{Deserialize, Serialize};
use std::fmt;

#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Gender {
    Male,
    Female,
    NotKnown,
    NotSpecified,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a gender is Male, Female, Not Known or Not Specified")]
pub struct GenderError;

impl Gender {
    /// The four words in any case, the FHIR codes, and "Indeterminate", which the Data Dictionary's older lists have.
    pub fn parse(text: &str) -> Result<Self, GenderError> {
        let word: String = text.chars().filter(char::is_ascii_alphabetic).collect();
        match word.to_ascii_lowercase().as_str() {
            "male" => Ok(Self::Male),
            "female" => Ok(Self::Female),
            "notknown" | "unknown" => Ok(Self::NotKnown),
            "notspecified" | "indeterminate" | "other" => Ok(Self::NotSpecified),
            _ => Err(GenderError),
        }
    }

    /// As shown in the patient banner.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Male => "Male",
            Self::Female => "Female",
            Self::NotKnown => "Not Known",
            Self::NotSpecified => "Not Specified",
        }
    }

    /// The FHIR code (hl7.org/fhir/R4/valueset-administrative-gender.html); "Not Specified" is `other`, as UK Core maps it.
    pub fn fhir_code(self) -> &'static str {
        match self {
            Self::Male => "male",
            Self::Female => "female",
            Self::NotKnown => "unknown",
            Self::NotSpecified => "other",
        }
    }
}

impl fmt::Display for Gender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<Gender> for String {
    fn from(gender: Gender) -> Self {
        gender.as_str().to_owned()
    }
}

through_parser!(Gender, GenderError);
redacted_debug!(Gender);
