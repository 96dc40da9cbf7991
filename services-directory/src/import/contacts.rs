//! Telephone numbers, addresses of web pages, postcodes and e-mail addresses out of what people type into such fields.

use std::fmt::Write;

/// A number fit to be dialled, and the words that stood beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phone {
    pub number: String,
    pub label: Option<String>,
}

/// The first number in a text that may be dialled in the United Kingdom; the words around it become its label.
pub fn phone(text: &str) -> Option<Phone> {
    let of_number = |c: char| c.is_ascii_digit() || matches!(c, ' ' | '-' | '(' | ')' | '.' | '+');
    let mut rest = text;
    let mut before = String::new();
    while !rest.is_empty() {
        let start = rest.find(|c: char| c.is_ascii_digit() || matches!(c, '+' | '('))?;
        let (words, from_number) = rest.split_at(start);
        before.push_str(words);
        let end = from_number
            .find(|c| !of_number(c))
            .unwrap_or(from_number.len());
        let (run, after) = from_number.split_at(end);
        // "test1@…" and "a 2nd floor" are no numbers; neither is one that a word touches.
        let apart = !before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '@' | '_'))
            && !after.starts_with('@');
        if apart && is_dialled(run) {
            let words = format!("{before} {after}");
            return Some(Phone {
                number: spaced(run),
                label: label(&words),
            });
        }
        before.push_str(run);
        rest = after;
    }
    None
}

/// Ten or eleven digits from 0; the same from +44; or the few short ones that anybody may ring (111, 116 123, 999).
fn is_dialled(run: &str) -> bool {
    let digits = digits(run);
    let national =
        digits.starts_with('0') && !digits.starts_with("00") && (10..=11).contains(&digits.len());
    let from_abroad = |start: &str| {
        digits.strip_prefix(start).is_some_and(|rest| {
            let rest = rest.strip_prefix('0').unwrap_or(rest);
            (9..=10).contains(&rest.len())
        })
    };
    let short = matches!(
        digits.as_str(),
        "111" | "999" | "112" | "119" | "116123" | "116000" | "116006" | "116111" | "116117"
    );
    national || from_abroad("44") || from_abroad("0044") || short
}

pub fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

fn spaced(run: &str) -> String {
    let spaced = run.replace('.', " ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    words
        .join(" ")
        .trim_matches(['-', ' '])
        .trim_end_matches('(')
        .trim()
        .to_owned()
}

fn label(words: &str) -> Option<String> {
    let meaningless = |word: &&str| {
        !matches!(
            word.trim_matches(|c: char| !c.is_alphanumeric())
                .to_lowercase()
                .as_str(),
            "" | "tel" | "telephone" | "phone" | "t" | "number" | "no" | "call" | "ring" // words-allowed: what feeds write
        )
    };
    let kept: Vec<&str> = words.split_whitespace().filter(meaningless).collect();
    let kept = kept.join(" ");
    let kept = kept.trim_matches(|c: char| !c.is_alphanumeric() && c != ')' && c != '(');
    let kept: String = kept.chars().take(80).collect();
    (!kept.trim().is_empty()).then(|| kept.trim().to_owned())
}

/// In one form, so that two can be compared: national digits.
pub fn comparable_phone(text: &str) -> Option<String> {
    let digits = digits(&phone(text)?.number);
    let national = ["0044", "44"]
        .iter()
        .find_map(|start| digits.strip_prefix(start));
    let national = national.map(|rest| format!("0{}", rest.trim_start_matches('0')));
    Some(national.unwrap_or(digits)).filter(|digits| digits.len() >= 10)
}

/// An address of a web page as a record may hold it, or none. `javascript:`, `data:`, `mailto:`, users before the host and hosts of other scripts are none.
pub fn link(text: &str) -> Option<String> {
    let text = text.trim();
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => ("https", rest),
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => ("http", rest),
        Some(_) => return None,
        // Without a scheme: a host, with at most a path behind it. A colon there would be a scheme or a port.
        None if text.split(['/', '?', '#']).next()?.contains([':', '@']) => return None,
        None => ("https", text.trim_start_matches('/')),
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, path) = rest.split_at(end);
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    // Addresses by number, and of this computer, are nobody's web page.
    let name = host.split(':').next().unwrap_or_default();
    let last = name.rsplit('.').next().unwrap_or_default();
    if name == "localhost" || last.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let made = format!("{scheme}://{host}{}", escaped(path));
    crate::feed::is_link(&made).then_some(made)
}

/// Spaces and letters beyond ASCII as a browser would send them; what could end an address in a page is left out by the check that follows.
fn escaped(path: &str) -> String {
    let mut made = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_graphic() {
            made.push(char::from(byte));
        } else {
            // Writing into a text does not fail.
            let _ = write!(made, "%{byte:02X}");
        }
    }
    made
}

/// The host without `www.`.
pub fn host(link: &str) -> Option<&str> {
    let (_, rest) = link.split_once("://")?;
    let host = rest.split(['/', '?', '#', ':']).next()?;
    let host = host.strip_prefix("www.").unwrap_or(host);
    (!host.is_empty()).then_some(host)
}

/// Whether a text is one e-mail address and nothing else.
pub fn is_one_email(text: &str) -> bool {
    let text = text.trim();
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || ".!#$%&'*+-/=?^_`{|}~".contains(c);
    !local.is_empty()
        && local.chars().all(plain)
        && domain.contains('.')
        && domain.split('.').all(|label| {
            !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        })
}

/// The first postcode in a text, in its usual form ("ST13 5AA"): outward code, one space, inward code.
pub fn postcode(text: &str) -> Option<String> {
    let upper = text.to_ascii_uppercase();
    let words: Vec<&str> = upper
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let joined = words.iter().filter_map(|word| {
        let at = word.len().checked_sub(3)?;
        Some((word.get(..at)?, word.get(at..)?))
    });
    let apart = words.windows(2).filter_map(|pair| match pair {
        [outward, inward] => Some((*outward, *inward)),
        _ => None,
    });
    apart
        .chain(joined)
        .find(|(outward, inward)| is_outward(outward) && is_inward(inward))
        .map(|(outward, inward)| format!("{outward} {inward}"))
}

/// A1, A11, AA1, AA11, A1A, AA1A (BS 7666).
fn is_outward(code: &str) -> bool {
    let form: String = code.chars().map(kind).collect();
    matches!(
        form.as_str(),
        "A9" | "A99" | "AA9" | "AA99" | "A9A" | "AA9A"
    )
}

fn is_inward(code: &str) -> bool {
    code.chars().map(kind).collect::<String>() == "9AA"
}

fn kind(c: char) -> char {
    if c.is_ascii_digit() {
        '9'
    } else if c.is_ascii_alphabetic() {
        'A'
    } else {
        c
    }
}
