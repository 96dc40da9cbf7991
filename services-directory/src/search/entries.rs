//! The names, aliases and needs of each service as numbers, for comparing them with the whole of what was typed.

use super::index::FieldKind;
use super::words::Weight;

/// A word of an entry: its stem, and how much of the entry it is.
#[derive(Debug, Clone, Copy)]
pub struct EntryWord {
    pub stem: u32,
    weight: Weight,
}

impl EntryWord {
    pub fn new(stem: u32, weight: Weight) -> Self {
        Self { stem, weight }
    }

    pub fn weight(self) -> f32 {
        match self.weight {
            Weight::Content => 1.0,
            Weight::Light => 0.5,
            Weight::Filler => 0.3,
        }
    }
}

/// A group of synonyms that stands in an entry, and how much of the entry that is.
#[derive(Debug, Clone, Copy)]
pub struct EntryGroup {
    pub group: u32,
    pub part: f32,
}

/// A name, an alias or one thing that a service helps with.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    pub kind: FieldKind,
    pub words: &'a [EntryWord],
    pub groups: &'a [EntryGroup],
}

/// The entries of all services, one behind the other.
#[derive(Debug, Default)]
pub struct Entries {
    words: Vec<EntryWord>,
    groups: Vec<EntryGroup>,
    rows: Vec<Row>,
    /// Where each service ends in `rows`.
    ends: Vec<u32>,
}

#[derive(Debug)]
struct Row {
    kind: FieldKind,
    words_end: u32,
    groups_end: u32,
}

impl Entries {
    /// One more entry of the service that is being added.
    pub fn push(
        &mut self,
        kind: FieldKind,
        words: impl IntoIterator<Item = EntryWord>,
        groups: impl IntoIterator<Item = EntryGroup>,
    ) {
        self.words.extend(words);
        self.groups.extend(groups);
        self.rows.push(Row {
            kind,
            words_end: length(&self.words),
            groups_end: length(&self.groups),
        });
    }

    pub fn end_service(&mut self) {
        self.ends.push(length(&self.rows));
    }

    pub fn of(&self, document: usize) -> impl Iterator<Item = Entry<'_>> {
        let start = document
            .checked_sub(1)
            .and_then(|before| self.ends.get(before))
            .copied()
            .unwrap_or_default();
        let end = self.ends.get(document).copied().unwrap_or(start);
        (start as usize..end as usize).filter_map(|row| self.entry(row))
    }

    fn entry(&self, place: usize) -> Option<Entry<'_>> {
        let row = self.rows.get(place)?;
        let before = place
            .checked_sub(1)
            .and_then(|before| self.rows.get(before));
        let (words_start, groups_start) =
            before.map_or((0, 0), |row| (row.words_end, row.groups_end));
        Some(Entry {
            kind: row.kind,
            words: self
                .words
                .get(words_start as usize..row.words_end as usize)?,
            groups: self
                .groups
                .get(groups_start as usize..row.groups_end as usize)?,
        })
    }
}

fn length<T>(list: &[T]) -> u32 {
    u32::try_from(list.len()).unwrap_or(u32::MAX)
}
