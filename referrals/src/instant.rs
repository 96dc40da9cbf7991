//! Moments as the tables keep them: UTC, milliseconds since 1970.

use jiff::Timestamp;

pub fn millis(at: Timestamp) -> i64 {
    at.as_millisecond()
}

/// A stored number outside what a moment can be reads as the nearest moment that can.
pub fn from_millis(milliseconds: i64) -> Timestamp {
    let (lowest, highest) = (
        Timestamp::MIN.as_millisecond(),
        Timestamp::MAX.as_millisecond(),
    );
    Timestamp::from_millisecond(milliseconds.clamp(lowest, highest)).unwrap_or_default()
}
