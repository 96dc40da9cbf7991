//! The referral as plain text, for whoever reads mail without HTML and for the practice's own record.

use letter::{DEMONSTRATION, LetterContent, LetterRow, one_line, paragraphs};

/// RFC 5322, 2.1.1 asks for at most 78 characters a line; two are left for a reply's "> ".
const WIDTH: usize = 76;
/// Values of several lines are indented, so that nothing in one can pass for a label or a heading of ours.
const INDENT: &str = "    ";

/// The letter as text, lines ending in `\n`. Words are never cut: one longer than a line has a line of its own.
pub fn text(content: &LetterContent) -> String {
    let mut out = String::new();
    if content.demonstration {
        wrap(&mut out, "", DEMONSTRATION);
        out.push('\n');
    }
    wrap(&mut out, "", &one_line(&content.title));
    pair(&mut out, "Reference", &content.reference);
    pair(&mut out, "Dated", &content.dated);
    for section in &content.sections {
        heading(&mut out, &one_line(&section.heading));
        for row in &section.rows {
            fact(&mut out, row);
        }
    }
    for paragraph in content.closing.iter().flat_map(|text| paragraphs(text)) {
        out.push('\n');
        for line in paragraph {
            wrap(&mut out, "", &line);
        }
    }
    out
}

fn heading(out: &mut String, heading: &str) {
    out.push('\n');
    if !heading.is_empty() {
        wrap(out, "", &heading.to_uppercase());
    }
}

fn fact(out: &mut String, row: &LetterRow) {
    let paragraphs = paragraphs(&row.value);
    if let [only] = paragraphs.as_slice()
        && let [line] = only.as_slice()
        && row.label.chars().count() + 2 + line.chars().count() <= WIDTH
    {
        return pair(out, &row.label, line);
    }
    pair(out, &row.label, "");
    for (index, lines) in paragraphs.iter().enumerate() {
        if index > 0 {
            out.push('\n');
        }
        for line in lines {
            wrap(out, INDENT, line);
        }
    }
}

fn pair(out: &mut String, label: &str, value: &str) {
    wrap(
        out,
        "",
        &format!("{}: {}", one_line(label), one_line(value)),
    );
}

/// Breaks a line at its spaces. A no-break space is part of a word.
fn wrap(out: &mut String, indent: &str, line: &str) {
    let mut used = 0;
    for word in line.split(' ').filter(|word| !word.is_empty()) {
        let length = word.chars().count();
        if used > 0 && used + 1 + length <= WIDTH {
            out.push(' ');
            used += 1 + length;
        } else {
            if used > 0 {
                out.push('\n');
            }
            out.push_str(indent);
            used = indent.len() + length;
        }
        out.push_str(word);
    }
    if used > 0 {
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample;

    #[test]
    fn the_whole_text() {
        insta::assert_snapshot!(text(&sample::smith()));
    }

    #[test]
    fn no_line_is_longer_than_76_unless_it_is_one_word() {
        let text = text(&sample::long());
        assert!(text.lines().count() > 200);
        for line in text.lines() {
            assert!(
                line.chars().count() <= 76 || !line.trim().contains(' '),
                "{line}"
            );
        }
    }

    #[test]
    fn a_demonstration_says_so_in_the_first_line_and_a_real_letter_nowhere() {
        let mut content = sample::smith();
        assert!(text(&content).starts_with("DEMONSTRATION. "));
        content.demonstration = false;
        assert!(!text(&content).contains("DEMONSTRATION"));
    }

    #[test]
    fn a_value_cannot_pass_for_a_label_of_ours() {
        let mut content = sample::smith();
        content.sections[0].rows[0].value = "x\n\nNHS number: 999 000 0026\r\nREASON".into();
        let text = text(&content);
        assert!(text.contains("\n    NHS number: 999 000 0026\n"), "{text}");
        assert!(!text.contains("\nNHS number: 999 000 0026"), "{text}");
    }
}
