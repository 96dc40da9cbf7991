//! What is typed by hand rather than pasted: a date in a field of its own.

use super::{ReadPatient, date};
use jiff::civil::Date;

/// The whole text is one date, in any form that a paste may have: 14-Jul-1945, 14/07/1945, 1945-07-14.
pub fn typed_date(text: &str, today: Date) -> Option<Date> {
    let text = text.trim();
    date::date_at_start(text, today)
        .filter(|read| read.length == text.len())
        .and_then(|read| read.date)
}

impl ReadPatient {
    /// A valid NHS number outside the range that is never issued: a real person, perhaps.
    pub fn names_a_real_number(&self) -> bool {
        let candidates = self.nhs_number_candidates.iter().chain(&self.nhs_number);
        candidates
            .into_iter()
            .any(|found| !found.value.is_test_range())
    }

    /// Nothing of a patient stands in the text.
    pub fn holds_nothing(&self) -> bool {
        let one = self.nhs_number.is_some()
            || self.invalid_nhs_number.is_some()
            || self.family.is_some()
            || self.given.is_some()
            || self.born.is_some()
            || self.born_problem.is_some()
            || self.postcode.is_some()
            || self.address_lines.is_some()
            || self.deceased.is_some();
        let several = !self.nhs_number_candidates.is_empty() || !self.born_candidates.is_empty();
        !one && !several && self.name_candidates.is_empty() && self.phones.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typed_date_is_the_whole_text_in_uk_order() {
        let today = "2026-11-21".parse().unwrap();
        let typed = |text| typed_date(text, today).map(|date| date.to_string());
        for text in [
            "14-Jul-1945",
            "14/07/1945",
            "1945-07-14",
            " 14 July 1945 ",
            "14.7.45",
        ] {
            assert_eq!(typed(text).as_deref(), Some("1945-07-14"), "{text}");
        }
        for text in ["07/14/1945", "14-Jul-1945 or so", "31-Feb-1945", "soon", ""] {
            assert_eq!(typed(text), None, "{text}");
        }
    }
}
