//! When the published directory is too old to send by: which services need a phone call, and that somebody made it.

use crate::{Catalogue, Engine, EngineError, catalogue::phone_of, session::Needs};
use referrals::{ReferralError, approval_table, people::Right};
use services_directory::{
    directory_table,
    ids::ServiceId,
    trust_table::{self, PhoneCheck},
};
use store::{Act, NewAct, Store, StoreError, audit_table};

/// A service to which nothing is sent until somebody has phoned it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NeedsPhoneCheck {
    pub service_id: String,
    pub service_name: String,
    pub phone: Option<String>,
    pub endpoint_id: String,
    pub digest: String,
    pub address: String,
}

impl Engine {
    /// None while the directory is young enough. Only addresses that the practice has approved: the others are held for that.
    pub fn phone_checks_needed(&self) -> Result<Vec<NeedsPhoneCheck>, EngineError> {
        self.allow(Needs::Right(Right::KeepDirectory))?;
        let catalogue = match self.catalogue() {
            Err(EngineError::NoDirectory) => return Ok(Vec::new()),
            other => other?,
        };
        let mut needed = Self::to_phone_of(&self.store, &catalogue)?;
        for it in &mut needed {
            let service = catalogue.service(&it.service_id)?;
            it.phone = service.as_ref().and_then(phone_of);
        }
        Ok(needed)
    }

    /// Without the numbers, which stand in the services' records.
    pub(crate) fn to_phone_of(
        store: &Store,
        catalogue: &Catalogue,
    ) -> Result<Vec<NeedsPhoneCheck>, EngineError> {
        let (now, today) = (store.clock.now(), store.clock.today());
        let too_old = store
            .practice
            .read(|c| trust_table::too_old_since(c, now))?;
        if too_old.is_none() {
            return Ok(Vec::new());
        }
        let (approved, open) = store.practice.read(|c| {
            let open = trust_table::open_by_phone(c, now)?;
            Ok::<_, ReferralError>((approval_table::approved(c)?, open))
        })?;
        let mut needed = Vec::new();
        for endpoint in catalogue.endpoints_in_use(today) {
            let digest = directory_table::endpoint_digest(endpoint);
            let Some(service) = catalogue.of_id(&endpoint.service_id) else {
                continue;
            };
            let all = approved.get(endpoint.id.as_str()).into_iter().flatten();
            let mut of_it = all.filter(|it| it.holds_for(&digest, &service.name));
            if of_it.next().is_some() && !open.contains(&digest) {
                needed.push(NeedsPhoneCheck {
                    service_id: service.id.to_string(),
                    service_name: service.name.to_string(),
                    phone: None,
                    endpoint_id: endpoint.id.to_string(),
                    digest,
                    address: endpoint.address.clone(),
                });
            }
        }
        Ok(needed)
    }

    /// Whoever is signed in phoned the service, and the address is still right: it is open for 14 days. As it was shown, by endpoint and digest.
    pub fn service_phoned(
        &self,
        shown: &(String, String),
        number: &str,
        who_answered: &str,
    ) -> Result<(), EngineError> {
        let actor = self.allow(Needs::Right(Right::KeepDirectory))?;
        if number.trim().is_empty() || who_answered.trim().is_empty() {
            return Err(ReferralError::NotPossibleNow.into());
        }
        let needed = self.phone_checks_needed()?.into_iter();
        let found = needed
            .filter(|it| (&it.endpoint_id, &it.digest) == (&shown.0, &shown.1))
            .collect::<Vec<_>>();
        let found = found.into_iter().next();
        let found = found.ok_or(ReferralError::NoSuchAddress)?;
        let now = self.store.clock.now();
        let service_id = ServiceId::parse(&found.service_id)
            .map_err(|_| EngineError::NoSuchService(found.service_id.clone()))?;
        let check = PhoneCheck {
            service_id,
            endpoint_digest: found.digest,
            checked_at: now,
            checked_by: actor.clone(),
            number: number.trim().to_owned(),
            who_answered: who_answered.trim().to_owned(),
        };
        let act = NewAct::new(Act::ServicePhoned, found.endpoint_id, actor, now);
        Ok(self.store.practice.write(move |tx| {
            trust_table::record_phone_check(tx, &check)?;
            audit_table::append(tx, &act)?;
            Ok::<_, StoreError>(())
        })?)
    }
}
