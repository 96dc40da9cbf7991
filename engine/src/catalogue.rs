//! The catalogue: one version of the directory with its index, asked with what is known of a patient.

use crate::{EngineError, PatientFacts, card};
use jiff::{Timestamp, civil::Date};
use referrals::{
    draft::{DirectoryFacts, ReferredService, ServiceToRefer},
    patient::cui_date,
};
use services_directory::{
    criteria::{self, NotOpen},
    directory_table,
    feed::Directory,
    ids::{EndpointId, OdsCode, ServiceId},
    model::{Channel, Endpoint, EndpointPurpose, HealthcareService, ReferralMethod, Tier},
    search::{Query, SearchIndex, SearchResults, Synonyms},
};
use std::collections::HashMap;

/// How many hits a list shows.
const MOST_HITS: usize = 20;

pub struct Catalogue {
    pub directory: Directory,
    pub applied_at: Timestamp,
    index: SearchIndex,
    services: HashMap<ServiceId, usize>,
    endpoints: HashMap<EndpointId, usize>,
    /// Those that name it as what they supersede, by the former endpoint.
    successors: HashMap<EndpointId, Vec<usize>>,
}

impl Catalogue {
    pub fn new(directory: Directory, applied_at: Timestamp) -> Result<Self, EngineError> {
        let index = SearchIndex::build(&directory, &Synonyms::shipped()?)?;
        let services = directory.services.iter().zip(0..);
        let endpoints = directory.endpoints.iter().zip(0..);
        let mut successors: HashMap<EndpointId, Vec<usize>> = HashMap::new();
        for (endpoint, at) in directory.endpoints.iter().zip(0..) {
            if let Some(former) = &endpoint.supersedes {
                successors.entry(former.clone()).or_default().push(at);
            }
        }
        Ok(Self {
            successors,
            services: services
                .map(|(service, at)| (service.id.clone(), at))
                .collect(),
            endpoints: endpoints
                .map(|(endpoint, at)| (endpoint.id.clone(), at))
                .collect(),
            directory,
            applied_at,
            index,
        })
    }

    /// Works out the hard rules for this practice before the first search.
    pub fn make_ready(&self, practice: Option<&OdsCode>, today: Date) {
        self.index.make_ready(practice, today);
    }

    pub fn search(&self, text: &str, facts: &PatientFacts, today: Date) -> SearchResults {
        self.search_for(text, facts, today, MOST_HITS)
    }

    pub(crate) fn search_for(
        &self,
        text: &str,
        facts: &PatientFacts,
        today: Date,
        limit: usize,
    ) -> SearchResults {
        let query = Query {
            text: text.to_owned(),
            age: facts.age,
            practice: facts.practice.clone(),
            today,
            limit,
        };
        self.index.search(&query)
    }

    /// A public entry that no curator has checked: nothing is sent there.
    pub fn is_unassured(&self, id: &ServiceId) -> bool {
        self.of_id(id)
            .is_some_and(|service| service.onward.tier == Tier::Unassured)
    }

    pub fn name_of(&self, id: &ServiceId) -> Option<String> {
        self.of_id(id).map(|service| service.name.clone())
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
            category: more.category,
            phone: phone_of(card.service),
            phone_first: self.checked(card.service, today).is_old(),
            not_open: card.not_open.as_ref().map(not_open_code),
            approved: false,
            do_not_refer: None,
            service: card
                .endpoint
                .map(|endpoint| self.referred(card.service, endpoint)),
            questions: questions
                .map(|ask| (ask.id.clone(), ask.required, ask.question.clone()))
                .collect(),
            criteria: card.checks.iter().map(card::checked).collect(),
        }))
    }

    fn referred(&self, service: &HealthcareService, endpoint: &Endpoint) -> ReferredService {
        ReferredService {
            id: service.id.to_string(),
            name: service.name.clone(),
            category: service.onward.category,
            directory_version: self.directory.header.version,
            channel: "secure-email".to_owned(),
            endpoint_id: endpoint.id.to_string(),
            endpoint_digest: directory_table::endpoint_digest(endpoint),
            address: endpoint.address.clone(),
            phone: phone_of(service),
            replies_within_working_days: service
                .onward
                .promise
                .as_ref()
                .and_then(|promise| promise.replies_within_working_days),
        }
    }

    /// Valid today, and no other that is has taken its place.
    fn is_in_use(&self, endpoint: &Endpoint, today: Date) -> bool {
        let mut successors = self.successors.get(&endpoint.id).into_iter().flatten();
        let superseded = successors.any(|at| {
            let successor = self.directory.endpoints.get(*at);
            successor.is_some_and(|it| it.supersedes_on(&endpoint.id, today))
        });
        endpoint.is_valid_on(today) && !superseded
    }

    /// Every endpoint to which something may be sent today, if the practice has approved it.
    pub(crate) fn endpoints_in_use(&self, today: Date) -> impl Iterator<Item = &Endpoint> {
        let endpoints = self.directory.endpoints.iter();
        endpoints.filter(move |endpoint| self.is_in_use(endpoint, today))
    }

    /// Where it is sent: the endpoint of its first method that this version can send by, valid today.
    pub(crate) fn primary_endpoint(
        &self,
        service: &HealthcareService,
        today: Date,
    ) -> Option<&Endpoint> {
        // A directory with an endpoint for such an entry is refused when it is read. That nothing is sent there must not hang on that alone.
        if service.onward.tier == Tier::Unassured {
            return None;
        }
        service.onward.referral_methods.iter().find_map(|method| {
            let ReferralMethod::SecureEmail { endpoint } = method else {
                return None;
            };
            let endpoint = self
                .directory
                .endpoints
                .get(*self.endpoints.get(endpoint)?)?;
            let valid = self.is_in_use(endpoint, today);
            let usable = endpoint.channel == Channel::SecureEmail
                && endpoint.purpose == EndpointPurpose::Primary;
            (valid && usable && endpoint.service_id == service.id).then_some(endpoint)
        })
    }

    pub(crate) fn endpoint(&self, id: &str) -> Option<&Endpoint> {
        let id = EndpointId::parse(id).ok()?;
        self.directory.endpoints.get(*self.endpoints.get(&id)?)
    }

    pub(crate) fn of_id(&self, id: &ServiceId) -> Option<&HealthcareService> {
        self.directory
            .services
            .get(*self.services.get(id)?)
            .map(AsRef::as_ref)
    }

    pub(crate) fn service(&self, id: &str) -> Option<&HealthcareService> {
        self.of_id(&ServiceId::parse(id).ok()?)
    }
}

/// The duty line, else that of the person named.
pub(crate) fn phone_of(service: &HealthcareService) -> Option<String> {
    let contact = service.onward.named_contact.as_ref();
    let named = || contact.and_then(|contact| contact.phone.clone());
    service.onward.duty_line.clone().or_else(named)
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
