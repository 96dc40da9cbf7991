//! What this house asks beyond TUF: two people for endpoints, one delegated role and no other, no version that goes down, no two contents under one version.

use super::{Refusal, parsed, trusted};
use crate::layout::{SERVICES_PATHS, SERVICES_ROLE, TARGETS_THRESHOLD};
use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use services_directory::trust_table::{FileKind, Trust, TrustedFile, TrustedRole};
use std::collections::{BTreeMap, BTreeSet};
use tough::{
    Repository,
    schema::{
        PathSet, Role, RoleKeys, RoleType, Root, Signed, Snapshot, Targets,
        Timestamp as TimestampRole, key::Key,
    },
};

/// A file as its role signs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SignedFile {
    pub name: String,
    pub number: u64,
    pub sha256: String,
    pub length: u64,
}

impl SignedFile {
    /// Below the base: consistent snapshots put the digest in front of the name.
    pub fn path(&self) -> String {
        format!("targets/{}.{}", self.sha256, self.name)
    }

    fn trusted(&self) -> TrustedFile {
        TrustedFile {
            number: self.number,
            sha256: self.sha256.clone(),
        }
    }
}

/// What was loaded and holds.
#[derive(Debug)]
pub(super) struct Loaded {
    pub services: SignedFile,
    pub endpoints: SignedFile,
    pub revoked: Option<SignedFile>,
    services_role: Signed<Targets>,
    expires_at: Timestamp,
}

impl Loaded {
    pub fn trust(&self, repository: &Repository, etag: Option<String>) -> Result<Trust, Refusal> {
        let mut files = BTreeMap::from([
            (FileKind::Services, self.services.trusted()),
            (FileKind::Endpoints, self.endpoints.trusted()),
        ]);
        if let Some(revoked) = &self.revoked {
            files.insert(FileKind::Revoked, revoked.trusted());
        }
        Ok(Trust {
            roles: BTreeMap::from([
                (TrustedRole::Root, trusted(repository.root())?),
                (TrustedRole::Timestamp, trusted(repository.timestamp())?),
                (TrustedRole::Snapshot, trusted(repository.snapshot())?),
                (TrustedRole::Targets, trusted(repository.targets())?),
                (TrustedRole::Services, trusted(&self.services_role)?),
            ]),
            files,
            etag,
            expires_at: Some(self.expires_at),
        })
    }
}

pub(super) fn check(
    repository: &Repository,
    known: &Trust,
    now: Timestamp,
) -> Result<Loaded, Refusal> {
    let root = &repository.root().signed;
    check_root(root)?;
    let targets = repository.targets();
    let services_role = services_role(&targets.signed)?;
    let listed = format!("{SERVICES_ROLE}.json");
    if !repository.snapshot().signed.meta.contains_key(&listed) {
        return Err(Refusal::Roles("the snapshot leaves out the services"));
    }

    let ends = [
        root.expires,
        repository.timestamp().signed.expires,
        repository.snapshot().signed.expires,
        targets.signed.expires,
        services_role.signed.expires,
    ];
    let expires_at = ends.into_iter().min().unwrap_or(Timestamp::MIN);
    check_end(Some(expires_at), now)?;

    // A version goes down only where those who signed the higher one sign no more: the way back after their keys were stolen. What is known is asked
    // itself, not the root before: that root may have been believed already, in a refresh that got no further (TUF 1.0, section 5.3.11).
    let fresh_start = outlived(
        known,
        TrustedRole::Timestamp,
        |it: &Signed<TimestampRole>| root.verify_role(it).is_ok(),
    )? || outlived(known, TrustedRole::Snapshot, |it: &Signed<Snapshot>| {
        root.verify_role(it).is_ok()
    })?;
    let new_targets = outlived(known, TrustedRole::Targets, |it: &Signed<Targets>| {
        root.verify_role(it).is_ok()
    })?;
    let delegations = targets.signed.delegations.as_ref();
    let new_services = outlived(known, TrustedRole::Services, |it: &Signed<Targets>| {
        delegations.is_some_and(|keys| keys.verify_role(it, SERVICES_ROLE).is_ok())
    })?;
    follows(
        known,
        TrustedRole::Timestamp,
        repository.timestamp(),
        fresh_start,
    )?;
    follows(
        known,
        TrustedRole::Snapshot,
        repository.snapshot(),
        fresh_start,
    )?;
    follows(known, TrustedRole::Targets, targets, new_targets)?;
    follows(known, TrustedRole::Services, services_role, new_services)?;

    // Endpoints from the top-level role and from nowhere else.
    let endpoints = newest(&targets.signed, "endpoints-", ".jsonl.zst")?;
    let services = newest(&services_role.signed, "services-", ".jsonl.zst")?;
    let revoked = newest(&services_role.signed, "revoked-", ".json")?;
    let missing = Refusal::Roles("it names no services or no endpoints");
    let (Some(endpoints), Some(services)) = (endpoints, services) else {
        return Err(missing);
    };
    if known.files.contains_key(&FileKind::Revoked) && revoked.is_none() && !new_services {
        return Err(Refusal::Roles("the stop-list is left out"));
    }
    file_follows(known, FileKind::Endpoints, Some(&endpoints), new_targets)?;
    file_follows(known, FileKind::Services, Some(&services), new_services)?;
    file_follows(known, FileKind::Revoked, revoked.as_ref(), new_services)?;
    Ok(Loaded {
        services,
        endpoints,
        revoked,
        services_role: services_role.clone(),
        expires_at,
    })
}

pub(super) fn check_end(expires_at: Option<Timestamp>, now: Timestamp) -> Result<(), Refusal> {
    match expires_at {
        Some(end) if end > now => Ok(()),
        on => Err(Refusal::Expired { on }),
    }
}

/// Two different keys at least for endpoints and for the root itself; no key twice under different names (RUSTSEC-2020-0024).
pub(super) fn check_root(root: &Root) -> Result<(), Refusal> {
    if !root.consistent_snapshot {
        return Err(Refusal::Roles("without consistent snapshots"));
    }
    for role in [
        RoleType::Root,
        RoleType::Targets,
        RoleType::Snapshot,
        RoleType::Timestamp,
    ] {
        let keys = root
            .roles
            .get(&role)
            .ok_or(Refusal::Roles("a role is left out"))?;
        let different = different_keys(root, keys)?;
        if (different as u64) < keys.threshold.get() {
            return Err(Refusal::Roles("fewer keys than must sign"));
        }
        let by_two = matches!(role, RoleType::Root | RoleType::Targets);
        if by_two && keys.threshold.get() < TARGETS_THRESHOLD {
            return Err(Refusal::Roles(
                "endpoints or root signed by one person alone",
            ));
        }
    }
    Ok(())
}

fn different_keys(root: &Root, role: &RoleKeys) -> Result<usize, Refusal> {
    let mut different = BTreeSet::new();
    for id in &role.keyids {
        let key = root
            .keys
            .get(id)
            .ok_or(Refusal::Roles("a key is missing"))?;
        if !different.insert(public_half(key)?) {
            return Err(Refusal::Roles("one key under two names"));
        }
    }
    Ok(different.len())
}

fn public_half(key: &Key) -> Result<Vec<u8>, Refusal> {
    match key {
        Key::Ed25519 { keyval, .. } => Ok(keyval.public.to_vec()),
        _ => Err(Refusal::Roles("a key that is not Ed25519")),
    }
}

/// The one delegated role that there may be, with what it signs.
fn services_role(targets: &Targets) -> Result<&Signed<Targets>, Refusal> {
    let delegations = targets.delegations.as_ref();
    let roles = delegations
        .map(|it| it.roles.as_slice())
        .unwrap_or_default();
    let [role] = roles else {
        return Err(Refusal::Roles("not exactly one delegated role"));
    };
    let signs_only_its_own = match &role.paths {
        PathSet::Paths(paths) => paths
            .iter()
            .all(|path| SERVICES_PATHS.contains(&path.value())),
        PathSet::PathHashPrefixes(_) => false,
    };
    if role.name != SERVICES_ROLE || !signs_only_its_own {
        return Err(Refusal::Roles("another delegated role than the services'"));
    }
    let signed = role
        .targets
        .as_ref()
        .ok_or(Refusal::Roles("the services' role is left out"))?;
    let delegates = signed
        .signed
        .delegations
        .as_ref()
        .is_some_and(|it| !it.roles.is_empty());
    if delegates {
        return Err(Refusal::Roles("the services' role delegates"));
    }
    Ok(signed)
}

/// Whether what is known of a role would not be believed any more: those who signed it were replaced. A key that comes in beside theirs replaces nobody.
fn outlived<T: DeserializeOwned>(
    known: &Trust,
    role: TrustedRole,
    verifies: impl Fn(&Signed<T>) -> bool,
) -> Result<bool, Refusal> {
    let Some(metadata) = known.roles.get(&role) else {
        return Ok(false);
    };
    Ok(!verifies(&parsed(&metadata.json)?))
}

/// No version below the known one, and none with the same number and other contents.
fn follows<T: Role + Serialize>(
    known: &Trust,
    role: TrustedRole,
    new: &Signed<T>,
    signers_replaced: bool,
) -> Result<(), Refusal> {
    let Some(old) = known.roles.get(&role) else {
        return Ok(());
    };
    let version = new.signed.version().get();
    // A number that cannot be counted further would end all refreshing: nobody gets there by publishing.
    if i64::try_from(version).is_err() {
        return Err(Refusal::Forked);
    }
    if version < old.version && !signers_replaced {
        return Err(Refusal::Older);
    }
    if version == old.version {
        let old: Value = parsed(&old.json)?;
        let new = serde_json::to_value(&new.signed).map_err(|_| Refusal::Internal)?;
        if old.get("signed") != Some(&new) && !signers_replaced {
            return Err(Refusal::Forked);
        }
    }
    Ok(())
}

fn file_follows(
    known: &Trust,
    kind: FileKind,
    new: Option<&SignedFile>,
    signers_replaced: bool,
) -> Result<(), Refusal> {
    let (Some(old), Some(new)) = (known.files.get(&kind), new) else {
        return Ok(());
    };
    if signers_replaced {
        Ok(())
    } else if new.number < old.number {
        Err(Refusal::Older)
    } else if new.number == old.number && new.sha256 != old.sha256 {
        Err(Refusal::Forked)
    } else {
        Ok(())
    }
}

/// The file of a role with the highest number. A number is written in one way only.
fn newest(role: &Targets, prefix: &str, ending: &str) -> Result<Option<SignedFile>, Refusal> {
    let mut found: Option<SignedFile> = None;
    for (name, target) in &role.targets {
        let raw = name.raw();
        let number = raw
            .strip_prefix(prefix)
            .and_then(|rest| rest.strip_suffix(ending));
        let Some(digits) = number else {
            continue;
        };
        let number = digits
            .parse::<u64>()
            .ok()
            .filter(|number| number.to_string() == digits && i64::try_from(*number).is_ok());
        let number = number.ok_or(Refusal::Roles("a file whose number is none"))?;
        if found.as_ref().is_none_or(|best| best.number < number) {
            found = Some(SignedFile {
                name: raw.to_owned(),
                number,
                sha256: store::hex(&target.hashes.sha256),
                length: target.length,
            });
        }
    }
    Ok(found)
}
