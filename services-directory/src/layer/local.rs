//! A service that only this practice knows: found and shown like the others, and never sent to from here.

use super::{LayerError, clean_words};
use crate::{
    ids::{OrganizationId, ServiceId},
    model::{
        Category, HealthcareService, NamedContact, OrganisationKind, Organization,
        ReferralInformation, ReferralMethod, ServiceStatus,
    },
};
use jiff::civil::Date;

/// What the ids of local services begin with; nothing that is published has such an id.
pub const PREFIX: &str = "local:";
const ORGANIZATION: &str = "local:practice";
const LONGEST_NAME: usize = 200;
const MOST_PROBLEMS: usize = 20;

/// How people are referred there: in words, because nothing is sent to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LocalMethod {
    Phone,
    Print,
    Elsewhere,
    SelfReferral,
}

/// What is known of it, as a person writes it down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalForm {
    pub name: String,
    pub category: Category,
    pub description: String,
    /// What it helps with, separated by commas.
    pub helps_with: String,
    pub contact: String,
    pub phone: String,
    pub method: LocalMethod,
    pub how: String,
}

pub fn is_local(id: &str) -> bool {
    id.starts_with(PREFIX)
}

/// A record of the directory, without any address to which something could be sent.
pub fn service(
    id: &ServiceId,
    form: &LocalForm,
    today: Date,
) -> Result<HealthcareService, LayerError> {
    let name = clean_words(&form.name)?;
    let description = clean_words(&form.description)?;
    let how = clean_words(&form.how)?;
    if name.is_empty() || how.is_empty() {
        return Err(LayerError::WordsMissing);
    }
    if name.chars().nth(LONGEST_NAME).is_some() {
        return Err(LayerError::TooLong);
    }
    let helps_with = clean_words(&form.helps_with)?;
    let helps_with = helps_with
        .split(',')
        .map(|word| word.trim().to_owned())
        .filter(|word| !word.is_empty())
        .take(MOST_PROBLEMS)
        .collect();
    let (contact, phone) = (clean_words(&form.contact)?, clean_words(&form.phone)?);
    let some = |text: String| (!text.is_empty()).then_some(text);
    let method = match form.method {
        LocalMethod::Phone => ReferralMethod::Phone { words: how },
        LocalMethod::Print => ReferralMethod::Print { words: how },
        LocalMethod::Elsewhere => ReferralMethod::Elsewhere { words: how },
        LocalMethod::SelfReferral => ReferralMethod::SelfReferral { words: how },
    };
    Ok(HealthcareService {
        id: id.clone(),
        organization_id: organization()?.id,
        name,
        description,
        status: ServiceStatus::Active,
        url: None,
        minimum_age: None,
        maximum_age: None,
        service_areas: Vec::new(),
        languages: Vec::new(),
        cost_options: Vec::new(),
        last_modified: today,
        onward: ReferralInformation {
            helps_with,
            named_contact: some(contact).map(|role| NamedContact {
                role,
                name: None,
                phone: None,
            }),
            duty_line: some(phone),
            referral_methods: vec![method],
            ..ReferralInformation::of(form.category)
        },
    })
}

/// Whose they are, on the card.
pub fn organization() -> Result<Organization, LayerError> {
    Ok(Organization {
        id: OrganizationId::parse(ORGANIZATION).map_err(|_| LayerError::NotThere)?,
        name: "This practice’s own entry, not published".to_owned(),
        description: None,
        website: None,
        ods_code: None,
        organisation_kind: OrganisationKind::GpPractice,
        external_ids: Vec::new(),
    })
}

/// The practice's own services, to be searched and shown with the published ones. Whatever a row says, nothing can be sent to one, and none takes the place of
/// a published service, which has no such id.
#[must_use]
pub fn found_with_others(mut own: Vec<HealthcareService>) -> Vec<HealthcareService> {
    own.retain(|service| is_local(service.id.as_str()));
    for service in &mut own {
        let methods = &mut service.onward.referral_methods;
        methods.retain(|method| method.endpoint().is_none());
    }
    own
}
