//! The tables `referrals`, `referral_patients`, `letters` and `event_notes`.

use crate::{
    ReferralError,
    instant::{from_millis, millis},
    patient::Patient,
};
use jiff::Timestamp;
use letter::LetterContent;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, named_params};
use services_directory::model::Category;
use store::StoreError;

/// A queued referral with its own copy of the service that the GP saw.
#[derive(Clone, PartialEq, Eq)]
pub struct Referral {
    pub id: String,
    /// What both sides quote: "ONW-7K3F-92QD".
    pub reference: String,
    pub draft_id: String,
    pub queued_at: Timestamp,
    pub service_id: String,
    pub service_name: String,
    /// None in referrals from before it was kept.
    pub service_category: Option<Category>,
    pub service_phone: Option<String>,
    pub replies_within_working_days: Option<u8>,
    pub directory_version: u64,
    pub address: String,
    pub referrer: String,
    pub sent_by: String,
}

impl std::fmt::Debug for Referral {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Referral")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// A referral with its letter. One that was an offer before keeps its id and its reference, and is what was sent from now on.
pub fn insert(
    tx: &Transaction<'_>,
    referral: &Referral,
    patient: &Patient,
    letter: &LetterContent,
) -> Result<(), ReferralError> {
    insert_offer(tx, referral, patient)?;
    tx.execute(
        "INSERT INTO letters (referral_id, body) VALUES (:id, :body)",
        named_params! { ":id": referral.id, ":body": json(letter)? },
    )?;
    Ok(())
}

/// What was offered and not sent: the service's copy, and the patient apart. There is no letter.
pub fn insert_offer(
    tx: &Transaction<'_>,
    referral: &Referral,
    patient: &Patient,
) -> Result<(), ReferralError> {
    tx.execute(
        "INSERT INTO referrals (id, reference, draft_id, queued_at, service_id, service_name, service_category, service_phone,
             replies_within_working_days, directory_version, address, referrer, sent_by)
         VALUES (:id, :reference, :draft_id, :queued_at, :service_id, :service_name, :service_category, :service_phone,
             :replies_within_working_days, :directory_version, :address, :referrer, :sent_by)
         ON CONFLICT (id) DO UPDATE SET queued_at = :queued_at, service_id = :service_id, service_name = :service_name,
             service_category = :service_category, service_phone = :service_phone,
             replies_within_working_days = :replies_within_working_days, directory_version = :directory_version,
             address = :address, referrer = :referrer, sent_by = :sent_by",
        named_params! {
            ":id": referral.id, ":reference": referral.reference, ":draft_id": referral.draft_id,
            ":queued_at": millis(referral.queued_at), ":service_id": referral.service_id,
            ":service_name": referral.service_name,
            ":service_category": referral.service_category.map(category_code).transpose()?.unwrap_or_default(),
            ":service_phone": referral.service_phone.as_deref().unwrap_or(""),
            ":replies_within_working_days": referral.replies_within_working_days.unwrap_or(0),
            ":directory_version": i64::try_from(referral.directory_version).unwrap_or(i64::MAX),
            ":address": referral.address, ":referrer": referral.referrer, ":sent_by": referral.sent_by,
        },
    )?;
    tx.execute(
        "INSERT INTO referral_patients (referral_id, patient) VALUES (:id, :patient)
         ON CONFLICT (referral_id) DO UPDATE SET patient = :patient",
        named_params! { ":id": referral.id, ":patient": json(patient)? },
    )?;
    Ok(())
}

/// The newest referral or offer that came out of a draft.
pub fn of_draft(
    connection: &Connection,
    draft_id: &str,
) -> Result<Option<Referral>, ReferralError> {
    Ok(connection
        .query_row(
            "SELECT * FROM referrals WHERE draft_id = :id ORDER BY rowid DESC LIMIT 1",
            named_params! { ":id": draft_id },
            row,
        )
        .optional()?)
}

pub fn read(connection: &Connection, id: &str) -> Result<Option<Referral>, ReferralError> {
    Ok(connection
        .query_row(
            "SELECT * FROM referrals WHERE id = :id",
            named_params! { ":id": id },
            row,
        )
        .optional()?)
}

/// Newest first.
pub fn all(connection: &Connection) -> Result<Vec<Referral>, ReferralError> {
    let mut statement = connection.prepare_cached("SELECT * FROM referrals ORDER BY id DESC")?;
    let rows = statement.query_map([], row)?;
    rows.map(|row| Ok(row?)).collect()
}

/// Those that nothing has ended, the newest first: what can still need somebody.
pub fn unfinished(connection: &Connection) -> Result<Vec<Referral>, ReferralError> {
    let mut statement = connection.prepare_cached(
        "SELECT * FROM referrals WHERE NOT EXISTS (SELECT 1 FROM events WHERE events.subject = referrals.id
             AND events.type IN ('undone', 'withdrawn', 'declined', 'ended'))
         ORDER BY id DESC",
    )?;
    let rows = statement.query_map([], row)?;
    rows.map(|row| Ok(row?)).collect()
}

/// None once it was erased.
pub fn patient(
    connection: &Connection,
    referral_id: &str,
) -> Result<Option<Patient>, ReferralError> {
    stored(
        connection,
        "SELECT patient FROM referral_patients WHERE referral_id = :id",
        referral_id,
    )
}

/// None once it was erased.
pub fn letter(
    connection: &Connection,
    referral_id: &str,
) -> Result<Option<LetterContent>, ReferralError> {
    stored(
        connection,
        "SELECT body FROM letters WHERE referral_id = :id",
        referral_id,
    )
}

pub fn note(tx: &Transaction<'_>, event_id: &str, body: &str) -> Result<(), ReferralError> {
    tx.execute(
        "INSERT INTO event_notes (event_id, body) VALUES (:event_id, :body)",
        named_params! { ":event_id": event_id, ":body": body },
    )?;
    Ok(())
}

pub fn note_of(connection: &Connection, event_id: &str) -> Result<Option<String>, ReferralError> {
    let read = |row: &Row<'_>| row.get(0);
    Ok(connection
        .query_row(
            "SELECT body FROM event_notes WHERE event_id = :event_id",
            named_params! { ":event_id": event_id },
            read,
        )
        .optional()?)
}

fn stored<T: serde::de::DeserializeOwned>(
    connection: &Connection,
    sql: &str,
    id: &str,
) -> Result<Option<T>, ReferralError> {
    let text: Option<String> = connection
        .query_row(sql, named_params! { ":id": id }, |row| row.get(0))
        .optional()?;
    let unreadable = |_| ReferralError::Store(StoreError::Value("a stored referral".into()));
    text.map(|text| serde_json::from_str(&text).map_err(unreadable))
        .transpose()
}

fn json(value: &impl serde::Serialize) -> Result<String, ReferralError> {
    serde_json::to_string(value).map_err(|error| StoreError::Value(error.to_string()).into())
}

/// The code that the directory's records use.
fn category_code(category: Category) -> Result<String, ReferralError> {
    Ok(json(&category)?.trim_matches('"').to_owned())
}

fn category(code: &str) -> Option<Category> {
    serde_json::from_value(code.into()).ok()
}

fn row(row: &Row<'_>) -> rusqlite::Result<Referral> {
    let phone: String = row.get("service_phone")?;
    let promise: u8 = row.get("replies_within_working_days")?;
    let version: i64 = row.get("directory_version")?;
    Ok(Referral {
        id: row.get("id")?,
        reference: row.get("reference")?,
        draft_id: row.get("draft_id")?,
        queued_at: from_millis(row.get("queued_at")?),
        service_id: row.get("service_id")?,
        service_name: row.get("service_name")?,
        service_category: category(&row.get::<_, String>("service_category")?),
        service_phone: Some(phone).filter(|phone| !phone.is_empty()),
        replies_within_working_days: Some(promise).filter(|days| *days > 0),
        directory_version: u64::try_from(version).unwrap_or(0),
        address: row.get("address")?,
        referrer: row.get("referrer")?,
        sent_by: row.get("sent_by")?,
    })
}
