//! A suggested correction and what is published now, merged three ways: base, proposed, published.

use super::CorrectionState;

/// What becomes of a correction, given what its entry said when it was suggested and what it says now; none is a service that has left
/// the directory. Published as it was: it goes on. Published as proposed: it is retired. Anything else: a person decides, side by side.
pub fn merge(base: &str, proposed: &str, published: Option<&str>) -> CorrectionState {
    let Some(published) = published else {
        return CorrectionState::Gone;
    };
    if same(published, proposed) {
        CorrectionState::TakenUp
    } else if same(published, base) {
        CorrectionState::Open
    } else {
        CorrectionState::Conflict
    }
}

/// Spaces, capital letters and a full stop at the end make no other value: people type what a curator publishes.
pub fn same(one: &str, other: &str) -> bool {
    normal(one) == normal(other)
}

fn normal(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = words.join(" ").to_lowercase();
    let bare = line.trim_end_matches(['.', ' ']);
    // A phone number is the same number however it is spaced.
    if bare.chars().any(|c| c.is_ascii_digit())
        && bare
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, ' ' | '+' | '(' | ')' | '-'))
    {
        bare.chars()
            .filter(|c| c.is_ascii_digit() || *c == '+')
            .collect()
    } else {
        bare.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use CorrectionState::{Conflict, Gone, Open, TakenUp};
    use proptest::prelude::*;

    #[test]
    fn the_whole_table() {
        for (base, proposed, published, becomes) in [
            ("01632 960001", "01632 960002", Some("01632 960001"), Open),
            ("01632 960001", "01632 960002", Some("01632960002"), TakenUp),
            (
                "01632 960001",
                "01632 960002",
                Some("01632 960003"),
                Conflict,
            ),
            ("01632 960001", "01632 960002", Some(""), Conflict),
            ("01632 960001", "", Some(""), TakenUp),
            ("01632 960001", "01632 960002", None, Gone),
            ("3 weeks", "8 weeks", Some("8  Weeks."), TakenUp),
        ] {
            assert_eq!(
                merge(base, proposed, published),
                becomes,
                "{base} {proposed} {published:?}"
            );
        }
    }

    #[test]
    fn digits_are_not_squeezed_where_they_are_not_a_phone_number() {
        assert!(!same("8 12 weeks", "812 weeks"));
        assert!(same("(01632) 960-001", "01632 960001"));
        assert!(!same("+44 1632 960001", "01632 960001"));
    }

    fn value() -> impl Strategy<Value = String> {
        prop_oneof!["[a-c ]{0,3}", "[0-9 ]{0,4}", "\\PC{0,12}"]
    }

    proptest! {
        /// What is retired is what was proposed, and nothing else is.
        #[test]
        fn only_what_was_proposed_retires_it(base in value(), proposed in value(), published in value()) {
            let retired = merge(&base, &proposed, Some(&published)) == TakenUp;
            prop_assert_eq!(retired, same(&proposed, &published));
        }

        /// Nothing that somebody else published is passed over in silence.
        #[test]
        fn a_third_value_is_always_a_conflict(base in value(), proposed in value(), published in value()) {
            let third = !same(&published, &base) && !same(&published, &proposed);
            prop_assert_eq!(merge(&base, &proposed, Some(&published)) == Conflict, third);
        }

        /// It depends on what is published now, and on nothing in between: the same version twice, or by way of another, ends the same.
        #[test]
        fn the_last_version_decides(base in value(), proposed in value(), versions in prop::collection::vec(value(), 1..5)) {
            let last = versions.last().cloned().unwrap_or_default();
            let mut state = Open;
            for published in versions.iter().chain([&last]) {
                state = merge(&base, &proposed, Some(published));
            }
            prop_assert_eq!(state, merge(&base, &proposed, Some(&last)));
            prop_assert_eq!(merge(&base, &proposed, Some(&base)) == Open, !same(&base, &proposed));
        }
    }
}
