//! The practice's own layer after a refresh: what changed is written down, and each correction is compared with what is published now.

use crate::{Engine, EngineError, current::CurrentCatalogue};
use jiff::{SignedDuration, Timestamp};
use referrals::keeping_table;
use services_directory::{
    directory_table,
    feed::Directory,
    layer::{
        CorrectionState, LayerError, correction_table, history_table, layer_table, local, refresh,
    },
};
use std::collections::BTreeSet;
use store::{Store, audit_table, facts_table};

/// How long a use, or a correction that was taken up, counts as lately.
const A_YEAR: SignedDuration = SignedDuration::from_hours(24 * 365);
/// The fact that names the version with which the layer was compared last.
const COMPARED_WITH: &str = "layer-compared-with";
/// A directory that nobody searches here is read for the comparison only up to this size: beside the new one it would take too much memory.
/// Of a larger one, what was seen last of the services that matter here is compared.
const MOST_READ_BESIDE: u32 = 20_000;

/// What stands here before another version is applied.
pub(crate) struct Former {
    /// Without the practice's own services; none where it is not at hand.
    directory: Option<Directory>,
    /// The version with which the layer was compared last.
    compared_with: Option<String>,
}

impl Former {
    pub fn read(store: &Store, current: &CurrentCatalogue) -> Result<Self, EngineError> {
        Ok(Self {
            directory: former_directory(store, current),
            compared_with: compared_last(store)?,
        })
    }
}

fn former_directory(store: &Store, current: &CurrentCatalogue) -> Option<Directory> {
    let held = current.held_as_applied().ok().flatten();
    let mut former = if let Some(held) = held {
        held.directory.clone()
    } else {
        let summary = store.directory.read(directory_table::summary).ok()??;
        if summary.service_count > MOST_READ_BESIDE {
            return None;
        }
        store.directory.read(directory_table::read).ok()??.0
    };
    former
        .services
        .retain(|one| !local::is_local(one.id.as_str()));
    Some(former)
}

/// After each refresh: writes down what changed, compares each correction three ways, and keeps what was seen of the services that
/// matter here, so that a change is still seen after the directory's database was deleted. What somebody who looked at the new version
/// meanwhile has compared is not written down twice.
pub(crate) fn after_refresh(
    store: &Store,
    former: &Former,
    new: &Directory,
) -> Result<(), EngineError> {
    let now = store.clock.now();
    let (seen, mut ours, uses, live) = store.practice.read(|c| {
        let ours: BTreeSet<String> = layer_table::services(c)?.into_iter().collect();
        Ok::<_, EngineError>((
            history_table::seen(c)?,
            ours,
            keeping_table::uses(c, None, a_year_before(now))?,
            correction_table::live(c)?,
        ))
    })?;
    ours.extend(uses.into_keys());
    let after = refresh::compare(former.directory.as_ref(), new, &seen, &ours, live);
    let version = new.header.version;
    let (compared, before) = (compared_with(new), former.compared_with.clone());
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
        let Some(catalogue) = self.current.held_as_applied()? else {
            return Ok(());
        };
        let former = Former {
            directory: None,
            compared_with: compared_last(&self.store)?,
        };
        if former.compared_with.as_deref() == Some(&compared_with(&catalogue.directory)) {
            return Ok(());
        }
        after_refresh(&self.store, &former, &catalogue.directory)
    }

    pub(crate) fn a_year_ago(&self) -> Timestamp {
        a_year_before(self.store.clock.now())
    }
}

fn a_year_before(now: Timestamp) -> Timestamp {
    now.checked_sub(A_YEAR).unwrap_or(Timestamp::MIN)
}

fn compared_last(store: &Store) -> Result<Option<String>, EngineError> {
    let read = store.practice.read(|c| facts_table::read(c, COMPARED_WITH));
    Ok(read?)
}

fn compared_with(directory: &Directory) -> String {
    let header = &directory.header;
    format!(
        "{} {} {} {}",
        header.id,
        header.version,
        header.published_on,
        directory.endpoints.len()
    )
}
