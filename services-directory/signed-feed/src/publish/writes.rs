//! How a publication comes onto the disk: new files first, and last of all, by renaming, the timestamp that names them.
//!
//! A reader begins at the timestamp, and every other file has a name of its own. So whenever it stops, what was published before is whole.

use super::error::PublishError;
use std::{
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
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
