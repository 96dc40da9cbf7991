//! Looks for words that must not be there in any file below a folder, in the forms in which they could stand.

#![allow(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "the crate is only for tests, which panic where something is not as it should be"
)]

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

/// Words, each with the bytes in which it could stand.
pub struct Canaries {
    words: Vec<String>,
    /// A form and its word's place, by the form's first two bytes: one look at each byte of a file is enough.
    forms: Vec<Vec<(usize, Vec<u8>)>>,
}

impl Canaries {
    /// Each at least eight bytes long, so that no encrypted file holds one by chance.
    pub fn new(words: &[&str]) -> Self {
        let mut by_start = vec![Vec::new(); 1 << 16];
        for (place, word) in words.iter().enumerate() {
            assert!(word.len() >= 8, "{word} is too short to be a canary");
            for form in forms(word) {
                let start: &mut Vec<_> = by_start.get_mut(start_of(&form)).unwrap();
                start.push((place, form));
            }
        }
        Self {
            words: words.iter().map(|word| (*word).to_owned()).collect(),
            forms: by_start,
        }
    }

    /// Which words stand in these bytes.
    pub fn within(&self, bytes: &[u8]) -> Vec<&str> {
        let mut found = BTreeSet::new();
        for at in 0..bytes.len().saturating_sub(1) {
            let rest = bytes.get(at..).unwrap_or_default();
            let forms = self.forms.get(start_of(rest)).into_iter().flatten();
            found.extend(
                forms
                    .filter(|(_, form)| rest.starts_with(form))
                    .map(|(place, _)| *place),
            );
        }
        let words = found.into_iter().filter_map(|place| self.words.get(place));
        words.map(String::as_str).collect()
    }

    /// Every file below the folder that holds one, with the words; and how many files were read.
    pub fn below(&self, folder: &Path) -> (Vec<(PathBuf, Vec<&str>)>, usize) {
        let files = files_below(folder);
        let count = files.len();
        let hits = files
            .into_iter()
            .filter_map(|path| {
                let name = path.to_string_lossy().into_owned().into_bytes();
                let bytes = [std::fs::read(&path).unwrap(), name].concat();
                let words = self.within(&bytes);
                (!words.is_empty()).then_some((path, words))
            })
            .collect();
        (hits, count)
    }
}

/// The first two bytes as a number.
fn start_of(bytes: &[u8]) -> usize {
    match bytes {
        [first, second, ..] => usize::from(*first) << 8 | usize::from(*second),
        _ => 0,
    }
}

/// As it is, in UTF-16 of both kinds, and in base64 at each of the three places in which it can begin.
fn forms(word: &str) -> Vec<Vec<u8>> {
    let utf16: Vec<u16> = word.encode_utf16().collect();
    let mut forms = vec![
        word.as_bytes().to_vec(),
        utf16.iter().flat_map(|unit| unit.to_le_bytes()).collect(),
        utf16.iter().flat_map(|unit| unit.to_be_bytes()).collect(),
    ];
    forms.extend((0..3).map(|before| base64_inside(word.as_bytes(), before)));
    forms
}

/// The characters that depend on the word alone, when this many bytes stand before it in its group of three.
fn base64_inside(word: &[u8], before: usize) -> Vec<u8> {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits: Vec<bool> = word
        .iter()
        .flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 == 1))
        .collect();
    // Each character is six bits; the first whole one begins where the bits before it fill their last.
    let skipped = (6 - before * 8 % 6) % 6;
    bits.get(skipped..)
        .unwrap_or_default()
        .chunks_exact(6)
        .filter_map(|six| {
            let index = six.iter().fold(0, |sum, bit| sum * 2 + usize::from(*bit));
            ALPHABET.get(index).copied()
        })
        .collect()
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else if path.is_file() {
            files.push(path);
        }
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_found_in_every_form_and_place() {
        let canaries = Canaries::new(&["Qanaryfam", "07700900817"]);
        // What base64 makes of it after nothing, one byte and two: from a known encoder.
        for encoded in ["UWFuYXJ5ZmFt", "eFFhbmFyeWZhbQ==", "eHhRYW5hcnlmYW0="] {
            let text = format!("..{encoded}..");
            assert_eq!(canaries.within(text.as_bytes()), ["Qanaryfam"], "{encoded}");
        }
        let wide: Vec<u8> = "x07700900817"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!(canaries.within(&wide), ["07700900817"]);
        assert!(canaries.within(b"Qanary fam 07700 900817").is_empty());
    }
}
