//! The patient: who is referred, in types that cannot hold a number, date or address that is wrong.

mod address;
mod birth;
mod contact;
mod gender;
mod name;
mod nhs_number;
#[cfg(test)]
mod tests;

pub use address::{Address, AddressError, Postcode, PostcodeError};
pub use birth::{DateOfBirth, DateOfBirthError, cui_date};
pub use contact::{EmailAddress, EmailError, PhoneError, PhoneNumber};
pub use gender::{Gender, GenderError};
pub use name::{NameError, PersonName, is_combining_mark, is_title};
pub use nhs_number::{NhsNumber, NhsNumberError, NhsNumberOrReason};

use serde::{Deserialize, Serialize};
use services_directory::ids::OdsCode;

/// What every identity type prints when it is debugged, so that none can be logged by accident.
pub const REDACTED: &str = "‹redacted›";

macro_rules! redacted_debug {
    ($($name:ty),+) => { $(
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str($crate::patient::REDACTED)
            }
        }
    )+ };
}
pub(crate) use redacted_debug;

/// Serde through the parser: a stored or received value passes the same check as a typed one.
macro_rules! through_parser {
    ($name:ident, $error:ident) => {
        impl TryFrom<String> for $name {
            type Error = $error;

            fn try_from(text: String) -> Result<Self, $error> {
                Self::parse(&text)
            }
        }

        impl std::str::FromStr for $name {
            type Err = $error;

            fn from_str(text: &str) -> Result<Self, $error> {
                Self::parse(text)
            }
        }
    };
}
pub(crate) use through_parser;

/// Everything about a patient that a referral carries. Only what the practice said: nothing is worked out.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Patient {
    pub nhs_number: NhsNumberOrReason,
    pub name: PersonName,
    pub born: DateOfBirth,
    pub gender: Gender,
    pub address: Option<Address>,
    pub phones: Vec<PhoneNumber>,
    pub email: Option<EmailAddress>,
    pub language: Option<String>,
    pub interpreter_needed: Option<bool>,
    /// Printed first on every referral (Accessible Information Standard).
    pub communication_needs: Option<String>,
    /// "Do not leave voicemail": how the patient may be reached without harm.
    pub safe_contact_note: Option<String>,
    pub practice_ods: Option<OdsCode>,
}

redacted_debug!(Patient);
