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
    /// One for each event, in the order given: whether it came too late.
    pub late: Vec<bool>,
}

/// Folds events that are in order of clock, then id.
pub fn fold(events: &[Event]) -> Option<Folded> {
    let mut state: Option<(EventType, Timestamp)> = None;
    let mut late = Vec::with_capacity(events.len());
    for event in events {
        let follows = may_follow(event.event_type, state.map(|(state, _)| state));
        late.push(!follows);
        if follows {
            state = Some((event.event_type, event.at));
        }
    }
    state.map(|(state, changed_at)| Folded {
        state,
        changed_at,
        late,
    })
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
        E::Draft | E::NoGoodLocalService => false,
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

/// On top of the list: somebody must act.
pub fn needs_attention(state: EventType) -> bool {
    use EventType as E;
    matches!(
        state,
        E::Failed
            | E::Unknown
            | E::Held
            | E::Rejected
            | E::InformationRequested
            | E::CouldNotContact
    )
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
    state: EventType,
    since: Timestamp,
    replies_within_working_days: Option<u8>,
) -> Option<(&'static str, Date)> {
    use EventType as E;
    if is_over(state) {
        return None;
    }
    let day = clock::local_date(since);
    let admin_within = |days: u8| Some(("practice-admin", after_working_days(day, days)));
    match state {
        E::Queued | E::Sending => admin_within(1),
        E::Rejected => Some(("referrer", after_working_days(day, 1))),
        state if needs_attention(state) => admin_within(1),
        _ => admin_within(replies_within_working_days.unwrap_or(WORKING_DAYS_WITHOUT_PROMISE)),
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

    #[test]
    fn every_state_that_is_not_over_has_an_owner_and_a_date() {
        let since = "2026-11-20T16:00:00Z".parse().unwrap();
        for state in EventType::ALL {
            assert_eq!(
                next_action(*state, since, Some(2)).is_none(),
                is_over(*state),
                "{state:?}"
            );
        }
        // A Friday: two working days later is Tuesday.
        assert_eq!(
            next_action(E::Sent, since, Some(2)).unwrap().1.to_string(),
            "2026-11-24"
        );
    }
}
