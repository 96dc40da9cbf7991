//! The catalogue: one version of the directory with its index, asked with what is known of a patient.

use crate::{EngineError, PatientFacts, card};
use jiff::civil::Date;
use referrals::{
    draft::{DirectoryFacts, ReferredService, ServiceToRefer},
    patient::cui_date,
};
use services_directory::{
    criteria::{self, NotOpen},
    directory_table::{self, AppliedVersion},
    ids::{AreaId, EndpointId, OdsCode, OrganizationId, ServiceId},
    layer::local,
    listed::Listed,
    model::{
        Channel, DirectoryHeader, DirectoryRecord, Endpoint, EndpointPurpose, HealthcareService,
        Organization, Practice, ReferralMethod, Tier, Tombstone,
    },
    search::{IndexBuilder, Query, SearchIndex, SearchResults, Synonyms},
};
use std::collections::{BTreeSet, HashMap};
use store::Database;

/// How many hits a list shows.
pub(crate) const MOST_HITS: usize = 20;

pub struct Catalogue {
    pub header: DirectoryHeader,
    pub applied: AppliedVersion,
    /// With what every list compares of each service; the rest of a record is read from the database when it is shown.
    index: SearchIndex,
    records: Database,
    /// The practice's own services, whose records stand elsewhere.
    own: HashMap<ServiceId, HealthcareService>,
    practices: Vec<Practice>,
    organizations: HashMap<OrganizationId, String>,
    endpoints: Vec<Endpoint>,
    endpoints_by_id: HashMap<EndpointId, usize>,
    /// Those that name it as what they supersede, by the former endpoint.
    successors: HashMap<EndpointId, Vec<usize>>,
    /// The services that say they are also offered from this one.
    also_offered: HashMap<ServiceId, Vec<ServiceId>>,
    tombstones: HashMap<ServiceId, Tombstone>,
}

/// A directory on its way into a catalogue.
#[derive(Default)]
struct Making {
    header: Option<DirectoryHeader>,
    index: IndexBuilder,
    practices: Vec<Practice>,
    organizations: HashMap<OrganizationId, String>,
    endpoints: Vec<Endpoint>,
    also_offered: HashMap<ServiceId, Vec<ServiceId>>,
    tombstones: HashMap<ServiceId, Tombstone>,
}

impl Making {
    fn add(&mut self, record: DirectoryRecord) {
        match record {
            DirectoryRecord::Directory(header) => self.header = Some(header),
            DirectoryRecord::Area(area) => self.index.add_area(&area),
            DirectoryRecord::Practice(practice) => {
                self.index.add_practice(&practice);
                self.practices.push(practice);
            }
            DirectoryRecord::Organization(organization) => self.add_organization(organization),
            DirectoryRecord::Service(service) => self.add_service(&service),
            DirectoryRecord::Endpoint(endpoint) => self.endpoints.push(endpoint),
            DirectoryRecord::Tombstone(tombstone) => {
                self.tombstones.insert(tombstone.id.clone(), tombstone);
            }
        }
    }

    fn add_organization(&mut self, organization: Organization) {
        self.index.add_organization(&organization);
        self.organizations
            .insert(organization.id, organization.name);
    }

    fn add_service(&mut self, service: &HealthcareService) {
        self.index.add_service(service);
        for other in &service.onward.also_offered_from {
            let from = self.also_offered.entry(other.clone()).or_default();
            from.push(service.id.clone());
        }
    }
}

impl Catalogue {
    /// The directory that stands in the database, with the practice's own services; none before the first.
    pub fn read(
        records: &Database,
        own: Vec<HealthcareService>,
    ) -> Result<Option<Self>, EngineError> {
        let mut making = Making::default();
        let read =
            records.read(|c| directory_table::each_record(c, |record| making.add(record)))?;
        let (Some(applied), Some(header)) = (read, making.header.take()) else {
            return Ok(None);
        };
        let own = local::found_with_others(own);
        if !own.is_empty() {
            making.add_organization(local::organization()?);
        }
        for service in &own {
            making.add_service(service);
        }
        let mut successors: HashMap<EndpointId, Vec<usize>> = HashMap::new();
        for (endpoint, at) in making.endpoints.iter().zip(0..) {
            if let Some(former) = &endpoint.supersedes {
                successors.entry(former.clone()).or_default().push(at);
            }
        }
        let endpoints = making.endpoints.iter().zip(0..);
        Ok(Some(Self {
            header,
            applied,
            index: making.index.build(&Synonyms::shipped()?)?,
            records: records.clone(),
            own: own.into_iter().map(|it| (it.id.clone(), it)).collect(),
            practices: making.practices,
            organizations: making.organizations,
            endpoints_by_id: endpoints
                .map(|(endpoint, at)| (endpoint.id.clone(), at))
                .collect(),
            endpoints: making.endpoints,
            successors,
            also_offered: making.also_offered,
            tombstones: making.tombstones,
        }))
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
            .is_some_and(|service| service.tier == Tier::Unassured)
    }

    pub fn name_of(&self, id: &ServiceId) -> Option<String> {
        self.of_id(id).map(|service| service.name.to_string())
    }

    /// The chosen service as a draft is checked against: the window sends an id, and the address is looked up here.
    pub(crate) fn to_refer(
        &self,
        id: Option<&str>,
        facts: &PatientFacts,
        today: Date,
    ) -> Result<ServiceToRefer, EngineError> {
        let Some(id) = id else {
            return Ok(ServiceToRefer::NoneChosen);
        };
        let card = match self.card(id, facts, today) {
            Err(EngineError::NoSuchService(_)) => return Ok(ServiceToRefer::NotInDirectory),
            other => other?,
        };
        let more = &card.service.onward;
        let questions = more.extra_questions.iter();
        Ok(ServiceToRefer::Found(Box::new(DirectoryFacts {
            id: card.service.id.to_string(),
            name: card.service.name.clone(),
            directory_version: self.header.version,
            category: more.category,
            phone: phone_of(&card.service),
            phone_first: self.checked(&card.service, today).is_old(),
            not_open: card.not_open.as_ref().map(not_open_code),
            approved: false,
            do_not_refer: None,
            service: card
                .endpoint
                .as_ref()
                .map(|endpoint| self.referred(&card.service, endpoint)),
            questions: questions
                .map(|ask| (ask.id.clone(), ask.required, ask.question.clone()))
                .collect(),
            criteria: card.checks.iter().map(card::checked).collect(),
        })))
    }

    fn referred(&self, service: &HealthcareService, endpoint: &Endpoint) -> ReferredService {
        ReferredService {
            id: service.id.to_string(),
            name: service.name.clone(),
            category: service.onward.category,
            directory_version: self.header.version,
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
            let successor = self.endpoints.get(*at);
            successor.is_some_and(|it| it.supersedes_on(&endpoint.id, today))
        });
        endpoint.is_valid_on(today) && !superseded
    }

    /// Every endpoint to which something may be sent today, if the practice has approved it.
    pub(crate) fn endpoints_in_use(&self, today: Date) -> impl Iterator<Item = &Endpoint> {
        let endpoints = self.endpoints.iter();
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
            let endpoint = self.endpoints.get(*self.endpoints_by_id.get(endpoint)?)?;
            let valid = self.is_in_use(endpoint, today);
            let usable = endpoint.channel == Channel::SecureEmail
                && endpoint.purpose == EndpointPurpose::Primary;
            (valid && usable && endpoint.service_id == service.id).then_some(endpoint)
        })
    }

    pub(crate) fn endpoint(&self, id: &str) -> Option<&Endpoint> {
        let id = EndpointId::parse(id).ok()?;
        self.endpoints.get(*self.endpoints_by_id.get(&id)?)
    }

    /// Every address of the directory, in use or not.
    pub fn endpoints(&self) -> &[Endpoint] {
        &self.endpoints
    }

    /// What is kept in memory of every service.
    pub fn listed(&self) -> &[Listed] {
        self.index.services()
    }

    pub(crate) fn of_id(&self, id: &ServiceId) -> Option<&Listed> {
        self.index.service(id)
    }

    pub(crate) fn knows(&self, id: &str) -> bool {
        ServiceId::parse(id).is_ok_and(|id| self.of_id(&id).is_some())
    }

    /// The whole record, as it stands in the database now: a version that was just applied may have changed it, or taken it out.
    pub fn record(&self, id: &ServiceId) -> Result<Option<HealthcareService>, EngineError> {
        if self.of_id(id).is_none() {
            return Ok(None);
        }
        match self.own.get(id) {
            Some(own) => Ok(Some(own.clone())),
            None => Ok(self.records.read(|c| directory_table::service_now(c, id))?),
        }
    }

    pub fn service(&self, id: &str) -> Result<Option<HealthcareService>, EngineError> {
        match ServiceId::parse(id) {
            Ok(id) => self.record(&id),
            Err(_) => Ok(None),
        }
    }

    /// The services that have left it, by the ids that they had.
    pub(crate) fn tombstones(&self) -> &HashMap<ServiceId, Tombstone> {
        &self.tombstones
    }

    pub(crate) fn areas_of(&self, practice: &OdsCode) -> Option<BTreeSet<AreaId>> {
        self.index.areas_of(practice)
    }

    pub(crate) fn practice(&self, code: &OdsCode) -> Option<&Practice> {
        self.practices.iter().find(|it| it.ods_code == *code)
    }

    pub(crate) fn organization_name(&self, id: &OrganizationId) -> Option<&String> {
        self.organizations.get(id)
    }

    pub(crate) fn also_offered_from(&self, id: &ServiceId) -> &[ServiceId] {
        self.also_offered
            .get(id)
            .map(Vec::as_slice)
            .unwrap_or_default()
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
