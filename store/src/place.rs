//! Whether a folder is a safe place for a database: not on a network drive, not inside a synchronised folder.
//! SQLite's write-ahead log does not work over a network file system (sqlite.org/wal.html), and a synchronising program copies half-written files.

use crate::StoreError;
use std::path::{Component, Path, Prefix};

/// What is known of the computer, as arguments, so that every case can be tested.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// The text of Linux's `/proc/self/mountinfo`; empty elsewhere.
    pub mount_info: String,
    /// Roots that a synchronising program names in the environment (`OneDrive` on Windows).
    pub synchronised_roots: Vec<std::path::PathBuf>,
}

impl Surroundings {
    /// Of this computer, now.
    pub fn of_this_computer() -> Self {
        let roots = ["OneDrive", "OneDriveCommercial", "OneDriveConsumer"];
        Self {
            mount_info: std::fs::read_to_string("/proc/self/mountinfo").unwrap_or_default(),
            synchronised_roots: roots
                .iter()
                .filter_map(std::env::var_os)
                .filter(|root| !root.is_empty())
                .map(|root| std::fs::canonicalize(&root).unwrap_or_else(|_| root.into()))
                .collect(),
        }
    }
}

const NETWORK_FILE_SYSTEMS: [&str; 17] = [
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "ncpfs",
    "afs",
    "ceph",
    "9p",
    "davfs",
    "fuse.davfs2",
    "fuse.sshfs",
    "fuse.rclone",
    "fuse.s3fs",
    "fuse.glusterfs",
    "fuse.gvfsd-fuse",
    "fuse.smbnetfs",
];

const SYNCHRONISED_FOLDERS: [(&str, &str); 9] = [
    ("onedrive", "OneDrive"),
    ("dropbox", "Dropbox"),
    ("google drive", "Google Drive"),
    ("googledrive", "Google Drive"),
    ("icloud drive", "iCloud"),
    ("mobile documents", "iCloud"),
    ("nextcloud", "Nextcloud"),
    ("owncloud", "ownCloud"),
    ("box sync", "Box"),
];

/// Refuses a folder in which a database would come to harm. `path` is absolute, its links followed.
pub fn check(path: &Path, around: &Surroundings) -> Result<(), StoreError> {
    if let Some(Component::Prefix(prefix)) = path.components().next()
        && matches!(prefix.kind(), Prefix::UNC(..) | Prefix::VerbatimUNC(..))
    {
        return Err(StoreError::NetworkPlace {
            path: path.into(),
            kind: "a shared folder".into(),
        });
    }
    if let Some(kind) = file_system(path, &around.mount_info)
        && NETWORK_FILE_SYSTEMS.contains(&kind)
    {
        return Err(StoreError::NetworkPlace {
            path: path.into(),
            kind: kind.into(),
        });
    }
    if around
        .synchronised_roots
        .iter()
        .any(|root| path.starts_with(root))
    {
        return Err(StoreError::SynchronisedPlace {
            path: path.into(),
            product: "OneDrive",
        });
    }
    match synchronised_by(path) {
        Some(product) => Err(StoreError::SynchronisedPlace {
            path: path.into(),
            product,
        }),
        None => Ok(()),
    }
}

/// "OneDrive - Moorlands Surgery" is OneDrive's too; "my dropbox notes" is not Dropbox's.
fn synchronised_by(path: &Path) -> Option<&'static str> {
    path.components().find_map(|part| {
        let name = part.as_os_str().to_string_lossy().to_lowercase();
        let of = |folder: &str| {
            name == folder
                || name
                    .strip_prefix(folder)
                    .is_some_and(|rest| rest.starts_with(" -") || rest.starts_with(" ("))
        };
        SYNCHRONISED_FOLDERS
            .iter()
            .find(|(folder, _)| of(folder))
            .map(|(_, product)| *product)
    })
}

/// The type of the file system that holds `path`: the longest mount point above it (proc(5), mountinfo).
fn file_system<'a>(path: &Path, mount_info: &'a str) -> Option<&'a str> {
    mount_info
        .lines()
        .filter_map(|line| {
            let (mount, rest) = line.split_once(" - ")?;
            let point = mount.split(' ').nth(4)?.replace("\\040", " ");
            path.starts_with(&point)
                .then_some((point.len(), rest.split(' ').next()?))
        })
        .max_by_key(|(length, _)| *length)
        .map(|(_, kind)| kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTS: &str = "22 1 254:0 / / rw,relatime - ext4 /dev/root rw\n\
        30 22 0:44 / /mnt/share rw - cifs //server/share rw\n\
        31 22 0:45 / /mnt/share/local\\040disk rw - ext4 /dev/sdb rw\n";

    fn refusal(path: &str) -> Option<String> {
        let around = Surroundings {
            mount_info: MOUNTS.into(),
            synchronised_roots: vec!["/home/amy/Cloud".into()],
        };
        check(Path::new(path), &around)
            .err()
            .map(|error| error.to_string())
    }

    #[test]
    fn a_local_disk_is_a_place_for_records() {
        assert_eq!(refusal("/var/lib/onward"), None);
        assert_eq!(
            refusal("/mnt/share/local disk/onward"),
            None,
            "the longest mount point decides"
        );
        assert_eq!(refusal("/home/amy/my dropbox notes"), None);
    }

    #[test]
    fn network_drives_and_synchronised_folders_are_refused_with_what_to_do() {
        assert!(
            refusal("/mnt/share/onward")
                .is_some_and(|why| why.contains("network drive (cifs)") && why.contains("Choose"))
        );
        for path in [
            "/home/amy/Dropbox/onward",
            "/home/amy/OneDrive - Moorlands Surgery/x",
            "/home/amy/Cloud/x",
        ] {
            assert!(
                refusal(path).is_some_and(|why| why.contains("not synchronised")),
                "{path}"
            );
        }
    }
}
