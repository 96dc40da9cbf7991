//! Earlier referrals that may be of the same person, out of `referral_patients`: a first, coarse look; who it is, is decided on the parsed patient.

use crate::{
    ReferralError,
    patient::{DateOfBirth, NhsNumber},
};
use rusqlite::{Connection, named_params};

/// The ids of referrals whose patient's row holds this number or this date of birth, newest first.
pub fn candidates(
    connection: &Connection,
    number: Option<&NhsNumber>,
    born: Option<DateOfBirth>,
) -> Result<Vec<String>, ReferralError> {
    let mut statement = connection.prepare_cached(
        "SELECT referral_id FROM referral_patients
         WHERE (:number <> '' AND instr(patient, :number) > 0) OR (:born <> '' AND instr(patient, :born) > 0)
         ORDER BY referral_id DESC",
    )?;
    let number = number.map_or("", NhsNumber::digits);
    // As serde writes the date: 1945-07-14.
    let born = born.map_or_else(String::new, |born| born.date().to_string());
    let parameters = named_params! { ":number": number, ":born": born };
    let rows = statement.query_map(parameters, |row| row.get(0))?;
    rows.map(|row| Ok(row?)).collect()
}
