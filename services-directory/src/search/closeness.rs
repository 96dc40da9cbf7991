//! How close the whole of what was typed is to the name of a service, to an alias, or to one thing that it helps with.

use super::expand::How;
use super::entries::EntryWord;
use super::index::{FieldKind, Target, WordIndex};
use super::query::Understood;

/// What a full match of a name or alias adds to the fit, and one of a need.
const NAME: f32 = 0.35;
const NEED: f32 = 0.15;
/// A long name of which the first words were typed, and nothing else.
const BEGUN: f32 = 0.7;
/// A name met through synonyms is less close than one met by its own words.
const BY_SYNONYM: f32 = 0.5;

/// Whether the name or an alias of a service was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Named {
    No,
    /// All that was typed begins the name, and is half of it.
    Begun,
    /// As good as whole.
    Whole,
}

impl Named {
    /// The beginning of a name does not count.
    pub fn unless_begun(self) -> Self {
        if self == Self::Begun { Self::No } else { self }
    }
}

pub struct Closeness {
    pub bonus: f32,
    pub named: Named,
    /// Its name says that it is for some people only, who were not typed.
    pub for_others: bool,
}

/// The whole of what was typed, for comparing it with names, aliases and needs.
pub struct Typed {
    /// By stem: how surely it was typed (0 for not at all), and the word's place. Dense, for it is looked up for every word of every name.
    stems: Vec<(f32, u32)>,
    /// By group of synonyms: how surely it was typed, times its part of what was typed.
    groups: Vec<f32>,
    shares: Vec<f32>,
    whole: f32,
}

impl Typed {
    pub fn of(understood: &Understood, index: &WordIndex) -> Self {
        let shares: Vec<f32> = understood.words.iter().map(|word| word.share).collect();
        let whole = shares.iter().sum::<f32>().max(f32::EPSILON);
        let mut stems = vec![(0.0, 0); index.lexicon.stem_count()];
        let mut groups = vec![0.0_f32; index.groups.len()];
        for (word, position) in understood.words.iter().zip(0_u32..) {
            for alternative in word
                .alternatives
                .iter()
                .filter(|alternative| !alternative.near)
            {
                let sure = how_sure(alternative.how);
                match alternative.target {
                    Target::Word(id) => {
                        let stem = index
                            .lexicon
                            .stem_of(id)
                            .and_then(|stem| stems.get_mut(stem as usize));
                        if let Some(known) = stem.filter(|known| known.0 < sure) {
                            *known = (sure, position);
                        }
                    }
                    Target::Group(group) => {
                        let (from, to) = alternative.span;
                        let part =
                            shares.iter().skip(from).take(to + 1 - from).sum::<f32>() / whole;
                        if let Some(known) = groups.get_mut(group) {
                            *known = known.max(sure * part);
                        }
                    }
                }
            }
        }
        Self {
            stems,
            groups,
            shares,
            whole,
        }
    }

    pub fn closeness(&self, document: usize, index: &WordIndex, other_people: &[u32]) -> Closeness {
        let (mut bonus, mut named, mut for_others) = (0.0_f32, Named::No, false);
        for entry in index.entries.of(document) {
            let (of_entry, of_typed, in_order) = self.compared(entry.words);
            let is_name = entry.kind != FieldKind::Helps;
            if is_name && of_entry >= 0.85 && of_typed >= 0.6 {
                named = Named::Whole;
            } else if is_name && in_order >= 1 && of_entry >= 0.4 && of_typed >= 0.95 {
                named = named.max(Named::Begun);
            }
            let mut close = of_entry * of_typed;
            if is_name && in_order >= 2 && of_typed >= 0.95 {
                close = close.max(BEGUN);
            }
            for met in entry.groups {
                let typed = self.groups.get(met.group as usize).copied().unwrap_or_default();
                close = close.max(BY_SYNONYM * typed * met.part);
                for_others |= is_name && other_people.contains(&met.group);
            }
            bonus = bonus.max(close * if is_name { NAME } else { NEED });
        }
        Closeness { bonus, named, for_others }
    }

    /// How much of the entry was typed, how much of what was typed is in the entry, and how many of its first words were typed.
    fn compared(&self, entry: &[EntryWord]) -> (f32, f32, usize) {
        let (mut matched, mut whole, mut in_order, mut unbroken) = (0.0_f32, 0.0_f32, 0, true);
        let (mut seen, mut typed) = (0_u64, 0.0_f32);
        for word in entry {
            let weight = word.weight();
            whole += weight;
            let Some((quality, position)) = self
                .stems
                .get(word.stem as usize)
                .filter(|(quality, _)| *quality > 0.0)
            else {
                unbroken = false;
                continue;
            };
            matched += quality * weight;
            in_order += usize::from(unbroken);
            // A query has at most 64 words here: each is counted once.
            let bit = 1_u64.checked_shl(*position).unwrap_or(0);
            if seen & bit == 0 {
                seen |= bit;
                typed += self
                    .shares
                    .get(*position as usize)
                    .copied()
                    .unwrap_or_default();
            }
        }
        (
            matched / whole.max(f32::EPSILON),
            (typed / self.whole).min(1.0),
            in_order,
        )
    }
}

fn how_sure(how: How) -> f32 {
    match how {
        How::Exact | How::Form => 1.0,
        How::Continued => 0.85,
        How::Typo => 0.9,
    }
}
