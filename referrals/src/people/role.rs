//! Roles, and what each of them may do: need to know (Caldicott principle 4).

/// What somebody on the staff list is here for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Refers: a GP, a nurse, a pharmacist, a first contact physiotherapist.
    Clinician,
    /// Sends what clinicians dictate, follows referrals up, keeps the directory and the set-up.
    Admin,
    /// Keeps people, set-up and records, reads the audit trail; sees no patient's letter.
    Manager,
}

/// One kind of thing that can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    /// Prepare and send a referral, and see its patient.
    Refer,
    /// See sent referrals with their letters, and act on them.
    FollowUp,
    /// Say of an address that it is the service's own.
    ApproveAddresses,
    /// Say something of a service beside its entry: a note, "do not refer", that its entry is wrong.
    Annotate,
    /// Load a directory, and keep it true: check entries, pin and hide them, settle corrections.
    KeepDirectory,
    /// Practice, people, mailbox, backups.
    SetUp,
    ReadAuditTrail,
    /// Erase what is due, hold it, and export a patient's data.
    KeepRecords,
}

impl Role {
    pub const ALL: [Self; 3] = [Self::Clinician, Self::Admin, Self::Manager];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Clinician => "clinician",
            Self::Admin => "admin",
            Self::Manager => "manager",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }

    pub fn may(self, right: Right) -> bool {
        match right {
            Right::ApproveAddresses | Right::Annotate => true,
            Right::Refer | Right::FollowUp => self != Self::Manager,
            Right::KeepDirectory | Right::SetUp => self != Self::Clinician,
            Right::ReadAuditTrail | Right::KeepRecords => self == Self::Manager,
        }
    }
}

impl Right {
    pub const ALL: [Self; 8] = [
        Self::Refer,
        Self::FollowUp,
        Self::ApproveAddresses,
        Self::Annotate,
        Self::KeepDirectory,
        Self::SetUp,
        Self::ReadAuditTrail,
        Self::KeepRecords,
    ];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h14_confidential_each_role_sees_and_does_what_it_needs_and_no_more() {
        let may = |role: Role| Right::ALL.map(|right| role.may(right));
        //          Refer  FollowUp Approve Annotate Directory SetUp Trail Records
        assert_eq!(
            may(Role::Clinician),
            [true, true, true, true, false, false, false, false]
        );
        assert_eq!(
            may(Role::Admin),
            [true, true, true, true, true, true, false, false]
        );
        assert_eq!(
            may(Role::Manager),
            [false, false, true, true, true, true, true, true]
        );
    }

    #[test]
    fn a_role_reads_back_as_it_was_written() {
        for role in Role::ALL {
            assert_eq!(Role::parse(role.as_str()), Some(role));
        }
        assert_eq!(Role::parse("owner"), None);
    }
}
