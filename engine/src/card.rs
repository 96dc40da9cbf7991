//! A service as its card shows it: criteria beside the facts, the services that it names, and how a referral goes.

use crate::{Catalogue, EngineError, PatientFacts};
use jiff::civil::Date;
use referrals::draft::{CheckedCriterion, CriterionOutcome};
use services_directory::{
    criteria::{self, CriterionCheck, KnownFacts, NotOpen},
    ids::ServiceId,
    model::{Endpoint, HealthcareService, MeasuredLoop, ReferralMethod, StatedWait, Step, Tier},
};

/// A service with its organisation, its criteria beside the facts, and whether it is open to this patient.
pub struct Card {
    pub service: HealthcareService,
    pub organisation: String,
    pub checks: Vec<CriterionCheck>,
    pub not_open: Option<NotOpen>,
    pub endpoint: Option<Endpoint>,
    pub links: CardLinks,
}

impl Card {
    /// What referrals measured, where that says anything.
    pub fn measured(&self) -> Option<&MeasuredLoop> {
        let measured = self.service.onward.measured.as_ref();
        measured.filter(|measured| measured.n >= FEWEST_MEASURED)
    }
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
    pub fn card(&self, id: &str, facts: &PatientFacts, today: Date) -> Result<Card, EngineError> {
        let service = self
            .service(id)?
            .ok_or_else(|| EngineError::NoSuchService(id.to_owned()))?;
        let known = facts.known(self);
        let organisation = self.organization_name(&service.organization_id);
        Ok(Card {
            organisation: organisation.cloned().unwrap_or_default(),
            checks: self.checks(&service, &known, today),
            not_open: criteria::open_to(&service, &known, today).err(),
            endpoint: self.primary_endpoint(&service, today).cloned(),
            links: self.links(&service, &known, today)?,
            service,
        })
    }

    /// Criteria beside the facts, with the practice by its name rather than by its code.
    fn checks(
        &self,
        service: &HealthcareService,
        known: &KnownFacts,
        today: Date,
    ) -> Vec<CriterionCheck> {
        let own = known.practice.as_ref();
        let own = own.and_then(|code| self.practice(code));
        let mut checks = criteria::check(service, known, today);
        for check in &mut checks {
            if let Some((practice, told)) = own.zip(check.known.as_mut())
                && practice.ods_code.as_str() == told
            {
                told.clone_from(&practice.name);
            }
        }
        checks
    }

    fn links(
        &self,
        service: &HealthcareService,
        known: &KnownFacts,
        today: Date,
    ) -> Result<CardLinks, EngineError> {
        let one = |id: &ServiceId| -> Result<Option<LinkedService>, EngineError> {
            Ok(self.record(id)?.map(|service| LinkedService {
                not_open: criteria::open_to(&service, known, today).err(),
                step: service.onward.steps.iter().min().copied(),
                wait: service.onward.wait,
                id: service.id,
                name: service.name,
            }))
        };
        let all = |ids: &[ServiceId]| -> Result<Vec<LinkedService>, EngineError> {
            ids.iter().filter_map(|id| one(id).transpose()).collect()
        };
        let more = &service.onward;
        Ok(CardLinks {
            child_services: all(&more.child_services)?,
            step_up: all(&more.step_up_to)?,
            step_down: all(&more.step_down_to)?,
            also_offered: all(self.also_offered_from(&service.id))?,
            replaced_by: match &more.replaced_by {
                Some(id) => one(id)?,
                None => None,
            },
        })
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
        let unassured = service.onward.tier == Tier::Unassured;
        let mut methods = service.onward.referral_methods.iter();
        let elsewhere = methods.find_map(|method| match method {
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
        let (method, words) = elsewhere.unwrap_or(("elsewhere", None));
        // That nobody has checked the entry says more than how it says that it is reached.
        (if unassured { "unassured" } else { method }, words)
    }
}

/// A criterion as the letter tells it; a line of reason is the draft's own, and is put beside it there.
pub(crate) fn checked(check: &CriterionCheck) -> CheckedCriterion {
    CheckedCriterion {
        key: check.key.clone(),
        sentence: check.sentence.clone(),
        known: check
            .known
            .clone()
            .filter(|_| !check.answerable || check.excludes.is_some()),
        answered: check.answerable,
        outcome: match check.outcome {
            criteria::CriterionOutcome::Met => CriterionOutcome::Met,
            criteria::CriterionOutcome::NotMet => CriterionOutcome::NotMet,
            criteria::CriterionOutcome::NotKnown => CriterionOutcome::NotKnown,
        },
        reason: String::new(),
    }
}
