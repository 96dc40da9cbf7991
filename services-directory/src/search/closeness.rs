//! How close the whole of what was typed is to the name of a service, to an alias, or to one thing that it helps with.

use super::expand::How;
use super::index::{Document, FieldKind, WordIndex};
use super::query::{Target, Understood};

/// What a full match of a name or alias adds to the fit, and one of a need.
const NAME: f32 = 0.35;
const NEED: f32 = 0.15;
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
}

/// The whole of what was typed, for comparing it with names, aliases and needs.
pub struct Typed {
    /// Each stem with how surely it was typed and the word's place; by stem, the surest first.
    stems: Vec<(u32, f32, usize)>,
    groups: Vec<(usize, f32, (usize, usize))>,
    shares: Vec<f32>,
    whole: f32,
}

impl Typed {
    pub fn of(understood: &Understood, index: &WordIndex) -> Self {
        let (mut stems, mut groups) = (Vec::new(), Vec::new());
        for (position, word) in understood.words.iter().enumerate() {
            for alternative in word
                .alternatives
                .iter()
                .filter(|alternative| !alternative.near)
            {
                match alternative.target {
                    Target::Word(id) => {
                        let stem = index.lexicon.stem_of(id);
                        stems.extend(stem.map(|stem| (stem, how_sure(alternative.how), position)));
                    }
                    Target::Group(group) => {
                        groups.push((group, how_sure(alternative.how), alternative.span))
                    }
                }
            }
        }
        stems.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
        groups.dedup();
        let shares: Vec<f32> = understood.words.iter().map(|word| word.share).collect();
        let whole = shares.iter().sum::<f32>().max(f32::EPSILON);
        Self {
            stems,
            groups,
            shares,
            whole,
        }
    }

    pub fn closeness(&self, document: &Document) -> Closeness {
        let (mut bonus, mut named) = (0.0_f32, Named::No);
        for entry in &document.entries {
            let (of_entry, of_typed, in_order) = self.compared(&entry.stems);
            let is_name = entry.kind != FieldKind::Helps;
            if is_name && of_entry >= 0.85 && of_typed >= 0.6 {
                named = Named::Whole;
            } else if is_name && in_order >= 1 && of_entry >= 0.4 && of_typed >= 0.95 {
                named = named.max(Named::Begun);
            }
            let mut close = of_entry * of_typed;
            for (group, quality, span) in &self.groups {
                if let Some((_, part)) = entry.groups.iter().find(|(known, _)| known == group) {
                    close = close.max(BY_SYNONYM * quality * part * self.part(*span));
                }
            }
            bonus = bonus.max(close * if is_name { NAME } else { NEED });
        }
        Closeness { bonus, named }
    }

    /// How much of the entry was typed, how much of what was typed is in the entry, and how many of its first words were typed.
    fn compared(&self, entry: &[(u32, f32)]) -> (f32, f32, usize) {
        let (mut matched, mut whole, mut in_order, mut unbroken) = (0.0_f32, 0.0_f32, 0, true);
        let (mut seen, mut typed) = (0_u64, 0.0_f32);
        for (stem, weight) in entry {
            whole += weight;
            let from = self.stems.partition_point(|(known, ..)| known < stem);
            let Some((_, quality, position)) =
                self.stems.get(from).filter(|(known, ..)| known == stem)
            else {
                unbroken = false;
                continue;
            };
            matched += quality * weight;
            in_order += usize::from(unbroken);
            // A query has at most 64 words here: each is counted once.
            let bit = 1_u64
                .checked_shl(u32::try_from(*position).unwrap_or(u32::MAX))
                .unwrap_or(0);
            if seen & bit == 0 {
                seen |= bit;
                typed += self.shares.get(*position).copied().unwrap_or_default();
            }
        }
        (
            matched / whole.max(f32::EPSILON),
            (typed / self.whole).min(1.0),
            in_order,
        )
    }

    fn part(&self, (from, to): (usize, usize)) -> f32 {
        self.shares
            .iter()
            .skip(from)
            .take(to + 1 - from)
            .sum::<f32>()
            / self.whole
    }
}

fn how_sure(how: How) -> f32 {
    match how {
        How::Exact | How::Form => 1.0,
        How::Continued => 0.85,
        How::Typo => 0.9,
    }
}
