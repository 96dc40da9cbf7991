//! Words of crisis in what was typed, misspelt too. They bring the fixed crisis text whatever else is searched.
//!
//! A word too many costs a glance; a word missed may cost a life: so the net is wide, and negations ("not suicidal") are caught too.

use super::words::{self, Token};
use levenshtein_automata::{DFA, Distance, LevenshteinAutomatonBuilder};

/// Each phrase's words in order, with at most two others between; "+" forbids others before it, and "$" is the end. "a|b" is either word.
const PHRASES: &[&str] = &[
    "end it all",
    "ending it all",
    "wants|want|wanting|thinking|thoughts|going|plans|planning to|of|about end|ending +it|things|everything",
    "end|ends|ending|ended +my|her|his|their|your|own|it life|all",
    "thoughts|thinking of|about ending|taking life|it|own|themselves",
    "take|takes|taking|took +own|my|her|his|their life|lives",
    "kill|kills|killing|killed myself|himself|herself|themselves|themself|self",
    "want|wants|wanting|wanted|wish|wishes|wanna|hoping|hopes|ready to|2|die|dead die|dead",
    "want|wants|wanting|wanted|wanna|wish|wishes to|2|be +die|dead",
    "wanna|wants|want +die|dead",
    "wish|wishes|wished i|he|she|they was|were|wasnt|werent dead|here|alive",
    "death wish",
    "better|easier off|if dead|i|he|she dead|gone|wasnt|wasn",
    "better off dead",
    "better|easier if|off was|were|be|without dead|gone|me|him|her|them",
    "family|everyone|kids|others better off|without me|him|her",
    "not|dont|doesnt|didnt|no want|wants|wish|wishes +to +be|wake here|alive|anymore|up|around",
    "not|dont|doesnt|didnt|no want|wants|wish|wishes +to +live $",
    "not|dont|doesnt|didnt|no want|wants|wish|wishes +to +live +any|anymore|like|longer|now|since|because|or",
    "go|fall to|a +sleep not wake",
    "rather|sooner be|not|die dead|die|here",
    "rather +die",
    "no +reason|will to|for +live|living",
    "no +point +living|life|in|to +living|life|live|go|going|carrying|carry|anything",
    "see|sees|seeing|seen +the|any|a|no +point any|anymore|living|life",
    "lost the|her|his will live",
    "nothing left|to +live|for",
    "not|isnt +worth +living",
    "life +worth +living",
    "life not|isnt +worth",
    "tired|sick|enough|had|given of|up|on|enough +living|life|alive",
    "given|giving|gave +up +on +life|living|everything",
    "had enough +of +life|living|everything|it",
    "cant|cannot|cnat +go|carry +on any|anymore|like|more|living|much|with",
    "cant|cannot +go|carry +on $",
    "home +treatment $",
    "harm|harms|harming|harmed|hurt|hurts|hurting myself|himself|herself|themselves|self",
    "cut|cuts|cutting +myself|himself|herself|themselves|wrists|arms|thighs|her|his wrists|arms|thighs|myself|himself|herself",
    "cut|cuts|cutting +myself|himself|herself|themselves|wrists|arms",
    "slit|slash|slashed|slitting|slashing|cut wrists|wrist|throat",
    "burn|burns|burning|burnt|stab|stabs|stabbed|stabbing|shoot|shot|drown|drowning|drowned|poison|poisoned|poisoning|strangle|strangled|strangling|suffocate|starve|gas|gassed +myself|himself|herself|themselves",
    "self +harm|harms|harming|harmed|injury|injuring|injurious|injures|mutilation|mutilating",
    "hang|hanging|hanged +myself|himself|herself|themselves",
    "tie|tied|ties a|the ligature|noose",
    "jump|jumping|jumped +off|from|out|in|infront bridge|building|train|roof|window|car|cliff|front|motorway|balcony|station",
    "threatening|threatens|threatened|wants|want|tried|going|thoughts to|of +jump|jumping",
    "walk|walking|step|stepping|stepped|walked|run|ran|jump|jumped into|in|front front|traffic|of bus|train|traffic|car|lorry|road|tram",
    "into +traffic",
    "took|taken|taking|takes +an|a|his|her|od +od|overdose",
    "over +dose",
    "od|oded +last|yesterday|tonight|again|today",
    "od|oded +on|of +paracetamol|tablets|pills|insulin|meds|medication|cocodamol|tramadol|morphine|heroin|everything|painkillers",
    "took|taken|swallowed|swallows all|too|whole|20|30|40|50|60|100|packet|box|her|his +many|her|his|the|tablets|pills|paracetamol|packet|medication|meds|of tablets|pills|paracetamol|medication|meds|insulin",
    "took|taken|swallowed 10|16|20|24|30|32|40|50|60|80|100|handful tablets|pills|paracetamol|cocodamol|ibuprofen|of",
    "stockpiling|hoarding|stockpile|stockpiled tablets|pills|medication|paracetamol|meds",
    "drank|drunk|drinking|swallowed +bleach|antifreeze|batteries",
    "in +crisis",
    "in mental +health +crisis",
    "in a|real|acute +crisis",
    "crisis +team|line|cafe|house|service|services|helpline|support|text|care|resolution|centre|hub|number|intervention",
    "mental|mh|psychiatric|emotional|suicide|personal|psych|psychological health|crisis|emergency|mh +crisis|emergency",
    "mental|psychiatric|mh|psych|psychological|personal|emotional|suicide +crisis|emergency",
    "urgent|emergency +mental|psychiatric|psych|mh +health|assessment|review|help|referral|support",
    "urgent|emergency +psychiatric|psych|mh|camhs|cmht",
    "psych|psychiatric|psychiatry|mh +emergency|urgent|crisis|liaison",
    "thoughts|ideas|urges of|to dying|death|hanging|jumping|overdose|overdosing|harm|harming|die|suicide|cut|cutting",
    "thoughts +to +end|harm|kill|die|self",
    "suicid|suicidal|self ideation|thoughts|intent|plan|note",
    "active|actively|passive +ideation|intent",
    "plans|planning|intent|intends|intending +to +die|end|kill",
    "wants|want +to +disappear",
    "danger +to +self|himself|herself|themselves|others",
    "harm +to +self|others",
    "harm|harming|hurt|kill +her|his|the|my|their baby|child|children|kids|son|daughter|wife|husband|partner|mother|mum",
    "home|intensive +treatment +team",
    "crisis +and +home +treatment",
    "section +136",
    "mha +assessment|assess",
    "mental +health +act",
    "needs|need|needing|to|be|under +sectioning|sectioned",
    "acute|acutely|florid|first +psychosis|psychotic|mania|manic|psychiatric|episode",
    "hearing|hears|hear +voices",
    "not|isnt|doesnt|dont|cant|cannot|unable +feel|keep|to|stay|keeping|be|feeling +safe|keep|himself|herself|themselves|self|myself +safe|himself|herself|tonight|alone",
    "cant|cannot|unable +keep|to|stay +safe|keep|himself|herself|themselves|self|myself safe",
    "not|isnt +safe +tonight|now|alone|himself|herself",
    "feels|feeling|feel +unsafe",
    "shout +text|line|crisis",
    "text +shout",
    "attempted|attempt|attempts|tried|trying +to|on +end|die|kill|hang|his|her|own|their|take|drown it|all|life|himself|herself|themselves|myself|own|self",
    "tried|trying +to +die|hang",
    "attempted|attempt +to +die|hang",
];

/// Phrases that everyday sentences hold too ("not safe at home, falls"): they bring the text, and leave the list in its order.
const PERHAPS: &[&str] = &[
    "not|dont|doesnt|didnt|no want|wants|wish|wishes live|alive",
    "not|dont|doesnt want|wants be here|alive|anymore",
    "no|any reason|point to|in live|living",
    "see|sees the|any +point",
    "cant|cannot +go|carry +on",
    "harm|harms|harming|hurt|hurting self|himself|herself",
    "not|isnt|doesnt|dont feel|feeling|keep|be safe",
    "not|isnt safe home|at",
    "od|oded last|yesterday|today|tonight|this|on",
    "jumped|jumping off|from|in",
    "home +treatment",
    "section +2|3|4|5",
    "tried|trying|attempted|attempt to +end|die|kill|hang",
    "life too|pointless|meaningless|hopeless",
    "everyone|family better|off without",
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
    ("homicidal", 1),
    ("strangulation", 1),
    ("overdoses", 1),
    ("oversode", 0),
    ("suicides", 2),
];

/// Abbreviations, never guessed at: deliberate self harm, thoughts of life not worth living or of self-harm, crisis teams, section 136.
const ABBREVIATIONS: &[&str] = &[
    "dsh",
    "kms",
    "unalive",
    "unaliving",
    "oded",
    "ideation",
    "tlnwl",
    "tsh",
    "crht",
    "crhtt",
    "htt",
    "crt",
    "s136",
    "lnwl",
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
    "living",
    "cell",
    "sickle",
    "adrenal",
    "addisonian",
    "hypertensive",
    "oculogyric",
    "midlife",
    "thyroid",
    "myasthenic",
    "staffing",
    "nhs",
    "winter",
];

/// … and those behind it: a crisis loan of the council.
const OF_MONEY: &[&str] = &[
    "loan", "loans", "grant", "grants", "payment", "payments", "fund",
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

/// What is said of somebody who has died by suicide.
const DEATHS: &[&str] = &[
    "suicide died|death|lost|loss|bereaved|bereavement|grieving|grief|of",
    "died|death|lost|loss|bereaved|bereavement|grieving|grief suicide",
    "hanged|killed|shot +himself|herself|themselves|self",
    "took|taken +his|her|their life",
];

/// Who has died.
const THE_DEAD: &str = "son|daughter|brother|sister|husband|wife|partner|mum|mother|dad|father|child|boyfriend|girlfriend|friend|uncle|aunt|cousin|nephew|niece|grandson|granddaughter|parent|fiance|colleague|bereaved|bereavement";

/// The other words that such a text may hold. With any word besides ("since", "nearly", "wants"), somebody who is alive may be in danger.
const ABOUT_A_DEATH: &str = "suicide died death lost loss bereaved bereavement grieving grief hanged killed shot himself herself \
    themselves self took taken his her their own life by to of after from through the a an my in and was who has had last year \
    years month months week weeks ago support group counselling help";

/// How surely a text speaks of a crisis. The crisis text is shown for both; only what is sure puts crisis services first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Crisis {
    None,
    Perhaps,
    /// Of somebody who has died: help for those who are left comes first.
    Bereaved,
    Sure,
}

/// A word of a phrase in its forms, and whether others may stand before it.
#[derive(Debug)]
struct Step {
    words: Vec<&'static str>,
    next: bool,
}

type Phrase = Vec<Step>;

/// Finds words of crisis. Made once: the automata are costly to prepare.
pub struct CrisisWords {
    words: Vec<DFA>,
    sure: Vec<Phrase>,
    perhaps: Vec<Phrase>,
    deaths: Vec<Phrase>,
    the_dead: Vec<&'static str>,
    about_a_death: Vec<&'static str>,
}

impl CrisisWords {
    pub fn new() -> Self {
        let builders = [0, 1, 2].map(|edits| LevenshteinAutomatonBuilder::new(edits, true));
        let [none, one, two] = &builders;
        Self {
            words: WORDS
                .iter()
                .map(|(word, edits)| match edits {
                    0 => none.build_dfa(word),
                    1 => one.build_dfa(word),
                    _ => two.build_dfa(word),
                })
                .collect(),
            sure: phrases(PHRASES),
            perhaps: phrases(PERHAPS),
            deaths: phrases(DEATHS),
            the_dead: THE_DEAD.split('|').collect(),
            about_a_death: ABOUT_A_DEATH.split_whitespace().collect(),
        }
    }

    /// `text` is what was typed, and `tokens` its words.
    pub fn seen_in(&self, text: &str, tokens: &[Token]) -> Crisis {
        let typed: Vec<&str> = without_other_crises(tokens);
        if self.is_of_a_death(&typed) {
            return Crisis::Bereaved;
        }
        let alone = typed
            .iter()
            .all(|word| is_alone(word) || words::weight_of(word) != words::Weight::Content);
        let is_sure = has_overdosed(text)
            || typed
                .iter()
                .any(|word| self.is_word(word) || (alone && is_alone(word)))
            || stands_in(&self.sure, &typed);
        match is_sure {
            true => Crisis::Sure,
            false if stands_in(&self.perhaps, &typed) => Crisis::Perhaps,
            false => Crisis::None,
        }
    }

    /// Every word must be of that death: then nobody who is alive is spoken of.
    fn is_of_a_death(&self, typed: &[&str]) -> bool {
        let somebody = typed.iter().any(|word| self.the_dead.contains(word));
        let of_it = |word: &&str| {
            self.the_dead.contains(word)
                || self.about_a_death.contains(word)
                || words::is_number(word)
        };
        somebody && typed.iter().all(of_it) && stands_in(&self.deaths, typed)
    }

    fn is_word(&self, typed: &str) -> bool {
        if ABBREVIATIONS.contains(&typed) || typed.starts_with("suic") {
            return true;
        }
        let shape_is_near = typed.len() >= 5
            && typed.starts_with(['s', 'o', 'u', 'v', 'z', 'p', 'm', 'l', 'n', 'h'])
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

fn phrases(list: &[&'static str]) -> Vec<Phrase> {
    let step = |word: &'static str| Step {
        next: word.starts_with('+'),
        words: word.trim_start_matches('+').split('|').collect(),
    };
    list.iter()
        .map(|phrase| phrase.split(' ').map(step).collect())
        .collect()
}

fn stands_in(phrases: &[Phrase], typed: &[&str]) -> bool {
    phrases
        .iter()
        .any(|phrase| (0..typed.len()).any(|from| phrase_at(phrase, typed, from)))
}

fn phrase_at(phrase: &[Step], typed: &[&str], from: usize) -> bool {
    let mut typed = typed.iter().skip(from);
    phrase.iter().enumerate().all(|(place, step)| {
        if step.words == ["$"] {
            return typed.next().is_none();
        }
        let within = if place == 0 || step.next { 1 } else { 3 };
        typed
            .by_ref()
            .take(within)
            .any(|word| is_one_of(word, &step.words))
    })
}

/// A "crisis" of money, homes or cells is none of a person's mind.
fn without_other_crises(tokens: &[Token]) -> Vec<&str> {
    let text = |place: Option<usize>| {
        place
            .and_then(|place| tokens.get(place))
            .map_or("", |token| token.text.as_str())
    };
    let kept = tokens.iter().enumerate().map(|(place, token)| {
        let other = OTHER_CRISES.contains(&text(place.checked_sub(1)))
            || OF_MONEY.contains(&text(place.checked_add(1)));
        if token.text == "crisis" && other {
            ""
        } else {
            token.text.as_str()
        }
    });
    kept.collect()
}

/// "OD'd" loses its apostrophe in folding, and would be odd.
fn has_overdosed(text: &str) -> bool {
    let lower = text.to_lowercase();
    ["od'd", "od\u{2019}d", "o.d.'d"].iter().any(|said| {
        lower.match_indices(said).any(|(at, _)| {
            !lower
                .get(..at)
                .unwrap_or_default()
                .ends_with(char::is_alphanumeric)
        })
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
