//! What must hold of each record of a directory in itself.

use super::{FeedProblem, address};
use crate::model::{
    Channel, DirectoryRecord, Endpoint, HealthcareService, ReferralMethod, ServiceStatus, Tier,
    Tombstone, TombstoneReason,
};

const LONGEST_NAME: usize = 200;
const LONGEST_TEXT: usize = 8_000;
const MOST_ENTRIES: usize = 500;
const MOST_WORDS_TO_SAY: usize = 40;
/// Texts that may have several lines.
const LONG_TEXTS: [&str; 2] = ["description", "patient_sheet"];
const NAMES: [&str; 4] = ["name", "aliases", "helps_with", "interventions"];

pub(super) fn value(field: &str, what: impl Into<String>) -> FeedProblem {
    FeedProblem::Value {
        field: field.to_owned(),
        what: what.into(),
    }
}

/// A piece of the file as an error may show it: short, and without characters that could disturb a terminal or a screen.
pub fn shown(text: &str) -> String {
    text.chars()
        .filter(|c| !is_forbidden(*c))
        .take(200)
        .collect()
}

/// What shows nothing, or changes the direction of what stands after it: the code points that are ignored by default (Unicode 16,
/// `DerivedCoreProperties.txt`, `Default_Ignorable_Code_Point`), separators of lines, the blank of Braille, and the marks of annotations. A name with one of them looks like
/// another (Unicode TR 36, section 2.5).
const HIDDEN: [(char, char); 20] = [
    ('\u{00AD}', '\u{00AD}'),
    ('\u{034F}', '\u{034F}'),
    ('\u{061C}', '\u{061C}'),
    ('\u{115F}', '\u{1160}'),
    ('\u{17B4}', '\u{17B5}'),
    ('\u{180B}', '\u{180F}'),
    ('\u{200B}', '\u{200F}'),
    ('\u{2028}', '\u{202E}'),
    ('\u{2060}', '\u{206F}'),
    ('\u{2800}', '\u{2800}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{FE00}', '\u{FE0F}'),
    ('\u{FEFF}', '\u{FEFF}'),
    ('\u{FFA0}', '\u{FFA0}'),
    ('\u{FFF0}', '\u{FFF8}'),
    ('\u{FFF9}', '\u{FFFB}'),
    ('\u{1BCA0}', '\u{1BCA3}'),
    ('\u{1D173}', '\u{1D17A}'),
    ('\u{E0000}', '\u{E007F}'),
    ('\u{E0080}', '\u{E0FFF}'),
];

/// Control characters, and those that change the direction of text or are invisible.
pub fn is_forbidden(c: char) -> bool {
    // Nearly every letter of a directory is one of these.
    if c.is_ascii() {
        return c.is_ascii_control();
    }
    c.is_control()
        || HIDDEN
            .iter()
            .any(|(first, last)| (*first..=*last).contains(&c))
}

/// No list is longer than anybody would read.
pub fn check_entries(field: &str, entries: usize, found: &mut Vec<FeedProblem>) {
    if entries > MOST_ENTRIES {
        let what = format!("a list of more than {MOST_ENTRIES} entries");
        found.push(value(&shown(field), what));
    }
}

pub fn check_text(field: &str, text: &str, found: &mut Vec<FeedProblem>) {
    let longest = if NAMES.contains(&field) {
        LONGEST_NAME
    } else {
        LONGEST_TEXT
    };
    if text.len() > longest && text.chars().nth(longest).is_some() {
        found.push(value(
            &shown(field),
            format!("longer than {longest} characters"),
        ));
    }
    let may_break = LONG_TEXTS.contains(&field);
    if text
        .chars()
        .any(|c| is_forbidden(c) && !(may_break && c == '\n'))
    {
        found.push(value(
            &shown(field),
            "a text with control, invisible or direction-changing characters",
        ));
    }
}

/// What one record must be in itself.
pub fn check_record(record: &DirectoryRecord, found: &mut Vec<FeedProblem>) {
    let mut named = |name: &str| {
        if name.trim().is_empty() {
            found.push(value("name", "empty"));
        }
    };
    match record {
        DirectoryRecord::Directory(header) => {
            named(&header.name);
            let to = header.corrections_to.as_deref();
            let wrong = to.and_then(|to| address::problem_of(Channel::SecureEmail, to));
            found.extend(wrong.map(|what| value("corrections_to", what)));
        }
        DirectoryRecord::Area(area) => named(&area.name),
        DirectoryRecord::Practice(practice) => named(&practice.name),
        DirectoryRecord::Organization(organization) => {
            named(&organization.name);
            found.extend(check_link("website", organization.website.as_deref()).err());
        }
        DirectoryRecord::Service(service) => {
            named(&service.name);
            check_service(service, found);
        }
        DirectoryRecord::Endpoint(endpoint) => check_endpoint(endpoint, found),
        DirectoryRecord::Tombstone(tombstone) => found.extend(check_tombstone(tombstone).err()),
    }
}

fn check_service(service: &HealthcareService, found: &mut Vec<FeedProblem>) {
    found.extend(check_link("url", service.url.as_deref()).err());
    if let (Some(least), Some(most)) = (service.minimum_age, service.maximum_age)
        && least > most
    {
        found.push(value("minimum_age", "above maximum_age"));
    }
    let more = &service.onward;
    if more.paused_until.is_some() && service.status != ServiceStatus::TemporarilyClosed {
        found.push(value(
            "paused_until",
            "given though status is not \"temporarily closed\"",
        ));
    }
    if service.status == ServiceStatus::Defunct && more.closed_on.is_none() {
        found.push(value("closed_on", "missing though status is \"defunct\""));
    }
    if more.replaced_by.is_some()
        && more.closed_on.is_none()
        && service.status == ServiceStatus::Active
    {
        found.push(value(
            "replaced_by",
            "given though the service neither is nor will be closed",
        ));
    }
    if let Some(words) = &more.words
        && words.say.split_whitespace().count() > MOST_WORDS_TO_SAY
    {
        found.push(value(
            "say",
            format!("longer than {MOST_WORDS_TO_SAY} words"),
        ));
    }
    if more
        .criteria
        .iter()
        .any(|criterion| criterion.sentence.trim().is_empty())
    {
        found.push(value(
            "criteria",
            "a rule without the service's own sentence",
        ));
    }
    if more.tier == Tier::Unassured
        && more
            .referral_methods
            .iter()
            .any(|it| it.endpoint().is_some())
    {
        let what = "an endpoint though nobody has checked this entry (tier \"unassured\")";
        found.push(value("referral_methods", what));
    }
    for method in &more.referral_methods {
        if let ReferralMethod::WebForm { url, .. } = method {
            found.extend(check_link("url", Some(url)).err());
        }
    }
}

pub fn check_link(field: &str, link: Option<&str>) -> Result<(), FeedProblem> {
    match link.map(|link| link.replacen("http://", "https://", 1).replace('#', "/")) {
        Some(link) if address::https_problem(&link).is_some() => {
            Err(value(field, "not the address of a web page"))
        }
        _ => Ok(()),
    }
}

fn check_endpoint(endpoint: &Endpoint, found: &mut Vec<FeedProblem>) {
    if let Some(what) = address::problem_of(endpoint.channel, &endpoint.address) {
        found.push(value("address", what));
    }
    if endpoint.valid_to.is_some_and(|to| to < endpoint.valid_from) {
        found.push(value("valid_to", "before valid_from"));
    }
}

fn check_tombstone(tombstone: &Tombstone) -> Result<(), FeedProblem> {
    if tombstone.reason == TombstoneReason::Merged && tombstone.successor.is_none() {
        return Err(value("successor", "missing though reason is \"merged\""));
    }
    Ok(())
}
