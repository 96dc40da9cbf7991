//! Following a published directory: enrolled once by address and fingerprint, then refreshed, one refresh at a time; what changes much is held for a person.
//!
//! What is believed is written into `practice.db` before a version is applied to `directory.db`: killed in between, the next refresh applies it.

mod background;
mod bring_in;
mod phone_checks;
mod run;

pub use background::RefreshThread;
pub use phone_checks::NeedsPhoneCheck;

use crate::{Engine, EngineError, session::Needs};
use jiff::{Timestamp, civil::Date};
use referrals::people::Right;
pub(crate) use run::Refresher;
use services_directory::{
    directory_table::{self, DirectoryError},
    incoming_table::Arrived,
    trust_table::{self, Changes, Enrolment, HeldVersion},
};
use signed_feed::{
    source::{Authorities, Progress, Source},
    verify::SignedFiles,
};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};
use store::{Act, NewAct, StoreError, audit_table};

/// Where to enrol, and what the curators gave along with it.
#[derive(Debug, Clone)]
pub struct WhereToEnrol {
    pub address: String,
    /// As it was read out or typed: spaces, colons and the case of letters do not matter.
    pub fingerprint: String,
    /// A demonstration's or a test's own certificate authority; else the operating system's are believed.
    pub authority_pem: Option<String>,
    /// This time from a folder instead, on a stick, say.
    pub from: Option<PathBuf>,
}

/// What a refresh came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refreshed {
    NothingNew,
    Applied(Changes),
    /// A person is asked first.
    Held(Changes),
}

/// All that is said of the published directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedStatus {
    pub address: String,
    /// In groups of four, for reading aloud.
    pub fingerprint: String,
    pub version: Option<u64>,
    pub published_on: Option<Date>,
    pub last_checked_at: Option<Timestamp>,
    pub last_good_at: Option<Timestamp>,
    /// Since when it fails, and why, as a code.
    pub failing: Option<(Timestamp, String)>,
    pub expires_at: Option<Timestamp>,
    pub expired: bool,
    /// Since when services need a phone check before anything is sent to them.
    pub too_old_since: Option<Timestamp>,
    pub clock_warning: bool,
    pub held: Option<HeldVersion>,
}

impl Engine {
    /// Follows the directory at this address from now on, if its first root has this fingerprint, and loads it. Nothing is kept of one that is refused.
    pub fn enrol_directory(
        &self,
        place: &WhereToEnrol,
        progress: &Progress,
    ) -> Result<Refreshed, EngineError> {
        let actor = self.allow(Needs::Right(Right::KeepDirectory))?;
        Source::https(&place.address).map_err(signed_feed::verify::Refusal::from)?;
        let enrolment = Enrolment {
            source: place.address.trim().to_owned(),
            root_fingerprint: typed_fingerprint(&place.fingerprint)?,
            authority_pem: place.authority_pem.clone(),
            enrolled_at: self.store.clock.now(),
            enrolled_by: actor,
        };
        self.refresher
            .enrol(&enrolment, place.from.as_deref(), progress)
    }

    /// Asks for what is new, from the folder if one is named.
    pub fn refresh_directory(
        &self,
        from: Option<&Path>,
        progress: &Progress,
    ) -> Result<Refreshed, EngineError> {
        let actor = self.allow(Needs::Right(Right::KeepDirectory))?;
        self.refresher.refresh(from, &actor, progress)
    }

    /// None before a practice follows a published directory.
    pub fn feed_status(&self) -> Result<Option<FeedStatus>, EngineError> {
        let now = self.store.clock.now();
        let read = self.store.practice.read(|c| {
            let enrolment = trust_table::enrolment(c)?;
            let state = trust_table::refresh_state(c)?;
            let held = trust_table::held(c)?;
            let too_old_since = trust_table::too_old_since(c, now)?;
            Ok::<_, StoreError>((enrolment, state, held, too_old_since))
        })?;
        let (Some(enrolment), state, held, too_old_since) = read else {
            return Ok(None);
        };
        // One that is applied waits no more, though the program ended before that was written down.
        let there = self.store.directory.read(directory_table::publication)?;
        let held = held.filter(|held| Some(&held.publication) != there.as_ref());
        let header = match self.directory_summary() {
            Ok(summary) => Some(summary.header),
            Err(EngineError::NoDirectory) => None,
            Err(error) => return Err(error),
        };
        Ok(Some(FeedStatus {
            address: enrolment.source,
            fingerprint: grouped(&enrolment.root_fingerprint),
            version: header.as_ref().map(|header| header.version),
            published_on: header.map(|header| header.published_on),
            last_checked_at: state.last_checked_at,
            last_good_at: state.last_good_at,
            failing: state.failing,
            expires_at: state.expires_at,
            expired: state.expires_at.is_some_and(|end| end <= now),
            too_old_since,
            clock_warning: state.clock_warning,
            held,
        }))
    }

    /// A person's yes or no to the version that waits, named as it was shown.
    pub fn decide_held_changes(
        &self,
        publication: &str,
        accept: bool,
    ) -> Result<Refreshed, EngineError> {
        let actor = self.allow(Needs::Right(Right::KeepDirectory))?;
        let _one = self.refresher.one_at_a_time()?;
        let read = |c: &_| {
            Ok::<_, StoreError>((
                trust_table::held(c)?,
                trust_table::held_files(c, publication)?,
            ))
        };
        let (Some(held), Some(files)) = self.store.practice.read(read)? else {
            return Err(EngineError::NothingHeld);
        };
        if held.refused || held.publication != publication {
            return Err(EngineError::NothingHeld);
        }
        let there = self.store.directory.read(directory_table::publication)?;
        if there.as_deref() == Some(publication) {
            return Err(EngineError::NothingHeld);
        }
        let files = Arc::new(SignedFiles::kept(files.services, files.endpoints));
        if files.publication != publication {
            return Err(DirectoryError::Damaged.into());
        }
        let act = if accept {
            Act::ChangesAccepted
        } else {
            Act::ChangesRefused
        };
        let act = NewAct::new(act, "", &actor, self.store.clock.now()).with(detail(&held.changes));
        let named = publication.to_owned();
        self.store.practice.write(move |tx| {
            if !accept {
                trust_table::refuse_held(tx, &named)?;
            }
            audit_table::append(tx, &act)
        })?;
        if !accept {
            return Ok(Refreshed::NothingNew);
        }
        let quiet: Progress = Arc::new(|_| ());
        let decided = move |_: &Arrived<'_>| Ok(held.changes);
        run::taken(self.refresher.bring_in(&files, &actor, &quiet, decided))
    }

    /// Why nothing is sent to this address whatever the practice has approved, as a code of `SendProblem`.
    pub(crate) fn stopped(
        &self,
        endpoint: &str,
        address: &str,
        digest: &str,
    ) -> Result<Option<&'static str>, EngineError> {
        let now = self.store.clock.now();
        let found = self.store.practice.read(|c| {
            if trust_table::is_revoked(c, endpoint, address)? {
                return Ok(Some("address-revoked"));
            }
            let too_old = trust_table::too_old_since(c, now)?.is_some();
            let closed = too_old && !trust_table::is_open_by_phone(c, digest, now)?;
            Ok::<_, StoreError>(closed.then_some("directory-too-old"))
        })?;
        Ok(found)
    }
}

/// For the audit trail: counts and no names.
fn detail(changes: &Changes) -> serde_json::Value {
    serde_json::to_value(changes).unwrap_or_default()
}

fn authorities(enrolment: &Enrolment) -> Authorities {
    match &enrolment.authority_pem {
        Some(pem) => Authorities::Only { pem: pem.clone() },
        None => Authorities::OperatingSystem,
    }
}

/// However it was typed: groups, colons, capitals.
fn typed_fingerprint(typed: &str) -> Result<String, EngineError> {
    let digits: String = typed
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, ':' | '-'))
        .collect::<String>()
        .to_ascii_lowercase();
    if digits.len() == 64 && digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        Ok(digits)
    } else {
        Err(EngineError::Fingerprint)
    }
}

/// "3f9a 11c2 …": sixteen groups of four, as one reads them out over the phone.
pub fn grouped(fingerprint: &str) -> String {
    let mut groups = String::with_capacity(fingerprint.len() + fingerprint.len() / 4);
    for (place, digit) in fingerprint.chars().enumerate() {
        if place > 0 && place % 4 == 0 {
            groups.push(' ');
        }
        groups.push(digit);
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_may_be_typed_as_it_was_read_out() {
        let plain = "3f9a11c2".repeat(8);
        assert_eq!(grouped(&plain).split(' ').count(), 16);
        for typed in [
            plain.clone(),
            grouped(&plain),
            plain.to_uppercase(),
            format!(" {}\n", grouped(&plain).replace(' ', ":")),
        ] {
            assert_eq!(typed_fingerprint(&typed).unwrap(), plain);
        }
        for wrong in ["", "3f9a", &plain.replace('f', "g"), &format!("{plain}0")] {
            assert!(typed_fingerprint(wrong).is_err(), "{wrong}");
        }
    }
}
