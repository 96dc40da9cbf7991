//! A published directory for a test: its curators with their keys, the folder that they publish into, and practices that follow it.

#![allow(
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    reason = "the crate is only for tests, which panic where something is not as it should be"
)]

use crate::practice::computer_time;
use crate::program::Program;
use engine::{
    Engine, EngineError,
    refresh::{Refreshed, WhereToEnrol},
};
use jiff::{SignedDuration, Timestamp};
use services_directory::{
    directory_table, feed::Directory, ids::EndpointId, trust_table::StopList,
};
use signed_feed::{
    keys::{KeyPurpose, PublicKey, SigningKey},
    publish::{Keyring, Left, PublishError, Repository, Signers},
    source::Progress,
};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};
use store::{Clock, UseMode};
use tempfile::TempDir;

pub const STARTER: &str = include_str!("../../services-directory/data/starter.jsonl");
/// Nobody answers there: such a practice is given folders.
pub const NOWHERE: &str = "https://directory.example/area/";

/// Three people for the root, two for endpoints, one for services, and the server that renews.
pub struct Curators {
    pub root: Vec<SigningKey>,
    pub targets: Vec<SigningKey>,
    pub services: Vec<SigningKey>,
    pub online: Vec<SigningKey>,
}

impl Default for Curators {
    fn default() -> Self {
        let of = |purpose, holders: &[&str]| {
            holders
                .iter()
                .map(|holder| SigningKey::random(purpose, holder).unwrap())
                .collect()
        };
        Self {
            root: of(KeyPurpose::Root, &["Ann", "Ben", "Cem"]),
            targets: of(KeyPurpose::Targets, &["Ann", "Ben"]),
            services: of(KeyPurpose::Services, &["Ben"]),
            online: of(KeyPurpose::Online, &["Server"]),
        }
    }
}

impl Curators {
    pub fn keyring(&self) -> Keyring {
        let keys = [&self.root, &self.targets, &self.services, &self.online];
        let public: Vec<PublicKey> = keys
            .into_iter()
            .flatten()
            .map(|key| key.public().clone())
            .collect();
        Keyring::new(public).unwrap()
    }

    /// A copy of every key.
    pub fn all(&self) -> Vec<SigningKey> {
        [&self.root, &self.targets, &self.services, &self.online]
            .into_iter()
            .flatten()
            .cloned()
            .collect()
    }
}

/// A folder that curators publish into.
pub struct Area {
    pub curators: Curators,
    pub repository: Repository,
    folder: TempDir,
}

impl Area {
    /// With the first version published, now.
    pub fn publishing(text: &str) -> Self {
        Self::publishing_at(text, computer_time())
    }

    pub fn publishing_at(text: &str, now: Timestamp) -> Self {
        let (folder, curators) = (tempfile::tempdir().unwrap(), Curators::default());
        let keys = curators.all();
        let signers = Signers::keys(&keys);
        let path = folder.path().join("published");
        std::fs::create_dir(&path).unwrap();
        let repository = Repository::create(&path, &curators.keyring(), &signers, now).unwrap();
        let mut area = Self {
            curators,
            repository,
            folder,
        };
        area.publish_at(text, now).unwrap();
        area
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().join("published")
    }

    pub fn publish(&mut self, text: &str) {
        self.publish_at(text, computer_time()).unwrap();
    }

    pub fn publish_at(&mut self, text: &str, now: Timestamp) -> Result<(), PublishError> {
        self.publish_without(text, &[], now).map(drop)
    }

    /// With why each service that is not in it any more has left. Answers the directory as it was published.
    pub fn publish_without(
        &mut self,
        text: &str,
        left: &[Left],
        now: Timestamp,
    ) -> Result<Directory, PublishError> {
        let keys = self.curators.all();
        let edition = self.repository.edition(text, left, now)?;
        self.repository
            .publish(&edition, None, &Signers::keys(&keys), now)?;
        Ok(edition.directory)
    }

    pub fn heartbeat(&mut self) {
        let keys = self.curators.all();
        let signers = Signers::keys(&keys);
        self.repository
            .heartbeat(&signers, computer_time())
            .unwrap();
    }

    pub fn revoke(&mut self, endpoints: &[&str], addresses: &[&str]) {
        let revoked = StopList {
            endpoints: endpoints
                .iter()
                .map(|id| EndpointId::parse(id).unwrap())
                .collect(),
            addresses: addresses.iter().map(|&it| it.to_owned()).collect(),
        };
        let keys = self.curators.all();
        let signers = Signers::keys(&keys);
        self.repository
            .revoke(&revoked, &signers, computer_time())
            .unwrap();
    }

    /// A new root with the keys that the curators have now; those that are given are the old ones.
    pub fn rotate(&mut self, old: &[SigningKey]) {
        let now = computer_time();
        let mut keys = self.curators.all();
        keys.extend(old.iter().cloned());
        let keyring = self.curators.keyring();
        let proposed = self.repository.propose_rotation(&keyring, now).unwrap();
        let signers = Signers::keys(&keys);
        self.repository.rotate(&proposed, &signers, now).unwrap();
    }

    pub fn fingerprint(&self) -> String {
        self.repository.fingerprint().unwrap()
    }

    /// A copy of what is published now, to be spoilt or to be played back later.
    pub fn copy(&self) -> TempDir {
        let copy = tempfile::tempdir().unwrap();
        copy_folder(&self.path(), copy.path());
        copy
    }
}

pub fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// A practice that follows a directory, without the mail that other tests need.
pub struct Follower {
    pub engine: Engine,
    folder: TempDir,
}

impl Follower {
    /// A demonstration by the computer's clock, not enrolled yet.
    pub fn new() -> Self {
        Self::by_clock(Clock::system())
    }

    pub fn by_clock(clock: Clock) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let (engine, _) = Engine::open(&data, UseMode::Demonstration, clock).unwrap();
        Self { engine, folder }
    }

    pub fn enrolled(area: &Area) -> Self {
        let follower = Self::new();
        follower.enrol(area).unwrap();
        follower
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Closed and opened again, by another clock if need be.
    #[must_use]
    pub fn reopened(self, clock: Clock, meanwhile: impl FnOnce(&Path)) -> Self {
        let Self { engine, folder } = self;
        drop(engine);
        let data = folder.path().join("data");
        meanwhile(&data);
        let (engine, _) = Engine::open(&data, UseMode::Demonstration, clock).unwrap();
        Self { engine, folder }
    }

    /// With an earlier copy of what the area published.
    pub fn enrolled_from(area: &Area, copy: &Path) -> Self {
        let follower = Self::new();
        follower.enrol_from(area, copy).unwrap();
        follower
    }

    pub fn enrol(&self, area: &Area) -> Result<Refreshed, EngineError> {
        self.enrol_from(area, &area.path())
    }

    fn enrol_from(&self, area: &Area, folder: &Path) -> Result<Refreshed, EngineError> {
        let place = WhereToEnrol {
            address: NOWHERE.to_owned(),
            fingerprint: area.fingerprint(),
            authority_pem: None,
            from: Some(folder.to_owned()),
        };
        self.engine.enrol_directory(&place, &silent())
    }

    pub fn refresh(&self, from: &Path) -> Result<Refreshed, EngineError> {
        self.engine.refresh_directory(Some(from), &silent())
    }

    /// The code of what it is refused for, or what it came to.
    pub fn outcome(&self, from: &Path) -> String {
        outcome_of(self.refresh(from))
    }

    pub fn directory(&self) -> Directory {
        let read = self.engine.store.directory.read(directory_table::read);
        read.unwrap().unwrap().0
    }

    pub fn version(&self) -> u64 {
        self.directory().header.version
    }
}

impl Default for Follower {
    fn default() -> Self {
        Self::new()
    }
}

/// The code of what a refresh is refused for, or what it came to.
pub fn outcome_of(refreshed: Result<Refreshed, EngineError>) -> String {
    match refreshed {
        Ok(Refreshed::NothingNew) => "nothing-new".to_owned(),
        Ok(Refreshed::Applied(_)) => "applied".to_owned(),
        Ok(Refreshed::Held(_)) => "held".to_owned(),
        Err(error) => error.code().to_owned(),
    }
}

/// By the command line, from the area's own folder.
pub fn enrol_by_command_line(program: &Program, area: &Area) {
    let (from, fingerprint) = (area.path().display().to_string(), area.fingerprint());
    let enrol = ["enrol", NOWHERE, "--fingerprint", &fingerprint];
    let enrolled = program.run(&[&enrol[..], &["--from", &from]].concat());
    assert!(enrolled.succeeded, "{enrolled:?}");
}

/// From the area's own folder.
pub fn enrol(engine: &Engine, area: &Area) {
    let place = WhereToEnrol {
        address: NOWHERE.to_owned(),
        fingerprint: area.fingerprint(),
        authority_pem: None,
        from: Some(area.path()),
    };
    engine.enrol_directory(&place, &silent()).unwrap();
}

/// From the area's own folder.
pub fn refresh(engine: &Engine, area: &Area) -> String {
    outcome_of(engine.refresh_directory(Some(&area.path()), &silent()))
}

pub fn silent() -> Progress {
    Arc::new(|_| {})
}

/// The starter directory with one service's name changed: a small change.
pub fn renamed(to: &str) -> String {
    STARTER.replacen(
        "\"name\":\"Pain Platform\"",
        &format!("\"name\":\"{to}\""),
        1,
    )
}

pub fn days(count: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * count)
}
