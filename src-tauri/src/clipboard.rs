//! The desktop's clipboard, for the text that goes into the patient's record: kept out of its history and of the cloud, and cleared again.

use arboard::Clipboard;
use engine::copied::{CLEARED_AFTER, Clearing, Copied};
use std::{
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};
use store::Clock;

/// On X11 the text lives as long as the clipboard that gave it, so one is kept for good.
#[derive(Default)]
struct Held {
    clipboard: Option<Clipboard>,
    copied: Option<Copied>,
}

#[derive(Clone)]
pub struct RecordClipboard {
    held: Arc<Mutex<Held>>,
    clock: Clock,
}

impl RecordClipboard {
    pub fn new(clock: Clock) -> Self {
        Self {
            held: Arc::default(),
            clock,
        }
    }

    pub fn copy(&self, text: &str) -> Result<(), arboard::Error> {
        {
            let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
            if held.clipboard.is_none() {
                held.clipboard = Some(Clipboard::new()?);
            }
            if let Some(clipboard) = &mut held.clipboard {
                set_privately(clipboard, text)?;
            }
            held.copied = Some(Copied::new(text, self.clock.now()));
        }
        let later = self.clone();
        thread::spawn(move || later.clear_in_time());
        Ok(())
    }

    /// When the program ends, its minute ends too.
    pub fn clear_if_unchanged(&self) {
        let _ = self.look(true);
    }

    fn clear_in_time(&self) {
        let mut wait = CLEARED_AFTER;
        loop {
            thread::sleep(wait);
            match self.look(false) {
                Some(more) => wait = more,
                None => return,
            }
        }
    }

    /// Clears what is due, and says how long there is still to wait.
    fn look(&self, at_once: bool) -> Option<Duration> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let copied = held.copied.clone()?;
        let clipboard = held.clipboard.as_mut()?;
        let found = clipboard.get_text().ok();
        match copied.clearing(self.clock.now(), found.as_deref()) {
            Clearing::Wait(more) if !at_once => return Some(more),
            Clearing::LeaveAlone => {}
            Clearing::Wait(_) | Clearing::Clear => {
                let _ = clipboard.clear();
            }
        }
        held.copied = None;
        None
    }
}

/// Windows keeps a history of what was copied (Win+V) and can send it to a person's other devices; neither may see this.
#[cfg(windows)]
fn set_privately(clipboard: &mut Clipboard, text: &str) -> Result<(), arboard::Error> {
    use arboard::SetExtWindows;
    clipboard
        .set()
        .exclude_from_monitoring()
        .exclude_from_history()
        .exclude_from_cloud()
        .text(text)
}

/// Desktops of Linux and macOS have a mark of the same meaning, for programs that keep a history.
#[cfg(target_os = "macos")]
fn set_privately(clipboard: &mut Clipboard, text: &str) -> Result<(), arboard::Error> {
    use arboard::SetExtApple;
    clipboard.set().exclude_from_history().text(text)
}

#[cfg(all(unix, not(target_os = "macos")))]
fn set_privately(clipboard: &mut Clipboard, text: &str) -> Result<(), arboard::Error> {
    use arboard::SetExtLinux;
    clipboard.set().exclude_from_history().text(text)
}
