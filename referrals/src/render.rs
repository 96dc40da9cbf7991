//! The forms in which a referral leaves: plain text, HTML, and the mail that carries both and the PDF letter. Pure.

pub mod content;
pub mod daily;
pub mod email;
pub mod html;
pub mod notice;
pub mod text;

#[cfg(test)]
pub(crate) mod sample;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::sample;

    proptest! {
        // Each letter is set in full, which takes a while without optimisation.
        #![proptest_config(ProptestConfig::with_cases(40))]

        #[test]
        fn any_letter_can_be_set_as_pdf(content in sample::any_letter()) {
            let pdf = letter::pdf(&content);
            prop_assert!(pdf.is_ok_and(|bytes| bytes.starts_with(b"%PDF")));
        }
    }
}
