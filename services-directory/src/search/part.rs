//! The part of a directory that a search looks at: all of it, or, of a very large one, what serves the practice's areas.

use super::openness::Openness;

/// Above so many services, those of other areas are not looked at: a country's directory holds forty times what serves one practice.
pub const MOST_LOOKED_AT_WHOLE: usize = 30_000;

/// Services that stand side by side in the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    pub start: u32,
    pub end: u32,
    /// Where its first service stands in the part.
    first_slot: u32,
}

/// A part of the services. Each has a slot, counted from 0; searches work with slots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    runs: Vec<Run>,
    len: usize,
    is_whole: bool,
}

impl Part {
    pub fn whole(services: usize) -> Self {
        let end = u32::try_from(services).unwrap_or(u32::MAX);
        let run = Run { start: 0, end, first_slot: 0 };
        Self { runs: vec![run], len: services, is_whole: true }
    }

    /// All that are not elsewhere. The index puts services of the same areas side by side, so these are few runs.
    pub fn near(openness: &[Openness]) -> Self {
        let mut runs: Vec<Run> = Vec::new();
        let mut len = 0;
        for (number, _) in (0_u32..).zip(openness).filter(|(_, openness)| **openness != Openness::Elsewhere) {
            match runs.last_mut() {
                Some(run) if run.end == number => run.end += 1,
                _ => runs.push(Run { start: number, end: number + 1, first_slot: len }),
            }
            len += 1;
        }
        Self { runs, len: len as usize, is_whole: false }
    }

    pub fn runs(&self) -> &[Run] {
        &self.runs
    }

    pub fn len(&self) -> usize {
        self.len
    }

    pub fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// The number of the service in a slot.
    pub fn service(&self, slot: usize) -> usize {
        let after = self.runs.partition_point(|run| run.first_slot as usize <= slot);
        let run = after.checked_sub(1).and_then(|at| self.runs.get(at));
        run.map_or(usize::MAX, |run| run.start as usize + slot - run.first_slot as usize)
    }
}

impl Run {
    pub fn slot(self, service: u32) -> u32 {
        service - self.start + self.first_slot
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_and_services_belong_to_each_other() {
        use Openness::{Closed, Elsewhere, Open};
        let part = Part::near(&[Elsewhere, Open, Closed, Elsewhere, Elsewhere, Open]);
        assert_eq!((part.len(), part.runs().len(), part.is_whole()), (3, 2, false));
        let services: Vec<usize> = (0..part.len()).map(|slot| part.service(slot)).collect();
        assert_eq!(services, [1, 2, 5]);
        for run in part.runs() {
            for service in run.start..run.end {
                assert_eq!(part.service(run.slot(service) as usize), service as usize);
            }
        }
        assert_eq!(Part::near(&[Elsewhere]).len(), 0);
        assert_eq!(Part::whole(4).service(3), 3);
    }
}
