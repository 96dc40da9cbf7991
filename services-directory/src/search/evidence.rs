//! How much of each typed word is found in each service.

use super::expand::How;
use super::index::{FIELDS, FieldKind, Target, WordIndex};
use super::part::Part;
use super::postings::{FieldSet, List};
use super::query::{Alternative, TypedWord};

/// How much a word counts by where it stands, in the order of `FIELDS`.
const WORD_WEIGHTS: [f32; FIELDS.len()] = [1.0, 1.0, 0.88, 0.9, 0.42, 0.53, 0.72, 0.53];
/// The same for a group of synonyms: what a category is for says as much as a name.
const GROUP_WEIGHTS: [f32; FIELDS.len()] = [0.97, 0.97, 0.88, 1.0, 0.42, 0.57, 0.72, 0.54];
/// What further fields add to the best one.
const FURTHER_FIELDS: f32 = 0.28;
/// From this on, a word is surely what the service is about.
pub const SURE: f32 = 0.55;
/// What is found less surely counts so much less again, or four vague meetings would outdo a service that is about one of the needs.
const VAGUE: f32 = 0.5;
const VAGUE_BELOW: f32 = 0.5;
/// A rare word counts more than a common one, down to this.
const LEAST_RARITY: f32 = 0.25;

/// Whether the synonyms know a word as something that kinds of service here are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Answered {
    #[default]
    NotRecognised,
    Here,
    Elsewhere,
}

/// What is found of one typed word.
#[derive(Debug, Default)]
pub struct Evidence {
    /// How much the word counts: a rare one more.
    pub share: f32,
    pub unit: usize,
    pub light: bool,
    /// By slot.
    pub found: Vec<f32>,
    /// A service is surely about it: it was met by itself, its other forms or its synonyms, and not in running text only.
    pub known: bool,
    /// Met so anywhere.
    pub present: bool,
    pub answered: Answered,
}

/// By slot how surely the word stands in each field: a byte each, the highest bit set where it stands there at all.
#[derive(Debug, Default)]
pub struct Sightings {
    by_slot: Vec<u64>,
    touched: Vec<u32>,
}

const SEEN: u64 = 0x8080_8080_8080_8080;
const BYTE: f32 = 127.0;

impl Sightings {
    /// Notes where the services of a list have it: in which of these fields, if they have it in any of the wanted ones.
    fn note(
        &mut self,
        list: List<'_>,
        part: &Part,
        within: FieldSet,
        wanted: FieldSet,
        sure: u64,
    ) -> FieldSet {
        let mut fields_met = FieldSet::default();
        for (slot, fields) in list.of_part(part) {
            if fields.and(wanted).is_empty() {
                continue;
            }
            let fields = fields.and(within);
            let Some(seen) = self.by_slot.get_mut(slot as usize) else {
                continue;
            };
            if *seen == 0 {
                self.touched.push(slot);
            }
            // The surest alternatives come first: what stands there stays.
            let taken = ((*seen & SEEN) >> 7) * 0xFF;
            *seen |= fields_as_bytes(fields) & sure & !taken;
            fields_met = fields_met.with(fields);
        }
        fields_met
    }
}

/// `FieldSet::bytes`, looked up: it is asked for with every sighting.
fn fields_as_bytes(fields: FieldSet) -> u64 {
    static BYTES: std::sync::LazyLock<[u64; 256]> = std::sync::LazyLock::new(|| {
        std::array::from_fn(|bits| {
            FieldSet::from_bits(u8::try_from(bits).unwrap_or_default()).bytes()
        })
    });
    BYTES
        .get(usize::from(fields.bits()))
        .copied()
        .unwrap_or_default()
}

impl Evidence {
    /// Looks the word up by all that it may stand for.
    pub fn gather(
        &mut self,
        word: &TypedWord,
        one_need: bool,
        (index, part): (&WordIndex, &Part),
        sightings: &mut Sightings,
    ) {
        let count = part.len();
        sightings.by_slot.resize(count, 0);
        (self.known, self.present) = (word.is_recognised(), word.is_recognised());
        (self.unit, self.light) = (word.unit, word.light);
        self.answered = match (word.is_recognised(), word.is_answered_elsewhere(index)) {
            (false, _) => Answered::NotRecognised,
            (true, false) => Answered::Here,
            (true, true) => Answered::Elsewhere,
        };
        let mut surest_first: Vec<&Alternative> = word.alternatives.iter().collect();
        surest_first.sort_by(|a, b| b.quality.total_cmp(&a.quality));
        for alternative in surest_first {
            self.look_up(
                alternative,
                &within(alternative, word, one_need, index),
                (index, part),
                sightings,
            );
        }
        self.found.clear();
        self.found.resize(count, 0.0);
        // A need that the synonyms know is understood though no service here says it by name; one that nobody answers is not.
        self.known &= !sightings.touched.is_empty();
        let mut having = 0.0;
        for slot in sightings.touched.drain(..) {
            let Some(seen) = sightings.by_slot.get_mut(slot as usize) else {
                continue;
            };
            let all = in_all_fields(std::mem::take(seen));
            having += all.min(1.0);
            if let Some(place) = self.found.get_mut(slot as usize) {
                *place = all;
            }
        }
        self.share = word.share * rarity(having, count, word.text.len());
    }

    fn look_up(
        &mut self,
        alternative: &Alternative,
        within: &Within,
        (index, part): (&WordIndex, &Part),
        sightings: &mut Sightings,
    ) {
        let weights = weights(alternative.target);
        let sure = weights.iter().rev().fold(0, |bytes, weight| {
            bytes << 8 | byte(alternative.quality * weight)
        });
        let (surely, in_text_only) = index.lists(alternative.target);
        let mut met = sightings.note(surely, part, within.fields, FieldSet::ALL, sure);
        if !within.of_text_only.is_empty() {
            met = met.with(sightings.note(
                in_text_only,
                part,
                within.fields,
                within.of_text_only,
                sure,
            ));
        }
        if matches!(alternative.how, How::Exact | How::Form) && !alternative.near {
            self.present |= !met.is_empty();
            self.known |= met
                .places()
                .any(|place| alternative.quality * at(weights, place) >= SURE);
        }
    }
}

/// Where an alternative is looked for.
struct Within {
    fields: FieldSet,
    /// Services that have it in running text only count when they have it in one of these.
    of_text_only: FieldSet,
}

fn within(
    alternative: &Alternative,
    word: &TypedWord,
    one_need: bool,
    index: &WordIndex,
) -> Within {
    let running_text = FieldSet::running_text();
    // Nor does another form of it: "parking" is no park.
    let is_form =
        one_need && alternative.how == How::Form && matches!(alternative.target, Target::Word(_));
    if is_guess(alternative, word) || is_form {
        return Within {
            fields: FieldSet::ALL.without(running_text),
            of_text_only: FieldSet::default(),
        };
    }
    if one_need && word.is_answered_elsewhere(index) {
        // Such a group holds what goes together elsewhere, and not what means the same: a name may say it, running text only the word.
        return match alternative.target {
            Target::Word(_) => {
                let what_it_is = FieldSet::only(FieldKind::Lead);
                Within {
                    fields: FieldSet::ALL.without(running_text).with(what_it_is),
                    of_text_only: what_it_is,
                }
            }
            Target::Group(_) => Within {
                fields: FieldSet::ALL.without(running_text),
                of_text_only: FieldSet::default(),
            },
        };
    }
    // That a word stands somewhere in its text does not make it what a service is for: "no parking", "bring your blood results".
    let in_passing = one_need && !index.has_kinds(alternative.target);
    Within {
        fields: FieldSet::ALL,
        of_text_only: if in_passing {
            FieldSet::in_earnest()
        } else {
            running_text
        },
    }
}

/// How surely one service has what the word may stand for.
pub fn sureness(
    alternative: &Alternative,
    word: &TypedWord,
    service: u32,
    index: &WordIndex,
) -> f32 {
    let fields = index.fields_of(alternative.target, service);
    let fields = if is_guess(alternative, word) {
        fields.without(FieldSet::running_text())
    } else {
        fields
    };
    let best = fields
        .places()
        .map(|place| at(weights(alternative.target), place))
        .fold(0.0, f32::max);
    alternative.quality * best
}

/// In running text, a guess is a guess too many.
fn is_guess(alternative: &Alternative, word: &TypedWord) -> bool {
    alternative.how == How::Typo || (alternative.how == How::Continued && word.text.len() < 4)
}

fn weights(target: Target) -> &'static [f32; FIELDS.len()] {
    match target {
        Target::Word(_) => &WORD_WEIGHTS,
        Target::Group(_) => &GROUP_WEIGHTS,
    }
}

fn at(weights: &[f32], place: usize) -> f32 {
    weights.get(place).copied().unwrap_or_default()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "from 0 to 127 after the clamp"
)]
fn byte(sure: f32) -> u64 {
    0x80 | u64::from((sure * BYTE).clamp(0.0, BYTE) as u8)
}

fn in_all_fields(seen: u64) -> f32 {
    let (mut best, mut sum) = (0.0_f32, 0.0_f32);
    for byte in seen.to_le_bytes() {
        let sure = f32::from(byte & 0x7F) / BYTE;
        best = best.max(sure);
        sum += sure;
    }
    let all = best + FURTHER_FIELDS * (sum - best).min(1.0);
    if best < VAGUE_BELOW { all * VAGUE } else { all }
}

/// 1 for a word that no service has, less the more services have it.
fn rarity(having: f32, count: usize, length: usize) -> f32 {
    #[expect(
        clippy::cast_precision_loss,
        reason = "a directory has fewer services than a float can tell apart"
    )]
    let all = count as f32;
    if having == 0.0 && length <= 2 {
        return 0.5;
    }
    (((all + 2.0) / (having + 1.0)).ln() / (all + 2.0).ln()).clamp(LEAST_RARITY, 1.0)
}
