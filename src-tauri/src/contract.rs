//! What the window's TypeScript takes from Rust: the types, the codes that need words, and the recorded answers. Each is compared
//! with what Rust gives now. `ONWARD_UPDATE=1 cargo test --workspace contract` writes the types and the codes anew.

use crate::views::{
    self, AddressRow, AddressShown, AuditView, BackupsView, CheckedHow, ConcernRow, CopiedView,
    CorrectionDecision, CorrectionsView, DirectoryList, DraftSummary, DraftView, ExportView,
    ExportedCorrections, LayerKind, LocalServiceForm, LocalServiceRow, MailboxForm, MailboxMessage,
    MailboxRow, MailboxTest, PatientField, PhoneCheckRow, PracticeForm, PublishedDirectory,
    QueuedView, QuitChoice, RecoveryKeyView, ReferralDetail, ReferralForm, ReferralRow, Reply,
    RetentionView, SearchView, ServiceCard, ServiceHistory, ServiceLayer, SetUpView, StaffForm,
    StaffMember, UnknownDecision, UnmetNeedRow, WindowState,
};
use referrals::{desk, draft, filing, transport::SendProblem};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};
use store::EventType;

/// What a draft's problems can say; `the_codes…` finds one that is missing here.
const PROBLEM_CODES: [&str; 21] = [
    "address-changed",
    "age",
    "area",
    "ask-again",
    "check-digit",
    "closed",
    "conflict",
    "deceased",
    "do-not-refer",
    "future",
    "missing",
    "not-a-date",
    "not-approved",
    "not-demonstration",
    "not-sent-from-here",
    "not-valid",
    "paused",
    "placeholder",
    "too-long",
    "too-old",
    "unknown",
];

/// Fields of a problem beside those of the patient; a service's own question is "extra:" and its id.
const FORM_FIELDS: [&str; 15] = [
    "bestTimes",
    "consent",
    "consentNote",
    "criteria",
    "crisis",
    "crisisNote",
    "patient",
    "phq9Item9",
    "phq9Total",
    "reasonText",
    "reasons",
    "redFlags",
    "redFlagsNote",
    "serviceId",
    "willPhone",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn backend() -> PathBuf {
    root().join("ui/src/backend")
}

fn same_or_written(path: &Path, wanted: &str) {
    if std::env::var_os("ONWARD_UPDATE").is_some() {
        fs::write(path, wanted).unwrap();
    }
    let found = fs::read_to_string(path)
        .unwrap_or_default()
        .replace("\r\n", "\n");
    assert!(
        found == wanted,
        "{} is not what Rust gives now: ONWARD_UPDATE=1 cargo test --workspace contract",
        path.display()
    );
}

#[test]
fn the_types_of_the_window_are_those_of_rust() {
    let head = "// Generated from src-tauri/src/views.rs, and compared with it by a test. Not edited by hand.\n\n";
    same_or_written(
        &backend().join("types.ts"),
        &[head, views::typescript().trim_end(), "\n"].concat(),
    );
}

// --- Codes ---

/// The texts in quotes in the body of a function. The codes have no list of their own in Rust, so they are read where they are given.
fn quoted_in(file: &str, function: &str) -> BTreeSet<String> {
    let source = fs::read_to_string(root().join(file)).unwrap();
    let start = source
        .find(&format!("fn {function}("))
        .unwrap_or_else(|| panic!("{file} has no {function}"));
    let (_, body) = source.split_at(start);
    let mut depth = 0;
    let mut end = body.len();
    for (at, c) in body.char_indices().skip_while(|(_, c)| *c != '{') {
        depth += i32::from(c == '{') - i32::from(c == '}');
        if depth == 0 {
            end = at;
            break;
        }
    }
    let (body, _) = body.split_at(end);
    let quoted = body.split('"').skip(1).step_by(2);
    quoted.map(str::to_owned).collect()
}

fn strings<'a>(texts: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    texts.into_iter().map(str::to_owned).collect()
}

fn error_codes() -> BTreeSet<String> {
    let mut codes = quoted_in("referrals/src/error.rs", "code");
    codes.extend(quoted_in("engine/src/lib.rs", "code"));
    for file in ["source.rs", "verify/refusal.rs"] {
        let file = format!("services-directory/signed-feed/src/{file}");
        codes.extend(quoted_in(&file, "code"));
    }
    for function in ["stopped", "clipboard_refused"] {
        codes.extend(quoted_in("src-tauri/src/convert.rs", function));
    }
    codes
}

fn not_open() -> BTreeSet<String> {
    quoted_in("engine/src/catalogue.rs", "not_open_code")
}

/// Why a referral stands on top of the list.
fn attention() -> BTreeSet<String> {
    let mut codes = quoted_in("referrals/src/status.rs", "attention");
    codes.insert("not-leaving".to_owned());
    codes
}

/// Event types, and what the list makes of a queued or sent event by how it came about.
fn timeline_kinds() -> BTreeSet<String> {
    let payload = strings(["again", "confirmed", "decided", "send-again", "it-arrived"]);
    let mut kinds = strings(EventType::ALL.iter().map(|kind| kind.as_str()));
    let made = quoted_in("referrals/src/desk/worklist.rs", "kind");
    kinds.extend(made.difference(&payload).cloned());
    kinds.extend(strings(["acknowledged", "chased"]));
    kinds
}

#[test]
fn the_codes_of_the_window_are_those_of_rust() {
    let codes = json!({
        "acts": strings(store::audit::Act::ALL.iter().map(|act| act.as_str())),
        "addressActs": quoted_in("engine/src/timeline.rs", "code"),
        "actions": quoted_in("referrals/src/desk/worklist.rs", "actions"),
        "attention": attention(),
        "deeds": filing::Deed::ALL.map(filing::Deed::code),
        "errors": error_codes(),
        "fields": strings(FORM_FIELDS),
        "needs": draft::Reason::ALL.iter().map(|reason| reason.code()).chain([desk::OTHER_NEED]).collect::<Vec<_>>(),
        "notOpen": not_open(),
        "owners": quoted_in("referrals/src/status.rs", "next_action"),
        "patientFields": strings(draft::PatientField::ALL.iter().map(|field| field.code())),
        "problems": strings(PROBLEM_CODES),
        "reasons": draft::Reason::ALL.iter().map(|reason| reason.code()).collect::<Vec<_>>(),
        "responsibilities": quoted_in("referrals/src/status.rs", "responsibility"),
        "sendProblems": strings(SendProblem::ALL.iter().map(|problem| problem.as_str())),
        "states": strings(EventType::ALL.iter().map(|state| state.as_str())),
        "timelineKinds": timeline_kinds(),
    });
    let mut text = String::new();
    let mut serializer = serde_json::Serializer::with_formatter(
        Vec::new(),
        serde_json::ser::PrettyFormatter::with_indent(b"\t"),
    );
    codes.serialize(&mut serializer).unwrap();
    text.push_str(std::str::from_utf8(&serializer.into_inner()).unwrap());
    text.push('\n');
    same_or_written(&backend().join("codes.json"), &text);
}

#[test]
fn every_code_of_a_draft_is_in_the_lists_above() {
    let mut known = strings(PROBLEM_CODES);
    known.extend(strings(FORM_FIELDS));
    let mut given = not_open();
    for function in ["patient_problems", "service_problems", "form_problems"] {
        given.extend(quoted_in("referrals/src/draft/check.rs", function));
    }
    for function in [
        "problem",
        "identity_problem",
        "name_problem",
        "address",
        "phones",
        "birth",
        "yes_or_no",
    ] {
        given.extend(quoted_in("referrals/src/draft/entries.rs", function));
    }
    // No codes: a stand-in name, the answers of a tick, and how a question's field is put together.
    let others = ["", "X", "yes", "no", "extra:{id}", "extra:{}"];
    given.retain(|text| !others.contains(&text.as_str()));
    assert_eq!(given, known);
    assert!(given.contains("check-digit") && given.len() > 20);
}

// --- Recordings ---

/// Whether a recorded value is one that Rust could have given: it reads as the view and is written back the same, with no field more or less.
fn is_a<T: DeserializeOwned + Serialize>(value: &Value) -> Result<(), String> {
    let read: T = serde_json::from_value(value.clone()).map_err(|error| error.to_string())?;
    let written = serde_json::to_value(&read).map_err(|error| error.to_string())?;
    if written == *value {
        Ok(())
    } else {
        Err(format!("recorded {value}\nand Rust would give {written}"))
    }
}

fn answer_of(command: &str, answer: &Value) -> Result<(), String> {
    match command {
        "window_state" | "sign_in" | "sign_out" | "veil" | "choose_referrer" | "finish_set_up"
        | "recover" | "restore_backup" => is_a::<WindowState>(answer),
        "add_staff" | "change_staff" | "set_pin" | "staff_left" => is_a::<Vec<StaffMember>>(answer),
        "set_up_state"
        | "recovery_key_written"
        | "save_practice"
        | "save_mailbox"
        | "load_directory" => is_a::<SetUpView>(answer),
        "published_directory" | "enrol_directory" | "refresh_directory" | "decide_held_changes" => {
            is_a::<Option<PublishedDirectory>>(answer)
        }
        "backups" | "set_backup_folder" | "back_up_to" => is_a::<BackupsView>(answer),
        "audit_trail" => is_a::<AuditView>(answer),
        "retention" | "set_retention" => is_a::<RetentionView>(answer),
        "export_patient" => is_a::<ExportView>(answer),
        "make_records" => is_a::<RecoveryKeyView>(answer),
        "test_mailbox" => is_a::<MailboxTest>(answer),
        "addresses_to_approve"
        | "propose_addresses"
        | "approve_addresses"
        | "phone_checked"
        | "refuse_address" => is_a::<Vec<AddressRow>>(answer),
        "phone_checks_needed" | "service_phoned" => is_a::<Vec<PhoneCheckRow>>(answer),
        "current_draft" | "open_draft" | "clear_patient" | "paste_patient" | "edit_patient"
        | "save_form" | "undo_referral" | "recall_offer" => is_a::<DraftView>(answer),
        "drafts" => is_a::<Vec<DraftSummary>>(answer),
        "search" => is_a::<SearchView>(answer),
        "service_card" => is_a::<ServiceCard>(answer),
        "add_to_layer" | "end_layer_entry" | "suggest_correction" | "verify_service" => {
            is_a::<ServiceLayer>(answer)
        }
        "corrections" => is_a::<CorrectionsView>(answer),
        "export_corrections" => is_a::<ExportedCorrections>(answer),
        "directory_list" => is_a::<DirectoryList>(answer),
        "service_history" => is_a::<ServiceHistory>(answer),
        "local_services" | "save_local_service" | "remove_local_service" => {
            is_a::<Vec<LocalServiceRow>>(answer)
        }
        "record_unmet_need" => is_a::<u32>(answer),
        "unmet_needs" => is_a::<Vec<UnmetNeedRow>>(answer),
        "queue_referral" => is_a::<QueuedView>(answer),
        "report_concern" | "concerns" => is_a::<Vec<ConcernRow>>(answer),
        "park_referral" | "decline_referral" | "decline_offer" | "record_reply" | "chase"
        | "acknowledge" => is_a::<ReferralDetail>(answer),
        "settle_correction" | "send_now" | "set_favourite" | "touched" | "quit" => {
            is_a::<()>(answer)
        }
        "referrals" => is_a::<Vec<ReferralRow>>(answer),
        "copy_for_record" => is_a::<CopiedView>(answer),
        "referral" | "set_filed" | "try_again" | "decide_unknown" | "withdraw" => {
            is_a::<ReferralDetail>(answer)
        }
        "demonstration_mailbox" => is_a::<Vec<MailboxRow>>(answer),
        "demonstration_message" => is_a::<MailboxMessage>(answer),
        other => Err(format!("{other} is no command of the window")),
    }
}

fn argument(name: &str, value: &Value) -> Result<(), String> {
    match name {
        "source" | "fingerprint" | "publication" | "part" | "proposed" | "entryId"
        | "correctionId" | "words" | "place" | "recallOn" | "nextOn" | "nhsNumber" => {
            is_a::<String>(value)
        }
        "draftId" | "serviceId" | "referralId" | "staffId" | "endpointId" | "text" | "value"
        | "reason" | "pin" | "lastGroup" | "recoveryKey" | "folder" | "number" | "whoAnswered"
            if value.is_string() =>
        {
            is_a::<String>(value)
        }
        "kind" => is_a::<LayerKind>(value),
        "how" => is_a::<CheckedHow>(value),
        "settled" => is_a::<CorrectionDecision>(value),
        "localId" => is_a::<Option<String>>(value),
        "local" => is_a::<LocalServiceForm>(value),
        "before" => is_a::<Option<i64>>(value),
        "days" => is_a::<u16>(value),
        "person" => is_a::<StaffForm>(value),
        "practice" => is_a::<PracticeForm>(value),
        "mailbox" => is_a::<MailboxForm>(value),
        "address" => is_a::<AddressShown>(value),
        "addresses" => is_a::<Vec<AddressShown>>(value),
        "needs" => is_a::<Vec<String>>(value),
        "accept" | "favourite" | "filed" => is_a::<bool>(value),
        "number" => is_a::<u32>(value),
        "field" => is_a::<PatientField>(value),
        "form" => is_a::<ReferralForm>(value),
        "reply" => is_a::<Reply>(value),
        "choice" => is_a::<QuitChoice>(value),
        "decision" => is_a::<UnknownDecision>(value),
        other => Err(format!("{other} is no argument of a command")),
    }
}

/// The codes inside an answer, wherever they stand, must be ones that Rust knows.
fn codes_in(answer: &Value) -> Result<(), String> {
    let Value::Object(fields) = answer else {
        let Value::Array(items) = answer else {
            return Ok(());
        };
        return items.iter().try_for_each(codes_in);
    };
    let known = |name: &str, list: &BTreeSet<String>| match fields.get(name).and_then(Value::as_str)
    {
        Some(code) if !list.contains(code) => Err(format!("{name}: no such code as {code}")),
        _ => Ok(()),
    };
    let send_problems = strings(SendProblem::ALL.iter().map(|problem| problem.as_str()));
    known("channelProblem", &send_problems)?;
    known(
        "owner",
        &quoted_in("referrals/src/status.rs", "next_action"),
    )?;
    known("kind", &timeline_kinds())?;
    known("attention", &attention())?;
    known("notOpen", &not_open())?;
    let problems = if fields.contains_key("timeline") {
        send_problems
    } else {
        strings(PROBLEM_CODES)
    };
    known("problem", &problems)?;
    fields.values().try_for_each(codes_in)
}

fn recording(entry: &Value) -> Result<(), String> {
    let command = entry["command"].as_str().ok_or("no command")?;
    answer_of(command, &entry["answer"])?;
    codes_in(&entry["answer"])?;
    let arguments = entry["arguments"].as_object().ok_or("no arguments")?;
    arguments
        .iter()
        .try_for_each(|(name, value)| argument(name, value))
}

#[test]
fn the_recorded_answers_are_such_as_rust_gives() {
    let mut commands = BTreeSet::new();
    let mut wrong = Vec::new();
    for file in fs::read_dir(backend().join("recorded")).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let recorded: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        let entries = match recorded {
            Value::Array(entries) => entries,
            one => vec![one],
        };
        for entry in &entries {
            assert_eq!(entry["command"], name, "{}", path.display());
            if let Err(why) = recording(entry) {
                wrong.push(format!("{name}: {why}"));
            }
        }
        commands.insert(name);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    let gate = fs::read_to_string(root().join("ui/isolation/isolation.js")).unwrap();
    let unrecorded: Vec<&str> = gate
        .split("const COMMANDS = Object.freeze([")
        .nth(1)
        .and_then(|rest| rest.split(']').next())
        .unwrap()
        .split('\'')
        .skip(1)
        .step_by(2)
        .filter(|command| !commands.contains(*command))
        .collect();
    assert_eq!(unrecorded, [""; 0], "commands without a recorded answer");
}

#[test]
fn a_recording_with_a_field_more_or_less_or_a_made_up_code_is_caught() {
    let recorded = fs::read_to_string(backend().join("recorded/window_state.json")).unwrap();
    let good: Value = serde_json::from_str(&recorded).unwrap();
    assert_eq!(recording(&good), Ok(()));
    let changed = |change: fn(&mut Value)| {
        let mut entry = good.clone();
        change(&mut entry["answer"]);
        recording(&entry)
    };
    assert!(changed(|answer| answer["more"] = json!(1)).is_err());
    assert!(changed(|answer| drop(answer.as_object_mut().unwrap().remove("staff"))).is_err());
    assert!(
        changed(|answer| drop(
            answer["outbox"]
                .as_object_mut()
                .unwrap()
                .remove("channelProblem")
        ))
        .is_err()
    );
    assert!(changed(|answer| answer["outbox"]["channelProblem"] = json!("made-up")).is_err());
    assert!(changed(|answer| answer["outbox"]["waiting"] = json!("2")).is_err());
}
