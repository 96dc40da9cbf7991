//! What would be held, or would wait, if it were sent now: said before Send, with who acts, by when, and another way (hazard H25).

use crate::{Engine, EngineError};
use jiff::civil::Date;
use referrals::{
    ReferralError,
    draft::{ReferralDraft, ServiceToRefer},
    mailbox_table,
    outbox::outbox_table,
    status,
    transport::SendProblem,
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WouldWait {
    /// "do-not-refer", "address-revoked", "directory-too-old", "not-approved", "address-changed", "mailbox-not-set"; else why the channel
    /// waits, as a code of `SendProblem`.
    pub why: String,
    /// The role that acts, and by when.
    pub owner: &'static str,
    pub by: Date,
    /// Who said not to refer there, when and why.
    pub detail: Option<String>,
    /// The service's phone: another way to reach it.
    pub phone: Option<String>,
}

impl Engine {
    /// None where nothing is known that would keep it, and where no service is chosen that is sent to from here.
    pub fn would_wait(
        &self,
        draft: &ReferralDraft,
        chosen: &ServiceToRefer,
    ) -> Result<Option<WouldWait>, EngineError> {
        let ServiceToRefer::Found(facts) = chosen else {
            return Ok(None);
        };
        let Some(service) = &facts.service else {
            return Ok(None);
        };
        let (has_mailbox, channel) = self.store.practice.read(|c| {
            let set = mailbox_table::read(c)?.is_some();
            Ok::<_, ReferralError>((set, outbox_table::channel_problem(c)?))
        })?;
        let stopped = self.stopped(
            &service.endpoint_id,
            &service.address,
            &service.endpoint_digest,
        )?;
        let changed = draft.seen_endpoint_digest.as_ref() != Some(&service.endpoint_digest);
        let today = self.store.clock.today();
        let next_day = status::after_working_days(today, 1);
        let (why, owner, by) = if facts.do_not_refer.is_some() {
            ("do-not-refer".to_owned(), "practice-admin", next_day)
        } else if let Some(why) = stopped {
            (why.to_owned(), "practice-admin", next_day)
        } else if changed {
            // Whoever sees the card again sees the new address.
            ("address-changed".to_owned(), "referrer", today)
        } else if !facts.approved {
            ("not-approved".to_owned(), "practice-admin", next_day)
        } else if !has_mailbox {
            ("mailbox-not-set".to_owned(), "practice-admin", next_day)
        } else if let Some(problem) = channel.filter(|code| SendProblem::parse(code).is_some()) {
            (problem, "practice-admin", next_day)
        } else {
            return Ok(None);
        };
        Ok(Some(WouldWait {
            why,
            owner,
            by,
            detail: facts.do_not_refer.clone(),
            phone: facts.phone.clone(),
        }))
    }
}
