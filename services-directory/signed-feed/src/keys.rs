//! The keys that sign a published directory: made, sealed under a passphrase in a small file, and opened again.
//!
//! Ed25519 (RFC 8032). The file keeps the seed under Argon2id (RFC 9106) and XChaCha20-Poly1305; purpose, holder and public half stand in
//! it unencrypted, and are bound to the seed, so that a file that says something else does not open.

use argon2::{Algorithm, Argon2, Params, Version};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::{Engine, prelude::BASE64_STANDARD};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{collections::HashMap, fmt};
use tough::schema::{
    Signature,
    decoded::{Decoded, Hex},
    key::{Ed25519Key, Ed25519Scheme, Key},
};
use zeroize::Zeroizing;

/// What a key may sign. Each key has one purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyPurpose {
    /// The root: who may sign what. Kept offline.
    Root,
    /// Top-level `targets`: the endpoints, and who may sign services.
    Targets,
    /// The delegated role `services`: everything but endpoints, and the stop-list.
    Services,
    /// Snapshot and timestamp: that this is the newest. A heartbeat has it at hand.
    Online,
}

impl KeyPurpose {
    pub const ALL: [Self; 4] = [Self::Root, Self::Targets, Self::Services, Self::Online];

    /// In a curator's words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::Targets => "endpoints",
            Self::Services => "services",
            Self::Online => "online",
        }
    }
}

impl fmt::Display for KeyPurpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}

/// Why a key could not be made, kept or opened, each with what to do.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("the computer gives no random numbers ({0}): restart it and try again")]
    Random(String),
    #[error(
        "the passphrase is shorter than {SHORTEST_PASSPHRASE} characters: take four or more words"
    )]
    ShortPassphrase,
    #[error("a key needs its holder's name, in 1 to {LONGEST_HOLDER} plain characters")]
    Holder,
    #[error("the passphrase does not open the key of {holder} ({purpose}): type it again")]
    WrongPassphrase { holder: String, purpose: KeyPurpose },
    #[error("the key's file is damaged ({0}): take the copy that you keep elsewhere")]
    Damaged(String),
    #[error("the key's file is of version {0}, which a newer Onward wrote: update Onward")]
    Newer(u32),
}

impl KeyError {
    /// What it is called where programs read it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Random(_) => "no-randomness",
            Self::ShortPassphrase => "short-passphrase",
            Self::Holder => "holder",
            Self::WrongPassphrase { .. } => "wrong-passphrase",
            Self::Damaged(_) => "damaged-key",
            Self::Newer(_) => "newer-key",
        }
    }
}

pub const SHORTEST_PASSPHRASE: usize = 12;
const LONGEST_HOLDER: usize = 100;
const VERSION: u32 = 1;

/// The public half, with whose it is and what for: what a curator hands to the others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicKey {
    pub version: u32,
    pub purpose: KeyPurpose,
    pub holder: String,
    pub public: Decoded<Hex>,
}

impl PublicKey {
    /// A public key's file, or the unencrypted part of a key's own file.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        if let Ok(sealed) = SealedKey::parse(text) {
            return Ok(sealed.key);
        }
        let key: Self = serde_json::from_str(text).map_err(|e| KeyError::Damaged(e.to_string()))?;
        key.checked()
    }

    fn checked(self) -> Result<Self, KeyError> {
        if self.version != VERSION {
            return Err(KeyError::Newer(self.version));
        }
        if self.public.len() != aws_lc_rs::signature::ED25519_PUBLIC_KEY_LEN {
            return Err(KeyError::Damaged(
                "the public half has another length".into(),
            ));
        }
        check_holder(&self.holder)?;
        Ok(self)
    }

    /// As it stands in root.json.
    pub fn tuf_key(&self) -> Key {
        Key::Ed25519 {
            keyval: Ed25519Key {
                public: self.public.clone(),
                _extra: HashMap::new(),
            },
            scheme: Ed25519Scheme::Ed25519,
            _extra: HashMap::new(),
        }
    }

    /// TUF's key id: the SHA-256 of the public key's canonical JSON.
    pub fn key_id(&self) -> Result<Decoded<Hex>, KeyError> {
        self.tuf_key()
            .key_id()
            .map_err(|e| KeyError::Damaged(e.to_string()))
    }

    /// Whether both belong to the same person, however the name was typed.
    pub fn same_holder(&self, other: &Self) -> bool {
        same_person(&self.holder, &other.holder)
    }
}

/// Names are compared without case and without the spaces between them.
pub fn same_person(one: &str, other: &str) -> bool {
    let plain = |name: &str| -> String {
        name.chars()
            .filter(|c| !c.is_whitespace())
            .flat_map(char::to_lowercase)
            .collect()
    };
    plain(one) == plain(other)
}

fn check_holder(holder: &str) -> Result<(), KeyError> {
    let right = !holder.trim().is_empty()
        && holder.chars().count() <= LONGEST_HOLDER
        && holder
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, ' ' | '.' | ',' | '-' | '\'' | '(' | ')'));
    if right { Ok(()) } else { Err(KeyError::Holder) }
}

/// A key that can sign. Its secret is wiped from memory when dropped and never printed.
#[derive(Clone)]
pub struct SigningKey {
    key: PublicKey,
    seed: Zeroizing<[u8; 32]>,
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "SigningKey({}, {}, ‹redacted›)",
            self.key.purpose, self.key.holder
        )
    }
}

impl SigningKey {
    /// From the operating system's source of randomness.
    pub fn random(purpose: KeyPurpose, holder: &str) -> Result<Self, KeyError> {
        let mut seed = Zeroizing::new([0_u8; 32]);
        fill_random(seed.as_mut_slice())?;
        check_holder(holder)?;
        Self::from_seed(purpose, holder.trim(), seed)
    }

    fn from_seed(
        purpose: KeyPurpose,
        holder: &str,
        seed: Zeroizing<[u8; 32]>,
    ) -> Result<Self, KeyError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed.as_slice())
            .map_err(|e| KeyError::Damaged(e.to_string()))?;
        let key = PublicKey {
            version: VERSION,
            purpose,
            holder: holder.to_owned(),
            public: pair.public_key().as_ref().to_vec().into(),
        };
        Ok(Self { key, seed })
    }

    pub fn public(&self) -> &PublicKey {
        &self.key
    }

    pub fn purpose(&self) -> KeyPurpose {
        self.key.purpose
    }

    pub fn holder(&self) -> &str {
        &self.key.holder
    }

    /// Signs the bytes as they are, whatever they are: what may be signed is decided before.
    pub fn sign(&self, message: &[u8]) -> Result<Signature, KeyError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(self.seed.as_slice())
            .map_err(|e| KeyError::Damaged(e.to_string()))?;
        Ok(Signature {
            keyid: self.key.key_id()?,
            sig: pair.sign(message).as_ref().to_vec().into(),
        })
    }

    /// Sealed under a passphrase, ready to be written to a file.
    pub fn seal(&self, passphrase: &str) -> Result<SealedKey, KeyError> {
        if passphrase.chars().count() < SHORTEST_PASSPHRASE {
            return Err(KeyError::ShortPassphrase);
        }
        let (mut salt, mut nonce) = ([0; 16], [0; 24]);
        fill_random(&mut salt)?;
        fill_random(&mut nonce)?;
        let mut sealed = SealedKey {
            key: self.key.clone(),
            cost: COST,
            salt: BASE64_STANDARD.encode(salt),
            nonce: BASE64_STANDARD.encode(nonce),
            sealed: String::new(),
            checksum: String::new(),
        };
        let stretched = sealed.stretched(passphrase)?;
        let bytes = XChaCha20Poly1305::new(stretched.as_slice().into())
            .encrypt(
                XNonce::from_slice(&nonce),
                Payload {
                    msg: self.seed.as_slice(),
                    aad: &sealed.bound_to()?,
                },
            )
            .map_err(|_| KeyError::Damaged("it could not be sealed".into()))?;
        sealed.sealed = BASE64_STANDARD.encode(bytes);
        sealed.checksum = sealed.sum()?;
        Ok(sealed)
    }
}

fn fill_random(bytes: &mut [u8]) -> Result<(), KeyError> {
    getrandom::fill(bytes).map_err(|e| KeyError::Random(e.to_string()))
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

/// RFC 9106 section 4, second recommended option, with one lane.
const COST: Cost = Cost {
    memory_kib: 64 * 1024,
    passes: 3,
    lanes: 1,
};
/// A file asking for more would be an attack on this computer's memory.
const HIGHEST_MEMORY_KIB: u32 = 1024 * 1024;

/// A key's file: the seed, encrypted, and in clear what it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealedKey {
    pub key: PublicKey,
    cost: Cost,
    salt: String,
    nonce: String,
    sealed: String,
    /// Tells a damaged file from a wrong passphrase. It protects nothing: the seal does that.
    checksum: String,
}

impl SealedKey {
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        #[derive(Deserialize)]
        struct Versioned {
            key: Version,
        }
        #[derive(Deserialize)]
        struct Version {
            version: u32,
        }
        let damaged = |e: serde_json::Error| KeyError::Damaged(e.to_string());
        let found: Versioned = serde_json::from_str(text).map_err(damaged)?;
        if found.key.version > VERSION {
            return Err(KeyError::Newer(found.key.version));
        }
        let mut sealed: Self = serde_json::from_str(text).map_err(damaged)?;
        sealed.key = sealed.key.checked()?;
        if sealed.checksum == sealed.sum()? {
            Ok(sealed)
        } else {
            Err(KeyError::Damaged("its checksum is another".into()))
        }
    }

    pub fn to_text(&self) -> Result<String, KeyError> {
        let text =
            serde_json::to_string_pretty(self).map_err(|e| KeyError::Damaged(e.to_string()))?;
        Ok(text + "\n")
    }

    pub fn open(&self, passphrase: &str) -> Result<SigningKey, KeyError> {
        let damaged = |what: &str| KeyError::Damaged(what.to_owned());
        let nonce = self
            .decoded(&self.nonce)
            .and_then(|bytes| <[u8; 24]>::try_from(bytes).map_err(|_| damaged("nonce")))?;
        let sealed = self.decoded(&self.sealed)?;
        let stretched = self.stretched(passphrase)?;
        let seed = XChaCha20Poly1305::new(stretched.as_slice().into())
            .decrypt(
                XNonce::from_slice(&nonce),
                Payload {
                    msg: &sealed,
                    aad: &self.bound_to()?,
                },
            )
            .map(Zeroizing::new)
            .map_err(|_| KeyError::WrongPassphrase {
                holder: self.key.holder.clone(),
                purpose: self.key.purpose,
            })?;
        let seed = <[u8; 32]>::try_from(seed.as_slice()).map_err(|_| damaged("length"))?;
        let opened =
            SigningKey::from_seed(self.key.purpose, &self.key.holder, Zeroizing::new(seed))?;
        if opened.key == self.key {
            Ok(opened)
        } else {
            Err(damaged("its halves do not belong together"))
        }
    }

    fn decoded(&self, text: &str) -> Result<Vec<u8>, KeyError> {
        BASE64_STANDARD
            .decode(text)
            .map_err(|_| KeyError::Damaged(format!("the key of {}: base64", self.key.holder)))
    }

    fn stretched(&self, passphrase: &str) -> Result<Zeroizing<[u8; 32]>, KeyError> {
        let unusable = |e: argon2::Error| KeyError::Damaged(e.to_string());
        if self.cost.memory_kib > HIGHEST_MEMORY_KIB
            || self.cost.passes > 16
            || self.cost.lanes > 16
        {
            return Err(KeyError::Damaged("its cost".into()));
        }
        let params = Params::new(
            self.cost.memory_kib,
            self.cost.passes,
            self.cost.lanes,
            Some(32),
        )
        .map_err(unusable)?;
        let mut out = Zeroizing::new([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(
                passphrase.as_bytes(),
                &self.decoded(&self.salt)?,
                out.as_mut_slice(),
            )
            .map_err(unusable)?;
        Ok(out)
    }

    /// What stands in clear is authenticated with the seed.
    fn bound_to(&self) -> Result<Vec<u8>, KeyError> {
        serde_json::to_vec(&self.key).map_err(|e| KeyError::Damaged(e.to_string()))
    }

    fn sum(&self) -> Result<String, KeyError> {
        let mut unsummed = self.clone();
        unsummed.checksum.clear();
        let bytes = serde_json::to_vec(&unsummed).map_err(|e| KeyError::Damaged(e.to_string()))?;
        Ok(store::hex(&Sha256::digest(bytes)))
    }
}

#[cfg(test)]
mod tests;
