//! Phrases of the synonyms as sequences of word stems, and where they stand in a text.

use super::synonyms::Synonyms;
use super::words::{self, Weight};

/// At most this many fillers may stand between two words of a phrase: "pain in her back".
const MOST_SKIPPED: usize = 2;
/// A pair of words in the other order is still the phrase, a little less surely.
const REVERSED: f32 = 0.9;

/// One place of a text: the stems that it may be, each with how surely.
#[derive(Debug, Clone, Default)]
pub struct Slot {
    pub stems: Vec<(u32, f32)>,
    pub filler: bool,
}

/// A phrase found.
#[derive(Debug, Clone, PartialEq)]
pub struct PhraseMatch {
    pub group: usize,
    pub quality: f32,
    /// Positions of its words.
    pub covers: Vec<usize>,
}

/// All phrases of all groups, by their first stem.
#[derive(Debug, Default)]
pub struct Phrases {
    by_first: Vec<Vec<Phrase>>,
}

#[derive(Debug)]
struct Phrase {
    group: usize,
    rest: Vec<u32>,
    quality: f32,
}

impl Phrases {
    /// `stem_id` numbers the stems, making new numbers as needed.
    pub fn new(synonyms: &Synonyms, mut stem_id: impl FnMut(&str) -> u32) -> Self {
        let mut by_first: Vec<Vec<Phrase>> = Vec::new();
        let mut add = |group, stems: &[u32], quality| {
            let Some((first, rest)) = stems.split_first() else {
                return;
            };
            let place = *first as usize;
            if by_first.len() <= place {
                by_first.resize_with(place + 1, Vec::new);
            }
            if let Some(phrases) = by_first.get_mut(place) {
                phrases.push(Phrase {
                    group,
                    rest: rest.to_vec(),
                    quality,
                });
            }
        };
        for (group, entry) in synonyms.groups().iter().enumerate() {
            for phrase in &entry.phrases {
                let mut stems: Vec<u32> = phrase
                    .iter()
                    .map(|word| stem_id(&words::stem(word)))
                    .collect();
                add(group, &stems, 1.0);
                let plain = phrase
                    .iter()
                    .all(|word| words::weight_of(word) != Weight::Filler);
                if stems.len() == 2 && plain {
                    stems.reverse();
                    add(group, &stems, REVERSED);
                }
            }
        }
        Self { by_first }
    }

    /// Every phrase that stands in the text; phrases may overlap.
    pub fn find(&self, slots: &[Slot]) -> Vec<PhraseMatch> {
        let mut found = Vec::new();
        for (at, slot) in slots.iter().enumerate() {
            for (stem, quality) in &slot.stems {
                for phrase in self.by_first.get(*stem as usize).into_iter().flatten() {
                    if let Some(found_one) = phrase.follows(slots, at, *quality) {
                        found.push(found_one);
                    }
                }
            }
        }
        found
    }
}

impl Phrase {
    fn follows(&self, slots: &[Slot], at: usize, first: f32) -> Option<PhraseMatch> {
        let mut quality = first;
        // Most do not follow, and then nothing is put in it.
        let mut covers = Vec::new();
        let mut rest = slots.iter().enumerate().skip(at + 1);
        for wanted in &self.rest {
            let mut skipped = 0;
            loop {
                let (position, slot) = rest.next()?;
                if let Some((_, sure)) = slot.stems.iter().find(|(stem, _)| stem == wanted) {
                    quality = quality.min(*sure);
                    covers.push(position);
                    break;
                }
                skipped += 1;
                if !slot.filler || skipped > MOST_SKIPPED {
                    return None;
                }
            }
        }
        covers.insert(0, at);
        Some(PhraseMatch {
            group: self.group,
            quality: quality * self.quality,
            covers,
        })
    }
}
