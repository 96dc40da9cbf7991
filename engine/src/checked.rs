//! How long ago somebody checked a service's record, and what that asks of whoever refers there (hazard H6).

use crate::Catalogue;
use jiff::civil::Date;
use services_directory::model::HealthcareService;

/// Days since the record was checked with the service; nobody did where it does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checked {
    Never,
    DaysAgo(u32),
}

/// From so many days on it is marked; and from so many on it needs a person's word that they phone (nhs-rules of the project, 3.1, H6).
const MARKED_AFTER_DAYS: u32 = 90;
const OLD_AFTER_DAYS: u32 = 180;
/// Nobody checks made-up services again: in a demonstration their ages stop so long after the directory was made.
const DEMONSTRATION_DAYS: i64 = 14;

impl Checked {
    pub fn code(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::DaysAgo(days) if days > OLD_AFTER_DAYS => "over-180",
            Self::DaysAgo(days) if days > MARKED_AFTER_DAYS => "over-90",
            Self::DaysAgo(_) => "fresh",
        }
    }

    /// Not to be relied upon without a phone call.
    pub fn is_old(self) -> bool {
        matches!(self.code(), "never" | "over-180")
    }

    pub fn days_ago(self) -> Option<u32> {
        match self {
            Self::Never => None,
            Self::DaysAgo(days) => Some(days),
        }
    }
}

impl Catalogue {
    pub fn checked(&self, service: &HealthcareService, today: Date) -> Checked {
        let verified = service.onward.verified.as_ref();
        self.checked_on(verified.map(|verified| verified.on), today)
    }

    pub(crate) fn checked_on(&self, day: Option<Date>, today: Date) -> Checked {
        let header = &self.header;
        let made_old = header
            .published_on
            .saturating_add(jiff::Span::new().days(DEMONSTRATION_DAYS));
        let today = if header.demonstration {
            today.min(made_old)
        } else {
            today
        };
        let Some(day) = day else {
            return Checked::Never;
        };
        let days = today.duration_since(day).as_hours() / 24;
        Checked::DaysAgo(u32::try_from(days).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h06_stale_directory_the_marks_begin_on_their_day() {
        for (days, code, old) in [
            (0, "fresh", false),
            (90, "fresh", false),
            (91, "over-90", false),
            (180, "over-90", false),
            (181, "over-180", true),
        ] {
            let checked = Checked::DaysAgo(days);
            assert_eq!((checked.code(), checked.is_old()), (code, old), "{days}");
        }
        assert!(Checked::Never.is_old());
    }
}
