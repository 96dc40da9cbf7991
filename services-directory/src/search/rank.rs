//! How well each service fits what was typed, and the order of those that do.
//!
//! The order is: band of fit, then step (lowest first, services without steps after them), then stated wait (shortest first; one
//! that is missing or was stated over 90 days ago comes after all others), then name. Bands are coarse, so that step and wait decide
//! among services that fit about equally.

use super::expand::How;
use super::index::{Document, FIELDS, FieldKind, WordIndex};
use super::query::{Target, TypedWord, Understood};
use crate::model::{Category, HealthcareService};
use jiff::civil::Date;

/// How much a word counts by where it stands, in the order of `FIELDS`.
const FIELD_WEIGHTS: [f32; FIELDS.len()] = [1.0, 1.0, 0.85, 0.85, 0.45, 0.35];
/// What further fields add to the best one.
const FURTHER_FIELDS: f32 = 0.08;
/// Below this, a word is not found in a service.
const FOUND: f32 = 0.2;
/// From this on, a word is surely what the service is about.
const SURE: f32 = 0.55;
/// Of the words of a longer text, by their weight, this share must be found.
const FAIR_SHARE: f32 = 0.5;
/// A plain sentence holds more that is no need.
const FAIR_SHARE_OF_SENTENCE: f32 = 0.4;
const SENTENCE: usize = 6;
/// A rare word counts more than a common one, down to this.
const LEAST_RARITY: f32 = 0.15;
/// Where bands end, as shares of the best fit.
const BANDS: [f32; 4] = [0.95, 0.86, 0.72, 0.5];
/// A hospital pain clinic ranks lower unless the words ask for a clinic: GPs are shown the direct routes first (DIR-5, DIR-11).
const HOSPITAL: f32 = 0.8;
/// A stated wait is believed for so many days.
const WAIT_HOLDS_DAYS: i32 = 90;

/// How one service fits.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit {
    /// Its place among the documents of the index.
    pub document: usize,
    pub fit: f32,
    /// Its name or an alias was typed, as good as whole.
    pub named: bool,
}

/// What is found of one typed word in all services.
struct Evidence {
    share: f32,
    unit: usize,
    light: bool,
    /// By document.
    found: Vec<f32>,
    /// Found surely somewhere by itself, its other forms or its synonyms.
    known: bool,
}

/// All services that hold a fair share of what was typed. In no order.
pub fn fits(understood: &Understood, index: &WordIndex) -> Vec<Fit> {
    let evidence: Vec<Evidence> = understood
        .words
        .iter()
        .filter(|word| word.share > 0.0)
        .map(|word| evidence_of(word, index))
        .collect();
    let whole: f32 = evidence.iter().map(|word| word.share).sum();
    if whole <= 0.0 {
        return Vec::new();
    }
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
        if document.service.onward.category == Category::PainClinic
            && !asks_for_clinic
            && !closeness.named
        {
            fit *= HOSPITAL;
        }
        fits.push(Fit {
            document: position,
            fit,
            named: closeness.named,
        });
    }
    fits
}

fn at(found: &[f32], position: usize) -> f32 {
    found.get(position).copied().unwrap_or_default()
}

fn evidence_of(word: &TypedWord, index: &WordIndex) -> Evidence {
    let count = index.documents.len();
    let mut by_field = vec![[0.0_f32; FIELDS.len()]; count];
    let mut known = false;
    for alternative in &word.alternatives {
        let sure = matches!(alternative.how, How::Exact | How::Form) && !alternative.near;
        // In running text, a guess is a guess too many.
        let guess = alternative.how == How::Typo
            || (alternative.how == How::Continued && word.text.len() < 4);
        let note = |document: usize, field: usize| {
            let is_text = FIELDS.get(field) == Some(&FieldKind::Text);
            let value = alternative.quality * FIELD_WEIGHTS.get(field).copied().unwrap_or_default();
            if is_text && guess {
                return;
            }
            known |= sure && value >= SURE;
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
            best + FURTHER_FIELDS * further
        })
        .collect();
    let share = word.share * rarity(&found, word.text.len());
    Evidence {
        share,
        unit: word.unit,
        light: word.light,
        found,
        known,
    }
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

/// One or two needs: each must be found, or, of two that the directory surely knows, one for certain. More: a fair share of them, by rarity.
fn holds_a_fair_share(evidence: &[Evidence], units: &[usize], document: usize) -> bool {
    let (mut held, mut whole) = (0.0, 0.0);
    let (mut all_held, mut all_known, mut one_sure) = (true, true, false);
    for unit in units {
        let (mut found, mut share, mut known) = (0.0_f32, 0.0_f32, false);
        for word in evidence
            .iter()
            .filter(|word| word.unit == *unit && !word.light)
        {
            found += at(&word.found, document) * word.share;
            share += word.share;
            known |= word.known;
        }
        let found = found / share.max(f32::EPSILON);
        whole += share;
        held += if found >= FOUND { share } else { 0.0 };
        all_held &= found >= FOUND;
        one_sure |= found >= SURE;
        all_known &= known;
    }
    match units.len() {
        0 => false,
        _ if all_held => true,
        1 => false,
        2 => all_known && one_sure,
        count => {
            held >= whole
                * if count >= SENTENCE {
                    FAIR_SHARE_OF_SENTENCE
                } else {
                    FAIR_SHARE
                }
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

/// The whole of what was typed, for comparing it with names, aliases and needs.
struct Typed {
    /// Each stem with how surely it was typed and the word's share.
    stems: Vec<(u32, f32, usize)>,
    groups: Vec<(usize, f32, (usize, usize))>,
    shares: Vec<f32>,
    whole: f32,
}

struct Closeness {
    bonus: f32,
    named: bool,
}

impl Typed {
    fn of(understood: &Understood, index: &WordIndex) -> Self {
        let (mut stems, mut groups) = (Vec::new(), Vec::new());
        for (position, word) in understood.words.iter().enumerate() {
            for alternative in word
                .alternatives
                .iter()
                .filter(|alternative| !alternative.near)
            {
                match alternative.target {
                    Target::Word(id) => stems.extend(
                        index
                            .lexicon
                            .stem_of(id)
                            .map(|stem| (stem, how_sure(alternative.how), position)),
                    ),
                    Target::Group(group) => {
                        groups.push((group, alternative.quality, alternative.span))
                    }
                }
            }
        }
        stems.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
        let shares: Vec<f32> = understood.words.iter().map(|word| word.share).collect();
        let whole = shares.iter().sum::<f32>().max(f32::EPSILON);
        Self {
            stems,
            groups,
            shares,
            whole,
        }
    }

    fn closeness(&self, document: &Document) -> Closeness {
        let (mut best, mut named) = (0.0_f32, false);
        for entry in &document.entries {
            let (of_entry, of_typed, in_order) = self.compared(&entry.stems);
            let is_name = entry.kind != FieldKind::Helps;
            named |= is_name
                && ((of_entry >= 0.85 && of_typed >= 0.6) || (in_order >= 2 && of_typed >= 0.95));
            let mut close = of_entry * of_typed;
            for (group, quality, span) in &self.groups {
                if entry.groups.contains(group) {
                    close = close.max(quality * self.part(*span));
                }
            }
            best = best.max(close * if is_name { 0.35 } else { 0.15 });
        }
        Closeness { bonus: best, named }
    }

    /// How much of the entry was typed, how much of what was typed is in the entry, and how many of its first words were typed.
    fn compared(&self, entry: &[u32]) -> (f32, f32, usize) {
        let (mut matched, mut in_order, mut unbroken) = (0.0_f32, 0, true);
        let mut positions = Vec::new();
        for stem in entry {
            let from = self.stems.partition_point(|(known, ..)| known < stem);
            match self.stems.get(from).filter(|(known, ..)| known == stem) {
                Some((_, quality, position)) => {
                    matched += quality;
                    positions.push(*position);
                    in_order += usize::from(unbroken);
                }
                None => unbroken = false,
            }
        }
        positions.sort_unstable();
        positions.dedup();
        let typed: f32 = positions
            .iter()
            .map(|position| at(&self.shares, *position))
            .sum();
        let count = f32::from(u16::try_from(entry.len()).unwrap_or(u16::MAX)).max(1.0);
        (matched / count, typed / self.whole, in_order)
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
