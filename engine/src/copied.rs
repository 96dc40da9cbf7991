//! When a text that was copied for the patient's record leaves the clipboard again: after a minute, if nobody has copied anything else since.

use jiff::{SignedDuration, Timestamp};
use std::time::Duration;

/// Long enough to change to the clinical system and paste; short enough that it is gone before the next patient.
pub const CLEARED_AFTER: Duration = Duration::from_mins(1);

/// A text that this program put on the clipboard, and when.
#[derive(Clone)]
pub struct Copied {
    text: String,
    at: Timestamp,
}

impl std::fmt::Debug for Copied {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Copied(‹redacted›)")
    }
}

/// What is to be done about the clipboard now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clearing {
    Wait(Duration),
    Clear,
    /// Somebody has copied something else: it is not ours to take away.
    LeaveAlone,
}

impl Copied {
    pub fn new(text: &str, at: Timestamp) -> Self {
        Self {
            text: text.to_owned(),
            at,
        }
    }

    /// A clock that was set back does not keep it there: the minute counts as over.
    pub fn clearing(&self, now: Timestamp, on_clipboard: Option<&str>) -> Clearing {
        if !on_clipboard.is_some_and(|found| self.is(found)) {
            return Clearing::LeaveAlone;
        }
        let passed = now.duration_since(self.at);
        let whole = SignedDuration::try_from(CLEARED_AFTER).unwrap_or_default();
        if passed.is_negative() || passed >= whole {
            return Clearing::Clear;
        }
        Clearing::Wait((whole - passed).unsigned_abs())
    }

    /// Systems change the ends of lines on the way.
    fn is(&self, found: &str) -> bool {
        self.text.lines().eq(found.lines())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Referral sent to Pain Platform\nReference: ONW-7K3F-92QD";

    fn after(seconds: i64, on_clipboard: Option<&str>) -> Clearing {
        let at: Timestamp = "2026-11-21T14:00:00Z".parse().unwrap();
        let now = at + SignedDuration::from_secs(seconds);
        Copied::new(TEXT, at).clearing(now, on_clipboard)
    }

    #[test]
    fn h14_confidential_text_leaves_the_clipboard_after_a_minute() {
        assert_eq!(after(0, Some(TEXT)), Clearing::Wait(CLEARED_AFTER));
        assert_eq!(
            after(59, Some(TEXT)),
            Clearing::Wait(Duration::from_secs(1))
        );
        assert_eq!(after(60, Some(TEXT)), Clearing::Clear);
        assert_eq!(after(86_400, Some(TEXT)), Clearing::Clear, "after a sleep");
        let windows = TEXT.replace('\n', "\r\n");
        assert_eq!(after(60, Some(&windows)), Clearing::Clear);
        assert_eq!(
            after(-3_600, Some(TEXT)),
            Clearing::Clear,
            "the clock was set back"
        );
    }

    #[test]
    fn what_somebody_else_copied_is_never_taken_away() {
        for found in [
            None,
            Some(""),
            Some("the next patient's banner"),
            Some("Referral sent"),
        ] {
            for seconds in [0, 59, 60, 86_400, -3_600] {
                assert_eq!(after(seconds, found), Clearing::LeaveAlone, "{found:?}");
            }
        }
    }

    #[test]
    fn nothing_of_it_is_printed() {
        let copied = Copied::new("SMITH, John", Timestamp::UNIX_EPOCH);
        assert!(!format!("{copied:?}").contains("SMITH"));
    }
}
