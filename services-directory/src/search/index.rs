//! The words of a directory in memory: its words and the synonyms, and which service has which of them where.

use super::entries::Entries;
use super::expand::Lexicon;
use super::phrases::Phrases;
use super::postings::{FieldSet, List, Postings};
use super::rank::Workspace;
use crate::listed::Listed;
use std::sync::{Mutex, PoisonError};

/// Where a word of a service stands. The order is that of `FIELDS` and of the weights in `evidence`.
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
    /// The description after its first sentence.
    Text,
    /// What it says that it is: the first sentence of the description, people, modes, languages, areas, organisation.
    Lead,
    /// More than once in running text.
    Often,
}

pub const FIELDS: [FieldKind; 8] = [
    FieldKind::Name,
    FieldKind::Alias,
    FieldKind::Helps,
    FieldKind::Home,
    FieldKind::Kind,
    FieldKind::Text,
    FieldKind::Lead,
    FieldKind::Often,
];

impl FieldKind {
    pub fn is_running_text(self) -> bool {
        matches!(self, Self::Text | Self::Lead | Self::Often)
    }
}

/// What a typed word may stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    Word(u32),
    /// A group of synonyms.
    Group(usize),
}

/// The index of one directory, never changed.
pub struct WordIndex {
    /// A service's place here is its number everywhere in the index.
    pub services: Vec<Listed>,
    pub entries: Entries,
    pub lexicon: Lexicon,
    pub phrases: Phrases,
    pub groups: Vec<GroupEntry>,
    pub(super) word_texts: Vec<String>,
    /// The words' lists, then the groups'.
    pub(super) postings: Postings,
    /// Room for a search to work in, kept from one key press to the next.
    pub(super) workspaces: Mutex<Vec<Workspace>>,
}

/// A group of synonyms in the index.
pub struct GroupEntry {
    pub label: String,
    pub near: Vec<usize>,
    /// Some kind of service is for it, or of use for it.
    pub has_kinds: bool,
}

impl WordIndex {
    pub fn text_of(&self, word: u32) -> Option<&str> {
        self.word_texts.get(word as usize).map(String::as_str)
    }

    /// Those who have it in more than running text, and those who have it there only.
    pub fn lists(&self, target: Target) -> (List<'_>, List<'_>) {
        let list = match target {
            Target::Word(word) => word as usize,
            Target::Group(group) => self.word_texts.len() + group,
        };
        (self.postings.surely(list), self.postings.in_text_only(list))
    }

    /// Some kind of service is for it, or of use for it.
    pub fn has_kinds(&self, target: Target) -> bool {
        matches!(target, Target::Group(group) if self.groups.get(group).is_some_and(|group| group.has_kinds))
    }

    /// In which fields one service has it.
    pub fn fields_of(&self, target: Target, document: u32) -> FieldSet {
        let (surely, in_text_only) = self.lists(target);
        surely
            .fields_of(document)
            .with(in_text_only.fields_of(document))
    }

    /// Does some work in a room of its own.
    pub fn in_workspace<T>(&self, work: impl FnOnce(&mut Workspace) -> T) -> T {
        let spare = self
            .workspaces
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        let mut workspace = spare.unwrap_or_default();
        let done = work(&mut workspace);
        self.workspaces
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(workspace);
        done
    }
}
