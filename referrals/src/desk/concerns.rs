//! "Report a safety concern": written down here for the clinical safety officer, and sent nowhere by itself.

use super::Desk;
use crate::{ReferralError, concern_table};
use jiff::Timestamp;
use store::event::new_id;

/// What somebody reported, and where the program stood.
#[derive(Clone, PartialEq, Eq)]
pub struct SafetyConcern {
    pub id: String,
    pub at: Timestamp,
    pub who: String,
    pub words: String,
    pub program_version: String,
    pub directory_name: String,
    pub directory_version: u64,
    /// The place of the window: "refer", "referrals", …
    pub place: String,
}

impl std::fmt::Debug for SafetyConcern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // People write names into it, whatever they are asked.
        f.debug_struct("SafetyConcern")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// Which program and which directory it is about.
#[derive(Debug, Clone)]
pub struct ConcernSource {
    pub program_version: String,
    pub directory_name: String,
    pub directory_version: u64,
    pub place: String,
}

/// As long as a page; more belongs into a letter.
const LONGEST_WORDS: usize = 10_000;
const LONGEST_PLACE: usize = 40;

impl Desk {
    pub fn report_concern(
        &self,
        words: &str,
        source: ConcernSource,
        actor: &str,
    ) -> Result<(), ReferralError> {
        let words = words.trim();
        if words.is_empty() || words.len() > LONGEST_WORDS {
            return Err(ReferralError::WordsMissing);
        }
        let now = self.clock.now();
        let concern = SafetyConcern {
            id: new_id(now).to_string(),
            at: now,
            who: actor.to_owned(),
            words: words.to_owned(),
            program_version: source.program_version,
            directory_name: source.directory_name,
            directory_version: source.directory_version,
            place: source.place.chars().take(LONGEST_PLACE).collect(),
        };
        self.practice
            .write(move |tx| concern_table::insert(tx, &concern))
    }

    /// Newest first, on this computer.
    pub fn concerns(&self) -> Result<Vec<SafetyConcern>, ReferralError> {
        self.practice.read(concern_table::all)
    }
}
