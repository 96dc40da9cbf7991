//! A patient of canary words goes the whole way, by the window's engine and by the command line, well and badly; then every file,
//! every line said and every temporary file is searched for them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use demo::mail_server::{Cut, Fault, Moment};
use engine::Engine;
use product_tests::leaks::Canaries;
use product_tests::practice::{ACTOR, PAIN_PLATFORM, Practice, Time, computer_time, form};
use product_tests::program::Program;
use product_tests::records::dump;
use product_tests::torture::copies::child;
use referrals::desk::{ConcernSource, Reply, UnknownDecision};
use referrals::draft::{
    Consent, CriterionAnswer, ExtraAnswer, PatientField, ReferralForm, SafetyAnswer,
};
use referrals::people::{Role, StaffMember};
use rusqlite::types::Value;
use store::UseMode;

const PASTE: &str = "QANARYFAM, Qanarygiv (Mx)  Born 02-Feb-1980 (46y)  Gender Female  NHS No. 999 000 0026\n\
    Address: Flat Qanaryflat\n71 Qanarystreet\nQanaryhamlet\nZZ99 3VQ\nHome tel: 01632 960817\nMobile: 07700 900817\nEmail: qanarymail@mail.example\n";

/// Typed field by field, of another person.
const TYPED: [(PatientField, &str); 7] = [
    (PatientField::Gender, "Female"),
    (PatientField::NhsNumber, "999 000 0034"),
    (PatientField::Family, "Typedqanary"),
    (PatientField::Given, "Handqanary"),
    (PatientField::BirthDate, "03-Mar-1981"),
    (PatientField::Phones, "020 7946 0817"),
    (PatientField::Email, "typed-qanary@mail.example"),
];

const WORDS: [&str; 32] = [
    "QANARYFAM",
    "Qanaryfam",
    "Qanarygiv",
    "9990000026",
    "999 000 0026",
    "02-Feb-1980",
    "1980-02-02",
    "Qanaryflat",
    "Qanarystreet",
    "Qanaryhamlet",
    "ZZ99 3VQ",
    "01632 960817",
    "01632960817",
    "07700 900817",
    "07700900817",
    "qanarymail",
    "qanary-safe",
    "qanary-needs",
    "qanary-language",
    "qanary-reason",
    "qanary-consent",
    "qanary-crisis",
    "qanary-flags",
    "qanary-times",
    "qánary-ünïcode",
    "qanary-answer",
    "qanary-second-answer",
    "qanary-criterion",
    "qanary-second-criterion",
    "qanary-third-criterion",
    "qanary-again",
    "qanary-by-command",
];
const MORE_WORDS: [&str; 23] = [
    "qanary-withdrawn",
    "qanary-no-number",
    "qanary-password",
    "qanary-user",
    "qanary-from-name",
    "qanary-search",
    "qanary-concern",
    "qanary-received",
    "qanary-asked",
    "qanary-chase",
    "qanary-staff",
    "qanary-job",
    "qanary-typed-reason",
    "9990000034",
    "999 000 0034",
    "Typedqanary",
    "Handqanary",
    "03-Mar-1981",
    "1981-03-03",
    "020 7946 0817",
    "02079460817",
    "typed-qanary",
    "qanary-draft-only",
];
/// The issue asks for so many; those that never got in count for nothing.
const CARRIED_AT_LEAST: usize = 50;

fn canaries() -> Canaries {
    Canaries::new(&[WORDS.as_slice(), &MORE_WORDS].concat())
}

fn canary_form() -> ReferralForm {
    ReferralForm {
        reason_text: "qanary-reason in her own words".to_owned(),
        consent: Some(Consent::OnTheirBehalf),
        consent_note: "qanary-consent by her daughter".to_owned(),
        crisis: Some(SafetyAnswer::PresentDealtWith),
        crisis_note: "qanary-crisis this morning".to_owned(),
        red_flags: Some(SafetyAnswer::PresentDealtWith),
        red_flags_note: "qanary-flags looked into".to_owned(),
        best_times: "qanary-times before noon, qánary-ünïcode".to_owned(),
        extra_answers: vec![
            answer("prefers", "qanary-answer by phone"),
            answer("another", "qanary-second-answer"),
        ],
        criteria: vec![
            not_met("pain-duration:3", "qanary-criterion two months"),
            not_met("another:1", "qanary-second-criterion"),
            not_met("another:2", "qanary-third-criterion"),
        ],
        ..form(PAIN_PLATFORM)
    }
}

fn answer(question_id: &str, answer: &str) -> ExtraAnswer {
    ExtraAnswer {
        question_id: question_id.to_owned(),
        answer: answer.to_owned(),
    }
}

fn not_met(key: &str, reason: &str) -> CriterionAnswer {
    CriterionAnswer {
        key: key.to_owned(),
        met: Some(false),
        reason: reason.to_owned(),
    }
}

/// Drafted in every field as in the window, and queued.
fn refer(practice: &Practice) -> String {
    let desk = practice.desk();
    let mut draft = practice.draft(PASTE, PAIN_PLATFORM);
    for (field, text) in [
        (PatientField::SafeContactNote, "qanary-safe: never at home"),
        (PatientField::CommunicationNeeds, "qanary-needs large print"),
        (PatientField::Language, "qanary-language"),
        (PatientField::NoNhsNumberReason, "qanary-no-number"),
    ] {
        draft = desk.edit_patient(&draft.id, field, text).unwrap();
    }
    let draft = practice.fill(&draft.id, canary_form());
    let queued = practice.queue(&draft).unwrap();
    desk.send_now(&queued.referral_id).unwrap();
    queued.referral_id
}

/// Sent, rejected by a server that repeats the address, postponed, unknown and sent again, undone, withdrawn with a reason.
fn go_every_way(practice: &Practice) {
    let desk = practice.desk();
    let faults = practice.mail.server.faults();
    let sent = refer(practice);
    practice.send_due();
    assert_eq!(practice.state(&sent), "sent");

    let rejected = refer(practice);
    faults.next(Fault::reply(
        Moment::Data,
        "554 5.6.0 QANARYFAM 999 000 0026 is not wanted",
    ));
    practice.send_due();
    assert_eq!(practice.state(&rejected), "failed");
    desk.withdraw(&rejected, "qanary-withdrawn because she moved", ACTOR)
        .unwrap();

    let unknown = refer(practice);
    faults.next(Fault::cut(Moment::AfterStoring, Cut::Reset));
    practice.send_due();
    let again = UnknownDecision::SendAgain;
    desk.decide_unknown(&unknown, again, ACTOR).unwrap();
    faults.next(Fault::reply(
        Moment::Auth,
        "454 4.7.0 qanary-password is too old",
    ));
    practice.send_all();
    assert_eq!(practice.state(&unknown), "sent");

    let undone = practice.refer(PASTE, PAIN_PLATFORM).referral_id;
    desk.undo(&undone, ACTOR).unwrap();
    // And a draft that is only begun.
    let begun = desk.new_draft().unwrap();
    desk.paste(&begun.id, PASTE).unwrap();
    typed_by_hand(practice);
    words_of_staff(practice, &sent);
}

/// A draft of somebody who is not pasted.
fn typed_by_hand(practice: &Practice) {
    let desk = practice.desk();
    let draft = desk.new_draft().unwrap();
    for (field, text) in TYPED {
        desk.edit_patient(&draft.id, field, text).unwrap();
    }
    let reason_text = "qanary-typed-reason".to_owned();
    let consent_note = "qanary-draft-only".to_owned();
    let form = ReferralForm {
        reason_text,
        consent_note,
        ..canary_form()
    };
    let draft = practice.fill(&draft.id, form);
    practice.queue(&draft).unwrap();
}

/// What staff write beside a referral, and who they are.
fn words_of_staff(practice: &Practice, sent: &str) {
    let desk = practice.desk();
    let member = StaffMember::new("qanary", "Dr qanary-staff", "qanary-job", Role::Clinician);
    desk.add_staff_without_pin(&member, ACTOR).unwrap();
    let received = desk.record_reply(sent, Reply::Received, "qanary-received", ACTOR);
    received.unwrap();
    let asked = desk.record_reply(sent, Reply::InformationRequested, "qanary-asked", ACTOR);
    asked.unwrap();
    desk.chase(sent, None, "qanary-chase again", ACTOR).unwrap();
    let source = ConcernSource {
        program_version: "test".to_owned(),
        directory_name: "test".to_owned(),
        directory_version: 1,
        place: "refer".to_owned(),
    };
    desk.report_concern("qanary-concern about her", source, ACTOR)
        .unwrap();
}

/// The command line's commands that handle the patient or list referrals, with what each said.
fn by_command_line(practice: &Practice) -> (Program, Vec<String>) {
    let program = Program::over(&practice.data(), &practice.beside("home"));
    let refer = [
        "refer",
        "--service",
        PAIN_PLATFORM,
        "--patient",
        "-",
        "--reason",
        "qanary-reason qanary-by-command",
        "--consent",
        "on-their-behalf",
        "--consent-note",
        "qanary-consent",
        "--crisis",
        "asked-none",
        "--red-flags",
        "asked-none",
        "--send-now",
    ];
    let refer = [
        &refer[..],
        &["--not-met", "pain-duration:3=qanary-criterion qanary-again"],
    ]
    .concat();
    let incomplete = ["refer", "--service", PAIN_PLATFORM, "--patient", "-"];
    let closed = [
        "refer",
        "--service",
        "lets-talk-moorlands",
        "--patient",
        "-",
    ];
    let mut said = Vec::new();
    for arguments in [&refer[..], &incomplete, &closed] {
        for json in [&[][..], &["--json"]] {
            let ran = program.run_with(&[arguments, json].concat(), PASTE);
            said.push(ran.out + &ran.err);
        }
    }
    practice.mail.server.faults().next(Fault::reply(
        Moment::Rcpt,
        "550 5.1.1 QANARYFAM is not known here",
    ));
    for arguments in [
        &["outbox", "send"][..],
        &["outbox"],
        &["outbox", "--json"],
        &["mailbox", "show"],
    ] {
        let ran = program.run(arguments);
        assert!(ran.succeeded, "{ran:?}");
        said.push(ran.out + &ran.err);
    }
    // What is searched for is said back, to whoever typed it; it must lie nowhere.
    let searched = program.run(&["search", "qanary-search pain"]);
    assert!(searched.succeeded, "{searched:?}");
    (program, said)
}

fn assert_clean(canaries: &Canaries, folder: &Path, what: &str) -> usize {
    let (hits, files) = canaries.below(folder);
    assert!(hits.is_empty(), "{what}: {hits:?}");
    files
}

/// Which of the words are in the records just now, or in what the service got: only these can leak.
fn carried(canaries: &Canaries, practice: &Practice) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (_, row) in dump(&practice.engine.store).unwrap() {
        for value in row {
            let bytes = match value {
                Value::Text(text) => text.into_bytes(),
                Value::Blob(bytes) => bytes,
                _ => continue,
            };
            found.extend(canaries.within(&bytes).into_iter().map(str::to_owned));
        }
    }
    for message in practice.mail.messages() {
        let words = canaries.within(message.text.as_bytes());
        found.extend(words.into_iter().map(str::to_owned));
    }
    found
}

/// What the sender tells the window, of which it makes its notices.
fn notices(practice: &Practice) -> String {
    refer(practice);
    let told = Arc::new(Mutex::new(String::new()));
    let telling = told.clone();
    let sender = practice.engine.sender(Arc::new(move |id: &str| {
        telling.lock().unwrap().push_str(id);
    }));
    practice.runtime.block_on(async {
        let _lock = sender.take_over().await.unwrap();
        sender.run_due().await.unwrap();
    });
    let told = told.lock().unwrap().clone();
    assert!(!told.is_empty(), "nothing was told");
    told
}

/// A child that breaks off with a letter in memory, where pictures of the memory are allowed: what it says, and what it leaves in its folder.
fn crash(practice: &Practice, how: &str) -> (String, PathBuf) {
    let folder = practice.beside(&format!("crash-{how}"));
    std::fs::create_dir_all(&folder).unwrap();
    let draft = practice.draft(PASTE, PAIN_PLATFORM);
    let draft = practice.fill(&draft.id, canary_form());
    let asked = child(&practice.data(), &["crash", how, &draft.id]);
    let mut command = if cfg!(unix) {
        let mut shell = Command::new("sh");
        shell.args(["-c", "ulimit -c unlimited; exec \"$0\" \"$@\""]);
        shell.arg(asked.get_program()).args(asked.get_args());
        shell
    } else {
        asked
    };
    command.current_dir(&folder).env("RUST_BACKTRACE", "full");
    command.stdin(Stdio::null());
    let output = command.output().unwrap();
    // A panic of the writer is an error of the call; an abort is the end.
    assert_eq!(output.status.success(), how == "panic", "{output:?}");
    let said = [output.stdout, output.stderr].concat();
    (String::from_utf8_lossy(&said).into_owned(), folder)
}

/// Where a word could lie: a text, or a folder of files.
enum Place {
    Said(String),
    Files(PathBuf),
}

impl Place {
    fn hits(&self, canaries: &Canaries) -> usize {
        match self {
            Self::Said(text) => canaries.within(text.as_bytes()).len(),
            Self::Files(folder) => canaries.below(folder).0.len(),
        }
    }

    /// In the same place with a leak in it, which goes again.
    fn hits_when_planted(&self, canaries: &Canaries) -> usize {
        match self {
            Self::Said(text) => Self::Said(format!("{text} of Qanarygiv")).hits(canaries),
            Self::Files(folder) => {
                let planted = folder.join("planted");
                std::fs::write(&planted, "patient: UWFuYXJ5ZmFt").unwrap();
                let hits = self.hits(canaries);
                std::fs::remove_file(planted).unwrap();
                hits
            }
        }
    }
}

#[test]
fn h14_nothing_of_a_patient_lies_readable_in_files_logs_or_what_is_said() {
    let canaries = canaries();
    let mut practice = Practice::open_at(Time::from(computer_time()));
    let mut mailbox = practice.mail.mailbox();
    // A password that the server refuses first shows in no message, and stays in the encrypted database.
    mailbox.password = "qanary-password".to_owned();
    mailbox.username = "qanary-user".to_owned();
    mailbox.from_name = "qanary-from-name".to_owned();
    practice.use_mailbox(mailbox);
    let mut carried_words = carried(&canaries, &practice);
    let refused = refer(&practice);
    practice.send_due();
    assert_eq!(
        practice.channel_problem().as_deref(),
        Some("sign-in-refused")
    );
    practice.use_mailbox(practice.mail.mailbox());
    practice.send_all();
    assert_eq!(practice.state(&refused), "sent");
    go_every_way(&practice);
    let (program, said) = by_command_line(&practice);
    let told = notices(&practice);
    carried_words.extend(carried(&canaries, &practice));
    assert!(carried_words.len() >= CARRIED_AT_LEAST, "{carried_words:?}");

    // The words did go the whole way: each stands in what the service got.
    let received = practice.mail.messages();
    let texts: Vec<&str> = received
        .iter()
        .map(|message| message.text.as_str())
        .collect();
    let texts = texts.concat().replace('\n', " ");
    for word in [
        "QANARYFAM, Qanarygiv",
        "999 000 0026",
        "02-Feb-1980",
        "qanary-safe",
        "qanary-answer",
        "qanary-criterion two",
        "qanary-criterion qanary-again",
    ] {
        assert!(texts.contains(word), "{word}");
    }
    let subjects: Vec<String> = received.iter().map(|one| one.subject.clone()).collect();
    let (panicked, after_a_panic) = crash(&practice, "panic");
    assert!(panicked.contains("panicked"), "{panicked}");
    let (aborted, after_an_abort) = crash(&practice, "abort");
    for name in [
        "practice.db",
        "practice.db-wal",
        "directory.db",
        "onward.log",
    ] {
        assert!(
            practice.data().join(name).is_file(),
            "{name} was not there to be searched"
        );
    }
    // While the databases are open, with their logs beside them, and after they were closed.
    let open_files = assert_clean(&canaries, &practice.data(), "the data folder, open");
    let data = practice.data();
    let home = practice.beside("home");
    let (_, unprotected) = crash(&practice, "unprotected");
    let (server, temporary) = (practice.beside("server"), program.temporary_folder());
    let elsewhere = Practice::open();
    practice.engine = elsewhere.engine;
    let log = std::fs::read_to_string(data.join("onward.log")).unwrap();
    let places = [
        ("the log", Place::Said(log)),
        ("what the command line says", Place::Said(said.concat())),
        ("subjects of mails", Place::Said(subjects.concat())),
        ("notices to the window", Place::Said(told)),
        ("what a panic says", Place::Said(panicked)),
        ("what a panic leaves", Place::Files(after_a_panic)),
        ("what an abort says", Place::Said(aborted)),
        ("what an abort leaves", Place::Files(after_an_abort)),
        ("temporary files", Place::Files(temporary)),
        ("the home folder", Place::Files(home)),
        ("the locked records", Place::Files(data)),
    ];
    for (name, place) in &places {
        assert_eq!(place.hits(&canaries), 0, "{name}");
        assert!(place.hits_when_planted(&canaries) > 0, "{name}: planted");
    }
    // The same search finds what lies in the server's own store, and in the picture of its memory that a careless program leaves.
    let (hits, _) = canaries.below(&server);
    assert!(hits.len() >= received.len());
    let pictures = std::fs::read_dir(&unprotected).unwrap().count();
    let in_pictures = canaries.below(&unprotected).0;
    assert_eq!(pictures, in_pictures.len(), "a picture without a word");
    println!(
        "| words of a patient, of staff and of a mailbox in every field | {} words, {open_files} files of the records | in {} places 0 found, in each of which a planted leak is; a careless program's picture of its memory: {} |",
        carried_words.len(),
        places.len(),
        if pictures == 0 {
            "this system keeps none".to_owned()
        } else {
            let words: usize = in_pictures.iter().map(|(_, words)| words.len()).sum();
            format!("{words} words")
        }
    );
    std::fs::remove_dir_all(unprotected).unwrap();
}

#[test]
fn h14_errors_and_debug_forms_say_nothing_of_a_patient() {
    let canaries = canaries();
    let practice = Practice::open();
    let desk = practice.desk();
    let id = refer(&practice);
    let draft = practice.draft(PASTE, PAIN_PLATFORM);
    let draft = practice.fill(&draft.id, canary_form());
    let today = practice.engine.store.clock.today();
    let wrong = desk
        .edit_patient(
            &draft.id,
            PatientField::Phones,
            "07700 900817 after qanary-times",
        )
        .unwrap();
    let mut said = vec![
        format!("{draft:?}"),
        format!("{:?}", draft.patient),
        format!("{:?}", draft.patient.to_patient(today)),
        format!("{:?}", draft.check(&practice.chosen(&draft), true, today)),
        format!("{:?}", practice.queue(&wrong)),
        practice.queue(&wrong).unwrap_err().to_string(),
        format!("{:?}", practice.referral(&id).referral),
        format!("{:?}", practice.referral(&id).patient),
        format!("{:?}", practice.outbox()),
        format!("{:?}", desk.undo(&id, ACTOR)),
    ];
    // Another use of the folder, and another folder in the place of a file: errors that name paths and never contents.
    let data = practice.data();
    let other_use = Engine::open(&data, UseMode::Real, practice.time.clock());
    said.push(other_use.err().unwrap().to_string());
    for text in &said {
        assert!(
            !text.is_empty() && canaries.within(text.as_bytes()).is_empty(),
            "{text}"
        );
    }
    println!("{} errors and debug forms", said.len());
}
