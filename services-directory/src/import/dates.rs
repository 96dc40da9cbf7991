//! Days out of what feeds write as times.

use super::repair::Why;
use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, tz::TimeZone};

/// The day in England, with what had to be taken for granted; none where it is no time at all.
pub fn day(text: &str, england: &TimeZone) -> Option<(Date, Option<Why>)> {
    let text = text.trim();
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some((at.to_zoned(england.clone()).date(), None));
    }
    // "2026-05-01" is a day and needs no time zone; "2026-05-01T10:00:00" does.
    if text.len() == 10 {
        if let Ok(day) = text.parse::<Date>() {
            return Some((day, None));
        }
        return british(text).map(|day| (day, Some(Why::DateForm)));
    }
    let naive: DateTime = text.replace(' ', "T").parse().ok().or_else(|| {
        let (day, time) = text.split_once([' ', 'T'])?;
        let time: jiff::civil::Time = time.parse().ok()?;
        Some(british(day)?.to_datetime(time))
    })?;
    // The day that stands there is the day in England, for England is what is taken for granted.
    Some((naive.date(), Some(Why::NoTimeZone)))
}

/// 01/05/2026 is the first of May here.
fn british(text: &str) -> Option<Date> {
    let mut parts = text.split(['/', '-', '.']);
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}
