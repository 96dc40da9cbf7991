//! What one person asks another to sign on another machine, and what that one is shown before saying yes.
//!
//! The request carries all that its changes can be worked out from: every root since the first, the endpoints that are published with their
//! signatures, and the very bytes to sign. So whoever signs need not believe whoever asks, only know the first root's fingerprint.

use super::edition::decompressed;
use super::endpoints::{EndpointChanges, endpoints_in};
use super::error::PublishError;
use super::repository::{ProposedTargets, Repository, fingerprint, follows};
use super::roles::{self, Keyring, after, holders_of, quorum, services_delegation};
use super::signing::{CollectedSignature, RoleName, bytes_to_sign, file_bytes};
use crate::keys::{KeyPurpose, PublicKey, SigningKey};
use crate::layout::{ROOT_LIVES, TARGETS_LIVE, until};
use base64::{Engine, prelude::BASE64_STANDARD};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use services_directory::model::Endpoint;
use tough::schema::{Role, Root, Signed, Targets};

const VERSION: u32 = 1;
/// Clocks differ; a life may be longer by so much when it is looked at.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_hours(24);

/// A file that goes from one curator to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SigningRequest {
    pub version: u32,
    /// In plain sight, for whoever opens the file. Signing works it out anew.
    pub changes: EndpointChanges,
    /// The files of all roots from the first, in base 64 as all below.
    roots: Vec<String>,
    published: Option<EndpointsPart>,
    /// The endpoints' metadata to sign.
    targets: Option<EndpointsPart>,
    /// The root to sign.
    root: Option<String>,
    /// What has been signed already.
    pub signatures: Vec<CollectedSignature>,
}

/// Metadata of the endpoints, with the file that it names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EndpointsPart {
    metadata: String,
    file: String,
}

/// What a request comes to, worked out from its bytes.
#[derive(Debug, Clone)]
pub struct Review {
    /// Of the first root; none when the request is to make it.
    pub fingerprint: Option<String>,
    /// Version of the newest root that the request shows as published; none when the request is to make the first.
    pub root_version: Option<u64>,
    /// Version of the endpoints that are published, and of those to sign.
    pub published_version: Option<u64>,
    pub targets: Option<Targets>,
    pub endpoints: Vec<Endpoint>,
    pub changes: EndpointChanges,
    pub root: Option<Root>,
    pub keys_in: Vec<PublicKey>,
    pub keys_out: Vec<PublicKey>,
    /// Who may sign what after it.
    governing: Root,
    old_root: Option<Root>,
}

impl SigningRequest {
    /// The first root, before there is a folder.
    pub fn for_first_root(root: &Root, keys: &[SigningKey]) -> Result<Self, PublishError> {
        let of_root = keys.iter().filter(|key| key.purpose() == KeyPurpose::Root);
        let signatures = of_root
            .map(|key| CollectedSignature::made(RoleName::Root, root, key))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            version: VERSION,
            changes: EndpointChanges::default(),
            roots: Vec::new(),
            published: None,
            targets: None,
            root: Some(encoded(&bytes_to_sign(root)?)),
            signatures,
        })
    }

    pub fn parse(text: &str) -> Result<Self, PublishError> {
        let request: Self = serde_json::from_str(text).map_err(|e| wrong(&e.to_string()))?;
        if request.version == VERSION {
            Ok(request)
        } else {
            Err(wrong("another version of Onward wrote it"))
        }
    }

    pub fn to_text(&self) -> Result<String, PublishError> {
        let text = serde_json::to_string_pretty(self)
            .map_err(|e| PublishError::Metadata(e.to_string()))?;
        Ok(text + "\n")
    }

    pub fn proposed_root(&self) -> Result<Option<Root>, PublishError> {
        self.root.as_deref().map(role_of).transpose()
    }

    pub fn proposed_targets(&self) -> Result<Option<ProposedTargets>, PublishError> {
        let Some(part) = &self.targets else {
            return Ok(None);
        };
        let role: Targets = role_of(&part.metadata)?;
        let (name, file) = part.file_of(&role)?;
        Ok(Some(ProposedTargets { role, name, file }))
    }

    /// Works out what would be signed, and refuses what cannot be a step of this directory.
    pub fn review(&self, now: Timestamp) -> Result<Review, PublishError> {
        let mut roots: Vec<Signed<Root>> = Vec::new();
        for (place, root) in self.roots.iter().enumerate() {
            let root: Signed<Root> = parsed(&decoded(root)?)?;
            if !follows(roots.last(), &root, place as u64 + 1) {
                return Err(wrong("its roots do not follow from each other"));
            }
            roots.push(root);
        }
        let first = self.roots.first().map(|root| decoded(root)).transpose()?;
        // Before its first root is signed a directory has no fingerprint, so nobody could tell whose endpoints these are.
        if first.is_none() && (self.targets.is_some() || self.published.is_some()) {
            return Err(wrong(
                "it asks for endpoints of a directory that has no root yet",
            ));
        }
        let old_root = roots.pop().map(|root| root.signed);
        let root = self.proposed_root()?;
        if let Some(root) = &root {
            check_root(root, old_root.as_ref(), now)?;
        }
        let governing = root.as_ref().or(old_root.as_ref()).cloned();
        let governing = governing.ok_or_else(|| wrong("it has no root"))?;
        let (published_version, was) = self.published(old_root.as_ref())?;
        let proposed = self.proposed_targets()?;
        let endpoints = match &proposed {
            Some(proposed) => check_targets(proposed, &governing, published_version, now)?,
            None => was.clone(),
        };
        let (before, now_held) = (
            old_root.as_ref().map(holders_of).unwrap_or_default(),
            holders_of(&governing),
        );
        let without = |some: &[PublicKey], others: &[PublicKey]| -> Vec<PublicKey> {
            let others = |key: &&PublicKey| !others.contains(key);
            some.iter().filter(others).cloned().collect()
        };
        Ok(Review {
            fingerprint: first.map(|root| fingerprint(&root)),
            root_version: old_root.as_ref().map(|root| root.version.get()),
            published_version,
            targets: proposed.map(|proposed| proposed.role),
            changes: EndpointChanges::between(&was, &endpoints),
            endpoints,
            keys_in: without(&now_held, &before),
            keys_out: without(&before, &now_held),
            root,
            governing,
            old_root,
        })
    }

    /// The published endpoints, if those whom the root names have signed them.
    fn published(&self, root: Option<&Root>) -> Result<(Option<u64>, Vec<Endpoint>), PublishError> {
        let (Some(part), Some(root)) = (&self.published, root) else {
            return Ok((None, Vec::new()));
        };
        let signed: Signed<Targets> = parsed(&decoded(&part.metadata)?)?;
        root.verify_role(&signed)
            .map_err(|_| wrong("the published endpoints in it are not signed"))?;
        let (name, file) = part.file_of(&signed.signed)?;
        let endpoints = endpoints_in(&decompressed(&file, &name)?)?;
        Ok((Some(signed.signed.version.get()), endpoints))
    }
}

impl EndpointsPart {
    /// The one file that the metadata names, if it is this one.
    fn file_of(&self, role: &Targets) -> Result<(String, Vec<u8>), PublishError> {
        let file = decoded(&self.file)?;
        let mut names = role.targets.iter();
        let (Some((name, target)), None) = (names.next(), names.next()) else {
            return Err(wrong("it names other files than one of endpoints"));
        };
        if !name.raw().starts_with("endpoints-") || *target != roles::target_of(&file) {
            return Err(wrong("the endpoints are not those that would be signed"));
        }
        Ok((name.raw().to_owned(), file))
    }
}

impl Review {
    /// Of the very bytes of the root that is to be signed.
    pub fn root_digest(&self) -> Result<Option<String>, PublishError> {
        let bytes = self.root.as_ref().map(bytes_to_sign).transpose()?;
        Ok(bytes.map(|bytes| fingerprint(&bytes)))
    }

    /// Signs, with a key that counts.
    pub fn sign(
        &self,
        name: RoleName,
        key: &SigningKey,
    ) -> Result<CollectedSignature, PublishError> {
        let id = key.public().key_id()?;
        let counts = |root: &Root| quorum(root, name).map(|it| it.role.keyids.contains(&id));
        let known = match (name, &self.old_root) {
            // Who goes signs with those who stay, and who comes signs too.
            (RoleName::Root, Some(old)) => counts(old)? || counts(&self.governing)?,
            _ => counts(&self.governing)?,
        };
        if !known {
            return Err(PublishError::UnknownKey {
                holder: key.holder().to_owned(),
                purpose: key.purpose(),
            });
        }
        match (name, &self.root, &self.targets) {
            (RoleName::Root, Some(root), _) => CollectedSignature::made(name, root, key),
            (RoleName::Targets, _, Some(targets)) => CollectedSignature::made(name, targets, key),
            _ => Err(wrong("there is nothing in it for this key to sign")),
        }
    }
}

impl Repository {
    /// What others are to sign: endpoints, a root, or both; signed already by those of these keys that are for it.
    pub fn request(
        &self,
        proposed: Option<&ProposedTargets>,
        root: Option<&Root>,
        keys: &[SigningKey],
    ) -> Result<SigningRequest, PublishError> {
        let mut roots = Vec::new();
        for root in &self.roots {
            roots.push(encoded(&file_bytes(root)?));
        }
        let published = match (self.published(), self.endpoints_file()?) {
            (Some(published), Some((_, file))) => Some(EndpointsPart {
                metadata: encoded(&file_bytes(&published.targets)?),
                file: encoded(&file),
            }),
            _ => None,
        };
        let changes = match proposed {
            Some(proposed) => {
                let now = endpoints_in(&decompressed(&proposed.file, &proposed.name)?)?;
                EndpointChanges::between(&self.endpoints()?, &now)
            }
            None => EndpointChanges::default(),
        };
        let targets = proposed.map(|proposed| {
            Ok::<_, PublishError>(EndpointsPart {
                metadata: encoded(&bytes_to_sign(&proposed.role)?),
                file: encoded(&proposed.file),
            })
        });
        let mut signatures = Vec::new();
        for key in keys {
            match (key.purpose(), proposed, root) {
                (KeyPurpose::Targets, Some(proposed), _) => signatures.push(
                    CollectedSignature::made(RoleName::Targets, &proposed.role, key)?,
                ),
                (KeyPurpose::Root, _, Some(root)) => {
                    signatures.push(CollectedSignature::made(RoleName::Root, root, key)?);
                }
                _ => {}
            }
        }
        Ok(SigningRequest {
            version: VERSION,
            changes,
            roots,
            published,
            targets: targets.transpose()?,
            root: root.map(bytes_to_sign).transpose()?.as_deref().map(encoded),
            signatures,
        })
    }
}

/// A root as this program makes it, and nothing else: nobody has to read JSON to know what they sign.
fn check_root(root: &Root, old: Option<&Root>, now: Timestamp) -> Result<(), PublishError> {
    let version = match old {
        Some(old) => after(old.version.get())?,
        None => 1,
    };
    let mut as_made = Keyring::new(holders_of(root))?.root(version, now)?;
    as_made.expires = root.expires;
    if as_made != *root {
        return Err(wrong("its root says more than who holds which key"));
    }
    check_life(root.expires, ROOT_LIVES, now)
}

fn check_targets(
    proposed: &ProposedTargets,
    root: &Root,
    published: Option<u64>,
    now: Timestamp,
) -> Result<Vec<Endpoint>, PublishError> {
    let version = after(published.unwrap_or(0))?;
    let files = [(proposed.name.clone(), proposed.file.as_slice())];
    let mut as_made = roles::targets(version, &files, Some(services_delegation(root)?), now)?;
    as_made.expires = proposed.role.expires;
    if as_made != proposed.role {
        return Err(wrong(
            "it would sign more than the endpoints and who signs services",
        ));
    }
    check_life(proposed.role.expires, TARGETS_LIVE, now)?;
    let endpoints = endpoints_in(&decompressed(&proposed.file, &proposed.name)?)?;
    Ok(endpoints)
}

fn check_life(
    expires: Timestamp,
    life: SignedDuration,
    now: Timestamp,
) -> Result<(), PublishError> {
    let latest = until(until(now, life), CLOCKS_DIFFER);
    if expires <= now {
        Err(wrong("it has expired: let a new one be prepared"))
    } else if expires > latest {
        Err(wrong("its signature would live longer than it may"))
    } else {
        Ok(())
    }
}

/// A role from the bytes to sign, if these are exactly what it is signed as.
fn role_of<T: Role + DeserializeOwned>(text: &str) -> Result<T, PublishError> {
    let bytes = decoded(text)?;
    let role: T = parsed(&bytes)?;
    if bytes_to_sign(&role)? == bytes {
        Ok(role)
    } else {
        Err(wrong("its bytes are not what they say"))
    }
}

fn encoded(bytes: &[u8]) -> String {
    BASE64_STANDARD.encode(bytes)
}

fn decoded(text: &str) -> Result<Vec<u8>, PublishError> {
    BASE64_STANDARD
        .decode(text)
        .map_err(|_| wrong("it is damaged"))
}

fn parsed<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, PublishError> {
    serde_json::from_slice(bytes).map_err(|e| wrong(&e.to_string()))
}

fn wrong(why: &str) -> PublishError {
    PublishError::Request(why.to_owned())
}
