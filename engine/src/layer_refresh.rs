//! The practice's own layer after a refresh: what changed is written down, and each correction is compared with what is published now.

use crate::{Engine, EngineError};
use jiff::{SignedDuration, Timestamp};
use referrals::{keeping_table, usual_table};
use services_directory::{
    directory_table::{self, DirectoryError, DirectorySummary},
    layer::{
        CorrectionState, LayerError, correction_table, history::Differences, history_table,
        layer_table, refresh,
    },
};
use std::collections::{BTreeMap, BTreeSet};
use store::{Store, audit_table, facts_table};

/// How long a use, or a correction that was taken up, counts as lately.
const A_YEAR: SignedDuration = SignedDuration::from_hours(24 * 365);
/// The fact that names the version with which the layer was compared last.
const COMPARED_WITH: &str = "layer-compared-with";
/// What stands here before another version is applied.
pub(crate) struct Former {
    /// The services that this practice uses or has written about, and the favourites of its people.
    pub ours: BTreeSet<String>,
    /// The version with which the layer was compared last.
    compared_with: Option<String>,
}

impl Former {
    pub fn read(store: &Store) -> Result<Self, EngineError> {
        let since = a_year_before(store.clock.now());
        store.practice.read(|c| {
            let mut ours: BTreeSet<String> = layer_table::services(c)?.into_iter().collect();
            ours.extend(keeping_table::uses(c, None, since)?.into_keys());
            ours.extend(usual_table::all_favourites(c)?);
            Ok(Self {
                ours,
                compared_with: facts_table::read(c, COMPARED_WITH)?,
            })
        })
    }
}

/// After each refresh: writes down what changed, compares each correction three ways, and keeps what was seen of the services that
/// matter here, so that a change is still seen after the directory's database was deleted. What somebody who looked at the new version
/// meanwhile has compared is not written down twice.
pub(crate) fn after_refresh(
    store: &Store,
    former: &Former,
    differences: Option<&Differences>,
) -> Result<(), EngineError> {
    let now = store.clock.now();
    let (seen, live) = store.practice.read(|c| {
        let seen = history_table::seen(c)?;
        Ok::<_, EngineError>((seen, correction_table::live(c)?))
    })?;
    let ours = &former.ours;
    let Some((there, standing)) = store.directory.read(|c| {
        let Some(there) = directory_table::summary(c)? else {
            return Ok(None);
        };
        let mut standing = BTreeMap::new();
        for id in ours.iter().chain(seen.keys()) {
            if let Some(found) = directory_table::standing(c, id)? {
                standing.insert(id.clone(), found);
            }
        }
        Ok::<_, DirectoryError>(Some((there, standing)))
    })?
    else {
        return Ok(());
    };
    let after = refresh::compare(differences, &standing, &seen, ours, live);
    let (compared, version) = (compared_with(&there), there.header.version);
    let before = former.compared_with.clone();
    store.practice.write(move |tx| {
        let last = facts_table::read(tx, COMPARED_WITH)?;
        if last != before && last.as_deref() == Some(&compared) {
            return Ok(());
        }
        history_table::insert(tx, &after.changes, version, now)?;
        for seen in &after.to_see {
            history_table::see(tx, seen)?;
        }
        for service_id in &after.left {
            history_table::left(tx, service_id)?;
        }
        for merged in &after.merged {
            let taken_up = merged.state == CorrectionState::TakenUp;
            let settled = taken_up.then_some((audit_table::PROGRAM, now));
            let published = merged.published.as_deref();
            correction_table::set_state(tx, &merged.id, merged.state, published, settled)?;
        }
        facts_table::write(tx, COMPARED_WITH, &compared)?;
        Ok::<_, LayerError>(())
    })?;
    Ok(())
}

impl Engine {
    /// Where a version was applied without being compared (by another program, or by one that was killed in between), it is compared now.
    pub(crate) fn compare_layer(&self) -> Result<(), EngineError> {
        if let Err(EngineError::NoDirectory) = self.catalogue() {
            return Ok(());
        }
        // While another version than the applied one is still searched here, a comparison with it would go backwards.
        if self.current.held_as_applied()?.is_none() {
            return Ok(());
        }
        let former = Former::read(&self.store)?;
        let there = self.store.directory.read(directory_table::summary)?;
        if former.compared_with == there.as_ref().map(compared_with) {
            return Ok(());
        }
        after_refresh(&self.store, &former, None)
    }

    pub(crate) fn a_year_ago(&self) -> Timestamp {
        a_year_before(self.store.clock.now())
    }
}

fn a_year_before(now: Timestamp) -> Timestamp {
    now.checked_sub(A_YEAR).unwrap_or(Timestamp::MIN)
}

/// What names a version for the comparison.
fn compared_with(there: &DirectorySummary) -> String {
    let header = &there.header;
    format!(
        "{} {} {} {}",
        header.id, header.version, header.published_on, there.endpoint_count
    )
}
