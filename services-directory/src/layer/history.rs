//! What one version of a directory changed in another, service by service.

use super::fields::{self, FieldValues, ServiceField};
use crate::{
    directory_table,
    model::{Endpoint, HealthcareService},
};
use std::collections::BTreeMap;

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

/// A service as one version has it, with the address to which a referral goes.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    pub service: HealthcareService,
    pub address: Option<String>,
}

impl Standing {
    pub fn of(service: HealthcareService, endpoints: &[Endpoint]) -> Self {
        let of_id = |id: &str| endpoints.iter().find(|it| it.id.as_str() == id);
        let address = fields::sending_address(&service, of_id).map(str::to_owned);
        Self { service, address }
    }

    pub fn values(&self) -> FieldValues {
        fields::values(&self.service, self.address.as_deref())
    }

    pub fn seen(&self) -> Seen {
        Seen {
            service_id: self.service.id.to_string(),
            name: self.service.name.clone(),
            digest: directory_table::service_digest(&self.service),
            values: self.values(),
        }
    }
}

/// What one version changes in the one before it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Differences {
    pub changes: Vec<ServiceChange>,
    /// Of those that have left and matter here, what was last published.
    pub gone: Vec<Standing>,
}

/// What became of one service between two versions; none where it is the same in all that people compare.
pub fn change(
    service_id: &str,
    before: Option<&Standing>,
    now: Option<&Standing>,
) -> Option<ServiceChange> {
    let what = match (before, now) {
        (None, Some(_)) => vec![Change::Added],
        (Some(_), None) => vec![Change::Gone],
        (Some(before), Some(now)) => field_changes(&before.values(), &now.values()),
        (None, None) => Vec::new(),
    };
    (!what.is_empty()).then(|| ServiceChange {
        service_id: service_id.to_owned(),
        what,
    })
}

/// From what the version changed in the one before it, and, where that is not known, from what was seen last of each service that matters here: then a
/// service that nobody knows from before is not said to be new. `now` holds those that were seen, as they stand.
pub fn changes(
    differences: Option<&Differences>,
    seen: &BTreeMap<String, Seen>,
    now: &BTreeMap<String, Standing>,
) -> Vec<ServiceChange> {
    let known = differences
        .map(|it| it.changes.as_slice())
        .unwrap_or_default();
    let mut found: BTreeMap<&str, Vec<Change>> = known
        .iter()
        .map(|change| (change.service_id.as_str(), change.what.clone()))
        .collect();
    for (id, seen) in seen {
        let new_to_us = match found.get(id.as_str()) {
            Some(what) => *what == [Change::Added],
            None => differences.is_none(),
        };
        let what = match (seen.is_gone(), now.get(id)) {
            (false, None) => vec![Change::Gone],
            (true, Some(_)) if new_to_us => vec![Change::Added],
            (false, Some(now)) if new_to_us => field_changes(&seen.values, &now.values()),
            _ => continue,
        };
        found.insert(id, what);
    }
    found.retain(|_, what| !what.is_empty());
    let change = |(id, what): (&str, Vec<Change>)| ServiceChange {
        service_id: id.to_owned(),
        what,
    };
    found.into_iter().map(change).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feed::{Directory, FeedLimits};
    use std::collections::BTreeSet;

    const STARTER: &str = include_str!("../../data/starter.jsonl");

    fn directory(from: &str, to: &str) -> Directory {
        assert!(STARTER.contains(from), "{from}");
        Directory::read(STARTER.replace(from, to).as_bytes(), FeedLimits::default()).unwrap()
    }

    fn whole() -> Directory {
        directory("\"version\":1", "\"version\":1")
    }

    fn standing(directory: &Directory) -> BTreeMap<String, Standing> {
        let services = directory.services.iter();
        services
            .map(|service| {
                let service = HealthcareService::clone(service);
                let id = service.id.to_string();
                (id, Standing::of(service, &directory.endpoints))
            })
            .collect()
    }

    fn differences(old: &Directory, new: &Directory) -> Differences {
        let (before, now) = (standing(old), standing(new));
        let ids: BTreeSet<&String> = before.keys().chain(now.keys()).collect();
        let changes = ids.into_iter();
        Differences {
            changes: changes
                .filter_map(|id| change(id, before.get(id), now.get(id)))
                .collect(),
            gone: Vec::new(),
        }
    }

    fn seen(directory: &Directory) -> BTreeMap<String, Seen> {
        let standing = standing(directory);
        standing
            .into_iter()
            .map(|(id, standing)| (id, standing.seen()))
            .collect()
    }

    #[test]
    fn the_same_version_changes_nothing() {
        let nothing: [ServiceChange; 0] = [];
        let (none, all) = (BTreeMap::new(), standing(&whole()));
        let same = differences(&whole(), &whole());
        assert_eq!(changes(Some(&same), &none, &all), nothing);
        assert_eq!(changes(Some(&same), &seen(&whole()), &all), nothing);
        assert_eq!(changes(None, &seen(&whole()), &all), nothing);
        assert_eq!(changes(None, &none, &all), nothing);
    }

    #[test]
    fn a_changed_address_and_a_changed_name_are_seen_with_and_without_the_former_directory() {
        let old = whole();
        let new = directory(
            "\"address\":\"referrals@pain-platform",
            "\"address\":\"triage@pain-platform",
        );
        let (two, now) = (differences(&old, &new), standing(&new));
        let by_old = changes(Some(&two), &BTreeMap::new(), &now);
        assert_eq!(by_old.len(), 1, "{by_old:?}");
        assert!(matches!(
            by_old[0].what.as_slice(),
            [Change::Field {
                field: ServiceField::SendingAddress,
                ..
            }]
        ));
        assert_eq!(changes(None, &seen(&old), &now), by_old);
        assert_eq!(changes(Some(&two), &seen(&old), &now), by_old);
    }

    #[test]
    fn what_has_left_is_said_once() {
        let old = whole();
        let mut new = whole();
        let left = new.services.pop().unwrap().id.to_string();
        let mut known = seen(&old);
        for two in [Some(differences(&old, &new)), None] {
            let gone = changes(two.as_ref(), &known, &standing(&new));
            assert_eq!(gone.len(), 1);
            assert_eq!(
                (&gone[0].service_id, &gone[0].what),
                (&left, &vec![Change::Gone])
            );
        }
        known.get_mut(&left).unwrap().digest.clear();
        for two in [Some(differences(&new, &new)), None] {
            assert_eq!(changes(two.as_ref(), &known, &standing(&new)), []);
        }
        for two in [Some(differences(&new, &old)), None] {
            let back = changes(two.as_ref(), &known, &standing(&old));
            assert_eq!(back[0].what, [Change::Added]);
        }
    }

    /// A service that was seen, left, and came back in a version that was never compared is told by what was seen of it.
    #[test]
    fn what_is_new_to_the_version_and_not_to_us_is_told_by_what_we_saw() {
        let old = whole();
        let mut without = whole();
        let id = without.services.pop().unwrap().id.to_string();
        let two = differences(&without, &old);
        assert_eq!(two.changes[0].what, [Change::Added], "the control");
        assert_eq!(changes(Some(&two), &seen(&old), &standing(&old)), []);
        assert_eq!(
            changes(Some(&two), &BTreeMap::new(), &standing(&old))[0].service_id,
            id
        );
    }
}
