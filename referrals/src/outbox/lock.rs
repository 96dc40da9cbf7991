//! The sender's lock: whoever holds the file beside the database sends; every other copy of the app, and the command line, only queue.
//! The operating system frees it when the holder dies, however it dies.

use std::{
    fs::{File, TryLockError},
    io,
    path::Path,
};

/// Held for as long as it lives.
#[derive(Debug)]
pub struct SenderLock {
    file: File,
}

impl SenderLock {
    /// None when another process sends.
    pub fn try_take(path: &Path) -> io::Result<Option<Self>> {
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

impl Drop for SenderLock {
    fn drop(&mut self) {
        let _ = self.file.unlock();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_sends_and_the_next_takes_over() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("sender.lock");
        let first = SenderLock::try_take(&path).unwrap();
        assert!(first.is_some());
        assert!(SenderLock::try_take(&path).unwrap().is_none());
        drop(first);
        assert!(SenderLock::try_take(&path).unwrap().is_some());
    }
}
