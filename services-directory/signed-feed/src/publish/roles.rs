//! What the metadata of each role says: who may sign, for how long, and which files.

use super::error::PublishError;
use super::signing::{Quorum, RoleName, file_bytes};
use crate::keys::{KeyPurpose, PublicKey};
use crate::layout::{
    ROOT_LIVES, ROOT_THRESHOLD, SERVICES_PATHS, SERVICES_ROLE, TARGETS_LIVE, TARGETS_THRESHOLD,
    TIMESTAMP_AND_SNAPSHOT_LIVE, until,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{
    collections::{BTreeMap, HashMap},
    num::NonZeroU64,
};
use tough::schema::{
    DelegatedRole, Delegations, Hashes, Metafile, PathPattern, PathSet, RoleKeys, RoleType, Root,
    Signed, Snapshot, Target, Targets, Timestamp as TimestampRole,
    decoded::{Decoded, Hex},
};

const SPEC_VERSION: &str = "1.0.0";
/// Where the root says whose key is whose.
const HOLDERS: &str = "onward-holders";

/// All public keys of a directory, with their holders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keyring(Vec<PublicKey>);

#[derive(Serialize, Deserialize)]
struct Holder {
    holder: String,
    purpose: KeyPurpose,
}

impl Keyring {
    /// Three people for the root (two sign), two for the endpoints, one for services, one online key; nobody twice where two must be two.
    pub fn new(keys: Vec<PublicKey>) -> Result<Self, PublishError> {
        for (place, key) in keys.iter().enumerate() {
            let earlier = || keys.iter().take(place);
            let (holder, purpose) = (key.holder.clone(), key.purpose);
            if earlier().any(|other| other.public == key.public) {
                return Err(PublishError::SameKeyTwice { holder, purpose });
            }
            if matches!(purpose, KeyPurpose::Root | KeyPurpose::Targets)
                && earlier().any(|other| other.purpose == purpose && other.same_holder(key))
            {
                return Err(PublishError::OnePersonTwice { holder, purpose });
            }
        }
        for (purpose, need) in [
            (KeyPurpose::Root, 3),
            (KeyPurpose::Targets, 2),
            (KeyPurpose::Services, 1),
            (KeyPurpose::Online, 1),
        ] {
            let have = keys.iter().filter(|key| key.purpose == purpose).count();
            if have < need {
                return Err(PublishError::TooFewKeys {
                    purpose,
                    have,
                    need,
                });
            }
        }
        // In one order, whoever lists them: the same keys make the same root.
        let mut keys = keys;
        keys.sort_by(|one, other| one.public.cmp(&other.public));
        Ok(Self(keys))
    }

    /// The root with which a directory begins, before anybody has signed it.
    pub fn first_root(&self, now: Timestamp) -> Result<Root, PublishError> {
        self.root(1, now)
    }

    fn role_keys(&self, purpose: KeyPurpose, threshold: u64) -> Result<RoleKeys, PublishError> {
        let mut keyids = Vec::new();
        for key in self.0.iter().filter(|key| key.purpose == purpose) {
            keyids.push(key.key_id()?);
        }
        Ok(RoleKeys {
            keyids,
            threshold: nonzero(threshold)?,
            _extra: HashMap::new(),
        })
    }

    pub(super) fn root(&self, version: u64, now: Timestamp) -> Result<Root, PublishError> {
        let (mut keys, mut holders) = (HashMap::new(), BTreeMap::new());
        for key in &self.0 {
            let id = key.key_id()?;
            holders.insert(
                store::hex(&id),
                Holder {
                    holder: key.holder.clone(),
                    purpose: key.purpose,
                },
            );
            keys.insert(id, key.tuf_key());
        }
        let online = self.role_keys(KeyPurpose::Online, 1)?;
        let roles = HashMap::from([
            (
                RoleType::Root,
                self.role_keys(KeyPurpose::Root, ROOT_THRESHOLD)?,
            ),
            (
                RoleType::Targets,
                self.role_keys(KeyPurpose::Targets, TARGETS_THRESHOLD)?,
            ),
            (RoleType::Snapshot, online.clone()),
            (RoleType::Timestamp, online),
        ]);
        let holders =
            serde_json::to_value(holders).map_err(|e| PublishError::Metadata(e.to_string()))?;
        Ok(Root {
            spec_version: SPEC_VERSION.into(),
            consistent_snapshot: true,
            version: nonzero(version)?,
            expires: until(whole_second(now), ROOT_LIVES),
            keys,
            roles,
            _extra: HashMap::from([(HOLDERS.to_owned(), holders)]),
        })
    }
}

/// Whose keys a root names, and what for. Empty where a root does not say so.
pub fn holders_of(root: &Root) -> Vec<PublicKey> {
    let holders: BTreeMap<String, Holder> = root
        ._extra
        .get(HOLDERS)
        .and_then(|holders| serde_json::from_value(holders.clone()).ok())
        .unwrap_or_default();
    let public_half = |id: &String| {
        root.keys.iter().find_map(|(keyid, key)| match key {
            tough::schema::key::Key::Ed25519 { keyval, .. } if store::hex(keyid) == *id => {
                Some(keyval.public.clone())
            }
            _ => None,
        })
    };
    let mut keys: Vec<PublicKey> = holders
        .into_iter()
        .filter_map(|(id, holder)| {
            Some(PublicKey {
                version: 1,
                purpose: holder.purpose,
                public: public_half(&id)?,
                holder: holder.holder,
            })
        })
        .collect();
    keys.sort_by(|one, other| one.public.cmp(&other.public));
    keys
}

/// The delegation of services, from the keys that the root names for it.
pub fn services_delegation(root: &Root) -> Result<Delegations, PublishError> {
    let mut keys: HashMap<Decoded<Hex>, _> = HashMap::new();
    let mut keyids = Vec::new();
    for key in holders_of(root) {
        if key.purpose == KeyPurpose::Services {
            let id = key.key_id()?;
            keys.insert(id.clone(), key.tuf_key());
            keyids.push(id);
        }
    }
    let pattern = |path: &str| PathPattern::new(path);
    let paths = SERVICES_PATHS
        .into_iter()
        .map(pattern)
        .collect::<Result<_, _>>()
        .map_err(|e| PublishError::Metadata(e.to_string()))?;
    Ok(Delegations {
        keys,
        roles: vec![DelegatedRole {
            name: SERVICES_ROLE.to_owned(),
            keyids,
            threshold: NonZeroU64::MIN,
            paths: PathSet::Paths(paths),
            terminating: true,
            targets: None,
        }],
    })
}

pub(super) fn quorum(root: &Root, name: RoleName) -> Result<Quorum<'_>, PublishError> {
    let kind = match name {
        RoleName::Root => RoleType::Root,
        RoleName::Targets => RoleType::Targets,
        RoleName::Snapshot => RoleType::Snapshot,
        RoleName::Timestamp => RoleType::Timestamp,
        RoleName::Services => {
            let delegation = services_delegation(root)?;
            let role = delegation.roles.first().map(DelegatedRole::keys);
            return Ok(Quorum {
                name,
                role: role.ok_or_else(|| PublishError::Metadata("no delegation".into()))?,
                keys: &root.keys,
            });
        }
    };
    let role = root.roles.get(&kind).cloned();
    Ok(Quorum {
        name,
        role: role.ok_or_else(|| PublishError::Metadata(format!("the root names no {kind}")))?,
        keys: &root.keys,
    })
}

/// A `targets` role that names these files and nothing else.
pub(super) fn targets(
    version: u64,
    files: &[(String, &[u8])],
    delegations: Option<Delegations>,
    now: Timestamp,
) -> Result<Targets, PublishError> {
    let expires = until(whole_second(now), TARGETS_LIVE);
    let mut targets = Targets::new(SPEC_VERSION.into(), nonzero(version)?, expires);
    targets.delegations = delegations;
    for (name, bytes) in files {
        let name = tough::TargetName::new(name.as_str())
            .map_err(|e| PublishError::Metadata(e.to_string()))?;
        targets.add_target(name, target_of(bytes));
    }
    Ok(targets)
}

pub(super) fn target_of(bytes: &[u8]) -> Target {
    Target {
        length: bytes.len() as u64,
        hashes: hashes_of(bytes),
        custom: HashMap::new(),
        _extra: HashMap::new(),
    }
}

fn hashes_of(bytes: &[u8]) -> Hashes {
    Hashes {
        sha256: Sha256::digest(bytes).to_vec().into(),
        _extra: HashMap::new(),
    }
}

fn metafile(version: NonZeroU64, bytes: &[u8]) -> Metafile {
    Metafile {
        length: Some(bytes.len() as u64),
        hashes: Some(hashes_of(bytes)),
        version,
        _extra: HashMap::new(),
    }
}

pub(super) fn snapshot(
    version: u64,
    targets: &Signed<Targets>,
    services: &Signed<Targets>,
    now: Timestamp,
) -> Result<Snapshot, PublishError> {
    let expires = until(whole_second(now), TIMESTAMP_AND_SNAPSHOT_LIVE);
    let mut snapshot = Snapshot::new(SPEC_VERSION.into(), nonzero(version)?, expires);
    for (name, role) in [("targets", targets), (SERVICES_ROLE, services)] {
        snapshot.meta.insert(
            format!("{name}.json"),
            metafile(role.signed.version, &file_bytes(role)?),
        );
    }
    Ok(snapshot)
}

pub(super) fn timestamp(
    version: u64,
    snapshot: &Signed<Snapshot>,
    now: Timestamp,
) -> Result<TimestampRole, PublishError> {
    let expires = until(whole_second(now), TIMESTAMP_AND_SNAPSHOT_LIVE);
    let mut timestamp = TimestampRole::new(SPEC_VERSION.into(), nonzero(version)?, expires);
    timestamp.meta.insert(
        "snapshot.json".into(),
        metafile(snapshot.signed.version, &file_bytes(snapshot)?),
    );
    Ok(timestamp)
}

pub(super) fn nonzero(version: u64) -> Result<NonZeroU64, PublishError> {
    NonZeroU64::new(version).ok_or(PublishError::NoMoreVersions(version))
}

pub(super) fn after(version: u64) -> Result<u64, PublishError> {
    version
        .checked_add(1)
        .ok_or(PublishError::NoMoreVersions(version))
}

/// TUF's times have whole seconds (specification 1.0, section 4.2).
fn whole_second(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}
