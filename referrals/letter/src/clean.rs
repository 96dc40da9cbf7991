//! Makes pasted text fit to be set: no control characters, lines and paragraphs as lists, and a visible note for a
//! character that a font lacks (hazard H13).

use std::fmt::Write as _;

const ZERO_WIDTH_SPACE: char = '\u{200B}';

/// The paragraphs of a text, each a list of lines. Control characters are gone, and an empty line parts two paragraphs.
/// A text without words has no paragraphs.
pub fn paragraphs(text: &str) -> Vec<Vec<String>> {
    let clean = clean(text);
    let lines: Vec<&str> = clean.lines().map(trim).collect();
    lines
        .split(|line| line.is_empty())
        .filter(|paragraph| !paragraph.is_empty())
        .map(|paragraph| paragraph.iter().map(ToString::to_string).collect())
        .collect()
}

/// The text as one line: for headings, labels, and whatever else stands alone.
pub fn one_line(text: &str) -> String {
    let clean = clean(text);
    let words: Vec<&str> = clean.split([' ', '\n']).filter(|w| !w.is_empty()).collect();
    words.join(" ")
}

/// Drops control characters and the marks that turn the order of the characters after them (Unicode TR36, 2.2: bidi
/// controls can show a number or a name other than the one that is stored). Every kind of line break becomes `\n`.
fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '\r' => {
                characters.next_if_eq(&'\n');
                out.push('\n');
            }
            '\n' | '\u{0B}' | '\u{0C}' | '\u{85}' | '\u{2028}' | '\u{2029}' => out.push('\n'),
            '\t' => out.push(' '),
            '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}' => {}
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// Trims spaces but leaves the no-break space, which somebody set on purpose.
fn trim(line: &str) -> &str {
    line.trim_matches(' ')
}

/// The text as a font can show it: a character that it lacks becomes a note such as `[U+1F600]`, so that nothing is
/// lost silently. The second value says whether there is such a note.
pub(crate) fn with_notes(text: &str, has_glyph: impl Fn(char) -> bool) -> (String, bool) {
    let mut out = String::with_capacity(text.len());
    let mut noted = false;
    for c in text.chars() {
        if has_glyph(c) {
            out.push(c);
        } else if !only_shapes_its_neighbour(c) {
            // Writing to a String cannot fail.
            let _ = write!(out, "[U+{:04X}]", u32::from(c));
            noted = true;
        }
    }
    (out, noted)
}

/// Joiners and variation selectors choose the shape of the character beside them, which has its own note.
fn only_shapes_its_neighbour(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FE00}'..='\u{FE0F}')
}

/// Lets a word that is wider than its column break (a web address, a line of dashes), because text that leaves the page
/// is lost (H12). Other words stay as they are, so that an address copied from the page is the address.
pub(crate) fn breakable(text: &str, column_em: f64, width_em: impl Fn(char) -> f64) -> String {
    let mut out = String::with_capacity(text.len());
    let mut used = 0.0;
    for c in text.chars() {
        let width = width_em(c);
        used = if c == ' ' { 0.0 } else { used + width };
        // What has no width is an accent and stays with its letter.
        if used > column_em && width > 0.0 {
            out.push(ZERO_WIDTH_SPACE);
            used = width;
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_line_break_is_one() {
        assert_eq!(
            paragraphs("one\r\ntwo\rthree\u{2028}four\u{0C}five\n\n \nsix\n"),
            [vec!["one", "two", "three", "four", "five"], vec!["six"]]
        );
    }

    #[test]
    fn control_characters_and_bidi_marks_are_gone() {
        assert_eq!(one_line("a\u{0}b\u{1B}[31m\u{7F}\u{9B}c"), "ab[31mc");
        assert_eq!(one_line("999\u{202E} 8100\u{2069}"), "999 8100");
        assert_eq!(one_line(" Zoë\tO'Brien-Ó\n "), "Zoë O'Brien-Ó");
    }

    #[test]
    fn text_without_words_has_no_paragraphs() {
        assert!(paragraphs(" \n\t\r\n\u{0}").is_empty());
    }

    #[test]
    fn the_no_break_space_stays() {
        assert_eq!(one_line("999\u{A0}000\u{A0}0018"), "999\u{A0}000\u{A0}0018");
    }

    #[test]
    fn a_missing_character_becomes_a_note() {
        let latin = |c: char| u32::from(c) < 0x250;
        assert_eq!(
            with_notes("fine 😀 ok", latin),
            ("fine [U+1F600] ok".into(), true)
        );
        assert_eq!(
            with_notes("\u{2764}\u{FE0F}", latin),
            ("[U+2764]".into(), true)
        );
        assert_eq!(with_notes("Zoë", latin), ("Zoë".into(), false));
    }

    #[test]
    fn a_word_wider_than_its_column_gets_places_to_break_and_keeps_its_letters() {
        let width = |c: char| if c == '\u{301}' { 0.0 } else { 1.0 };
        let long = "x".repeat(95);
        let broken = breakable(&long, 30.0, width);
        assert_eq!(broken.matches(ZERO_WIDTH_SPACE).count(), 3);
        assert_eq!(broken.replace(ZERO_WIDTH_SPACE, ""), long);
        assert_eq!(
            breakable("short words stay", 6.0, width),
            "short words stay"
        );
        let accents = breakable(&"e\u{301}".repeat(40), 30.0, width);
        assert!(accents.contains("\u{301}\u{200B}e"), "{accents:?}");
        assert!(!accents.contains("\u{200B}\u{301}"), "{accents:?}");
    }
}
