//! What a curator should look at in a directory that may be published: what has become old, cannot be evaluated, or is hard to read.
//!
//! None of it makes a directory invalid: `feed` says what does. Each piece of advice says what to do.

use crate::feed::Directory;
use crate::ids::{EndpointId, OdsCode, ServiceId};
use crate::model::{
    Channel, Criterion, CriterionRule, Endpoint, HealthcareService, ReferralMethod, ServiceStatus,
};
use crate::reading_age::{OLDEST_FOR_PATIENTS, reading_age};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// After so many days somebody rings the service again.
const CHECK_EVERY_DAYS: i32 = 180;
/// A wait that was stated longer ago never sorts as short.
const WAIT_HOLDS_DAYS: i32 = 90;

/// What to look at, and in which record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    Service(ServiceId),
    Endpoint(EndpointId),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    pub about: Subject,
    pub what: String,
}

/// All advice, services first, in the directory's order.
pub fn advice(directory: &Directory, today: Date) -> Vec<Advice> {
    let practices: BTreeSet<&OdsCode> = directory.practices.iter().map(|p| &p.ods_code).collect();
    let mut all = Vec::new();
    for service in &directory.services {
        let mut found = Vec::new();
        dates(service, today, &mut found);
        criteria(service, &practices, &mut found);
        ways(service, &mut found);
        words(service, &mut found);
        all.extend(found.into_iter().map(|what| Advice {
            about: Subject::Service(service.id.clone()),
            what,
        }));
    }
    let users = endpoints_in_use(directory);
    let mut addresses: BTreeMap<&str, Vec<&Endpoint>> = BTreeMap::new();
    for endpoint in &directory.endpoints {
        addresses
            .entry(&endpoint.address)
            .or_default()
            .push(endpoint);
    }
    for endpoint in &directory.endpoints {
        let mut found = Vec::new();
        endpoint_advice(endpoint, users.contains(&endpoint.id), today, &mut found);
        // Said once for a mailbox, where it stands first: hundreds of services may share one.
        let sharing = addresses.get(endpoint.address.as_str());
        let sharing = sharing.filter(|all| all.first().is_some_and(|it| it.id == endpoint.id));
        found.extend(sharing.and_then(|all| shared_mailbox(endpoint, all)));
        all.extend(found.into_iter().map(|what| Advice {
            about: Subject::Endpoint(endpoint.id.clone()),
            what,
        }));
    }
    all
}

/// Who else has the address of this endpoint.
fn shared_mailbox(endpoint: &Endpoint, all: &[&Endpoint]) -> Option<String> {
    const NAMED: usize = 3;
    let others = all.iter().filter(|it| it.service_id != endpoint.service_id);
    let of: Vec<String> = others
        .map(|it| format!("{} of {}", it.id, it.service_id))
        .collect();
    let (named, rest) = of.split_at(of.len().min(NAMED));
    let more = match rest.len() {
        0 => String::new(),
        count => format!(" and {count} more"),
    };
    (!named.is_empty()).then(|| {
        format!(
            "it has the same address as {}{more}: make sure that one team opens all of them",
            named.join(", ")
        )
    })
}

fn days_between(earlier: Date, later: Date) -> i32 {
    earlier.until(later).map_or(0, |span| span.get_days())
}

fn dates(service: &HealthcareService, today: Date, found: &mut Vec<String>) {
    let more = &service.onward;
    let stated = more.wait.as_ref().map(|wait| wait.stated_on);
    let checked = more.verified.as_ref().map(|verified| verified.on);
    let dates = [
        ("last_modified", Some(service.last_modified)),
        ("verified", checked),
        ("the wait", stated),
    ];
    for (name, date) in dates {
        if let Some(date) = date.filter(|date| *date > today) {
            found.push(format!(
                "{name} is of {date}, which is still to come: correct it"
            ));
        }
    }
    if service.status == ServiceStatus::Defunct {
        return;
    }
    match checked {
        None => found.push("nobody has checked it: ring the service, and fill in verified".into()),
        Some(on) if days_between(on, today) > CHECK_EVERY_DAYS => found.push(format!(
            "it was last checked on {on}: ring the service, and renew verified"
        )),
        Some(_) => {}
    }
    if let Some(on) = stated.filter(|on| days_between(*on, today) > WAIT_HOLDS_DAYS) {
        found.push(format!(
            "its wait was stated on {on}: ask the service what it is now"
        ));
    }
    if service.status == ServiceStatus::TemporarilyClosed {
        match more.paused_until {
            None => found.push(
                "it is paused, and nobody says until when: ask, and fill in paused_until".into(),
            ),
            Some(day) if day < today => found.push(format!(
                "its pause ended on {day}: ask whether it takes people again"
            )),
            Some(_) => {}
        }
    }
}

fn criteria(service: &HealthcareService, practices: &BTreeSet<&OdsCode>, found: &mut Vec<String>) {
    let aged = service.minimum_age.is_some() || service.maximum_age.is_some();
    let rules = &service.onward.criteria;
    if aged && !rules.iter().any(|it| it.rule == CriterionRule::Age {}) {
        found
            .push("it has an age limit and no sentence for it: add a criterion of type age".into());
    }
    for criterion in rules {
        if let Some(why) = cannot_be_evaluated(service, criterion, practices) {
            found.push(format!(
                "“{}” cannot be evaluated: {why}, or make it a question",
                criterion.sentence
            ));
        }
    }
}

fn cannot_be_evaluated(
    service: &HealthcareService,
    criterion: &Criterion,
    practices: &BTreeSet<&OdsCode>,
) -> Option<String> {
    let aged = service.minimum_age.is_some() || service.maximum_age.is_some();
    match &criterion.rule {
        CriterionRule::Age {} if !aged => Some("give minimum_age or maximum_age".into()),
        CriterionRule::Area {} if service.service_areas.is_empty() => {
            Some("give service_areas".into())
        }
        CriterionRule::RegisteredWith { practices: named } if named.is_empty() => {
            Some("name the practices".into())
        }
        CriterionRule::RegisteredWith { practices: named } => {
            let unknown = named.iter().find(|code| !practices.contains(code))?;
            Some(format!(
                "this directory has no practice {}",
                unknown.as_str()
            ))
        }
        CriterionRule::PainDuration { months: 0 } => Some("give the months".into()),
        CriterionRule::Condition { any_of } if any_of.iter().all(|it| it.trim().is_empty()) => {
            Some("name the conditions".into())
        }
        CriterionRule::Measure {
            minimum, maximum, ..
        } => match (minimum, maximum) {
            (None, None) => Some("give minimum or maximum".into()),
            (Some(least), Some(most)) if least > most => Some("minimum is above maximum".into()),
            _ => None,
        },
        CriterionRule::Exclusion { of } if of.trim().is_empty() => Some("say of whom".into()),
        _ => None,
    }
}

fn ways(service: &HealthcareService, found: &mut Vec<String>) {
    let more = &service.onward;
    if more.referral_methods.is_empty() && service.status == ServiceStatus::Active {
        found.push("it has no way to refer: add one, if only phone or print".into());
    }
    let forms = more
        .referral_methods
        .iter()
        .filter_map(|method| match method {
            ReferralMethod::WebForm { url, .. } => Some(url.as_str()),
            _ => None,
        });
    for link in forms.chain(service.url.as_deref()) {
        if link.starts_with("http://") {
            found.push(format!("{link} is not encrypted: use its https:// address"));
        }
    }
}

fn words(service: &HealthcareService, found: &mut Vec<String>) {
    let more = &service.onward;
    let Some(say) = &more.words else {
        if service.status == ServiceStatus::Active {
            found.push("there is nothing to say to the patient: fill in words.say".into());
        }
        return;
    };
    let said = [Some(say.say.as_str()), say.if_in_my_head.as_deref()];
    let said: Vec<&str> = said.into_iter().flatten().collect();
    let texts = [
        ("words", said.join("\n")),
        (
            "patient_sheet",
            more.patient_sheet.clone().unwrap_or_default(),
        ),
    ];
    for (field, text) in texts {
        if let Some(age) = reading_age(&text).filter(|age| age.round() > OLDEST_FOR_PATIENTS) {
            found.push(format!(
                "{field} is for a reading age of {age:.0}: use shorter sentences and words, for {OLDEST_FOR_PATIENTS:.0} or less"
            ));
        }
        if text.to_lowercase().contains("chronic") {
            found.push(format!(
                "{field} says “chronic”, which is read as “bad”: say “that does not go away”"
            ));
        }
    }
}

fn endpoints_in_use(directory: &Directory) -> BTreeSet<&EndpointId> {
    let methods = directory
        .services
        .iter()
        .flat_map(|service| &service.onward.referral_methods);
    methods
        .filter_map(|method| match method {
            ReferralMethod::SecureEmail { endpoint }
            | ReferralMethod::Fhir { endpoint }
            | ReferralMethod::Webhook { endpoint } => Some(endpoint),
            _ => None,
        })
        .collect()
}

fn endpoint_advice(endpoint: &Endpoint, in_use: bool, today: Date, found: &mut Vec<String>) {
    let on = endpoint.verified.on;
    if on > today {
        found.push(format!(
            "it was checked on {on}, which is still to come: correct it"
        ));
    } else if days_between(on, today) > CHECK_EVERY_DAYS {
        found.push(format!(
            "it was last checked on {on}: ring the service at a number that you already had, and renew verified"
        ));
    }
    if in_use && !endpoint.is_valid_on(today) {
        found.push("its service refers by it, and it is not valid today: correct its days, or name another".into());
    }
    if !in_use && endpoint.is_valid_on(today) {
        found.push("no service refers by it: name it in referral_methods, or take it out".into());
    }
    if endpoint.channel == Channel::SecureEmail
        && let Some(why) = insecure(&endpoint.address)
    {
        found.push(format!(
            "its mailbox {why}: ask the service for another, or refer by phone until it has one"
        ));
    }
}

/// Mail providers for private people: none is accredited (DCB1596).
const PRIVATE: [&str; 14] = [
    "gmail.com",
    "googlemail.com",
    "hotmail.com",
    "hotmail.co.uk",
    "outlook.com",
    "live.co.uk",
    "yahoo.com",
    "yahoo.co.uk",
    "icloud.com",
    "aol.com",
    "btinternet.com",
    "sky.com",
    "virginmedia.com",
    "talktalk.net",
];
/// Secure networks that are closed; leaflets still print their addresses (NHS England, secure email guidance).
const CLOSED: [&str; 7] = [
    ".gsi.gov.uk",
    ".gse.gov.uk",
    ".gsx.gov.uk",
    ".gcsx.gov.uk",
    ".cjsm.net",
    ".scn.gov.uk",
    ".pnn.police.uk",
];

/// What is known against a mailbox. Nothing known is no accreditation: that is asked by phone, and written into `verified`.
fn insecure(address: &str) -> Option<&'static str> {
    let domain = address.split_once('@').map_or("", |(_, domain)| domain);
    if PRIVATE.contains(&domain) {
        Some("is with a provider for private people")
    } else if CLOSED.iter().any(|end| domain.ends_with(end)) {
        Some("is on a network that is closed")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feed::FeedLimits;

    const STARTER: &str = include_str!("../data/starter.jsonl");

    fn found(text: &str, today: &str) -> Vec<(String, String)> {
        let directory = Directory::read(text.as_bytes(), FeedLimits::default()).unwrap();
        let id = |about: Subject| match about {
            Subject::Service(id) => id.to_string(),
            Subject::Endpoint(id) => id.to_string(),
        };
        advice(&directory, today.parse().unwrap())
            .into_iter()
            .map(|it| (id(it.about), it.what))
            .collect()
    }

    #[test]
    fn each_thing_to_look_at_is_named_once_planted() {
        let before = found(STARTER, "2026-11-22");
        let policy = "Multidisciplinary rehabilitation practitioners comprehensively individualise interventions. ".repeat(30);
        for (from, to, id, what) in [
            (
                "Your GP surgery sends them your name, contact details and NHS number, and a letter that says why you would like their help.",
                policy.as_str(),
                "pain-platform",
                "reading age of",
            ),
            (
                "\"url\":\"https://pain-platform.example.nhs.uk\",\"minimum_age\":16",
                "\"url\":\"https://pain-platform.example.nhs.uk\"",
                "pain-platform",
                "give minimum_age",
            ),
            (
                "\"months\":3",
                "\"months\":0",
                "pain-platform",
                "give the months",
            ),
            (
                "\"stated_on\":\"2026-11-09\"",
                "\"stated_on\":\"2026-01-09\"",
                "pain-platform",
                "wait was stated on 2026-01-09",
            ),
            (
                "\"verified\":{\"by\":\"Directory team, Pennine Edge ICB\",\"on\":\"2026-11-09\"",
                "\"verified\":{\"by\":\"Directory team, Pennine Edge ICB\",\"on\":\"2027-11-09\"",
                "pain-platform",
                "still to come",
            ),
            (
                "https://pain-platform.example",
                "http://pain-platform.example",
                "pain-platform",
                "is not encrypted",
            ),
            (
                "referrals@pain-platform.example.nhs.uk",
                "referrals@gmail.com", // contacts-allowed: what is planted
                "endpoint-pain-platform",
                "for private people",
            ),
        ] {
            let changed = STARTER.replacen(from, to, 1);
            let new: Vec<_> = found(&changed, "2026-11-22")
                .into_iter()
                .filter(|it| !before.contains(it))
                .collect();
            assert_eq!(new.len(), 1, "{from}: {new:?}");
            assert_eq!(new[0].0, id);
            assert!(new[0].1.contains(what), "{new:?}");
        }
        let a_year_later = found(STARTER, "2027-11-22").len();
        assert!(a_year_later > before.len() + 100, "{a_year_later}");
    }

    #[test]
    fn a_mailbox_that_many_services_share_is_said_once_with_how_many() {
        let shared = |count: usize| {
            let mut seen = 0;
            let lines = STARTER.lines().map(|line| {
                let mut record: serde_json::Value = serde_json::from_str(line).unwrap();
                if record["channel"] == "secure-email" && seen < count {
                    seen += 1;
                    record["address"] = "shared@hub.example.nhs.uk".into();
                }
                record.to_string()
            });
            let text = lines.collect::<Vec<_>>().join("\n");
            let all = found(&text, "2026-11-22").into_iter();
            let said: Vec<String> = all
                .filter(|(_, what)| what.contains("same address"))
                .map(|(_, what)| what)
                .collect();
            said
        };
        let before = shared(1).len();
        let two = shared(2);
        assert_eq!(two.len(), before + 1, "{two:?}");
        let twenty = shared(20);
        assert_eq!(twenty.len(), before + 1, "{twenty:?}");
        let more = |said: &[String]| said.iter().filter(|it| it.contains("16 more")).count();
        assert_eq!((more(&two), more(&twenty)), (0, 1), "{twenty:?}");
    }
}
