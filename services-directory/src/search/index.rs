//! The words of a directory in a tantivy index in memory: which service has which word, and in which of its fields.

use super::expand::Lexicon;
use super::phrases::{Phrases, Slot};
use super::synonyms::Synonyms;
use super::words::{self, Token, Weight};
use super::{SearchError, fields};
use crate::feed::Directory;
use crate::model::{Category, HealthcareService};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use tantivy::directory::RamDirectory;
use tantivy::index::InvertedIndexReader;
use tantivy::postings::TermInfo;
use tantivy::schema::{Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{PreTokenizedString, Token as IndexToken};
use tantivy::{DocSet, Index, TERMINATED, TantivyDocument, Term};

/// Where a word of a service stands. The order is that of `FIELD_COUNT` and of the weights in `rank`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    Name,
    Alias,
    /// What it helps with, and what it does.
    Helps,
    /// What its category is for.
    Home,
    /// What its category is also of use for.
    Kind,
    /// Description, people, modes, areas, organisation.
    Text,
}

pub const FIELDS: [FieldKind; 6] = [
    FieldKind::Name,
    FieldKind::Alias,
    FieldKind::Helps,
    FieldKind::Home,
    FieldKind::Kind,
    FieldKind::Text,
];

/// Tantivy's memory for one segment; the smallest that it takes.
const WRITER_BYTES: usize = 15_000_000;

type Postings = [Option<TermInfo>; FIELDS.len()];

/// A name, an alias or one thing that a service helps with, for comparing it with the whole of what was typed.
pub struct Entry {
    pub kind: FieldKind,
    /// Each word's stem, and how much of the entry it is.
    pub stems: Vec<(u32, f32)>,
    /// Groups of synonyms that stand in it, each with how much of it that is.
    pub groups: Vec<(usize, f32)>,
}

/// A service as the search knows it; its place is tantivy's document number.
pub struct Document {
    pub service: Arc<HealthcareService>,
    pub entries: Vec<Entry>,
}

/// The index of one directory, never changed.
pub struct WordIndex {
    pub documents: Vec<Document>,
    pub lexicon: Lexicon,
    pub phrases: Phrases,
    pub groups: Vec<GroupEntry>,
    readers: Vec<Arc<InvertedIndexReader>>,
    word_postings: Vec<Postings>,
    word_texts: Vec<String>,
}

/// A group of synonyms in the index.
pub struct GroupEntry {
    pub label: String,
    pub near: Vec<usize>,
    postings: Postings,
}

/// The texts of one service by field, each text a list of words.
type Texts = [Vec<Vec<Token>>; FIELDS.len()];

impl WordIndex {
    pub fn build(directory: &Directory, synonyms: &Synonyms) -> Result<Self, SearchError> {
        let organizations: HashMap<_, _> = directory
            .organizations
            .iter()
            .map(|o| (&o.id, o.name.as_str()))
            .collect();
        let texts: Vec<Texts> = directory
            .services
            .iter()
            .map(|service| {
                fields::texts_of(
                    service,
                    organizations.get(&service.organization_id).copied(),
                )
            })
            .collect();

        let own: BTreeSet<String> = texts
            .iter()
            .flatten()
            .flatten()
            .flat_map(|text| with_joined(text))
            .collect();
        let mut sorted = own.clone();
        sorted.extend(
            synonyms
                .groups()
                .iter()
                .flat_map(|group| group.phrases.iter().flatten().cloned()),
        );
        let sorted: Vec<String> = sorted.into_iter().collect();
        let in_directory = sorted.iter().map(|word| own.contains(word)).collect();
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

        let mut schema = Schema::builder();
        let indexing = TextFieldIndexing::default()
            .set_tokenizer("raw")
            .set_fieldnorms(false)
            .set_index_option(IndexRecordOption::Basic);
        let options = TextOptions::default().set_indexing_options(indexing);
        let names =
            FIELDS.map(|field| schema.add_text_field(&format!("{field:?}"), options.clone()));
        let mut writer = Index::builder()
            .schema(schema.build())
            .single_segment_index_writer(RamDirectory::create(), WRITER_BYTES)?;
        let mut documents = Vec::with_capacity(texts.len());
        for (service, texts) in directory.services.iter().zip(&texts) {
            let (document, entries) =
                document_of(service, texts, &names, &lexicon, &phrases, synonyms);
            writer.add_document(document)?;
            documents.push(Document {
                service: Arc::new(service.clone()),
                entries,
            });
        }
        let index = writer.finalize()?;
        let searcher = index.reader()?.searcher();
        let mut readers = Vec::new();
        // A directory without services has no segment.
        if let Some(segment) = searcher.segment_readers().first() {
            for name in names {
                readers.push(segment.inverted_index(name)?);
            }
        }
        let postings = |term: &str| postings_of(&readers, &names, term);
        let word_postings = sorted
            .iter()
            .map(|word| postings(word))
            .collect::<Result<_, _>>()?;
        let mut groups = Vec::with_capacity(synonyms.groups().len());
        for (position, group) in synonyms.groups().iter().enumerate() {
            let postings = postings(&group_term(position))?;
            groups.push(GroupEntry {
                label: group.label.clone(),
                near: group.near.clone(),
                postings,
            });
        }
        Ok(Self {
            documents,
            lexicon,
            phrases,
            groups,
            readers,
            word_postings,
            word_texts: sorted,
        })
    }

    pub fn text_of(&self, word: u32) -> Option<&str> {
        self.word_texts.get(word as usize).map(String::as_str)
    }

    /// Calls `found` with each document that has the word, and the field's place.
    pub fn with_word(&self, word: u32, found: impl FnMut(usize, usize)) {
        if let Some(postings) = self.word_postings.get(word as usize) {
            self.each(postings, found);
        }
    }

    /// Calls `found` with each document that has a phrase of the group, and the field's place.
    pub fn with_group(&self, group: usize, found: impl FnMut(usize, usize)) {
        if let Some(entry) = self.groups.get(group) {
            self.each(&entry.postings, found);
        }
    }

    fn each(&self, postings: &Postings, mut found: impl FnMut(usize, usize)) {
        for (field, (reader, term)) in self.readers.iter().zip(postings).enumerate() {
            let Some(term) = term else { continue };
            // The index is in memory: reading it cannot fail but by a fault of ours, and then the word is as if not there.
            let Ok(mut list) = reader.read_postings_from_terminfo(term, IndexRecordOption::Basic)
            else {
                continue;
            };
            let mut document = list.doc();
            while document != TERMINATED {
                found(document as usize, field);
                document = list.advance();
            }
        }
    }
}

fn postings_of(
    readers: &[Arc<InvertedIndexReader>],
    names: &[Field],
    term: &str,
) -> Result<Postings, SearchError> {
    let mut postings: Postings = Default::default();
    for (place, (reader, name)) in postings.iter_mut().zip(readers.iter().zip(names)) {
        *place = reader.get_term_info(&Term::from_field_text(*name, term))?;
    }
    Ok(postings)
}

/// No word begins so.
fn group_term(group: usize) -> String {
    format!("#{group}")
}

/// The words of a text, and those that a hyphen divides also as one: "de-stress" is found by "destress".
fn with_joined(text: &[Token]) -> Vec<String> {
    let mut found: Vec<String> = text.iter().map(|token| token.text.clone()).collect();
    let pairs = text
        .iter()
        .zip(text.iter().skip(1))
        .filter(|(_, second)| second.hyphenated);
    found.extend(pairs.map(|(first, second)| format!("{}{}", first.text, second.text)));
    found
}

fn document_of(
    service: &HealthcareService,
    texts: &Texts,
    names: &[Field; FIELDS.len()],
    lexicon: &Lexicon,
    phrases: &Phrases,
    synonyms: &Synonyms,
) -> (TantivyDocument, Vec<Entry>) {
    let mut document = TantivyDocument::default();
    let mut entries = Vec::new();
    for ((kind, name), texts) in FIELDS.iter().zip(names).zip(texts) {
        let mut terms: BTreeSet<String> = texts.iter().flat_map(|text| with_joined(text)).collect();
        for text in texts {
            let (entry, groups) = entry_of(*kind, text, lexicon, phrases);
            terms.extend(groups.into_iter().map(group_term));
            if matches!(kind, FieldKind::Name | FieldKind::Alias | FieldKind::Helps)
                && !entry.stems.is_empty()
            {
                entries.push(entry);
            }
        }
        terms.extend(kind_terms(*kind, service.onward.category, synonyms));
        if !terms.is_empty() {
            document.add_pre_tokenized_text(*name, pre_tokenized(terms));
        }
    }
    (document, entries)
}

fn kind_terms(field: FieldKind, category: Category, synonyms: &Synonyms) -> Vec<String> {
    let wanted = match field {
        FieldKind::Home => true,
        FieldKind::Kind => false,
        _ => return Vec::new(),
    };
    let groups = synonyms.groups().iter().enumerate();
    let of_kind = groups.filter(|(_, group)| {
        group
            .kinds
            .iter()
            .any(|kind| kind.category == category && kind.home == wanted)
    });
    of_kind.map(|(position, _)| group_term(position)).collect()
}

/// What one text of a service means: its stems, the groups that stand in it, and those that mean the whole.
fn entry_of(
    kind: FieldKind,
    text: &[Token],
    lexicon: &Lexicon,
    phrases: &Phrases,
) -> (Entry, Vec<usize>) {
    let slots: Vec<Slot> = text
        .iter()
        .map(|token| {
            let stem = lexicon
                .word(&token.text)
                .and_then(|word| lexicon.stem_of(word));
            Slot {
                stems: stem.map(|stem| (stem, 1.0)).into_iter().collect(),
                filler: words::weight_of(&token.text) == Weight::Filler,
            }
        })
        .collect();
    let counts: usize = slots.iter().filter(|slot| !slot.filler).count();
    let mut entry = Entry {
        kind,
        stems: Vec::with_capacity(counts),
        groups: Vec::new(),
    };
    for (token, slot) in text.iter().zip(&slots) {
        let weight = match words::weight_of(&token.text) {
            Weight::Content => 1.0,
            Weight::Light => 0.5,
            Weight::Filler => 0.3,
        };
        entry
            .stems
            .extend(slot.stems.iter().map(|(stem, _)| (*stem, weight)));
    }
    let mut groups = Vec::new();
    for found in phrases.find(&slots) {
        let only = found
            .covers
            .first()
            .filter(|_| found.covers.len() == 1)
            .and_then(|at| text.get(*at));
        // "act" and "me" in running text are words, and not abbreviations.
        if kind == FieldKind::Text && only.is_some_and(|token| token.text.len() <= 3) {
            continue;
        }
        let covered = found
            .covers
            .iter()
            .filter(|at| slots.get(**at).is_some_and(|slot| !slot.filler))
            .count();
        let part = |count: usize| f32::from(u16::try_from(count).unwrap_or(u16::MAX));
        entry
            .groups
            .push((found.group, part(covered) / part(counts.max(1))));
        groups.push(found.group);
    }
    (entry, groups)
}

fn pre_tokenized(terms: BTreeSet<String>) -> PreTokenizedString {
    let tokens = terms.into_iter().enumerate();
    let tokens = tokens
        .map(|(position, text)| IndexToken {
            position,
            text,
            ..IndexToken::default()
        })
        .collect();
    PreTokenizedString {
        text: String::new(),
        tokens,
    }
}
