//! "My usual": what an empty search answers. Favourites first, then the services that this referrer sends to most.

use crate::{Engine, EngineError, Left, PatientFacts};
use referrals::{desk::UsualService, draft::Reason};
use services_directory::{
    criteria::{self, NotOpen},
    ids::ServiceId,
    model::HealthcareService,
};
use std::collections::BTreeSet;

/// So many of the services that are used most; favourites are as many as there are.
const MOST_USED: usize = 3;

#[derive(Debug, Default)]
pub struct MyUsual {
    pub hits: Vec<UsualHit>,
    /// Those that are not open to this patient, and why.
    pub not_open: Vec<(ServiceId, NotOpen)>,
    /// Favourites that have left the directory, by the names that they had.
    pub left: Vec<(String, Left)>,
    /// What the practice sends to most, for somebody who has no usual yet: no reason of a colleague's is ticked for them.
    pub of_practice: bool,
}

#[derive(Debug)]
pub struct UsualHit {
    pub service: HealthcareService,
    pub favourite: bool,
    /// With which this referrer's referrals went there most often.
    pub reasons: Vec<Reason>,
}

impl Engine {
    /// The favourites of whoever refers now.
    pub fn favourites(&self) -> Result<BTreeSet<String>, EngineError> {
        let favourites = self.desk.favourites(&self.referrer()?)?;
        Ok(favourites.into_iter().collect())
    }

    /// A service that is not in the directory is no favourite; one that was can always be taken off.
    pub fn set_favourite(&self, service_id: &str, favourite: bool) -> Result<(), EngineError> {
        if favourite && !self.catalogue()?.knows(service_id) {
            return Err(EngineError::NoSuchService(service_id.to_owned()));
        }
        Ok(self
            .desk
            .set_favourite(&self.referrer()?, service_id, favourite)?)
    }

    /// The favourites and the most used of whoever refers now; the practice's most used for somebody who has neither.
    pub fn my_usual(&self, facts: &PatientFacts) -> Result<MyUsual, EngineError> {
        let referrer = self.referrer()?;
        let favourites = self.desk.favourites(&referrer)?;
        let mut used = self.desk.usual(Some(&referrer))?;
        let none_yet = favourites.is_empty() && used.is_empty();
        if none_yet {
            used = self.desk.usual(None)?;
            for service in &mut used {
                service.reasons.clear();
            }
        }
        let usual = self.among_open(&favourites, &used, facts)?;
        Ok(MyUsual {
            of_practice: none_yet && !usual.hits.is_empty(),
            ..usual
        })
    }

    fn among_open(
        &self,
        favourites: &[String],
        used: &[UsualService],
        facts: &PatientFacts,
    ) -> Result<MyUsual, EngineError> {
        let (catalogue, today) = (self.catalogue()?, self.store.clock.today());
        let known = facts.known(&catalogue);
        let mut usual = MyUsual::default();
        let mut places = MOST_USED;
        let others = used.iter().map(|used| &used.service_id);
        let others = others.filter(|id| !favourites.contains(id));
        for (id, favourite) in favourites
            .iter()
            .map(|id| (id, true))
            .chain(others.map(|id| (id, false)))
        {
            let Some(service) = catalogue.service(id)? else {
                if let Some(left) = catalogue.left(id).filter(|_| favourite) {
                    let name = self.entry_name(id).unwrap_or_else(|_| id.clone());
                    usual.left.push((name, left));
                }
                continue;
            };
            if !favourite {
                if places == 0 {
                    break;
                }
                places -= 1;
            }
            if let Err(reason) = criteria::open_to(&service, &known, today) {
                usual.not_open.push((service.id.clone(), reason));
                continue;
            }
            let reasons = used.iter().find(|used| used.service_id == *id);
            usual.hits.push(UsualHit {
                service,
                favourite,
                reasons: reasons.map(|used| used.reasons.clone()).unwrap_or_default(),
            });
        }
        Ok(usual)
    }
}
