//! Makes the index of a directory in two passes: first all its words are numbered, then each service is put into their lists.

use super::crisis::CrisisWords;
use super::entries::{Entries, EntryGroup, EntryWord};
use super::expand::Lexicon;
use super::index::{FieldKind, GroupEntry, WordIndex};
use super::offering::names;
use super::openness::OpennessTable;
use super::phrases::{Phrases, Slot};
use super::postings::{Collected, FieldSet, Postings};
use super::synonyms::{Group, Synonyms};
use super::words::{self, Weight};
use super::{SearchError, SearchIndex, fields, part};
use crate::criteria::HardRules;
use crate::feed::{self, Directory};
use crate::ids::{AreaId, OrganizationId};
use crate::listed::{Listed, SharedAreas};
use crate::model::{Area, Category, HealthcareService, Organization, Practice};
use foldhash::fast::RandomState;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Mutex;

/// A directory on its way into an index: of each record what the search needs is taken, and no record is kept.
#[derive(Default)]
pub struct IndexBuilder {
    areas: Vec<Area>,
    practices: Vec<Practice>,
    organizations: HashMap<OrganizationId, String>,
    listed: Vec<Listed>,
    shared_areas: SharedAreas,
    written: Written,
}

impl IndexBuilder {
    pub fn of(directory: &Directory) -> Self {
        let mut builder = Self::default();
        builder.areas.clone_from(&directory.areas);
        builder.practices.clone_from(&directory.practices);
        for organization in &directory.organizations {
            builder.add_organization(organization);
        }
        for service in &directory.services {
            builder.add_service(service);
        }
        builder
    }

    pub fn add_area(&mut self, area: &Area) {
        self.areas.push(area.clone());
    }

    pub fn add_practice(&mut self, practice: &Practice) {
        self.practices.push(practice.clone());
    }

    /// Before its services, which are found by its name.
    pub fn add_organization(&mut self, organization: &Organization) {
        let (id, name) = (organization.id.clone(), organization.name.clone());
        self.organizations.insert(id, name);
    }

    pub fn add_service(&mut self, service: &HealthcareService) {
        let organization = self.organizations.get(&service.organization_id);
        self.written.add(service, organization.map(String::as_str));
        self.listed
            .push(Listed::of(service, &mut self.shared_areas));
    }

    pub fn build(self, synonyms: &Synonyms) -> Result<SearchIndex, SearchError> {
        self.looking_at_whole(synonyms, part::MOST_LOOKED_AT_WHOLE)
    }

    /// Above so many services, those of other areas are not looked at.
    pub(super) fn looking_at_whole(
        self,
        synonyms: &Synonyms,
        most: usize,
    ) -> Result<SearchIndex, SearchError> {
        let parents: BTreeMap<&AreaId, &AreaId> = self
            .areas
            .iter()
            .filter_map(|area| Some((&area.id, area.part_of.as_ref()?)))
            .collect();
        let upward = |practice: &Practice| feed::upward(&practice.areas, &parents);
        let areas = self.practices.iter();
        let areas = areas.map(|practice| (practice.ods_code.clone(), upward(practice)));
        let areas = areas.collect();
        let words = WordIndex::build(self.listed, self.written, synonyms)?;
        let services = &words.services;
        let mut by_id: Vec<u32> = (0..).take(services.len()).collect();
        by_id.sort_by_cached_key(|at| services.get(*at as usize).map(|service| service.id.clone()));
        let crisis_services = (0..).zip(services);
        Ok(SearchIndex {
            ages: services.iter().map(HardRules::ages).collect(),
            crisis_services: crisis_services
                .filter(|(_, service)| service.category == Category::Crisis)
                .map(|(document, _)| document)
                .collect(),
            names: if services.len() > most {
                names(services)
            } else {
                HashMap::new()
            },
            by_id,
            words,
            most_looked_at_whole: most,
            crisis: CrisisWords::new(),
            openness: OpennessTable::default(),
            areas,
        })
    }
}

impl WordIndex {
    fn build(
        listed: Vec<Listed>,
        written: Written,
        synonyms: &Synonyms,
    ) -> Result<Self, SearchError> {
        let (services, order) = side_by_side(listed);
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
        let collected = index.collect(&written, &order, synonyms);
        // Their words are in the lists now, and take as much memory.
        drop(written);
        index.postings = collected.sorted(index.word_texts.len() + index.groups.len());
        Ok(index)
    }

    fn collect(&mut self, written: &Written, order: &[u32], synonyms: &Synonyms) -> Collected {
        let known = Known::of(written, &self.lexicon);
        let first_group = self.word_texts.len();
        let list_of_group = |group: usize| u32::try_from(first_group + group).unwrap_or(u32::MAX);
        let mut collected = Collected::default();
        let mut noted = Noted::new(first_group + self.groups.len());
        let mut slots: Vec<Slot> = Vec::new();
        let mut kinds: HashMap<Category, Vec<(usize, FieldKind)>> = HashMap::new();
        for (service, place) in self.services.iter().zip(order) {
            for (kind, tokens) in written.texts_of(*place as usize) {
                for word in known.words_of(tokens) {
                    noted.add(word, kind);
                }
                known.fill_slots(&mut slots, tokens);
                for group in add_entry(
                    &mut self.entries,
                    &self.phrases,
                    &known,
                    kind,
                    tokens,
                    &slots,
                ) {
                    noted.add(list_of_group(group), kind);
                }
            }
            self.entries.end_service();
            let category = service.category;
            let of_category = kinds
                .entry(category)
                .or_insert_with(|| kinds_of(category, synonyms).collect());
            for (group, field) in of_category {
                noted.add(list_of_group(*group), *field);
            }
            collected.push(noted.drain());
        }
        collected
    }
}

/// The services of the same areas stand side by side (`Part`); and the place where each stood before.
fn side_by_side(services: Vec<Listed>) -> (Vec<Listed>, Vec<u32>) {
    let mut sorted: Vec<(Listed, u32)> = services.into_iter().zip(0..).collect();
    sorted.sort_by(|(a, _), (b, _)| {
        let (a, b) = (a.areas(), b.areas());
        a.len().cmp(&b.len()).then_with(|| {
            a.iter()
                .map(|area| &area.id)
                .cmp(b.iter().map(|area| &area.id))
        })
    });
    sorted.into_iter().unzip()
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

/// A word as it was written: its number, and in the highest bit whether only a hyphen stood before it.
#[derive(Debug, Clone, Copy)]
struct WrittenWord(u32);

const HYPHENATED: u32 = 1 << 31;

impl WrittenWord {
    fn new(number: u32, hyphenated: bool) -> Self {
        let bit = if hyphenated { HYPHENATED } else { 0 };
        Self(number & !HYPHENATED | bit)
    }

    fn number(self) -> usize {
        (self.0 & !HYPHENATED) as usize
    }

    fn is_hyphenated(self) -> bool {
        self.0 & HYPHENATED != 0
    }
}

/// All texts of all services, each word by a number.
#[derive(Default)]
struct Written {
    numbers: HashMap<String, u32, RandomState>,
    words: Vec<WrittenWord>,
    /// The field of each text, and where it ends in `words`.
    texts: Vec<(FieldKind, u32)>,
    /// Where each service ends in `texts`.
    services: Vec<u32>,
}

impl Written {
    fn add(&mut self, service: &HealthcareService, organization: Option<&str>) {
        let (mut word, mut joined) = (String::new(), String::new());
        fields::each_text(service, organization, |kind, text| {
            // What a hyphen divides is a word as a whole too: "de-stress" is found by "destress".
            joined.clear();
            words::each_token(text, &mut word, |token, hyphenated| {
                if hyphenated {
                    let first = joined.len();
                    joined.push_str(token);
                    number(&mut self.numbers, &joined);
                    joined.drain(..first);
                } else {
                    joined.clear();
                    joined.push_str(token);
                }
                let number = number(&mut self.numbers, token);
                self.words.push(WrittenWord::new(number, hyphenated));
            });
            self.texts.push((kind, length(&self.words)));
        });
        self.services.push(length(&self.texts));
    }

    /// The texts of the service that was added at this place.
    fn texts_of(&self, place: usize) -> impl Iterator<Item = (FieldKind, &[WrittenWord])> {
        let before = place.checked_sub(1).and_then(|at| self.services.get(at));
        let from = before.map_or(0, |end| *end as usize);
        let to = self.services.get(place).map_or(from, |end| *end as usize);
        let before = from.checked_sub(1).and_then(|at| self.texts.get(at));
        let mut word = before.map_or(0, |(_, end)| *end as usize);
        let texts = self.texts.get(from..to).unwrap_or_default();
        texts.iter().map(move |(kind, end)| {
            let words = self.words.get(word..*end as usize).unwrap_or_default();
            word = *end as usize;
            (*kind, words)
        })
    }
}

fn number(numbers: &mut HashMap<String, u32, RandomState>, word: &str) -> u32 {
    if let Some(known) = numbers.get(word) {
        return *known;
    }
    let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
    numbers.insert(word.to_owned(), next);
    next
}

fn length<T>(list: &[T]) -> u32 {
    u32::try_from(list.len()).unwrap_or(u32::MAX)
}

/// The lists in which one service stands, with the fields of each; then of the next one.
struct Noted {
    by_list: Vec<FieldSet>,
    lists: Vec<u32>,
}

impl Noted {
    fn new(list_count: usize) -> Self {
        Self {
            by_list: vec![FieldSet::default(); list_count],
            lists: Vec::new(),
        }
    }

    fn add(&mut self, list: u32, field: FieldKind) {
        let Some(set) = self.by_list.get_mut(list as usize) else {
            return;
        };
        if set.is_empty() {
            self.lists.push(list);
        }
        let again = field.is_running_text() && !set.and(FieldSet::running_text()).is_empty();
        *set = set.with(FieldSet::only(field));
        if again {
            *set = set.with(FieldSet::only(FieldKind::Often));
        }
    }

    fn drain(&mut self) -> impl Iterator<Item = (u32, FieldSet)> {
        let by_list = &mut self.by_list;
        self.lists.drain(..).map(|list| {
            let set = by_list.get_mut(list as usize).map(std::mem::take);
            (list, set.unwrap_or_default())
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
        self.texts.get(word.number()).copied().unwrap_or_default()
    }

    fn weight(&self, word: WrittenWord) -> Weight {
        self.weights
            .get(word.number())
            .copied()
            .unwrap_or(Weight::Content)
    }

    fn stem(&self, word: WrittenWord) -> Option<u32> {
        self.stems.get(word.number()).copied().flatten()
    }

    /// The numbers in the index of the words, and of those that a hyphen divides.
    fn words_of(&self, text: &[WrittenWord]) -> impl Iterator<Item = u32> {
        let single = text
            .iter()
            .filter_map(|word| self.words.get(word.number()).copied());
        let pairs = text
            .iter()
            .zip(text.iter().skip(1))
            .filter(|(_, second)| second.is_hyphenated());
        let joined = pairs.filter_map(|(first, second)| {
            self.lexicon
                .word(&format!("{}{}", self.text(*first), self.text(*second)))
        });
        single.chain(joined)
    }

    /// In the room that is there already: this is done for every text of every service.
    fn fill_slots(&self, slots: &mut Vec<Slot>, text: &[WrittenWord]) {
        slots.resize_with(text.len(), Slot::default);
        for (slot, word) in slots.iter_mut().zip(text) {
            slot.stems.clear();
            slot.stems.extend(self.stem(*word).map(|stem| (stem, 1.0)));
            slot.filler = self.weight(*word) == Weight::Filler;
        }
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
