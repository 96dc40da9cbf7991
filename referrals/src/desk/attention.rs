//! What needs somebody, counted by kind, without anything that identifies a person: for the badge of the window and for the daily line.

use super::{Desk, ReferralRow};
use crate::ReferralError;
use jiff::{Timestamp, civil::Date};

/// So many of one kind need somebody; the oldest for so many days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttentionCount {
    /// As `status::attention` gives it, or "not-leaving".
    pub kind: &'static str,
    pub count: u32,
    pub oldest_days: u32,
}

/// What of the directory waits for those who keep it, as counted by whoever knows the directory.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DirectoryWaits {
    /// Versions that wait for a yes or a no: one at most.
    pub held: u32,
    /// Addresses to which nothing is sent before the practice has approved them.
    pub addresses: u32,
    /// Services to phone before anything is sent there, because the directory is too old.
    pub to_phone: u32,
    /// Since when, as far as is known, the oldest of it waits.
    pub since: Option<Timestamp>,
}

impl DirectoryWaits {
    pub fn count(&self) -> u32 {
        self.held
            .saturating_add(self.addresses)
            .saturating_add(self.to_phone)
    }
}

impl Desk {
    /// The kinds in the order of the list, each once.
    pub fn attention(&self) -> Result<Vec<AttentionCount>, ReferralError> {
        let today = self.clock.today();
        Ok(counted(&self.unfinished()?, today))
    }

    /// Since when the oldest of them stands where it does.
    pub fn oldest_attention(&self) -> Result<Option<Timestamp>, ReferralError> {
        let rows = self.unfinished()?;
        let need = rows.iter().filter(|row| row.needs_attention);
        Ok(need.map(|row| row.changed_at).min())
    }
}

fn counted(rows: &[ReferralRow], today: Date) -> Vec<AttentionCount> {
    let mut counts: Vec<AttentionCount> = Vec::new();
    for row in rows {
        let Some(kind) = row.attention else { continue };
        let since = store::clock::local_date(row.changed_at);
        let days = since
            .until(today)
            .map_or(0, |span| u32::try_from(span.get_days()).unwrap_or(0));
        match counts.iter_mut().find(|known| known.kind == kind) {
            Some(known) => {
                known.count = known.count.saturating_add(1);
                known.oldest_days = known.oldest_days.max(days);
            }
            None => counts.push(AttentionCount {
                kind,
                count: 1,
                oldest_days: days,
            }),
        }
    }
    counts
}
