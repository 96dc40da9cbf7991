//! What a person answered to criteria: the key that names a rule, and where an answer to one rule settles another.
//!
//! An answer is given once: a key names the rule and not the service, and what follows from an answer by logic alone (pain for
//! over 12 months is pain for over 3) is not asked again. The answer to the very rule always stands before what follows from others.

use super::{KnownFacts, outcomes::same};
use crate::model::{Criterion, CriterionRule};

/// An answer of a person to the criterion of that key: whether it is met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownAnswer {
    pub key: String,
    pub met: bool,
}

/// What the answers say of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    Nothing,
    /// The rule itself was answered.
    Directly(bool),
    /// It follows from the answer to another.
    Elsewhere(bool),
}

impl Told {
    pub fn about(criterion: &Criterion, facts: &KnownFacts) -> Self {
        let own = key(criterion);
        // The newest answer stands last.
        let direct = facts.answers.iter().rfind(|answer| answer.key == own);
        if let Some(answer) = direct {
            return Self::Directly(answer.met);
        }
        let mut newest_first = facts.answers.iter().rev();
        newest_first
            .find_map(|answer| follows(&criterion.rule, answer))
            .map_or(Self::Nothing, Self::Elsewhere)
    }
}

/// The name of a rule: equal for equal rules, whatever the service and however it writes them.
pub(super) fn key(criterion: &Criterion) -> String {
    match &criterion.rule {
        CriterionRule::Age {} => "age".to_owned(),
        CriterionRule::Area {} => "area".to_owned(),
        CriterionRule::RegisteredWith { .. } => "registered-with".to_owned(),
        CriterionRule::PainDuration { months } => format!("{DURATION}{months}"),
        CriterionRule::Condition { any_of } => {
            let mut words: Vec<String> = any_of.iter().map(|word| folded(word)).collect();
            words.sort_unstable();
            words.dedup();
            format!("{CONDITION}{}", words.join("|"))
        }
        CriterionRule::Measure {
            name,
            minimum,
            maximum,
        } => {
            let limit =
                |limit: &Option<i32>| limit.map_or(String::new(), |limit| limit.to_string());
            format!(
                "measure:{}:{}:{}",
                folded(name),
                limit(minimum),
                limit(maximum)
            )
        }
        CriterionRule::Exclusion { of } => format!("{EXCLUSION}{}", folded(of)),
        CriterionRule::Question {} => format!("question:{}", folded(&criterion.sentence)),
    }
}

const DURATION: &str = "pain-duration:";
const CONDITION: &str = "condition:";
const EXCLUSION: &str = "exclusion:";

fn folded(text: &str) -> String {
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    words.join(" ")
}

/// Whether the rule is met, if that follows from an answer to another rule.
fn follows(rule: &CriterionRule, answer: &KnownAnswer) -> Option<bool> {
    match rule {
        CriterionRule::PainDuration { months } => {
            let asked: u8 = answer.key.strip_prefix(DURATION)?.parse().ok()?;
            let settled = if answer.met {
                asked >= *months
            } else {
                asked <= *months
            };
            settled.then_some(answer.met)
        }
        CriterionRule::Condition { any_of } => condition_follows(any_of, answer),
        CriterionRule::Exclusion { of } => {
            // Met, a condition of several words says only that one of them holds.
            let set = conditions(&answer.key)?;
            let only = set.len() == 1;
            let names = set.iter().any(|asked| same(asked, of));
            (names && (only || !answer.met)).then_some(!answer.met)
        }
        _ => None,
    }
}

fn condition_follows(any_of: &[String], answer: &KnownAnswer) -> Option<bool> {
    let holds = |asked: &str| any_of.iter().any(|word| same(word, asked));
    if let Some(excluded) = answer.key.strip_prefix(EXCLUSION) {
        // "Must not be this", not met: the person is.
        if !answer.met {
            return holds(excluded).then_some(true);
        }
        let only = any_of.len() == 1;
        return (only && holds(excluded)).then_some(false);
    }
    let asked = conditions(&answer.key)?;
    let settled = if answer.met {
        asked.iter().all(|word| holds(word))
    } else {
        !any_of.is_empty()
            && any_of
                .iter()
                .all(|word| asked.iter().any(|asked| same(asked, word)))
    };
    settled.then_some(answer.met)
}

fn conditions(key: &str) -> Option<Vec<&str>> {
    let words: Vec<&str> = key.strip_prefix(CONDITION)?.split('|').collect();
    Some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn criterion(rule: &str) -> Criterion {
        let json = format!(r#"{{"sentence":"Is  it SO?","rule":{rule}}}"#);
        serde_json::from_str(&json).unwrap()
    }

    fn told(rule: &str, answers: &[(&str, bool)]) -> Told {
        let answers = answers.iter().map(|(key, met)| KnownAnswer {
            key: (*key).to_owned(),
            met: *met,
        });
        let facts = KnownFacts {
            answers: answers.collect(),
            ..KnownFacts::default()
        };
        Told::about(&criterion(rule), &facts)
    }

    #[test]
    fn a_key_is_equal_for_equal_rules_however_they_are_written() {
        let key = |rule: &str| key(&criterion(rule));
        assert_eq!(
            key(r#"{"type":"condition","any_of":["Low  mood","CWP","cwp"]}"#),
            key(r#"{"type":"condition","any_of":["cwp","low mood"]}"#)
        );
        assert_eq!(key(r#"{"type":"question"}"#), "question:is it so?");
        let different = [
            r#"{"type":"pain-duration","months":3}"#,
            r#"{"type":"pain-duration","months":12}"#,
            r#"{"type":"exclusion","of":"cwp"}"#,
            r#"{"type":"condition","any_of":["cwp"]}"#,
            r#"{"type":"measure","name":"PHQ-9","minimum":10}"#,
            r#"{"type":"measure","name":"PHQ-9","maximum":10}"#,
        ]
        .map(key);
        let once: std::collections::BTreeSet<&String> = different.iter().collect();
        assert_eq!(once.len(), different.len(), "{different:?}");
    }

    #[test]
    fn what_follows_by_logic_is_not_asked_and_what_does_not_is() {
        use Told::{Directly, Elsewhere, Nothing};
        let six = r#"{"type":"pain-duration","months":6}"#;
        let either = r#"{"type":"condition","any_of":["CWP","low mood"]}"#;
        let one = r#"{"type":"condition","any_of":["CWP"]}"#;
        let without = r#"{"type":"exclusion","of":"cwp"}"#;
        let table = [
            (six, ("pain-duration:12", true), Elsewhere(true)),
            (six, ("pain-duration:3", true), Nothing),
            (six, ("pain-duration:3", false), Elsewhere(false)),
            (six, ("pain-duration:12", false), Nothing),
            (six, ("pain-duration:6", false), Directly(false)),
            (six, ("pain-duration:lots", true), Nothing),
            (either, ("condition:cwp", true), Elsewhere(true)),
            (either, ("condition:cwp", false), Nothing),
            (one, ("condition:cwp|low mood", true), Nothing),
            (one, ("condition:cwp|low mood", false), Elsewhere(false)),
            // "Must not have CWP", not met: the patient has it.
            (either, ("exclusion:cwp", false), Elsewhere(true)),
            (either, ("exclusion:cwp", true), Nothing),
            (one, ("exclusion:cwp", true), Elsewhere(false)),
            (without, ("condition:cwp", true), Elsewhere(false)),
            (without, ("condition:cwp|low mood", true), Nothing),
            (without, ("condition:cwp|low mood", false), Elsewhere(true)),
            (
                r#"{"type":"condition","any_of":[]}"#,
                ("condition:cwp", false),
                Nothing,
            ),
            (r#"{"type":"question"}"#, ("condition:cwp", true), Nothing),
        ];
        for (rule, answer, expected) in table {
            assert_eq!(told(rule, &[answer]), expected, "{rule} after {answer:?}");
        }
    }

    #[test]
    fn the_newest_answer_holds_and_the_rules_own_before_any_other() {
        let six = r#"{"type":"pain-duration","months":6}"#;
        let changed = [("pain-duration:12", true), ("pain-duration:3", false)];
        assert_eq!(told(six, &changed), Told::Elsewhere(false));
        let own = [("pain-duration:6", true), ("pain-duration:3", false)];
        assert_eq!(told(six, &own), Told::Directly(true));
        let twice = [("pain-duration:6", true), ("pain-duration:6", false)];
        assert_eq!(told(six, &twice), Told::Directly(false));
    }
}
