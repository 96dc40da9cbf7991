//! Why a step of publishing was refused: each with what to do.

use super::signing::RoleName;
use crate::keys::{KeyError, KeyPurpose};
use services_directory::feed::FeedError;
use std::path::{Path, PathBuf};

#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error("the directory is not published: {0}")]
    Directory(#[from] FeedError),
    #[error("{}: {source}: look at the disk and the folder's rights, and do it again", path.display())]
    File {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("another publication works in this folder: wait until it has ended")]
    Busy,
    #[error("{} holds a published directory already: publish into it, or name another folder", .0.display())]
    Exists(PathBuf),
    #[error("{} holds no published directory: begin with `onward-cli directory init`, or name another folder", .0.display())]
    NoRepository(PathBuf),
    #[error(
        "{file} of the folder is damaged ({why}): put back the copy that is on the web host, or a backup"
    )]
    Damaged { file: String, why: String },
    #[error(
        "{have} of {need} keys for {purpose} that must be there: {need} different people need one each"
    )]
    TooFewKeys {
        purpose: KeyPurpose,
        have: usize,
        need: usize,
    },
    #[error("{holder} has two keys for {purpose}: two signatures must be two people's")]
    OnePersonTwice { holder: String, purpose: KeyPurpose },
    #[error(
        "the key of {holder} ({purpose}) is given twice: each key has one purpose and one entry"
    )]
    SameKeyTwice { holder: String, purpose: KeyPurpose },
    #[error("{have} of {need} signatures over {role}{}: {}", signed_by(.by), what_to_do(*.role))]
    SignaturesShort {
        role: RoleName,
        have: u64,
        need: u64,
        /// Who has signed already.
        by: Vec<String>,
    },
    #[error("{0} has signed twice: the second signature must be another person's")]
    SignedTwice(String),
    #[error("the signature of {holder} is over other bytes than these: let them sign this request")]
    OtherBytes { holder: String },
    #[error("the signature of {holder} is not right: let them sign the request again")]
    WrongSignature { holder: String },
    #[error(
        "the key of {holder} ({purpose}) is not one of this directory's: use the right key, or change keys with `onward-cli directory rotate`"
    )]
    UnknownKey { holder: String, purpose: KeyPurpose },
    #[error("these are published and no longer in the file: {}; say why of each: --left ID:closed, :withdrawn or :error, or --left ID:merged:SUCCESSOR", .0.join(", "))]
    Unexplained(Vec<String>),
    #[error("{0} is said to have left and did not: it is in the file, or was never published")]
    NotLeft(String),
    #[error("nothing has been published yet: do that first")]
    NothingPublished,
    #[error("no record is the directory's header (kind \"directory\"): put it on the first line")]
    NoHeader,
    #[error(
        "this is the directory {found}, and the folder publishes {published}: name the right folder"
    )]
    AnotherDirectory { published: String, found: String },
    #[error(
        "the request was made for version {request} of the endpoints, and version {published} is published: prepare a new one with `publish`"
    )]
    StaleRequest { request: u64, published: u64 },
    #[error(
        "the endpoints are no longer those of the request: prepare a new one with `publish`, and let it be signed"
    )]
    OtherEndpoints,
    #[error(
        "the request is not in order ({0}): do not sign it, and ask whoever sent it, by a way that you know"
    )]
    Request(String),
    #[error("{0}")]
    Metadata(String),
    #[error("there is no version after {0}")]
    NoMoreVersions(u64),
}

impl PublishError {
    pub(crate) fn file(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::File { path, source }
    }

    /// What it is called where programs read it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Key(error) => error.code(),
            Self::Directory(_) | Self::NoHeader => "directory-refused",
            Self::File { .. } => "file",
            Self::Busy => "busy",
            Self::Exists(_) => "exists",
            Self::NoRepository(_) => "no-published-directory",
            Self::Damaged { .. } => "damaged-publication",
            Self::TooFewKeys { .. } => "too-few-keys",
            Self::OnePersonTwice { .. } => "one-person-twice",
            Self::SameKeyTwice { .. } => "same-key-twice",
            Self::SignaturesShort { .. } => "signatures-short",
            Self::SignedTwice(_) => "signed-twice",
            Self::OtherBytes { .. } => "other-bytes",
            Self::WrongSignature { .. } => "wrong-signature",
            Self::UnknownKey { .. } => "unknown-key",
            Self::Unexplained(_) => "left-unexplained",
            Self::NotLeft(_) => "not-left",
            Self::NothingPublished => "nothing-published",
            Self::AnotherDirectory { .. } => "another-directory",
            Self::StaleRequest { .. } => "stale-request",
            Self::OtherEndpoints => "other-endpoints",
            Self::Request(_) => "request-refused",
            Self::Metadata(_) | Self::NoMoreVersions(_) => "metadata",
        }
    }
}

fn signed_by(by: &[String]) -> String {
    if by.is_empty() {
        String::new()
    } else {
        format!(" (by {})", by.join(", "))
    }
}

fn what_to_do(role: RoleName) -> &'static str {
    match role {
        RoleName::Root => "another holder of a root key must sign too",
        RoleName::Targets => {
            "a second person must sign the endpoints, with `onward-cli directory sign-endpoints`"
        }
        RoleName::Services => "give a key for services",
        RoleName::Snapshot | RoleName::Timestamp => "give the online key",
    }
}
