//! What a referrer uses most, favourites, and the needs that nothing local met.

use super::Desk;
use crate::{
    ReferralError,
    draft::Reason,
    unmet_table,
    usual_table::{self, Use},
};
use jiff::{Timestamp, ToSpan, civil::Date};
use store::{
    EventType, NewEvent,
    clock::{england, local_date},
    event::new_id,
    event_table,
};

/// A service that referrals went to, and the reasons that went with it most often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsualService {
    pub service_id: String,
    pub reasons: Vec<Reason>,
    pub count: u32,
}

/// How often nothing local was found for a need, and when last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnmetNeed {
    /// The code of a reason, or "other".
    pub need: String,
    pub count: u32,
    pub last_on: Date,
}

/// A need for which there is no reason in the list.
pub const OTHER_NEED: &str = "other";

impl Desk {
    pub fn set_favourite(
        &self,
        staff_id: &str,
        service_id: &str,
        favourite: bool,
    ) -> Result<(), ReferralError> {
        let (now, staff_id, service_id) =
            (self.clock.now(), staff_id.to_owned(), service_id.to_owned());
        self.practice
            .write(move |tx| usual_table::set_favourite(tx, &staff_id, &service_id, favourite, now))
    }

    /// The ids of a referrer's favourites, the oldest first.
    pub fn favourites(&self, staff_id: &str) -> Result<Vec<String>, ReferralError> {
        self.practice.read(|c| usual_table::favourites(c, staff_id))
    }

    /// The services to which referrals went in the last 12 months, the most used first: those of one referrer, or of all.
    pub fn usual(&self, referrer: Option<&str>) -> Result<Vec<UsualService>, ReferralError> {
        let since = a_year_before(self.clock.now());
        let uses = self
            .practice
            .read(|c| usual_table::uses(c, referrer, since))?;
        Ok(by_service(uses))
    }

    /// "No good local service": counted without the patient and without the words that were typed, by needs of a closed list.
    /// Without a need it counts as another one. Answers how many there were in the last 12 months.
    pub fn record_unmet_need(&self, needs: &[String], actor: &str) -> Result<u32, ReferralError> {
        if needs.iter().any(|need| !is_need(need)) {
            return Err(ReferralError::NotPossibleNow);
        }
        let now = self.clock.now();
        let event = unmet_event(needs, actor, now);
        self.practice.write(move |tx| {
            event_table::append(tx, &event)?;
            let recorded = unmet_table::since(tx, a_year_before(now))?;
            Ok(u32::try_from(recorded.len()).unwrap_or(u32::MAX))
        })
    }

    /// Of the last 12 months, the most frequent first.
    pub fn unmet_needs(&self) -> Result<Vec<UnmetNeed>, ReferralError> {
        let since = a_year_before(self.clock.now());
        let recorded = self.practice.read(|c| unmet_table::since(c, since))?;
        let mut counted: Vec<UnmetNeed> = Vec::new();
        for (at, needs) in recorded {
            let on = local_date(at);
            for need in needs {
                match counted.iter_mut().find(|known| known.need == need) {
                    Some(known) => {
                        known.count = known.count.saturating_add(1);
                        known.last_on = known.last_on.max(on);
                    }
                    None => counted.push(UnmetNeed {
                        need,
                        count: 1,
                        last_on: on,
                    }),
                }
            }
        }
        counted.sort_by(|a, b| (b.count, b.last_on, &a.need).cmp(&(a.count, a.last_on, &b.need)));
        Ok(counted)
    }
}

fn is_need(code: &str) -> bool {
    code == OTHER_NEED || Reason::parse(code).is_some()
}

/// It is about no referral and no draft: its subject is an id of its own.
fn unmet_event(needs: &[String], actor: &str, now: Timestamp) -> NewEvent {
    let subject = new_id(now).to_string();
    NewEvent::new(EventType::NoGoodLocalService, subject, actor, now)
        .with(serde_json::json!({ "needs": each_once(needs) }))
}

/// In the order of the list, none twice.
fn each_once(needs: &[String]) -> Vec<&'static str> {
    let listed = Reason::ALL.iter().map(|reason| reason.code());
    let mut once: Vec<&str> = listed
        .chain([OTHER_NEED])
        .filter(|code| needs.iter().any(|need| need == code))
        .collect();
    if once.is_empty() {
        once.push(OTHER_NEED);
    }
    once
}

/// The uses come with the commonest first, so the first set of reasons of a service is its commonest.
fn by_service(uses: Vec<Use>) -> Vec<UsualService> {
    let mut services: Vec<(UsualService, i64)> = Vec::new();
    for used in uses {
        let known = services
            .iter_mut()
            .find(|(known, _)| known.service_id == used.service_id);
        match known {
            Some((known, last_at)) => {
                known.count = known.count.saturating_add(used.count);
                *last_at = used.last_at.max(*last_at);
            }
            None => services.push((
                UsualService {
                    service_id: used.service_id,
                    reasons: used.reasons,
                    count: used.count,
                },
                used.last_at,
            )),
        }
    }
    services.sort_by_key(|(service, last_at)| std::cmp::Reverse((service.count, *last_at)));
    services.into_iter().map(|(service, _)| service).collect()
}

/// The same day a year ago, in England; a clock that stands at the beginning of time has none.
fn a_year_before(now: Timestamp) -> Timestamp {
    let day = now.to_zoned(england());
    day.checked_sub(1.year())
        .map_or(Timestamp::MIN, |then| then.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_event_of_an_unmet_need_holds_its_codes_and_nothing_else() {
        let now: Timestamp = "2026-11-21T14:00:00Z".parse().unwrap();
        let needs = ["other", "work", "work", "SMITH, John"].map(str::to_owned);
        let event = unmet_event(&needs, "amy", now);
        assert_eq!(
            event.payload,
            serde_json::json!({ "needs": ["work", "other"] })
        );
        assert_eq!(event.event_type, EventType::NoGoodLocalService);
        let again = unmet_event(&needs, "amy", now);
        assert_ne!(event.subject, again.subject, "nothing ties two together");
        let none = unmet_event(&[], "amy", now);
        assert_eq!(none.payload, serde_json::json!({ "needs": ["other"] }));
    }
}
