//! `onward-cli directory ask`: a service's entry in plain words, as an e-mail that asks the service what is wrong with it. It needs no account.
//!
//! The address for referrals does not stand in it and is not asked for: a changed one is believed only after a call to a number that was held before.

use super::write;
use crate::{CliError, Common, print_json, text_of};
use clap::Args;
use engine::EngineError;
use referrals::patient::cui_date;
use services_directory::{
    directory_table::DirectoryError,
    feed::{Directory, FeedLimits},
    layer::fields::{self, ServiceField},
    model::{DirectoryHeader, HealthcareService, StatedWait},
};
use std::{fmt::Write, path::PathBuf};

#[derive(Args)]
pub struct AskArguments {
    /// The directory file: one record a line. - reads standard input.
    file: String,
    /// The id of the service.
    service: String,
    /// A folder in which the e-mail is written; without one it is printed.
    #[arg(long, value_name = "FOLDER")]
    to: Option<PathBuf>,
}

pub fn run(arguments: &AskArguments, common: &Common) -> Result<(), CliError> {
    let text = text_of(&arguments.file)?;
    let directory = Directory::read(text.as_bytes(), FeedLimits::default())
        .map_err(|error| EngineError::from(DirectoryError::from(error)))?;
    let mut services = directory.services.iter();
    let service = services
        .find(|service| service.id.as_str() == arguments.service)
        .ok_or_else(|| EngineError::NoSuchService(arguments.service.clone()))?;
    let email = email(&directory.header, service);
    let path = arguments
        .to
        .as_ref()
        .map(|folder| folder.join(file_name(service.id.as_str())));
    if let (Some(folder), Some(path)) = (&arguments.to, &path) {
        std::fs::create_dir_all(folder).map_err(|source| CliError::Output {
            path: folder.clone(),
            source,
        })?;
        write(path, &email)?;
    }
    if common.json {
        let path = path.map(|path| path.display().to_string());
        return print_json(
            &serde_json::json!({ "service": service.id, "path": path, "email": email }),
        );
    }
    if let Some(path) = path {
        say!(
            "Written: {}. Send it from the curators' mailbox to an address that you already hold.",
            path.display()
        );
    } else {
        say!("{email}");
    }
    Ok(())
}

/// An id may have marks in it that lead to another folder.
fn file_name(id: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    format!("ask-{}.txt", id.chars().map(plain).collect::<String>())
}

/// With its subject on the first line, as the window prepares one; to nobody, for the directory gives out no address for enquiries.
fn email(header: &DirectoryHeader, service: &HealthcareService) -> String {
    let (directory, name) = (&header.name, &service.name);
    let mark = if header.demonstration {
        "DEMONSTRATION: "
    } else {
        ""
    };
    let mut text = format!(
        "Subject: {mark}Is your entry in {directory} still right? {name}

Dear {name},

GP practices find you by this entry in {directory}, and send people to you by it. Please reply with what is wrong, and what it should say instead. If all of it is right, please reply \u{201c}still right\u{201d}. Give your name and role; you need no account.

"
    );
    for (what, lines) in entry(service) {
        let _ = writeln!(text, "{what}");
        for line in lines.iter().flat_map(|line| line.lines()) {
            let _ = writeln!(text, "  {line}");
        }
        if lines.is_empty() {
            let _ = writeln!(text, "  (nothing)");
        }
    }
    let _ = write!(
        text,
        "
The address to which referrals are sent does not stand here, and is never changed because of an e-mail. If it is to change, reply that it is, and nothing more: we then phone you at a number that we already hold, and ask for it there.

Please write nothing about any patient.

The curators of {directory}
"
    );
    if let Some(to) = &header.corrections_to {
        let _ = writeln!(text, "{to}");
    }
    text
}

/// The entry as it stands, part by part.
fn entry(service: &HealthcareService) -> [(&'static str, Vec<String>); 10] {
    let values = fields::values(service, None);
    let of = |field: ServiceField| values.get(&field).cloned().into_iter().collect();
    let criteria = service.onward.criteria.iter();
    [
        ("Name", of(ServiceField::Name)),
        ("What it offers", of(ServiceField::Description)),
        (
            "Whom it takes",
            criteria
                .map(|criterion| format!("- {}", criterion.sentence))
                .collect(),
        ),
        ("Ages", of(ServiceField::Ages)),
        ("Areas", of(ServiceField::Areas)),
        (
            "Wait",
            service.onward.wait.iter().map(wait_in_words).collect(),
        ),
        ("How to refer", of(ServiceField::HowToRefer)),
        ("Phone", of(ServiceField::DutyLine)),
        ("Who answers", of(ServiceField::Contact)),
        ("Open or paused", of(ServiceField::Status)),
    ]
}

fn wait_in_words(wait: &StatedWait) -> String {
    let weeks = if wait.weeks == 1 { "week" } else { "weeks" };
    format!(
        "{} {weeks}, as stated by {} on {}",
        wait.weeks,
        wait.stated_by,
        cui_date(wait.stated_on)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const STARTER: &str = include_str!("../../../services-directory/data/starter.jsonl");

    fn starter() -> Directory {
        Directory::read(STARTER.as_bytes(), FeedLimits::default()).unwrap()
    }

    #[test]
    fn no_service_is_shown_or_asked_for_an_address_for_referrals() {
        let directory = starter();
        for service in &directory.services {
            let email = email(&directory.header, service);
            for endpoint in &directory.endpoints {
                assert!(!email.contains(&endpoint.address), "{email}");
            }
            assert!(email.contains("is never changed because of an e-mail"));
            assert!(email.contains("we then phone you at a number that we already hold"));
        }
    }

    #[test]
    fn no_id_leads_to_another_folder() {
        assert_eq!(file_name("pain-platform"), "ask-pain-platform.txt");
        assert_eq!(file_name("x/../../y|1"), "ask-x-------y-1.txt");
    }

    #[test]
    fn what_the_service_does_not_say_is_asked_for_too() {
        let directory = starter();
        let mut service = (*directory.services[0]).clone();
        service.description = "First line.\nSecond line.".to_owned();
        service.onward.wait = None;
        let mut header = directory.header.clone();
        header.corrections_to = Some("corrections@directory.example".to_owned());
        let email = email(&header, &service);
        assert!(email.contains("  First line.\n  Second line.\n"), "{email}");
        assert!(email.contains("Wait\n  (nothing)\n"), "{email}");
        assert!(
            email.ends_with("\ncorrections@directory.example\n"),
            "{email}"
        );
    }
}
