//! Services for some people only, and the hospital: they stand behind those for everybody unless they are asked for.

use super::index::{Target, WordIndex};
use super::query::Understood;
use crate::criteria::HardRules;
use crate::listed::Listed;
use crate::model::Category;

/// A hospital pain clinic ranks lower unless the words ask for a clinic: GPs are shown the direct routes first (DIR-5, DIR-11).
const HOSPITAL: f32 = 0.8;
/// A service for some people only ranks lower unless the words say that it is they. What is known of the patient does not rank: it only
/// hides, by the hard rules, and says so.
const FOR_OTHERS: f32 = 0.88;
/// A service up to, or from, these ages is for the young or for the old.
const YOUNG: u8 = 25;
const OLD: u8 = 50;
/// The groups of synonyms that name people, and not needs.
const PEOPLE: [&str; 13] = [
    "young people",
    "older people",
    "veterans",
    "men",
    "women",
    "lgbt",
    "parents",
    "ethnic community",
    "bereaved by suicide",
    "postnatal depression",
    "learning disability",
    "long term condition",
    "carer strain",
];

/// Who was typed beside what they need.
pub struct ForWhom {
    /// The groups of people that were not typed.
    pub others: Vec<u32>,
    asks_for_age: bool,
    asks_for_clinic: bool,
}

impl ForWhom {
    pub fn of(understood: &Understood, index: &WordIndex) -> Self {
        let others = other_people(understood, index);
        let label_of = |group: &u32| {
            index
                .groups
                .get(*group as usize)
                .map(|entry| entry.label.as_str())
        };
        let untyped = |label: &str| others.iter().any(|group| label_of(group) == Some(label));
        Self {
            asks_for_age: !(untyped("young people") && untyped("older people")),
            asks_for_clinic: asks_for_clinic(understood, index),
            others,
        }
    }

    /// By how much a service counts less, whose name was not typed as a whole.
    pub fn factor(&self, service: &Listed, for_others: bool) -> f32 {
        let (min, max) = service.ages();
        let of_an_age = max.is_some_and(|age| age <= YOUNG) || min.is_some_and(|age| age >= OLD);
        let is_clinic = service.category == Category::PainClinic;
        let clinic = if is_clinic && !self.asks_for_clinic {
            HOSPITAL
        } else {
            1.0
        };
        let people = if for_others || (of_an_age && !self.asks_for_age) {
            FOR_OTHERS
        } else {
            1.0
        };
        clinic * people
    }
}

fn other_people(understood: &Understood, index: &WordIndex) -> Vec<u32> {
    let typed = |group: usize| means(understood, |meant| meant == group);
    let groups = index.groups.iter().enumerate();
    let others =
        groups.filter(|(place, group)| PEOPLE.contains(&group.label.as_str()) && !typed(*place));
    others
        .filter_map(|(place, _)| u32::try_from(place).ok())
        .collect()
}

/// Whether a typed word surely stands for such a group of synonyms.
fn means(understood: &Understood, wanted: impl Fn(usize) -> bool) -> bool {
    let alternatives = understood.words.iter().flat_map(|word| &word.alternatives);
    alternatives
        .filter(|alternative| !alternative.near && alternative.quality > 0.6)
        .any(|alternative| matches!(alternative.target, Target::Group(group) if wanted(group)))
}

/// The groups that ask for a hospital clinic.
const CLINIC: [&str; 2] = ["pain clinic", "pain injections"];

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
    let is_clinic = |group: usize| {
        let label = index.groups.get(group).map(|entry| entry.label.as_str());
        label.is_some_and(|label| CLINIC.contains(&label))
    };
    understood.words.iter().any(|word| says(&word.text)) || means(understood, is_clinic)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::Synonyms;

    /// A label that the table renames would end its rule without a word.
    #[test]
    fn the_groups_named_here_stand_in_the_table() {
        let synonyms = Synonyms::shipped().unwrap();
        let stands = |label: &str| synonyms.groups().iter().any(|group| group.label == label);
        for label in PEOPLE.iter().chain(&CLINIC) {
            assert!(stands(label), "{label}");
        }
        assert!(!stands("people of no group"));
    }
}
