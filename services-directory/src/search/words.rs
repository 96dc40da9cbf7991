//! Text into words: case, accents and punctuation folded, endings cut, and the words that say nothing of the need.

use std::collections::HashMap;
use std::sync::LazyLock;

/// Longer input is cut: nobody types it, and a paste must not stop the window.
pub const LONGEST_INPUT: usize = 10_000;

/// A folded word, and whether only a hyphen stood between it and the word before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub text: String,
    pub hyphenated: bool,
}

/// The words of a text in order, folded. Query syntax, emoji and control characters are mere gaps; other scripts stay as they are.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut found = Vec::new();
    each_token(text, &mut String::new(), |word, hyphenated| {
        let text = word.to_owned();
        found.push(Token { text, hyphenated });
    });
    found
}

/// As `tokens`, each in the same place in memory, which is given.
pub fn each_token(text: &str, word: &mut String, mut take: impl FnMut(&str, bool)) {
    word.clear();
    let (mut hyphenated, mut dotted) = (false, false);
    let mut characters = text.chars().take(LONGEST_INPUT).peekable();
    while let Some(c) = characters.next() {
        if is_invisible(c) {
            continue;
        }
        if push_folded(word, c) {
            continue;
        }
        // "O.T." and "C.B.T." are one word each.
        let letter_follows = characters.peek().is_some_and(|next| next.is_alphabetic());
        if c == '.' && letter_follows && (word.len() == 1 || dotted) {
            dotted = true;
            continue;
        }
        if word.is_empty() {
            hyphenated = false;
        } else {
            take(word, hyphenated);
            word.clear();
            hyphenated = matches!(c, '-' | '\u{2010}' | '\u{2011}');
        }
        dotted = false;
    }
    if !word.is_empty() {
        take(word, hyphenated);
    }
}

/// Apostrophes are left out ("can't" is "cant"), as are marks that only show how letters join or which way they run.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\'' | '\u{2018}' | '\u{2019}' | '\u{02BC}' | '`' | '\u{00AD}' | '\u{200B}'..='\u{200F}'
    ) || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}' | '\u{0300}'..='\u{036F}')
}

/// Adds the letter or digit in its plainest form; false for anything else.
fn push_folded(word: &mut String, c: char) -> bool {
    if c.is_ascii_alphanumeric() {
        word.push(c.to_ascii_lowercase());
        return true;
    }
    if c.is_ascii() {
        return false;
    }
    // Full-width forms stand in the order of ASCII.
    if let Some(plain) = u32::from(c).checked_sub(0xFEE0).and_then(char::from_u32)
        && plain.is_ascii_alphanumeric()
    {
        word.push(plain.to_ascii_lowercase());
        return true;
    }
    for lower in c.to_lowercase() {
        match unaccented(lower) {
            Some(plain) => word.push_str(plain),
            None if lower.is_alphanumeric() => word.push(lower),
            None => return is_invisible(lower),
        }
    }
    true
}

fn unaccented(c: char) -> Option<&'static str> {
    Some(match c {
        'à'..='å' | 'ā' | 'ă' | 'ą' | 'ǎ' => "a",
        'æ' => "ae",
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => "e",
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => "g",
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' => "i",
        'ĺ' | 'ļ' | 'ľ' | 'ł' => "l",
        'ñ' | 'ń' | 'ņ' | 'ň' => "n",
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' => "o",
        'œ' => "oe",
        'ŕ' | 'ř' => "r",
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => "s",
        'ß' => "ss",
        'ţ' | 'ť' | 'ț' => "t",
        'þ' => "th",
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' => "u",
        'ŵ' => "w",
        'ý' | 'ÿ' | 'ŷ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        'ﬁ' => "fi",
        'ﬂ' => "fl",
        _ => return None,
    })
}

/// The word without the endings of plural and tense. Light on purpose: "caring" and "car" stay apart.
pub fn stem(word: &str) -> String {
    if !word.is_ascii() || word.len() <= 3 || word.bytes().any(|b| b.is_ascii_digit()) {
        return word.to_owned();
    }
    let singular = match word {
        _ if word.ends_with("ss") || word.ends_with("us") || word.ends_with("is") => {
            word.to_owned()
        }
        _ if word.ends_with("ies") && word.len() > 4 => {
            format!("{}y", word.trim_end_matches("ies"))
        }
        _ if ["sses", "xes", "ches", "shes", "zes"]
            .iter()
            .any(|end| word.ends_with(end)) =>
        {
            cut(word, "es")
        }
        _ => cut(word, "s"),
    };
    // "saltings" are no salt.
    if word.ends_with("ings") {
        return singular;
    }
    for ending in ["ing", "ed"] {
        if let Some(rest) = singular.strip_suffix(ending)
            && rest.len() >= 4
            && rest.contains(['a', 'e', 'i', 'o', 'u', 'y'])
        {
            return without_final_e(&undoubled(rest));
        }
    }
    without_final_e(&singular)
}

fn cut(word: &str, ending: &str) -> String {
    word.strip_suffix(ending).unwrap_or(word).to_owned()
}

fn undoubled(word: &str) -> String {
    let mut from_end = word.chars().rev();
    match (from_end.next(), from_end.next()) {
        (Some(a), Some(b)) if a == b && !matches!(a, 'l' | 's' | 'e') => cut(word, &a.to_string()),
        _ => word.to_owned(),
    }
}

fn without_final_e(word: &str) -> String {
    // "aches" lost its "es" to the rule of "classes".
    if word.len() >= 5 || word.ends_with("ache") {
        cut(word, "e")
    } else {
        word.to_owned()
    }
}

/// Whether one letter is missing, too many or wrong, or two neighbours are swapped.
pub fn one_edit_apart(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len().abs_diff(b.len()) > 1 || a == b {
        return false;
    }
    let same_start = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (
        a.get(same_start..).unwrap_or_default(),
        b.get(same_start..).unwrap_or_default(),
    );
    let same_end = a
        .iter()
        .rev()
        .zip(b.iter().rev())
        .take_while(|(x, y)| x == y)
        .count();
    let middle = |rest: &[u8]| {
        rest.get(..rest.len() - same_end.min(rest.len()))
            .unwrap_or_default()
            .to_vec()
    };
    match (middle(a).as_slice(), middle(b).as_slice()) {
        ([_], [] | [_]) | ([], [_]) => true,
        ([first, second], swapped) => swapped == [*second, *first],
        _ => false,
    }
}

/// How much a word says of what is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// Names a need or a service.
    Content,
    /// "service", "support": counts a little, and is never asked for.
    Light,
    /// Counts only as part of a phrase: "tired all the time".
    Filler,
}

pub fn weight_of(word: &str) -> Weight {
    static WEIGHTS: LazyLock<HashMap<&str, Weight>> = LazyLock::new(|| {
        let fillers = FILLERS.iter().flat_map(|list| list.split_whitespace());
        let light = LIGHT.iter().flat_map(|list| list.split_whitespace());
        let light = light.map(|word| (word, Weight::Light));
        light
            .chain(fillers.map(|word| (word, Weight::Filler)))
            .collect()
    });
    match WEIGHTS.get(word) {
        Some(weight) => *weight,
        None if is_number(word) => Weight::Filler,
        None => Weight::Content,
    }
}

/// "72", "72yo", "45f", "5yrs", "3rd": ages and durations, which say nothing of the service.
pub fn is_number(word: &str) -> bool {
    let letters = word.trim_start_matches(|c: char| c.is_ascii_digit());
    let after = [
        "", "yo", "y", "yr", "yrs", "f", "m", "yom", "yof", "wk", "wks", "mth", "mths", "st", "nd",
        "rd", "th", "x", "s", "kg", "mg", "year", "years", "months", "weeks",
    ];
    letters.len() < word.len() && after.contains(&letters)
}

/// Words that many services have in their names.
const LIGHT: &[&str] = &[
    "\
    service services support supports help helping helps clinic clinics team teams group groups nhs \
    local community centre center advice advise programme program course courses class classes therapy \
    therapies health scheme project session sessions specialist practitioner worker workers adviser \
    advisor appointment hub pathway treatment assessment management options option available online \
    nurse nurses doctors consultant consultants machine machines test tests check checks officer assistant \
    chronic acute severe mild moderate bad worse adult adults",
    GENERAL_WORDS,
];

/// What stands around a need in plain sentences and names none by itself.
const GENERAL_WORDS: &str = "\
    afford affords aim allow allowed arrange arranged attempt attempted aware \
    bear become becomes became becoming begin began begun behave believe believes bring bringing brought \
    call called carry carrying carried cause caused causes causing certain change changed changes changing \
    chat choose claims clear clearly complete completely confirmed consider considered considering constantly \
    continue continues continued control cope copes coping coped deal dealing decide decided declined declining \
    decrease decreased despite develop developed discuss discussed early earlier easily easy effect effects \
    enjoy enjoys enough entire entirely especially eventually expect experiencing explain explained explore extra \
    extremely face facing fail failed failing fails fairly far fast fed finds finish finished fit fix follow \
    followed following former fresh friendly full fully further future gain general generally generic gently \
    gradually great half handle happen happened happening hardly holding hope hopes hoping huge idea ideally \
    immediate immediately important improve improved improves improving include including increase increased \
    increasing initial initially input instead intend involve involved involving join joined joining large largely \
    late lately later lead leading leave leaves leaving left lose loses losing lost less let limit limited little \
    longer made main mainly major maybe mean means meet mention mentioned middle mixed moment mostly multiple name \
    nearly necessary next nice normal normally notice noticed obvious occasionally offer offered okay ok onwards \
    opinion overall package pack part particular particularly past perhaps place placed plan planned plenty plus poor \
    poorly possible possibly practical prefer preferred prefers prepare prevent preventing previous prior probably \
    progress proper properly provide provided providing pull push put puts putting quick quickly rather reach \
    react reacting ready realise reason reasonable reduce reduced reduces reducing reduction refuses regular \
    regularly relate related relating remain remains remove require required requires requiring rest resting \
    result results return returned returning reverse role round rule run running save search second seek seeking \
    sense serious seriously set settle settled settling several share short shortly show showing shows simple \
    simply single situation slight slightly slow slowly soon special specific stable start started starting \
    starts state stay staying stays stop stopped stopping stops straight strong stuck such suddenly suggest \
    suggested support sure switch switched taken taking tell tells tend tends terrible terribly though tonight \
    together tomorrow top total totally towards turn turned turning turns typical typically underlying understand \
    understands unfortunately unless unsure update useful usual usually various wait waited waiting watch ways \
    whole wide willing within wonder wonders wondering worsening worst worth write wrong yes yesterday \
    quite somewhere anywhere everyone everybody anybody nobody side case point level area places";

/// Grammar, what people say around a need, and what a GP notes of the patient.
const FILLERS: &[&str] = &[
    "\
    a an the and or but of to from by on in at as for with without into over about off out up down than \
    then if when while so due because since after before during until around through plus via per re",
    "\
    i me my we our us you your he him his she her hers they them their it its this that these those \
    there here who which what where how why someone something anything anyone nothing everything one \
    ones myself himself herself themselves",
    "\
    is am are was were be been being has have had having do does did doing done can cant cannot could \
    couldnt would wouldnt should will wont may might must dont doesnt didnt isnt hasnt not no never none \
    im shes hes ive id theyre",
    "\
    want wants wanting wanted need needs needing needed look looking find get gets getting got go goes \
    going gone keep keeps feel feels feeling felt seem seems suffer suffers suffering struggle struggles \
    struggling try trying tried think thinks says said like likes would make makes making take taking \
    asking asks ask manage manages managing give use using come coming see seen told keen please send refer refers referred \
    referral referrals referring",
    "\
    problem problems issue issues trouble troubles difficulty difficulties symptom symptoms complaint \
    condition conditions situation stuff thing things lot lots bit type kind sort",
    "\
    very really just still also too much many more most less all any some every quite always often \
    sometimes again now already recently recent currently previous previously ongoing new near nearby \
    better well only even both other another same such own yet ever soon today ago last first good best \
    right different able unable several couple few",
    "\
    year years yr yrs month months week weeks day days time times daily old aged age yo y o f m c h x hx \
    pmh fh dx rx k s t",
    "\
    patient patients pt pts px lady ladies man woman gentleman gent male female guy person people mr mrs \
    ms miss gp dr doctor surgery presents presenting presented complains complaining history known \
    background diagnosed diagnosis longstanding standing living lives live",
    "\
    mum dad mother father son daughter husband wife partner brother sister spouse parents grandchild \
    grandson granddaughter girlfriend boyfriend neighbour friend family relative",
    "\
    january february march april june july august september october november december jan feb mar apr \
    jun jul aug sept oct nov dec monday tuesday wednesday thursday friday saturday sunday winter summer \
    spring autumn christmas easter morning",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> Vec<String> {
        tokens(text).into_iter().map(|token| token.text).collect()
    }

    #[test]
    fn folds_case_accents_punctuation_and_marks() {
        assert_eq!(
            folded("Pain CAFÉ, can’t  Sleep!"),
            ["pain", "cafe", "cant", "sleep"]
        );
        assert_eq!(folded("O.T. and C.B.T."), ["ot", "and", "cbt"]);
        assert_eq!(
            folded("cafe\u{301} ｐａｉｎ de\u{200B}bt \u{202E}x"),
            ["cafe", "pain", "debt", "x"]
        );
        assert_eq!(
            folded("name:\"x\" AND -y* ^2 (z~1) 😀"),
            ["name", "x", "and", "y", "2", "z", "1"]
        );
        assert_eq!(
            folded("end.of.line ME/CFS"),
            ["end", "of", "line", "me", "cfs"]
        );
        let hyphens: Vec<bool> = tokens("self-harm self harm")
            .iter()
            .map(|token| token.hyphenated)
            .collect();
        assert_eq!(hyphens, [false, true, false, false]);
    }

    #[test]
    fn endings_are_cut_so_that_forms_meet_and_other_words_do_not() {
        for (a, b) in [
            ("therapies", "therapy"),
            ("exercises", "exercising"),
            ("housing", "house"),
            ("classes", "class"),
            ("stopped", "stopping"),
            ("carers", "carer"),
            ("aches", "ache"),
        ] {
            assert_eq!(stem(a), stem(b), "{a} {b}");
        }
        for (a, b) in [
            ("caring", "car"),
            ("stress", "stres"),
            ("diabetes", "diabolo"),
            ("weight", "wait"),
        ] {
            assert_ne!(stem(a), stem(b), "{a} {b}");
        }
    }

    #[test]
    fn one_edit_is_one_edit() {
        for (a, b) in [
            ("kil", "kill"),
            ("sefl", "self"),
            ("slef", "self"),
            ("salf", "self"),
            ("aself", "self"),
            ("selff", "self"),
        ] {
            assert!(one_edit_apart(a, b) && one_edit_apart(b, a), "{a} {b}");
        }
        for (a, b) in [
            ("self", "self"),
            ("sfle", "self"),
            ("se", "self"),
            ("abcd", "badc"),
        ] {
            assert!(!one_edit_apart(a, b), "{a} {b}");
        }
    }

    #[test]
    fn ages_and_durations_are_fillers() {
        for word in ["72", "72yo", "45f", "5yrs"] {
            assert_eq!(weight_of(word), Weight::Filler, "{word}");
        }
        assert_eq!(weight_of("phq9"), Weight::Content);
    }
}
