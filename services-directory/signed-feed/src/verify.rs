//! Whether what was published may be believed: signatures, thresholds, versions and ends, checked by `tough` and once more here.
//!
//! Each load works on a temporary datastore that is filled from the practice's own records, so that a clock which stepped back ends nothing, and so that
//! deleting any file rolls nothing back. Every refusal leaves the old directory as it is.

mod files;
mod policy;
mod refusal;

pub use files::{NewVersion, SignedFiles};
pub use refusal::{Failure, Refusal};

use crate::{
    layout::TIMESTAMP_AND_SNAPSHOT_LIVE,
    source::{Answer, BASE, Fetcher, MetadataTransport, Step},
};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use services_directory::trust_table::{StopList, Trust, TrustedMetadata, TrustedRole};
use sha2::{Digest, Sha256};
use std::{path::Path, sync::Arc};
use tough::{
    ExpirationEnforcement, Limits, Repository, RepositoryLoader,
    schema::{Role, Root, Signed},
};
use url::Url;

/// What a refresh came to.
#[derive(Debug)]
pub enum Refresh {
    /// The directory is the newest there is.
    NothingNew(Believed),
    /// Another version, still to be read; or another stop-list.
    New(Box<NewVersion>),
}

/// What is to be written down before anything is applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Believed {
    pub trust: Trust,
    /// None: the one that is known stays.
    pub stop_list: Option<StopList>,
    /// The computer's clock seems wrong by what was signed. Nothing is refused for it.
    pub clock_warning: bool,
}

/// What a refresh starts from.
#[derive(Debug, Clone, Default)]
pub struct Known {
    pub trust: Trust,
    /// Which publication the directory on this computer is, or was decided about; none: there is none.
    pub publication: Option<String>,
    pub last_checked_at: Option<Timestamp>,
}

/// A clock may go wrong by so much unnoticed.
const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_mins(5);
const CLOCK_AHEAD_TOLERANCE: SignedDuration = SignedDuration::from_hours(24);

/// The first root, if it is the one with this fingerprint: what all later trust follows from.
pub async fn first_root(fetcher: &Fetcher, fingerprint: &str) -> Result<TrustedMetadata, Refusal> {
    let cap = fetcher.limits().root_bytes;
    let answer = fetcher.get("metadata/1.root.json", cap, None).await?;
    let Answer::Bytes { bytes, .. } = answer else {
        return Err(Refusal::NotGenuine);
    };
    if store::hex(&Sha256::digest(&bytes)) != fingerprint {
        return Err(Refusal::OtherRoot);
    }
    let root: Signed<Root> = serde_json::from_slice(&bytes).map_err(|_| Refusal::NotGenuine)?;
    if root.signed.version.get() != 1 || root.signed.verify_role(&root).is_err() {
        return Err(Refusal::NotGenuine);
    }
    policy::check_root(&root.signed)?;
    trusted(&root)
}

/// Asks for what is new since `known`, and verifies all metadata of it.
pub async fn refresh(
    fetcher: &Fetcher,
    known: &Known,
    now: Timestamp,
) -> Result<Refresh, Box<Failure>> {
    let datastore = tempfile::tempdir().map_err(|_| Refusal::Internal)?;
    let result = refreshed(fetcher, known, now, datastore.path()).await;
    result.map_err(|refusal| {
        // A root that follows from the trusted one is believed whatever else is wrong: the keys that it takes back stay taken back.
        let newer_root = newer_root(datastore.path(), &known.trust);
        Box::new(Failure {
            refusal,
            newer_root,
        })
    })
}

async fn refreshed(
    fetcher: &Fetcher,
    known: &Known,
    now: Timestamp,
    datastore: &Path,
) -> Result<Refresh, Refusal> {
    fetcher.tell(Step::Asking);
    let root = known.trust.roles.get(&TrustedRole::Root);
    let root = root.ok_or(Refusal::OtherRoot)?;
    let clock_warning = known
        .last_checked_at
        .is_some_and(|last| now.duration_since(last) < -CLOCK_TOLERANCE);
    // Only who has everything that belongs to the timestamp may be content with "not modified".
    let has_all = known.publication.is_some() && known.publication == known.trust.publication();
    let etag = known.trust.etag.as_deref().filter(|_| has_all);
    let cap = fetcher.limits().timestamp_bytes;
    let answer = fetcher.get("metadata/timestamp.json", cap, etag).await?;
    let (timestamp, etag) = match answer {
        Answer::Bytes { bytes, etag } => (bytes, etag),
        Answer::Unchanged => {
            policy::check_end(known.trust.expires_at, now)?;
            return Ok(Refresh::NothingNew(Believed {
                trust: known.trust.clone(),
                stop_list: None,
                clock_warning,
            }));
        }
    };
    fill(datastore, &known.trust)?;
    let repository = load(fetcher, root, timestamp, datastore).await?;
    let loaded = policy::check(&repository, &known.trust, now)?;
    let signed_at = repository
        .timestamp()
        .signed
        .expires
        .checked_sub(TIMESTAMP_AND_SNAPSHOT_LIVE);
    let signed_ahead = signed_at.is_ok_and(|at| at.duration_since(now) > CLOCK_AHEAD_TOLERANCE);
    let believed = Believed {
        trust: loaded.trust(&repository, etag)?,
        stop_list: files::stop_list(fetcher, &loaded, &known.trust).await?,
        clock_warning: clock_warning || signed_ahead,
    };
    fetcher.tell(Step::Verified);
    if known.publication.is_some() && known.publication == believed.trust.publication() {
        return Ok(Refresh::NothingNew(believed));
    }
    Ok(Refresh::New(Box::new(NewVersion {
        believed,
        fetcher: fetcher.clone(),
        services: loaded.services,
        endpoints: loaded.endpoints,
    })))
}

/// What `tough` compares with: the rollback checks read these two, whether or not they have expired.
fn fill(datastore: &Path, trust: &Trust) -> Result<(), Refusal> {
    for role in [TrustedRole::Timestamp, TrustedRole::Snapshot] {
        if let Some(metadata) = trust.roles.get(&role) {
            let file = datastore.join(format!("{}.json", role.as_str()));
            std::fs::write(file, &metadata.json).map_err(|_| Refusal::Internal)?;
        }
    }
    Ok(())
}

async fn load(
    fetcher: &Fetcher,
    root: &TrustedMetadata,
    timestamp: Vec<u8>,
    datastore: &Path,
) -> Result<Repository, Refusal> {
    let base =
        |folder: &str| Url::parse(&format!("{BASE}{folder}/")).map_err(|_| Refusal::Internal);
    let limits = fetcher.limits();
    let transport = MetadataTransport {
        fetcher: fetcher.clone(),
        timestamp: Arc::new(timestamp),
    };
    let reading = RepositoryLoader::new(&root.json, base("metadata")?, base("targets")?)
        .transport(transport)
        .datastore(datastore)
        .limits(Limits {
            max_root_size: limits.root_bytes,
            max_targets_size: limits.targets_bytes,
            max_timestamp_size: limits.timestamp_bytes,
            max_snapshot_size: limits.snapshot_bytes,
            max_root_updates: limits.root_updates,
        })
        .expiration_enforcement(ExpirationEnforcement::Safe);
    let read = reading.load().await;
    // A new root that did not come for another reason than that there is none: `tough` would go on with the old one.
    if let Some(failure) = fetcher.failure() {
        return Err(failure.into());
    }
    read.map_err(|error| Refusal::of(&error))
}

fn newer_root(datastore: &Path, trust: &Trust) -> Option<TrustedMetadata> {
    let json = std::fs::read(datastore.join("root.json")).ok()?;
    let root: Signed<Root> = serde_json::from_slice(&json).ok()?;
    let known = trust.roles.get(&TrustedRole::Root)?;
    let newer =
        root.signed.version.get() > known.version && policy::check_root(&root.signed).is_ok();
    newer.then(|| trusted(&root).ok()).flatten()
}

fn trusted<T: Role + Serialize>(metadata: &Signed<T>) -> Result<TrustedMetadata, Refusal> {
    Ok(TrustedMetadata {
        version: metadata.signed.version().get(),
        json: serde_json::to_string(metadata).map_err(|_| Refusal::Internal)?,
    })
}

fn parsed<T: serde::de::DeserializeOwned>(json: &str) -> Result<T, Refusal> {
    serde_json::from_str(json).map_err(|_| Refusal::Internal)
}
