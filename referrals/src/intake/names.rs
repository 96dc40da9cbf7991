//! Reads a person's name out of a piece of text: `SMITH, John (Mr)`, `Mr John Smith`, `SMITH John`.

use super::clean::Span;
use crate::patient::is_title;

/// The parts of a name, each where it stands in the text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NameSpans {
    pub family: Option<Span>,
    pub given: Option<Span>,
    pub title: Option<Span>,
}

#[derive(Clone)]
struct Token<'a> {
    text: &'a str,
    span: Span,
    comma_after: bool,
    bracketed: bool,
}

/// The name at the front of a piece of text that is said to be one. `labelled` allows names in lower case.
pub fn name_in_front(text: &str, span: &Span, labelled: bool) -> Option<NameSpans> {
    let tokens = tokens(text, span);
    let lower = labelled
        && tokens
            .iter()
            .take(4)
            .all(|t| t.text.chars().all(|c| !c.is_uppercase()));
    let run: Vec<Token> = tokens
        .into_iter()
        .take_while(|t| is_name_token(t, lower))
        .take(7)
        .collect();
    split(&run)
}

/// The name that ends where the piece of text does: "Thank you for seeing Mr John Smith".
pub fn name_at_end(text: &str, span: &Span) -> Option<NameSpans> {
    let mut tokens = tokens(text, span);
    while tokens
        .last()
        .is_some_and(|t| t.bracketed && !is_title(t.text) && !is_name_token(t, false))
    {
        tokens.pop();
    }
    while tokens.last().is_some_and(|t| is_age_or_sex(t.text)) {
        tokens.pop();
    }
    let all_lower = tokens.len() <= 3 && tokens.iter().all(|t| is_lower_name(t.text));
    let mut run: Vec<Token> = tokens
        .iter()
        .rev()
        .take_while(|t| is_name_token(t, all_lower))
        .take(6)
        .cloned()
        .collect();
    run.reverse();
    // Of two commas only the last can stand within a name.
    let commas: Vec<usize> = run
        .iter()
        .enumerate()
        .filter(|(at, t)| {
            t.comma_after
                && run
                    .get(at + 1)
                    .is_some_and(|next| !is_title(next.text) || at + 2 < run.len() || *at == 0)
        })
        .map(|(at, _)| at)
        .collect();
    if let [.., before, _] = commas.as_slice() {
        run.drain(..=*before);
    }
    // A title begins a name: "Dear Dr Patel Mr John Smith".
    if let Some(at) = run.iter().rposition(|t| is_title(t.text) && !t.bracketed)
        && at + 1 < run.len()
        && !run.get(at.wrapping_sub(1)).is_some_and(|t| t.comma_after)
    {
        run.drain(..at);
    }
    while run.first().is_some_and(|t| {
        is_particle(t.text) && run.len() > 2 && !t.text.starts_with(char::is_uppercase)
    }) && tokens.len() > run.len()
    {
        run.remove(0);
    }
    split(&run)
}

/// "Jane Doe, F, 46 years old," before the date of birth.
fn is_age_or_sex(word: &str) -> bool {
    let plain = word.trim_end_matches('.').to_lowercase();
    let age = plain.starts_with(|c: char| c.is_ascii_digit()) && plain.len() <= 5;
    age || matches!(
        plain.as_str(),
        "m" | "f"
            | "male"
            | "female"
            | "aged"
            | "age"
            | "y"
            | "yo"
            | "yr"
            | "yrs"
            | "years"
            | "year"
            | "old"
            | "y/o"
            | "a"
            | "an"
            | "is"
            | "who"
            | "his"
            | "her"
    )
}

/// A name behind the last "Mr", "Mrs" and so on, in any case: "pls see mrs jane doe".
pub fn name_after_title(text: &str, span: &Span) -> Option<NameSpans> {
    let tokens = tokens(text, span);
    let at = tokens.iter().rposition(|t| {
        matches!(
            t.text.trim_end_matches('.').to_lowercase().as_str(),
            "mr" | "mrs" | "ms" | "miss" | "mx" | "master"
        )
    })?;
    let lower = tokens.get(at + 1)?.text.starts_with(char::is_lowercase);
    let mut run: Vec<Token> = Vec::new();
    for (nth, token) in tokens.into_iter().skip(at).take(5).enumerate() {
        if nth > 0 && (!is_name_token(&token, lower) || is_age_or_sex(token.text)) {
            break;
        }
        let last = token.comma_after && nth > 1;
        run.push(token);
        if last {
            break;
        }
    }
    (run.len() > 1).then(|| split(&run)).flatten()
}

/// Whether a whole line is a name and nothing else.
pub fn whole_name(text: &str, span: &Span) -> Option<NameSpans> {
    let tokens = tokens(text, span);
    let shape = (2..=5).contains(&tokens.len()) && tokens.iter().all(|t| is_name_token(t, false));
    let clean = text.get(span.clone()).is_some_and(|t| {
        !t.contains([':', '@', '.', '/']) || tokens.iter().any(|t| is_title(t.text))
    });
    if shape && clean { split(&tokens) } else { None }
}

fn tokens<'a>(text: &'a str, span: &Span) -> Vec<Token<'a>> {
    let piece = text.get(span.clone()).unwrap_or_default();
    let mut all: Vec<Token> = Vec::new();
    let mut start: Option<usize> = None;
    let mut in_bracket = false;
    let end = piece.len();
    for (at, c) in piece.char_indices().chain([(end, ' ')]) {
        let divides = c.is_whitespace() || ",()[];:\"/|*_".contains(c);
        if !divides {
            start.get_or_insert(at);
            continue;
        }
        if let Some(from) = start.take()
            && let Some(word) = piece.get(from..at)
        {
            all.push(Token {
                text: word,
                span: span.start + from..span.start + at,
                comma_after: false,
                bracketed: in_bracket,
            });
        }
        match c {
            ',' | ';' => {
                if let Some(last) = all.last_mut() {
                    last.comma_after = true;
                }
            }
            '(' | '[' => in_bracket = true,
            ')' | ']' => in_bracket = false,
            // A mark that no name holds ends what can be one.
            ':' | '|' => all.push(Token {
                text: "0",
                span: span.start + at..span.start + at,
                comma_after: false,
                bracketed: false,
            }),
            _ => {}
        }
        if all.len() > 400 {
            break;
        }
    }
    all
}

fn is_particle(word: &str) -> bool {
    matches!(
        word.to_lowercase().as_str(),
        "van"
            | "von"
            | "der"
            | "den"
            | "de"
            | "la"
            | "le"
            | "du"
            | "da"
            | "das"
            | "dos"
            | "di"
            | "del"
            | "della"
            | "bin"
            | "bint"
            | "ibn"
            | "al"
            | "el"
            | "ap"
            | "ter"
            | "ten"
            | "st"
            | "st."
            | "mac"
            | "mc"
            | "o'"
            | "abu"
            | "ben"
    )
}

fn is_suffix(word: &str) -> bool {
    matches!(
        word.trim_end_matches('.').to_lowercase().as_str(),
        "jr" | "jnr"
            | "snr"
            | "obe"
            | "mbe"
            | "cbe"
            | "esq"
            | "phd"
            | "junior"
            | "senior"
            | "bem"
            | "qc"
            | "kc"
            | "ii"
            | "iii"
    )
}

fn has_name_letters(word: &str) -> bool {
    let allowed = |c: char| {
        c.is_alphabetic() || crate::patient::is_combining_mark(c) || matches!(c, '\'' | '-' | '.')
    };
    word.starts_with(char::is_alphabetic) && word.chars().all(allowed) && word.chars().count() <= 40
}

fn is_lower_name(word: &str) -> bool {
    has_name_letters(word) && word.chars().count() > 1 && !is_no_name(word)
}

fn is_name_token(token: &Token, lower: bool) -> bool {
    let word = token.text;
    if token.bracketed {
        return has_name_letters(word) || !word.chars().any(|c| c.is_ascii_digit());
    }
    let ends_sentence = word.ends_with('.') && word.chars().count() > 4 && !is_title(word);
    has_name_letters(word)
        && !ends_sentence
        && !is_no_name(word)
        && (word.starts_with(char::is_uppercase) || is_particle(word) || is_title(word) || lower)
}

/// Labels, places, months, greetings. "I" is an initial and "May" a given name too: they need a label in front of them.
fn is_no_name(word: &str) -> bool {
    let plain = word.trim_end_matches(['.', ':']).to_lowercase();
    super::words::NOT_IN_NAMES.contains(plain.as_str())
}

fn is_capitals(word: &str) -> bool {
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    // `McDONALD` is written in capitals too.
    let word = word
        .strip_prefix("Mc")
        .or(word.strip_prefix("Mac"))
        .unwrap_or(word);
    letters > 1 && word.chars().any(char::is_alphabetic) && !word.chars().any(char::is_lowercase)
}

fn split(run: &[Token]) -> Option<NameSpans> {
    let mut title = None;
    let mut words: Vec<&Token> = Vec::new();
    let mut comma = None;
    for (nth, token) in run.iter().enumerate() {
        let closes = words.len() > 1 || nth == 0 || token.bracketed || comma.is_some();
        if is_title(token.text)
            && (token.bracketed || title.is_none() && (closes || nth + 1 == run.len()))
            && !(words.is_empty() && run.len() == 1)
        {
            title = title.or(Some(token.span.clone()));
        } else if !token.bracketed && !is_suffix(token.text) {
            words.push(token);
        }
        if token.comma_after && !words.is_empty() && comma.is_none() && nth + 1 < run.len() {
            comma = Some(words.len());
        }
    }
    let title_first = run.first().is_some_and(|t| is_title(t.text));
    let (family, given) = match comma {
        Some(at) if at < words.len() => {
            let (before, after) = words.split_at_checked(at)?;
            let family_first = before.len() == 1
                || before.iter().all(|t| is_capitals(t.text))
                || before.first().is_some_and(|t| is_particle(t.text));
            if family_first && !(title_first && before.len() > 1) {
                (before.to_vec(), until_comma(after))
            } else {
                in_order(before)
            }
        }
        _ => in_order(&words),
    };
    let family = span_of(&family)?;
    let given = span_of(&given);
    if given.is_none() && title.is_none() {
        return None;
    }
    Some(NameSpans {
        family: Some(family),
        given,
        title,
    })
}

fn until_comma<'t>(words: &[&'t Token<'t>]) -> Vec<&'t Token<'t>> {
    let end = words
        .iter()
        .position(|t| t.comma_after)
        .map_or(words.len(), |at| at + 1);
    words.iter().take(end.min(3)).copied().collect()
}

/// Given names and family name where no comma divides them: capitals mark the family name, else it is the last one.
fn in_order<'t>(words: &[&'t Token<'t>]) -> (Vec<&'t Token<'t>>, Vec<&'t Token<'t>>) {
    let capitals = words.iter().filter(|t| is_capitals(t.text)).count();
    let mixed = capitals > 0 && capitals < words.len();
    let leading = words
        .iter()
        .take_while(|t| is_capitals(t.text) || is_particle(t.text))
        .count();
    let family_at = if mixed
        && leading > 0
        && leading < words.len()
        && !words.last().is_some_and(|t| is_capitals(t.text))
    {
        return (
            words.iter().take(leading).copied().collect(),
            words.iter().skip(leading).copied().collect(),
        );
    } else if mixed && words.last().is_some_and(|t| is_capitals(t.text)) {
        words.len()
            - words
                .iter()
                .rev()
                .take_while(|t| is_capitals(t.text))
                .count()
    } else {
        words.len().saturating_sub(1)
    };
    let particles = words
        .iter()
        .take(family_at)
        .rev()
        .take_while(|t| is_particle(t.text))
        .count();
    let family_at = if family_at > particles {
        family_at - particles
    } else {
        family_at
    };
    (
        words.iter().skip(family_at).copied().collect(),
        words.iter().take(family_at).copied().collect(),
    )
}

fn span_of(tokens: &[&Token]) -> Option<Span> {
    Some(tokens.first()?.span.start..tokens.last()?.span.end)
}

/// A name that is all capitals or all small letters in the case in which a person would write it: `O'BRIEN-SMITH` is
/// `O'Brien-Smith`, `MCDONALD` is `McDonald`. Anything else is left alone.
pub fn in_title_case(name: &str) -> String {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let name = name.trim_end_matches(['.', ',']);
    let letters = name.chars().filter(|c| c.is_alphabetic()).count();
    let one_case = !name.chars().any(char::is_lowercase) || !name.chars().any(char::is_uppercase);
    if !one_case || letters < 2 {
        return mixed_mc(name);
    }
    if name
        .split([' ', '.'])
        .all(|initial| initial.chars().count() <= 1)
    {
        return name.to_uppercase();
    }
    let mut out = String::with_capacity(name.len());
    let mut word_start = true;
    for c in name.chars() {
        if word_start {
            out.extend(c.to_uppercase());
        } else {
            out.extend(c.to_lowercase());
        }
        word_start = matches!(c, ' ' | '-' | '\'')
            || (!c.is_alphabetic() && !crate::patient::is_combining_mark(c));
    }
    out.split(' ').map(mc).collect::<Vec<_>>().join(" ")
}

/// `McDONALD` has one small letter, and is in capitals all the same.
fn mixed_mc(name: &str) -> String {
    match name.strip_prefix("Mc") {
        Some(rest) if is_capitals(rest) => format!("Mc{}", in_title_case(rest)),
        _ => name.to_owned(),
    }
}

fn mc(word: &str) -> String {
    match word.strip_prefix("Mc") {
        Some(rest) if rest.chars().count() > 2 => {
            let mut letters = rest.chars();
            let first = letters
                .next()
                .map(|c| c.to_uppercase().to_string())
                .unwrap_or_default();
            format!("Mc{first}{}", letters.as_str())
        }
        _ => word.to_owned(),
    }
}
