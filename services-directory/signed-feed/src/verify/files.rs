//! The signed files themselves: fetched no longer than they were signed, compared with their digest, unpacked under a cap, and only then read.

use super::{Believed, Refusal, policy::Loaded, policy::SignedFile};
use crate::source::{Answer, Fetcher, TransferError};
use services_directory::{
    feed::{Directory, FeedLimits, FeedProblem},
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

/// A whole directory of one version, signed, verified and read.
#[derive(Debug)]
pub struct VerifiedFeed {
    pub directory: Directory,
    /// Its two files by their digests.
    pub publication: String,
    /// As they were signed, to be kept where a person is asked first.
    pub services_file: Vec<u8>,
    pub endpoints_file: Vec<u8>,
}

impl NewVersion {
    /// Fetches, compares and reads both files.
    pub async fn read(&self, limits: FeedLimits) -> Result<VerifiedFeed, Refusal> {
        let cap = self.fetcher.limits().file_bytes;
        let together = self.services.length.saturating_add(self.endpoints.length);
        self.fetcher.await_files(together);
        let services_file = fetch(&self.fetcher, &self.services, cap).await?;
        let endpoints_file = fetch(&self.fetcher, &self.endpoints, cap).await?;
        let directory = read_files(&services_file, &endpoints_file, limits)?;
        if directory.header.version != self.services.number {
            return Err(Refusal::Roles("the file's number is not the directory's"));
        }
        Ok(VerifiedFeed {
            directory,
            publication: publication_of(&self.services.sha256, &self.endpoints.sha256),
            services_file,
            endpoints_file,
        })
    }
}

/// Unpacks and reads two files that were verified.
pub fn read_files(
    services: &[u8],
    endpoints: &[u8],
    limits: FeedLimits,
) -> Result<Directory, Refusal> {
    let read = Directory::read_published(unpacked(services)?, unpacked(endpoints)?, limits);
    read.map_err(|error| match error.problem {
        // What does not unpack fails as a reading does.
        FeedProblem::Read(_) => Refusal::Unpacking,
        _ => Refusal::Content(error),
    })
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
