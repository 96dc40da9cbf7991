//! The recovery key: 32 letters and digits, printed once, which opens the records when the keychain cannot.
//! The header file keeps the database's key wrapped by it: Argon2id (RFC 9106), then XChaCha20-Poly1305.

use crate::{
    StoreError,
    key::{DataKey, fill_random},
};
use argon2::{Algorithm, Argon2, Params, Version};
use base64::{Engine, prelude::BASE64_STANDARD};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use serde::{Deserialize, Serialize};
use std::fmt;
use zeroize::Zeroizing;

/// Crockford's base 32: no I, L, O or U, so that a printed key is read back as it was written.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CHARACTERS: usize = 32;

/// A letter as it stands on the paper, however it was typed; spaces and hyphens say nothing.
fn as_printed(letter: char) -> Option<char> {
    match letter.to_ascii_uppercase() {
        'O' => Some('0'),
        'I' | 'L' => Some('1'),
        other if other.is_whitespace() || other == '-' => None,
        other => Some(other),
    }
}

/// 160 bits, shown once.
#[derive(Clone, PartialEq, Eq)]
pub struct RecoveryKey(Zeroizing<String>);

impl RecoveryKey {
    pub fn random() -> Result<Self, StoreError> {
        let mut bytes = Zeroizing::new([0_u8; CHARACTERS]);
        fill_random(bytes.as_mut_slice())?;
        let letter = |byte: &u8| {
            ALPHABET
                .get(usize::from(byte & 31))
                .map_or('0', |&letter| char::from(letter))
        };
        Ok(Self(Zeroizing::new(bytes.iter().map(letter).collect())))
    }

    /// As typed from paper: any case, any grouping, O for 0, I or L for 1.
    pub fn parse(text: &str) -> Result<Self, StoreError> {
        let letters: String = text.chars().filter_map(as_printed).collect();
        let known = letters.bytes().all(|letter| ALPHABET.contains(&letter));
        match letters.chars().count() {
            CHARACTERS if known => Ok(Self(Zeroizing::new(letters))),
            CHARACTERS => Err(StoreError::WrongKey),
            found => Err(StoreError::RecoveryKeyForm { found }),
        }
    }

    /// Eight groups of four, as printed for the practice's safe.
    pub fn printed(&self) -> String {
        let letters: Vec<char> = self.0.chars().collect();
        letters
            .chunks(4)
            .map(|group| group.iter().collect::<String>())
            .collect::<Vec<_>>()
            .join("-")
    }

    /// Whether somebody has typed the last group as it is printed: they have it on paper.
    pub fn ends_with(&self, last_group: &str) -> bool {
        let letters: String = last_group.chars().filter_map(as_printed).collect();
        letters.chars().count() == 4 && self.0.ends_with(&letters)
    }

    fn stretched(&self, salt: &[u8], cost: &Cost) -> Result<Zeroizing<[u8; 32]>, StoreError> {
        let unusable =
            |error: argon2::Error| StoreError::Value(format!("recovery header: {error}"));
        let params =
            Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(32)).map_err(unusable)?;
        let mut out = Zeroizing::new([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(self.0.as_bytes(), salt, out.as_mut_slice())
            .map_err(unusable)?;
        Ok(out)
    }
}

impl fmt::Debug for RecoveryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryKey(‹redacted›)")
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Cost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

/// RFC 9106 section 4, second recommended option, with one pass less: the key has 160 bits of its own.
const COST: Cost = Cost {
    memory_kib: 64 * 1024,
    passes: 2,
    lanes: 1,
};
/// A header asking for more would be an attack on this computer's memory.
const HIGHEST_MEMORY_KIB: u32 = 1024 * 1024;

/// The file beside the database: which key it is, and that key wrapped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyHeader {
    pub version: u32,
    pub key_id: String,
    cost: Cost,
    salt: String,
    nonce: String,
    wrapped: String,
}

impl KeyHeader {
    pub fn wrap(key_id: &str, key: &DataKey, recovery: &RecoveryKey) -> Result<Self, StoreError> {
        let mut salt = [0; 16];
        let mut nonce = [0; 24];
        fill_random(&mut salt)?;
        fill_random(&mut nonce)?;
        let stretched = recovery.stretched(&salt, &COST)?;
        let wrapped = XChaCha20Poly1305::new(stretched.as_slice().into())
            .encrypt(
                XNonce::from_slice(&nonce),
                Payload {
                    msg: key.as_bytes(),
                    aad: key_id.as_bytes(),
                },
            )
            .map_err(|_| StoreError::WrongKey)?;
        Ok(Self {
            version: 1,
            key_id: key_id.to_owned(),
            cost: COST,
            salt: BASE64_STANDARD.encode(salt),
            nonce: BASE64_STANDARD.encode(nonce),
            wrapped: BASE64_STANDARD.encode(wrapped),
        })
    }

    pub fn unwrap_key(&self, recovery: &RecoveryKey) -> Result<DataKey, StoreError> {
        let decode = |text: &str| {
            BASE64_STANDARD
                .decode(text)
                .map_err(|_| StoreError::Value("recovery header: base64".into()))
        };
        if self.cost.memory_kib > HIGHEST_MEMORY_KIB
            || self.cost.passes > 16
            || self.cost.lanes > 16
        {
            return Err(StoreError::Value("recovery header: cost".into()));
        }
        let nonce = <[u8; 24]>::try_from(decode(&self.nonce)?)
            .map_err(|_| StoreError::Value("recovery header: nonce".into()))?;
        let wrapped = decode(&self.wrapped)?;
        let stretched = recovery.stretched(&decode(&self.salt)?, &self.cost)?;
        let bytes = XChaCha20Poly1305::new(stretched.as_slice().into())
            .decrypt(
                XNonce::from_slice(&nonce),
                Payload {
                    msg: &wrapped,
                    aad: self.key_id.as_bytes(),
                },
            )
            .map_err(|_| StoreError::WrongKey)?;
        DataKey::from_bytes(&Zeroizing::new(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_printed_key_read_back_with_slips_of_the_pen_opens_the_same_lock() {
        let key = DataKey::random().unwrap();
        let recovery = RecoveryKey::random().unwrap();
        let header = KeyHeader::wrap("k1", &key, &recovery).unwrap();
        let as_typed = recovery
            .printed()
            .to_lowercase()
            .replace('-', " ")
            .replace('0', "o")
            .replace('1', "l");
        assert_eq!(
            header
                .unwrap_key(&RecoveryKey::parse(&as_typed).unwrap())
                .unwrap(),
            key
        );
    }

    #[test]
    fn another_key_another_id_or_a_short_key_opens_nothing() {
        let key = DataKey::random().unwrap();
        let recovery = RecoveryKey::random().unwrap();
        let header = KeyHeader::wrap("k1", &key, &recovery).unwrap();
        assert!(matches!(
            header.unwrap_key(&RecoveryKey::random().unwrap()),
            Err(StoreError::WrongKey)
        ));
        let renamed = KeyHeader {
            key_id: "k2".into(),
            ..header.clone()
        };
        assert!(matches!(
            renamed.unwrap_key(&recovery),
            Err(StoreError::WrongKey)
        ));
        assert!(matches!(
            RecoveryKey::parse("ABCD"),
            Err(StoreError::RecoveryKeyForm { found: 4 })
        ));
    }

    #[test]
    fn keys_are_never_printed_by_accident() {
        let key = DataKey::random().unwrap();
        let recovery = RecoveryKey::random().unwrap();
        assert!(
            format!("{key:?} {recovery:?}")
                .chars()
                .filter(char::is_ascii_digit)
                .count()
                == 0
        );
    }
}
