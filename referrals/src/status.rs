//! Where a referral stands: its events folded in order; an event that comes too late stays in the timeline and changes nothing.

use jiff::{
    Timestamp, Zoned,
    civil::{Date, Weekday},
};
use store::{Event, EventType, clock};

/// The state after folding, and which events changed nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Folded {
    pub state: EventType,
    pub changed_at: Timestamp,
    /// The day that a person named for looking again: when it was parked, or when it was chased.
    pub next_on: Option<Date>,
    /// Somebody has said what was done about a rejection.
    pub acknowledged: bool,
    /// One for each event, in the order given: whether it came too late.
    pub late: Vec<bool>,
}

impl Folded {
    fn at(event: &Event) -> Self {
        Self {
            state: event.event_type,
            changed_at: event.at,
            next_on: next_on(event),
            acknowledged: false,
            late: Vec::new(),
        }
    }
}

/// What a person did about a referral that stands where it stood: it changes no state, and is about this one only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FollowUp {
    Chased,
    Acknowledged,
}

impl FollowUp {
    pub fn code(self) -> &'static str {
        match self {
            Self::Chased => "chased",
            Self::Acknowledged => "acknowledged",
        }
    }

    pub fn of(event: &Event) -> Option<Self> {
        let named = event.payload.get("follow_up")?.as_str()?;
        [Self::Chased, Self::Acknowledged]
            .into_iter()
            .find(|kind| kind.code() == named)
    }
}

fn next_on(event: &Event) -> Option<Date> {
    event.payload.get("next_on")?.as_str()?.parse().ok()
}

/// Folds events that are in order of clock, then id.
pub fn fold(events: &[Event]) -> Option<Folded> {
    let mut folded: Option<Folded> = None;
    let mut late = Vec::with_capacity(events.len());
    for event in events {
        late.push(!take(&mut folded, event));
    }
    folded.map(|folded| Folded { late, ..folded })
}

/// Whether the event changed what is known.
fn take(folded: &mut Option<Folded>, event: &Event) -> bool {
    if let Some(follow_up) = FollowUp::of(event) {
        let Some(about) = folded.as_mut().filter(|of| of.state == event.event_type) else {
            return false;
        };
        match follow_up {
            FollowUp::Chased => about.next_on = next_on(event),
            FollowUp::Acknowledged => about.acknowledged = true,
        }
        return true;
    }
    let follows = may_follow(event.event_type, folded.as_ref().map(|of| of.state));
    if follows {
        *folded = Some(Folded::at(event));
    }
    follows
}

/// Which states each event may follow.
pub fn may_follow(event: EventType, state: Option<EventType>) -> bool {
    use EventType as E;
    let Some(state) = state else {
        return matches!(
            event,
            E::Draft | E::Queued | E::Parked | E::Declined | E::NoGoodLocalService
        );
    };
    let with_service = || {
        matches!(
            state,
            E::Sent
                | E::Unknown
                | E::Received
                | E::InformationRequested
                | E::Accepted
                | E::Redirected
                | E::SteppedUp
                | E::SteppedDown
                | E::CouldNotContact
                | E::Started
        )
    };
    match event {
        E::NoGoodLocalService => false,
        // A parked offer is taken up again.
        E::Draft => state == E::Parked,
        E::Parked | E::Declined => matches!(state, E::Draft | E::Parked),
        E::Queued => matches!(
            state,
            E::Draft
                | E::Parked
                | E::Queued
                | E::Sending
                | E::Failed
                | E::Held
                | E::Unknown
                | E::Undone
        ),
        E::Undone | E::Sending | E::Held => matches!(state, E::Queued),
        E::Sent => matches!(state, E::Sending | E::Unknown),
        E::Unknown | E::Failed => matches!(state, E::Sending),
        E::Withdrawn => !matches!(state, E::Withdrawn | E::Ended | E::Undone | E::Sending),
        E::Received | E::InformationRequested | E::Accepted | E::Rejected => {
            with_service() || state == E::Sending
        }
        E::Redirected
        | E::SteppedUp
        | E::SteppedDown
        | E::CouldNotContact
        | E::Started
        | E::Ended => with_service(),
    }
}

/// Who holds clinical responsibility: the practice until "accepted".
pub fn responsibility(state: EventType) -> &'static str {
    use EventType as E;
    match state {
        E::Accepted | E::SteppedUp | E::SteppedDown | E::Started | E::Ended => "service",
        _ => "practice",
    }
}

/// Why it stands on top of the list: somebody must act. Silence is told by the day on which something was to be heard.
pub fn attention(
    folded: &Folded,
    replies_within_working_days: Option<u8>,
    today: Date,
) -> Option<&'static str> {
    use EventType as E;
    let next = next_action(folded, replies_within_working_days).map(|(_, day)| day);
    let looked_at = folded.next_on.is_some_and(|day| day >= today);
    match folded.state {
        E::Failed => Some("failed"),
        E::Unknown => Some("unknown"),
        E::Held => Some("held"),
        E::Rejected if !folded.acknowledged => Some("rejected"),
        E::InformationRequested if !looked_at => Some("information-requested"),
        E::CouldNotContact if !looked_at => Some("could-not-contact"),
        E::Parked | E::Draft if next.is_some_and(|day| day <= today) => Some("recall-due"),
        state if is_waited_for(state) && next.is_some_and(|day| day < today) => Some("no-answer"),
        _ => None,
    }
}

/// With the service, which has not said yet that it takes the person on.
fn is_waited_for(state: EventType) -> bool {
    use EventType as E;
    matches!(state, E::Sent | E::Received | E::Redirected)
}

/// Nothing is expected any more.
pub fn is_over(state: EventType) -> bool {
    use EventType as E;
    matches!(
        state,
        E::Undone | E::Ended | E::Withdrawn | E::Declined | E::NoGoodLocalService
    )
}

/// Silence is chased by the service's own promise, else after 10 working days.
const WORKING_DAYS_WITHOUT_PROMISE: u8 = 10;

/// The role that acts next, and by when. Every open referral has both.
pub fn next_action(
    folded: &Folded,
    replies_within_working_days: Option<u8>,
) -> Option<(&'static str, Date)> {
    use EventType as E;
    let state = folded.state;
    if is_over(state) || (state == E::Rejected && folded.acknowledged) {
        return None;
    }
    let since = clock::local_date(folded.changed_at);
    let within = |days: u8| folded.next_on.unwrap_or(after_working_days(since, days));
    let role = match state {
        E::Rejected | E::Parked | E::Draft => "referrer",
        _ => "practice-admin",
    };
    let days = match state {
        E::Queued
        | E::Sending
        | E::Failed
        | E::Unknown
        | E::Held
        | E::Rejected
        | E::InformationRequested
        | E::CouldNotContact
        | E::Parked
        | E::Draft => 1,
        _ => replies_within_working_days.unwrap_or(WORKING_DAYS_WITHOUT_PROMISE),
    };
    Some((role, within(days)))
}

/// Who acts when the owner is away.
pub fn deputy(owner: &str) -> &'static str {
    match owner {
        "referrer" => "practice-admin",
        _ => "referrer",
    }
}

/// Monday to Friday; bank holidays are not known here, so that a date may fall early, never late.
pub fn after_working_days(from: Date, days: u8) -> Date {
    let mut day = from;
    let mut left = days;
    while left > 0 {
        let Ok(next) = day.tomorrow() else { return day };
        day = next;
        if !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) {
            left -= 1;
        }
    }
    day
}

/// "14:02", in England.
pub fn local_time(at: Timestamp) -> String {
    let local: Zoned = at.to_zoned(clock::england());
    format!("{:02}:{:02}", local.hour(), local.minute())
}

#[cfg(test)]
mod tests {
    use super::*;
    use EventType as E;

    fn event(event_type: EventType, clock: i64) -> Event {
        let at: Timestamp = "2026-11-20T16:00:00Z".parse().unwrap();
        Event {
            id: store::event::new_id(at),
            origin: "o".into(),
            origin_seq: clock,
            clock,
            actor: "amy".into(),
            at,
            event_type,
            version: 1,
            subject: "r".into(),
            payload: serde_json::json!({}),
        }
    }

    fn folded(types: &[EventType]) -> (EventType, Vec<bool>) {
        let events: Vec<Event> = types
            .iter()
            .zip(1..)
            .map(|(event_type, clock)| event(*event_type, clock))
            .collect();
        let folded = fold(&events).unwrap();
        (folded.state, folded.late)
    }

    #[test]
    fn a_late_event_stays_in_the_timeline_and_changes_nothing() {
        let (state, late) = folded(&[
            E::Queued,
            E::Sending,
            E::Sent,
            E::Undone,
            E::Accepted,
            E::Failed,
        ]);
        assert_eq!(state, E::Accepted);
        assert_eq!(late, [false, false, false, true, false, true]);
    }

    #[test]
    fn h10_sent_taken_for_accepted_the_practice_is_responsible_until_the_service_says_accepted() {
        for (types, holder) in [
            (&[E::Queued][..], "practice"),
            (&[E::Queued, E::Sending, E::Sent], "practice"),
            (&[E::Queued, E::Sending, E::Sent, E::Received], "practice"),
            (&[E::Queued, E::Sending, E::Sent, E::Accepted], "service"),
            (&[E::Queued, E::Sending, E::Sent, E::Rejected], "practice"),
        ] {
            assert_eq!(responsibility(folded(types).0), holder, "{types:?}");
        }
    }

    fn standing(state: EventType) -> Folded {
        Folded::at(&event(state, 1))
    }

    fn follow_up(state: EventType, clock: i64, payload: serde_json::Value) -> Event {
        Event {
            payload,
            ..event(state, clock)
        }
    }

    #[test]
    fn every_state_that_is_not_over_has_an_owner_a_deputy_and_a_date() {
        for state in EventType::ALL {
            let next = next_action(&standing(*state), Some(2));
            assert_eq!(next.is_none(), is_over(*state), "{state:?}");
            assert!(next.is_none_or(|(owner, _)| deputy(owner) != owner));
        }
        // A Friday: two working days later is Tuesday.
        assert_eq!(
            next_action(&standing(E::Sent), Some(2))
                .unwrap()
                .1
                .to_string(),
            "2026-11-24"
        );
    }

    #[test]
    fn a_follow_up_is_about_the_state_that_it_names_and_changes_no_other() {
        let chased = serde_json::json!({ "follow_up": "chased", "next_on": "2026-12-11" });
        let events = [
            event(E::Queued, 1),
            event(E::Sending, 2),
            event(E::Sent, 3),
            follow_up(E::Sent, 4, chased.clone()),
            event(E::Rejected, 5),
            // Relayed late: it was about the silence before.
            follow_up(E::Sent, 6, chased),
        ];
        let waiting = fold(events.get(..4).unwrap()).unwrap();
        assert_eq!(waiting.state, E::Sent);
        assert_eq!(waiting.next_on, "2026-12-11".parse().ok());
        let rejected = fold(&events).unwrap();
        assert_eq!((rejected.state, rejected.next_on), (E::Rejected, None));
        assert_eq!(rejected.late, [false, false, false, false, false, true]);
        assert!(!rejected.acknowledged);
    }
}
