//! What became of a service that has left the directory: why, since when, and what is listed in its place.

use crate::{Catalogue, Engine, EngineError};
use jiff::civil::Date;
use referrals::patient::cui_date;
use services_directory::{ids::ServiceId, model::TombstoneReason};
use std::fmt;

/// A service that has left the directory, as its tombstone says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    pub id: ServiceId,
    pub reason: TombstoneReason,
    pub on: Date,
    /// The last of those that took its place one after the other, where that is still listed.
    pub successor: Option<Successor>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Successor {
    pub id: ServiceId,
    pub name: String,
}

impl fmt::Display for Left {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let on = cui_date(self.on);
        match (self.reason, &self.successor) {
            (TombstoneReason::Closed, _) => write!(f, "closed on {on}")?,
            (TombstoneReason::Merged, Some(into)) => {
                return write!(f, "merged into {} [{}] on {on}", into.name, into.id);
            }
            (TombstoneReason::Merged, None) => write!(f, "merged into another service on {on}")?,
            (TombstoneReason::Withdrawn, _) => write!(f, "asked not to be listed, since {on}")?,
            (TombstoneReason::Error, _) => write!(f, "was listed by mistake, until {on}")?,
        }
        match &self.successor {
            Some(successor) => write!(f, "; in its place: {} [{}]", successor.name, successor.id),
            None => Ok(()),
        }
    }
}

impl Catalogue {
    /// None of a service that is listed, or that no tombstone is there for.
    pub fn left(&self, id: &str) -> Option<Left> {
        let id = ServiceId::parse(id).ok()?;
        let tombstones = self.tombstones();
        let left = tombstones.get(&id).filter(|_| self.of_id(&id).is_none())?;
        let mut last = left.successor.as_ref();
        // A directory with a circle is refused when it is read. That this comes to an end must not hang on that alone.
        for _ in 0..tombstones.len() {
            let Some(next) = last.and_then(|id| tombstones.get(id)) else {
                break;
            };
            last = next.successor.as_ref();
        }
        let listed = last.and_then(|id| self.of_id(id));
        Some(Left {
            reason: left.reason,
            on: left.on,
            successor: listed.map(|service| Successor {
                id: service.id.clone(),
                name: service.name.to_string(),
            }),
            id,
        })
    }
}

impl Engine {
    /// For what is shown of a referral or an entry. A directory that does not read is no reason to show nothing of them.
    pub fn left(&self, service_id: &str) -> Option<Left> {
        self.catalogue().ok()?.left(service_id)
    }

    /// The same error, or, where a service has left the directory, one that says why.
    pub fn why_gone(&self, error: EngineError) -> EngineError {
        let EngineError::NoSuchService(id) = &error else {
            return error;
        };
        match self.left(id) {
            Some(left) => EngineError::ServiceLeft {
                // Where nothing here was ever about it, only its id is left of it.
                name: self.entry_name(id).unwrap_or_else(|_| id.clone()),
                left: Box::new(left),
            },
            None => error,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use services_directory::{
        directory_table,
        feed::{Directory, FeedLimits},
    };
    use store::{Database, database::Durability};

    const STARTER: &str = include_str!("../../services-directory/data/starter.jsonl");

    fn catalogue(tombstones: &[&str]) -> (tempfile::TempDir, Catalogue) {
        let text = STARTER.to_owned() + &tombstones.join("\n");
        let directory = Directory::read(text.as_bytes(), FeedLimits::default()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("directory.db");
        let database = Database::open(&path, None, Durability::Normal, &directory_table::SCHEMA);
        let database = database.unwrap();
        let now = jiff::Timestamp::UNIX_EPOCH;
        database
            .write(move |tx| directory_table::apply(tx, &directory, now))
            .unwrap();
        let catalogue = Catalogue::read(&database, Vec::new()).unwrap().unwrap();
        (folder, catalogue)
    }

    fn tombstone(id: &str, reason: &str, successor: Option<&str>) -> String {
        serde_json::json!({
            "kind": "tombstone", "id": id, "reason": reason, "successor": successor, "on": "2027-02-01",
        })
        .to_string()
    }

    #[test]
    fn the_chain_is_followed_to_what_is_listed() {
        let lines = [
            tombstone("first", "merged", Some("second")),
            tombstone("second", "closed", Some("third")),
            tombstone("third", "withdrawn", Some("tai-chi")),
            tombstone("alone", "merged", Some("last")),
            tombstone("last", "error", None),
        ];
        let (_folder, catalogue) = catalogue(&lines.each_ref().map(String::as_str));
        let tai_chi = catalogue.service("tai-chi").unwrap().unwrap().name;
        for id in ["first", "second", "third"] {
            let successor = catalogue.left(id).unwrap().successor.unwrap();
            assert_eq!(
                (successor.id.as_str(), &successor.name),
                ("tai-chi", &tai_chi)
            );
        }
        let first = catalogue.left("first").unwrap();
        assert_eq!(first.reason, TombstoneReason::Merged);
        assert_eq!(first.on, date(2027, 2, 1));
        assert_eq!(
            first.to_string(),
            format!("merged into {tai_chi} [tai-chi] on 01-Feb-2027")
        );
        // What took its place has left, too, and nothing took the place of that.
        let alone = catalogue.left("alone").unwrap();
        assert_eq!(alone.successor, None);
        assert_eq!(
            alone.to_string(),
            "merged into another service on 01-Feb-2027"
        );
        let said = |id: &str| catalogue.left(id).unwrap().to_string();
        assert_eq!(
            said("second"),
            format!("closed on 01-Feb-2027; in its place: {tai_chi} [tai-chi]")
        );
        assert!(said("third").starts_with("asked not to be listed, since 01-Feb-2027"));
        assert_eq!(said("last"), "was listed by mistake, until 01-Feb-2027");
    }

    #[test]
    fn what_is_listed_or_was_never_there_has_not_left() {
        let (_folder, catalogue) = catalogue(&[&tombstone("gone", "closed", None)]);
        assert!(catalogue.left("gone").is_some());
        for id in ["tai-chi", "nowhere", "", "local:walk", "not an id"] {
            assert_eq!(catalogue.left(id), None, "{id}");
        }
    }
}
