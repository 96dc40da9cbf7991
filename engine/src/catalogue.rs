//! The catalogue: one version of the directory with its index, asked with what is known of a patient.

use crate::{EngineError, PatientFacts};
use jiff::{Timestamp, civil::Date};
use referrals::{
    draft::{CheckedCriterion, CriterionOutcome, DirectoryFacts, ReferredService, ServiceToRefer},
    patient::cui_date,
};
use services_directory::{
    criteria::{self, CriterionCheck, KnownFacts, NotOpen},
    directory_table,
    feed::Directory,
    ids::ServiceId,
    model::{
        Channel, Endpoint, EndpointPurpose, HealthcareService, MeasuredLoop, ReferralMethod,
        StatedWait, Step,
    },
    search::{Query, SearchIndex, SearchResults, Synonyms},
};

/// How many hits a list shows.
const MOST_HITS: usize = 20;

pub struct Catalogue {
    pub directory: Directory,
    pub applied_at: Timestamp,
    index: SearchIndex,
}

/// A service with its organisation, its criteria beside the facts, and whether it is open to this patient.
pub struct Card<'a> {
    pub service: &'a HealthcareService,
    pub organisation: String,
    pub checks: Vec<CriterionCheck>,
    pub not_open: Option<NotOpen>,
    pub endpoint: Option<&'a Endpoint>,
    pub links: CardLinks,
    /// What referrals measured, where that says anything.
    pub measured: Option<&'a MeasuredLoop>,
}

/// The other services that a card names.
#[derive(Debug, Default)]
pub struct CardLinks {
    pub child_services: Vec<LinkedService>,
    pub step_up: Vec<LinkedService>,
    pub step_down: Vec<LinkedService>,
    /// Those that say they are also offered from this one.
    pub also_offered: Vec<LinkedService>,
    pub replaced_by: Option<LinkedService>,
}

#[derive(Debug)]
pub struct LinkedService {
    pub id: ServiceId,
    pub name: String,
    pub step: Option<Step>,
    pub wait: Option<StatedWait>,
    pub not_open: Option<NotOpen>,
}

/// Percentages and medians of fewer cases say nothing, and could point at a person.
const FEWEST_MEASURED: u32 = 5;

impl Catalogue {
    pub fn new(directory: Directory, applied_at: Timestamp) -> Result<Self, EngineError> {
        let index = SearchIndex::build(&directory, &Synonyms::shipped()?)?;
        Ok(Self {
            directory,
            applied_at,
            index,
        })
    }

    pub fn search(&self, text: &str, facts: &PatientFacts, today: Date) -> SearchResults {
        let query = Query {
            text: text.to_owned(),
            age: facts.age,
            practice: facts.practice.clone(),
            today,
            limit: MOST_HITS,
        };
        self.index.search(&query)
    }

    pub fn card(
        &self,
        id: &str,
        facts: &PatientFacts,
        today: Date,
    ) -> Result<Card<'_>, EngineError> {
        let service = self
            .service(id)
            .ok_or_else(|| EngineError::NoSuchService(id.to_owned()))?;
        let known = facts.known(self);
        let organisation = self
            .directory
            .organizations
            .iter()
            .find(|found| found.id == service.organization_id);
        Ok(Card {
            service,
            organisation: organisation
                .map(|organisation| organisation.name.clone())
                .unwrap_or_default(),
            checks: criteria::check(service, &known, today),
            not_open: criteria::open_to(service, &known, today).err(),
            endpoint: self.primary_endpoint(service, today),
            links: self.links(service, &known, today),
            measured: service
                .onward
                .measured
                .as_ref()
                .filter(|measured| measured.n >= FEWEST_MEASURED),
        })
    }

    fn links(&self, service: &HealthcareService, known: &KnownFacts, today: Date) -> CardLinks {
        let link = |service: &HealthcareService| LinkedService {
            id: service.id.clone(),
            name: service.name.clone(),
            step: service.onward.steps.iter().min().copied(),
            wait: service.onward.wait.clone(),
            not_open: criteria::open_to(service, known, today).err(),
        };
        let one = |id: &ServiceId| self.directory.service(id).map(link);
        let all = |ids: &[ServiceId]| ids.iter().filter_map(one).collect();
        let more = &service.onward;
        let others = self.directory.services.iter();
        CardLinks {
            child_services: all(&more.child_services),
            step_up: all(&more.step_up_to),
            step_down: all(&more.step_down_to),
            also_offered: others
                .filter(|other| other.onward.also_offered_from.contains(&service.id))
                .map(link)
                .collect(),
            replaced_by: more.replaced_by.as_ref().and_then(one),
        }
    }

    /// How a referral goes: the code of the way by which it goes from here; else the service's first way, with its words.
    pub fn method(
        &self,
        service: &HealthcareService,
        today: Date,
    ) -> (&'static str, Option<String>) {
        if self.primary_endpoint(service, today).is_some() {
            return ("secure-email", None);
        }
        let words = |words: &String| Some(words.clone());
        let methods = service.onward.referral_methods.iter();
        let elsewhere = methods.filter_map(|method| match method {
            ReferralMethod::SecureEmail { .. }
            | ReferralMethod::Fhir { .. }
            | ReferralMethod::Webhook { .. } => None,
            ReferralMethod::WebForm { url, words } => {
                Some(("web-form", Some(format!("{words} {url}"))))
            }
            ReferralMethod::SelfReferral { words: said } => Some(("self-referral", words(said))),
            ReferralMethod::InHouse { words: said } => Some(("in-house", words(said))),
            ReferralMethod::Elsewhere { words: said } => Some(("elsewhere", words(said))),
            ReferralMethod::Phone { words: said } => Some(("phone", words(said))),
            ReferralMethod::Print { words: said } => Some(("print", words(said))),
        });
        elsewhere.take(1).next().unwrap_or(("elsewhere", None))
    }

    pub fn name_of(&self, id: &ServiceId) -> Option<String> {
        self.directory
            .service(id)
            .map(|service| service.name.clone())
    }

    /// The chosen service as a draft is checked against: the window sends an id, and the address is looked up here.
    pub(crate) fn to_refer(
        &self,
        id: Option<&str>,
        facts: &PatientFacts,
        today: Date,
    ) -> ServiceToRefer {
        let Some(id) = id else {
            return ServiceToRefer::NoneChosen;
        };
        let Ok(card) = self.card(id, facts, today) else {
            return ServiceToRefer::NotInDirectory;
        };
        let more = &card.service.onward;
        let questions = more.extra_questions.iter();
        ServiceToRefer::Found(Box::new(DirectoryFacts {
            id: card.service.id.to_string(),
            name: card.service.name.clone(),
            directory_version: self.directory.header.version,
            not_open: card.not_open.as_ref().map(not_open_code),
            approved: false,
            service: card
                .endpoint
                .map(|endpoint| self.referred(card.service, endpoint)),
            questions: questions
                .map(|ask| (ask.id.clone(), ask.required, ask.question.clone()))
                .collect(),
            criteria: card.checks.iter().map(checked).collect(),
        }))
    }

    fn referred(&self, service: &HealthcareService, endpoint: &Endpoint) -> ReferredService {
        let contact = service
            .onward
            .named_contact
            .as_ref()
            .and_then(|contact| contact.phone.clone());
        ReferredService {
            id: service.id.to_string(),
            name: service.name.clone(),
            directory_version: self.directory.header.version,
            channel: "secure-email".to_owned(),
            endpoint_id: endpoint.id.to_string(),
            endpoint_digest: directory_table::endpoint_digest(endpoint),
            address: endpoint.address.clone(),
            phone: service.onward.duty_line.clone().or(contact),
            replies_within_working_days: service
                .onward
                .promise
                .as_ref()
                .and_then(|promise| promise.replies_within_working_days),
        }
    }

    /// Where it is sent: the endpoint of its first method that this version can send by, valid today.
    fn primary_endpoint(&self, service: &HealthcareService, today: Date) -> Option<&Endpoint> {
        service.onward.referral_methods.iter().find_map(|method| {
            let ReferralMethod::SecureEmail { endpoint } = method else {
                return None;
            };
            let endpoint = self.directory.endpoint(endpoint)?;
            let valid = endpoint.is_valid_on(today);
            let usable = endpoint.channel == Channel::SecureEmail
                && endpoint.purpose == EndpointPurpose::Primary;
            (valid && usable && endpoint.service_id == service.id).then_some(endpoint)
        })
    }

    pub(crate) fn service(&self, id: &str) -> Option<&HealthcareService> {
        self.directory.service(&ServiceId::parse(id).ok()?)
    }
}

/// A criterion as the letter tells it; a line of reason is the draft's own, and is put beside it there.
fn checked(check: &CriterionCheck) -> CheckedCriterion {
    CheckedCriterion {
        key: check.key.clone(),
        sentence: check.sentence.clone(),
        known: check.known.clone().filter(|_| !check.answerable),
        outcome: match check.outcome {
            criteria::CriterionOutcome::Met => CriterionOutcome::Met,
            criteria::CriterionOutcome::NotMet => CriterionOutcome::NotMet,
            criteria::CriterionOutcome::NotKnown => CriterionOutcome::NotKnown,
        },
        reason: String::new(),
    }
}

/// The code of a hard rule that is not met; the window and the command line say it in words.
pub fn not_open_code(reason: &NotOpen) -> &'static str {
    match reason {
        NotOpen::Age { .. } => "age",
        NotOpen::Area { .. } => "area",
        NotOpen::Closed { .. } => "closed",
        NotOpen::Paused { .. } => "paused",
    }
}

/// The plain fact behind the code: "aged 18 or over", "until 01-Feb-2027".
pub fn not_open_detail(reason: &NotOpen) -> Option<String> {
    match reason {
        NotOpen::Age { min, max } => {
            criteria::age_range(*min, *max).map(|range| format!("aged {range}"))
        }
        NotOpen::Area { names } => (!names.is_empty()).then(|| names.join(", ")),
        NotOpen::Closed { on, reason, .. } => {
            let since = on.map(|day| format!("since {}", cui_date(day)));
            join([since, reason.clone()])
        }
        NotOpen::Paused { until, reason } => {
            let until = until.map(|day| format!("until {}", cui_date(day)));
            join([until, reason.clone()])
        }
    }
}

fn join(parts: [Option<String>; 2]) -> Option<String> {
    let said: Vec<String> = parts.into_iter().flatten().collect();
    (!said.is_empty()).then(|| said.join(": "))
}
