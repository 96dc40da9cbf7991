//! The program's log: a closed list of what may be written down. There is no entry with free text, so nothing of a patient can get in.

use std::{fs, io::Write, path::Path, path::PathBuf};
use store::{Clock, UseMode};

/// Everything that may be logged.
#[derive(Debug, Clone, Copy)]
pub enum LogEntry<'a> {
    Opened {
        mode: UseMode,
    },
    DirectoryLoaded {
        version: u64,
    },
    DirectoryHeld {
        version: u64,
    },
    /// A code of `Refusal`.
    RefreshFailed {
        code: &'static str,
    },
    /// By its id, which means nothing outside this computer's encrypted database.
    ReferralChanged {
        referral_id: &'a str,
    },
    /// A code of `EngineError`, never its words.
    CommandFailed {
        code: &'static str,
    },
}

/// A text file in the data folder, a line an entry; the one before it is kept when it has grown.
#[derive(Clone)]
pub struct Log {
    path: PathBuf,
    clock: Clock,
}

const LARGEST_BYTES: u64 = 1_000_000;

impl Log {
    pub fn in_folder(folder: &Path, clock: Clock) -> Self {
        Self {
            path: folder.join("onward.log"),
            clock,
        }
    }

    /// A log that cannot be written must not stop a referral.
    pub fn write(&self, entry: &LogEntry<'_>) {
        let grown = fs::metadata(&self.path).is_ok_and(|file| file.len() > LARGEST_BYTES);
        if grown {
            let _ = fs::rename(&self.path, self.path.with_extension("log.before"));
        }
        let line = format!("{} {}\n", self.clock.now(), words(entry));
        let file = fs::File::options()
            .create(true)
            .append(true)
            .open(&self.path);
        let _ = file.and_then(|mut file| file.write_all(line.as_bytes()));
    }
}

fn words(entry: &LogEntry<'_>) -> String {
    match entry {
        LogEntry::Opened { mode } => format!("opened for={}", mode.as_str()),
        LogEntry::DirectoryLoaded { version } => format!("directory-loaded version={version}"),
        LogEntry::DirectoryHeld { version } => format!("directory-held version={version}"),
        LogEntry::RefreshFailed { code } => format!("refresh-failed code={code}"),
        LogEntry::ReferralChanged { referral_id } => match referral_id.parse::<store::Uuid>() {
            Ok(id) => format!("referral-changed id={id}"),
            Err(_) => "referral-changed".to_owned(),
        },
        LogEntry::CommandFailed { code } => format!("command-failed code={code}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_id_is_not_written() {
        let folder = tempfile::tempdir().unwrap();
        let log = Log::in_folder(
            folder.path(),
            Clock::from_fn(|| "2026-11-21T09:00:00Z".parse().unwrap()),
        );
        log.write(&LogEntry::CommandFailed { code: "too-late" });
        log.write(&LogEntry::ReferralChanged {
            referral_id: "SMITH, John",
        });
        log.write(&LogEntry::ReferralChanged {
            referral_id: "01a2006e-3fca-7ffa-923a-87599c53d893",
        });
        let written = fs::read_to_string(folder.path().join("onward.log")).unwrap();
        let expected = "2026-11-21T09:00:00Z command-failed code=too-late\n\
            2026-11-21T09:00:00Z referral-changed\n\
            2026-11-21T09:00:00Z referral-changed id=01a2006e-3fca-7ffa-923a-87599c53d893\n";
        assert_eq!(written, expected);
    }
}
