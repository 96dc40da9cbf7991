//! Makes the index of a directory in two passes: first all its words are numbered, then each service is put into their lists.

use super::entries::{Entries, EntryGroup, EntryWord};
use super::expand::Lexicon;
use super::index::{FIELDS, FieldKind, GroupEntry, WordIndex};
use super::phrases::{Phrases, Slot};
use super::postings::{Collected, FieldSet, Postings};
use super::synonyms::{Group, Synonyms};
use super::words::{self, Token, Weight};
use super::{SearchError, fields};
use crate::feed::Directory;
use crate::model::{Category, HealthcareService, Organization};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex};

impl WordIndex {
    pub fn build(directory: &Directory, synonyms: &Synonyms) -> Result<Self, SearchError> {
        let services = side_by_side(&directory.services);
        let written = Written::of(&services, &directory.organizations);
        let own = &written.numbers;
        let of_synonyms = synonyms
            .groups()
            .iter()
            .flat_map(|group| group.phrases.iter().flatten());
        let all: BTreeSet<&str> = own.keys().chain(of_synonyms).map(String::as_str).collect();
        let sorted: Vec<String> = all.into_iter().map(str::to_owned).collect();
        let in_directory = sorted.iter().map(|word| own.contains_key(word)).collect();

        let mut stems: HashMap<String, u32> = HashMap::new();
        let mut stem_id = |stem: &str| {
            let next = u32::try_from(stems.len()).unwrap_or(u32::MAX);
            *stems.entry(stem.to_owned()).or_insert(next)
        };
        for word in &sorted {
            stem_id(&words::stem(word));
        }
        let phrases = Phrases::new(synonyms, stem_id);
        let lexicon = Lexicon::new(&sorted, in_directory, stems)?;

        let mut index = Self {
            services,
            entries: Entries::default(),
            lexicon,
            phrases,
            groups: groups(synonyms),
            word_texts: sorted,
            postings: Postings::default(),
            workspaces: Mutex::default(),
        };
        index.fill(&written, synonyms);
        Ok(index)
    }

    fn fill(&mut self, written: &Written, synonyms: &Synonyms) {
        let known = Known::of(written, &self.lexicon);
        let first_group = self.word_texts.len();
        let list_of_group = |group: usize| u32::try_from(first_group + group).unwrap_or(u32::MAX);
        let mut collected = Collected::default();
        let mut lists: HashMap<u32, FieldSet> = HashMap::new();
        let mut kinds: HashMap<Category, Vec<(usize, FieldKind)>> = HashMap::new();
        for (service, texts) in self.services.iter().zip(written.services()) {
            let mut note = |list: u32, field: FieldKind| {
                let set = lists.entry(list).or_default();
                let again =
                    field.is_running_text() && !set.and(FieldSet::running_text()).is_empty();
                *set = set.with(FieldSet::only(field));
                if again {
                    *set = set.with(FieldSet::only(FieldKind::Often));
                }
            };
            for (kind, tokens) in texts {
                for word in known.words_of(tokens) {
                    note(word, kind);
                }
                let slots = known.slots_of(tokens);
                for group in add_entry(
                    &mut self.entries,
                    &self.phrases,
                    &known,
                    kind,
                    tokens,
                    &slots,
                ) {
                    note(list_of_group(group), kind);
                }
            }
            self.entries.end_service();
            let category = service.onward.category;
            let of_category = kinds
                .entry(category)
                .or_insert_with(|| kinds_of(category, synonyms).collect());
            for (group, field) in of_category {
                note(list_of_group(*group), *field);
            }
            collected.push(lists.drain());
        }
        self.postings = collected.sorted(first_group + self.groups.len());
    }
}

/// The services of the same areas stand side by side (`Part`).
fn side_by_side(services: &[Arc<HealthcareService>]) -> Vec<Arc<HealthcareService>> {
    let mut sorted = services.to_vec();
    sorted.sort_by(|a, b| {
        let (a, b) = (&a.service_areas, &b.service_areas);
        a.len().cmp(&b.len()).then_with(|| {
            a.iter()
                .map(|area| &area.id)
                .cmp(b.iter().map(|area| &area.id))
        })
    });
    sorted
}

fn groups(synonyms: &Synonyms) -> Vec<GroupEntry> {
    let entry = |group: &Group| GroupEntry {
        label: group.label.clone(),
        near: group.near.clone(),
        has_kinds: !group.kinds.is_empty(),
    };
    synonyms.groups().iter().map(entry).collect()
}

/// The groups that a category is for, and those that it is also of use for.
fn kinds_of(
    category: Category,
    synonyms: &Synonyms,
) -> impl Iterator<Item = (usize, FieldKind)> + '_ {
    let groups = synonyms.groups().iter().enumerate();
    groups.flat_map(move |(place, group)| {
        let of_kind = group
            .kinds
            .iter()
            .filter(move |kind| kind.category == category);
        of_kind.map(move |kind| {
            (
                place,
                if kind.home {
                    FieldKind::Home
                } else {
                    FieldKind::Kind
                },
            )
        })
    })
}

/// A word as it was written: its number, and whether only a hyphen stood before it.
#[derive(Debug, Clone, Copy)]
struct WrittenWord {
    number: u32,
    hyphenated: bool,
}

/// All texts of all services, each word by a number.
#[derive(Default)]
struct Written {
    numbers: HashMap<String, u32>,
    words: Vec<WrittenWord>,
    /// The field of each text, and where it ends in `words`.
    texts: Vec<(FieldKind, usize)>,
    /// Where each service ends in `texts`.
    services: Vec<usize>,
}

impl Written {
    fn of(services: &[Arc<HealthcareService>], organizations: &[Organization]) -> Self {
        let organizations: HashMap<_, _> = organizations
            .iter()
            .map(|known| (&known.id, known.name.as_str()))
            .collect();
        let mut written = Self::default();
        for service in services {
            let organization = organizations.get(&service.organization_id).copied();
            written.add(service, organization);
        }
        written
    }

    fn add(&mut self, service: &Arc<HealthcareService>, organization: Option<&str>) {
        for (kind, texts) in FIELDS
            .into_iter()
            .zip(fields::texts_of(service, organization))
        {
            for text in texts {
                self.number_joined(&text);
                for Token { text, hyphenated } in text {
                    let number = self.number(text);
                    self.words.push(WrittenWord { number, hyphenated });
                }
                self.texts.push((kind, self.words.len()));
            }
        }
        self.services.push(self.texts.len());
    }

    fn number(&mut self, word: String) -> u32 {
        let next = u32::try_from(self.numbers.len()).unwrap_or(u32::MAX);
        *self.numbers.entry(word).or_insert(next)
    }

    /// What a hyphen divides is a word as a whole too: "de-stress" is found by "destress".
    fn number_joined(&mut self, text: &[Token]) {
        for (first, second) in text.iter().zip(text.iter().skip(1)) {
            if second.hyphenated {
                self.number(format!("{}{}", first.text, second.text));
            }
        }
    }

    /// Each service's texts in turn.
    fn services(&self) -> impl Iterator<Item = Vec<(FieldKind, &[WrittenWord])>> {
        let (mut text, mut word) = (0, 0);
        self.services.iter().map(move |end| {
            let texts = self.texts.get(text..*end).unwrap_or_default();
            text = *end;
            let slice = |(kind, end): &(FieldKind, usize)| {
                let words = self.words.get(word..*end).unwrap_or_default();
                word = *end;
                (*kind, words)
            };
            texts.iter().map(slice).collect()
        })
    }
}

/// What is known of each word, by its number as written.
struct Known<'a> {
    lexicon: &'a Lexicon,
    texts: Vec<&'a str>,
    words: Vec<u32>,
    stems: Vec<Option<u32>>,
    weights: Vec<Weight>,
}

impl<'a> Known<'a> {
    fn of(written: &'a Written, lexicon: &'a Lexicon) -> Self {
        let mut texts = vec![""; written.numbers.len()];
        for (text, number) in &written.numbers {
            if let Some(place) = texts.get_mut(*number as usize) {
                *place = text;
            }
        }
        let words: Vec<u32> = texts
            .iter()
            .map(|text| lexicon.word(text).unwrap_or(u32::MAX))
            .collect();
        let stems = words.iter().map(|word| lexicon.stem_of(*word)).collect();
        let weights = texts.iter().map(|text| words::weight_of(text)).collect();
        Self {
            lexicon,
            texts,
            words,
            stems,
            weights,
        }
    }

    fn text(&self, word: WrittenWord) -> &'a str {
        self.texts
            .get(word.number as usize)
            .copied()
            .unwrap_or_default()
    }

    fn weight(&self, word: WrittenWord) -> Weight {
        self.weights
            .get(word.number as usize)
            .copied()
            .unwrap_or(Weight::Content)
    }

    fn stem(&self, word: WrittenWord) -> Option<u32> {
        self.stems.get(word.number as usize).copied().flatten()
    }

    /// The numbers in the index of the words, and of those that a hyphen divides.
    fn words_of(&self, text: &[WrittenWord]) -> impl Iterator<Item = u32> {
        let single = text
            .iter()
            .filter_map(|word| self.words.get(word.number as usize).copied());
        let pairs = text
            .iter()
            .zip(text.iter().skip(1))
            .filter(|(_, second)| second.hyphenated);
        let joined = pairs.filter_map(|(first, second)| {
            self.lexicon
                .word(&format!("{}{}", self.text(*first), self.text(*second)))
        });
        single.chain(joined)
    }

    fn slots_of(&self, text: &[WrittenWord]) -> Vec<Slot> {
        let slot = |word: &WrittenWord| Slot {
            stems: self
                .stem(*word)
                .map(|stem| (stem, 1.0))
                .into_iter()
                .collect(),
            filler: self.weight(*word) == Weight::Filler,
        };
        text.iter().map(slot).collect()
    }
}

/// What one text of a service means: adds it to the entries where it is one, and answers the groups that stand in it.
fn add_entry(
    entries: &mut Entries,
    phrases: &Phrases,
    known: &Known<'_>,
    kind: FieldKind,
    text: &[WrittenWord],
    slots: &[Slot],
) -> Vec<usize> {
    let part = |count: usize| f32::from(u16::try_from(count).unwrap_or(u16::MAX));
    let content = slots.iter().filter(|slot| !slot.filler).count();
    let mut found = Vec::new();
    let mut parts = Vec::new();
    for phrase in phrases.find(slots) {
        let only = phrase
            .covers
            .first()
            .filter(|_| phrase.covers.len() == 1)
            .and_then(|at| text.get(*at));
        // "act" and "me" in running text are words, and not abbreviations.
        if kind.is_running_text() && only.is_some_and(|word| known.text(*word).len() <= 3) {
            continue;
        }
        let covered = phrase
            .covers
            .iter()
            .filter(|at| slots.get(**at).is_some_and(|slot| !slot.filler))
            .count();
        parts.push(EntryGroup {
            group: u32::try_from(phrase.group).unwrap_or(u32::MAX),
            part: part(covered) / part(content.max(1)),
        });
        found.push(phrase.group);
    }
    if matches!(kind, FieldKind::Name | FieldKind::Alias | FieldKind::Helps) && !text.is_empty() {
        let words = text
            .iter()
            .filter_map(|word| Some(EntryWord::new(known.stem(*word)?, known.weight(*word))));
        entries.push(kind, words, parts);
    }
    found
}
