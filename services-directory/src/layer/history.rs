//! What one version of a directory changed in another, service by service.

use super::fields::{FieldValues, ServiceField, endpoints_by_id, sending_address, values};
use crate::{feed::Directory, model::HealthcareService};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// What became of one service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceChange {
    pub service_id: String,
    pub what: Vec<Change>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    Added,
    Gone,
    Field {
        field: ServiceField,
        before: String,
        after: String,
    },
}

/// What was last seen of a service; without a digest it has left the directory since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub service_id: String,
    pub name: String,
    pub digest: String,
    pub values: FieldValues,
}

impl Seen {
    pub fn is_gone(&self) -> bool {
        self.digest.is_empty()
    }
}

/// The fields that differ, in their order.
pub fn field_changes(before: &FieldValues, after: &FieldValues) -> Vec<Change> {
    ServiceField::ALL
        .into_iter()
        .filter_map(|field| {
            let value = |of: &FieldValues| of.get(&field).cloned().unwrap_or_default();
            let (before, after) = (value(before), value(after));
            (before != after).then_some(Change::Field {
                field,
                before,
                after,
            })
        })
        .collect()
}

/// From the directory that stood here before, or, where that is gone, from what was seen last of each service. A service that nobody
/// knows from before is said to be new only where the whole former directory is known.
pub fn changes(
    old: Option<&Directory>,
    seen: &BTreeMap<String, Seen>,
    new: &Directory,
) -> Vec<ServiceChange> {
    let now = endpoints_by_id(new);
    let before = old.map(endpoints_by_id);
    let former: HashMap<&str, &HealthcareService> = old
        .map(|old| old.services.iter())
        .into_iter()
        .flatten()
        .map(|service| (service.id.as_str(), service.as_ref()))
        .collect();
    let mut found = Vec::new();
    let mut still_there: HashSet<&str> = HashSet::new();
    for service in &new.services {
        let id = service.id.as_str();
        still_there.insert(id);
        let was = former.get(id);
        let address = sending_address(service, |id| now.get(id).copied());
        let address_before = was.and_then(|was| {
            sending_address(was, |id| {
                before.as_ref().and_then(|all| all.get(id)).copied()
            })
        });
        if was.is_some_and(|was| **was == **service) && address == address_before {
            continue;
        }
        let what = match (was, seen.get(id)) {
            (Some(was), _) => {
                field_changes(&values(was, address_before), &values(service, address))
            }
            (None, Some(seen)) if seen.is_gone() => vec![Change::Added],
            (None, Some(seen)) => field_changes(&seen.values, &values(service, address)),
            (None, None) if old.is_some() => vec![Change::Added],
            (None, None) => Vec::new(),
        };
        if !what.is_empty() {
            found.push(ServiceChange {
                service_id: id.to_owned(),
                what,
            });
        }
    }
    let seen = seen.values().filter(|seen| !seen.is_gone());
    let seen = seen.map(|seen| seen.service_id.as_str());
    let known = former.keys().copied().chain(seen);
    let gone: BTreeSet<&str> = known.filter(|id| !still_there.contains(id)).collect();
    found.extend(gone.into_iter().map(|id| ServiceChange {
        service_id: id.to_owned(),
        what: vec![Change::Gone],
    }));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feed::FeedLimits;

    const STARTER: &str = include_str!("../../data/starter.jsonl");

    fn directory(from: &str, to: &str) -> Directory {
        assert!(STARTER.contains(from), "{from}");
        Directory::read(STARTER.replace(from, to).as_bytes(), FeedLimits::default()).unwrap()
    }

    fn whole() -> Directory {
        directory("\"version\":1", "\"version\":1")
    }

    fn seen(directory: &Directory) -> BTreeMap<String, Seen> {
        let endpoints = endpoints_by_id(directory);
        let of = |service: &HealthcareService| Seen {
            service_id: service.id.to_string(),
            name: service.name.clone(),
            digest: "d".to_owned(),
            values: values(
                service,
                sending_address(service, |id| endpoints.get(id).copied()),
            ),
        };
        let services = directory.services.iter();
        services
            .map(|service| (service.id.to_string(), of(service)))
            .collect()
    }

    #[test]
    fn the_same_version_changes_nothing() {
        let nothing: [ServiceChange; 0] = [];
        assert_eq!(changes(Some(&whole()), &BTreeMap::new(), &whole()), nothing);
        assert_eq!(changes(None, &seen(&whole()), &whole()), nothing);
        assert_eq!(changes(None, &BTreeMap::new(), &whole()), nothing);
    }

    #[test]
    fn a_changed_address_and_a_changed_name_are_seen_with_and_without_the_former_directory() {
        let old = whole();
        let new = directory(
            "\"address\":\"referrals@pain-platform",
            "\"address\":\"triage@pain-platform",
        );
        let by_old = changes(Some(&old), &BTreeMap::new(), &new);
        assert_eq!(by_old.len(), 1, "{by_old:?}");
        assert!(matches!(
            by_old[0].what.as_slice(),
            [Change::Field {
                field: ServiceField::SendingAddress,
                ..
            }]
        ));
        assert_eq!(changes(None, &seen(&old), &new), by_old);
    }

    #[test]
    fn what_has_left_is_said_once() {
        let old = whole();
        let mut new = whole();
        let left = new.services.pop().unwrap().id.to_string();
        let mut known = seen(&old);
        let gone = changes(Some(&old), &known, &new);
        assert_eq!(gone.len(), 1);
        assert_eq!(
            (&gone[0].service_id, &gone[0].what),
            (&left, &vec![Change::Gone])
        );
        known.get_mut(&left).unwrap().digest.clear();
        assert_eq!(changes(Some(&new), &known, &new), []);
        let back = changes(Some(&new), &known, &old);
        assert_eq!(back[0].what, [Change::Added]);
    }
}
