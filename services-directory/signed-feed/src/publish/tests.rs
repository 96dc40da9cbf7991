//! What a curator publishes, read by tough as a practice reads it; and a publication that is cut at each of its writes.

use super::*;
use crate::keys::{KeyPurpose, PublicKey, SigningKey};
use jiff::Timestamp;
use std::path::Path;

const STARTER: &str = include_str!("../../../data/starter.jsonl");

/// A directory's people: three root keys, two for endpoints, one for services, one online.
struct Curators {
    root: Vec<SigningKey>,
    targets: Vec<SigningKey>,
    services: Vec<SigningKey>,
    online: Vec<SigningKey>,
}

fn key(purpose: KeyPurpose, holder: &str) -> SigningKey {
    SigningKey::random(purpose, holder).unwrap()
}

impl Curators {
    fn new() -> Self {
        let of =
            |purpose, holders: &[&str]| holders.iter().map(|holder| key(purpose, holder)).collect();
        Self {
            root: of(KeyPurpose::Root, &["Ann", "Ben", "Cem"]),
            targets: of(KeyPurpose::Targets, &["Ann", "Ben"]),
            services: of(KeyPurpose::Services, &["Ben"]),
            online: of(KeyPurpose::Online, &["Server"]),
        }
    }

    fn public(&self) -> Vec<PublicKey> {
        [&self.root, &self.targets, &self.services, &self.online]
            .into_iter()
            .flatten()
            .map(|key| key.public().clone())
            .collect()
    }

    fn keyring(&self) -> Keyring {
        Keyring::new(self.public()).unwrap()
    }
}

/// Copies of keys, to give some of them to a step.
fn some(keys: &[&SigningKey]) -> Vec<SigningKey> {
    keys.iter().map(|key| key.copy()).collect()
}

fn now() -> Timestamp {
    #[allow(clippy::disallowed_methods)]
    Timestamp::now()
}

fn made(folder: &Path, curators: &Curators) -> Repository {
    let signers = some(&[&curators.root[0], &curators.root[1]]);
    Repository::create(folder, &curators.keyring(), &Signers::keys(&signers), now()).unwrap()
}

fn all(curators: &Curators) -> Vec<SigningKey> {
    some(&[
        &curators.targets[0],
        &curators.targets[1],
        &curators.services[0],
        &curators.online[0],
    ])
}

fn publish(
    repository: &mut Repository,
    text: &str,
    keys: &[SigningKey],
) -> Result<(), PublishError> {
    let edition = repository.edition(text, now())?;
    repository.publish(&edition, None, &Signers::keys(keys), now())
}

/// As a practice reads it, from the first root on: tough's own checks, expiry enforced.
fn read_by_tough(folder: &Path) -> Result<tough::Repository, String> {
    let root = std::fs::read(folder.join("metadata/1.root.json")).unwrap();
    let url = |part: &str| url::Url::from_directory_path(folder.join(part)).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let loader = tough::RepositoryLoader::new(&root, url("metadata"), url("targets"))
        .transport(tough::FilesystemTransport);
    runtime.block_on(loader.load()).map_err(|e| e.to_string())
}

/// Names and digests of all that a reader gets: two folders with the same are read the same.
fn contents(folder: &Path) -> Vec<String> {
    let repository = read_by_tough(folder).unwrap();
    let mut names: Vec<String> = repository
        .targets()
        .signed
        .targets_iter()
        .map(|(name, target)| format!("{} {}", name.raw(), store::hex(&target.hashes.sha256)))
        .collect();
    names.sort();
    names
}

#[test]
fn two_people_publish_and_tough_reads_it() {
    let folder = tempfile::tempdir().unwrap();
    let curators = Curators::new();
    let mut repository = made(folder.path(), &curators);
    publish(&mut repository, STARTER, &all(&curators)).unwrap();
    let names: Vec<String> = contents(folder.path())
        .iter()
        .map(|line| line.split(' ').next().unwrap().to_owned())
        .collect();
    assert_eq!(
        names,
        [
            "endpoints-1.jsonl.zst",
            "revoked-1.json",
            "services-1.jsonl.zst"
        ]
    );
    let services = repository.services_text().unwrap().unwrap();
    assert!(!services.contains("\"kind\":\"endpoint\""));
    assert_eq!(
        repository.endpoints().unwrap().len() + services.lines().count(),
        STARTER.lines().count()
    );
}
