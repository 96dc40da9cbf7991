//! A patient of canary words goes the whole way, by the window's engine and by the command line, well and badly; then every file,
//! every line said and every temporary file is searched for them.

use std::path::Path;

use demo::mail_server::{Cut, Fault, Moment};
use engine::Engine;
use product_tests::leaks::Canaries;
use product_tests::practice::{ACTOR, PAIN_PLATFORM, Practice, Time, computer_time, form};
use product_tests::program::Program;
use referrals::desk::UnknownDecision;
use referrals::draft::{
    Consent, CriterionAnswer, ExtraAnswer, PatientField, ReferralForm, SafetyAnswer,
};
use store::UseMode;

const PASTE: &str = "QANARYFAM, Qanarygiv (Mx)  Born 02-Feb-1980 (46y)  Gender Female  NHS No. 999 000 0026\n\
    Address: 71 Qanarystreet\nLeek\nST13 5AB\nMobile: 07700 900817\nEmail: qanarymail@mail.example\n";

const WORDS: [&str; 21] = [
    "QANARYFAM",
    "Qanaryfam",
    "Qanarygiv",
    "9990000026",
    "999 000 0026",
    "02-Feb-1980",
    "1980-02-02",
    "Qanarystreet",
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
    "qanary-answer",
    "qanary-criterion",
];
const MORE_WORDS: [&str; 3] = ["qanary-withdrawn", "qanary-no-number", "qanary-password"];

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
        best_times: "qanary-times before noon".to_owned(),
        extra_answers: vec![ExtraAnswer {
            question_id: "prefers".to_owned(),
            answer: "qanary-answer by phone".to_owned(),
        }],
        criteria: vec![CriterionAnswer {
            key: "pain-duration:3".to_owned(),
            met: Some(false),
            reason: "qanary-criterion two months".to_owned(),
        }],
        ..form(PAIN_PLATFORM)
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
        "qanary-reason again",
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
        &["--not-met", "pain-duration:3=qanary-criterion again"],
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
    (program, said)
}

fn assert_clean(canaries: &Canaries, folder: &Path, what: &str) -> usize {
    let (hits, files) = canaries.below(folder);
    assert!(hits.is_empty(), "{what}: {hits:?}");
    files
}

#[test]
fn h14_nothing_of_a_patient_lies_readable_in_files_logs_or_what_is_said() {
    let canaries = canaries();
    let mut practice = Practice::open_at(Time::from(computer_time()));
    let mut mailbox = practice.mail.mailbox();
    // A password that the server refuses first shows in no message, and stays in the encrypted database.
    mailbox.password = "qanary-password".to_owned();
    practice.use_mailbox(mailbox);
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
        "qanary-criterion again",
    ] {
        assert!(texts.contains(word), "{word}");
    }
    for (number, said) in said.iter().enumerate() {
        let hits = canaries.within(said.as_bytes());
        assert!(
            hits.is_empty(),
            "what the command line said ({number}): {hits:?}: {said}"
        );
    }

    // While the databases are open, with their logs beside them, and after they were closed.
    let open_files = assert_clean(&canaries, &practice.data(), "the data folder, open");
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
    assert_clean(&canaries, &program.temporary_folder(), "temporary files");
    let home_files = assert_clean(&canaries, &practice.beside("home"), "the home folder");
    let elsewhere = Practice::open();
    practice.engine = elsewhere.engine;
    let closed_files = assert_clean(&canaries, &practice.data(), "the data folder, closed");
    println!(
        "{} canaries, {} outputs, files: {open_files} open, {closed_files} closed, {home_files} at home: no hit",
        WORDS.len() + MORE_WORDS.len(),
        said.len()
    );

    // The same search finds a planted leak, and the server's own store, which holds what it was sent.
    let planted = practice.data().join("crash.log");
    std::fs::write(&planted, "patient: UWFuYXJ5ZmFt").unwrap();
    let (hits, _) = canaries.below(&practice.data());
    assert_eq!(hits, [(planted, vec!["Qanaryfam"])]);
    let (hits, _) = canaries.below(&practice.beside("server"));
    assert!(hits.len() >= received.len());
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
