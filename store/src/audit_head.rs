//! The newest row of the audit trail, kept in a file beside the database: so that an end that was cut off shows, and an older file put back.
//!
//! It is written after a commit, by the database's own writer, so it may be behind by what a stopped program had just committed; it is never
//! ahead of it. It is authenticated by a key made from the database's, so that nobody without that key can write one. Who has the key, or puts
//! back an older copy of the whole folder, is found only by the heads in backups that lie elsewhere.

use crate::{
    DataFolder, StoreError,
    audit::Head,
    audit_table::{self, KeptHead},
    hex,
    key::DataKey,
};
use hmac::{Hmac, Mac};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::{
    fs::{self, File},
    io::{Seek, SeekFrom, Write},
    path::PathBuf,
};
use zeroize::Zeroizing;

/// Two heads, written in turn, each within one sector of a disk: a power cut in the midst of one leaves the other.
const SLOT_BYTES: usize = 512;
const SLOTS: i64 = 2;
const PURPOSE: &[u8] = b"onward: head of the audit trail, 1";

/// Reads and writes the head of one data folder.
#[derive(Clone)]
pub struct HeadFile {
    path: PathBuf,
    key: Zeroizing<Vec<u8>>,
}

#[derive(Serialize, Deserialize)]
struct Slot {
    seq: i64,
    hash: String,
    /// HMAC-SHA256 (RFC 2104) of the other two.
    code: String,
}

impl HeadFile {
    pub(crate) fn new(folder: &DataFolder, key: &DataKey) -> Self {
        Self {
            path: folder.audit_head(),
            key: Zeroizing::new(authenticated(key.as_bytes(), PURPOSE)),
        }
    }

    /// The newest head that was written with this key.
    pub fn read(&self) -> Result<KeptHead, StoreError> {
        let bytes = match fs::read(&self.path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(KeptHead::Missing);
            }
            Err(source) => {
                return Err(StoreError::File {
                    path: self.path.clone(),
                    source,
                });
            }
        };
        let heads = bytes
            .chunks(SLOT_BYTES)
            .filter_map(|slot| self.opened(slot));
        Ok(heads
            .max_by_key(|head| head.seq)
            .map_or(KeptHead::Changed, KeptHead::At))
    }

    /// For a chain that is about to begin; a file that is there already is left as it is.
    pub(crate) fn begin(&self) -> Result<(), StoreError> {
        if self.path.exists() {
            return Ok(());
        }
        self.begin_anew(&Head::none())
    }

    /// From this head on, whatever the file said before.
    pub(crate) fn begin_anew(&self, head: &Head) -> Result<(), StoreError> {
        let slot = self.sealed(head)?;
        let beside = self.path.with_extension("new");
        let written = File::create(&beside).and_then(|mut file| {
            (0..SLOTS).try_for_each(|_| file.write_all(&slot))?;
            file.sync_all()
        });
        written
            .and_then(|()| fs::rename(&beside, &self.path))
            .map_err(StoreError::file(&self.path))
    }

    /// Writes the newest head, if the database has the one that stands there: what shows a fault is never written over.
    pub(crate) fn keep(&self, connection: &Connection) -> Result<(), StoreError> {
        let newest = audit_table::head(connection)?;
        let KeptHead::At(kept) = self.read()? else {
            return Ok(());
        };
        if kept.seq >= newest.seq || !audit_table::has_had(connection, &kept)? {
            return Ok(());
        }
        let slot = self.sealed(&newest)?;
        // The slot that does not hold the newest: each head goes where its number says, unless the newest lies there.
        let bytes = fs::read(&self.path).map_err(StoreError::file(&self.path))?;
        let first = bytes.chunks(SLOT_BYTES).next();
        let newest_is_first = first.and_then(|slot| self.opened(slot)) == Some(kept);
        let at = if newest_is_first { SLOT_BYTES } else { 0 };
        let at = u64::try_from(at).unwrap_or(0);
        let written = File::options()
            .write(true)
            .open(&self.path)
            .and_then(|mut file| {
                file.seek(SeekFrom::Start(at))?;
                file.write_all(&slot)
            });
        written.map_err(StoreError::file(&self.path))
    }

    fn sealed(&self, head: &Head) -> Result<Vec<u8>, StoreError> {
        let slot = Slot {
            seq: head.seq,
            hash: head.hash.clone(),
            code: self.code(head),
        };
        let mut bytes =
            serde_json::to_vec(&slot).map_err(|error| StoreError::Value(error.to_string()))?;
        bytes.resize(SLOT_BYTES - 1, b' ');
        bytes.push(b'\n');
        Ok(bytes)
    }

    fn opened(&self, slot: &[u8]) -> Option<Head> {
        let slot: Slot = serde_json::from_slice(slot).ok()?;
        let head = Head {
            seq: slot.seq,
            hash: slot.hash,
        };
        (self.code(&head) == slot.code).then_some(head)
    }

    fn code(&self, head: &Head) -> String {
        hex(&authenticated(
            &self.key,
            format!("{} {}", head.seq, head.hash).as_bytes(),
        ))
    }
}

/// A key of any length is taken, so there is nothing to fail; with none, nothing would be opened.
fn authenticated(key: &[u8], message: &[u8]) -> Vec<u8> {
    Hmac::<Sha256>::new_from_slice(key).map_or_else(
        |_| Vec::new(),
        |mut mac| {
            mac.update(message);
            mac.finalize().into_bytes().to_vec()
        },
    )
}
