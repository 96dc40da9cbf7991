//! Where the published files come from: an https address or a folder. Bytes are counted before anything is parsed, and nobody can make a refresh
//! endless: each file has its cap, each answer a least speed, and the whole of it a deadline.

mod https;
mod transport;

use std::{
    io::Read,
    path::{Component, Path, PathBuf},
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::time::Instant;
use url::Url;

pub(crate) use transport::{BASE, MetadataTransport};

/// The place of a published directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The address under which `metadata/` and `targets/` lie; it ends with a slash.
    Https(Url),
    /// A folder with the same two in it: for a practice without a connection.
    Folder(PathBuf),
}

impl Source {
    /// An https address without user, query or fragment; "https://…" is the only beginning that is understood.
    pub fn https(address: &str) -> Result<Self, TransferError> {
        let mut url = Url::parse(address.trim()).map_err(|_| TransferError::Address)?;
        let plain = url.scheme() == "https"
            && url.has_host()
            && url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none();
        if !plain {
            return Err(TransferError::Address);
        }
        if !url.path().ends_with('/') {
            url.set_path(&format!("{}/", url.path()));
        }
        Ok(Self::Https(url))
    }
}

/// Which certificate authorities are believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Authorities {
    OperatingSystem,
    /// Only this one, on this computer: a demonstration or a test.
    Only {
        pem: String,
    },
}

/// How much and how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TransferLimits {
    pub root_bytes: u64,
    pub timestamp_bytes: u64,
    pub snapshot_bytes: u64,
    pub targets_bytes: u64,
    /// Of one signed file, as it lies on the server.
    pub file_bytes: u64,
    pub stop_list_bytes: u64,
    pub total_bytes: u64,
    pub root_updates: u64,
    pub connect: Duration,
    /// Without a single byte.
    pub silence: Duration,
    pub total: Duration,
    /// An answer that lasts longer than this must have come with at least so many bytes a second.
    pub speed_counts_after: Duration,
    pub least_bytes_per_second: u64,
}

impl Default for TransferLimits {
    fn default() -> Self {
        Self {
            root_bytes: 256 << 10,
            timestamp_bytes: 16 << 10,
            snapshot_bytes: 64 << 10,
            targets_bytes: 1 << 20,
            file_bytes: 32 << 20,
            stop_list_bytes: 4 << 20,
            total_bytes: 96 << 20,
            root_updates: 128,
            connect: Duration::from_secs(20),
            silence: Duration::from_secs(30),
            total: Duration::from_mins(10),
            speed_counts_after: Duration::from_secs(20),
            least_bytes_per_second: 1_000,
        }
    }
}

/// Why a file did not come.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
pub enum TransferError {
    #[error("that is not the https address of a published directory")]
    Address,
    #[error("{0} is not there")]
    NotFound(String),
    #[error("{path} is longer than the {cap} bytes that it may have")]
    TooLong { path: String, cap: u64 },
    #[error("the answer comes too slowly to be waited for")]
    TooSlow,
    #[error("the refresh takes too long")]
    DeadlinePassed,
    #[error("there is no connection to the server")]
    NoConnection,
    #[error("the server's certificate is not one that this computer believes")]
    Certificate,
    #[error("the server sends elsewhere, to another host or not by https")]
    Redirected,
    #[error("the server answered {0}")]
    Status(u16),
    #[error("the connection broke off")]
    BrokenOff,
    #[error("the folder could not be read")]
    Folder,
}

impl TransferError {
    pub fn code(&self) -> &'static str {
        match self {
            Self::Address => "feed-address",
            Self::NotFound(_) => "feed-file-missing",
            Self::TooLong { .. } => "feed-too-long",
            Self::TooSlow | Self::DeadlinePassed => "feed-too-slow",
            Self::NoConnection | Self::BrokenOff => "feed-no-connection",
            Self::Certificate => "feed-certificate",
            Self::Redirected => "feed-redirected",
            Self::Status(_) => "feed-server",
            Self::Folder => "feed-folder",
        }
    }
}

/// What is going on, for whoever waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The newest is asked for.
    Asking,
    Fetched {
        path: String,
        bytes: u64,
    },
    /// How much has come of a new version's signed files, told with each piece.
    Fetching {
        bytes: u64,
        of_bytes: u64,
    },
    Verified,
    Applying {
        services: usize,
    },
}

pub type Progress = Arc<dyn Fn(Step) + Send + Sync>;

/// What a request came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// The server says that it is what was had before.
    Unchanged,
    Bytes {
        bytes: Vec<u8>,
        etag: Option<String>,
    },
}

/// One refresh's way to the files.
#[derive(Clone)]
pub struct Fetcher(Arc<Inner>);

struct Inner {
    place: Place,
    limits: TransferLimits,
    deadline: Instant,
    received: AtomicU64,
    awaited: OnceLock<Awaited>,
    /// The first failure other than a file that is not there: what verifies reports only that something failed.
    failure: Mutex<Option<TransferError>>,
    progress: Progress,
}

/// The signed files of a new version: what had come before them, and how long they are together.
struct Awaited {
    received_before: u64,
    bytes: u64,
}

enum Place {
    Https { base: Url, client: reqwest::Client },
    Folder(PathBuf),
}

impl std::fmt::Debug for Fetcher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Fetcher")
    }
}

impl Fetcher {
    /// The deadline runs from now.
    pub fn new(
        source: &Source,
        authorities: &Authorities,
        limits: TransferLimits,
        progress: Progress,
    ) -> Result<Self, TransferError> {
        let place = match source {
            Source::Https(base) => Place::Https {
                base: base.clone(),
                client: https::client(authorities, &limits)?,
            },
            Source::Folder(folder) => Place::Folder(folder.clone()),
        };
        Ok(Self(Arc::new(Inner {
            place,
            limits,
            deadline: Instant::now() + limits.total,
            received: AtomicU64::new(0),
            awaited: OnceLock::new(),
            failure: Mutex::default(),
            progress,
        })))
    }

    pub(crate) fn limits(&self) -> TransferLimits {
        self.0.limits
    }

    pub(crate) fn tell(&self, step: Step) {
        (self.0.progress)(step);
    }

    /// From here on it is told how much has come of so many bytes.
    pub(crate) fn await_files(&self, bytes: u64) {
        let received_before = self.0.received.load(Ordering::Relaxed);
        self.0.awaited.get_or_init(|| Awaited {
            received_before,
            bytes,
        });
    }

    /// Bodies of answers, over the whole refresh.
    #[cfg(test)]
    fn received_bytes(&self) -> u64 {
        self.0.received.load(Ordering::Relaxed)
    }

    pub(crate) fn failure(&self) -> Option<TransferError> {
        self.0
            .failure
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// One file, `path` below the base, whole and no longer than `cap`.
    pub(crate) async fn get(
        &self,
        path: &str,
        cap: u64,
        etag: Option<&str>,
    ) -> Result<Answer, TransferError> {
        let answer = match &self.0.place {
            Place::Https { base, client } => {
                let url = base.join(path).map_err(|_| TransferError::Address)?;
                https::get(client, url, path, cap, etag, &self.0).await
            }
            Place::Folder(folder) => self.read(folder, path, cap),
        };
        match &answer {
            Ok(Answer::Bytes { bytes, .. }) => self.tell(Step::Fetched {
                path: path.to_owned(),
                bytes: bytes.len() as u64,
            }),
            Err(TransferError::NotFound(_)) | Ok(Answer::Unchanged) => {}
            Err(error) => {
                let mut first = self
                    .0
                    .failure
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner);
                first.get_or_insert_with(|| error.clone());
            }
        }
        answer
    }

    fn read(&self, folder: &Path, path: &str, cap: u64) -> Result<Answer, TransferError> {
        let inside = Path::new(path)
            .components()
            .all(|part| matches!(part, Component::Normal(_)));
        if !inside {
            return Err(TransferError::NotFound(path.to_owned()));
        }
        let file = std::fs::File::open(folder.join(path)).map_err(|error| {
            if error.kind() == std::io::ErrorKind::NotFound && folder.is_dir() {
                TransferError::NotFound(path.to_owned())
            } else {
                TransferError::Folder
            }
        })?;
        let mut bytes = Vec::new();
        file.take(cap.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(|_| TransferError::Folder)?;
        self.0.count(path, bytes.len(), bytes.len() as u64, cap)?;
        Ok(Answer::Bytes { bytes, etag: None })
    }
}

impl Inner {
    /// Counts what has come, and refuses what is too much.
    fn count(
        &self,
        path: &str,
        came: usize,
        of_this_file: u64,
        cap: u64,
    ) -> Result<(), TransferError> {
        let came = came as u64;
        let total = self
            .received
            .fetch_add(came, Ordering::Relaxed)
            .saturating_add(came);
        if of_this_file > cap || total > self.limits.total_bytes {
            return Err(TransferError::TooLong {
                path: path.to_owned(),
                cap: cap.min(self.limits.total_bytes),
            });
        }
        if let Some(awaited) = self.awaited.get() {
            let came = total.saturating_sub(awaited.received_before);
            (self.progress)(Step::Fetching {
                bytes: came.min(awaited.bytes),
                of_bytes: awaited.bytes,
            });
        }
        Ok(())
    }
}

/// The wait before the next refresh in the background: about four hours, so spread that practices do not all ask at once.
/// `chance` is evenly spread over 0 to 1.
pub fn wait_for_next(chance: f64) -> Duration {
    Duration::from_hours(3) + Duration::from_hours(2).mul_f64(chance.clamp(0.0, 1.0))
}

/// The same after the program was started: soon, and not all at nine in the morning.
pub fn wait_after_start(chance: f64) -> Duration {
    Duration::from_secs(5) + Duration::from_mins(3).mul_f64(chance.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_https_address_is_a_source() {
        let base = |address: &str| match Source::https(address) {
            Ok(Source::Https(url)) => Some(url.to_string()),
            _ => None,
        };
        assert_eq!(
            base(" https://directory.example/area"),
            Some("https://directory.example/area/".to_owned())
        );
        for wrong in [
            "http://directory.example/",
            "file:///etc/",
            "https://user@directory.example/",
            "https://directory.example/?x=1",
            "https://directory.example/#x",
            "directory.example",
            "javascript:alert(1)",
            "",
        ] {
            assert_eq!(base(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_folder_gives_only_what_lies_in_it_and_no_more_than_may_be() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("feed")).unwrap();
        std::fs::write(folder.path().join("secret"), "x").unwrap();
        std::fs::write(folder.path().join("feed/long"), "12345").unwrap();
        let fetcher = Fetcher::new(
            &Source::Folder(folder.path().join("feed")),
            &Authorities::OperatingSystem,
            TransferLimits::default(),
            Arc::new(|_| {}),
        )
        .unwrap();
        let get = |path: &str, cap| {
            futures_util::FutureExt::now_or_never(fetcher.get(path, cap, None)).unwrap()
        };
        assert!(matches!(get("long", 5), Ok(Answer::Bytes { .. })));
        assert!(matches!(get("long", 4), Err(TransferError::TooLong { .. })));
        assert!(matches!(
            get("../secret", 9),
            Err(TransferError::NotFound(_))
        ));
        assert_eq!(fetcher.received_bytes(), 10);
    }

    #[test]
    fn refreshes_in_the_background_are_hours_apart_and_spread() {
        let hours = |chance| wait_for_next(chance).as_secs_f64() / 3600.0;
        assert!((hours(0.0) - 3.0).abs() < 0.01 && (hours(1.0) - 5.0).abs() < 0.01);
        assert!(wait_after_start(1.0) < Duration::from_mins(4));
    }
}
