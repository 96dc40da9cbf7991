//! How well each service fits what was typed, and the order of those that do.
//!
//! The order is: band of fit, then step (lowest first, services without steps after them), then stated wait (shortest first; one
//! that is missing or was stated over 90 days ago comes after all others), then name. Bands are coarse, so that step and wait decide
//! among services that fit about equally.

use super::closeness::{Named, Typed};
use super::evidence::{Answered, Evidence, SURE, Sightings};
use super::for_whom::ForWhom;
use super::index::WordIndex;
use super::part::Part;
use super::query::Understood;
use crate::ids::ServiceId;
use crate::listed::Listed;
use jiff::civil::Date;
use std::collections::HashMap;

/// Below this, a word is not found in a service.
const FOUND: f32 = 0.15;
/// Of the words of a longer text, by their weight, this share must be found.
const FAIR_SHARE: f32 = 0.5;
/// A plain sentence holds more that is no need.
const FAIR_SHARE_OF_SENTENCE: f32 = 0.4;
const SENTENCE: usize = 6;
/// A longer text is understood when no more than this share of it is unknown to the directory …
const MOST_UNKNOWN: f32 = 0.35;
/// … and then a service may answer only this share of it.
const LEAST_SURE: f32 = 0.15;
/// Half a name names a service only if its words are as rare as this: "pain" names none.
const RARE: f32 = 0.5;
/// Where bands end, as shares of the best fit.
const BANDS: [f32; 8] = [0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.6, 0.5];

/// A stated wait is believed for so many days.
const WAIT_HOLDS_DAYS: i32 = 90;

/// How one service fits.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit {
    /// Its place among the services of the index.
    pub document: usize,
    pub value: f32,
    pub named: Named,
}

/// Room for a search to work in.
#[derive(Debug, Default)]
pub struct Workspace {
    sightings: Sightings,
    evidence: Vec<Evidence>,
    unit: Vec<f32>,
    tally: Tally,
}

/// What each service holds of the needs of a text, by slot.
#[derive(Debug, Default)]
struct Tally {
    /// How many of the needs.
    count: Vec<f32>,
    /// Their shares together.
    held: Vec<f32>,
    /// The largest share that it surely answers.
    surest: Vec<f32>,
    /// All that was found, by the words' shares.
    of_words: Vec<f32>,
}

/// What was typed and how much of it counts, ready for comparing with one service after the other.
pub struct Question<'a> {
    index: &'a WordIndex,
    typed: Typed,
    typed_is_rare: bool,
    for_whom: ForWhom,
}

/// A service of the part that holds a fair share of what was typed, and how much of the words it holds.
pub type Holding = (usize, f32);

/// All services that hold a fair share of what was typed, in their own order.
pub fn holding<'a>(
    understood: &Understood,
    (index, part): (&'a WordIndex, &Part),
    workspace: &mut Workspace,
) -> (Vec<Holding>, Question<'a>) {
    let counting = understood.words.iter().filter(|word| word.share > 0.0);
    let one_need = understood.is_one_need();
    let Workspace {
        sightings,
        evidence,
        unit,
        tally,
    } = workspace;
    let mut used = 0;
    for word in counting {
        if used == evidence.len() {
            evidence.push(Evidence::default());
        }
        if let Some(evidence) = evidence.get_mut(used) {
            evidence.gather(word, one_need, (index, part), sightings);
        }
        used += 1;
    }
    let evidence = evidence.get(..used).unwrap_or_default();
    let whole: f32 = evidence.iter().map(|word| word.share).sum();
    let typed_share: f32 = understood.words.iter().map(|word| word.share).sum();
    let question = Question {
        index,
        typed: Typed::of(understood, index),
        typed_is_rare: whole >= typed_share * RARE,
        for_whom: ForWhom::of(understood, index),
    };
    if whole <= 0.0 {
        return (Vec::new(), question);
    }
    let needs = tally.count(evidence, unit, part.len());
    let holding = tally.holding(&needs);
    (
        holding
            .map(|(slot, of_words)| (part.service(slot), of_words / whole))
            .collect(),
        question,
    )
}

/// The needs of a text: phrases, or single words.
struct Needs {
    count: usize,
    whole: f32,
    /// The share of those that the directory does not know.
    unknown: f32,
    /// One of them is surely something that services here are for, and none is something that they are not for.
    ours: bool,
}

impl Tally {
    fn count(&mut self, evidence: &[Evidence], unit: &mut Vec<f32>, services: usize) -> Needs {
        for list in [
            &mut self.count,
            &mut self.held,
            &mut self.surest,
            &mut self.of_words,
            &mut *unit,
        ] {
            list.clear();
            list.resize(services, 0.0);
        }
        let mut units: Vec<usize> = evidence
            .iter()
            .filter(|word| !word.light)
            .map(|word| word.unit)
            .collect();
        units.sort_unstable();
        units.dedup();
        let mut needs = Needs {
            count: units.len(),
            whole: 0.0,
            unknown: 0.0,
            ours: evidence
                .iter()
                .any(|word| word.answered == Answered::Here && word.known)
                && !evidence
                    .iter()
                    .any(|word| word.answered == Answered::Elsewhere),
        };
        for number in &units {
            unit.fill(0.0);
            let (mut share, mut known) = (0.0_f32, false);
            for word in evidence
                .iter()
                .filter(|word| word.unit == *number && !word.light)
            {
                share += word.share;
                known |= if units.len() <= 2 {
                    word.known
                } else {
                    word.present
                };
                add(unit, &word.found, word.share);
            }
            needs.whole += share;
            needs.unknown += if known { 0.0 } else { share };
            let (found, sure) = (FOUND * share, SURE * share);
            let tallies = self
                .count
                .iter_mut()
                .zip(&mut self.held)
                .zip(&mut self.surest);
            for (((count, held), surest), value) in tallies.zip(unit.iter()) {
                let is_found = f32::from(u8::from(*value >= found));
                *count += is_found;
                *held += is_found * share;
                *surest = surest.max(f32::from(u8::from(*value >= sure)) * share);
            }
        }
        for word in evidence {
            add(&mut self.of_words, &word.found, word.share);
        }
        needs
    }

    /// One or two needs: each must be found. Where the directory surely knows all needs, or nearly all of a longer text, a service that
    /// surely answers one of them is shown too, below those that answer more. Else a longer text must be held by a fair share, by rarity.
    fn holding(&self, needs: &Needs) -> impl Iterator<Item = Holding> {
        let fair = if needs.count >= SENTENCE {
            FAIR_SHARE_OF_SENTENCE
        } else {
            FAIR_SHARE
        };
        // No service reaches what is beyond every measure.
        let (least_held, least_surest) = match needs.count {
            0 | 1 => (f32::INFINITY, f32::INFINITY),
            2 => (
                f32::INFINITY,
                if needs.unknown == 0.0 || needs.ours {
                    f32::MIN_POSITIVE
                } else {
                    f32::INFINITY
                },
            ),
            _ => {
                let understood = needs.unknown <= needs.whole * MOST_UNKNOWN;
                (
                    needs.whole * fair,
                    if understood {
                        needs.whole * LEAST_SURE
                    } else {
                        f32::INFINITY
                    },
                )
            }
        };
        let all = f32::from(u16::try_from(needs.count).unwrap_or(u16::MAX));
        let any = needs.count > 0;
        let tallies = self
            .count
            .iter()
            .zip(&self.held)
            .zip(&self.surest)
            .zip(&self.of_words);
        tallies
            .enumerate()
            .filter_map(move |(slot, (((count, held), surest), of_words))| {
                let holds = *count >= all || *held >= least_held || *surest >= least_surest;
                (any && holds).then_some((slot, *of_words))
            })
    }
}

fn add(sum: &mut [f32], found: &[f32], share: f32) {
    for (sum, found) in sum.iter_mut().zip(found) {
        *sum += found * share;
    }
}

impl Question<'_> {
    /// How well one service fits, its names compared with the whole of what was typed.
    pub fn fit(&self, (document, of_words): Holding) -> Fit {
        let closeness = self
            .typed
            .closeness(document, self.index, &self.for_whom.others);
        let mut value = of_words + closeness.bonus;
        if let Some(service) = self.index.services.get(document)
            && closeness.named != Named::Whole
        {
            value *= self.for_whom.factor(service, closeness.for_others);
        }
        let named = if self.typed_is_rare {
            closeness.named
        } else {
            closeness.named.unless_begun()
        };
        Fit {
            document,
            value,
            named,
        }
    }
}

/// The bands of fit, 0 the best.
pub fn band(fit: f32, best: f32) -> usize {
    BANDS
        .iter()
        .take_while(|share| fit < best * **share)
        .count()
}

/// The services behind a single point of access that fits nearly as well as they do, with the band to which they go back: one refers to
/// the front door, and triage chooses among them. One that was typed by its own name stays where it is.
pub fn behind_front_doors(open: &[(Fit, &Listed)], best: f32) -> HashMap<ServiceId, usize> {
    let mut behind = HashMap::new();
    for (door, front) in open
        .iter()
        .filter(|(_, service)| service.single_point_of_access)
    {
        let door_band = band(door.value, best);
        for (fit, child) in open
            .iter()
            .filter(|(_, service)| front.child_services.contains(&service.id))
        {
            let own = band(fit.value, best);
            if fit.named != Named::Whole && own <= door_band && door_band <= own + 1 {
                behind.insert(child.id.clone(), door_band + 1);
            }
        }
    }
    behind
}

/// What decides within a band: step, then stated wait in weeks. Missing ones come last.
pub fn step_and_wait(service: &Listed, today: Date) -> (u8, u16) {
    let step = service.step.map_or(u8::MAX, u8::from);
    let wait = service.wait.filter(|(_, stated_on)| {
        let age = today
            .since(*stated_on)
            .map_or(i32::MAX, |span| span.get_days());
        age <= WAIT_HOLDS_DAYS
    });
    (step, wait.map_or(u16::MAX, |(weeks, _)| weeks))
}
