//! The record of a service and its neighbours, as they stand in memory and on the wire (schema/record.schema.json).
//!
//! Names follow Open Referral UK 3.0 (HSDS) where it has the field; what it dropped (eligibility, wait, application
//! process) and what it never had (endpoints, criteria, words) stand in the extension `onward`.

use crate::ids::{AreaId, EndpointId, OdsCode, OrganizationId, ServiceId};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// One line of a directory file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum DirectoryRecord {
    Directory(DirectoryHeader),
    Area(Area),
    Practice(Practice),
    Organization(Organization),
    Service(Box<HealthcareService>),
    Endpoint(Endpoint),
    Tombstone(Tombstone),
}

impl DirectoryRecord {
    /// The kind as it stands on the wire, and what names the record among those of its kind.
    pub fn kind_and_id(&self) -> (&'static str, &str) {
        match self {
            Self::Directory(header) => ("directory", &header.id),
            Self::Area(area) => ("area", area.id.as_str()),
            Self::Practice(practice) => ("practice", practice.ods_code.as_str()),
            Self::Organization(organization) => ("organization", organization.id.as_str()),
            Self::Service(service) => ("service", service.id.as_str()),
            Self::Endpoint(endpoint) => ("endpoint", endpoint.id.as_str()),
            Self::Tombstone(tombstone) => ("tombstone", tombstone.id.as_str()),
        }
    }
}

/// The first line of a directory file: what it is, and which version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DirectoryHeader {
    pub id: String,
    pub name: String,
    /// Goes up by one with each publication.
    pub version: u64,
    pub published_on: Date,
    /// Made-up contents, which may be used only by a demonstration.
    #[serde(default)]
    pub demonstration: bool,
    #[serde(default)]
    pub licence: Option<String>,
    /// The curators' own e-mail address, for what people say that entries should say. Left out where there is none: an older reader
    /// refuses a field that it does not know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrections_to: Option<String>,
}

/// A piece of country that services serve: a PCN, a place, an integrated care board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Area {
    pub id: AreaId,
    pub name: String,
    pub level: AreaLevel,
    /// The area that this one is part of.
    #[serde(default)]
    pub part_of: Option<AreaId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AreaLevel {
    Neighbourhood,
    Pcn,
    Place,
    Icb,
    Country,
}

/// A GP practice of the area.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Practice {
    pub ods_code: OdsCode,
    pub name: String,
    /// The areas it lies in; those that they are part of follow from the areas' own records.
    pub areas: Vec<AreaId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Organization {
    pub id: OrganizationId,
    pub name: String,
    #[serde(default)]
    pub description: Option<String>,
    #[serde(default)]
    pub website: Option<String>,
    #[serde(default)]
    pub ods_code: Option<OdsCode>,
    pub organisation_kind: OrganisationKind,
    /// Its numbers in registers: GB-CHC (charities), GB-COH (companies), as org-id.guide names them; and its ids in feeds.
    #[serde(default)]
    pub external_ids: Vec<ExternalId>,
}

/// What another register or feed calls a record. No two feeds share ids, so an id means nothing without whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExternalId {
    /// The address of a feed, or the name of a register: "GB-CHC", "UPRN" (of a place where the service is).
    pub scheme: String,
    pub id: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OrganisationKind {
    NhsTrust,
    PrimaryCareNetwork,
    GpPractice,
    Council,
    Charity,
    SocialEnterprise,
    Company,
    Other,
}

/// A service that has left the directory, kept for at least 400 days so that whoever knew it learns why and where to go instead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tombstone {
    /// The id that the service had; it is never given again.
    pub id: ServiceId,
    pub reason: TombstoneReason,
    /// A service of this directory, or another that has left it. A merged one always has it.
    #[serde(default)]
    pub successor: Option<ServiceId>,
    pub on: Date,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TombstoneReason {
    Closed,
    Merged,
    /// The service asked not to be listed.
    Withdrawn,
    /// It should never have been listed.
    Error,
}

/// An entry of the directory; on screen, a "service".
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HealthcareService {
    // --- Open Referral UK 3.0 ---
    pub id: ServiceId,
    pub organization_id: OrganizationId,
    pub name: String,
    pub description: String,
    pub status: ServiceStatus,
    #[serde(default)]
    pub url: Option<String>,
    /// Years. Age is a hard criterion: a patient outside it is not offered the service.
    #[serde(default)]
    pub minimum_age: Option<u8>,
    #[serde(default)]
    pub maximum_age: Option<u8>,
    /// Where it serves. None means everywhere. Area is a hard criterion.
    #[serde(default)]
    pub service_areas: Vec<ServiceArea>,
    #[serde(default)]
    pub languages: Vec<Language>,
    #[serde(default)]
    pub cost_options: Vec<CostOption>,
    /// The day of the last edit, which is not a check: see `verified`.
    pub last_modified: Date,
    // --- the extension ---
    pub onward: ReferralInformation,
}

/// The four words of Open Referral UK; the dates and the successor stand in the extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ServiceStatus {
    Active,
    #[serde(rename = "temporarily closed")]
    TemporarilyClosed,
    Inactive,
    Defunct,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceArea {
    pub id: AreaId,
    pub name: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Language {
    pub name: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CostOption {
    pub option: String,
    /// Pounds sterling.
    #[serde(default)]
    pub amount: Option<f64>,
    #[serde(default)]
    pub amount_description: Option<String>,
}

/// What a referrer needs to know of a service and Open Referral UK does not say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReferralInformation {
    pub category: Category,
    #[serde(default)]
    pub aliases: Vec<String>,
    /// What the service treats or helps with, in a GP's words: "fibromyalgia", "low mood", "cannot sleep".
    #[serde(default)]
    pub helps_with: Vec<String>,
    /// With a status of "temporarily closed".
    #[serde(default)]
    pub paused_until: Option<Date>,
    /// Enforced on this computer from that day, whatever `status` says.
    #[serde(default)]
    pub closed_on: Option<Date>,
    #[serde(default)]
    pub replaced_by: Option<ServiceId>,
    #[serde(default)]
    pub status_reason: Option<String>,
    /// 1 to 4 of stepped care, where steps apply.
    #[serde(default)]
    pub steps: Vec<Step>,
    /// A single point of access: triage chooses among `child_services`.
    #[serde(default)]
    pub single_point_of_access: bool,
    #[serde(default)]
    pub child_services: Vec<ServiceId>,
    #[serde(default)]
    pub interventions: Vec<String>,
    #[serde(default)]
    pub modes: Vec<Mode>,
    /// "6 to 8 weekly sessions of 45 minutes".
    #[serde(default)]
    pub sessions: Option<String>,
    #[serde(default)]
    pub practitioner_types: Vec<String>,
    #[serde(default)]
    pub supervised_by: Option<String>,
    #[serde(default)]
    pub criteria: Vec<Criterion>,
    #[serde(default)]
    pub wait: Option<StatedWait>,
    #[serde(default)]
    pub measured: Option<MeasuredLoop>,
    #[serde(default)]
    pub capacity: Option<String>,
    /// In the order the service prefers.
    pub referral_methods: Vec<ReferralMethod>,
    /// Questions beyond the core set.
    #[serde(default)]
    pub extra_questions: Vec<ExtraQuestion>,
    #[serde(default)]
    pub named_contact: Option<NamedContact>,
    #[serde(default)]
    pub duty_line: Option<String>,
    #[serde(default)]
    pub promise: Option<ServicePromise>,
    #[serde(default)]
    pub travel: Option<String>,
    #[serde(default)]
    pub time_to_patient: Option<String>,
    #[serde(default)]
    pub accessibility: Option<String>,
    #[serde(default)]
    pub words: Option<WordsForPatient>,
    /// The patient's sheet: plain English, no more than a side of A4.
    #[serde(default)]
    pub patient_sheet: Option<String>,
    /// One line of evidence for the GP.
    #[serde(default)]
    pub evidence: Option<String>,
    #[serde(default)]
    pub step_up_to: Vec<ServiceId>,
    #[serde(default)]
    pub step_down_to: Vec<ServiceId>,
    /// Services from whose card this one is also offered.
    #[serde(default)]
    pub also_offered_from: Vec<ServiceId>,
    /// Tags of NICE guideline NG193, such as "group-exercise(offer)".
    #[serde(default)]
    pub nice_tags: Vec<String>,
    /// A person's check, apart from `last_modified`: a database write is not a human check.
    #[serde(default)]
    pub verified: Option<Verified>,
    /// Nothing is ever sent to an unassured one, and none has an endpoint (checked when a directory is read).
    #[serde(default)]
    pub tier: Tier,
    /// What other feeds call it. After a merge, also what they call the entry that was merged into this one.
    #[serde(default)]
    pub external_ids: Vec<ExternalId>,
    #[serde(default)]
    pub source: Option<String>,
    #[serde(default)]
    pub licence: Option<String>,
}

impl ReferralInformation {
    /// Of a service of which nothing else is known.
    pub fn of(category: Category) -> Self {
        Self {
            category,
            aliases: Vec::new(),
            helps_with: Vec::new(),
            paused_until: None,
            closed_on: None,
            replaced_by: None,
            status_reason: None,
            steps: Vec::new(),
            single_point_of_access: false,
            child_services: Vec::new(),
            interventions: Vec::new(),
            modes: Vec::new(),
            sessions: None,
            practitioner_types: Vec::new(),
            supervised_by: None,
            criteria: Vec::new(),
            wait: None,
            measured: None,
            capacity: None,
            referral_methods: Vec::new(),
            extra_questions: Vec::new(),
            named_contact: None,
            duty_line: None,
            promise: None,
            travel: None,
            time_to_patient: None,
            accessibility: None,
            words: None,
            patient_sheet: None,
            evidence: None,
            step_up_to: Vec::new(),
            step_down_to: Vec::new(),
            also_offered_from: Vec::new(),
            nice_tags: Vec::new(),
            verified: None,
            tier: Tier::Curated,
            external_ids: Vec::new(),
            source: None,
            licence: None,
        }
    }
}

/// Who answers for a record. An import makes unassured ones only; a curator's hand makes one curated.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tier {
    #[default]
    Curated,
    /// A public entry, as some feed has it. No curator has looked at it.
    Unassured,
}

/// What kind of help a service is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Category {
    TalkingTherapies,
    PainPlatform,
    OccupationalTherapy,
    SocialPrescribing,
    Physiotherapy,
    PainClinic,
    PainManagementProgramme,
    SelfManagement,
    Exercise,
    PeerSupport,
    Carers,
    MoneyAdvice,
    Housing,
    Sleep,
    WorkSupport,
    Dietetics,
    SocialCare,
    Crisis,
    Bereavement,
    DrugAndAlcohol,
    MentalHealth,
    Other,
}

/// A step of stepped care, 1 to 4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Step(u8);

#[derive(Debug, thiserror::Error)]
#[error("a step is 1, 2, 3 or 4, not {0}")]
pub struct StepError(u8);

impl TryFrom<u8> for Step {
    type Error = StepError;

    fn try_from(step: u8) -> Result<Self, StepError> {
        if (1..=4).contains(&step) {
            Ok(Self(step))
        } else {
            Err(StepError(step))
        }
    }
}

impl From<Step> for u8 {
    fn from(step: Step) -> Self {
        step.0
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    Phone,
    Video,
    FaceToFace,
    Online,
    Group,
    Home,
}

/// A rule of the service, always with the service's own sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Criterion {
    /// As the service writes it: "For adults aged 16 and over".
    pub sentence: String,
    pub rule: CriterionRule,
}

/// The part of a criterion that can be evaluated. `Age` and `Area` point at `minimum_age`, `maximum_age` and `service_areas`, and are hard;
/// all others are soft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", deny_unknown_fields)]
pub enum CriterionRule {
    Age {},
    Area {},
    /// Registered with one of these practices.
    RegisteredWith {
        practices: Vec<OdsCode>,
    },
    /// Pain that has lasted at least this long.
    PainDuration {
        months: u8,
    },
    /// Any of these conditions.
    Condition {
        any_of: Vec<String>,
    },
    /// A questionnaire's total within limits. Never evaluated from a score that nobody asked for.
    Measure {
        name: String,
        #[serde(default)]
        minimum: Option<i32>,
        #[serde(default)]
        maximum: Option<i32>,
    },
    /// The patient must not be this: "in crisis".
    Exclusion {
        of: String,
    },
    /// A question that only the GP can answer.
    Question {},
}

/// A wait as the service states it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatedWait {
    pub weeks: u16,
    pub stated_by: String,
    pub stated_on: Date,
}

/// What the practices' own referrals measured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeasuredLoop {
    pub n: u32,
    pub median_days: u16,
    pub accepted_percent: u8,
    pub days_to_reply: u16,
}

/// A way to refer, in the service's order of preference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "kebab-case", deny_unknown_fields)]
pub enum ReferralMethod {
    SecureEmail {
        endpoint: EndpointId,
    },
    Fhir {
        endpoint: EndpointId,
    },
    Webhook {
        endpoint: EndpointId,
    },
    WebForm {
        url: String,
        words: String,
    },
    SelfReferral {
        words: String,
    },
    /// A task or a slot in the clinical system.
    InHouse {
        words: String,
    },
    /// e-RS and the like.
    Elsewhere {
        words: String,
    },
    Phone {
        words: String,
    },
    Print {
        words: String,
    },
}

impl ReferralMethod {
    /// Where it is sent, and by which channel; none where nothing is.
    pub fn endpoint(&self) -> Option<(&EndpointId, Channel)> {
        match self {
            Self::SecureEmail { endpoint } => Some((endpoint, Channel::SecureEmail)),
            Self::Fhir { endpoint } => Some((endpoint, Channel::Fhir)),
            Self::Webhook { endpoint } => Some((endpoint, Channel::Webhook)),
            _ => None,
        }
    }
}

/// A question of the service beyond the core set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExtraQuestion {
    pub id: String,
    pub question: String,
    #[serde(default)]
    pub required: bool,
    /// Empty: free text.
    #[serde(default)]
    pub choices: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedContact {
    pub role: String,
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub phone: Option<String>,
}

/// What the service promises its referrers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServicePromise {
    #[serde(default)]
    pub replies_within_working_days: Option<u8>,
    #[serde(default)]
    pub feeds_back: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WordsForPatient {
    /// What to say, in 40 words or fewer.
    pub say: String,
    /// The reply to "so it's in my head?".
    #[serde(default)]
    pub if_in_my_head: Option<String>,
}

/// Who checked a record with the service itself, when and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verified {
    pub by: String,
    pub on: Date,
    pub how: String,
}

/// Where referrals are sent: a record of its own, because a changed address sends a person's health record to the wrong place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Endpoint {
    pub id: EndpointId,
    pub service_id: ServiceId,
    pub channel: Channel,
    pub address: String,
    pub purpose: EndpointPurpose,
    pub valid_from: Date,
    #[serde(default)]
    pub valid_to: Option<Date>,
    pub verified: Verified,
    #[serde(default)]
    pub supersedes: Option<EndpointId>,
}

impl Endpoint {
    /// Its first and its last day are days on which it is used.
    pub fn is_valid_on(&self, day: Date) -> bool {
        self.valid_from <= day && self.valid_to.is_none_or(|last| day <= last)
    }

    /// Whether it takes that one's place on this day: then nothing is sent to that one any more, also where its own record still stands.
    pub fn supersedes_on(&self, former: &EndpointId, day: Date) -> bool {
        self.supersedes.as_ref() == Some(former) && self.id != *former && self.is_valid_on(day)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Channel {
    SecureEmail,
    Fhir,
    Webhook,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EndpointPurpose {
    Primary,
    Copy,
}
