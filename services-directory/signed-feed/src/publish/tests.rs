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
    keys.iter().map(|&key| key.clone()).collect()
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
    let edition = repository.edition(text, &[], now())?;
    repository.publish(&edition, None, &Signers::keys(keys), now())
}

/// Closed and read from the disk.
fn reopened(repository: Repository) -> Repository {
    let folder = repository.folder().to_path_buf();
    drop(repository);
    Repository::open(&folder).unwrap()
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

/// The starter directory with one address changed, as a curator edits it.
fn with_another_address() -> String {
    let changed = STARTER.replacen(
        "\"address\":\"referrals@pain-platform.",
        "\"address\":\"referrals@pain-platf0rm.",
        1,
    );
    assert!(changed != STARTER);
    changed
}

#[test]
fn services_need_one_key_and_endpoints_two_peoples() {
    let folder = tempfile::tempdir().unwrap();
    let curators = Curators::new();
    let mut repository = made(folder.path(), &curators);
    publish(&mut repository, STARTER, &all(&curators)).unwrap();
    let one = some(&[&curators.services[0], &curators.online[0]]);
    let renamed = STARTER.replacen("Moorlands Surgery", "Moorlands Practice", 1);
    assert!(renamed != STARTER);
    publish(&mut repository, &renamed, &one).unwrap();
    assert!(contents(folder.path())[0].starts_with("endpoints-1."));

    let before = contents(folder.path());
    let short = some(&[
        &curators.targets[0],
        &curators.services[0],
        &curators.online[0],
    ]);
    let refused = publish(&mut repository, &with_another_address(), &short).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "1 of 2 signatures over the endpoints (by Ann): a second person must sign the endpoints, with `onward-cli directory sign-endpoints`"
    );
    let twice = some(&[
        &curators.targets[0],
        &curators.targets[0],
        &curators.services[0],
        &curators.online[0],
    ]);
    let refused = publish(&mut repository, &with_another_address(), &twice);
    assert!(matches!(refused, Err(PublishError::SignedTwice(_))));
    assert_eq!(contents(folder.path()), before);
    publish(&mut repository, &with_another_address(), &all(&curators)).unwrap();
    assert!(contents(folder.path())[0].starts_with("endpoints-3."));
}

#[test]
fn one_signature_short_is_refused_by_tough_too() {
    let folder = tempfile::tempdir().unwrap();
    let curators = Curators::new();
    let mut repository = made(folder.path(), &curators);
    publish(&mut repository, STARTER, &all(&curators)).unwrap();
    read_by_tough(folder.path()).unwrap();
    let whole = repository.published().unwrap().targets.clone();
    let mut stripped = whole.clone();
    stripped.signatures.pop();
    let refused = with_targets(&repository, &curators, &stripped).unwrap_err();
    assert!(refused.contains("threshold"), "{refused}");
    // The same by the same way with the signature there: it is this that was missing.
    with_targets(&repository, &curators, &whole).unwrap();
}

/// Puts these endpoints into the folder, with a snapshot and a timestamp that are rightly signed over them, and lets tough read it.
fn with_targets(
    repository: &Repository,
    curators: &Curators,
    targets: &tough::schema::Signed<tough::schema::Targets>,
) -> Result<(), String> {
    let root = repository.root().unwrap();
    let signers = Signers::keys(&curators.online);
    let quorum = |name| roles::quorum(root, name).unwrap();
    let services = &repository.published().unwrap().services;
    let snapshot = roles::snapshot(9, targets, services, now()).unwrap();
    let snapshot = signers.sign(snapshot, &quorum(RoleName::Snapshot)).unwrap();
    let timestamp = roles::timestamp(9, &snapshot, now()).unwrap();
    let timestamp = signers
        .sign(timestamp, &quorum(RoleName::Timestamp))
        .unwrap();
    for (name, bytes) in [
        ("1.targets.json", file_bytes(targets).unwrap()),
        ("9.snapshot.json", file_bytes(&snapshot).unwrap()),
        ("timestamp.json", file_bytes(&timestamp).unwrap()),
    ] {
        std::fs::write(repository.folder().join("metadata").join(name), bytes).unwrap();
    }
    read_by_tough(repository.folder()).map(|_| ())
}

#[test]
fn the_second_signature_comes_from_another_machine() {
    let folder = tempfile::tempdir().unwrap();
    let curators = Curators::new();
    let mut repository = made(folder.path(), &curators);
    publish(&mut repository, STARTER, &all(&curators)).unwrap();
    let edition = repository
        .edition(&with_another_address(), &[], now())
        .unwrap();
    let proposed = repository.propose_targets(&edition, false, now()).unwrap();
    let request = repository.request(proposed.as_ref(), None, &[]).unwrap();

    let read = SigningRequest::parse(&request.to_text().unwrap()).unwrap();
    let review = read.review(now()).unwrap();
    assert_eq!(review.fingerprint, Some(repository.fingerprint().unwrap()));
    assert_eq!(review.changes, request.changes);
    let [EndpointChange::Changed { was, now: to }] = review.changes.0.as_slice() else {
        panic!("{:?}", review.changes)
    };
    assert_eq!(
        (was.address.as_str(), to.address.as_str()),
        (
            "referrals@pain-platform.example.nhs.uk",
            "referrals@pain-platf0rm.example.nhs.uk"
        )
    );
    let of_ben = review
        .sign(RoleName::Targets, &curators.targets[1])
        .unwrap();
    let wrong_key = review.sign(RoleName::Targets, &curators.services[0]);
    assert!(matches!(wrong_key, Err(PublishError::UnknownKey { .. })));

    let keys = some(&[
        &curators.targets[0],
        &curators.services[0],
        &curators.online[0],
    ]);
    let collected = [of_ben.clone()];
    let signers = Signers {
        keys: &keys,
        collected: &collected,
    };
    let asked = read.proposed_targets().unwrap();
    // Over other bytes: the same change, prepared a second later.
    let later = now() + jiff::SignedDuration::from_secs(5);
    let again = repository.propose_targets(&edition, false, later).unwrap();
    let refused = repository.publish(&edition, again.as_ref(), &signers, now());
    assert!(matches!(refused, Err(PublishError::OtherBytes { .. })));
    // A signature that says it is over these bytes and is not.
    let mut forged = of_ben.clone();
    forged.signature.sig = vec![7; 64].into();
    let signers_forged = Signers {
        keys: &keys,
        collected: &[forged],
    };
    let refused = repository.publish(&edition, asked.as_ref(), &signers_forged, now());
    assert!(matches!(refused, Err(PublishError::WrongSignature { .. })));
    // Another edition than the one that was signed.
    let other = repository.edition(STARTER, &[], now()).unwrap();
    let refused = repository.publish(&other, asked.as_ref(), &signers, now());
    assert!(matches!(refused, Err(PublishError::OtherEndpoints)));

    repository
        .publish(&edition, asked.as_ref(), &signers, now())
        .unwrap();
    assert!(read_by_tough(folder.path()).is_ok());
    let stale = repository.publish(&edition, asked.as_ref(), &signers, now());
    assert!(matches!(stale, Err(PublishError::StaleRequest { .. })));
}

#[test]
fn a_request_that_hides_something_is_not_signed() {
    let folder = tempfile::tempdir().unwrap();
    let curators = Curators::new();
    let mut repository = made(folder.path(), &curators);
    publish(&mut repository, STARTER, &all(&curators)).unwrap();
    let edition = repository
        .edition(&with_another_address(), &[], now())
        .unwrap();
    let proposed = repository
        .propose_targets(&edition, false, now())
        .unwrap()
        .unwrap();
    let review = |proposed: &ProposedTargets| {
        let request = repository.request(Some(proposed), None, &[]).unwrap();
        request.review(now()).map(|_| ()).map_err(|e| e.to_string())
    };
    assert_eq!(review(&proposed), Ok(()));

    let mut of_services = proposed.clone();
    let name = tough::TargetName::new("services-9.jsonl.zst").unwrap();
    of_services
        .role
        .targets
        .insert(name, roles::target_of(b"x"));
    assert!(review(&of_services).unwrap_err().contains("other files"));

    let mut with_a_key = proposed.clone();
    let stranger = key(KeyPurpose::Services, "Mallory");
    let delegations = with_a_key.role.delegations.as_mut().unwrap();
    let id = stranger.public().key_id().unwrap();
    delegations.roles[0].keyids.push(id.clone());
    delegations.keys.insert(id, stranger.public().tuf_key());
    assert!(review(&with_a_key).unwrap_err().contains("more than"));

    let mut for_ever = proposed.clone();
    for_ever.role.expires = now() + jiff::SignedDuration::from_hours(24 * 365);
    assert!(review(&for_ever).unwrap_err().contains("live longer"));

    let mut other_file = proposed.clone();
    other_file.file = repository.endpoints_file().unwrap().unwrap().1;
    assert!(review(&other_file).unwrap_err().contains("not those"));
}

#[test]
fn a_publication_cut_at_any_write_leaves_the_former_one() {
    let curators = Curators::new();
    let base = tempfile::tempdir().unwrap();
    let mut repository = made(base.path(), &curators);
    publish(&mut repository, STARTER, &all(&curators)).unwrap();
    let before = contents(base.path());
    let edition = repository
        .edition(&with_another_address(), &[], now())
        .unwrap();
    let keys = all(&curators);
    let step = repository
        .plan_publication(&edition, None, &Signers::keys(&keys), now())
        .unwrap();
    let count = step.writes.0.len();
    assert_eq!(
        count, 6,
        "two targets, targets, services, snapshot, timestamp"
    );
    for cut in 0..=count {
        let folder = tempfile::tempdir().unwrap();
        copy(base.path(), folder.path());
        let done = Writes(step.writes.0[..cut].to_vec());
        done.carry_out(folder.path()).unwrap();
        // The next file had been begun.
        if let Some(next) = step.writes.0.get(cut) {
            let mut begun = folder.path().join(&next.path).into_os_string();
            begun.push(".unfinished");
            std::fs::write(begun, &next.bytes[..next.bytes.len() / 2]).unwrap();
        }
        assert_eq!(contents(folder.path()) == before, cut < count, "cut {cut}");
        // And the curator goes on as if nothing had been.
        let mut again = Repository::open(folder.path()).unwrap();
        publish(&mut again, &with_another_address(), &keys).unwrap();
        assert_ne!(contents(folder.path()), before, "cut {cut}");
    }
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir_all(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn a_heartbeat_needs_the_online_key_alone_and_extends_the_life() {
    let folder = tempfile::tempdir().unwrap();
    let curators = Curators::new();
    let mut repository = made(folder.path(), &curators);
    publish(&mut repository, STARTER, &all(&curators)).unwrap();
    let before = contents(folder.path());
    drop(repository);
    // Read from the disk, as cron does it.
    let mut repository = Repository::open(folder.path()).unwrap();
    let ends = |repository: &Repository| {
        let published = repository.published().unwrap();
        (
            published.timestamp.signed.expires,
            published.snapshot.signed.expires,
            published.services.signed.expires,
        )
    };
    let first = ends(&repository);
    let later = now() + jiff::SignedDuration::from_hours(24);
    let online = some(&[&curators.online[0]]);
    repository
        .heartbeat(&Signers::keys(&online), later)
        .unwrap();
    let second = ends(&reopened(repository));
    assert!(first.0 < second.0 && first.1 < second.1);
    assert_eq!(first.2, second.2);
    assert_eq!(contents(folder.path()), before);
    let mut repository = Repository::open(folder.path()).unwrap();
    let services = some(&[&curators.services[0]]);
    let refused = repository.heartbeat(&Signers::keys(&services), later);
    assert!(matches!(refused, Err(PublishError::SignaturesShort { .. })));
}

#[test]
fn the_stop_list_needs_one_person() {
    let folder = tempfile::tempdir().unwrap();
    let curators = Curators::new();
    let mut repository = made(folder.path(), &curators);
    publish(&mut repository, STARTER, &all(&curators)).unwrap();
    let mut list = repository.revoked().unwrap();
    assert!(list.addresses.is_empty());
    list.addresses.insert("pain.platform@example.nhs.uk".into());
    let one = some(&[&curators.services[0], &curators.online[0]]);
    repository
        .revoke(&list, &Signers::keys(&one), now())
        .unwrap();
    let repository = reopened(repository);
    assert_eq!(repository.revoked().unwrap(), list);
    assert!(contents(folder.path())[1].starts_with("revoked-2."));
    let mut repository = repository;
    publish(&mut repository, STARTER, &one).unwrap();
    assert_eq!(
        repository.revoked().unwrap(),
        list,
        "it outlives a publication"
    );
}

#[test]
fn a_lost_key_is_replaced_by_two_of_the_root_and_the_old_one_counts_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let mut curators = Curators::new();
    let mut repository = made(folder.path(), &curators);
    publish(&mut repository, STARTER, &all(&curators)).unwrap();
    let (old_online, old_services) = (curators.online.remove(0), curators.services.remove(0));
    curators.online = vec![key(KeyPurpose::Online, "New server")];
    curators.services = vec![key(KeyPurpose::Services, "Dee")];
    let root = repository
        .propose_rotation(&curators.keyring(), now())
        .unwrap();

    let one_short = some(&[&curators.root[0], &curators.online[0]]);
    let refused = repository.rotate(&root, &Signers::keys(&one_short), now());
    assert!(matches!(refused, Err(PublishError::SignaturesShort { .. })));
    let mut keys = all(&curators);
    keys.extend(some(&[&curators.root[0], &curators.root[2]]));
    repository
        .rotate(&root, &Signers::keys(&keys), now())
        .unwrap();
    assert_eq!(contents(folder.path()).len(), 3);

    let mut repository = reopened(repository);
    let stolen = [old_online, old_services];
    assert!(
        repository
            .heartbeat(&Signers::keys(&stolen), now())
            .is_err()
    );
    assert!(publish(&mut repository, STARTER, &stolen).is_err());
    let new = some(&[&curators.services[0], &curators.online[0]]);
    publish(&mut repository, STARTER, &new).unwrap();
    read_by_tough(folder.path()).unwrap();
}

#[test]
fn a_change_of_keys_cut_at_any_write_is_finished_by_another() {
    let mut curators = Curators::new();
    let base = tempfile::tempdir().unwrap();
    let mut repository = made(base.path(), &curators);
    publish(&mut repository, STARTER, &all(&curators)).unwrap();
    curators.targets[1] = key(KeyPurpose::Targets, "Dee");
    curators.services[0] = key(KeyPurpose::Services, "Dee");
    curators.online[0] = key(KeyPurpose::Online, "New server");
    let mut keys = all(&curators);
    keys.extend(curators.root.iter().cloned());
    let signers = Signers::keys(&keys);
    let proposed = repository
        .propose_rotation(&curators.keyring(), now())
        .unwrap();
    let step = repository
        .plan_rotation(&proposed, &signers, now())
        .unwrap();
    let count = step.writes.0.len();
    let mut unreadable = 0;
    for cut in 0..=count {
        let folder = tempfile::tempdir().unwrap();
        copy(base.path(), folder.path());
        let done = Writes(step.writes.0[..cut].to_vec());
        done.carry_out(folder.path()).unwrap();
        unreadable += usize::from(read_by_tough(folder.path()).is_err());
        let mut again = Repository::open(folder.path()).unwrap();
        let once_more = again.propose_rotation(&curators.keyring(), now()).unwrap();
        again.rotate(&once_more, &signers, now()).unwrap();
        publish(&mut again, &with_another_address(), &keys).unwrap();
        read_by_tough(folder.path()).unwrap();
    }
    // Between the root and the timestamp alone, which no order of two files can avoid.
    assert_eq!(unreadable, 1);
}

#[test]
fn who_may_hold_keys_is_two_people_where_two_must_sign() {
    let curators = Curators::new();
    let without = |drop: usize| {
        let mut keys = curators.public();
        keys.remove(drop);
        Keyring::new(keys).unwrap_err().code()
    };
    for drop in 0..7 {
        assert_eq!(without(drop), "too-few-keys");
    }
    let mut keys = curators.public();
    keys[4] = key(KeyPurpose::Targets, "ANN ").public().clone();
    assert_eq!(Keyring::new(keys).unwrap_err().code(), "one-person-twice");
    let mut keys = curators.public();
    keys.push(keys[0].clone());
    assert_eq!(Keyring::new(keys).unwrap_err().code(), "same-key-twice");
}

#[test]
fn a_folder_is_for_one_at_a_time_and_damage_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let curators = Curators::new();
    assert_eq!(
        Repository::open(folder.path()).unwrap_err().code(),
        "no-published-directory"
    );
    let mut repository = made(folder.path(), &curators);
    publish(&mut repository, STARTER, &all(&curators)).unwrap();
    assert_eq!(Repository::open(folder.path()).unwrap_err().code(), "busy");
    drop(repository);
    let signers = some(&[&curators.root[0], &curators.root[1]]);
    let again = Repository::create(
        folder.path(),
        &curators.keyring(),
        &Signers::keys(&signers),
        now(),
    );
    assert_eq!(again.unwrap_err().code(), "exists");
    let path = folder.path().join("metadata/1.services.json");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("services-1", "services-2")).unwrap();
    assert_eq!(
        Repository::open(folder.path()).unwrap_err().code(),
        "damaged-publication"
    );
}

#[test]
fn a_service_that_leaves_is_answered_for() {
    let folder = tempfile::tempdir().unwrap();
    let curators = Curators::new();
    let mut repository = made(folder.path(), &curators);
    let extra = r#"{"kind":"service","id":"tea","organization_id":"cloudside-pain-group","name":"Tea","description":"Tea.","status":"active","last_modified":"2026-10-01","onward":{"category":"peer-support","referral_methods":[]}}"#;
    let with = format!("{STARTER}\n{extra}\n");
    publish(&mut repository, &with, &all(&curators)).unwrap();
    let refused = publish(&mut repository, STARTER, &all(&curators)).unwrap_err();
    assert!(refused.to_string().contains("Tea (tea)"), "{refused}");
    let id = |id: &str| services_directory::ids::ServiceId::parse(id).unwrap();
    let left = |of: &str, successor| Left {
        id: id(of),
        reason: services_directory::model::TombstoneReason::Merged,
        successor,
    };
    let wrong = repository.edition(&with, &[left("tea", None)], now());
    assert_eq!(wrong.unwrap_err().code(), "not-left");
    let dangling = [left("tea", Some(id("nowhere")))];
    let refused = repository.edition(STARTER, &dangling, now()).unwrap_err();
    assert_eq!(refused.code(), "directory-refused");

    let gone = [left("tea", Some(id("pain-platform")))];
    let edition = repository.edition(STARTER, &gone, now()).unwrap();
    let keys = all(&curators);
    let signers = Signers::keys(&keys);
    repository.publish(&edition, None, &signers, now()).unwrap();
    // It stays, without being said again; and a tombstone in the curator's own file is one too.
    publish(&mut repository, STARTER, &keys).unwrap();
    let text = repository.services_text().unwrap().unwrap();
    assert_eq!(text.matches("\"kind\":\"tombstone\"").count(), 1);
    publish(&mut repository, &with, &keys).unwrap();
    let text = repository.services_text().unwrap().unwrap();
    assert!(!text.contains("tombstone"), "it is back");
    let own = format!(
        "{STARTER}\n{}\n",
        r#"{"kind":"tombstone","id":"tea","reason":"closed","on":"2026-11-20"}"#
    );
    publish(&mut repository, &own, &keys).unwrap();
    read_by_tough(folder.path()).unwrap();
}
