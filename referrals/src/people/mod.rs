//! The people of a practice: who they are, what each may do, and the PIN by which this program knows them.

pub mod pin;
pub mod role;

pub use pin::{Pin, PinError};
pub use role::{Right, Role};

/// Somebody on the staff list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffMember {
    pub id: String,
    pub name: String,
    /// As it stands on letters: "GP", "Practice pharmacist".
    pub job: String,
    pub role: Role,
    pub has_pin: bool,
    /// A leaver stays on the list for the names of what they did, and can do nothing.
    pub left: bool,
}

impl StaffMember {
    /// Somebody new, who has no PIN yet.
    pub fn new(
        id: impl Into<String>,
        name: impl Into<String>,
        job: impl Into<String>,
        role: Role,
    ) -> Self {
        Self {
            id: id.into(),
            name: name.into(),
            job: job.into(),
            role,
            has_pin: false,
            left: false,
        }
    }

    /// Whether this person, once their PIN was given, may do so.
    pub fn may(&self, right: Right) -> bool {
        !self.left && self.role.may(right)
    }
}
