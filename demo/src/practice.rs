//! The demonstration practice: its people, its mailbox and the starter directory, all made up.

use crate::{
    certificates::LoopbackCertificates,
    mail_server::{Account, MailServer, MailServerError, MailServerOptions, RunningMailServer},
};
use jiff::civil::Date;
use referrals::{
    ReferralError,
    approval_table::{self, Approval},
    mailbox_table,
    people::{Role, StaffMember},
    practice_table::{self, PracticeDetails},
    staff_table,
    transport::{Mailbox, Security, Trust},
};
use services_directory::{
    directory_table::{self, DirectoryError},
    feed::{Directory, FeedLimits},
    incoming_table::Arrived,
    model::Endpoint,
};
use std::path::PathBuf;
use store::{Clock, DataFolder, Store, StoreError};

/// The directory that ships: one made-up area (services-directory/data/README.md).
const STARTER_DIRECTORY: &str = include_str!("../../services-directory/data/starter.jsonl");

/// The practice's code in the starter directory.
pub const PRACTICE_ODS_CODE: &str = "Y99001";
const FROM_ADDRESS: &str = "referrals@moorlands-surgery.example.nhs.uk";
const PASSWORD: &str = "demonstration";
/// Who set the mailbox that this module may set again; one set by a person is left alone.
const SET_BY: &str = "demonstration";

#[derive(Debug, thiserror::Error)]
pub enum DemonstrationError {
    #[error("{0}")]
    Directory(#[from] DirectoryError),
    #[error("{0}")]
    Store(#[from] StoreError),
    #[error("{0}")]
    Referral(#[from] ReferralError),
    #[error("{0}")]
    MailServer(#[from] MailServerError),
    #[error("{0}")]
    Certificates(#[from] crate::certificates::CertificateError),
}

/// Fills a fresh data folder: practice, staff, a mailbox, the starter directory with its addresses approved. Does nothing to one that is filled.
pub fn prepare(store: &Store) -> Result<(), DemonstrationError> {
    if store.directory.read(directory_table::applied)?.is_none() {
        let starter = Directory::read(STARTER_DIRECTORY.as_bytes(), FeedLimits::default())
            .map_err(DirectoryError::from)?;
        load_directory(store, starter)?;
    }
    let filled = store.practice.read(practice_table::practice)?.is_some();
    if !filled {
        let certificates =
            LoopbackCertificates::open(&certificate_folder(&store.folder), store.clock.now())?;
        let mailbox = mailbox(1, certificates.ca_pem);
        store.practice.write(move |tx| {
            practice_table::set_practice(tx, &practice())?;
            for member in staff() {
                staff_table::put(tx, &member)?;
            }
            mailbox_table::write(tx, &mailbox, SET_BY)
        })?;
    }
    Ok(())
}

/// Applies the starter directory and approves all its addresses.
fn load_directory(store: &Store, directory: Directory) -> Result<(), DemonstrationError> {
    let here = store.clone();
    store.directory.write(move |tx| {
        let arrived = Arrived::of(tx, &directory)?;
        // The approvals first: a stop in between must not leave a directory whose addresses nobody approved.
        approve_all(&here, &arrived.endpoints()?)?;
        Ok(arrived.take_over("", here.clock.now())?)
    })
}

/// In a demonstration no address can reach anyone. Each is given with the name of its service.
pub fn approve_all(
    store: &Store,
    endpoints: &[(Endpoint, String)],
) -> Result<(), DemonstrationError> {
    let (now, today) = (store.clock.now(), store.clock.today());
    let approvals: Vec<Approval> = endpoints
        .iter()
        .map(|(endpoint, name)| approval(endpoint, name, today))
        .collect();
    store.practice.write(move |tx| {
        approvals
            .iter()
            .try_for_each(|approval| approval_table::approve(tx, approval, now))
    })?;
    Ok(())
}

fn approval(endpoint: &Endpoint, service_name: &str, today: Date) -> Approval {
    // One that is not in use yet ends nothing.
    let supersedes = endpoint.supersedes.iter();
    let supersedes = supersedes.filter(|former| endpoint.supersedes_on(former, today));
    Approval {
        endpoint_id: endpoint.id.to_string(),
        digest: directory_table::endpoint_digest(endpoint),
        address: endpoint.address.clone(),
        approved_by: SET_BY.to_owned(),
        proposed_by: String::new(),
        how: "demonstration".to_owned(),
        note: String::new(),
        supersedes: supersedes.map(ToString::to_string).collect(),
        service_name: service_name.to_owned(),
    }
}

/// Starts the demonstration's mail server and points the practice's mailbox at it, unless a person has set another mailbox.
/// Only the process that sends does this.
pub async fn start_mail_server(
    store: &Store,
) -> Result<Option<RunningMailServer>, DemonstrationError> {
    let set_by = store.practice.read(mailbox_table::set_by)?;
    if set_by.is_some_and(|by| by != SET_BY) {
        return Ok(None);
    }
    let clock: Clock = store.clock.clone();
    let certificates = LoopbackCertificates::open(&certificate_folder(&store.folder), clock.now())?;
    let account = Account::new(FROM_ADDRESS, PASSWORD);
    let options = MailServerOptions::new(
        mailbox_folder(&store.folder),
        certificates,
        vec![account],
        move || clock.now(),
    );
    let server = MailServer::start(options).await?;
    let settings = mailbox(server.smtp_port, server.ca_pem.clone());
    store
        .practice
        .write_async(move |tx| mailbox_table::write(tx, &settings, SET_BY))
        .await?;
    Ok(Some(server))
}

/// Where the demonstration keeps what was sent.
pub fn mailbox_folder(folder: &DataFolder) -> PathBuf {
    folder.path().join("demonstration-mailbox")
}

fn certificate_folder(folder: &DataFolder) -> PathBuf {
    folder.path().join("demonstration-certificates")
}

fn mailbox(port: u16, ca_pem: String) -> Mailbox {
    Mailbox {
        host: "127.0.0.1".to_owned(),
        port,
        security: Security::StartTls,
        username: FROM_ADDRESS.to_owned(),
        password: PASSWORD.to_owned(),
        from_address: FROM_ADDRESS.to_owned(),
        from_name: "Moorlands Surgery".to_owned(),
        trust: Trust::DemonstrationAuthority { pem: ca_pem },
    }
}

fn practice() -> PracticeDetails {
    PracticeDetails {
        ods_code: PRACTICE_ODS_CODE.to_owned(),
        name: "Moorlands Surgery".to_owned(),
        phone: "01632 960100".to_owned(),
    }
}

fn staff() -> Vec<StaffMember> {
    let clinician = |id, name| StaffMember::new(id, name, "GP", Role::Clinician);
    vec![
        clinician("dr-rowan-hale", "Dr Rowan Hale"),
        clinician("dr-nia-okafor", "Dr Nia Okafor"),
        StaffMember::new("sam-lister", "Sam Lister", "practice admin", Role::Admin),
    ]
}
