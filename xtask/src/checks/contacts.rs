//! Made-up people and services can reach nobody: e-mail in example domains, Ofcom's drama numbers, the NHS numbers kept for tests.
//!
//! Sources: RFC 2606 and RFC 6761 (names kept for examples); Ofcom, "Telephone numbers for use in TV and radio drama programmes".

use super::tree::{SourceFile, Tree};
use super::{Checked, Finding};

const LOOKED_AT: [&str; 8] = [
    "services-directory/",
    "referrals/",
    "demo/",
    "tests/",
    "ui/",
    "cli/",
    "engine/",
    "src-tauri/",
];
const ENDINGS: [&str; 13] = [
    ".rs", ".ts", ".mjs", ".js", ".svelte", ".json", ".jsonl", ".typ", ".md", ".txt", ".snap",
    ".eml", ".html",
];

const DOMAINS: [&str; 8] = [
    "example",
    "test",
    "invalid",
    "localhost",
    "example.nhs.uk",
    "example.org",
    "example.com",
    "example.net",
];
/// Without spaces, and without the last three or four digits.
const DRAMA_NUMBERS: [&str; 19] = [
    "01134960", "01144960", "01154960", "01164960", "01174960", "01184960", "01214960", "01314960",
    "01414960", "01514960", "01614960", "01914980", "01632960", "02079460", "02896496", "02920180",
    "07700900", "08081570", "03069990",
];
/// All digits in their order: nobody's number, and what a test of placeholders writes.
const PLACEHOLDER: &str = "0123456789";
/// A line that must name another (a test in which it is refused) says why in a comment.
const ALLOWED: &str = "contacts-allowed:";
const TEST_NHS_NUMBERS: [&str; 3] = ["9990000018", "9990000026", "9990000034"];

pub fn check(tree: &Tree) -> Checked {
    let mut checked = Checked::default();
    let is_lock = |file: &SourceFile| file.name() == "package-lock.json";
    let files: Vec<&SourceFile> = tree
        .files
        .iter()
        .filter(|file| {
            file.starts_with_any(&LOOKED_AT) && file.ends_with_any(&ENDINGS) && !is_lock(file)
        })
        .collect();
    checked.saw(files.len(), "files");
    let (mut mails, mut phones) = (0, 0);
    for file in files {
        for (line, text) in file.lines().filter(|(_, text)| !text.contains(ALLOWED)) {
            for domain in mail_domains(text) {
                mails += 1;
                if !is_example(&domain) {
                    checked.findings.push(Finding::new(
                        &file.path,
                        line,
                        format!("an e-mail address at {domain}, which may be somebody's"),
                    ));
                }
            }
            for digits in spaced_numbers(text) {
                phones += usize::from(is_phone(&digits.concat()));
                checked
                    .findings
                    .extend(real_number(&digits).map(|what| Finding::new(&file.path, line, what)));
            }
        }
    }
    checked.saw(mails, "e-mail addresses");
    checked.saw(phones, "phone numbers");
    checked
}

/// What stands behind each @ that has a mailbox before it.
fn mail_domains(text: &str) -> Vec<String> {
    let in_mailbox = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+');
    let in_domain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
    let parts: Vec<&str> = text.split('@').collect();
    let domains = parts.windows(2).filter_map(|pair| match pair {
        [mailbox, after] if mailbox.ends_with(in_mailbox) => {
            Some(after.chars().take_while(in_domain).collect::<String>())
        }
        _ => None,
    });
    domains
        .map(|domain| domain.trim_end_matches('.').to_lowercase())
        .filter(|domain| can_be_reached(domain))
        .collect()
}

/// Labels with a dot between them, of which the last has letters only: `frontend@10.6.1` is a version.
fn can_be_reached(domain: &str) -> bool {
    let labels: Vec<&str> = domain.split('.').collect();
    let is_top = |label: &&str| label.len() > 1 && label.chars().all(|c| c.is_ascii_alphabetic());
    let sound =
        |label: &&str| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-');
    labels.len() > 1 && labels.last().is_some_and(is_top) && labels.iter().all(sound)
}

fn is_example(domain: &str) -> bool {
    DOMAINS.iter().any(|example| {
        domain
            .strip_suffix(example)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    })
}

/// Runs of digits that single spaces hold together, each run as its groups; nothing that touches a letter, a dash or a full stop with a digit.
fn spaced_numbers(text: &str) -> Vec<Vec<String>> {
    let mut numbers: Vec<Vec<String>> = Vec::new();
    let mut current: Vec<String> = Vec::new();
    for word in text.split(' ') {
        let (before, digits, after) = digits_of(word);
        let joins = before.is_empty() && !digits.is_empty();
        if !joins {
            numbers.push(std::mem::take(&mut current));
        }
        if !digits.is_empty() {
            current.push(digits.to_owned());
        }
        if !after.is_empty() {
            numbers.push(std::mem::take(&mut current));
        }
    }
    numbers.push(current);
    numbers.retain(|number| !number.is_empty());
    numbers
}

/// The last run of digits of a word with what stands around it; none when it is a part of a name, a date, an amount or an identifier.
fn digits_of(word: &str) -> (&str, &str, &str) {
    let Some(last) = word.rfind(|c: char| c.is_ascii_digit()) else {
        return (word, "", "");
    };
    let (head, after) = word.split_at_checked(last + 1).unwrap_or((word, ""));
    let before = head.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = head.strip_prefix(before).unwrap_or_default();
    let touches = |c: Option<char>| {
        c.is_some_and(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '/' | '.'))
    };
    let before_touches = touches(before.chars().next_back());
    let after_touches = touches(after.chars().next()) && !after.starts_with(['.', '-', '/']);
    if before_touches || after_touches {
        (word, "", "")
    } else {
        (before, digits, after)
    }
}

fn real_number(groups: &[String]) -> Option<String> {
    let shown = groups.join(" ");
    let digits = groups.concat();
    if is_phone(&digits)
        && digits != PLACEHOLDER
        && !DRAMA_NUMBERS.iter().any(|drama| digits.starts_with(drama))
    {
        return Some(format!("the phone number {shown}, which may be somebody's"));
    }
    let lengths: Vec<usize> = groups.iter().map(String::len).collect();
    // Ten equal digits can pass the check; they are given to nobody.
    let is_filler = digits.chars().all(|digit| digits.starts_with(digit));
    let nhs_number = lengths == [3, 3, 4] && has_check_digit(&digits) && !is_filler;
    if nhs_number && !TEST_NHS_NUMBERS.contains(&digits.as_str()) {
        return Some(format!("the NHS number {shown}, which may be somebody's"));
    }
    None
}

/// A number of the United Kingdom as it is dialled.
fn is_phone(digits: &str) -> bool {
    let mut characters = digits.chars();
    matches!(digits.len(), 10 | 11)
        && characters.next() == Some('0')
        && matches!(characters.next(), Some('1' | '2' | '3' | '7' | '8' | '9'))
}

/// Modulus 11, as the NHS Data Model and Dictionary describes it.
fn has_check_digit(digits: &str) -> bool {
    let values: Vec<u32> = digits.chars().filter_map(|c| c.to_digit(10)).collect();
    let Some((check, nine)) = values.split_last() else {
        return false;
    };
    let sum: u32 = nine
        .iter()
        .zip((2..=10).rev())
        .map(|(digit, weight)| digit * weight)
        .sum();
    (11 - sum % 11) % 11 == *check
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        check(&Tree::of(&[("demo/src/practice.rs", text)]))
            .findings
            .into_iter()
            .map(|finding| finding.what)
            .collect()
    }

    // Put together here, so that no real-looking detail stands in the project.
    fn phone(area: &str, rest: &str) -> String {
        format!("\"{area} {rest}\"")
    }

    #[test]
    fn an_address_that_somebody_may_have_is_caught() {
        assert_eq!(found(&format!("a <jo.smith@{}>", "mail.nhs.uk")).len(), 1);
        assert_eq!(
            found(
                "a@pain.example, b@example.nhs.uk, c@pain.example.nhs.uk, d@localhost, nhsuk-frontend@10.6.1, @tauri-apps/api"
            ),
            [] as [&str; 0]
        );
        assert_eq!(
            found("a@notexample.org").len(),
            1,
            "only the domain itself and what is below it"
        );
    }

    #[test]
    fn a_phone_number_that_may_ring_is_caught() {
        assert_eq!(found(&phone("01782", "555 123")).len(), 1);
        assert_eq!(found(&phone("020", "7450 4000")).len(), 1);
        assert_eq!(found(&format!("phone {}{}.", "0300", "1233393")).len(), 1);
        assert_eq!(
            found("\"01632 960123\", 07700 900 456. (020 7946 0001) 0808 157 0123 or 999"),
            [] as [&str; 0]
        );
    }

    #[test]
    fn a_line_that_says_why_may_name_another() {
        assert_eq!(
            found("refuses(\"a@nhs.uk\"); // contacts-allowed: refused, never written to"),
            [] as [&str; 0]
        );
        assert_eq!(
            found("refuses(\"a@-nhs.uk a@nhs..uk\")"),
            [] as [&str; 0],
            "no such address can be"
        );
        assert_eq!(found("refuses(\"a@nhs.uk\");").len(), 1);
    }

    #[test]
    fn other_numbers_are_no_phone_numbers() {
        assert_eq!(
            found(
                "2026-11-21 018f2c3a-0190-7000-8000-012345678901 0.0123456789 a0123456789 1700000000"
            ),
            [] as [&str; 0]
        );
    }

    #[test]
    fn an_nhs_number_that_may_be_a_person_s_is_caught() {
        assert_eq!(found(&format!("\"943 476 {}\"", "5919")).len(), 1);
        assert_eq!(
            found("\"999 000 0018\" and 999 000 0026, 999 000 0034"),
            [] as [&str; 0]
        );
        assert_eq!(
            found("\"999 123 4567\" fails modulus 11, 000 000 0000 is nobody's"),
            [] as [&str; 0]
        );
    }
}
