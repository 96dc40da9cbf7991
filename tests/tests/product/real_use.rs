//! Real use: the key in a real keychain, and nothing of the demonstration. A Secret Service in a session of its own stands in for a desktop.
#![cfg(target_os = "linux")]

use std::path::{Path, PathBuf};
use std::process::Command;

use product_tests::patients::SMITH;
use product_tests::practice::PAIN_PLATFORM;
use product_tests::program::{Program, Said, said};
use product_tests::torture::copies::child;
use rusqlite::types::Value;
use store::{
    DataFolder, Database, StoreError, UseMode,
    database::Durability,
    recovery::{KeyHeader, RecoveryKey},
};
use tempfile::TempDir;

const STARTER_FILE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../services-directory/data/starter.jsonl"
);

/// A computer that is set up for real use, with a keychain that lasts from one session to the next.
struct Computer {
    program: Program,
    folder: TempDir,
    practice_file: String,
}

impl Computer {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let computer = Self {
            program: Program::over(&data, &folder.path().join("home")),
            practice_file: folder
                .path()
                .join("practice.json")
                .to_str()
                .unwrap()
                .to_owned(),
            folder,
        };
        std::fs::write(&computer.practice_file, PRACTICE).unwrap();
        computer
    }

    /// With its records made by somebody signed in. Answers the recovery key that was printed.
    fn set_up() -> (Self, String) {
        let computer = Self::new();
        let made = computer.signed_in(&computer.making(), "");
        assert!(made.succeeded, "{made:?}");
        let key = made
            .out
            .lines()
            .next()
            .and_then(|line| line.strip_prefix("Recovery key: "));
        let key = key
            .unwrap_or_else(|| panic!("no recovery key: {made:?}"))
            .to_owned();
        assert!(made.out.contains("It is shown only now"));
        assert!(
            made.out
                .contains("Moorlands Surgery (Y99001), phone 01632 960100")
        );
        (computer, key)
    }

    /// The command that makes the records.
    fn making(&self) -> [&str; 4] {
        ["practice", "set", &self.practice_file, "--real"]
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// As somebody who signed in to the desktop, which unlocks the keychain.
    fn signed_in(&self, arguments: &[&str], input: &str) -> Said {
        self.in_session(self.folder.path(), arguments, input)
    }

    /// In a session whose keychain lies in this home.
    fn in_session(&self, home: &Path, arguments: &[&str], input: &str) -> Said {
        command_in_session(home, &self.program.command(arguments), input)
    }

    /// Without any session, as from cron.
    fn signed_out(&self, arguments: &[&str]) -> Said {
        let mut command = self.program.command(arguments);
        let nowhere = self.folder.path().join("no-such-bus");
        command
            .env(
                "DBUS_SESSION_BUS_ADDRESS",
                format!("unix:path={}", nowhere.display()),
            )
            .env("XDG_RUNTIME_DIR", self.folder.path());
        said(command, "")
    }

    fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.data()).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

/// In a session whose keychain lies in this home.
pub(crate) fn command_in_session(home: &Path, program: &Command, input: &str) -> Said {
    const UNLOCK: &str = "printf password | gnome-keyring-daemon --unlock --components=secrets --daemonize >/dev/null 2>&1 \
        || { echo 'gnome-keyring-daemon is not there: cargo xtask test installs it' >&2; exit 97; }\nexec \"$@\"";
    let (home, runtime) = (home.join("home"), home.join("runtime"));
    std::fs::create_dir_all(&home).unwrap();
    private_folder(&runtime);
    let mut session = Command::new("dbus-run-session");
    session
        .args(["--", "sh", "-c", UNLOCK, "sh"])
        .arg(program.get_program())
        .args(program.get_args())
        .env("HOME", home)
        .env("XDG_RUNTIME_DIR", runtime)
        .env_remove("XDG_DATA_HOME")
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped());
    let said = said(session, input);
    assert!(!said.err.contains("is not there"), "{}", said.err);
    said
}

fn private_folder(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::create_dir_all(path).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700)).unwrap();
}

const MAILBOX: &str = r#"{"host": "mail.example.nhs.uk", "port": 587, "security": "start-tls", "username": "referrals",
    "password": "canary-password", "from_address": "referrals@moorlands.example.nhs.uk", "from_name": "Moorlands Surgery",
    "trust": "operating-system"}"#;

const PRACTICE: &str = r#"{"ods_code": "Y99001", "name": "Moorlands Surgery", "phone": "01632 960100",
    "staff": [{"id": "dr-hale", "name": "Dr Rowan Hale", "job": "GP", "role": "clinician"}]}"#;

#[test]
fn the_key_lies_in_the_keychain_and_the_records_open_again_with_it_and_with_no_other() {
    let (computer, _) = Computer::set_up();
    let mailbox = computer.file("mailbox.json", MAILBOX);
    let set = computer.signed_in(&["mailbox", "set", &mailbox], "");
    assert!(set.succeeded, "{set:?}");
    assert!(
        !computer.files().contains(&"demonstration.key".to_owned()),
        "{:?}",
        computer.files()
    );
    assert!(computer.files().contains(&"practice.db".to_owned()));
    let again = computer.signed_in(&["mailbox", "show"], "");
    assert!(again.succeeded, "{again:?}");
    assert_eq!(
        again.out,
        "referrals@moorlands.example.nhs.uk through mail.example.nhs.uk:587\n"
    );

    // Somebody else's keychain, and none: refused, and what is there stays as it is, byte for byte.
    let before = std::fs::read(computer.data().join("practice.db")).unwrap();
    assert!(!String::from_utf8_lossy(&before).contains("canary-password"));
    let stranger = computer.folder.path().join("stranger");
    let refusals = [
        (
            computer.in_session(&stranger, &["outbox", "--json"], ""),
            "key-missing",
        ),
        (
            computer.signed_out(&["outbox", "--json"]),
            "keychain-unavailable",
        ),
    ];
    for (refused, code) in refusals {
        assert!(!refused.succeeded, "{refused:?}");
        assert_eq!(refused.json()["error"]["code"], code, "{refused:?}");
    }
    assert!(before == std::fs::read(computer.data().join("practice.db")).unwrap());
    assert!(computer.signed_in(&["outbox"], "").succeeded);
}

#[test]
fn without_a_keychain_nothing_is_made_and_the_error_says_what_to_do() {
    let computer = Computer::new();
    let refused = computer.signed_out(&computer.making());
    assert!(!refused.succeeded && refused.out.is_empty(), "{refused:?}");
    assert!(
        refused
            .err
            .starts_with("onward-cli: The computer's keychain could not be used: ")
            && refused
                .err
                .contains("Sign in to the desktop and unlock the keychain"),
        "{}",
        refused.err
    );
    let records = |name: &String| name.contains(".db") || name.contains("key");
    let made: Vec<String> = computer.files().into_iter().filter(records).collect();
    assert_eq!(made, [] as [&str; 0]);
    // Signed in, the same folder is set up at once.
    assert!(computer.signed_in(&computer.making(), "").succeeded);
    assert!(computer.signed_in(&["outbox"], "").succeeded);
}

#[test]
fn records_are_not_used_before_their_recovery_key_was_shown() {
    let computer = Computer::new();
    // As when the making was cut short before anything was printed.
    DataFolder::prepare(&computer.data(), UseMode::Real).unwrap();
    for _ in 0..2 {
        let refused = computer.signed_in(&["outbox"], "");
        assert!(
            !refused.succeeded
                && refused
                    .err
                    .contains("The set-up of this folder was not finished"),
            "{refused:?}"
        );
        assert!(
            !refused.out.contains("Recovery key"),
            "a key that nobody waits for is not printed"
        );
    }
    let made = computer.signed_in(&computer.making(), "");
    assert!(
        made.succeeded && made.out.starts_with("Recovery key: "),
        "{made:?}"
    );
    let again = computer.signed_in(&computer.making(), "");
    assert!(
        again.succeeded && !again.out.contains("Recovery key"),
        "shown once: {again:?}"
    );
}

#[test]
fn a_backup_opens_on_another_computer_with_the_printed_key_and_with_no_other() {
    let (computer, key) = Computer::set_up();
    let mailbox = computer.file("mailbox.json", MAILBOX);
    assert!(
        computer
            .signed_in(&["mailbox", "set", &mailbox], "")
            .succeeded
    );
    let backup = computer
        .folder
        .path()
        .join("backup")
        .into_os_string()
        .into_string()
        .unwrap();
    let copied = computer.signed_in(&["practice", "back-up", &backup], "");
    assert!(copied.succeeded, "{copied:?}");

    let restore = ["practice", "restore", &backup, "--recovery-key", "-"];
    let (_, other_key) = Computer::set_up();
    assert_ne!(key, other_key);
    let wrong = Computer::new().signed_in(&restore, &other_key);
    assert!(
        !wrong.succeeded
            && wrong
                .err
                .contains("Check the recovery key, letter by letter"),
        "{wrong:?}"
    );

    let elsewhere = Computer::new();
    let restored = elsewhere.signed_in(&restore, &key);
    assert!(restored.succeeded, "{restored:?}");
    // From then on this computer's own keychain has the key.
    let shown = elsewhere.signed_in(&["mailbox", "show"], "");
    assert_eq!(
        shown.out,
        "referrals@moorlands.example.nhs.uk through mail.example.nhs.uk:587\n"
    );
}

/// Every row of every table, with the key that the printed recovery key opens.
fn rows(data: &Path, recovery: &RecoveryKey) -> Vec<(String, Vec<Value>)> {
    let header = std::fs::read_to_string(data.join("practice.key.json")).unwrap();
    let header: KeyHeader = serde_json::from_str(&header).unwrap();
    let key = header.unwrap_key(recovery).unwrap();
    let path = data.join("practice.db");
    let db = Database::open(&path, Some(&key), Durability::Full, &[]).unwrap();
    let all = db.read(|c| {
        let mut names =
            c.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")?;
        let names = names.query_map([], |row| row.get::<_, String>(0))?;
        let names: Vec<String> = names.collect::<Result<_, _>>()?;
        let mut all = Vec::new();
        for name in names {
            let mut rows = c.prepare(&format!("SELECT * FROM \"{name}\" ORDER BY rowid"))?;
            let columns = rows.column_count();
            let rows = rows.query_map([], |row| {
                (0..columns)
                    .map(|at| row.get(at))
                    .collect::<Result<Vec<Value>, _>>()
            })?;
            for row in rows {
                all.push((name.clone(), row?));
            }
        }
        Ok::<_, StoreError>(all)
    });
    all.unwrap()
}

/// What the day's work and the restoring themselves wrote down.
fn is_about_keeping((table, row): &(String, Vec<Value>)) -> bool {
    let written = ["backed-up", "restored", "recovered", "backups", "erased-on"];
    let is = |value: &Value| {
        written
            .iter()
            .any(|text| *value == Value::Text((*text).to_owned()))
    };
    matches!(table.as_str(), "audit" | "facts") && row.iter().any(is)
}

#[test]
fn h03_queued_records_of_real_use_are_backed_up_each_day_and_open_on_another_computer_row_by_row() {
    let (computer, key) = Computer::set_up();
    let mailbox = computer.file("mailbox.json", MAILBOX);
    assert!(
        computer
            .signed_in(&["mailbox", "set", &mailbox], "")
            .succeeded
    );
    // No window: the command that sends does the day's work.
    for _ in 0..2 {
        let sent = computer.signed_in(&["outbox", "send"], "");
        assert!(sent.succeeded, "{sent:?}");
    }
    let backups = store::backup::in_folder(&computer.data().join("backups"));
    assert_eq!(backups.len(), 1, "one a day");
    let recovery = RecoveryKey::parse(&key).unwrap();
    let mut whole = rows(&computer.data(), &recovery);
    whole.retain(|row| !is_about_keeping(row));
    assert!(
        whole.len() > 8,
        "practice, staff, mailbox, trail: {}",
        whole.len()
    );

    let elsewhere = Computer::new();
    let from = backups[0].path.to_str().unwrap();
    let restore = ["practice", "restore", from, "--recovery-key", "-"];
    let restored = elsewhere.signed_in(&restore, &key);
    assert!(restored.succeeded, "{restored:?}");
    let mut there = rows(&elsewhere.data(), &recovery);
    assert!(
        there.iter().any(is_about_keeping),
        "that it was restored is written down"
    );
    there.retain(|row| !is_about_keeping(row));
    assert_eq!(there, whole);

    // Damaged on the first computer: what is said names the backup, and it takes their place without a recovery key.
    let database = computer.data().join("practice.db");
    let mut bytes = std::fs::read(&database).unwrap();
    bytes[4100..8000].fill(0);
    std::fs::write(&database, bytes).unwrap();
    let refused = computer.signed_in(&["outbox", "--json"], "");
    assert_eq!(
        refused.json()["error"]["code"],
        "records-damaged",
        "{refused:?}"
    );
    let said = refused.json()["error"]["message"].to_string();
    assert!(
        said.contains(from) && said.contains("The newest good backup is of 20"),
        "{said}"
    );
    let put_back = computer.signed_in(&["practice", "put-back", from], "");
    assert!(put_back.succeeded, "{put_back:?}");
    let mut back = rows(&computer.data(), &recovery);
    back.retain(|row| !is_about_keeping(row));
    assert_eq!(back, whole);
}

#[test]
fn another_key_under_the_same_name_in_the_keychain_opens_nothing_and_the_printed_one_mends_it() {
    let (computer, key) = Computer::set_up();
    let before = std::fs::read(computer.data().join("practice.db")).unwrap();
    let change = child(&computer.data(), &["another-key"]);
    let changed = command_in_session(computer.folder.path(), &change, "");
    assert!(changed.succeeded, "{changed:?}");
    let refused = computer.signed_in(&["outbox", "--json"], "");
    assert_eq!(refused.json()["error"]["code"], "wrong-key", "{refused:?}");
    assert!(
        refused.json()["error"]["message"]
            .to_string()
            .contains("printed recovery key")
    );
    assert!(before == std::fs::read(computer.data().join("practice.db")).unwrap());
    let recovery = RecoveryKey::parse(&key).unwrap();
    assert!(
        !rows(&computer.data(), &recovery).is_empty(),
        "nothing is lost"
    );
    let recovered = child(&computer.data(), &["recover", &key]);
    let recovered = command_in_session(computer.folder.path(), &recovered, "");
    assert!(recovered.succeeded, "{recovered:?}");
    assert!(
        computer.signed_in(&["outbox"], "").succeeded,
        "the key is back in the keychain"
    );
}

#[test]
fn h23_demonstration_taken_for_real_real_use_takes_nothing_of_it() {
    let (computer, _) = Computer::set_up();
    let listed = computer.signed_in(&["outbox", "--json"], "");
    assert_eq!(
        listed.json()["referrals"],
        serde_json::json!([]),
        "{listed:?}"
    );

    let none = computer.signed_in(&["search", "pain", "--json"], "");
    assert_eq!(
        none.json()["error"]["code"],
        "directory-missing",
        "no starter service in real use"
    );
    let load = ["directory", "load", STARTER_FILE, "--json"];
    let refused = computer.signed_in(&load, "");
    let message = refused.json()["error"]["message"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        !refused.succeeded && message.contains("only for a demonstration"),
        "{message}"
    );
    let none = computer.signed_in(&["search", "pain", "--json"], "");
    assert_eq!(none.json()["error"]["code"], "directory-missing");

    let own_authority = r#"{"demonstration-authority": {"pem": ""}}"#;
    for (host, trust) in [
        ("127.0.0.1", own_authority),
        ("mail.example.nhs.uk", own_authority),
    ] {
        let mailbox = MAILBOX
            .replace("mail.example.nhs.uk", host)
            .replace(r#""operating-system""#, trust);
        let file = computer.file("demonstration-mailbox.json", &mailbox);
        let refused = computer.signed_in(&["mailbox", "set", &file], "");
        assert!(
            !refused.succeeded
                && refused
                    .err
                    .contains("never does with a demonstration's certificate"),
            "{refused:?}"
        );
    }
    let shown = computer.signed_in(&["mailbox", "show"], "");
    assert_eq!(shown.out, "No mailbox is set.\n");
    let nothing = computer.signed_in(
        &[
            "refer",
            "--service",
            PAIN_PLATFORM,
            "--patient",
            "-",
            "--json",
        ],
        SMITH,
    );
    assert!(!nothing.succeeded, "{nothing:?}");

    // A published directory is taken, so that the refusal above is not of every directory.
    let real = std::fs::read_to_string(STARTER_FILE).unwrap();
    let real = real.replacen("\"demonstration\":true", "\"demonstration\":false", 1);
    let file = computer.file("published.jsonl", &real);
    let loaded = computer.signed_in(&["directory", "load", &file, "--json"], "");
    assert!(loaded.succeeded, "{loaded:?}");
    for name in computer.files() {
        assert!(!name.contains("demonstration"), "{name}");
    }
}

#[test]
fn h23_demonstration_taken_for_real_it_refuses_a_number_that_could_be_somebodys() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::over(&folder.path().join("data"), &folder.path().join("home"));
    // Made here, from its first nine digits (modulus 11): no number outside the test range is written down.
    let nine = [6, 0, 0, 0, 0, 0, 0, 0, 1];
    let sum: u32 = nine
        .iter()
        .zip((2..=10).rev())
        .map(|(digit, weight)| digit * weight)
        .sum();
    let check = (11 - sum % 11) % 11;
    assert!(check < 10);
    let number: String = nine
        .iter()
        .chain([&check])
        .map(ToString::to_string)
        .collect();
    let refer = |patient: &str| {
        let arguments = [
            "refer",
            "--service",
            PAIN_PLATFORM,
            "--patient",
            "-",
            "--reason",
            "pain",
            "--consent",
            "patient-in-person",
            "--crisis",
            "asked-none",
            "--red-flags",
            "asked-none",
            "--json",
        ];
        program.run_with(&arguments, patient)
    };
    let refused = refer(&SMITH.replace("999 000 0018", &number));
    let message = refused.json()["error"]["message"].to_string();
    assert!(
        !refused.succeeded && message.contains("takes only test patients"),
        "{message}"
    );
    assert!(!message.contains(&number), "{message}");
    assert!(refer(SMITH).succeeded);
}
