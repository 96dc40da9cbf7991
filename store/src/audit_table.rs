//! The table of the audit trail: appended to, read, checked link by link, never changed.
//!
//! Each row's hash is the SHA-256 of the row and of the hash before it; each event is a link by the digest of its whole row. So a row or an
//! event that was changed, taken out or put in shows. Whoever has the key and can write the whole chain anew leaves it consistent in itself:
//! against that stand the head beside the database (`audit_head.rs`) and the heads in the backups that lie elsewhere (`backup.rs`).

use crate::{
    Event, StoreError,
    audit::{Act, AuditEntry, Head, NO_HASH, NewAct, Tampering, Verdict},
    hex,
};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, named_params};
use sha2::{Digest, Sha256};

/// What is hashed begins with this, so that a later form can never be taken for this one.
const FORM: &str = "onward audit row 1";
/// Who writes what nobody has pressed.
pub const PROGRAM: &str = "onward";

/// Writes an act in the caller's transaction, so that it and its record stand or fall together.
pub fn append(transaction: &Transaction<'_>, new: &NewAct) -> Result<Head, StoreError> {
    let head = begun(transaction, new.at)?;
    append_after(transaction, &head, new)
}

/// The newest row of a chain that has been begun: where there is none yet, it begins with the events that were there before it.
pub(crate) fn begun(transaction: &Transaction<'_>, at: Timestamp) -> Result<Head, StoreError> {
    let newest = head(transaction)?;
    if newest.seq > 0 {
        return Ok(newest);
    }
    let earlier = earlier_events(transaction)?;
    let begins = NewAct::new(Act::ChainBegun, "", PROGRAM, at)
        .with(serde_json::json!({ "earlier_events": earlier.len() }));
    let mut newest = append_after(transaction, &newest, &begins)?;
    for (id, digest) in earlier {
        let taken_up = NewAct::new(Act::EarlierEvent, id, PROGRAM, at)
            .with(serde_json::json!({ "sha256": digest }));
        newest = append_after(transaction, &newest, &taken_up)?;
    }
    Ok(newest)
}

/// Takes an event that was just written into the chain.
pub(crate) fn append_event(
    transaction: &Transaction<'_>,
    newest: &Head,
    event: &Event,
) -> Result<Head, StoreError> {
    let id = event.id.to_string();
    let digest = transaction.query_row(
        "SELECT id, origin, origin_seq, clock, actor, at, type, version, subject, payload FROM events WHERE id = :id",
        named_params! { ":id": id },
        |row| Ok(event_digest(row)),
    )??;
    let link = NewAct::new(Act::Event, id, &event.actor, event.at)
        .with(serde_json::json!({ "sha256": digest }));
    append_after(transaction, newest, &link)
}

fn append_after(
    transaction: &Transaction<'_>,
    before: &Head,
    new: &NewAct,
) -> Result<Head, StoreError> {
    let mut link = Link {
        seq: before.seq.saturating_add(1),
        at: new.at.to_string(),
        actor: new.actor.clone(),
        act: new.act.as_str().to_owned(),
        subject: new.subject.clone(),
        detail: new.detail.to_string(),
        previous_hash: before.hash.clone(),
        hash: String::new(),
    };
    link.hash = link.computed_hash();
    transaction
        .prepare_cached(
            "INSERT INTO audit (seq, at, actor, act, subject, detail, previous_hash, hash)
             VALUES (:seq, :at, :actor, :act, :subject, :detail, :previous_hash, :hash)",
        )?
        .execute(named_params! {
            ":seq": link.seq,
            ":at": link.at,
            ":actor": link.actor,
            ":act": link.act,
            ":subject": link.subject,
            ":detail": link.detail,
            ":previous_hash": link.previous_hash,
            ":hash": link.hash,
        })?;
    Ok(Head {
        seq: link.seq,
        hash: link.hash,
    })
}

/// The newest row; `Head::none` while there is none.
pub fn head(connection: &Connection) -> Result<Head, StoreError> {
    let newest = connection
        .prepare_cached("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1")?
        .query_row([], |row| {
            Ok(Head {
                seq: row.get("seq")?,
                hash: row.get("hash")?,
            })
        })
        .optional()?;
    Ok(newest.unwrap_or_else(Head::none))
}

/// Whether the chain has had this head: the row with that number has that hash.
pub fn has_had(connection: &Connection, head: &Head) -> Result<bool, StoreError> {
    if head.seq == 0 {
        return Ok(head.hash == NO_HASH);
    }
    let found: Option<String> = connection
        .prepare_cached("SELECT hash FROM audit WHERE seq = :seq")?
        .query_row(named_params! { ":seq": head.seq }, |row| row.get(0))
        .optional()?;
    Ok(found.is_some_and(|hash| hash == head.hash))
}

/// Rows in their order, from that number on.
pub fn read(connection: &Connection, from: i64, limit: u32) -> Result<Vec<AuditEntry>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT seq, at, actor, act, subject, detail FROM audit WHERE seq >= :from ORDER BY seq LIMIT :limit",
    )?;
    let rows = statement.query_map(named_params! { ":from": from, ":limit": limit }, |row| {
        Ok(entry(row))
    })?;
    rows.map(|row| row.map_err(StoreError::from)?).collect()
}

/// The newest rows first: acts of people and of the program, without the links of events.
pub fn newest_acts(
    connection: &Connection,
    before: Option<i64>,
    limit: u32,
) -> Result<Vec<AuditEntry>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT seq, at, actor, act, subject, detail FROM audit
         WHERE seq < :before AND act NOT IN ('event', 'earlier-event') ORDER BY seq DESC LIMIT :limit",
    )?;
    let before = before.unwrap_or(i64::MAX);
    let rows = statement.query_map(
        named_params! { ":before": before, ":limit": limit },
        |row| Ok(entry(row)),
    )?;
    rows.map(|row| row.map_err(StoreError::from)?).collect()
}

/// What was done about one subject, in its order.
pub fn about(connection: &Connection, subject: &str) -> Result<Vec<AuditEntry>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT seq, at, actor, act, subject, detail FROM audit WHERE subject = :subject ORDER BY seq",
    )?;
    let rows = statement.query_map(named_params! { ":subject": subject }, |row| Ok(entry(row)))?;
    rows.map(|row| row.map_err(StoreError::from)?).collect()
}

/// Reads the whole chain and every event, in one moment of the database. `kept` is the head that is kept beside it, read before.
pub fn verify(connection: &Connection, kept: Option<&KeptHead>) -> Result<Verdict, StoreError> {
    let moment = connection.unchecked_transaction()?;
    let verdict = match broken_link(&moment)? {
        Some(broken) => broken,
        None => match stranger(&moment)? {
            Some(stranger) => stranger,
            None => compared(&moment, kept)?,
        },
    };
    moment.finish()?;
    Ok(verdict)
}

/// What the file beside the database says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeptHead {
    At(Head),
    Missing,
    /// It holds nothing that was written with this database's key.
    Changed,
}

/// A row as it is stored, whatever is in it.
struct Link {
    seq: i64,
    at: String,
    actor: String,
    act: String,
    subject: String,
    detail: String,
    previous_hash: String,
    hash: String,
}

impl Link {
    /// A JSON array is the canonical form: no two rows give the same.
    fn computed_hash(&self) -> String {
        let row = serde_json::json!([
            FORM,
            self.seq,
            self.at,
            self.actor,
            self.act,
            self.subject,
            self.detail,
            self.previous_hash
        ]);
        hex(&Sha256::digest(row.to_string()))
    }

    fn is_event(&self) -> bool {
        self.act == Act::Event.as_str() || self.act == Act::EarlierEvent.as_str()
    }

    fn tampered(&self, what: Tampering) -> Verdict {
        Verdict::Tampered {
            at_seq: self.seq,
            what,
            event: self.is_event().then(|| self.subject.clone()),
        }
    }
}

const LINKS: &str = "SELECT a.seq, a.at AS a_at, a.actor AS a_actor, a.act, a.subject AS a_subject, a.detail, a.previous_hash, a.hash,
        e.id, e.origin, e.origin_seq, e.clock, e.actor, e.at, e.type, e.version, e.subject, e.payload
     FROM audit a LEFT JOIN events e ON a.act IN ('event', 'earlier-event') AND e.id = a.subject ORDER BY a.seq";

/// The first row that is not as it was written, or whose event is not.
fn broken_link(connection: &Connection) -> Result<Option<Verdict>, StoreError> {
    let mut before = Head::none();
    let mut statement = connection.prepare(LINKS)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let link = Link {
            seq: row.get("seq")?,
            at: text(row, "a_at")?,
            actor: text(row, "a_actor")?,
            act: text(row, "act")?,
            subject: text(row, "a_subject")?,
            detail: text(row, "detail")?,
            previous_hash: text(row, "previous_hash")?,
            hash: text(row, "hash")?,
        };
        let next = before.seq.saturating_add(1);
        if link.seq != next {
            return Ok(Some(Verdict::Tampered {
                at_seq: next,
                what: Tampering::RowMissing,
                event: None,
            }));
        }
        if link.computed_hash() != link.hash {
            return Ok(Some(link.tampered(Tampering::RowChanged)));
        }
        if link.previous_hash != before.hash {
            return Ok(Some(link.tampered(Tampering::NotNext)));
        }
        if link.is_event() {
            if row.get_ref("id")? == rusqlite::types::ValueRef::Null {
                return Ok(Some(link.tampered(Tampering::EventMissing)));
            }
            let said = serde_json::json!({ "sha256": event_digest(row)? }).to_string();
            if said != link.detail {
                return Ok(Some(link.tampered(Tampering::EventChanged)));
            }
        }
        before = Head {
            seq: link.seq,
            hash: link.hash,
        };
    }
    Ok(None)
}

/// An event that no row of the chain knows.
fn stranger(connection: &Connection) -> Result<Option<Verdict>, StoreError> {
    let id: Option<String> = connection
        .query_row(
            "SELECT id FROM events
             WHERE id NOT IN (SELECT subject FROM audit WHERE act IN ('event', 'earlier-event')) ORDER BY clock LIMIT 1",
            [],
            |row| row.get(0),
        )
        .optional()?;
    Ok(id.map(|id| Verdict::Tampered {
        at_seq: 0,
        what: Tampering::EventNotInChain,
        event: Some(id),
    }))
}

/// A chain that is whole in itself, beside what is known of it from before. The head that is kept may be older, never newer.
fn compared(connection: &Connection, kept: Option<&KeptHead>) -> Result<Verdict, StoreError> {
    let newest = head(connection)?;
    let tampered = |at_seq, what| Verdict::Tampered {
        at_seq,
        what,
        event: None,
    };
    let next = newest.seq.saturating_add(1);
    Ok(match kept {
        Some(KeptHead::Missing) => tampered(next, Tampering::HeadMissing),
        Some(KeptHead::Changed) => tampered(next, Tampering::HeadChanged),
        Some(KeptHead::At(kept)) if kept.seq > newest.seq => tampered(next, Tampering::CutOff),
        Some(KeptHead::At(kept)) if !has_had(connection, kept)? => {
            tampered(kept.seq, Tampering::OtherChain)
        }
        _ => Verdict::Whole {
            events: connection.query_row("SELECT COUNT(*) FROM events", [], |row| row.get(0))?,
            head: newest,
        },
    })
}

fn earlier_events(connection: &Connection) -> Result<Vec<(String, String)>, StoreError> {
    let mut statement = connection.prepare(
        "SELECT id, origin, origin_seq, clock, actor, at, type, version, subject, payload FROM events ORDER BY clock, id",
    )?;
    let rows = statement.query_map([], |row| Ok((row.get("id")?, event_digest(row))))?;
    rows.map(|row| {
        let (id, digest) = row?;
        Ok((id, digest?))
    })
    .collect()
}

/// The SHA-256 of a whole row of the events, as it is stored.
fn event_digest(row: &Row<'_>) -> Result<String, StoreError> {
    let number = |column: &str| row.get::<_, i64>(column).map_err(StoreError::from);
    let whole = serde_json::json!([
        "onward event 1",
        text(row, "id")?,
        text(row, "origin")?,
        number("origin_seq")?,
        number("clock")?,
        text(row, "actor")?,
        text(row, "at")?,
        text(row, "type")?,
        number("version")?,
        text(row, "subject")?,
        text(row, "payload")?,
    ]);
    Ok(hex(&Sha256::digest(whole.to_string())))
}

/// As it is stored: bytes that are no text are no reason to stop checking.
fn text(row: &Row<'_>, column: &str) -> Result<String, StoreError> {
    let bytes = row
        .get_ref(column)?
        .as_bytes()
        .map_err(|_| unreadable(column))?;
    Ok(String::from_utf8_lossy(bytes).into_owned())
}

fn unreadable(column: &str) -> StoreError {
    StoreError::Value(format!("audit: {column}"))
}

fn entry(row: &Row<'_>) -> Result<AuditEntry, StoreError> {
    Ok(AuditEntry {
        seq: row.get("seq")?,
        at: text(row, "at")?.parse().map_err(|_| unreadable("at"))?,
        actor: text(row, "actor")?,
        act: Act::parse(&text(row, "act")?)?,
        subject: text(row, "subject")?,
        detail: serde_json::from_str(&text(row, "detail")?).map_err(|_| unreadable("detail"))?,
    })
}
