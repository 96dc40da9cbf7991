//! The hard rules worked out once for a practice and a day, so that a key press need not ask them of each service again.

use super::part::Part;
use crate::criteria::{self, KnownFacts, NotOpen};
use crate::ids::OdsCode;
use crate::listed::Listed;
use jiff::civil::Date;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A computer asks for one practice and one day; a server or a test for a few.
const MOST_KEPT: usize = 16;

/// What the hard rules say of a service before anything is known of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Openness {
    Open,
    Closed,
    Elsewhere,
    ClosedElsewhere,
}

impl Openness {
    pub fn is_elsewhere(self) -> bool {
        matches!(self, Self::Elsewhere | Self::ClosedElsewhere)
    }
}

type Asked = (Option<OdsCode>, Date);

/// What the hard rules say of every service, and which of them a search looks at.
#[derive(Debug)]
pub struct Openings {
    pub by_service: Vec<Openness>,
    pub part: Part,
}

/// What was worked out, by practice and day.
#[derive(Debug, Default)]
pub struct OpennessTable {
    kept: Mutex<HashMap<Asked, Arc<Openings>>>,
}

impl OpennessTable {
    /// For each service in turn. `place` holds the practice and its areas, and nothing of a person.
    pub fn of(
        &self,
        services: &[Listed],
        place: &KnownFacts,
        today: Date,
        most_looked_at_whole: usize,
    ) -> Arc<Openings> {
        let asked = (place.practice.clone(), today);
        if let Some(known) = self.kept().get(&asked) {
            return Arc::clone(known);
        }
        // Without the lock: others search meanwhile.
        let by_service: Vec<Openness> = services
            .iter()
            .map(|service| openness(service, place, today))
            .collect();
        let part = if services.len() <= most_looked_at_whole {
            Part::whole(services.len())
        } else {
            Part::near(&by_service)
        };
        let worked_out = Arc::new(Openings { by_service, part });
        let mut kept = self.kept();
        if kept.len() >= MOST_KEPT {
            kept.clear();
        }
        kept.insert(asked, Arc::clone(&worked_out));
        worked_out
    }

    fn kept(&self) -> MutexGuard<'_, HashMap<Asked, Arc<Openings>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn openness(service: &Listed, place: &KnownFacts, today: Date) -> Openness {
    let closed = matches!(
        criteria::open_to(service, place, today),
        Err(NotOpen::Closed { .. } | NotOpen::Paused { .. })
    );
    match (closed, criteria::serves(service, place).is_ok()) {
        (false, true) => Openness::Open,
        (true, true) => Openness::Closed,
        (false, false) => Openness::Elsewhere,
        (true, false) => Openness::ClosedElsewhere,
    }
}
