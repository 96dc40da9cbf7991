//! What was typed, understood: each word with all that it may stand for.

use super::expand::{Candidate, How};
use super::index::{Target, WordIndex};
use super::phrases::Slot;
use super::words::{self, Token, Weight};

/// A query needs no more words than a long sentence has; the rest is not looked at, but for words of crisis.
const MOST_WORDS: usize = 32;
/// So long are two words that are written as one.
const DIVIDED: std::ops::RangeInclusive<usize> = 7..=40;

/// How sure a neighbouring group of synonyms is, beside the group itself.
const NEAR: f32 = 0.45;
const SAME: f32 = 0.98;
/// A word that is part of a phrase says less by itself: "low" of "low mood".
const PART_OF_PHRASE: f32 = 0.45;
/// … and next to nothing where the phrase is answered elsewhere: "repair" of "hernia repair".
const PART_OF_PHRASE_ELSEWHERE: f32 = 0.1;
/// "ACT" is more than the beginning of "active".
const AFTER_ABBREVIATION: f32 = 0.4;
const LONGEST_ABBREVIATION: usize = 4;
/// Two words that the directory writes as one.
const JOINED: f32 = 0.95;

#[derive(Debug, Clone, PartialEq)]
pub struct Alternative {
    pub target: Target,
    pub quality: f32,
    pub how: How,
    /// For a group: the first and the last typed word of the phrase.
    pub span: (usize, usize),
    /// A neighbour of what was typed, and not its meaning.
    pub near: bool,
}

/// A typed word.
#[derive(Debug, Clone, PartialEq)]
pub struct TypedWord {
    pub text: String,
    /// How much it counts; 0 for fillers.
    pub share: f32,
    pub light: bool,
    /// Words of one phrase share a number.
    pub unit: usize,
    pub alternatives: Vec<Alternative>,
}

impl TypedWord {
    /// The synonyms know it.
    pub fn is_recognised(&self) -> bool {
        self.recognised().next().is_some()
    }

    /// The synonyms know it as something that no kind of service here is for: "colonoscopy".
    pub fn is_answered_elsewhere(&self, index: &WordIndex) -> bool {
        self.is_recognised() && self.recognised().all(|target| !index.has_kinds(target))
    }

    fn recognised(&self) -> impl Iterator<Item = Target> {
        let sure =
            |one: &&Alternative| one.how == How::Exact && !one.near && one.quality > PART_OF_PHRASE;
        let groups = self
            .alternatives
            .iter()
            .filter(|one| matches!(one.target, Target::Group(_)));
        groups.filter(sure).map(|one| one.target)
    }
}

/// A text understood.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Understood {
    pub words: Vec<TypedWord>,
}

impl Understood {
    pub fn of(tokens: &[Token], index: &WordIndex) -> Self {
        let tokens = divided(tokens, index);
        let mut candidates = candidates(&tokens, index);
        // "pt with back pain" is a patient; "pt" alone is physiotherapy.
        let fillers: Vec<bool> = tokens
            .iter()
            .map(|text| words::weight_of(text) == Weight::Filler)
            .collect();
        let only_fillers = fillers.iter().all(|filler| *filler);
        let slots: Vec<Slot> = candidates
            .iter()
            .zip(&fillers)
            .map(|(found, filler)| Slot {
                stems: stems_of(found, index),
                filler: *filler,
            })
            .collect();
        let groups = groups_in(&tokens, &slots, index, only_fillers);

        let mut part_of = vec![1.0; tokens.len()];
        let mut units: Vec<usize> = (0..tokens.len()).collect();
        for group in groups
            .iter()
            .filter(|group| group.covers.len() > 1 && group.quality >= 0.7)
        {
            join_units(&mut units, &group.covers);
            let elsewhere = !index.has_kinds(Target::Group(group.group));
            let part = if elsewhere {
                PART_OF_PHRASE_ELSEWHERE
            } else {
                PART_OF_PHRASE
            };
            for position in &group.covers {
                if let Some(place) = part_of.get_mut(*position) {
                    *place = part.min(*place);
                }
            }
        }
        for group in groups.iter().filter(|group| group.quality > 0.99) {
            if let ([only], Some(text)) = (
                group.covers.as_slice(),
                group.covers.first().and_then(|at| tokens.get(*at)),
            ) && text.len() <= LONGEST_ABBREVIATION
            {
                let unfinished = candidates
                    .get_mut(*only)
                    .into_iter()
                    .flatten()
                    .filter(|c| c.how == How::Continued);
                unfinished.for_each(|candidate| candidate.quality *= AFTER_ABBREVIATION);
            }
        }
        let mut found = Vec::with_capacity(tokens.len());
        for (position, text) in tokens.iter().enumerate() {
            let part = part_of.get(position).copied().unwrap_or(1.0);
            let is_covered = part < 1.0;
            let own = candidates
                .get_mut(position)
                .map(std::mem::take)
                .unwrap_or_default();
            let mut alternatives: Vec<Alternative> = own
                .into_iter()
                .map(|c| Alternative {
                    target: Target::Word(c.word),
                    quality: c.quality * part,
                    how: c.how,
                    span: (position, position),
                    near: false,
                })
                .collect();
            for group in groups
                .iter()
                .filter(|group| group.covers.contains(&position))
            {
                add_group(&mut alternatives, group, index);
            }
            let weight = words::weight_of(text);
            let light = weight == Weight::Light && !is_covered;
            let share = match weight {
                Weight::Filler if !only_fillers => 0.0,
                Weight::Light if !is_covered => 0.3,
                _ => 1.0,
            };
            let unit = units.get(position).copied().unwrap_or(position);
            found.push(TypedWord {
                text: text.clone(),
                share,
                light,
                unit,
                alternatives,
            });
        }
        Self::shared(found, &groups)
    }

    /// A phrase of several words counts as one need; one of fillers only counts by its first word; a query of light words only
    /// is about them.
    fn shared(mut found: Vec<TypedWord>, groups: &[Found]) -> Self {
        for group in groups
            .iter()
            .filter(|group| group.quality >= 0.7 && group.covers.len() > 1)
        {
            let silent = group
                .covers
                .iter()
                .all(|at| found.get(*at).is_some_and(|word| word.share == 0.0));
            if silent && let Some(first) = group.covers.first().and_then(|at| found.get_mut(*at)) {
                first.share = 1.0;
            }
        }
        if found.iter().all(|word| word.light || word.share == 0.0) {
            for word in &mut found {
                word.light = false;
            }
        }
        let counts: Vec<(usize, f32)> = found.iter().map(|word| (word.unit, word.share)).collect();
        for word in &mut found {
            let whole: f32 = counts
                .iter()
                .filter(|(unit, _)| *unit == word.unit)
                .map(|(_, share)| share)
                .sum();
            if whole > 1.0 {
                // A phrase says a little more than a word.
                word.share *= 1.2 / whole;
            }
        }
        Self { words: found }
    }

    /// One word or phrase was typed, but for fillers and light words.
    pub fn is_one_need(&self) -> bool {
        let mut units = self
            .words
            .iter()
            .filter(|word| word.share > 0.0 && !word.light)
            .map(|word| word.unit);
        let first = units.next();
        units.all(|unit| Some(unit) == first)
    }

    /// The typed words from one place to another.
    pub fn typed(&self, (from, to): (usize, usize)) -> String {
        let words: Vec<&str> = self
            .words
            .iter()
            .skip(from)
            .take(to + 1 - from)
            .map(|word| word.text.as_str())
            .collect();
        words.join(" ")
    }
}

/// Words written together are divided where both halves are words and the whole is none.
fn divided(tokens: &[Token], index: &WordIndex) -> Vec<String> {
    let mut found = Vec::with_capacity(tokens.len());
    for token in tokens.iter().take(MOST_WORDS) {
        let text = token.text.as_str();
        let may_be_two = DIVIDED.contains(&text.len()).then_some(text);
        let halves = may_be_two.and_then(|text| index.lexicon.split(text));
        let halves = halves.filter(|_| index.lexicon.candidates(text, true).is_empty());
        match halves {
            Some((a, b)) => found.extend([a.to_owned(), b.to_owned()]),
            None => found.push(text.to_owned()),
        }
    }
    found
}

fn candidates(tokens: &[String], index: &WordIndex) -> Vec<Vec<Candidate>> {
    let last = tokens.len().saturating_sub(1);
    let mut found: Vec<Vec<Candidate>> = tokens
        .iter()
        .enumerate()
        .map(|(position, text)| match words::weight_of(text) {
            Weight::Filler if position == last => index.lexicon.unfinished(text),
            Weight::Filler => index.lexicon.forms(text),
            _ => index.lexicon.candidates(text, position == last),
        })
        .collect();
    let content = tokens
        .iter()
        .filter(|text| words::weight_of(text) == Weight::Content)
        .count();
    for (place, text) in found
        .iter_mut()
        .zip(tokens)
        .filter(|(place, _)| place.is_empty() && content > 1)
    {
        *place = index.lexicon.short_of_a_letter(text);
    }
    let pairs = tokens.iter().zip(tokens.iter().skip(1)).enumerate();
    for (position, (first, second)) in pairs {
        let joined = format!("{first}{second}");
        let Some(word) = index.lexicon.word(&joined).filter(|_| joined.len() >= 6) else {
            continue;
        };
        for place in found.iter_mut().skip(position).take(2) {
            place.push(Candidate {
                word,
                quality: JOINED,
                how: How::Form,
            });
        }
    }
    found
}

fn stems_of(candidates: &[Candidate], index: &WordIndex) -> Vec<(u32, f32)> {
    let mut stems: Vec<(u32, f32)> = Vec::with_capacity(candidates.len());
    for candidate in candidates {
        let Some(stem) = index.lexicon.stem_of(candidate.word) else {
            continue;
        };
        match stems.iter_mut().find(|(known, _)| *known == stem) {
            Some((_, quality)) => *quality = quality.max(candidate.quality),
            None => stems.push((stem, candidate.quality)),
        }
    }
    stems
}

/// A group of synonyms found in the text.
struct Found {
    group: usize,
    quality: f32,
    covers: Vec<usize>,
}

fn groups_in(
    tokens: &[String],
    slots: &[Slot],
    index: &WordIndex,
    only_fillers: bool,
) -> Vec<Found> {
    let mut best: Vec<Found> = Vec::new();
    for found in index.phrases.find(slots) {
        let only = found
            .covers
            .first()
            .filter(|_| found.covers.len() == 1)
            .and_then(|at| tokens.get(*at));
        if let Some(text) = only {
            let filler = words::weight_of(text) == Weight::Filler;
            // One or two letters begin nearly every phrase; a filler is no abbreviation beside other words.
            if (found.quality < 0.9 && text.len() < 3) || (filler && !only_fillers) {
                continue;
            }
        }
        match best
            .iter_mut()
            .find(|known| known.group == found.group && known.covers == found.covers)
        {
            Some(known) => known.quality = known.quality.max(found.quality),
            None => best.push(Found {
                group: found.group,
                quality: found.quality,
                covers: found.covers,
            }),
        }
    }
    // What a longer phrase says, its parts do not say by themselves: "weight" of "weight loss", "sleep" of "sleep apnoea".
    let longer: Vec<(Vec<usize>, f32)> = best
        .iter()
        .filter(|found| found.quality >= 0.7 && found.covers.len() > 1)
        .map(|found| {
            let elsewhere = !index.has_kinds(Target::Group(found.group));
            (
                found.covers.clone(),
                if elsewhere {
                    PART_OF_PHRASE_ELSEWHERE
                } else {
                    PART_OF_PHRASE
                },
            )
        })
        .collect();
    for found in &mut best {
        let within = |covers: &[usize]| {
            covers.len() > found.covers.len() && found.covers.iter().all(|at| covers.contains(at))
        };
        let parts = longer
            .iter()
            .filter(|(covers, _)| within(covers))
            .map(|(_, part)| *part);
        found.quality *= parts.fold(1.0, f32::min);
    }
    best
}

fn join_units(units: &mut [usize], covers: &[usize]) {
    let joined: Vec<usize> = covers
        .iter()
        .filter_map(|at| units.get(*at).copied())
        .collect();
    let Some(least) = joined.iter().min().copied() else {
        return;
    };
    for unit in units.iter_mut().filter(|unit| joined.contains(unit)) {
        *unit = least;
    }
}

fn add_group(alternatives: &mut Vec<Alternative>, found: &Found, index: &WordIndex) {
    let span = (
        found.covers.first().copied().unwrap_or_default(),
        found.covers.last().copied().unwrap_or_default(),
    );
    let how = if found.quality > 0.94 {
        How::Exact
    } else if found.quality > 0.8 {
        How::Continued
    } else {
        How::Typo
    };
    let mut add = |group, quality, near| {
        alternatives.push(Alternative {
            target: Target::Group(group),
            quality,
            how,
            span,
            near,
        });
    };
    add(found.group, found.quality * SAME, false);
    for near in index
        .groups
        .get(found.group)
        .map(|group| group.near.as_slice())
        .unwrap_or_default()
    {
        add(*near, found.quality * NEAR, true);
    }
}
