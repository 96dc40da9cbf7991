//! Words of a line, as labels are compared with them, and the few lists of words that say whom a text speaks of.

use super::clean::Span;
use std::collections::HashSet;
use std::sync::LazyLock;

/// A word in lower case without its apostrophes, and where it stands. `#` is a word of its own ("NHS #").
pub struct Word {
    pub plain: String,
    pub span: Span,
}

pub fn words(text: &str, span: &Span) -> Vec<Word> {
    let mut all: Vec<Word> = Vec::new();
    let mut open = false;
    for (at, c) in text.get(span.clone()).unwrap_or_default().char_indices() {
        let at = span.start + at;
        let end = at + c.len_utf8();
        let in_word = c.is_alphanumeric() || (c == '\'' && open);
        if !in_word && c != '#' {
            open = false;
            continue;
        }
        if !open || c == '#' {
            all.push(Word {
                plain: String::new(),
                span: at..end,
            });
        }
        open = c != '#';
        if let Some(word) = all.last_mut() {
            word.span.end = end;
            if c != '\'' {
                word.plain.extend(c.to_lowercase());
            }
        }
    }
    all
}

/// Words near which a phone, an e-mail or an address is that of the people who write or receive the letter.
pub fn is_of_an_organisation(word: &str) -> bool {
    matches!(
        word,
        "dr" | "drs"
            | "doctor"
            | "surgery"
            | "practice"
            | "clinic"
            | "hospital"
            | "department"
            | "dept"
            | "secretary"
            | "secretaries"
            | "consultant"
            | "nurse"
            | "trust"
            | "ward"
            | "gp"
            | "team"
            | "service"
            | "office"
            | "reception"
            | "pharmacy"
            | "nhs"
            | "our"
            | "us"
            | "my"
            | "me"
            | "physio"
            | "physiotherapist"
            | "therapist"
            | "centre"
            | "professor"
            | "prof"
            | "infirmary"
            | "pcn"
            | "switchboard"
            | "fax"
            | "enquiries"
    )
}

/// A line of an organisation's own address.
pub fn names_an_organisation(words: &[Word]) -> bool {
    words.iter().enumerate().any(|(at, word)| {
        let before = at
            .checked_sub(1)
            .and_then(|at| words.get(at))
            .map_or("", |word| word.plain.as_str());
        match word.plain.as_str() {
            "surgery" | "hospital" | "infirmary" | "clinic" | "trust" | "department" | "dept"
            | "practice" | "pharmacy" | "ccg" | "icb" | "pcn" | "outpatients" | "outpatient"
            | "partnership" | "nhs" | "ward" => true,
            "centre" | "center" => matches!(
                before,
                "medical" | "health" | "care" | "treatment" | "pain" | "wellbeing" | "community"
            ),
            _ => false,
        }
    })
}

pub fn is_relative(word: &str) -> bool {
    matches!(
        word,
        "husband"
            | "wife"
            | "partner"
            | "spouse"
            | "father"
            | "mother"
            | "dad"
            | "mum"
            | "mam"
            | "daddy"
            | "mummy"
            | "parent"
            | "parents"
            | "brother"
            | "sister"
            | "son"
            | "daughter"
            | "sons"
            | "daughters"
            | "brothers"
            | "sisters"
            | "uncle"
            | "aunt"
            | "aunty"
            | "auntie"
            | "grandfather"
            | "grandmother"
            | "grandad"
            | "granddad"
            | "grandma"
            | "gran"
            | "nan"
            | "nana"
            | "grandparent"
            | "grandparents"
            | "grandson"
            | "granddaughter"
            | "grandchild"
            | "grandchildren"
            | "cousin"
            | "nephew"
            | "niece"
            | "friend"
            | "friends"
            | "fiance"
            | "fiancee"
            | "boyfriend"
            | "girlfriend"
            | "child"
            | "children"
            | "baby"
            | "twin"
            | "twins"
            | "sibling"
            | "siblings"
            | "neighbour"
            | "neighbours"
            | "kin"
            | "nok"
            | "carer"
            | "carers"
            | "stepfather"
            | "stepmother"
            | "stepson"
            | "stepdaughter"
            | "husbands"
            | "wifes"
            | "partners"
            | "mothers"
            | "fathers"
            | "mums"
            | "dads"
            | "spouses"
            | "guardian"
            | "relative"
            | "relatives"
            | "colleague"
            | "inlaw"
            | "widow"
            | "widower"
            | "donor"
            | "grandmothers"
            | "grandfathers"
    )
}

/// More of what can have died besides the patient.
pub fn is_other_who_died(word: &str) -> bool {
    is_relative(word)
        || matches!(
            word,
            "family"
                | "fh"
                | "fhx"
                | "pet"
                | "dog"
                | "cat"
                | "bereaved"
                | "bereavement"
                | "widowed"
                | "loss"
                | "people"
                | "someone"
                | "somebody"
                | "relation"
                | "who"
                | "whom"
                | "whose"
                | "cousins"
                | "uncles"
                | "aunts"
                | "miscarriage"
                | "stillbirth"
                | "pregnancy"
                | "horse"
        )
}

/// Words that letters and forms write with a capital, and that no name holds.
pub static NOT_IN_NAMES: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    "patient re ref name born dob nhs gp dear male female gender sex clinic hospital surgery \
     practice referral letter department diagnosis address tel phone mobile email the thank \
     you please see this that for referring regarding with and or of to in on at who has is \
     was from your our we i he she they his her their my a an pain centre center health \
     medical street road lane avenue close drive court gardens crescent terrace flat house \
     trust team service yes no none unknown not known home date birth age aged years year old \
     number hello hi kind regards many thanks yours sincerely faithfully colleague colleagues \
     sir/madam urgent routine private confidential details demographics summary consultation \
     referred mob interpreter language english current problem problems history medication \
     title surname forename first last given family postcode lives living also pt pts seen \
     reviewed new follow up appointment registered deceased review january february march \
     april may june july august september october november december monday tuesday wednesday \
     thursday friday saturday sunday emis systmone vision web record view information \
     community rheumatology physiotherapy therapy therapies talking consultant n/a na nil tbc \
     me it can could would will have had been be as by below above following attached reason \
     usual doctor woman man lady gentleman m f yo y/o hx c/o about discuss discussed spoke \
     called rang asked dept ward town county england uk united kingdom group form page \
     printed report result results status active rip died chronic fibromyalgia low back \
     depression anxiety osteoarthritis widespread persistent long-term"
        .split_whitespace()
        .collect()
});
