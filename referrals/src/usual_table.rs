//! The tables `favourites` and `referral_reasons`: what a referrer puts on top, and what was sent where, with which reasons.

use crate::{ReferralError, draft::Reason, instant::millis};
use jiff::Timestamp;
use rusqlite::{Connection, Row, Transaction, named_params};

/// How often referrals went to a service, with one set of reasons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    pub service_id: String,
    pub reasons: Vec<Reason>,
    pub count: u32,
    pub last_at: i64,
}

pub fn set_favourite(
    tx: &Transaction<'_>,
    staff_id: &str,
    service_id: &str,
    favourite: bool,
    now: Timestamp,
) -> Result<(), ReferralError> {
    if favourite {
        tx.execute(
            "INSERT OR IGNORE INTO favourites (staff_id, service_id, since_at) VALUES (:staff_id, :service_id, :now)",
            named_params! { ":staff_id": staff_id, ":service_id": service_id, ":now": millis(now) },
        )?;
    } else {
        tx.execute(
            "DELETE FROM favourites WHERE staff_id = :staff_id AND service_id = :service_id",
            named_params! { ":staff_id": staff_id, ":service_id": service_id },
        )?;
    }
    Ok(())
}

/// The services that are anybody's favourites.
pub fn all_favourites(connection: &Connection) -> Result<Vec<String>, ReferralError> {
    let mut statement = connection.prepare_cached("SELECT DISTINCT service_id FROM favourites")?;
    let rows = statement.query_map([], |row| row.get(0))?;
    rows.map(|row| Ok(row?)).collect()
}

/// In the order in which they became favourites.
pub fn favourites(connection: &Connection, staff_id: &str) -> Result<Vec<String>, ReferralError> {
    let mut statement = connection.prepare_cached(
        "SELECT service_id FROM favourites WHERE staff_id = :staff_id ORDER BY since_at, service_id",
    )?;
    let rows = statement.query_map(named_params! { ":staff_id": staff_id }, |row| row.get(0))?;
    rows.map(|row| Ok(row?)).collect()
}

/// The reasons are kept once for each set, whatever the order in which they were ticked.
pub fn insert_reasons(
    tx: &Transaction<'_>,
    referral_id: &str,
    reasons: &[Reason],
) -> Result<(), ReferralError> {
    let ticked = Reason::ALL.iter().filter(|reason| reasons.contains(reason));
    let codes: Vec<&str> = ticked.map(|reason| reason.code()).collect();
    tx.execute(
        "INSERT INTO referral_reasons (referral_id, reasons) VALUES (:referral_id, :reasons)",
        named_params! { ":referral_id": referral_id, ":reasons": codes.join(" ") },
    )?;
    Ok(())
}

/// The referrals queued since then by one referrer, or by the whole practice. One that was undone, or taken back before it left, is none.
pub fn uses(
    connection: &Connection,
    referrer: Option<&str>,
    since: Timestamp,
) -> Result<Vec<Use>, ReferralError> {
    let mut statement = connection.prepare_cached(
        "SELECT referrals.service_id, COALESCE(referral_reasons.reasons, '') AS reasons, COUNT(*) AS uses, MAX(referrals.queued_at) AS last_at
         FROM referrals LEFT JOIN referral_reasons ON referral_reasons.referral_id = referrals.id
         WHERE (:referrer IS NULL OR referrals.referrer = :referrer) AND referrals.queued_at >= :since
             AND EXISTS (SELECT 1 FROM outbox WHERE outbox.referral_id = referrals.id AND outbox.state <> 'withdrawn')
         GROUP BY referrals.service_id, reasons
         ORDER BY uses DESC, last_at DESC, referrals.service_id, reasons",
    )?;
    let since = millis(since);
    let rows = statement.query_map(
        named_params! { ":referrer": referrer, ":since": since },
        row,
    )?;
    rows.map(|row| Ok(row?)).collect()
}

fn row(row: &Row<'_>) -> rusqlite::Result<Use> {
    let reasons: String = row.get("reasons")?;
    Ok(Use {
        service_id: row.get("service_id")?,
        reasons: reasons.split(' ').filter_map(Reason::parse).collect(),
        count: row.get("uses")?,
        last_at: row.get("last_at")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::SCHEMA;
    use store::{migrations::migrate, open::SCHEMA as STORE};

    #[test]
    fn a_database_from_before_keeps_its_referrals_and_counts_them() {
        let mut database = Connection::open_in_memory().unwrap();
        migrate(&mut database, &[STORE[0], STORE[1], SCHEMA[0]]).unwrap();
        database
            .execute_batch(
                "INSERT INTO referrals VALUES ('r1', 'ONW-1', 'd1', 5, 'ot', 'OT', '', 0, 1, 'a@example.nhs.uk', 'amy', 'amy');
                 INSERT INTO referrals VALUES ('r2', 'ONW-2', 'd2', 6, 'ot', 'OT', '', 0, 1, 'a@example.nhs.uk', 'bo', 'bo');
                 INSERT INTO outbox VALUES ('o1', 'r1', 'c', 'e', 'd', 'a', 'm1', 'q1', x'', '', 5, 5, 5, 5, 1, 'accepted', '', '');
                 INSERT INTO outbox VALUES ('o2', 'r2', 'c', 'e', 'd', 'a', 'm2', 'q2', x'', '', 6, 6, 6, 6, 0, 'withdrawn', '', '');",
            )
            .unwrap();
        let [first, second, ..] = SCHEMA;
        migrate(&mut database, &[STORE[0], STORE[1], first, second]).unwrap();
        let used = [Use {
            service_id: "ot".to_owned(),
            reasons: Vec::new(),
            count: 1,
            last_at: 5,
        }];
        let since = Timestamp::UNIX_EPOCH;
        assert_eq!(uses(&database, Some("amy"), since).unwrap(), used);
        assert_eq!(uses(&database, None, since).unwrap(), used);
        assert_eq!(uses(&database, Some("bo"), since).unwrap(), []);
    }
}
