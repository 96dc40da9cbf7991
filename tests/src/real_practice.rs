//! A practice in real use for a test: its engine over fresh encrypted records, three people with PINs, and a published directory.
//! Its key lies in the keychain that the keychain's own library keeps in memory for tests; `real_use.rs` and the tests of the window use a real one.

#![allow(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "the crate is only for tests, which panic where something is not as it should be"
)]

use crate::directories::STARTER;
use crate::practice::{START, Time};
use engine::Engine;
use referrals::people::{Pin, Role, StaffMember};
use referrals::practice_table::PracticeDetails;
use referrals::transport::{Mailbox, Security, Trust};
use services_directory::feed::{Directory, FeedLimits};
use std::sync::Once;
use store::UseMode;
use tempfile::TempDir;

pub const HALE: &str = "dr-hale";
pub const LISTER: &str = "sam-lister";
pub const BLOOM: &str = "kit-bloom";
/// By the person's id: nobody else's.
pub fn pin(staff_id: &str) -> Pin {
    Pin::typed(match staff_id {
        HALE => "2580",
        LISTER => "8147",
        _ => "604913",
    })
}

pub struct RealPractice {
    pub engine: Engine,
    pub time: Time,
    pub folder: TempDir,
}

/// Stands in for the system's keychain in the whole process.
pub fn keychain_in_memory() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        keyring_core::set_default_store(keyring_core::mock::Store::new().unwrap());
    });
}

/// The starter directory as if somebody had published it.
pub fn published() -> String {
    let real = STARTER.replacen("\"demonstration\":true", "\"demonstration\":false", 1);
    assert_ne!(real, STARTER);
    real
}

impl RealPractice {
    /// Fresh records, and nothing in them.
    pub fn made() -> Self {
        keychain_in_memory();
        let (folder, time) = (tempfile::tempdir().unwrap(), Time::at(START));
        let data = folder.path().join("data");
        let (engine, key) = Engine::open(&data, UseMode::Real, time.clock()).unwrap();
        assert!(key.is_some());
        engine.store.recovery_key_was_shown().unwrap();
        Self {
            engine,
            time,
            folder,
        }
    }

    /// Set up but for the approval of addresses; nobody is signed in.
    pub fn set_up() -> Self {
        let practice = Self::made();
        let engine = &practice.engine;
        engine
            .set_practice(&PracticeDetails {
                ods_code: "Y99001".to_owned(),
                name: "Moorlands Surgery".to_owned(),
                phone: "01632 960100".to_owned(),
            })
            .unwrap();
        engine
            .load_directory(Directory::read(published().as_bytes(), FeedLimits::default()).unwrap())
            .unwrap();
        engine.set_mailbox(mailbox()).unwrap();
        for (id, name, job, role) in [
            (HALE, "Dr Rowan Hale", "GP", Role::Clinician),
            (LISTER, "Sam Lister", "Practice admin", Role::Admin),
            (BLOOM, "Kit Bloom", "Practice manager", Role::Manager),
        ] {
            let member = StaffMember::new(id, name, job, role);
            engine.desk.add_staff(&member, &pin(id), LISTER).unwrap();
        }
        practice
    }

    /// A newer directory, with this text changed wherever it stands.
    pub fn publish(&self, from: &str, to: &str) {
        let text = published().replacen("\"version\":1,", "\"version\":2,", 1);
        assert!(text.contains(from), "{from}");
        let text = text.replace(from, to);
        let directory = Directory::read(text.as_bytes(), FeedLimits::default()).unwrap();
        self.engine.load_directory(directory).unwrap();
    }

    pub fn sign_in(&self, staff_id: &str) {
        self.engine.sign_in(staff_id, &pin(staff_id)).unwrap();
    }
}

fn mailbox() -> Mailbox {
    Mailbox {
        host: "mail.example.nhs.uk".to_owned(),
        port: 587,
        security: Security::StartTls,
        username: "referrals".to_owned(),
        password: "canary-password".to_owned(),
        from_address: "referrals@moorlands.example.nhs.uk".to_owned(),
        from_name: "Moorlands Surgery".to_owned(),
        trust: Trust::OperatingSystem,
    }
}
