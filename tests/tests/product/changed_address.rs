//! A changed address by the command line alone, in real use: published by two curators, held, agreed to by two people of the practice with their PINs,
//! and then sent to. The same in the window is `tests/window/directory.test.mjs`.
#![cfg(target_os = "linux")]

use std::process::Command;

use product_tests::patients::{DOE, SMITH};
use product_tests::practice::{FROM, Mail, PAIN_PLATFORM, PASSWORD};
use product_tests::program::{Said, path};
use product_tests::real_practice::published;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::publishing::Area;
use crate::real_use::command_in_session;

const BEFORE: &str = "referrals@pain-platform.example.nhs.uk";
const AFTER: &str = "referrals@pain-platf0rm.example.nhs.uk";
const HALE: &str = "dr-hale";
const LISTER: &str = "sam-lister";
const BLOOM: &str = "kit-bloom";

/// A surgery's computer and its mail server.
struct Surgery {
    folder: TempDir,
    mail: Mail,
    /// Keeps the mail server going.
    _runtime: Runtime,
}

impl Surgery {
    fn new() -> Self {
        let (folder, runtime) = (tempfile::tempdir().unwrap(), Runtime::new().unwrap());
        let mail = Mail::start(&runtime, &folder.path().join("mail"));
        let surgery = Self {
            folder,
            mail,
            _runtime: runtime,
        };
        surgery.file("authority.pem", &surgery.mail.server.ca_pem);
        for (who, pin) in [(HALE, "2580"), (LISTER, "8147"), (BLOOM, "604913")] {
            surgery.file(who, pin);
        }
        surgery
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    /// In the session of whoever signed in to the desktop. The operating system believes the mail server's authority and no other.
    fn run(&self, arguments: &[&str], input: &str) -> Said {
        let mut program = Command::new("env");
        program
            .arg(format!("SSL_CERT_FILE={}", self.path("authority.pem")))
            .arg(path())
            .args(arguments)
            .args(["--data", &self.path("data")]);
        command_in_session(self.folder.path(), &program, input)
    }

    fn by(&self, who: &str, arguments: &[&str]) -> Said {
        let pin_file = self.path(who);
        let signed_in = ["--as", who, "--pin-file", &pin_file, "--json"];
        self.run(&[arguments, &signed_in].concat(), "")
    }

    fn done(&self, who: &str, arguments: &[&str]) -> Value {
        let said = self.by(who, arguments);
        assert!(said.succeeded, "{arguments:?}: {said:?}");
        said.json()
    }

    fn refused(&self, who: &str, arguments: &[&str]) -> Value {
        let said = self.by(who, arguments);
        assert!(!said.succeeded, "{arguments:?}: {said:?}");
        said.json()["error"]["code"].clone()
    }

    fn set_up(&self) {
        let staff = |id: &str, name: &str, role: &str, pin: &str| json!({ "id": id, "name": name, "job": role, "role": role, "pin": pin });
        let practice = json!({ "ods_code": "Y99001", "name": "Moorlands Surgery", "phone": "01632 960100", "staff": [
            staff(HALE, "Dr Rowan Hale", "clinician", "2580"), staff(LISTER, "Sam Lister", "admin", "8147"),
            staff(BLOOM, "Kit Bloom", "manager", "604913"),
        ] });
        let practice = self.file("practice.json", &practice.to_string());
        let made = self.run(&["practice", "set", &practice, "--real"], "");
        assert!(made.succeeded, "{made:?}");
        let mailbox = json!({ "host": "127.0.0.1", "port": self.mail.server.smtp_port, "security": "start-tls", "username": FROM,
            "password": PASSWORD, "from_address": FROM, "from_name": "Moorlands Surgery", "trust": "operating-system" });
        let mailbox = self.file("mailbox.json", &mailbox.to_string());
        let set = self.by(LISTER, &["mailbox", "set", &mailbox]);
        assert!(set.succeeded, "{set:?}");
    }

    /// What `addresses` lists for one address.
    fn waiting(&self, address: &str) -> Value {
        let listed = self.done(LISTER, &["addresses"]);
        let rows = listed["to_approve"].as_array().unwrap();
        let found = rows.iter().find(|row| row["address"] == address);
        found
            .unwrap_or_else(|| panic!("{address} does not wait"))
            .clone()
    }

    /// All that wait, looked at by one and agreed to by another.
    fn agree_to_all(&self) -> usize {
        let listed = self.done(LISTER, &["addresses"]);
        let rows = listed["to_approve"].as_array().unwrap();
        let shown: Vec<&str> = rows
            .iter()
            .filter_map(|row| row["shown"].as_str())
            .collect();
        self.done(
            LISTER,
            &[&["addresses", "propose"], shown.as_slice()].concat(),
        );
        let left = self.done(
            BLOOM,
            &[&["addresses", "approve"], shown.as_slice()].concat(),
        );
        assert_eq!(left["to_approve"], json!([]));
        shown.len()
    }

    /// The answers that this service asks for are the same for each patient here.
    fn refer(&self, patient: &str) -> Said {
        let patient = self.file("patient.txt", patient);
        let answers = [
            "refer",
            "--service",
            PAIN_PLATFORM,
            "--patient",
            &patient,
            "--reason",
            "Back pain for two years",
            "--consent",
            "patient-in-person",
            "--crisis",
            "asked-none",
            "--red-flags",
            "asked-none",
            "--send-now",
        ];
        self.by(HALE, &answers)
    }

    fn row(&self, referral_id: &Value) -> Value {
        let listed = self.done(HALE, &["outbox"]);
        let rows = listed["referrals"].as_array().unwrap();
        let found = rows.iter().find(|row| row["referral_id"] == *referral_id);
        found.unwrap().clone()
    }

    fn send(&self) {
        let sent = self.by(HALE, &["outbox", "send"]);
        assert!(sent.succeeded, "{sent:?}");
    }
}

#[test]
fn h02_wrong_address_a_changed_one_is_held_until_two_people_agree_by_their_pins() {
    let area = Area::begun_with(&published());
    area.publish_by_two();
    let surgery = Surgery::new();
    surgery.set_up();
    let folder = area.public();
    let enrol = [
        "enrol",
        "https://directory.example",
        "--from",
        &folder,
        "--fingerprint",
        &area.fingerprint,
    ];
    assert_eq!(surgery.done(LISTER, &enrol)["version"], 1);
    assert!(surgery.agree_to_all() > 40, "each address of the directory");

    // Queued before the change.
    let queued = surgery.refer(SMITH);
    assert!(queued.succeeded, "{queued:?}");
    let queued = queued.json()["referral_id"].clone();
    area.edit(BEFORE, AFTER);
    area.publish_by_two();
    let synced = surgery.done(LISTER, &["sync", "--from", &folder]);
    if synced["refresh"] == "held" {
        surgery.done(LISTER, &["sync", "--accept-held"]);
    }
    surgery.send();
    let held = surgery.row(&queued);
    assert_eq!(
        (&held["state"], &held["why"]),
        (&"held".into(), &"address-changed".into())
    );
    assert!(
        held["owner"].is_string() && held["by"].is_string(),
        "{held}"
    );
    assert_eq!(surgery.mail.messages().len(), 0);
    // The next one is not even queued.
    assert!(!surgery.refer(DOE).succeeded);

    let changed = surgery.waiting(AFTER);
    assert_eq!(changed["before"], BEFORE);
    let warnings = changed["warnings"].to_string();
    assert!(warnings.contains("easily taken for"), "{warnings}");
    let shown = changed["shown"].as_str().unwrap();
    let in_words = surgery.run(
        &[
            "addresses",
            "--as",
            LISTER,
            "--pin-file",
            &surgery.path(LISTER),
        ],
        "",
    );
    assert!(in_words.out.contains("platf[0]rm"), "{in_words:?}");

    nobody_agrees_alone(&surgery, shown);
    assert!(!surgery.refer(DOE).succeeded, "still nobody's second word");

    // With the PIN on standard input.
    let approved = surgery.run(
        &[
            "addresses",
            "approve",
            shown,
            "--as",
            BLOOM,
            "--pin-file",
            "-",
        ],
        "604913",
    );
    assert!(approved.succeeded, "{approved:?}");
    let next = surgery.refer(DOE);
    assert!(next.succeeded, "{next:?}");
    surgery.send();
    assert_eq!(surgery.mail.only_message().envelope.to, [AFTER]);
    // The first is never re-aimed, whoever asks.
    surgery.done(HALE, &["outbox", "try-again", queued.as_str().unwrap()]);
    surgery.send();
    assert_eq!(surgery.row(&queued)["state"], "held");
    assert_eq!(surgery.mail.messages().len(), 1);
}

/// Proposed at the end, by one person.
fn nobody_agrees_alone(surgery: &Surgery, shown: &str) {
    // What nobody has looked at; one person twice; what was not shown; a wrong PIN.
    let propose = ["addresses", "propose", shown];
    let approve = ["addresses", "approve", shown];
    assert_eq!(surgery.refused(BLOOM, &approve), "no-such-address");
    surgery.done(LISTER, &propose);
    assert_eq!(surgery.refused(LISTER, &approve), "same-person");
    let other = format!("{}0", &shown[..shown.len() - 1]);
    let other = if other == shown {
        format!("{}1", &shown[..shown.len() - 1])
    } else {
        other
    };
    assert_eq!(
        surgery.refused(BLOOM, &["addresses", "approve", &other]),
        "no-such-address"
    );
    let typed_wrong = surgery.run(
        &[
            "addresses",
            "approve",
            shown,
            "--as",
            BLOOM,
            "--pin-file",
            "-",
            "--json",
        ],
        "604914",
    );
    assert_eq!(
        typed_wrong.json()["error"]["code"],
        "wrong-pin",
        "{typed_wrong:?}"
    );
}
