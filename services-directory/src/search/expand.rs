//! A typed word to the words of the index that it may stand for: itself, its other forms, its continuation, its misspelling.

use super::words;
use fst::{Automaton, IntoStreamer, Map, Streamer};
use levenshtein_automata::{Distance, LevenshteinAutomatonBuilder};
use std::collections::{HashMap, HashSet};

/// Right words that are not to be taken for misspellings of others.
const NOT_TYPOS: &str = include_str!("../../data/synonyms.not-typos.txt");

/// As many continuations of one or two letters as are worth reading.
const MOST_CONTINUED: usize = 160;

/// How sure each way of meeting a word is.
mod sure {
    pub const EXACT: f32 = 1.0;
    pub const FORM: f32 = 0.97;
    /// A continuation, from nearly nothing typed to nearly all.
    pub const CONTINUED: (f32, f32) = (0.6, 0.9);
    pub const TYPO: f32 = 0.75;
    pub const TYPO_FIRST_LETTER: f32 = 0.65;
    pub const TYPO_CONTINUED: f32 = 0.6;
    pub const TWO_TYPOS: f32 = 0.55;
    pub const BEGUN_AND_FIRST_LETTER: f32 = 0.4;
    /// A word in the middle of the text is seldom unfinished.
    pub const MIDDLE: f32 = 0.85;
}

/// How a typed word was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    Exact,
    Form,
    Continued,
    Typo,
}

/// A word of the index that a typed word may be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candidate {
    pub word: u32,
    pub quality: f32,
    pub how: How,
}

/// All words of the directory and of the synonyms, with their stems.
pub struct Lexicon {
    map: Map<Vec<u8>>,
    /// By word number.
    stem_of: Vec<u32>,
    words_of_stem: HashMap<u32, Vec<u32>>,
    stems: HashMap<String, u32>,
    /// By word number: a service has the word, and not only the synonyms.
    in_directory: Vec<bool>,
    not_typos: HashSet<&'static str>,
    one: LevenshteinAutomatonBuilder,
    two: LevenshteinAutomatonBuilder,
}

impl Lexicon {
    /// From the words in order, without doubles, each with whether a service has it; a word's number is its place.
    pub fn new(
        sorted: &[String],
        in_directory: Vec<bool>,
        stems: HashMap<String, u32>,
    ) -> Result<Self, fst::Error> {
        let map = Map::from_iter(sorted.iter().zip(0_u64..))?;
        let stem_of: Vec<u32> = sorted
            .iter()
            .map(|word| stems.get(&words::stem(word)).copied().unwrap_or(u32::MAX))
            .collect();
        let mut words_of_stem: HashMap<u32, Vec<u32>> = HashMap::new();
        for (stem, word) in stem_of.iter().zip(0_u32..) {
            words_of_stem.entry(*stem).or_default().push(word);
        }
        Ok(Self {
            map,
            stem_of,
            words_of_stem,
            stems,
            in_directory,
            not_typos: NOT_TYPOS
                .lines()
                .filter(|line| !line.starts_with('#'))
                .flat_map(str::split_whitespace)
                .collect(),
            one: LevenshteinAutomatonBuilder::new(1, true),
            two: LevenshteinAutomatonBuilder::new(2, true),
        })
    }

    pub fn word(&self, text: &str) -> Option<u32> {
        self.map.get(text).and_then(|id| u32::try_from(id).ok())
    }

    /// Stems are numbered from 0 to below this.
    pub fn stem_count(&self) -> usize {
        self.stems.len()
    }

    pub fn stem_of(&self, word: u32) -> Option<u32> {
        self.stem_of.get(word as usize).copied()
    }

    /// The word itself and its other forms only.
    pub fn forms(&self, typed: &str) -> Vec<Candidate> {
        let exact = self.word(typed);
        let mut found: Vec<Candidate> = exact
            .map(|word| Candidate {
                word,
                quality: sure::EXACT,
                how: How::Exact,
            })
            .into_iter()
            .collect();
        if let Some(stem) = self.stems.get(&words::stem(typed)) {
            let forms = self
                .words_of_stem
                .get(stem)
                .into_iter()
                .flatten()
                .filter(|word| Some(**word) != exact);
            found.extend(forms.map(|word| Candidate {
                word: *word,
                quality: sure::FORM,
                how: How::Form,
            }));
        }
        found
    }

    /// A filler that is still being typed may become a word: "pain man".
    pub fn unfinished(&self, typed: &str) -> Vec<Candidate> {
        let mut found = self.forms(typed);
        if typed.len() >= 2 {
            self.continued(typed, true, &mut found);
        }
        found
    }

    /// Every word that the typed one may be; the last word of a text is still being typed.
    pub fn candidates(&self, typed: &str, last: bool) -> Vec<Candidate> {
        let mut found = self.forms(typed);
        let has_word = |c: &Candidate| {
            self.in_directory
                .get(c.word as usize)
                .copied()
                .unwrap_or_default()
        };
        let is_word = found.iter().any(|c| c.how == How::Exact || has_word(c));
        if last || (!is_word && typed.len() >= 4) {
            self.continued(typed, last, &mut found);
        }
        if !is_word && typed.len() >= 4 && typed.len() <= 40 && !self.not_typos.contains(typed) {
            // What can still become a word is seldom misspelt.
            let is_begun = last && found.iter().any(has_word);
            let sure = if is_begun { (sure::TWO_TYPOS, sure::BEGUN_AND_FIRST_LETTER) } else { (sure::TYPO, sure::TYPO_FIRST_LETTER) };
            let before = found.len();
            self.misspelt(typed, &self.one, sure, &mut found);
            if found.len() == before && last && typed.len() >= 5 {
                self.misspelt_and_continued(typed, &mut found);
            }
            if found.len() == before && typed.len() >= 8 {
                self.misspelt(
                    typed,
                    &self.two,
                    (sure::TWO_TYPOS, sure::TWO_TYPOS),
                    &mut found,
                );
            } else if found.len() == before && typed.len() >= 6 {
                self.jumbled(typed, &mut found);
            }
        }
        found
    }

    /// Words of four letters of which one was left out. For words in company only: alone, three letters are an abbreviation.
    pub fn short_of_a_letter(&self, typed: &str) -> Vec<Candidate> {
        let mut found = Vec::new();
        if typed.len() == 3 && !self.not_typos.contains(typed) {
            self.misspelt(
                typed,
                &self.one,
                (sure::TWO_TYPOS, sure::TWO_TYPOS),
                &mut found,
            );
        }
        found
    }

    /// Two words written as one: "lowmood".
    pub fn split<'a>(&self, typed: &'a str) -> Option<(&'a str, &'a str)> {
        (3..typed.len().saturating_sub(2))
            .filter_map(|at| typed.split_at_checked(at))
            .find(|(a, b)| {
                let both_content = [a, b]
                    .iter()
                    .all(|part| words::weight_of(part) != words::Weight::Filler);
                both_content && self.word(a).is_some() && self.word(b).is_some()
            })
    }

    fn continued(&self, typed: &str, last: bool, found: &mut Vec<Candidate>) {
        let mut stream = self
            .map
            .search(fst::automaton::Str::new(typed).starts_with())
            .into_stream();
        let mut room = MOST_CONTINUED;
        while let Some((word, id)) = stream.next() {
            if room == 0 {
                break;
            }
            room -= 1;
            let Ok(id) = u32::try_from(id) else { continue };
            if found.iter().any(|candidate| candidate.word == id) {
                continue;
            }
            let quality =
                continued_quality(typed.len(), word.len()) * if last { 1.0 } else { sure::MIDDLE };
            found.push(Candidate {
                word: id,
                quality,
                how: How::Continued,
            });
        }
    }

    fn misspelt(
        &self,
        typed: &str,
        builder: &LevenshteinAutomatonBuilder,
        sure: (f32, f32),
        found: &mut Vec<Candidate>,
    ) {
        let dfa = builder.build_dfa(typed);
        let mut stream = self.map.search(&dfa).into_stream();
        while let Some((word, id)) = stream.next() {
            let Ok(id) = u32::try_from(id) else { continue };
            // Words of one to three letters are a letter away from too many others.
            if word.len() < 4 || found.iter().any(|candidate| candidate.word == id) {
                continue;
            }
            let quality = if word.first() == typed.as_bytes().first() {
                sure.0
            } else {
                sure.1
            };
            found.push(Candidate {
                word: id,
                quality,
                how: How::Typo,
            });
        }
    }

    /// The right letters in the wrong order: "pshyio".
    fn jumbled(&self, typed: &str, found: &mut Vec<Candidate>) {
        let sorted = |word: &[u8]| {
            let mut letters = word.to_vec();
            letters.sort_unstable();
            letters
        };
        let dfa = self.two.build_dfa(typed);
        let mut stream = self.map.search(&dfa).into_stream();
        while let Some((word, id)) = stream.next() {
            let same_letters = word.first() == typed.as_bytes().first() && sorted(word) == sorted(typed.as_bytes());
            if let (Ok(word), true) = (u32::try_from(id), same_letters) {
                found.push(Candidate { word, quality: sure::TYPO, how: How::Typo });
            }
        }
    }

    fn misspelt_and_continued(&self, typed: &str, found: &mut Vec<Candidate>) {
        let dfa = self.one.build_prefix_dfa(typed);
        let mut stream = self.map.search(&dfa).into_stream();
        while let Some((word, id)) = stream.next() {
            let (Ok(id), true) = (
                u32::try_from(id),
                matches!(dfa.eval(word), Distance::Exact(_)),
            ) else {
                continue;
            };
            // A wrong first letter and an unfinished word at once fit nearly everything.
            if word.first() == typed.as_bytes().first() && word.len() > typed.len() {
                found.push(Candidate {
                    word: id,
                    quality: sure::TYPO_CONTINUED,
                    how: How::Typo,
                });
            }
        }
    }
}

/// The more of the word is typed, the surer.
fn continued_quality(typed: usize, whole: usize) -> f32 {
    let part = |count: usize| f32::from(u16::try_from(count).unwrap_or(u16::MAX));
    let (least, most) = sure::CONTINUED;
    least + (most - least) * part(typed) / part(whole.max(1))
}
