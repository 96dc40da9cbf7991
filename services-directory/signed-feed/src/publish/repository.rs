//! The published folder: made, read with every signature, published into, kept alive, and its stop-list.

use super::edition::{Edition, Former, Left, compressed, decompressed};
use super::endpoints::{EndpointChanges, endpoints_in};
use super::error::PublishError;
use super::roles::{self, Keyring, after, holders_of, quorum, services_delegation, target_of};
use super::signing::{RoleName, Signers, file_bytes};
use super::writes::Writes;
use crate::layout::{endpoints_target, revoked_target, services_target};
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use services_directory::{model::Endpoint, trust_table::StopList};
use sha2::{Digest, Sha256};
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};
use tough::schema::{Role, Root, Signed, Snapshot, Target, Targets, Timestamp as TimestampRole};

/// Metadata is small; what is larger is not ours.
const MOST_METADATA_BYTES: u64 = 10 << 20;

/// The SHA-256 of the first root's file, by which a practice enrols: `sha256sum metadata/1.root.json` says the same.
pub fn fingerprint(root: &[u8]) -> String {
    store::hex(&Sha256::digest(root))
}

/// What a reader finds at the moment.
#[derive(Debug, Clone)]
pub struct Published {
    pub timestamp: Signed<TimestampRole>,
    pub snapshot: Signed<Snapshot>,
    pub targets: Signed<Targets>,
    pub services: Signed<Targets>,
}

/// The endpoints' metadata before anybody has signed it, with its file.
#[derive(Debug, Clone)]
pub struct ProposedTargets {
    pub role: Targets,
    /// The file's name in `role`.
    pub name: String,
    pub file: Vec<u8>,
}

/// A step that is signed and not yet written.
#[derive(Debug, Clone)]
pub struct Step {
    pub writes: Writes,
    pub(super) root: Option<Signed<Root>>,
    pub(super) after: Option<Published>,
}

/// A published folder, for one process at a time.
#[derive(Debug)]
pub struct Repository {
    folder: PathBuf,
    /// Each signed by the one before it, from the first on.
    pub(super) roots: Vec<Signed<Root>>,
    published: Option<Published>,
    _lock: File,
}

impl Repository {
    /// Makes the root. Nothing is published by that; practices can already be given the fingerprint.
    pub fn create(
        folder: &Path,
        keys: &Keyring,
        signers: &Signers<'_>,
        now: Timestamp,
    ) -> Result<Self, PublishError> {
        let root = keys.root(1, now)?;
        Self::create_with(folder, &root, signers)
    }

    /// From a root that was prepared before, for those who sign apart from each other.
    pub fn create_with(
        folder: &Path,
        root: &Root,
        signers: &Signers<'_>,
    ) -> Result<Self, PublishError> {
        let lock = lock(folder)?;
        if root_path(folder, 1).exists() {
            return Err(PublishError::Exists(folder.to_path_buf()));
        }
        let quorum = quorum(root, RoleName::Root)?;
        let root = signers.sign(root.clone(), &quorum)?;
        let mut writes = Writes::default();
        writes.add("metadata/1.root.json", file_bytes(&root)?);
        writes.carry_out(folder)?;
        Ok(Self {
            folder: folder.to_path_buf(),
            roots: vec![root],
            published: None,
            _lock: lock,
        })
    }

    /// Reads the folder with every signature and digest. What has expired is read too, so that it can be renewed.
    pub fn open(folder: &Path) -> Result<Self, PublishError> {
        if !root_path(folder, 1).exists() {
            return Err(PublishError::NoRepository(folder.to_path_buf()));
        }
        let lock = lock(folder)?;
        let roots = read_roots(folder)?;
        let mut repository = Self {
            folder: folder.to_path_buf(),
            roots,
            published: None,
            _lock: lock,
        };
        repository.published = repository.read_published()?;
        Ok(repository)
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The newest root.
    pub fn root(&self) -> Result<&Root, PublishError> {
        self.roots
            .last()
            .map(|root| &root.signed)
            .ok_or_else(|| PublishError::NoRepository(self.folder.clone()))
    }

    pub fn published(&self) -> Option<&Published> {
        self.published.as_ref()
    }

    /// What practices type when they enrol.
    pub fn fingerprint(&self) -> Result<String, PublishError> {
        Ok(fingerprint(&read(&self.folder, "metadata/1.root.json")?))
    }

    /// The text as the next version of this directory. Of each service that is published and no longer in it, somebody says why.
    pub fn edition(
        &self,
        text: &str,
        left: &[Left],
        now: Timestamp,
    ) -> Result<Edition, PublishError> {
        let newest = self.published.as_ref().map_or(0, |published| {
            let names = [&published.services, &published.targets];
            let numbers = names
                .iter()
                .flat_map(|role| role.signed.targets.keys())
                .filter_map(|name| version_in(name.raw()));
            numbers.max().unwrap_or(0)
        });
        let former = Former::in_text(&self.services_text()?.unwrap_or_default());
        let today = store::clock::local_date(now);
        let edition = Edition::new(text, after(newest)?, today, &former, left)?;
        match former.directory {
            Some(published) if published != edition.directory.header.id => {
                Err(PublishError::AnotherDirectory {
                    published,
                    found: edition.directory.header.id,
                })
            }
            _ => Ok(edition),
        }
    }

    /// The services as they are published; none before the first publication.
    pub fn services_text(&self) -> Result<Option<String>, PublishError> {
        let role = self.published.as_ref().map(|published| &published.services);
        self.text_of(role, "services-")
    }

    pub fn endpoints(&self) -> Result<Vec<Endpoint>, PublishError> {
        let role = self.published.as_ref().map(|published| &published.targets);
        let text = self.text_of(role, "endpoints-")?;
        endpoints_in(&text.unwrap_or_default())
    }

    pub fn revoked(&self) -> Result<StopList, PublishError> {
        let Some(published) = &self.published else {
            return Ok(StopList::default());
        };
        let Some((name, target)) = file_of(&published.services, "revoked-") else {
            return Ok(StopList::default());
        };
        let bytes = self.target_bytes(&name, target)?;
        serde_json::from_slice(&bytes).map_err(|e| PublishError::Damaged {
            file: name,
            why: e.to_string(),
        })
    }

    /// Name and bytes of the endpoints as they are published.
    pub(super) fn endpoints_file(&self) -> Result<Option<(String, Vec<u8>)>, PublishError> {
        let role = self.published.as_ref().map(|published| &published.targets);
        let Some((name, target)) = role.and_then(|role| file_of(role, "endpoints-")) else {
            return Ok(None);
        };
        let bytes = self.target_bytes(&name, target)?;
        Ok(Some((name, bytes)))
    }

    fn text_of(
        &self,
        role: Option<&Signed<Targets>>,
        prefix: &str,
    ) -> Result<Option<String>, PublishError> {
        let Some((name, target)) = role.and_then(|role| file_of(role, prefix)) else {
            return Ok(None);
        };
        decompressed(&self.target_bytes(&name, target)?, &name).map(Some)
    }

    fn target_bytes(&self, name: &str, target: &Target) -> Result<Vec<u8>, PublishError> {
        let path = target_path(name, target);
        let bytes = read(&self.folder, &path)?;
        if Sha256::digest(&bytes).as_slice() == target.hashes.sha256.as_ref() {
            Ok(bytes)
        } else {
            Err(damaged(&path, "another digest"))
        }
    }

    /// What two people have to sign, if anything: endpoints that differ from the published ones, other keys for services, or a signature to be renewed.
    pub fn propose_targets(
        &self,
        edition: &Edition,
        renew: bool,
        now: Timestamp,
    ) -> Result<Option<ProposedTargets>, PublishError> {
        let delegation = services_delegation(self.root()?)?;
        let version = match &self.published {
            Some(published) => {
                let current = &published.targets.signed;
                let changes =
                    EndpointChanges::between(&self.endpoints()?, &edition.directory.endpoints);
                let same_keys = current.delegations.as_ref() == Some(&delegation);
                if changes.is_empty() && same_keys && !renew && self.targets_hold() {
                    return Ok(None);
                }
                after(current.version.get())?
            }
            None => 1,
        };
        let name = endpoints_target(edition.directory.header.version);
        let file = compressed(&edition.texts.endpoints)?;
        let files = [(name.clone(), file.as_slice())];
        let role = roles::targets(version, &files, Some(delegation), now)?;
        Ok(Some(ProposedTargets { role, name, file }))
    }

    /// Whether the published endpoints still have enough signatures of those whom the newest root names.
    fn targets_hold(&self) -> bool {
        match (&self.published, self.root()) {
            (Some(published), Ok(root)) => root.verify_role(&published.targets).is_ok(),
            _ => false,
        }
    }

    /// Publishes an edition: with the endpoints' metadata as others have signed it, else as it comes out now.
    pub fn publish(
        &mut self,
        edition: &Edition,
        proposed: Option<&ProposedTargets>,
        signers: &Signers<'_>,
        now: Timestamp,
    ) -> Result<(), PublishError> {
        let step = self.plan_publication(edition, proposed, signers, now)?;
        self.carry_out(step)
    }

    pub fn plan_publication(
        &self,
        edition: &Edition,
        proposed: Option<&ProposedTargets>,
        signers: &Signers<'_>,
        now: Timestamp,
    ) -> Result<Step, PublishError> {
        let own;
        let proposed = if let Some(given) = proposed {
            self.still_fits(given, edition)?;
            Some(given)
        } else {
            own = self.propose_targets(edition, false, now)?;
            own.as_ref()
        };
        let root = self.root()?;
        let mut writes = Writes::default();
        let targets = match (proposed, &self.published) {
            (Some(proposed), _) => {
                let quorum = quorum(root, RoleName::Targets)?;
                let signed = signers.sign(proposed.role.clone(), &quorum)?;
                add_target(&mut writes, &proposed.name, &proposed.file);
                signed
            }
            (None, Some(published)) => published.targets.clone(),
            (None, None) => return Err(PublishError::NothingPublished),
        };
        let file = compressed(&edition.texts.services)?;
        let name = services_target(edition.directory.header.version);
        add_target(&mut writes, &name, &file);
        let (revoked_name, revoked) = self.revoked_file()?;
        if self.published.is_none() {
            add_target(&mut writes, &revoked_name, &revoked);
        }
        let files = [(name, file.as_slice()), (revoked_name, revoked.as_slice())];
        self.finished(writes, None, targets, Some(&files), signers, now)
    }

    fn still_fits(&self, given: &ProposedTargets, edition: &Edition) -> Result<(), PublishError> {
        let published = self
            .published
            .as_ref()
            .map_or(0, |published| published.targets.signed.version.get());
        let request = given.role.version.get();
        if after(published)? != request {
            return Err(PublishError::StaleRequest { request, published });
        }
        let asked = endpoints_in(&decompressed(&given.file, &given.name)?)?;
        if EndpointChanges::between(&asked, &edition.directory.endpoints).is_empty() {
            Ok(())
        } else {
            Err(PublishError::OtherEndpoints)
        }
    }

    /// The files that the services' key has signed, to be signed again.
    pub(super) fn services_files(&self) -> Result<Vec<(String, Vec<u8>)>, PublishError> {
        let published = self.published.as_ref();
        let role = &published.ok_or(PublishError::NothingPublished)?.services;
        let mut files = Vec::new();
        for (name, target) in &role.signed.targets {
            let name = name.raw().to_owned();
            let bytes = self.target_bytes(&name, target)?;
            files.push((name, bytes));
        }
        Ok(files)
    }

    /// The stop-list's file as it stands, or an empty first one.
    fn revoked_file(&self) -> Result<(String, Vec<u8>), PublishError> {
        let current = self
            .published
            .as_ref()
            .and_then(|published| file_of(&published.services, "revoked-"));
        match current {
            Some((name, target)) => {
                let bytes = self.target_bytes(&name, target)?;
                Ok((name, bytes))
            }
            None => Ok((revoked_target(1), revoked_bytes(&StopList::default())?)),
        }
    }

    /// Signs timestamp and snapshot anew, so that readers know that this is still the newest.
    pub fn heartbeat(&mut self, signers: &Signers<'_>, now: Timestamp) -> Result<(), PublishError> {
        let step = self.plan_heartbeat(signers, now)?;
        self.carry_out(step)
    }

    pub fn plan_heartbeat(
        &self,
        signers: &Signers<'_>,
        now: Timestamp,
    ) -> Result<Step, PublishError> {
        let published = self.published.as_ref();
        let targets = published
            .ok_or(PublishError::NothingPublished)?
            .targets
            .clone();
        self.finished(Writes::default(), None, targets, None, signers, now)
    }

    /// Publishes another stop-list. It needs no second person: it can only stop what would be sent.
    pub fn revoke(
        &mut self,
        revoked: &StopList,
        signers: &Signers<'_>,
        now: Timestamp,
    ) -> Result<(), PublishError> {
        let step = self.plan_revocation(revoked, signers, now)?;
        self.carry_out(step)
    }

    pub fn plan_revocation(
        &self,
        revoked: &StopList,
        signers: &Signers<'_>,
        now: Timestamp,
    ) -> Result<Step, PublishError> {
        let published = self.published.as_ref();
        let published = published.ok_or(PublishError::NothingPublished)?;
        let (name, target) = file_of(&published.services, "services-")
            .ok_or_else(|| damaged("the services' metadata", "it names no services"))?;
        let services = self.target_bytes(&name, target)?;
        let number = file_of(&published.services, "revoked-")
            .and_then(|(name, _)| version_in(&name))
            .unwrap_or(0);
        let list = revoked_bytes(revoked)?;
        let list_name = revoked_target(after(number)?);
        let mut writes = Writes::default();
        add_target(&mut writes, &list_name, &list);
        let files = [(name, services.as_slice()), (list_name, list.as_slice())];
        let targets = published.targets.clone();
        self.finished(writes, None, targets, Some(&files), signers, now)
    }

    /// Signs services (where there are files), snapshot and timestamp over the endpoints' metadata, checks all of it as a reader will, and lists
    /// the writes in their order.
    pub(super) fn finished(
        &self,
        mut writes: Writes,
        new_root: Option<Signed<Root>>,
        targets: Signed<Targets>,
        services: Option<&[(String, &[u8])]>,
        signers: &Signers<'_>,
        now: Timestamp,
    ) -> Result<Step, PublishError> {
        let root = match &new_root {
            Some(root) => &root.signed,
            None => self.root()?,
        };
        let old = self.published.as_ref();
        let version_of = |version: Option<u64>| after(version.unwrap_or(0));
        let services = match (services, old) {
            (Some(files), _) => {
                let version = version_of(old.map(|old| old.services.signed.version.get()))?;
                let role = roles::targets(version, files, None, now)?;
                signers.sign(role, &quorum(root, RoleName::Services)?)?
            }
            (None, Some(old)) => old.services.clone(),
            (None, None) => return Err(PublishError::NothingPublished),
        };
        let version = version_of(old.map(|old| old.snapshot.signed.version.get()))?;
        let snapshot = roles::snapshot(version, &targets, &services, now)?;
        let snapshot = signers.sign(snapshot, &quorum(root, RoleName::Snapshot)?)?;
        let version = version_of(old.map(|old| old.timestamp.signed.version.get()))?;
        let timestamp = roles::timestamp(version, &snapshot, now)?;
        let timestamp = signers.sign(timestamp, &quorum(root, RoleName::Timestamp)?)?;
        let after = Published {
            timestamp,
            snapshot,
            targets,
            services,
        };
        verify(root, &after)?;
        if old.is_none_or(|old| old.targets != after.targets) {
            add_metadata(&mut writes, &after.targets, "targets")?;
        }
        if old.is_none_or(|old| old.services != after.services) {
            add_metadata(&mut writes, &after.services, "services")?;
        }
        add_metadata(&mut writes, &after.snapshot, "snapshot")?;
        if let Some(root) = &new_root {
            add_metadata(&mut writes, root, "root")?;
        }
        writes.add("metadata/timestamp.json", file_bytes(&after.timestamp)?);
        Ok(Step {
            writes,
            root: new_root,
            after: Some(after),
        })
    }

    pub(super) fn carry_out(&mut self, step: Step) -> Result<(), PublishError> {
        step.writes.carry_out(&self.folder)?;
        self.roots.extend(step.root);
        if step.after.is_some() {
            self.published = step.after;
        }
        Ok(())
    }

    fn read_published(&self) -> Result<Option<Published>, PublishError> {
        if !self.folder.join("metadata/timestamp.json").exists() {
            return Ok(None);
        }
        let timestamp: Signed<TimestampRole> = self.metadata("timestamp.json")?;
        let named = |meta: &std::collections::HashMap<String, tough::schema::Metafile>,
                     name: &str| {
            let found = meta.get(&format!("{name}.json")).map(|found| found.version);
            found
                .map(|version| format!("{version}.{name}.json"))
                .ok_or_else(|| damaged("metadata", &format!("it names no {name}.json")))
        };
        let snapshot: Signed<Snapshot> =
            self.metadata(&named(&timestamp.signed.meta, "snapshot")?)?;
        let targets = self.metadata(&named(&snapshot.signed.meta, "targets")?)?;
        let services = self.metadata(&named(&snapshot.signed.meta, "services")?)?;
        let published = Published {
            timestamp,
            snapshot,
            targets,
            services,
        };
        self.check(&published)?;
        Ok(Some(published))
    }

    /// Each signature by some root of this directory: where a change of keys was cut, the newest is not yet that of the timestamp.
    fn check(&self, published: &Published) -> Result<(), PublishError> {
        let refused = |e: &PublishError| damaged("metadata", &e.to_string());
        let mut last = Ok(());
        for root in self.roots.iter().rev().take(2) {
            last = verify(&root.signed, published);
            if last.is_ok() {
                break;
            }
        }
        last.map_err(|e| refused(&e))?;
        let digests = published.snapshot.signed.meta.iter();
        for (name, meta) in digests {
            let bytes = match name.as_str() {
                "targets.json" => file_bytes(&published.targets)?,
                "services.json" => file_bytes(&published.services)?,
                _ => continue,
            };
            let digest = meta.hashes.as_ref().map(|hashes| hashes.sha256.to_vec());
            if digest.as_deref() != Some(Sha256::digest(&bytes).as_slice()) {
                return Err(damaged(name, "another digest"));
            }
        }
        Ok(())
    }

    fn metadata<T: DeserializeOwned>(&self, name: &str) -> Result<T, PublishError> {
        let bytes = read(&self.folder, &format!("metadata/{name}"))?;
        serde_json::from_slice(&bytes).map_err(|e| damaged(name, &e.to_string()))
    }

    /// The people whose keys the newest root names.
    pub fn holders(&self) -> Result<Vec<crate::keys::PublicKey>, PublishError> {
        Ok(holders_of(self.root()?))
    }
}

/// As a reader does it: each role by the keys that the role above names.
pub(super) fn verify(root: &Root, published: &Published) -> Result<(), PublishError> {
    let refused = |e: tough::schema::Error| PublishError::Metadata(e.to_string());
    root.verify_role(&published.timestamp).map_err(refused)?;
    root.verify_role(&published.snapshot).map_err(refused)?;
    root.verify_role(&published.targets).map_err(refused)?;
    let delegations = published.targets.signed.delegations.as_ref();
    delegations
        .ok_or_else(|| PublishError::Metadata("services are delegated to nobody".into()))?
        .verify_role(&published.services, crate::layout::SERVICES_ROLE)
        .map_err(refused)
}

fn read_roots(folder: &Path) -> Result<Vec<Signed<Root>>, PublishError> {
    let mut roots: Vec<Signed<Root>> = Vec::new();
    loop {
        let version = roots.len() as u64 + 1;
        let path = root_path(folder, version);
        if !path.exists() {
            return Ok(roots);
        }
        let name = format!("metadata/{version}.root.json");
        let root: Signed<Root> = serde_json::from_slice(&read(folder, &name)?)
            .map_err(|e| damaged(&name, &e.to_string()))?;
        if !follows(roots.last(), &root, version) {
            return Err(damaged(&name, "its signatures are not right"));
        }
        roots.push(root);
    }
}

/// Whether a root is the next one: signed by those whom the one before it names, and by those whom it names itself.
pub(super) fn follows(before: Option<&Signed<Root>>, root: &Signed<Root>, version: u64) -> bool {
    let before = before.map_or(&root.signed, |before| &before.signed);
    before.verify_role(root).is_ok()
        && root.signed.verify_role(root).is_ok()
        && root.signed.version.get() == version
}

fn root_path(folder: &Path, version: u64) -> PathBuf {
    folder.join(format!("metadata/{version}.root.json"))
}

fn lock(folder: &Path) -> Result<File, PublishError> {
    fs::create_dir_all(folder).map_err(PublishError::file(folder))?;
    let path = folder.join(".publishing.lock");
    let file = File::create(&path).map_err(PublishError::file(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => Err(PublishError::Busy),
        Err(fs::TryLockError::Error(source)) => Err(PublishError::File { path, source }),
    }
}

fn read(folder: &Path, name: &str) -> Result<Vec<u8>, PublishError> {
    let path = folder.join(name);
    let size = fs::metadata(&path)
        .map_err(PublishError::file(&path))?
        .len();
    if name.starts_with("metadata/") && size > MOST_METADATA_BYTES {
        return Err(damaged(name, "it is too long"));
    }
    fs::read(&path).map_err(PublishError::file(&path))
}

fn damaged(file: &str, why: &str) -> PublishError {
    PublishError::Damaged {
        file: file.to_owned(),
        why: why.to_owned(),
    }
}

/// The newest file of that kind which a role names.
fn file_of<'a>(role: &'a Signed<Targets>, prefix: &str) -> Option<(String, &'a Target)> {
    role.signed
        .targets
        .iter()
        .filter(|(name, _)| name.raw().starts_with(prefix))
        .max_by_key(|(name, _)| version_in(name.raw()))
        .map(|(name, target)| (name.raw().to_owned(), target))
}

/// 7 of `services-7.jsonl.zst`.
fn version_in(name: &str) -> Option<u64> {
    name.split_once('-')?.1.split('.').next()?.parse().ok()
}

fn target_path(name: &str, target: &Target) -> String {
    format!("targets/{}.{name}", store::hex(&target.hashes.sha256))
}

fn add_target(writes: &mut Writes, name: &str, bytes: &[u8]) {
    writes.add(target_path(name, &target_of(bytes)), bytes.to_vec());
}

fn add_metadata<T: Role>(
    writes: &mut Writes,
    signed: &Signed<T>,
    name: &str,
) -> Result<(), PublishError> {
    let version = signed.signed.version();
    writes.add(
        format!("metadata/{version}.{name}.json"),
        file_bytes(signed)?,
    );
    Ok(())
}

fn revoked_bytes(revoked: &StopList) -> Result<Vec<u8>, PublishError> {
    let mut bytes =
        serde_json::to_vec_pretty(revoked).map_err(|e| PublishError::Metadata(e.to_string()))?;
    bytes.push(b'\n');
    Ok(bytes)
}
