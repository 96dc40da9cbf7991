//! Two entries that may be one service: proposed with what speaks for it, and decided by a person (`merge`).

use super::contacts;
use crate::feed::Directory;
use crate::ids::ServiceId;
use crate::model::{HealthcareService, Organization, ServiceStatus, Tier};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What two entries have in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case", tag = "what", content = "value")]
pub enum Evidence {
    /// Their organisations have the same number in a register.
    Register(String),
    Uprn(String),
    Postcode(String),
    Phone(String),
    Website(String),
    /// How close the names are, 0 to 100.
    Name(u8),
}

impl Evidence {
    pub fn words(&self) -> String {
        match self {
            Self::Register(number) => format!("the same organisation ({number})"),
            Self::Uprn(number) => format!("the same property (UPRN {number})"),
            Self::Postcode(code) => format!("the same postcode ({code})"),
            Self::Phone(number) => format!("the same phone number ({number})"),
            Self::Website(host) => format!("the same website ({host})"),
            Self::Name(100) => "the same name".to_owned(),
            Self::Name(closeness) => format!("names alike ({closeness} of 100)"),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Proposal {
    pub first: Proposed,
    pub second: Proposed,
    pub evidence: Vec<Evidence>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Proposed {
    pub id: ServiceId,
    pub name: String,
    pub tier: Tier,
}

/// A thing that more entries have than this (a council's website, a health centre's postcode) says nothing about two of them.
const MOST_SHARING: usize = 40;
const SAME_NAME: u8 = 85;
const LIKE_NAME: u8 = 55;

/// The strongest first. Closed entries are left out: what was merged is closed.
pub fn proposals(directory: &Directory) -> Vec<Proposal> {
    let organizations: HashMap<_, _> = directory
        .organizations
        .iter()
        .map(|organization| (&organization.id, organization))
        .collect();
    let open: Vec<&HealthcareService> = directory
        .services
        .iter()
        .map(AsRef::as_ref)
        .filter(|service| {
            !matches!(
                service.status,
                ServiceStatus::Inactive | ServiceStatus::Defunct
            )
        })
        .collect();
    let marks: Vec<BTreeSet<Evidence>> = open
        .iter()
        .map(|service| {
            marks(
                service,
                organizations.get(&service.organization_id).copied(),
            )
        })
        .collect();
    let names: Vec<String> = open
        .iter()
        .map(|service| plain_name(&service.name))
        .collect();
    let mut proposals: Vec<Proposal> = candidates(&marks)
        .into_iter()
        .filter_map(|(first, second)| {
            let shared = marks.get(first)?.intersection(marks.get(second)?);
            let mut evidence: Vec<Evidence> = shared.cloned().collect();
            let closeness = closeness(names.get(first)?, names.get(second)?);
            let enough = match evidence.len() {
                0 => false,
                1 => closeness >= SAME_NAME,
                2 => closeness >= LIKE_NAME,
                _ => true,
            };
            if closeness >= LIKE_NAME {
                evidence.push(Evidence::Name(closeness));
            }
            enough.then_some(Proposal {
                first: proposed(open.get(first)?),
                second: proposed(open.get(second)?),
                evidence,
            })
        })
        .collect();
    proposals.sort_by_key(|proposal| std::cmp::Reverse(strength(proposal)));
    proposals
}

fn strength(proposal: &Proposal) -> (usize, u8) {
    let names = proposal
        .evidence
        .iter()
        .find_map(|evidence| match evidence {
            Evidence::Name(closeness) => Some(*closeness),
            _ => None,
        });
    (proposal.evidence.len(), names.unwrap_or(0))
}

fn proposed(service: &HealthcareService) -> Proposed {
    Proposed {
        id: service.id.clone(),
        name: service.name.clone(),
        tier: service.onward.tier,
    }
}

/// Pairs that have anything in common but their names.
fn candidates(marks: &[BTreeSet<Evidence>]) -> BTreeSet<(usize, usize)> {
    let mut having: BTreeMap<&Evidence, Vec<usize>> = BTreeMap::new();
    for (at, marks) in marks.iter().enumerate() {
        for mark in marks {
            having.entry(mark).or_default().push(at);
        }
    }
    let mut pairs = BTreeSet::new();
    for sharing in having.values().filter(|all| all.len() <= MOST_SHARING) {
        for (nth, first) in sharing.iter().enumerate() {
            pairs.extend(sharing.iter().skip(nth + 1).map(|second| (*first, *second)));
        }
    }
    pairs
}

fn marks(service: &HealthcareService, organization: Option<&Organization>) -> BTreeSet<Evidence> {
    let more = &service.onward;
    let mut marks = BTreeSet::new();
    let of_organization = organization
        .map(|o| o.external_ids.as_slice())
        .unwrap_or_default();
    let in_registers = of_organization
        .iter()
        .filter(|id| !id.scheme.contains("://"));
    marks.extend(in_registers.map(|id| {
        let number = id.id.trim_start_matches('0').to_ascii_uppercase();
        Evidence::Register(format!("{} {number}", id.scheme))
    }));
    let code = organization.and_then(|organization| organization.ods_code.as_ref());
    marks.extend(code.map(|code| Evidence::Register(format!("ODS {code}"))));
    let properties = more.external_ids.iter().filter(|id| id.scheme == "UPRN");
    marks.extend(properties.map(|id| Evidence::Uprn(id.id.trim_start_matches('0').to_owned())));
    let travel = more.travel.as_deref().unwrap_or_default();
    marks.extend(contacts::postcode(travel).map(Evidence::Postcode));
    let contact = more
        .named_contact
        .as_ref()
        .and_then(|contact| contact.phone.as_deref());
    let phones = contact.into_iter().chain(more.duty_line.as_deref());
    marks.extend(
        phones
            .filter_map(contacts::comparable_phone)
            .map(Evidence::Phone),
    );
    let website = service.url.as_deref().and_then(contacts::host);
    marks.extend(website.map(|host| Evidence::Website(host.to_owned())));
    marks
}

/// Letters and digits in lower case, without words that most names have.
fn plain_name(name: &str) -> String {
    let words = name.to_lowercase();
    let words = words.split(|c: char| !c.is_alphanumeric()).filter(|word| {
        !matches!(
            *word,
            "" | "the" | "and" | "of" | "for" | "a" | "in" | "service" | "services" | "ltd"
        )
    });
    words.collect::<Vec<_>>().join(" ")
}

/// How many pairs of neighbouring letters two texts have in common (Dice), 0 to 100: the order of words hardly matters to it.
fn closeness(a: &str, b: &str) -> u8 {
    if a == b {
        return 100;
    }
    let pairs = |text: &str| {
        let letters: Vec<char> = text.chars().collect();
        let mut pairs: BTreeMap<(char, char), usize> = BTreeMap::new();
        for pair in letters.windows(2) {
            if let [first, second] = pair {
                *pairs.entry((*first, *second)).or_default() += 1;
            }
        }
        pairs
    };
    let (a, b) = (pairs(a), pairs(b));
    let shared: usize = a
        .iter()
        .filter_map(|(pair, count)| Some((*count).min(*b.get(pair)?)))
        .sum();
    let all: usize = a.values().chain(b.values()).sum();
    let percent = (200 * shared).checked_div(all).unwrap_or(0);
    // The same pairs in another order are not the same name.
    u8::try_from(percent).unwrap_or(99).min(99)
}
