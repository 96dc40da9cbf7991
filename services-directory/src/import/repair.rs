//! What was changed in a record on its way in: told one by one, so that whoever runs the feed can put it right there.

use super::text::shown;
use serde::Serialize;
use std::cell::RefCell;
use std::collections::BTreeMap;

/// One change: what stood there, what is kept of it, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Repair {
    /// The record's id in its feed; "line 12" of a table.
    pub record: String,
    pub field: String,
    /// As it stood there, shortened, hidden characters as numbers.
    pub from: String,
    /// None: nothing of it is kept.
    pub to: Option<String>,
    pub why: Why,
}

macro_rules! reasons {
    ($($name:ident: $words:literal),+ $(,)?) => {
        /// Why something was changed.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Why {
            $(#[doc = $words] $name,)+
        }

        impl Why {
            pub fn words(self) -> &'static str {
                match self {
                    $(Self::$name => $words,)+
                }
            }
        }
    };
}

reasons! {
    EmptyValue: "a stand-in for nothing (-1, \"\", \"null\"): taken as absent",
    Html: "HTML: made plain text",
    HiddenCharacters: "control, invisible or direction-changing characters: taken out",
    TooLong: "longer than a record may be: cut",
    WrongKind: "not the kind of value that belongs here: read as far as it could be",
    OutOfRange: "outside what it can be: left out",
    KeyForm: "a key written in another way than the standard's: read all the same",
    NoTimeZone: "a time without a time zone: taken as the time in England",
    DateForm: "not a date of the standard's form: read as day, month, year",
    NoDate: "not a date, or none: left out",
    LabelInPhone: "words inside a phone number: set beside it",
    NotAPhone: "no phone number in it: left out",
    NotOneEmail: "not one e-mail address",
    BadLink: "not the address of a web page: left out",
    LinkForm: "an address of a web page without its beginning, or in capitals: put right",
    UnknownStatus: "not one of the standard's four words for a status: taken as not open",
    NoStatus: "no status: taken as active, since the feed lists it",
    NoId: "no id of its own: given one from its contents",
    NoOrganisation: "the organisation is missing or has no name",
    UnknownWord: "a word that the mapping does not have",
}

/// Repairs as they come up while one record is read.
#[derive(Debug)]
pub struct Repairs {
    record: String,
    found: RefCell<Vec<Repair>>,
}

impl Repairs {
    pub fn of(record: &str) -> Self {
        Self {
            record: shown(record, 200),
            found: RefCell::default(),
        }
    }

    pub fn add(&self, field: &str, from: &str, to: Option<&str>, why: Why) {
        self.found.borrow_mut().push(Repair {
            record: self.record.clone(),
            field: shown(field, 200),
            from: shown(from, 200),
            to: to.map(|kept| shown(kept, 200)),
            why,
        });
    }

    pub fn into_list(self) -> Vec<Repair> {
        self.found.into_inner()
    }
}

/// How many of each kind, for a summary in words.
pub fn counted(repairs: &[Repair]) -> BTreeMap<Why, usize> {
    let mut counts = BTreeMap::new();
    for repair in repairs {
        *counts.entry(repair.why).or_default() += 1;
    }
    counts
}
