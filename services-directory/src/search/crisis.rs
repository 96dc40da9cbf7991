//! Words of crisis in what was typed, misspelt too. They bring the fixed crisis text whatever else is searched.
//!
//! A word too many costs a glance; a word missed may cost a life: so the net is wide, and negations ("not suicidal") are caught too.

use super::words::{self, Token};
use levenshtein_automata::{DFA, Distance, LevenshteinAutomatonBuilder};

/// Each phrase's words in order, with at most two others between. "a|b" is either word.
const PHRASES: &[&str] = &[
    "end it all",
    "ending it all",
    "end|ends|ending|ended my|her|his|their|your|own life",
    "take|takes|taking|took own|my|her|his|their life|lives",
    "kill|kills|killing|killed myself|himself|herself|themselves|themself|self",
    "want|wants|wanting|wanted|wish|wishes to die|dead",
    "wish|wishes|wished i|he|she|they was|were dead",
    "better off dead",
    "better off without me|him|her|them",
    "not|dont|doesnt|didnt|no want|wants|wish|wishes live|alive",
    "not|dont|doesnt want|wants to be here|alive|anymore",
    "rather be dead",
    "no|any reason|point to|in live|living",
    "nothing to live for",
    "not|isnt worth living",
    "life worth living",
    "life not|isnt worth",
    "cant|cannot go on",
    "harm|harms|harming|harmed myself|himself|herself|themselves|self",
    "cut|cuts|cutting myself|himself|herself|themselves|wrists|arms",
    "self harm|harms|harming|harmed|injury|injuring|injurious|injures",
    "hang|hanging|hanged myself|himself|herself|themselves",
    "jump|jumping off|from bridge|building|train",
    "took|taken|taking an|a od",
    "took|taken all|too many tablets|pills|paracetamol",
    "in crisis",
    "crisis team|line|cafe|house|service|services|helpline|support|text|care|resolution|centre|hub|number",
    "mental|psychiatric|emotional|suicide health|crisis crisis",
    "mental|psychiatric|emotional|suicide|personal crisis",
    "mental health emergency",
    "thoughts of dying|death|hanging|jumping|overdose|overdosing|harming",
    "thoughts to end|harm|kill|die",
    "home|intensive treatment team",
    "section 136|2|3",
    "psych|psychiatric|psychiatry emergency|urgent|crisis",
    "urgent psychiatric|psych",
    "acute psychosis|psychotic|mania|psychiatric",
    "hearing voices",
    "not|isnt|doesnt|dont feel|feeling|keep safe",
    "not|isnt safe tonight|now|alone|himself|herself|home",
    "feels|feeling|feel unsafe",
    "plans|planning|intent|intends|intending to die|end|kill",
    "active|actively ideation|intent",
    "shout text|line|crisis",
    "text shout",
    "nothing left to live",
    "wants|want to disappear",
    "harm to self",
    "od last|yesterday|today|tonight|this|on",
    "mha|sectioning|sectioned assessment|needed|needs|required|act",
    "needs|need|needing sectioning|sectioned|section",
    "mental health act",
    "home treatment",
    "mh|psych|psychiatric|psychological emergency",
    "jumped|jumping off|from|in",
    "drank|drunk|drinking bleach|antifreeze",
    "tried|trying|attempted|attempt to end|die|kill|hang",
    "no|any point anymore|more|living|life",
    "see|sees a|the|any point",
    "swallowed tablets|pills|batteries|bleach",
];

/// Single words, with the letters that may be wrong in them.
const WORDS: &[(&str, u8)] = &[
    ("suicide", 2),
    ("suicidal", 2),
    ("suicidality", 2),
    ("overdose", 1),
    ("overdosed", 1),
    ("overdosing", 1),
    ("selfharm", 1),
    ("selfharming", 1),
    ("selfharmed", 1),
    ("samaritans", 1),
    ("psychosis", 1),
    ("psychotic", 1),
    ("manic", 0),
    ("mania", 0),
    ("ligature", 1),
    ("ligatures", 1),
    ("noose", 0),
    ("parasuicide", 1),
];

/// Abbreviations, never guessed at: deliberate self harm, thoughts of life not worth living or of self-harm, crisis teams, section 136.
const ABBREVIATIONS: &[&str] = &[
    "dsh", "kms", "unalive", "tlnwl", "tsh", "crht", "crhtt", "htt", "crt", "s136", "lnwl",
];

/// Words that are of crisis only when nothing else is typed with them: suicidal ideation, "cutting".
const ALONE: &[&str] = &["si", "cutting", "sectioned", "od"];

/// Words with which "crisis" is about something else than a person's mind: "cost of living crisis".
const OTHER_CRISES: &[&str] = &[
    "cost",
    "money",
    "debt",
    "debts",
    "financial",
    "finance",
    "housing",
    "energy",
    "fuel",
    "food",
    "heating",
    "rent",
    "benefit",
    "benefits",
    "climate",
    "sickle",
    "adrenal",
    "addisonian",
    "hypertensive",
    "oculogyric",
    "midlife",
    "thyroid",
    "myasthenic",
    "carer",
    "carers",
    "staffing",
    "care",
];

/// Right words that are within two letters of a word of crisis.
const OTHER_WORDS: &[&str] = &[
    "subside",
    "subsides",
    "subsided",
    "overdone",
    "overdoing",
    "overuse",
    "overdue",
    "social",
    "beside",
];

/// What is said of somebody who has died by suicide, beside the words of crisis. The crisis text is shown all the same.
const DEATHS: &[&str] = &[
    "died|death",
    "bereaved|bereavement|grieving",
    "lost|loss|losing son|daughter|brother|sister|husband|wife|partner|mum|mother|dad|father|child|friend",
    "lost|loss to suicide",
    "hanged|killed|shot himself|herself|themselves",
    "took|taken his|her|their life",
    "suicide of",
];

/// With these, somebody is alive and in danger, whoever else has died.
const THE_LIVING: &[&str] = &[
    "suicidal",
    "thoughts",
    "thinking",
    "wants",
    "want",
    "talks",
    "talking",
    "says",
    "saying",
    "tried",
    "tries",
    "trying",
    "threatens",
    "threatening",
    "threatened",
    "plans",
    "planning",
    "attempt",
    "attempted",
    "attempts",
    "ideation",
    "feels",
    "feeling",
    "wishes",
    "wish",
    "intent",
    "now",
    "too",
    "join",
];

/// Who has died.
const THE_DEAD: &str = "son|daughter|brother|sister|husband|wife|partner|mum|mother|dad|father|child|boyfriend|girlfriend|friend|uncle|aunt|cousin|nephew|niece|grandson|granddaughter|parent|fiance|colleague|bereaved|bereavement";

/// Finds words of crisis. Made once: the automata are costly to prepare.
pub struct CrisisWords {
    words: Vec<DFA>,
    phrases: Vec<Vec<Vec<&'static str>>>,
    deaths: Vec<Vec<Vec<&'static str>>>,
    the_dead: Vec<&'static str>,
}

impl CrisisWords {
    pub fn new() -> Self {
        let builders = [0, 1, 2].map(|edits| LevenshteinAutomatonBuilder::new(edits, true));
        let [none, one, two] = &builders;
        let phrase = |phrase: &'static str| {
            phrase
                .split(' ')
                .map(|word| word.split('|').collect())
                .collect()
        };
        Self {
            words: WORDS
                .iter()
                .map(|(word, edits)| match edits {
                    0 => none.build_dfa(word),
                    1 => one.build_dfa(word),
                    _ => two.build_dfa(word),
                })
                .collect(),
            phrases: PHRASES.iter().copied().map(phrase).collect(),
            deaths: DEATHS.iter().copied().map(phrase).collect(),
            the_dead: THE_DEAD.split('|').collect(),
        }
    }

    /// Whether the text has a word of crisis.
    pub fn are_in(&self, tokens: &[Token]) -> bool {
        let other_crisis = tokens
            .iter()
            .any(|token| OTHER_CRISES.contains(&token.text.as_str()));
        let alone = tokens.iter().all(|token| {
            is_alone(&token.text) || words::weight_of(&token.text) != words::Weight::Content
        });
        tokens
            .iter()
            .any(|token| self.is_word(&token.text) || (alone && is_alone(&token.text)))
            || self.phrases.iter().any(|phrase| {
                let about_crisis = phrase.iter().flatten().any(|word| *word == "crisis");
                !(about_crisis && other_crisis)
                    && (0..tokens.len()).any(|from| phrase_at(phrase, tokens, from))
            })
    }

    /// Whether a text with words of crisis tells of a death, and asks for help for those who are left.
    pub fn are_of_a_death(&self, tokens: &[Token]) -> bool {
        let somebody = tokens
            .iter()
            .any(|token| self.the_dead.contains(&token.text.as_str()));
        let living = tokens
            .iter()
            .any(|token| THE_LIVING.contains(&token.text.as_str()));
        somebody
            && !living
            && self
                .deaths
                .iter()
                .any(|phrase| (0..tokens.len()).any(|from| phrase_at(phrase, tokens, from)))
    }

    fn is_word(&self, typed: &str) -> bool {
        if ABBREVIATIONS.contains(&typed) || typed.starts_with("suic") {
            return true;
        }
        let shape_is_near = typed.len() >= 5
            && typed.starts_with(['s', 'o', 'u', 'v', 'z', 'p', 'm', 'l', 'n'])
            && !OTHER_WORDS.contains(&typed);
        shape_is_near
            && self
                .words
                .iter()
                .any(|word| matches!(word.eval(typed), Distance::Exact(_)))
    }
}

/// "crisis" itself is meant however it is misspelt, if nothing is with it.
fn is_alone(typed: &str) -> bool {
    ALONE.contains(&typed) || is_one_of(typed, &["crisis", "crises"])
}

fn phrase_at(phrase: &[Vec<&str>], tokens: &[Token], from: usize) -> bool {
    let Some((first, rest)) = phrase.split_first() else {
        return false;
    };
    let mut tokens = tokens.iter().skip(from);
    if !tokens
        .next()
        .is_some_and(|token| is_one_of(&token.text, first))
    {
        return false;
    }
    rest.iter().all(|words| {
        tokens
            .by_ref()
            .take(3)
            .any(|token| is_one_of(&token.text, words))
    })
}

/// The first letter must be right, or "makes my life hard" would be "takes my life".
fn is_one_of(typed: &str, words: &[&str]) -> bool {
    let nearly = |word: &str| {
        word.len() >= 4
            && typed.len() >= 3
            && typed.chars().next() == word.chars().next()
            && words::one_edit_apart(typed, word)
    };
    words.iter().any(|word| *word == typed || nearly(word))
}

#[cfg(test)]
mod tests;
