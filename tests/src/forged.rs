//! What a thief of keys would publish: metadata of a published folder, changed and signed again with the keys that were stolen.

#![allow(
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    reason = "the crate is only for tests, which panic where something is not as it should be"
)]

use crate::published::Curators;
use jiff::{SignedDuration, Timestamp};
use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};
use signed_feed::{keys::SigningKey, publish::bytes_to_sign};
use std::{
    collections::HashMap,
    num::NonZeroU64,
    path::{Path, PathBuf},
};
use tough::{
    TargetName,
    schema::{
        Hashes, Metafile, Role, Root, Signed, Snapshot, Target, Targets, Timestamp as TimestampRole,
    },
};

/// The metadata that a reader of the folder would find.
pub struct Forged {
    folder: PathBuf,
    pub timestamp: Signed<TimestampRole>,
    pub snapshot: Signed<Snapshot>,
    pub targets: Signed<Targets>,
    pub services: Signed<Targets>,
}

impl Forged {
    pub fn of(folder: &Path) -> Self {
        let metadata = folder.join("metadata");
        let timestamp: Signed<TimestampRole> = read(&metadata.join("timestamp.json"));
        let version = timestamp.signed.meta["snapshot.json"].version;
        let snapshot: Signed<Snapshot> = read(&metadata.join(format!("{version}.snapshot.json")));
        let of = |role: &str| {
            let version = snapshot.signed.meta[&format!("{role}.json")].version;
            read(&metadata.join(format!("{version}.{role}.json")))
        };
        Self {
            folder: folder.to_owned(),
            targets: of("targets"),
            services: of("services"),
            timestamp,
            snapshot,
        }
    }

    /// The services' file replaced by this text, under the next number, signed by the stolen key.
    pub fn services_text(&mut self, text: &str, key: &SigningKey) {
        let number = self.newest("services-") + 1;
        let packed = zstd::encode_all(text.as_bytes(), 3).unwrap();
        self.add_services_file(&format!("services-{number}.jsonl.zst"), &packed, key);
    }

    /// Another file of the services' role.
    pub fn add_services_file(&mut self, name: &str, bytes: &[u8], key: &SigningKey) {
        let (name, target) = self.put(name, bytes);
        let mut role = self.services.signed.clone();
        role.targets.insert(name, target);
        role.version = next(role.version);
        self.services = signed(role, &[key]);
    }

    pub fn newest(&self, prefix: &str) -> u64 {
        let names = self.services.signed.targets.keys();
        names
            .filter_map(|name| {
                let rest = name.raw().strip_prefix(prefix)?;
                rest.split('.').next()?.parse().ok()
            })
            .max()
            .unwrap()
    }

    /// Writes a file under its digest.
    pub fn put(&self, name: &str, bytes: &[u8]) -> (TargetName, Target) {
        let sha256 = Sha256::digest(bytes).to_vec();
        let path = format!("targets/{}.{name}", store::hex(&sha256));
        std::fs::write(self.folder.join(path), bytes).unwrap();
        let target = Target {
            length: bytes.len() as u64,
            hashes: Hashes {
                sha256: sha256.into(),
                _extra: HashMap::new(),
            },
            custom: HashMap::new(),
            _extra: HashMap::new(),
        };
        (TargetName::new(name).unwrap(), target)
    }

    /// Snapshot and timestamp over what stands here now, each a version further, signed by the stolen online key, and all of it written.
    pub fn seal(&mut self, curators: &Curators) {
        let mut snapshot = self.snapshot.signed.clone();
        for (name, version) in [
            ("targets.json", self.targets.signed.version),
            ("services.json", self.services.signed.version),
        ] {
            if snapshot.meta.contains_key(name) {
                snapshot.meta.insert(name.to_owned(), at(version));
            }
        }
        snapshot.version = next(snapshot.version);
        self.snapshot = signed(snapshot, &[&curators.online[0]]);
        self.write();
        self.seal_timestamp(curators);
    }

    /// Only the timestamp over the snapshot as it stands.
    pub fn seal_timestamp(&mut self, curators: &Curators) {
        let mut timestamp = self.timestamp.signed.clone();
        let version = self.snapshot.signed.version;
        timestamp
            .meta
            .insert("snapshot.json".to_owned(), at(version));
        timestamp.version = next(timestamp.version);
        self.timestamp = signed(timestamp, &[&curators.online[0]]);
        self.write_timestamp();
    }

    pub fn write_timestamp(&self) {
        let path = self.folder.join("metadata/timestamp.json");
        write(&path, &self.timestamp);
    }

    pub fn write(&self) {
        let metadata = self.folder.join("metadata");
        let named =
            |role: &str, version: NonZeroU64| metadata.join(format!("{version}.{role}.json"));
        write(
            &named("targets", self.targets.signed.version),
            &self.targets,
        );
        write(
            &named("services", self.services.signed.version),
            &self.services,
        );
        write(
            &named("snapshot", self.snapshot.signed.version),
            &self.snapshot,
        );
        write(&metadata.join("timestamp.json"), &self.timestamp);
    }

    /// The newest root, and where the next one would lie.
    pub fn root(&self) -> Signed<Root> {
        let metadata = self.folder.join("metadata");
        let number =
            (1..).take_while(|number| metadata.join(format!("{number}.root.json")).exists());
        read(&metadata.join(format!("{}.root.json", number.last().unwrap())))
    }

    pub fn write_root(&self, number: u64, root: &Signed<Root>) {
        let name = format!("metadata/{number}.root.json");
        write(&self.folder.join(name), root);
    }
}

/// With no digest and no length: the version alone is what the specification demands.
fn at(version: NonZeroU64) -> Metafile {
    Metafile {
        length: None,
        hashes: None,
        version,
        _extra: HashMap::new(),
    }
}

pub fn next(version: NonZeroU64) -> NonZeroU64 {
    version.checked_add(1).unwrap()
}

pub fn number(version: u64) -> NonZeroU64 {
    NonZeroU64::new(version).unwrap()
}

/// A year on, so that no refusal is for its end.
pub fn far(now: Timestamp) -> Timestamp {
    now + SignedDuration::from_hours(24 * 365)
}

pub fn signed<T: Role>(role: T, keys: &[&SigningKey]) -> Signed<T> {
    let bytes = bytes_to_sign(&role).unwrap();
    let signatures = keys.iter().map(|key| key.sign(&bytes).unwrap()).collect();
    Signed {
        signed: role,
        signatures,
    }
}

fn read<T: DeserializeOwned>(path: &Path) -> T {
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_slice(&bytes).unwrap()
}

fn write(path: &Path, metadata: &impl Serialize) {
    std::fs::write(path, serde_json::to_vec_pretty(metadata).unwrap()).unwrap();
}
