//! Open Referral UK 3.0 as static pages: the document of the root, the list of services by pages, and each service whole.
//!
//! Only what is public and curated: no endpoint, no duty line, no named person, and no entry that came from somebody else's feed unchecked.

use crate::feed::Directory;
use crate::model::{
    Category, Endpoint, ExternalId, HealthcareService, Organization, ServiceStatus, Tier,
};
use aho_corasick::AhoCorasick;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use store::hex;

/// As the published mock feed of the standard names them.
const VERSION: &str = "HSDS-UK-3.0";
const PROFILE: &str = "https://github.com/OpenReferralUK/uk-profile/blob/main/docs/index.md";
const OPENAPI: &str = "https://docs.openreferraluk.org/en/latest/openapi30.json";

/// A file of the export.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// `index.json`, `services/page-1.json`, `services/{id}.json`.
    pub path: String,
    pub body: Value,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExportError {
    #[error(
        "a public text of {service} has the address to which its referrals are sent ({endpoint}): take it out of the text first"
    )]
    AddressInText { service: String, endpoint: String },
    #[error("the directory has more addresses than can be looked for: export a smaller one")]
    TooManyAddresses,
}

pub fn pages(directory: &Directory, per_page: usize) -> Result<Vec<Page>, ExportError> {
    let organizations: HashMap<_, _> = directory
        .organizations
        .iter()
        .map(|organization| (organization.id.as_str(), organization))
        .collect();
    let curated: Vec<&HealthcareService> = directory
        .services
        .iter()
        .map(AsRef::as_ref)
        .filter(|service| service.onward.tier == Tier::Curated)
        .collect();
    let organization =
        |service: &HealthcareService| organizations.get(service.organization_id.as_str()).copied();
    let mut pages = vec![Page {
        path: "index.json".to_owned(),
        body: json!({ "version": VERSION, "profile": PROFILE, "openapi_url": OPENAPI }),
    }];
    let per_page = per_page.max(1);
    let total_pages = curated.len().div_ceil(per_page).max(1);
    for number in 1..=total_pages {
        let on_page = curated.iter().skip((number - 1) * per_page).take(per_page);
        let contents: Vec<Value> = on_page
            .map(|service| listed(service, organization(service)))
            .collect();
        pages.push(Page {
            path: format!("services/page-{number}.json"),
            body: json!({
                "total_items": curated.len(), "total_pages": total_pages, "page_number": number, "size": contents.len(),
                "first_page": number == 1, "last_page": number == total_pages, "empty": contents.is_empty(), "contents": contents,
            }),
        });
    }
    let addresses = Addresses::of(directory)?;
    for service in curated {
        let body = whole(service, organization(service));
        addresses.none_in(service, &body)?;
        pages.push(Page {
            path: format!("services/{}.json", uuid("service", service.id.as_str())),
            body,
        });
    }
    Ok(pages)
}

/// Every address to which something is sent, all looked for at once.
struct Addresses<'a> {
    endpoints: &'a [Endpoint],
    /// Its patterns are the addresses, in the order of the endpoints.
    all: AhoCorasick,
}

impl<'a> Addresses<'a> {
    fn of(directory: &'a Directory) -> Result<Self, ExportError> {
        let endpoints = directory.endpoints.as_slice();
        let lower = endpoints.iter().map(|it| it.address.to_lowercase());
        let all = AhoCorasick::new(lower).map_err(|_| ExportError::TooManyAddresses)?;
        Ok(Self { endpoints, all })
    }

    /// A text may have what a field must not: then nothing is written. Of several, the first in the directory is named.
    fn none_in(&self, service: &HealthcareService, body: &Value) -> Result<(), ExportError> {
        let text = body.to_string().to_lowercase();
        let found = self.all.find_overlapping_iter(&text);
        let first = found.map(|found| found.pattern().as_usize()).min();
        match first.and_then(|at| self.endpoints.get(at)) {
            None => Ok(()),
            Some(endpoint) => Err(ExportError::AddressInText {
                service: service.id.to_string(),
                endpoint: endpoint.id.to_string(),
            }),
        }
    }
}

/// An id as the standard wants it. Ours that are none become one of version 8 (RFC 9562, section 5.8), always the same.
pub fn uuid(kind: &str, id: &str) -> String {
    if is_uuid(id) {
        return id.to_ascii_lowercase();
    }
    let digest = Sha256::digest(format!("onward|{kind}|{id}"));
    let mut bytes = [0_u8; 16];
    bytes
        .iter_mut()
        .zip(digest)
        .for_each(|(byte, hashed)| *byte = hashed);
    let [_, _, _, _, _, _, version, _, variant, ..] = &mut bytes;
    *version = (*version & 0x0f) | 0x80;
    *variant = (*variant & 0x3f) | 0x80;
    let text = hex(&bytes);
    let parts = [(0, 8), (8, 12), (12, 16), (16, 20), (20, 32)];
    let parts = parts.map(|(from, to)| text.get(from..to).unwrap_or_default());
    parts.join("-")
}

/// Whether it is written as one.
pub fn is_uuid(text: &str) -> bool {
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && text.chars().all(|c| c == '-' || c.is_ascii_hexdigit())
}

/// The fields of which there is one each: what the list has.
fn listed(service: &HealthcareService, organization: Option<&Organization>) -> Value {
    let more = &service.onward;
    let mut value = json!({
        "id": uuid("service", service.id.as_str()),
        "organization_id": uuid("organization", service.organization_id.as_str()),
        "name": service.name, "description": service.description, "url": service.url,
        "status": status(service.status),
        "minimum_age": service.minimum_age, "maximum_age": service.maximum_age,
        "assured_date": more.verified.as_ref().map(|verified| verified.on.to_string()),
        "alert": more.status_reason,
        // "Should have millisecond accuracy"; what is known is the day.
        "last_modified": format!("{}T00:00:00.000Z", service.last_modified),
        "organization": organization.map(organization_of),
    });
    without_null(&mut value);
    value
}

fn whole(service: &HealthcareService, organization: Option<&Organization>) -> Value {
    let own = uuid("service", service.id.as_str());
    let part = |kind: &str, at: usize| uuid(kind, &format!("{}|{at}", service.id));
    let entry = |kind: &'static str, at: usize, fields: Value| {
        let mut entry = Map::from_iter([
            ("id".to_owned(), Value::from(part(kind, at))),
            ("service_id".to_owned(), Value::from(own.clone())),
        ]);
        if let Value::Object(fields) = fields {
            entry.extend(fields);
        }
        Value::Object(entry)
    };
    let areas = service.service_areas.iter().enumerate();
    let languages = service.languages.iter().enumerate();
    let costs = service.cost_options.iter().enumerate();
    let topics = std::iter::once(category_words(service.onward.category))
        .chain(service.onward.helps_with.iter().cloned());
    let attributes = topics.enumerate().map(|(at, name)| {
        json!({
            "id": part("attribute", at), "link_id": own, "link_type": "service",
            "taxonomy_term": { "id": uuid("term", &name), "name": name, "description": name },
        })
    });
    let mut value = listed(service, organization);
    if let Some(fields) = value.as_object_mut() {
        let lists = [
            ("service_areas", areas.map(|(at, area)| entry("area", at, json!({ "name": area.name }))).collect::<Value>()),
            ("languages", languages.map(|(at, language)| entry("language", at, json!({ "name": language.name }))).collect()),
            ("cost_options", costs.map(|(at, cost)| entry("cost", at, json!({
                "option": cost.option, "amount": cost.amount, "amount_description": cost.amount_description,
            }))).collect()),
            ("attributes", attributes.collect()),
        ];
        fields.extend(lists.map(|(name, list)| (name.to_owned(), list)));
    }
    without_null(&mut value);
    value
}

fn organization_of(organization: &Organization) -> Value {
    let registers = organization.external_ids.iter();
    let registers = registers
        .filter(|id| !id.scheme.contains("://"))
        .enumerate();
    let identifier = |(at, external): (usize, &ExternalId)| {
        json!({
            "id": uuid("identifier", &format!("{}|{at}", organization.id)),
            "identifier_scheme": external.scheme, "identifier_type": external.scheme, "identifier": external.id,
        })
    };
    json!({
        "id": uuid("organization", organization.id.as_str()), "name": organization.name,
        // The standard asks for a description where we may have none.
        "description": organization.description.as_ref().unwrap_or(&organization.name),
        "website": organization.website,
        "organization_identifiers": registers.map(identifier).collect::<Value>(),
    })
}

fn status(status: ServiceStatus) -> &'static str {
    match status {
        ServiceStatus::Active => "active",
        ServiceStatus::TemporarilyClosed => "temporarily closed",
        ServiceStatus::Inactive => "inactive",
        ServiceStatus::Defunct => "defunct",
    }
}

/// "talking therapies"
fn category_words(category: Category) -> String {
    let code = serde_json::to_value(category).unwrap_or_default();
    code.as_str().unwrap_or_default().replace('-', " ")
}

fn without_null(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, field| !field.is_null());
            fields.values_mut().for_each(without_null);
        }
        Value::Array(entries) => entries.iter_mut().for_each(without_null),
        _ => {}
    }
}
