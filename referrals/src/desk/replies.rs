//! What a service answered, written down by a member of staff; and what the practice did about silence or a rejection.

use super::{Desk, offers::append_with_words, sending::current_state};
use crate::{ReferralError, outbox::outbox_table, referral_table, status, status::FollowUp};
use jiff::civil::Date;
use serde_json::json;
use store::{EventType, NewEvent, clock::local_date, event_table};

/// What a service can answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    Received,
    Accepted,
    InformationRequested,
    CouldNotContact,
    Rejected,
    Ended,
}

impl Reply {
    pub const ALL: [Self; 6] = [
        Self::Received,
        Self::Accepted,
        Self::InformationRequested,
        Self::CouldNotContact,
        Self::Rejected,
        Self::Ended,
    ];

    pub fn event_type(self) -> EventType {
        match self {
            Self::Received => EventType::Received,
            Self::Accepted => EventType::Accepted,
            Self::InformationRequested => EventType::InformationRequested,
            Self::CouldNotContact => EventType::CouldNotContact,
            Self::Rejected => EventType::Rejected,
            Self::Ended => EventType::Ended,
        }
    }

    /// That of the event that it becomes.
    pub fn code(self) -> &'static str {
        self.event_type().as_str()
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reply| reply.code() == code)
    }

    /// Nobody can act on "no", or on "tell us more", without the words for it.
    pub fn needs_words(self) -> bool {
        matches!(self, Self::Rejected | Self::InformationRequested)
    }

    /// What could be answered to a referral that stands there.
    pub fn possible(state: EventType) -> Vec<Self> {
        if state == EventType::Sending {
            return Vec::new();
        }
        let follows = |reply: &Self| {
            reply.event_type() != state && status::may_follow(reply.event_type(), Some(state))
        };
        Self::ALL.into_iter().filter(follows).collect()
    }
}

/// A silence that was chased is looked at again after so long, unless the person says when.
const LOOK_AGAIN_AFTER_WORKING_DAYS: u8 = 5;

impl Desk {
    /// What the service answered, by phone, letter or e-mail, in the words of whoever took it.
    pub fn record_reply(
        &self,
        referral_id: &str,
        reply: Reply,
        words: &str,
        actor: &str,
    ) -> Result<(), ReferralError> {
        let words = words.trim().to_owned();
        if reply.needs_words() && words.is_empty() {
            return Err(ReferralError::WordsMissing);
        }
        let (now, id, actor) = (self.clock.now(), referral_id.to_owned(), actor.to_owned());
        self.practice.write(move |tx| {
            let state = current_state(tx, &id)?;
            if !Reply::possible(state).contains(&reply) {
                return Err(ReferralError::NotPossibleNow);
            }
            // A service that answers has it: nobody needs to find out whether it arrived.
            outbox_table::resolve_unknown(tx, &id, "accepted")?;
            let event = NewEvent::new(reply.event_type(), &id, actor, now);
            append_with_words(tx, &event.with(json!({ "by": "hand" })), &words)
        })
    }

    /// Somebody asked after it, or did what the service asked for: looked at again on this day, else after 5 working days.
    pub fn chase(
        &self,
        referral_id: &str,
        next_on: Option<Date>,
        words: &str,
        actor: &str,
    ) -> Result<(), ReferralError> {
        let today = local_date(self.clock.now());
        let next_on = next_on
            .unwrap_or_else(|| status::after_working_days(today, LOOK_AGAIN_AFTER_WORKING_DAYS));
        if next_on <= today {
            return Err(ReferralError::NotADayAhead);
        }
        self.follow_up(
            referral_id,
            FollowUp::Chased,
            &json!({ "follow_up": "chased", "next_on": next_on.to_string() }),
            words,
            actor,
        )
    }

    /// A rejection was seen, and this was done next: until then it stands on top for the referrer and the practice admin.
    pub fn acknowledge(
        &self,
        referral_id: &str,
        words: &str,
        actor: &str,
    ) -> Result<(), ReferralError> {
        if words.trim().is_empty() {
            return Err(ReferralError::WordsMissing);
        }
        self.follow_up(
            referral_id,
            FollowUp::Acknowledged,
            &json!({ "follow_up": "acknowledged" }),
            words,
            actor,
        )
    }

    fn follow_up(
        &self,
        referral_id: &str,
        kind: FollowUp,
        payload: &serde_json::Value,
        words: &str,
        actor: &str,
    ) -> Result<(), ReferralError> {
        let (now, id, actor) = (self.clock.now(), referral_id.to_owned(), actor.to_owned());
        let (words, payload) = (words.trim().to_owned(), payload.clone());
        self.practice.write(move |tx| {
            referral_table::read(tx, &id)?.ok_or(ReferralError::NoSuchReferral)?;
            let folded = status::fold(&event_table::about(tx, &id)?);
            let folded = folded.ok_or(ReferralError::NoSuchReferral)?;
            if !follow_ups(&folded).contains(&kind.code()) {
                return Err(ReferralError::NotPossibleNow);
            }
            let event = NewEvent::new(folded.state, &id, actor, now).with(payload);
            append_with_words(tx, &event, &words)
        })
    }
}

/// What a person can do about one that stands there, beside answering for the service.
pub(super) fn follow_ups(folded: &status::Folded) -> Vec<&'static str> {
    use EventType as E;
    match folded.state {
        E::Sent | E::Received | E::Redirected | E::InformationRequested | E::CouldNotContact => {
            vec!["chased"]
        }
        E::Rejected if !folded.acknowledged => vec!["acknowledged"],
        E::Parked | E::Draft => vec!["recall", "decline"],
        _ => vec![],
    }
}
