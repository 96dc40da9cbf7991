//! How well each service fits what was typed, and the order of those that do.
//!
//! The order is: band of fit, then step (lowest first, services without steps after them), then stated wait (shortest first; one
//! that is missing or was stated over 90 days ago comes after all others), then name. Bands are coarse, so that step and wait decide
//! among services that fit about equally.

use super::closeness::{Named, Typed};
use super::expand::How;
use super::index::{FIELDS, FieldKind, WordIndex};
use super::query::{Target, TypedWord, Understood};
use crate::model::{Category, HealthcareService};
use jiff::civil::Date;

/// How much a word counts by where it stands, in the order of `FIELDS`.
const WORD_WEIGHTS: [f32; FIELDS.len()] = [1.0, 1.0, 0.88, 0.9, 0.42, 0.54];
/// The same for a group of synonyms: what a category is for says as much as a name.
const GROUP_WEIGHTS: [f32; FIELDS.len()] = [0.97, 0.97, 0.88, 1.0, 0.42, 0.54];
/// What further fields add to the best one.
const FURTHER_FIELDS: f32 = 0.18;
/// Below this, a word is not found in a service.
const FOUND: f32 = 0.15;
/// From this on, a word is surely what the service is about.
const SURE: f32 = 0.55;
/// What is found less surely counts so much less again, or four vague meetings would outdo a service that is about one of the needs.
const VAGUE: f32 = 0.5;
const VAGUE_BELOW: f32 = 0.5;
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
/// A rare word counts more than a common one, down to this.
const LEAST_RARITY: f32 = 0.25;
/// Where bands end, as shares of the best fit.
const BANDS: [f32; 4] = [0.92, 0.84, 0.7, 0.5];

/// A hospital pain clinic ranks lower unless the words ask for a clinic: GPs are shown the direct routes first (DIR-5, DIR-11).
const HOSPITAL: f32 = 0.8;
/// A stated wait is believed for so many days.
const WAIT_HOLDS_DAYS: i32 = 90;

/// How one service fits.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit {
    /// Its place among the documents of the index.
    pub document: usize,
    pub value: f32,
    pub named: Named,
}

/// What is found of one typed word in all services.
struct Evidence {
    share: f32,
    unit: usize,
    light: bool,
    /// By document.
    found: Vec<f32>,
    /// A service is surely about it: it was met by itself, its other forms or its synonyms, and not in running text only.
    known: bool,
    /// Met so anywhere.
    present: bool,
}

/// By which of its meanings each typed word was found in each service.
#[derive(Debug, Default)]
pub struct Reasons {
    /// For each typed word that counts: its place, and by document the place of the alternative, none where it was not found.
    by_word: Vec<(usize, Vec<Option<u16>>)>,
}

impl Reasons {
    /// The typed words found in a service, each with the alternative that was surest there.
    pub fn of(&self, document: usize) -> impl Iterator<Item = (usize, usize)> {
        self.by_word.iter().filter_map(move |(word, by_document)| {
            let alternative = by_document.get(document).copied().flatten()?;
            Some((*word, usize::from(alternative)))
        })
    }
}

/// All services that hold a fair share of what was typed, in no order, and why.
pub fn fits(understood: &Understood, index: &WordIndex) -> (Vec<Fit>, Reasons) {
    let mut reasons = Reasons::default();
    let mut evidence: Vec<Evidence> = Vec::with_capacity(understood.words.len());
    for (position, word) in understood
        .words
        .iter()
        .enumerate()
        .filter(|(_, word)| word.share > 0.0)
    {
        let (found, alternatives) = evidence_of(word, index);
        evidence.push(found);
        reasons.by_word.push((position, alternatives));
    }
    let whole: f32 = evidence.iter().map(|word| word.share).sum();
    if whole <= 0.0 {
        return (Vec::new(), reasons);
    }
    let typed_share: f32 = understood.words.iter().map(|word| word.share).sum();
    let typed_is_rare = whole >= typed_share * RARE;
    let mut units: Vec<usize> = evidence
        .iter()
        .filter(|word| !word.light)
        .map(|word| word.unit)
        .collect();
    units.sort_unstable();
    units.dedup();
    let asks_for_clinic = asks_for_clinic(understood, index);
    let typed = Typed::of(understood, index);
    let mut fits = Vec::new();
    for (position, document) in index.documents.iter().enumerate() {
        if !holds_a_fair_share(&evidence, &units, position) {
            continue;
        }
        let of_words: f32 = evidence
            .iter()
            .map(|word| word.share * at(&word.found, position))
            .sum::<f32>()
            / whole;
        let closeness = typed.closeness(document);
        let mut fit = of_words + closeness.bonus;
        let is_clinic = document.service.onward.category == Category::PainClinic;
        if is_clinic && !asks_for_clinic && closeness.named != Named::Whole {
            fit *= HOSPITAL;
        }
        fits.push(Fit {
            document: position,
            value: fit,
            named: if typed_is_rare {
                closeness.named
            } else {
                closeness.named.unless_begun()
            },
        });
    }
    (fits, reasons)
}

fn at(found: &[f32], position: usize) -> f32 {
    found.get(position).copied().unwrap_or_default()
}

fn evidence_of(word: &TypedWord, index: &WordIndex) -> (Evidence, Vec<Option<u16>>) {
    let count = index.documents.len();
    let mut by_field = vec![[0.0_f32; FIELDS.len()]; count];
    let mut surest: Vec<(f32, Option<u16>)> = vec![(0.0, None); count];
    // A need that the synonyms know and no service here answers is still understood: "gambling debts".
    let (mut known, mut present) = (word.is_recognised(), word.is_recognised());
    for (place_of_alternative, alternative) in (0_u16..).zip(&word.alternatives) {
        let sure = matches!(alternative.how, How::Exact | How::Form) && !alternative.near;
        // In running text, a guess is a guess too many.
        let guess = alternative.how == How::Typo
            || (alternative.how == How::Continued && word.text.len() < 4);
        let weights = match alternative.target {
            Target::Word(_) => &WORD_WEIGHTS,
            Target::Group(_) => &GROUP_WEIGHTS,
        };
        let note = |document: usize, field: usize| {
            let is_text = FIELDS.get(field) == Some(&FieldKind::Text);
            let value = alternative.quality * weights.get(field).copied().unwrap_or_default();
            if is_text && guess {
                return;
            }
            known |= sure && value >= SURE;
            present |= sure;
            if let Some(best) = surest.get_mut(document)
                && value > best.0
            {
                *best = (value, Some(place_of_alternative));
            }
            if let Some(place) = by_field
                .get_mut(document)
                .and_then(|fields| fields.get_mut(field))
            {
                *place = place.max(value);
            }
        };
        match alternative.target {
            Target::Word(id) => index.with_word(id, note),
            Target::Group(group) => index.with_group(group, note),
        }
    }
    let found: Vec<f32> = by_field
        .iter()
        .map(|fields| {
            let best = fields.iter().copied().fold(0.0, f32::max);
            let further: f32 = fields.iter().sum::<f32>() - best;
            let all = best + FURTHER_FIELDS * further.min(1.0);
            if best < VAGUE_BELOW { all * VAGUE } else { all }
        })
        .collect();
    let share = word.share * rarity(&found, word.text.len());
    let evidence = Evidence {
        share,
        unit: word.unit,
        light: word.light,
        found,
        known,
        present,
    };
    (
        evidence,
        surest
            .into_iter()
            .map(|(_, alternative)| alternative)
            .collect(),
    )
}

/// 1 for a word that no service has, less the more services have it.
fn rarity(found: &[f32], length: usize) -> f32 {
    let having: f32 = found.iter().map(|value| value.min(1.0)).sum();
    let all = f32::from(u16::try_from(found.len()).unwrap_or(u16::MAX));
    if having == 0.0 && length <= 2 {
        return 0.5;
    }
    (((all + 2.0) / (having + 1.0)).ln() / (all + 2.0).ln()).clamp(LEAST_RARITY, 1.0)
}

/// One or two needs: each must be found. Where the directory surely knows all needs, or nearly all of a longer text, a service that surely
/// answers one of them is shown too, below those that answer more. Else a longer text must be held by a fair share, by rarity.
fn holds_a_fair_share(evidence: &[Evidence], units: &[usize], document: usize) -> bool {
    let (mut held, mut whole, mut unknown, mut surest) = (0.0, 0.0, 0.0, 0.0_f32);
    let mut all_held = true;
    for unit in units {
        let (mut found, mut share, mut known) = (0.0_f32, 0.0_f32, false);
        for word in evidence
            .iter()
            .filter(|word| word.unit == *unit && !word.light)
        {
            found += at(&word.found, document) * word.share;
            share += word.share;
            known |= if units.len() <= 2 {
                word.known
            } else {
                word.present
            };
        }
        let found = found / share.max(f32::EPSILON);
        whole += share;
        unknown += if known { 0.0 } else { share };
        held += if found >= FOUND { share } else { 0.0 };
        surest = surest.max(if found >= SURE { share } else { 0.0 });
        all_held &= found >= FOUND;
    }
    match units.len() {
        0 => false,
        _ if all_held => true,
        1 => false,
        2 => unknown == 0.0 && surest > 0.0,
        count => {
            let fair = if count >= SENTENCE {
                FAIR_SHARE_OF_SENTENCE
            } else {
                FAIR_SHARE
            };
            held >= whole * fair
                || (unknown <= whole * MOST_UNKNOWN && surest >= whole * LEAST_SURE)
        }
    }
}

fn asks_for_clinic(understood: &Understood, index: &WordIndex) -> bool {
    let says = |text: &str| {
        matches!(
            text,
            "hospital"
                | "clinic"
                | "consultant"
                | "secondary"
                | "injection"
                | "injections"
                | "specialist"
        )
    };
    let means = |group: usize| {
        index
            .groups
            .get(group)
            .is_some_and(|entry| matches!(entry.label.as_str(), "pain clinic" | "pain injections"))
    };
    understood.words.iter().any(|word| {
        let groups = word
            .alternatives
            .iter()
            .filter(|alternative| !alternative.near && alternative.quality > 0.6);
        says(&word.text)
            || groups.into_iter().any(
                |alternative| matches!(alternative.target, Target::Group(group) if means(group)),
            )
    })
}

/// The bands of fit, 0 the best.
pub fn band(fit: f32, best: f32) -> usize {
    BANDS
        .iter()
        .take_while(|share| fit < best * **share)
        .count()
}

/// What decides within a band: step, then stated wait in weeks. Missing ones come last.
pub fn step_and_wait(service: &HealthcareService, today: Date) -> (u8, u16) {
    let step = service
        .onward
        .steps
        .iter()
        .map(|step| u8::from(*step))
        .min()
        .unwrap_or(u8::MAX);
    let wait = service.onward.wait.as_ref().filter(|wait| {
        let age = today
            .since(wait.stated_on)
            .map_or(i32::MAX, |span| span.get_days());
        age <= WAIT_HOLDS_DAYS
    });
    (step, wait.map_or(u16::MAX, |wait| wait.weeks))
}
