//! A date of birth, and ages as the NHS Common User Interface writes them.

use super::redacted_debug;
use jiff::civil::Date;
use jiff::{Span, Unit};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A date on which a living person can have been born. Reading a stored one back checks only that it is a date: today
/// was known when it was first taken.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DateOfBirth(Date);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DateOfBirthError {
    #[error("the date of birth is in the future")]
    Future,
    #[error("the date of birth is more than 130 years ago")]
    TooLongAgo,
    #[error("a date of birth is written year-month-day, as in 1945-07-14")]
    NotADate,
}

const OLDEST_YEARS: i16 = 130;

impl DateOfBirth {
    pub fn new(born: Date, today: Date) -> Result<Self, DateOfBirthError> {
        if born > today {
            return Err(DateOfBirthError::Future);
        }
        if full_years(born, today) > OLDEST_YEARS {
            return Err(DateOfBirthError::TooLongAgo);
        }
        Ok(Self(born))
    }

    /// `1945-07-14`.
    pub fn parse(text: &str, today: Date) -> Result<Self, DateOfBirthError> {
        let born = text
            .trim()
            .parse()
            .map_err(|_| DateOfBirthError::NotADate)?;
        Self::new(born, today)
    }

    pub fn date(self) -> Date {
        self.0
    }

    /// Birthdays that have passed. Zero before the date of birth.
    pub fn age_years(self, today: Date) -> i16 {
        full_years(self.0, today).max(0)
    }

    /// `14-Jul-1945 (81y)` (CUI PAB-0034).
    pub fn with_age(self, today: Date) -> String {
        format!("{self} ({})", self.age(today))
    }

    /// The age in the units of the CUI patient banner: days under 4 weeks, weeks and days under a year, months and
    /// days under 2 years, years and months under 18, then years.
    pub fn age(self, today: Date) -> String {
        let days = self
            .0
            .until((Unit::Day, today))
            .map_or(0, |span| span.get_days())
            .max(0);
        let span = self.0.until((Unit::Year, today)).unwrap_or_default();
        let months = i32::from(span.get_years()) * 12 + span.get_months();
        match months {
            _ if days < 28 => format!("{days}d"),
            ..12 => two_units(days / 7, 'w', days % 7, 'd'),
            12..24 => two_units(months, 'm', span.get_days(), 'd'),
            24..216 => two_units(months / 12, 'y', months % 12, 'm'),
            _ => format!("{}y", months / 12),
        }
    }
}

fn two_units(big: i32, big_unit: char, small: i32, small_unit: char) -> String {
    if small == 0 {
        format!("{big}{big_unit}")
    } else {
        format!("{big}{big_unit} {small}{small_unit}")
    }
}

fn full_years(from: Date, to: Date) -> i16 {
    from.until((Unit::Year, to))
        .map_or(0, |span: Span| span.get_years())
}

impl fmt::Display for DateOfBirth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&cui_date(self.0))
    }
}

/// `14-Jul-1945`, in English whatever the computer's region is (CUI D+Ta-0006 to D+Ta-0010).
pub fn cui_date(date: Date) -> String {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let month = usize::try_from(date.month() - 1)
        .ok()
        .and_then(|at| MONTHS.get(at))
        .unwrap_or(&"");
    format!("{:02}-{month}-{:04}", date.day(), date.year())
}

redacted_debug!(DateOfBirth);
