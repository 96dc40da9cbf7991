//! What a new version of the directory means for the practice's own layer: what changed, what is seen from now on, and what becomes of
//! each correction.

use super::{
    Correction, CorrectionState,
    fields::{self, FieldValues},
    history::{self, Differences, Seen, ServiceChange, Standing},
    local, merge,
};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What is to be written down after a refresh.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct AfterRefresh {
    pub changes: Vec<ServiceChange>,
    /// Of the services that matter here, as they stand now; of those that have left, as they stood.
    pub to_see: Vec<Seen>,
    /// The ids of those that have left.
    pub left: Vec<String>,
    /// The corrections that stand otherwise than before.
    pub merged: Vec<Merged>,
}

/// Where a correction stands now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    pub id: String,
    pub state: CorrectionState,
    /// What is published now, where that is not what it is compared with.
    pub published: Option<String>,
}

/// `seen` is what was last seen of services that matter here, `ours` are the ids of those that this practice uses or has written about,
/// `live` its corrections, and `now` holds all of these that the new version has. Where it is not known what that changed, changes are told of what was
/// seen alone. Twice with the same version is as once.
pub fn compare(
    differences: Option<&Differences>,
    now: &BTreeMap<String, Standing>,
    seen: &BTreeMap<String, Seen>,
    ours: &BTreeSet<String>,
    live: Vec<Correction>,
) -> AfterRefresh {
    let changes: Vec<ServiceChange> = history::changes(differences, seen, now)
        .into_iter()
        .filter(|change| !local::is_local(&change.service_id))
        .collect();
    let now: Vec<Seen> = now.values().map(Standing::seen).collect();
    let values: HashMap<&str, &FieldValues> = now
        .iter()
        .map(|seen| (seen.service_id.as_str(), &seen.values))
        .collect();
    let left = seen
        .values()
        .filter(|seen| !seen.is_gone() && !values.contains_key(seen.service_id.as_str()))
        .map(|seen| seen.service_id.clone())
        .collect();
    let merged = live
        .into_iter()
        .filter(|correction| !local::is_local(&correction.service_id))
        .filter_map(|correction| {
            let values = values.get(correction.service_id.as_str());
            merged(&correction, values.copied())
        })
        .collect();
    let mut to_see = gone_before_they_were_seen(differences, seen, ours);
    to_see.extend(
        now.into_iter()
            .filter(|now| seen.get(&now.service_id) != Some(now)),
    );
    AfterRefresh {
        changes,
        to_see,
        left,
        merged,
    }
}

/// Those that matter here and left before anybody looked: their names are all that is kept.
fn gone_before_they_were_seen(
    differences: Option<&Differences>,
    seen: &BTreeMap<String, Seen>,
    ours: &BTreeSet<String>,
) -> Vec<Seen> {
    let gone = differences.map(|it| it.gone.as_slice()).unwrap_or_default();
    gone.iter()
        .map(|standing| &standing.service)
        .filter(|service| ours.contains(service.id.as_str()))
        .filter(|service| !seen.contains_key(service.id.as_str()))
        .map(|service| Seen {
            service_id: service.id.to_string(),
            name: service.name.clone(),
            digest: String::new(),
            values: fields::values(service, None),
        })
        .collect()
}

/// None where it stands as before.
fn merged(correction: &Correction, values: Option<&FieldValues>) -> Option<Merged> {
    let now = values.map(|values| values.get(&correction.field).cloned().unwrap_or_default());
    let state = merge::merge(&correction.base, &correction.proposed, now.as_deref());
    let published = now.filter(|now| *now != correction.base);
    let as_before = correction.state == state && correction.published == published;
    (!as_before).then(|| Merged {
        id: correction.id.clone(),
        state,
        published,
    })
}
