//! How a publication comes onto the disk: new files first, and last of all, by renaming, the timestamp that names them.
//!
//! A reader begins at the timestamp, and every other file has a name of its own. So whenever it stops, what was published before is whole.

use super::error::PublishError;
use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
    time::Duration,
};

/// One file that is to be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    /// Below the published folder.
    pub path: PathBuf,
    pub bytes: Vec<u8>,
}

/// The files of one step, in the order in which they are written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Writes(pub Vec<Write>);

impl Writes {
    pub(super) fn add(&mut self, path: impl Into<PathBuf>, bytes: Vec<u8>) {
        self.0.push(Write {
            path: path.into(),
            bytes,
        });
    }

    pub fn carry_out(&self, folder: &Path) -> Result<(), PublishError> {
        for write in &self.0 {
            write_whole(&folder.join(&write.path), &write.bytes)?;
        }
        Ok(())
    }
}

/// Under another name first, onto the disk, and only then by its name.
fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), PublishError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(PublishError::file(folder))?;
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(".unfinished");
    let unfinished = PathBuf::from(unfinished);
    let written = File::create(&unfinished).and_then(|mut file| {
        file.write_all(bytes)?;
        date_after(&file, path)?;
        file.sync_all()
    });
    written.map_err(PublishError::file(&unfinished))?;
    fs::rename(&unfinished, path).map_err(PublishError::file(path))?;
    // The name too is on the disk before the next file is begun. Windows has no such call, and needs none.
    #[cfg(unix)]
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(PublishError::file(folder))?;
    Ok(())
}

/// A web host tells two versions of a file apart by its length and the second in which it was written (nginx's `ETag`): of two within one second
/// and of one length, the later would be taken for the former.
fn date_after(file: &File, former: &Path) -> io::Result<()> {
    let Ok(former) = fs::metadata(former).and_then(|it| it.modified()) else {
        return Ok(());
    };
    match former.checked_add(Duration::from_secs(1)) {
        Some(next) if file.metadata()?.modified()? < next => file.set_modified(next),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::UNIX_EPOCH;

    #[test]
    fn two_versions_written_within_one_second_are_of_different_seconds() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("timestamp.json");
        let second = || {
            let modified = fs::metadata(&path).unwrap().modified().unwrap();
            modified.duration_since(UNIX_EPOCH).unwrap().as_secs()
        };
        write_whole(&path, b"1").unwrap();
        let first = second();
        for later in 1..=3 {
            write_whole(&path, b"2").unwrap();
            assert!(second() >= first + later, "{later}");
        }
    }
}
