//! The only place where the computer is asked what time it is; everything else takes the time as an argument.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use std::sync::Arc;

/// A source of the time: the computer's clock, or one that a test sets.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// The computer's own clock.
    #[allow(clippy::disallowed_methods)]
    pub fn system() -> Self {
        Self(Arc::new(Timestamp::now))
    }

    /// A clock that is read from the function given.
    pub fn from_fn(read: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(read))
    }

    /// UTC.
    pub fn now(&self) -> Timestamp {
        (self.0)()
    }

    /// The day it is in England.
    pub fn today(&self) -> Date {
        local_date(self.now())
    }
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Clock")
    }
}

/// The time zone of NHS England's practices, whatever the computer is set to.
pub fn england() -> TimeZone {
    TimeZone::get("Europe/London").unwrap_or(TimeZone::UTC)
}

/// The day in England at that moment.
pub fn local_date(at: Timestamp) -> Date {
    at.to_zoned(england()).date()
}
