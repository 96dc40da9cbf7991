//! Which service has which word, and in which of its fields: for each word and each group of synonyms the services in order.

use super::index::{FIELDS, FieldKind};
use super::part::Part;

/// The fields of one service that hold a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FieldSet(u8);

impl FieldSet {
    pub const ALL: Self = Self(u8::MAX);

    pub fn only(field: FieldKind) -> Self {
        Self(1 << field as u8)
    }

    pub fn running_text() -> Self {
        let running = FIELDS.into_iter().filter(|field| field.is_running_text());
        running.fold(Self::default(), |set, field| set.with(Self::only(field)))
    }

    /// In its running text, where it says what it is, or more than once.
    pub fn in_earnest() -> Self {
        Self::only(FieldKind::Lead).with(Self::only(FieldKind::Often))
    }

    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The fields by their place in `FIELDS`.
    pub fn places(self) -> impl Iterator<Item = usize> {
        (0..FIELDS.len()).filter(move |place| self.0 >> place & 1 == 1)
    }

    /// A byte of ones for each field, the first field in the lowest byte.
    pub fn bytes(self) -> u64 {
        let spread = |set: u64, place: usize| set | (u64::from(self.0 >> place & 1) * 0xFF) << (8 * place);
        (0..FIELDS.len()).fold(0, spread)
    }

    pub fn bits(self) -> u8 {
        self.0
    }

    pub fn from_bits(bits: u8) -> Self {
        Self(bits)
    }
}

/// The services of one list.
#[derive(Debug, Clone, Copy)]
pub struct List<'a> {
    documents: &'a [u32],
    fields: &'a [FieldSet],
}

impl<'a> List<'a> {
    #[cfg(test)]
    fn iter(self) -> impl Iterator<Item = (u32, FieldSet)> + 'a {
        self.documents.iter().copied().zip(self.fields.iter().copied())
    }

    /// Those of one part, by their slots.
    pub fn of_part(self, part: &'a Part) -> impl Iterator<Item = (u32, FieldSet)> + 'a {
        part.runs().iter().flat_map(move |run| {
            let from = self.documents.partition_point(|document| *document < run.start);
            let to = self.documents.partition_point(|document| *document < run.end);
            let documents = self.documents.get(from..to).unwrap_or_default();
            let fields = self.fields.get(from..to).unwrap_or_default();
            documents.iter().map(|document| run.slot(*document)).zip(fields.iter().copied())
        })
    }

    /// In which fields one service has it.
    pub fn fields_of(self, document: u32) -> FieldSet {
        let place = self.documents.binary_search(&document).ok();
        place.and_then(|place| self.fields.get(place)).copied().unwrap_or_default()
    }
}

/// All lists, one behind the other. Those who have a word in running text only stand apart: guesses do not look there.
#[derive(Debug, Default)]
pub struct Postings {
    surely: Lists,
    in_text_only: Lists,
}

#[derive(Debug, Default)]
struct Lists {
    /// Where each list begins; one more at the end.
    starts: Vec<u32>,
    documents: Vec<u32>,
    fields: Vec<FieldSet>,
}

/// The words of each service in turn, before they are sorted into lists.
#[derive(Debug, Default)]
pub struct Collected {
    lists: Vec<u32>,
    fields: Vec<FieldSet>,
    /// Where each service ends.
    ends: Vec<usize>,
}

impl Collected {
    /// The next service, with the lists that it stands in, none twice.
    pub fn push(&mut self, found: impl IntoIterator<Item = (u32, FieldSet)>) {
        for (list, fields) in found {
            self.lists.push(list);
            self.fields.push(fields);
        }
        self.ends.push(self.lists.len());
    }

    pub fn sorted(self, list_count: usize) -> Postings {
        let text = FieldSet::running_text();
        Postings {
            surely: self.lists(list_count, |fields| !fields.without(text).is_empty()),
            in_text_only: self.lists(list_count, |fields| fields.without(text).is_empty()),
        }
    }

    /// A counting sort: how long each list is, then each service into its lists.
    fn lists(&self, list_count: usize, belongs: impl Fn(FieldSet) -> bool) -> Lists {
        let mut starts = vec![0_u32; list_count + 1];
        for (list, _) in self.lists.iter().zip(&self.fields).filter(|(_, fields)| belongs(**fields)) {
            if let Some(count) = starts.get_mut(*list as usize + 1) {
                *count += 1;
            }
        }
        let mut all = 0;
        for start in &mut starts {
            all += *start;
            *start = all;
        }
        let mut next = starts.clone();
        let mut documents = vec![0; all as usize];
        let mut fields = vec![FieldSet::default(); all as usize];
        let mut from = 0;
        for (document, end) in (0_u32..).zip(&self.ends) {
            let of_document = self.lists.iter().zip(&self.fields).skip(from).take(end - from);
            for (list, set) in of_document.filter(|(_, set)| belongs(**set)) {
                let Some(place) = next.get_mut(*list as usize) else { continue };
                if let (Some(slot), Some(held)) = (documents.get_mut(*place as usize), fields.get_mut(*place as usize)) {
                    (*slot, *held) = (document, *set);
                }
                *place += 1;
            }
            from = *end;
        }
        Lists { starts, documents, fields }
    }
}

impl Postings {
    /// Those who have it in more than running text.
    pub fn surely(&self, list: usize) -> List<'_> {
        self.surely.list(list)
    }

    pub fn in_text_only(&self, list: usize) -> List<'_> {
        self.in_text_only.list(list)
    }
}

impl Lists {
    fn list(&self, list: usize) -> List<'_> {
        let bounds = self.starts.get(list).zip(self.starts.get(list + 1));
        let bounds = bounds.map_or(0..0, |(start, end)| *start as usize..*end as usize);
        List {
            documents: self.documents.get(bounds.clone()).unwrap_or_default(),
            fields: self.fields.get(bounds).unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(fields: &[FieldKind]) -> FieldSet {
        fields.iter().fold(FieldSet::default(), |set, field| set.with(FieldSet::only(*field)))
    }

    #[test]
    fn each_list_holds_its_services_in_order_and_text_stands_apart() {
        let (name, both, text) =
            (set(&[FieldKind::Name]), set(&[FieldKind::Name, FieldKind::Text]), set(&[FieldKind::Text]));
        let mut collected = Collected::default();
        collected.push([(2, name), (0, text)]);
        collected.push([]);
        collected.push([(2, both), (2 + 1, text)]);
        let postings = collected.sorted(4);
        assert_eq!(postings.surely(2).iter().collect::<Vec<_>>(), [(0, name), (2, both)]);
        assert_eq!(postings.in_text_only(0).iter().collect::<Vec<_>>(), [(0, text)]);
        assert_eq!(postings.in_text_only(3).iter().collect::<Vec<_>>(), [(2, text)]);
        assert_eq!(postings.surely(0).iter().count() + postings.surely(1).iter().count(), 0);
        assert_eq!(postings.surely(2).fields_of(2), both);
        assert_eq!(postings.surely(2).fields_of(1), FieldSet::default());
        assert_eq!(postings.surely(99).iter().count(), 0);
    }

    #[test]
    fn a_field_is_a_byte() {
        assert_eq!(set(&[FieldKind::Name]).bytes(), 0xFF);
        assert_eq!(set(&[FieldKind::Name, FieldKind::Text]).bytes(), 0xFF00_0000_00FF);
    }
}
