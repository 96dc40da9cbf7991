//! A service as Open Referral UK 3.0 gives it, made a record of the directory: unassured, and without any address for referrals.
//!
//! Fields of international HSDS 3.0 that say something about referring (`eligibility_description`, `application_process`) are read too.

use super::contacts;
use super::fields::Fields;
use super::repair::{Repair, Repairs, Why};
use super::source::{Source, id_of};
use super::text::Length;
use crate::feed::{self, FeedLimits};
use crate::ids::{OdsCode, OrganizationId};
use crate::model::{
    Category, CostOption, Criterion, CriterionRule, DirectoryRecord, ExternalId, HealthcareService,
    Language, NamedContact, OrganisationKind, Organization, ReferralInformation, ReferralMethod,
    ServiceStatus, Tier,
};
use jiff::{civil::Date, tz::TimeZone};
use serde_json::Value;
use std::collections::BTreeSet;

/// A raw record made one of ours.
#[derive(Debug, Clone, PartialEq)]
pub struct Mapped {
    /// Its id in the feed.
    pub id: String,
    pub service: HealthcareService,
    pub organization: Organization,
    /// The feed gave the organisation by its id alone.
    pub organization_by_id_only: bool,
    /// The feed said when it was last edited; else that is the day of the import.
    pub dated: bool,
}

/// A record that cannot be taken over, and why.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Refused {
    pub record: String,
    pub why: String,
}

/// What a mapping needs besides the record.
pub struct Mapping<'a> {
    pub source: &'a Source,
    pub today: Date,
    pub england: TimeZone,
    pub licence: Option<String>,
}

const NO_ORGANISATION: &str = "Organisation not named";

impl Mapping<'_> {
    /// What is repaired is told also of a record that is refused.
    pub fn map(&self, raw: &Value) -> (Result<Mapped, Refused>, Vec<Repair>) {
        let Some(id) = id_of(raw) else {
            let why = "it has no id, so that it could not be found again".to_owned();
            let record = raw.get("name").and_then(Value::as_str).unwrap_or("?");
            let record = super::text::shown(record, 100);
            return (Err(Refused { record, why }), Vec::new());
        };
        let repairs = Repairs::of(&id);
        let mapped = match raw {
            Value::Object(object) => self.service(&id, Fields::new(object, "", &repairs)),
            _ => Err("it is not an object".to_owned()),
        };
        let refused = |why| Refused {
            record: super::text::shown(&id, 200),
            why,
        };
        let mapped = mapped.and_then(checked).map_err(refused);
        (mapped, repairs.into_list())
    }

    fn service(&self, id: &str, raw: Fields<'_>) -> Result<Mapped, String> {
        let name = raw.text("name", Length::Name).ok_or("it has no name")?;
        let (organization, organization_by_id_only) = self.organization(&raw)?;
        let last_modified = raw.day("last_modified", &self.england);
        let (minimum_age, maximum_age) = ages(&raw);
        let (status, status_reason) = status(&raw);
        raw.email_is_left_out("email");
        raw.email_is_left_out("assurer_email");
        let service_id = self.source.service_id(id).ok_or("its id cannot be read")?;
        let places = places(&raw);
        let phones = phones(&raw);
        let mut external_ids = vec![self.source.external(id)];
        external_ids.extend(places.uprns);
        let url = raw.link("url");
        let service = HealthcareService {
            id: service_id,
            organization_id: organization.id.clone(),
            name,
            description: description(&raw),
            status,
            url: url.clone(),
            minimum_age,
            maximum_age,
            service_areas: Vec::new(),
            languages: languages(&raw),
            cost_options: costs(&raw),
            last_modified: last_modified.unwrap_or(self.today),
            onward: ReferralInformation {
                aliases: raw
                    .text("alternate_name", Length::Name)
                    .into_iter()
                    .collect(),
                helps_with: topics(&raw),
                status_reason,
                criteria: criteria(&raw, minimum_age, maximum_age),
                referral_methods: methods(&raw, &phones, url.as_deref()),
                named_contact: phones.into_iter().next().map(as_contact),
                travel: places.travel,
                accessibility: places.accessibility,
                tier: Tier::Unassured,
                external_ids,
                source: Some(self.told_source(&raw)),
                licence: self.licence.clone(),
                ..ReferralInformation::of(Category::Other)
            },
        };
        Ok(Mapped {
            id: id.to_owned(),
            service,
            organization,
            organization_by_id_only,
            dated: last_modified.is_some(),
        })
    }

    /// A check that the feed's own people made is told as theirs; `verified` is for ours.
    fn told_source(&self, raw: &Fields<'_>) -> String {
        match raw.day("assured_date", &self.england) {
            Some(day) => format!("{}, which says it was checked on {day}", self.source.name()),
            None => self.source.name().to_owned(),
        }
    }

    /// Inline, or by its id alone.
    fn organization(&self, raw: &Fields<'_>) -> Result<(Organization, bool), String> {
        let inline = raw.object("organization", |inline| self.inline_organization(&inline));
        if let Some(organization) = inline.flatten() {
            return Ok((organization, false));
        }
        let id = raw.text("organization_id", Length::Name);
        if id.is_none() {
            raw.repair(
                "organization_id",
                "",
                Some(NO_ORGANISATION),
                Why::NoOrganisation,
            );
        }
        let key = id.as_deref().unwrap_or("");
        let organization = Organization {
            external_ids: id.iter().map(|id| self.source.external(id)).collect(),
            ..self.organization_named(key, NO_ORGANISATION.to_owned())?
        };
        Ok((organization, id.is_some()))
    }

    fn organization_named(&self, key: &str, name: String) -> Result<Organization, String> {
        Ok(Organization {
            id: self.organization_id(key)?,
            name,
            description: None,
            website: None,
            ods_code: None,
            organisation_kind: OrganisationKind::Other,
            external_ids: Vec::new(),
        })
    }

    fn organization_id(&self, key: &str) -> Result<OrganizationId, String> {
        let id = self.source.organization_id(key);
        id.ok_or_else(|| "its organisation's id cannot be read".to_owned())
    }

    fn inline_organization(&self, raw: &Fields<'_>) -> Option<Organization> {
        let name = raw.text("name", Length::Name);
        raw.email_is_left_out("email");
        let id = raw.text("id", Length::Name);
        if id.is_none() {
            let name = name.as_deref()?;
            raw.repair("id", "", Some(name), Why::NoId);
        }
        let key = id.as_deref().or(name.as_deref())?;
        if name.is_none() {
            raw.repair("name", "", Some(NO_ORGANISATION), Why::NoOrganisation);
        }
        let registers = raw.list("organization_identifiers", register);
        let registers: Vec<ExternalId> = registers.into_iter().flatten().collect();
        let mut external_ids = vec![self.source.external(key)];
        external_ids.extend(registers.iter().cloned());
        let name = name.clone().unwrap_or_else(|| NO_ORGANISATION.to_owned());
        Some(Organization {
            description: raw.text("description", Length::Long),
            website: raw.link("website").or_else(|| raw.link("url")),
            ods_code: ods_code(&registers),
            organisation_kind: kind(&registers),
            external_ids,
            ..self.organization_named(key, name).ok()?
        })
    }
}

/// What is still wrong after all repairs refuses this record, and no other.
fn checked(mapped: Mapped) -> Result<Mapped, String> {
    let service = DirectoryRecord::Service(Box::new(mapped.service.clone()));
    let organization = DirectoryRecord::Organization(mapped.organization.clone());
    match [service, organization]
        .iter()
        .find_map(|record| feed::problem_of(record, FeedLimits::default()))
    {
        None => Ok(mapped),
        Some(problem) => Err(problem.to_string()),
    }
}

fn description(raw: &Fields<'_>) -> String {
    let parts = [
        raw.text("description", Length::Long),
        raw.text("alert", Length::Line),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join("\n\n")
}

/// Limits that exclude everybody say nothing.
fn ages(raw: &Fields<'_>) -> (Option<u8>, Option<u8>) {
    let (least, most) = (raw.age("minimum_age"), raw.age("maximum_age"));
    match (least, most) {
        (Some(from), Some(to)) if from > to => {
            let both = format!("{from} to {to}");
            raw.repair("minimum_age", &both, None, Why::OutOfRange);
            (None, None)
        }
        limits => limits,
    }
}

/// An unknown word closes it: "Active, but do not refer" stands in real feeds, and must not read as active.
fn status(raw: &Fields<'_>) -> (ServiceStatus, Option<String>) {
    let Some(said) = raw.text("status", Length::Name) else {
        raw.repair("status", "", Some("active"), Why::NoStatus);
        return (ServiceStatus::Active, None);
    };
    let told = Some(format!("The feed says: {said}"));
    match said.to_lowercase().replace(['_', '-'], " ").as_str() {
        "active" => (ServiceStatus::Active, None),
        "temporarily closed" => (ServiceStatus::TemporarilyClosed, None),
        // "Defunct" would need the day of closing, which no feed gives.
        "inactive" | "defunct" => (ServiceStatus::Inactive, told),
        _ => {
            raw.repair(
                "status",
                &said,
                Some("temporarily closed"),
                Why::UnknownStatus,
            );
            (ServiceStatus::TemporarilyClosed, told)
        }
    }
}

/// Text of where it serves and whom cannot be tested by a rule (specification issue 95): the GP reads it.
fn criteria(raw: &Fields<'_>, minimum: Option<u8>, maximum: Option<u8>) -> Vec<Criterion> {
    let age = crate::criteria::age_range(minimum, maximum).map(|range| Criterion {
        sentence: format!("For people aged {range}."),
        rule: CriterionRule::Age {},
    });
    let areas = raw.list("service_areas", |area| {
        area.text("name", Length::Line)
            .or_else(|| area.text("service_area", Length::Line))
    });
    let areas = unique(areas.into_iter().flatten()).into_iter().take(10);
    let areas = areas.map(|name| format!("Serves: {name}"));
    let whom = raw.text("eligibility_description", Length::Line);
    let sentences = whom.into_iter().chain(areas).map(|sentence| Criterion {
        sentence,
        rule: CriterionRule::Question {},
    });
    age.into_iter().chain(sentences).collect()
}

fn languages(raw: &Fields<'_>) -> Vec<Language> {
    let names = raw.list("languages", |language| {
        language
            .text("name", Length::Name)
            .or_else(|| language.text("code", Length::Name))
            .or_else(|| language.text("note", Length::Name))
    });
    let names = unique(names.into_iter().flatten()).into_iter();
    names.map(|name| Language { name }).collect()
}

fn costs(raw: &Fields<'_>) -> Vec<CostOption> {
    let options = raw.list("cost_options", |cost| {
        let amount = cost.number("amount").filter(|amount| {
            let right = (0.0..=100_000.0).contains(amount);
            if !right {
                cost.repair("amount", &amount.to_string(), None, Why::OutOfRange);
            }
            right
        });
        let option = cost.text("option", Length::Line);
        let words = cost.text("amount_description", Length::Line);
        let said = option.is_some() || amount.is_some() || words.is_some();
        said.then(|| CostOption {
            option: option.unwrap_or_else(|| "Cost".to_owned()),
            amount,
            amount_description: words,
        })
    });
    let fees = raw.text("fees", Length::Line);
    let fees = fees.or_else(|| raw.text("fees_description", Length::Line));
    let fees = fees.map(|option| CostOption {
        option,
        amount: None,
        amount_description: None,
    });
    options.into_iter().flatten().chain(fees).collect()
}

/// The names of the terms that it stands under: words by which it may be found.
fn topics(raw: &Fields<'_>) -> Vec<String> {
    let names = raw.list("attributes", |attribute| {
        let term = attribute.object("taxonomy_term", |term| term.text("name", Length::Name));
        term.flatten()
    });
    unique(names.into_iter().flatten())
        .into_iter()
        .take(20)
        .collect()
}

struct Places {
    travel: Option<String>,
    accessibility: Option<String>,
    uprns: Vec<ExternalId>,
}

fn places(raw: &Fields<'_>) -> Places {
    let read = raw.list("service_at_locations", |at| {
        at.object("location", |location| place(&location))
    });
    let places: Vec<Place> = read.into_iter().flatten().take(5).collect();
    let joined = |texts: Vec<String>| {
        let joined = texts.join("; ");
        let (joined, _) = super::text::plain(&joined, Length::Line);
        (!joined.is_empty()).then_some(joined)
    };
    let access = places.iter().flat_map(|place| place.accessibility.clone());
    Places {
        travel: joined(unique(
            places.iter().filter_map(|place| place.address.clone()),
        )),
        accessibility: joined(unique(access)),
        uprns: places.into_iter().filter_map(|place| place.uprn).collect(),
    }
}

struct Place {
    address: Option<String>,
    accessibility: Vec<String>,
    uprn: Option<ExternalId>,
}

fn place(location: &Fields<'_>) -> Place {
    let addresses = location.list("addresses", |address| {
        let lines = ["address_1", "address_2", "city", "postal_code"];
        let lines = lines
            .iter()
            .filter_map(|key| address.text(key, Length::Line));
        unique(lines).join(", ")
    });
    let address = addresses.into_iter().find(|address| !address.is_empty());
    let access = location.list("accessibility", |access| {
        access
            .text("description", Length::Line)
            .or_else(|| access.text("accessibility", Length::Line))
    });
    let number = location.text("external_identifier", Length::Name);
    let scheme = location.text("external_identifier_type", Length::Name);
    let is_uprn = scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("UPRN"));
    // A unique property reference number has at most twelve digits (GeoPlace).
    let digits =
        |id: &String| (1..=12).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_digit());
    Place {
        address: address.or_else(|| location.text("name", Length::Line)),
        accessibility: access.into_iter().flatten().collect(),
        uprn: number
            .filter(|id| is_uprn && digits(id))
            .map(|id| ExternalId {
                scheme: "UPRN".to_owned(),
                id,
            }),
    }
}

struct Number {
    phone: contacts::Phone,
    whose: Option<String>,
}

/// The service's numbers first, then those of its contacts. Whoever is named there is left out: a feed does not say that they agreed.
fn phones(raw: &Fields<'_>) -> Vec<Number> {
    let number = |of: &Fields<'_>, whose: Option<String>| {
        of.phone("number").map(|phone| Number { phone, whose })
    };
    let own = raw.list("phones", |phone| number(&phone, None));
    let of_contacts = raw.list("contacts", |contact| {
        contact.email_is_left_out("email");
        let whose = contact.text("title", Length::Name);
        contact.list("phones", |phone| number(&phone, whose.clone()))
    });
    let all = own.into_iter().chain(of_contacts.into_iter().flatten());
    all.flatten().collect()
}

fn as_contact(number: Number) -> NamedContact {
    let role = number.phone.label.or(number.whose);
    NamedContact {
        role: role.unwrap_or_else(|| "Enquiries".to_owned()),
        name: None,
        phone: Some(number.phone.number),
    }
}

/// Words only: how the service itself says that one comes to it, else where to ask.
fn methods(raw: &Fields<'_>, phones: &[Number], url: Option<&str>) -> Vec<ReferralMethod> {
    if let Some(words) = raw.text("application_process", Length::Line) {
        return vec![ReferralMethod::Elsewhere { words }];
    }
    if let Some(first) = phones.first() {
        let words = format!("Ask the service on {}.", first.phone.number);
        return vec![ReferralMethod::Phone { words }];
    }
    let words = match url {
        Some(_) => "See the service's web page.",
        None => "The feed does not say how.",
    };
    vec![ReferralMethod::Elsewhere {
        words: words.to_owned(),
    }]
}

fn register(raw: Fields<'_>) -> Option<ExternalId> {
    let scheme = raw
        .text("identifier_scheme", Length::Name)
        .or_else(|| raw.text("identifier_type", Length::Name))?;
    let id = raw.text("identifier", Length::Name)?;
    Some(ExternalId { scheme, id })
}

fn ods_code(registers: &[ExternalId]) -> Option<OdsCode> {
    let mut of_nhs = registers
        .iter()
        .filter(|register| matches!(register.scheme.as_str(), "GB-NHS" | "ODS"));
    of_nhs.find_map(|register| OdsCode::parse(&register.id).ok())
}

/// By the register that it stands in (org-id.guide).
fn kind(registers: &[ExternalId]) -> OrganisationKind {
    let has = |names: &[&str]| {
        registers
            .iter()
            .any(|register| names.contains(&register.scheme.as_str()))
    };
    if has(&["GB-CHC", "GB-SC", "GB-NIC"]) {
        OrganisationKind::Charity
    } else if has(&["GB-LAE", "GB-LAS", "GB-PLA", "GB-GOR"]) {
        OrganisationKind::Council
    } else if has(&["GB-COH"]) {
        OrganisationKind::Company
    } else {
        OrganisationKind::Other
    }
}

fn unique(texts: impl Iterator<Item = String>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    texts.filter(|text| seen.insert(text.clone())).collect()
}
