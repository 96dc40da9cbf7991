//! The signed files themselves: fetched no longer than they were signed, compared with their digest, unpacked under a cap, and read record by record.

use super::{Believed, Refusal, policy::Loaded, policy::SignedFile};
use crate::source::{Answer, Fetcher, TransferError};
use services_directory::{
    feed::{self, Collected, Directory, FeedError, FeedLimits, FeedProblem},
    model::DirectoryRecord,
    trust_table::{FileKind, StopList, Trust, publication_of},
};
use sha2::{Digest, Sha256};
use std::io::{BufRead, BufReader};
use zstd::stream::read::Decoder;

/// Memory that a packed file may ask for to be unpacked: 2 to the power of this, in bytes.
const MOST_WINDOW_LOG: u32 = 24;
/// A stop-list longer than this names more than an area has.
const MOST_STOPPED: usize = 20_000;

/// A version whose metadata is believed, and whose files are still to come.
#[derive(Debug)]
pub struct NewVersion {
    pub believed: Believed,
    pub(super) fetcher: Fetcher,
    pub(super) services: SignedFile,
    pub(super) endpoints: SignedFile,
}

/// The two files of a version as they were signed.
#[derive(Debug)]
pub struct SignedFiles {
    pub services: Vec<u8>,
    pub endpoints: Vec<u8>,
    /// Both by their digests.
    pub publication: String,
    /// The version that was signed for; none where the files were kept and are read once more.
    number: Option<u64>,
}

impl NewVersion {
    /// Fetches both files, and compares them with what was signed.
    pub async fn files(&self) -> Result<SignedFiles, Refusal> {
        let cap = self.fetcher.limits().file_bytes;
        let together = self.services.length.saturating_add(self.endpoints.length);
        self.fetcher.await_files(together);
        Ok(SignedFiles {
            services: fetch(&self.fetcher, &self.services, cap).await?,
            endpoints: fetch(&self.fetcher, &self.endpoints, cap).await?,
            publication: publication_of(&self.services.sha256, &self.endpoints.sha256),
            number: Some(self.services.number),
        })
    }
}

/// Why the reading of files ended before their end.
enum Stopped<E> {
    Feed(FeedError),
    Taking(E),
}

impl<E> From<FeedError> for Stopped<E> {
    fn from(error: FeedError) -> Self {
        Self::Feed(error)
    }
}

impl SignedFiles {
    /// Files that were verified before and kept since.
    pub fn kept(services: Vec<u8>, endpoints: Vec<u8>) -> Self {
        let digest = |bytes: &[u8]| store::hex(&Sha256::digest(bytes));
        Self {
            publication: publication_of(&digest(&services), &digest(&endpoints)),
            services,
            endpoints,
            number: None,
        }
    }

    /// Unpacks and reads both; each record is handed on with its line, and none is kept.
    pub fn each_record<E: From<Refusal>>(
        &self,
        limits: FeedLimits,
        mut take: impl FnMut(DirectoryRecord, &str) -> Result<(), E>,
    ) -> Result<(), E> {
        let (services, endpoints) = (unpacked(&self.services)?, unpacked(&self.endpoints)?);
        let read = feed::read_published(services, endpoints, limits, |record, line| {
            if let DirectoryRecord::Directory(header) = &record
                && self.number.is_some_and(|number| number != header.version)
            {
                let other = Refusal::Roles("the file's number is not the directory's");
                return Err(Stopped::Taking(other.into()));
            }
            take(record, line).map_err(Stopped::Taking)
        });
        read.map_err(|stopped| match stopped {
            Stopped::Taking(error) => error,
            // What does not unpack fails as a reading does.
            Stopped::Feed(FeedError {
                problem: FeedProblem::Read(_),
                ..
            }) => Refusal::Unpacking.into(),
            Stopped::Feed(error) => Refusal::Content(error).into(),
        })
    }

    /// The whole directory in memory, for who compares two of them.
    pub fn directory(&self, limits: FeedLimits) -> Result<Directory, Refusal> {
        let mut collected = Collected::default();
        self.each_record(limits, |record, _| {
            collected.add(record);
            Ok::<_, Refusal>(())
        })?;
        collected.whole().map_err(Refusal::Content)
    }
}

/// Unpacked as it is read, so that nothing of what is too much ever stands in memory.
fn unpacked(file: &[u8]) -> Result<impl BufRead + '_, Refusal> {
    let mut decoder = Decoder::with_buffer(file).map_err(|_| Refusal::Unpacking)?;
    decoder
        .window_log_max(MOST_WINDOW_LOG)
        .map_err(|_| Refusal::Unpacking)?;
    Ok(BufReader::with_capacity(128 << 10, decoder))
}

/// The stop-list, where it is another than the known one.
pub(super) async fn stop_list(
    fetcher: &Fetcher,
    loaded: &Loaded,
    known: &Trust,
) -> Result<Option<StopList>, Refusal> {
    let Some(revoked) = &loaded.revoked else {
        return Ok(None);
    };
    let same = known.files.get(&FileKind::Revoked);
    if same.is_some_and(|same| same.sha256 == revoked.sha256) {
        return Ok(None);
    }
    let cap = fetcher.limits().stop_list_bytes;
    let bytes = fetch(fetcher, revoked, cap).await?;
    let list: StopList = serde_json::from_slice(&bytes).map_err(|_| Refusal::Damaged)?;
    let longest = list.addresses.iter().map(String::len).max().unwrap_or(0);
    if list.endpoints.len() + list.addresses.len() > MOST_STOPPED || longest > 2_000 {
        return Err(Refusal::Transfer(TransferError::TooLong {
            path: revoked.path(),
            cap,
        }));
    }
    Ok(Some(list))
}

async fn fetch(fetcher: &Fetcher, file: &SignedFile, cap: u64) -> Result<Vec<u8>, Refusal> {
    let path = file.path();
    if file.length > cap {
        return Err(Refusal::Transfer(TransferError::TooLong { path, cap }));
    }
    match fetcher.get(&path, file.length, None).await? {
        Answer::Bytes { bytes, .. }
            if bytes.len() as u64 == file.length
                && store::hex(&Sha256::digest(&bytes)) == file.sha256 =>
        {
            Ok(bytes)
        }
        _ => Err(Refusal::Damaged),
    }
}
