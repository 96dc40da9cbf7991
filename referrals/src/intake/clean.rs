//! The pasted text made plain: one kind of space, line end, quote and dash, no invisible characters; and the way back.

use std::ops::Range;

/// Bytes of the plain text.
pub type Span = Range<usize>;

/// The plain text, which remembers where in the original each of its characters stood.
pub struct Plain<'a> {
    original: &'a str,
    pub text: String,
    /// For each character: where it begins here, where it began there, and where it ended there.
    characters: Vec<(usize, usize, usize)>,
}

impl<'a> Plain<'a> {
    pub fn of(original: &'a str) -> Self {
        let mut text = String::with_capacity(original.len());
        let mut characters = Vec::with_capacity(original.len());
        let mut after_return = false;
        for (at, c) in original.char_indices() {
            let line_feed_of_pair = c == '\n' && after_return;
            after_return = c == '\r';
            if is_invisible(c) || line_feed_of_pair {
                continue;
            }
            characters.push((text.len(), at, at + c.len_utf8()));
            text.push(plain_character(c));
        }
        Self {
            original,
            text,
            characters,
        }
    }

    /// The piece of the plain text; empty where the span is not one.
    pub fn get(&self, span: &Span) -> &str {
        self.text.get(span.clone()).unwrap_or_default()
    }

    /// The exact piece of the original that became this span.
    pub fn source(&self, span: &Span) -> String {
        let first = self
            .characters
            .partition_point(|(here, ..)| *here < span.start);
        let last = self
            .characters
            .partition_point(|(here, ..)| *here < span.end);
        let start = self.characters.get(first).map(|(_, start, _)| *start);
        let end = last
            .checked_sub(1)
            .and_then(|at| self.characters.get(at))
            .map(|(.., end)| *end);
        match (start, end) {
            (Some(start), Some(end)) if start < end => {
                self.original.get(start..end).unwrap_or_default().to_owned()
            }
            _ => String::new(),
        }
    }

    /// Not text that a person could have copied: more than one character in ten is a control or a replacement character.
    pub fn is_binary(&self) -> bool {
        let odd = |c: &char| {
            (c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{c}' | '\u{b}'))
                || *c == '\u{fffd}'
        };
        self.original.contains('\0')
            || self.original.chars().filter(odd).count() * 10 > self.characters.len()
    }
}

/// Zero-width characters, bidirectional controls, soft hyphens, variation selectors and the byte order mark.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

fn plain_character(c: char) -> char {
    match c {
        '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => '\n',
        '\t' => '\t',
        '‘' | '’' | '‛' | 'ʼ' | '′' | '`' | '´' => '\'',
        '“' | '”' | '„' | '″' | '«' | '»' => '"',
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' => '-',
        '•' | '·' | '▪' | '●' | '◦' | '‣' | '■' | '►' => '•',
        '¦' | '│' => '|',
        // Full-width forms stand at a fixed distance from ASCII (Unicode block FF00).
        '\u{ff01}'..='\u{ff5e}' => u32::from(c)
            .checked_sub(0xfee0)
            .and_then(char::from_u32)
            .unwrap_or(c),
        _ if c.is_whitespace() || c.is_control() => ' ',
        _ => c,
    }
}

/// A line of the plain text, and the block of lines without an empty one between them that it stands in.
#[derive(Clone)]
pub struct Line {
    pub span: Span,
    pub block: usize,
}

/// All lines, empty ones too.
pub fn lines(text: &str) -> Vec<Line> {
    let (mut start, mut block, mut after_text) = (0, 0, false);
    let mut all = Vec::new();
    for line in text.split('\n') {
        let is_empty = line.trim().is_empty();
        if is_empty && after_text {
            block += 1;
        }
        after_text = !is_empty;
        all.push(Line {
            span: start..start + line.len(),
            block,
        });
        start += line.len() + 1;
    }
    all
}

/// The span without the characters at its two ends.
pub fn trimmed(text: &str, span: &Span, ends: &[char]) -> Span {
    let piece = text.get(span.clone()).unwrap_or_default();
    let is_end = |c: char| c.is_whitespace() || ends.contains(&c);
    let front = piece.len() - piece.trim_start_matches(is_end).len();
    let kept = piece.trim_matches(is_end).len();
    span.start + front..span.start + front + kept
}
