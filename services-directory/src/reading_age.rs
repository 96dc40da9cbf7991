//! How old one must be to read a text with ease: Flesch and Kincaid's grade, as a British age.
//!
//! J. P. Kincaid and others, "Derivation of new readability formulas", US Navy report 8-75 (1975):
//! 0.39 × words in a sentence + 11.8 × syllables in a word − 15.59 is an American school grade, whose pupils are five years older than its number.
//! The formula was made for prose; it counts length and knows no meaning, so a person reads the text as well.

/// What patients are given is for this age or less (the NHS content guide asks for 9 to 11).
pub const OLDEST_FOR_PATIENTS: f64 = 11.0;

/// Fewer words say too little for the formula.
const FEWEST_WORDS: usize = 30;

/// What is counted of a text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub sentences: usize,
    pub words: usize,
    pub syllables: usize,
}

/// Years of age; none for a text of fewer than 30 words.
pub fn reading_age(text: &str) -> Option<f64> {
    let counts = count(text);
    (counts.words >= FEWEST_WORDS).then(|| {
        let of = |count: usize| u32::try_from(count).map_or(f64::MAX, f64::from);
        let words = of(counts.words);
        let grade =
            0.39 * (words / of(counts.sentences)) + 11.8 * (of(counts.syllables) / words) - 15.59;
        grade + 5.0
    })
}

/// A sentence ends with its mark or with its line; numbers are no words, for nobody spells them.
pub fn count(text: &str) -> Counts {
    let mut counts = Counts::default();
    for sentence in text.split(['.', '!', '?', ';', '\n']) {
        let words: Vec<usize> = sentence
            .split(|c: char| !c.is_alphanumeric() && !matches!(c, '\'' | '’'))
            .filter(|word| word.chars().any(char::is_alphabetic))
            .filter(|word| !word.chars().any(|c| c.is_ascii_digit()))
            .map(syllables)
            .collect();
        if !words.is_empty() {
            counts.sentences += 1;
            counts.words += words.len();
            counts.syllables += words.iter().sum::<usize>();
        }
    }
    counts
}

/// By groups of vowels, less those that are written and not spoken. At least one; an abbreviation in capitals has one for each letter.
fn syllables(word: &str) -> usize {
    let letters: Vec<char> = word.chars().filter(|c| c.is_alphabetic()).collect();
    if (2..=4).contains(&letters.len()) && letters.iter().all(|c| c.is_uppercase()) {
        return letters.len();
    }
    let word: String = letters.iter().flat_map(|c| c.to_lowercase()).collect();
    for end in ["ful", "ly", "less", "ness", "ment", "ments"] {
        if let Some(stem) = word.strip_suffix(end).filter(|stem| stem.ends_with('e')) {
            return spoken(stem) + 1;
        }
    }
    spoken(&word)
}

fn spoken(word: &str) -> usize {
    let is_vowel = |c: char| matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'y');
    let mut groups = 0;
    let mut before = ' ';
    for letter in word.chars() {
        // "di-al" and "du-al" are two; "pain" and "team" are one.
        let parted = matches!((before, letter), ('i', 'a' | 'o' | 'u') | ('u', 'a' | 'i'));
        if is_vowel(letter) && (!is_vowel(before) || parted) {
            groups += 1;
        }
        before = letter;
    }
    groups += extra(word);
    groups.saturating_sub(silent(word)).max(1)
}

/// What is spoken apart though its vowels stand together.
fn extra(word: &str) -> usize {
    let doing = ["eing", "oing", "ying", "uing"].iter();
    usize::from(doing.clone().any(|end| word.ends_with(end)))
        + usize::from(matches!(
            word,
            "real" | "really" | "idea" | "diet" | "quiet" | "video" | "science" | "create"
        ))
}

/// What is written and not spoken: the last e (not of "table"), -es and -ed after most letters; "-tion", "-cial", "gui-", "qu".
fn silent(word: &str) -> usize {
    let letter_before = |end: &str| word.strip_suffix(end).and_then(|rest| rest.chars().last());
    let is_consonant = |c: char| !matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'y');
    let mut silent = 0;
    if let Some(before) = letter_before("e") {
        let table = before == 'l' && letter_before("le").is_some_and(is_consonant);
        silent += usize::from(is_consonant(before) && !table);
    } else if let Some(before) = letter_before("ed") {
        silent += usize::from(is_consonant(before) && !matches!(before, 't' | 'd'));
    } else if let Some(before) = letter_before("es") {
        let hissed = matches!(before, 's' | 'x' | 'z' | 'c' | 'g')
            || word.ends_with("ches")
            || word.ends_with("shes");
        let tables = before == 'l' && letter_before("les").is_some_and(is_consonant);
        silent += usize::from(is_consonant(before) && !hissed && !tables);
    }
    let together = [
        "tion", "tiou", "sion", "ciou", "cia", "tia", "gion", "giou", "gui", "gua", "qui", "qua",
        "sui", "bui", "jui",
    ];
    silent
        + together
            .iter()
            .map(|part| word.matches(part).count())
            .sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn syllables_are_as_they_are_spoken() {
        let by_hand = [
            (
                1,
                "pain help sheet team week rest worse moved asked friend the build",
            ),
            (
                2,
                "being doing real table people going letter useful waited changes quiet GP moving",
            ),
            (
                3,
                "together physio video hospital exercise idea surgery NHS",
            ),
            (4, "information community"),
            (6, "physiotherapy's"),
        ];
        let mut wrong = Vec::new();
        for (count, words) in by_hand {
            let counted = words.split(' ').map(|word| (word, count, syllables(word)));
            wrong.extend(counted.filter(|(_, by_hand, counted)| by_hand != counted));
        }
        assert_eq!(wrong, []);
    }

    #[test]
    fn counted_by_hand() {
        // 3 sentences, 18 words; syllables 1+1+1+1+1+1, 1+1+2+1+1, 1+2+1+1+1+1+1.
        let text =
            "Your pain is not your fault. We can teach you more.\nWe listen and then we plan steps";
        assert_eq!(
            count(text),
            Counts {
                sentences: 3,
                words: 18,
                syllables: 19
            }
        );
        assert_eq!(count("Ring 01632 960301.").words, 1);
        assert_eq!(count(""), Counts::default());
        assert_eq!(reading_age(text), None, "too short");
    }

    #[test]
    fn plain_words_are_for_children_and_a_policy_is_not() {
        let plain = "We help people who have pain that does not go away. You talk with us by phone once a week. \
                     We will ring you in the next three weeks. You can bring a friend. Tell us what you need. \
                     If you feel worse, ring your surgery.";
        let policy = "The participants experiencing persistent musculoskeletal symptomatology are comprehensively evaluated by \
                      multidisciplinary practitioners, whereupon individualised rehabilitation interventions incorporating \
                      psychological, pharmacological and physiotherapeutic modalities are collaboratively negotiated with \
                      participating organisations, commissioners and statutory safeguarding representatives.";
        let (plain, policy) = (reading_age(plain).unwrap(), reading_age(policy).unwrap());
        assert!(plain < 9.0, "{plain}");
        assert!(policy > 20.0, "{policy}");
    }
}
