//! By which words a service was found, for the screen: "fibro → fibromyalgia".

use super::evidence;
use super::expand::How;
use super::index::{Target, WordIndex};
use super::query::{Alternative, Understood};

/// More say less.
const MOST_REASONS: usize = 4;

/// A typed word or phrase and what it was taken for; several where an abbreviation has several meanings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenFor {
    pub typed: String,
    pub taken_for: Vec<String>,
}

/// What was taken for something else than it says. Guesses at unfinished words are left out: they change with each letter.
pub fn taken_for(understood: &Understood, index: &WordIndex) -> Vec<TakenFor> {
    let mut all: Vec<TakenFor> = Vec::new();
    for (position, word) in understood.words.iter().enumerate() {
        let groups = word
            .alternatives
            .iter()
            .filter(|one| one.span.0 == position && !one.near && one.how == How::Exact);
        for alternative in groups {
            let Some(label) = label_of(alternative, index) else {
                continue;
            };
            let typed = understood.typed(alternative.span);
            if typed == label || alternative.quality < 0.6 {
                continue;
            }
            match all.iter_mut().find(|known| known.typed == typed) {
                Some(known) if known.taken_for.contains(&label) => {}
                Some(known) => known.taken_for.push(label),
                None => all.push(TakenFor {
                    typed,
                    taken_for: vec![label],
                }),
            }
        }
    }
    all
}

/// Why this service: for each need the surest of its meanings that the service has.
pub fn of(understood: &Understood, index: &WordIndex, service: u32) -> Vec<String> {
    let mut said: Vec<String> = Vec::new();
    for (position, word) in understood
        .words
        .iter()
        .enumerate()
        .filter(|(_, word)| word.share > 0.0)
    {
        let sure = |one: &&Alternative| evidence::sureness(one, word, service, index);
        let mut best: Option<(f32, &Alternative)> = None;
        for alternative in &word.alternatives {
            let sure = sure(&alternative);
            if sure > best.map_or(0.0, |(sure, _)| sure) {
                best = Some((sure, alternative));
            }
        }
        let Some(reason) = best.map(|(_, best)| reason(best, understood, index, position)) else {
            continue;
        };
        if !said.contains(&reason) {
            said.push(reason);
        }
    }
    said.truncate(MOST_REASONS);
    said
}

fn reason(
    best: &Alternative,
    understood: &Understood,
    index: &WordIndex,
    position: usize,
) -> String {
    let typed = understood.typed(best.span);
    let meant = match best.target {
        Target::Group(_) => label_of(best, index),
        Target::Word(word) => index
            .text_of(word)
            .filter(|_| best.how != How::Form)
            .map(str::to_owned),
    };
    match meant {
        Some(meant) if meant != typed => format!("{typed} → {meant}"),
        Some(meant) => meant,
        None => understood.typed((position, position)),
    }
}

fn label_of(alternative: &Alternative, index: &WordIndex) -> Option<String> {
    match alternative.target {
        Target::Group(group) => index.groups.get(group).map(|entry| entry.label.clone()),
        Target::Word(_) => None,
    }
}
