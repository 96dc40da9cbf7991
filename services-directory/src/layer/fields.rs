//! The parts of an entry that people compare and correct, each as one line of text.

use crate::model::{
    Channel, Endpoint, EndpointPurpose, HealthcareService, NamedContact, ReferralMethod,
    ServiceStatus,
};
use std::collections::BTreeMap;

/// A part of an entry. The order is that in which they are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ServiceField {
    DutyLine,
    Contact,
    Wait,
    HowToRefer,
    SendingAddress,
    Criteria,
    Status,
    Name,
    /// Whatever has no field of its own: nothing published answers it, a person does.
    Other,
    Description,
    Ages,
    Areas,
    Modes,
    Sessions,
    Cost,
    Capacity,
    Promise,
    Languages,
    Accessibility,
    WordsForPatient,
    Website,
}

/// The values of one entry, by field; one that has none is left out.
pub type FieldValues = BTreeMap<ServiceField, String>;

impl ServiceField {
    pub const ALL: [Self; 21] = [
        Self::DutyLine,
        Self::Contact,
        Self::Wait,
        Self::HowToRefer,
        Self::SendingAddress,
        Self::Criteria,
        Self::Status,
        Self::Name,
        Self::Other,
        Self::Description,
        Self::Ages,
        Self::Areas,
        Self::Modes,
        Self::Sessions,
        Self::Cost,
        Self::Capacity,
        Self::Promise,
        Self::Languages,
        Self::Accessibility,
        Self::WordsForPatient,
        Self::Website,
    ];
    /// What "this entry is wrong" asks about: one digit each.
    pub const CORRECTABLE: [Self; 9] = [
        Self::DutyLine,
        Self::Contact,
        Self::Wait,
        Self::HowToRefer,
        Self::SendingAddress,
        Self::Criteria,
        Self::Status,
        Self::Name,
        Self::Other,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::DutyLine => "duty-line",
            Self::Contact => "contact",
            Self::Wait => "wait",
            Self::HowToRefer => "how-to-refer",
            Self::SendingAddress => "sending-address",
            Self::Criteria => "criteria",
            Self::Status => "status",
            Self::Name => "name",
            Self::Other => "other",
            Self::Description => "description",
            Self::Ages => "ages",
            Self::Areas => "areas",
            Self::Modes => "modes",
            Self::Sessions => "sessions",
            Self::Cost => "cost",
            Self::Capacity => "capacity",
            Self::Promise => "promise",
            Self::Languages => "languages",
            Self::Accessibility => "accessibility",
            Self::WordsForPatient => "words-for-patient",
            Self::Website => "website",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.as_str() == text)
    }
}

/// What an entry says, with the address that referrals are sent to where there is one.
pub fn values(service: &HealthcareService, sending_address: Option<&str>) -> FieldValues {
    let more = &service.onward;
    let wait = more.wait.as_ref();
    let promise = more.promise.as_ref();
    let promised = [
        promise
            .and_then(|promise| promise.replies_within_working_days)
            .map(|days| format!("replies within {days} working days")),
        promise.and_then(|promise| promise.feeds_back.clone()),
    ];
    let criteria = more.criteria.iter().map(|rule| rule.sentence.clone());
    let costs = service.cost_options.iter().map(|cost| {
        let amount = cost.amount.map(|amount| format!("£{amount:.2}"));
        joined(
            [
                Some(cost.option.clone()),
                amount,
                cost.amount_description.clone(),
            ],
            ", ",
        )
    });
    let words = more.words.as_ref();
    let said = [
        words.map(|words| words.say.clone()),
        words.and_then(|words| words.if_in_my_head.clone()),
    ];
    let areas = service.service_areas.iter().map(|area| area.name.clone());
    let languages = service.languages.iter().map(|one| one.name.clone());
    let methods = more.referral_methods.iter().map(method);
    [
        (
            ServiceField::DutyLine,
            more.duty_line.clone().unwrap_or_default(),
        ),
        (
            ServiceField::Contact,
            more.named_contact.as_ref().map(contact).unwrap_or_default(),
        ),
        (
            ServiceField::Wait,
            wait.map(|wait| format!("{} weeks", wait.weeks))
                .unwrap_or_default(),
        ),
        (ServiceField::HowToRefer, joined(methods.map(Some), "; ")),
        (
            ServiceField::SendingAddress,
            sending_address.unwrap_or_default().to_owned(),
        ),
        (ServiceField::Criteria, joined(criteria.map(Some), "; ")),
        (ServiceField::Status, status(service)),
        (ServiceField::Name, service.name.clone()),
        (ServiceField::Description, service.description.clone()),
        (
            ServiceField::Ages,
            ages(service.minimum_age, service.maximum_age),
        ),
        (ServiceField::Areas, joined(areas.map(Some), ", ")),
        (
            ServiceField::Modes,
            joined(more.modes.iter().map(|mode| Some(code(mode))), ", "),
        ),
        (
            ServiceField::Sessions,
            more.sessions.clone().unwrap_or_default(),
        ),
        (ServiceField::Cost, joined(costs.map(Some), "; ")),
        (
            ServiceField::Capacity,
            more.capacity.clone().unwrap_or_default(),
        ),
        (ServiceField::Promise, joined(promised, "; ")),
        (ServiceField::Languages, joined(languages.map(Some), ", ")),
        (
            ServiceField::Accessibility,
            more.accessibility.clone().unwrap_or_default(),
        ),
        (ServiceField::WordsForPatient, joined(said, " / ")),
        (
            ServiceField::Website,
            service.url.clone().unwrap_or_default(),
        ),
    ]
    .into_iter()
    .filter(|(_, value)| !value.is_empty())
    .collect()
}

/// The address to which a referral would go: that of the first method by which this version can send.
pub fn sending_address<'a>(
    service: &HealthcareService,
    of_id: impl Fn(&str) -> Option<&'a Endpoint>,
) -> Option<&'a str> {
    service.onward.referral_methods.iter().find_map(|method| {
        let ReferralMethod::SecureEmail { endpoint } = method else {
            return None;
        };
        let endpoint = of_id(endpoint.as_str())?;
        let ours = endpoint.channel == Channel::SecureEmail
            && endpoint.purpose == EndpointPurpose::Primary
            && endpoint.service_id == service.id;
        ours.then_some(endpoint.address.as_str())
    })
}

fn joined(parts: impl IntoIterator<Item = Option<String>>, between: &str) -> String {
    let said: Vec<String> = parts
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
        .collect();
    said.join(between)
}

fn contact(contact: &NamedContact) -> String {
    let parts = [
        contact.name.clone(),
        Some(contact.role.clone()),
        contact.phone.clone(),
    ];
    joined(parts, ", ")
}

fn ages(minimum: Option<u8>, maximum: Option<u8>) -> String {
    match (minimum, maximum) {
        (None, None) => String::new(),
        (Some(from), None) => format!("{from} or over"),
        (None, Some(to)) => format!("up to {to}"),
        (Some(from), Some(to)) => format!("{from} to {to}"),
    }
}

fn status(service: &HealthcareService) -> String {
    let more = &service.onward;
    let word = match service.status {
        ServiceStatus::Active => "open",
        ServiceStatus::TemporarilyClosed => "paused",
        ServiceStatus::Inactive | ServiceStatus::Defunct => "closed",
    };
    let parts = [
        Some(word.to_owned()),
        more.paused_until.map(|day| format!("paused until {day}")),
        more.closed_on.map(|day| format!("closed on {day}")),
        more.status_reason.clone(),
    ];
    joined(parts, ", ")
}

/// The address of a method is a record of its own, and a field of its own here.
fn method(method: &ReferralMethod) -> String {
    match method {
        ReferralMethod::SecureEmail { .. } => "secure email".to_owned(),
        ReferralMethod::Fhir { .. } | ReferralMethod::Webhook { .. } => {
            "the service's system".to_owned()
        }
        ReferralMethod::WebForm { url, words } => format!("{words} {url}"),
        ReferralMethod::SelfReferral { words }
        | ReferralMethod::InHouse { words }
        | ReferralMethod::Elsewhere { words }
        | ReferralMethod::Phone { words }
        | ReferralMethod::Print { words } => words.clone(),
    }
}

fn code(value: &impl serde::Serialize) -> String {
    let json = serde_json::to_value(value).ok();
    json.and_then(|code| code.as_str().map(|word| word.replace('-', " ")))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_reads_back_as_it_was_written_and_nine_have_a_digit() {
        for field in ServiceField::ALL {
            assert_eq!(ServiceField::parse(field.as_str()), Some(field));
        }
        assert_eq!(ServiceField::parse("endpoint"), None);
        assert!(ServiceField::CORRECTABLE.len() <= 9);
    }

    #[test]
    fn ages_are_said_as_people_say_them() {
        for (from, to, said) in [
            (None, None, ""),
            (Some(16), None, "16 or over"),
            (None, Some(17), "up to 17"),
            (Some(18), Some(65), "18 to 65"),
        ] {
            assert_eq!(ages(from, to), said);
        }
    }
}
