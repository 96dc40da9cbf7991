//! Making plain text of whatever stands in a feed: no HTML, nothing invisible, no longer than a record allows.

use super::repair::Why;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::{RawKind, Rawtext, Rcdata, ScriptData};
use html5ever::tokenizer::{
    BufferQueue, CharacterTokens, EndTag, StartTag, Tag, TagToken, Token, TokenSink,
    TokenSinkResult, Tokenizer, TokenizerOpts,
};
use std::cell::{Cell, RefCell};

/// How long a text may be, and whether it may have lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// 200 characters, as a directory allows for names.
    Name,
    Line,
    /// May have several lines.
    Long,
}

impl Length {
    fn most(self) -> usize {
        match self {
            Self::Name => 200,
            Self::Line => 500,
            Self::Long => 6_000,
        }
    }
}

/// More than this is not looked at: it would be cut anyway.
const MOST_RAW: usize = 200_000;
/// Text that was escaped once more by each system that it went through.
const MOST_ROUNDS: usize = 6;

/// A text made plain, with what was done to it; empty where nothing is left.
pub fn plain(raw: &str, length: Length) -> (String, Vec<Why>) {
    let mut whys = Vec::new();
    let mut add = |why| {
        if !whys.contains(&why) {
            whys.push(why);
        }
    };
    let mut text: String = raw.chars().take(MOST_RAW).collect();
    // What is hidden may split a tag, and a tag's text may hold what is hidden: until nothing changes.
    for _ in 0..MOST_ROUNDS {
        let seen = visible(&text);
        if seen != text {
            add(Why::HiddenCharacters);
        }
        text = seen;
        if !looks_like_html(&text) {
            break;
        }
        add(Why::Html);
        text = without_tags(&text);
    }
    if looks_like_html(&text) {
        // Escaped again and again: no tag can begin without its bracket, no entity without its ampersand.
        text = visible(&text).replace(['<', '&'], " ");
    }
    let text = spaced(&text, length == Length::Long);
    let Some((end, _)) = text.char_indices().nth(length.most()) else {
        return (text, whys);
    };
    add(Why::TooLong);
    let kept = text.get(..end).unwrap_or_default();
    let mut kept: String = kept.chars().take(length.most() - 1).collect();
    kept.push('…');
    (kept, whys)
}

/// A piece of a feed as a report may show it: short, what is hidden as a number.
pub fn shown(text: &str, most: usize) -> String {
    let mut shown = String::new();
    for c in text.chars().take(most) {
        if is_hidden(c) && c != ' ' {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    if text.chars().nth(most).is_some() {
        shown.push('…');
    }
    shown
}

/// What a directory refuses, but for breaks of lines and tabs, which become spaces.
fn is_hidden(c: char) -> bool {
    !matches!(c, '\n' | '\r' | '\t' | '\u{85}' | '\u{2028}' | '\u{2029}')
        && crate::feed::is_forbidden(c)
}

fn visible(text: &str) -> String {
    text.chars().filter(|c| !is_hidden(*c)).collect()
}

/// A tag, a comment or an entity, as HTML's own tokenizer would take it; "age < 16" and "R&B" are none.
fn looks_like_html(text: &str) -> bool {
    let begins_tag = |c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?');
    let after = |mark: char| text.split(mark).skip(1);
    after('<').any(|rest| rest.starts_with(begins_tag)) || after('&').any(is_entity)
}

/// What follows an ampersand: "nbsp;", "#8217;". Only with its semicolon, since an address may well hold "&copy=1".
fn is_entity(rest: &str) -> bool {
    rest.split_once(';').is_some_and(|(name, _)| {
        let digits = name.strip_prefix('#').unwrap_or(name);
        (1..=32).contains(&digits.len()) && digits.chars().all(|c| c.is_ascii_alphanumeric())
    })
}

/// What a browser would show of it, by the tokenizer of the HTML standard: no tree is built, so nesting costs nothing.
fn without_tags(text: &str) -> String {
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(text));
    let tokenizer = Tokenizer::new(Shown::default(), TokenizerOpts::default());
    // No token asks for a script to be run, so one call reads everything.
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    tokenizer.sink.text.into_inner()
}

#[derive(Default)]
struct Shown {
    text: RefCell<String>,
    /// Inside an element whose contents nobody sees.
    unseen: Cell<bool>,
}

impl TokenSink for Shown {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        match token {
            CharacterTokens(characters) if !self.unseen.get() => {
                self.text.borrow_mut().push_str(&characters);
            }
            TagToken(tag) => return self.tag(&tag),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl Shown {
    fn tag(&self, tag: &Tag) -> TokenSinkResult<()> {
        self.unseen.set(false);
        let mut text = self.text.borrow_mut();
        match tag.name.as_ref() {
            "li" if tag.kind == StartTag => text.push_str("\n- "),
            "p" | "div" | "br" | "ul" | "ol" | "tr" | "table" | "section" | "article"
            | "blockquote" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "hr" => text.push('\n'),
            "td" | "th" | "option" => text.push(' '),
            _ => {}
        }
        if tag.kind == EndTag {
            return TokenSinkResult::Continue;
        }
        let Some((kind, unseen)) = raw_contents(tag.name.as_ref()) else {
            return TokenSinkResult::Continue;
        };
        self.unseen.set(unseen);
        TokenSinkResult::RawData(kind)
    }
}

/// Elements whose contents are not markup (HTML standard, 13.2.6.4), and whether they are not seen either.
fn raw_contents(name: &str) -> Option<(RawKind, bool)> {
    match name {
        "script" => Some((ScriptData, true)),
        "style" | "noscript" | "noembed" | "noframes" | "iframe" | "template" => {
            Some((Rawtext, true))
        }
        "xmp" => Some((Rawtext, false)),
        "title" | "textarea" => Some((Rcdata, false)),
        _ => None,
    }
}

/// Single spaces, lines without their margins, and one empty line at most.
fn spaced(text: &str, lines: bool) -> String {
    let is_break = |c: char| matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}');
    if !lines {
        return text.split_whitespace().collect::<Vec<_>>().join(" ");
    }
    let mut made = String::with_capacity(text.len());
    let mut empty_lines = 0;
    for line in text.replace("\r\n", "\n").split(is_break) {
        let words = line.split_whitespace().collect::<Vec<_>>().join(" ");
        if words.is_empty() || words == "-" {
            empty_lines += 1;
            continue;
        }
        if !made.is_empty() {
            made.push_str(if empty_lines > 0 { "\n\n" } else { "\n" });
        }
        empty_lines = 0;
        made.push_str(&words);
    }
    made
}
