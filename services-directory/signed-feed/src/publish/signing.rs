//! Signing a role's metadata: by keys that are at hand, and by signatures that other people made elsewhere.

use super::error::PublishError;
use crate::keys::SigningKey;
use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{collections::HashMap, fmt};
use tough::schema::{
    Role, RoleKeys, Signature, Signed,
    decoded::{Decoded, Hex},
    key::Key,
};

/// The roles by their names in TUF.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RoleName {
    Root,
    Targets,
    Services,
    Snapshot,
    Timestamp,
}

impl fmt::Display for RoleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Root => "the root",
            Self::Targets => "the endpoints",
            Self::Services => "the services",
            Self::Snapshot => "the snapshot",
            Self::Timestamp => "the timestamp",
        })
    }
}

/// A signature that somebody made on their own machine, over the bytes with this digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CollectedSignature {
    pub version: u32,
    pub role: RoleName,
    pub role_version: u64,
    pub holder: String,
    pub sha256: String,
    pub signature: Signature,
}

impl CollectedSignature {
    pub fn made<T: Role>(name: RoleName, role: &T, key: &SigningKey) -> Result<Self, PublishError> {
        let bytes = bytes_to_sign(role)?;
        Ok(Self {
            version: 1,
            role: name,
            role_version: role.version().get(),
            holder: key.holder().to_owned(),
            sha256: store::hex(&Sha256::digest(&bytes)),
            signature: key.sign(&bytes)?,
        })
    }
}

/// Who signs a step: keys that are at hand, and signatures that were collected.
#[derive(Debug, Clone, Copy, Default)]
pub struct Signers<'a> {
    pub keys: &'a [SigningKey],
    pub collected: &'a [CollectedSignature],
}

/// Whose signatures count for a role, and how many are needed.
pub(super) struct Quorum<'a> {
    pub name: RoleName,
    pub role: RoleKeys,
    pub keys: &'a HashMap<Decoded<Hex>, Key>,
}

impl<'a> Signers<'a> {
    pub fn keys(keys: &'a [SigningKey]) -> Self {
        Self {
            keys,
            collected: &[],
        }
    }

    /// Everybody who may sign and is here signs; too few is an error that names them.
    pub(super) fn sign<T: Role>(
        &self,
        role: T,
        quorum: &Quorum<'_>,
    ) -> Result<Signed<T>, PublishError> {
        let (signatures, by) = self.signatures(&role, quorum)?;
        let (have, need) = (signatures.len() as u64, quorum.role.threshold.get());
        if have < need {
            return Err(PublishError::SignaturesShort {
                role: quorum.name,
                have,
                need,
                by,
            });
        }
        Ok(Signed {
            signed: role,
            signatures,
        })
    }

    /// The signatures of this role that there are, and whose; of one key only one.
    pub(super) fn signatures<T: Role>(
        &self,
        role: &T,
        quorum: &Quorum<'_>,
    ) -> Result<(Vec<Signature>, Vec<String>), PublishError> {
        let bytes = bytes_to_sign(role)?;
        let sha256 = store::hex(&Sha256::digest(&bytes));
        let (mut signatures, mut by) = (Vec::new(), Vec::new());
        for key in self.keys {
            let signature = key.sign(&bytes)?;
            if quorum.role.keyids.contains(&signature.keyid) {
                add(&mut signatures, &mut by, signature, key.holder())?;
            }
        }
        for collected in self.collected.iter().filter(|one| one.role == quorum.name) {
            let holder = &collected.holder;
            if collected.sha256 != sha256 {
                return Err(PublishError::OtherBytes {
                    holder: holder.clone(),
                });
            }
            if !quorum.role.keyids.contains(&collected.signature.keyid) {
                continue;
            }
            if !is_right(&collected.signature, &bytes, quorum.keys) {
                return Err(PublishError::WrongSignature {
                    holder: holder.clone(),
                });
            }
            add(
                &mut signatures,
                &mut by,
                collected.signature.clone(),
                holder,
            )?;
        }
        Ok((signatures, by))
    }
}

fn add(
    signatures: &mut Vec<Signature>,
    by: &mut Vec<String>,
    signature: Signature,
    holder: &str,
) -> Result<(), PublishError> {
    if signatures.iter().any(|one| one.keyid == signature.keyid) {
        return Err(PublishError::SignedTwice(holder.to_owned()));
    }
    signatures.push(signature);
    by.push(holder.to_owned());
    Ok(())
}

fn is_right(signature: &Signature, bytes: &[u8], keys: &HashMap<Decoded<Hex>, Key>) -> bool {
    match keys.get(&signature.keyid) {
        Some(Key::Ed25519 { keyval, .. }) => {
            UnparsedPublicKey::new(&ED25519, keyval.public.as_ref())
                .verify(bytes, &signature.sig)
                .is_ok()
        }
        _ => false,
    }
}

/// What is signed: the role's canonical JSON.
pub fn bytes_to_sign<T: Role>(role: &T) -> Result<Vec<u8>, PublishError> {
    role.canonical_form()
        .map_err(|e| PublishError::Metadata(e.to_string()))
}

/// What stands in the file: the role and its signatures. The same metadata always gives the same bytes, for other metadata names their digest.
pub fn file_bytes<T: Role>(signed: &Signed<T>) -> Result<Vec<u8>, PublishError> {
    #[derive(Serialize)]
    struct Ordered<'a> {
        signed: serde_json::Value,
        signatures: &'a [Signature],
    }
    let unreadable = |e: serde_json::Error| PublishError::Metadata(e.to_string());
    // The maps of the types have no order; those of the canonical form have one.
    let ordered = Ordered {
        signed: serde_json::from_slice(&bytes_to_sign(&signed.signed)?).map_err(unreadable)?,
        signatures: &signed.signatures,
    };
    let mut bytes = serde_json::to_vec_pretty(&ordered).map_err(unreadable)?;
    bytes.push(b'\n');
    Ok(bytes)
}
