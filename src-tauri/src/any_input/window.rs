//! The window's commands over a practice that was prepared once, each time as it was: called as Tauri calls them, and judged by the records.

use super::values::{Argument, Known};
use crate::app::{self, AppState};
use demo::mail_server::{Cut, Fault, Moment};
use engine::Engine;
use product_tests::{
    directories::STARTER,
    patients::{DOE, SMITH},
    practice::{ACTOR, PAIN_PLATFORM, Practice, START, Time},
    real_practice::{BLOOM, HALE, LISTER, RealPractice, pin},
    records::{Dump, dump, of_table, version},
};
use referrals::{
    desk::{Offer, Reply},
    draft::ReferralForm,
    mailbox_table, staff_table,
    transport::Mailbox,
};
use serde_json::{Value, json};
use services_directory::{
    layer::{
        LayerKind,
        fields::ServiceField,
        local::{LocalForm, LocalMethod},
    },
    model::Category,
};
use std::{fs, path::Path, sync::Arc};
use store::UseMode;
use tauri::{
    App, WebviewUrl, WebviewWindow, WebviewWindowBuilder,
    ipc::{CallbackFn, InvokeBody},
    test::{INVOKE_KEY, MockRuntime, get_ipc_response, mock_builder},
    webview::InvokeRequest,
};
use tempfile::TempDir;

/// Records with drafts begun and complete, and referrals in every state that a person can act on.
pub struct Prepared {
    folder: TempDir,
    mode: UseMode,
    known: Known,
    /// The only draft that can be queued.
    complete: String,
}

/// Who sits at the computer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sits {
    /// In a demonstration everybody may everything.
    InADemonstration,
    /// In real use, with PINs, and nobody has given theirs.
    Nobody,
    AClinician,
    AManager,
}

impl Prepared {
    pub fn make() -> Self {
        let practice = Practice::open();
        let desk = practice.desk();
        let referrals = referrals_in_every_state(&practice);
        let empty = desk.new_draft().unwrap().id;
        let begun = desk.new_draft().unwrap();
        let begun = desk.paste(&begun.id, SMITH).unwrap().id;
        let complete = practice.draft(DOE, PAIN_PLATFORM);
        let staff = practice.engine.store.practice.read(staff_table::here);
        let known = Known {
            drafts: vec![empty, begun, complete.id.clone()],
            referrals,
            services: ["pain-platform", "talking-therapies", "lets-talk-moorlands"]
                .map(str::to_owned)
                .to_vec(),
            staff: staff.unwrap().into_iter().map(|member| member.id).collect(),
            form: view_of(&complete.form),
            ..Known::default()
        };
        let known = beside_services(&practice.engine, known);
        let (kept, demonstration) = (practice.beside("server"), practice.data());
        let folder = practice.close();
        // As if the demonstration's own server had kept what was sent.
        copy(&kept, &demonstration.join("demonstration-mailbox"));
        Self {
            complete: complete.id,
            mode: UseMode::Demonstration,
            known,
            folder,
        }
    }

    /// In real use, set up but for the approval of addresses: three people with PINs, and a draft.
    pub fn real() -> Self {
        let RealPractice { engine, folder, .. } = RealPractice::set_up();
        engine.sign_in(BLOOM, &pin(BLOOM)).unwrap();
        let mailbox = engine.store.practice.read(mailbox_table::read).unwrap();
        // Whoever tests it here reaches nobody: the discard service's port of this computer, where nobody listens.
        let here = Mailbox {
            host: "127.0.0.1".to_owned(),
            port: 9,
            ..mailbox.unwrap()
        };
        engine.set_mailbox(here).unwrap();
        engine.sign_in(HALE, &pin(HALE)).unwrap();
        let begun = engine.desk.new_draft().unwrap();
        let pasted = engine.desk.paste(&begun.id, DOE).unwrap();
        let form = product_tests::practice::form(PAIN_PLATFORM);
        let complete = engine.desk.save_form(&pasted.id, form, None).unwrap();
        engine.sign_in(BLOOM, &pin(BLOOM)).unwrap();
        let known = Known {
            drafts: vec![begun.id, complete.id.clone()],
            referrals: vec!["0199f0bb-0000-7000-8000-000000000001".to_owned()],
            services: vec![PAIN_PLATFORM.to_owned()],
            staff: [HALE, LISTER, BLOOM].map(str::to_owned).to_vec(),
            form: view_of(&complete.form),
            ..Known::default()
        };
        let known = beside_services(&engine, known);
        Self {
            complete: complete.id,
            mode: UseMode::Real,
            known,
            folder,
        }
    }
}

/// Two notes, two corrections, and a service that only this practice knows.
fn beside_services(engine: &Engine, mut known: Known) -> Known {
    for words in [
        "They ring back in the evening.",
        "Ask for the duty therapist.",
    ] {
        engine
            .add_to_layer(PAIN_PLATFORM, LayerKind::Note, words)
            .unwrap();
        engine
            .suggest_correction(PAIN_PLATFORM, ServiceField::Wait, words, "")
            .unwrap();
    }
    let form = LocalForm {
        name: "Chair yoga at the hall".to_owned(),
        category: Category::Exercise,
        description: String::new(),
        helps_with: String::new(),
        contact: String::new(),
        phone: String::new(),
        method: LocalMethod::Phone,
        how: "Ring the hall.".to_owned(),
    };
    let layer = engine.service_layer(PAIN_PLATFORM).unwrap();
    known.entries = layer.entries.into_iter().map(|entry| entry.id).collect();
    known.corrections = layer.corrections.into_iter().map(|one| one.id).collect();
    known.local = vec![engine.save_local_service(None, &form).unwrap()];
    known
}

/// As the window has it.
fn view_of(form: &ReferralForm) -> Value {
    let mut view = serde_json::to_value(crate::views::ReferralForm::default()).unwrap();
    let fields = view.as_object_mut().unwrap();
    fields.insert("serviceId".into(), json!(form.service_id));
    fields.insert("reasonText".into(), json!(form.reason_text));
    fields.insert("consent".into(), json!("patientInPerson"));
    fields.insert("crisis".into(), json!("askedNone"));
    fields.insert("redFlags".into(), json!("askedNone"));
    view
}

fn referrals_in_every_state(practice: &Practice) -> Vec<String> {
    let refer = || practice.refer_at_once(SMITH, PAIN_PLATFORM).referral_id;
    let (desk, faults) = (practice.desk(), practice.mail.server.faults());
    let sent = refer();
    practice.send_due();
    let failed = refer();
    faults.next(Fault::reply(Moment::Data, "554 5.6.0 no"));
    practice.send_due();
    let unknown: Vec<String> = (0..2)
        .map(|_| {
            let id = refer();
            faults.next(Fault::cut(Moment::AfterStoring, Cut::Reset));
            practice.send_due();
            id
        })
        .collect();
    let undone = practice.refer(SMITH, PAIN_PLATFORM).referral_id;
    desk.undo(&undone, ACTOR).unwrap();
    let withdrawn = refer();
    desk.withdraw(&withdrawn, "", ACTOR).unwrap();
    let rejected = refer();
    practice.send_due();
    desk.record_reply(&rejected, Reply::Rejected, "full", ACTOR)
        .unwrap();
    let parked = parked(practice);
    let queued = practice.refer(DOE, PAIN_PLATFORM).referral_id;
    let states: Vec<&str> = [
        &sent,
        &failed,
        &unknown[0],
        &undone,
        &withdrawn,
        &rejected,
        &parked,
        &queued,
    ]
    .map(|id| practice.state(id))
    .to_vec();
    assert_eq!(
        states,
        [
            "sent",
            "failed",
            "unknown",
            "undone",
            "withdrawn",
            "rejected",
            "parked",
            "queued"
        ]
    );
    let others = vec![sent, failed, undone, withdrawn, rejected, parked, queued];
    [others, unknown].concat()
}

fn parked(practice: &Practice) -> String {
    let draft = practice.draft(SMITH, PAIN_PLATFORM);
    let chosen = practice.chosen(&draft);
    let offer = Offer {
        draft: &draft,
        on_screen: &draft.form,
        chosen: &chosen,
        words: "",
    };
    let day = "2026-12-19".parse().unwrap();
    practice.desk().park(&offer, day, ACTOR).unwrap()
}

pub struct Window {
    pub known: Known,
    complete: String,
    webview: WebviewWindow<MockRuntime>,
    /// Looks at the records from outside, and never writes.
    judge: Engine,
    _app: App<MockRuntime>,
    _folder: TempDir,
    beside: TempDir,
}

impl Window {
    pub fn open(prepared: &Prepared, sits: Sits) -> Self {
        let folder = in_memory();
        copy(&prepared.folder.path().join("data"), folder.path());
        let open = || {
            let clock = Time::at(START).clock();
            Engine::open(folder.path(), prepared.mode, clock).unwrap().0
        };
        let (engine, judge) = (open(), open());
        let app = mock_builder()
            .manage(AppState::over(Arc::new(engine)))
            .invoke_handler(app::commands())
            .build(app::context())
            .unwrap();
        let webview = WebviewWindowBuilder::new(&app, "main", WebviewUrl::default())
            .build()
            .unwrap();
        let window = Self {
            known: prepared.known.clone(),
            complete: prepared.complete.clone(),
            webview,
            judge,
            _app: app,
            _folder: folder,
            beside: tempfile::tempdir().unwrap(),
        };
        let signs_in = match sits {
            Sits::InADemonstration | Sits::Nobody => return window,
            Sits::AClinician => HALE,
            Sits::AManager => BLOOM,
        };
        let given = json!({ "staffId": signs_in, "pin": typed_pin(signs_in) });
        window.call("sign_in", &given).unwrap();
        window
    }

    /// As the page calls it, with its permissions and past its gate.
    pub fn call(&self, command: &str, payload: &Value) -> Result<Value, Value> {
        let inside = if cfg!(windows) {
            "http://tauri.localhost"
        } else {
            "tauri://localhost"
        };
        let request = InvokeRequest {
            cmd: command.to_owned(),
            callback: CallbackFn(0),
            error: CallbackFn(1),
            url: inside.parse().unwrap(),
            body: InvokeBody::Json(payload.clone()),
            headers: tauri::http::HeaderMap::new(),
            invoke_key: INVOKE_KEY.to_owned(),
        };
        get_ipc_response(&self.webview, request).map(|body| body.deserialize().unwrap())
    }

    /// What names a folder names one inside this test's own, whatever else it says.
    pub fn inside(&self, mut payload: Value) -> Value {
        if let Some(Value::String(folder)) = payload.get_mut("folder") {
            let harmless = folder.replace("..", "__");
            *folder = format!("{}/{harmless}", self.beside.path().display());
        }
        payload
    }

    pub fn dump(&self) -> Dump {
        dump(&self.judge.store).unwrap()
    }

    pub fn version(&self) -> i64 {
        version(&self.judge.store).unwrap()
    }

    /// The draft that is complete, with the form that was saved.
    pub fn may_queue(&self, payload: &Value) -> bool {
        let form = |value: &Value| {
            serde_json::from_value::<crate::views::ReferralForm>(value.clone()).ok()
        };
        let given = payload.get("form").and_then(form);
        payload["draftId"] == json!(self.complete)
            && given.is_some()
            && given == form(&self.known.form)
    }

    /// The right things to ask, one after the other: a draft or referral with everything that belongs to it.
    pub fn right_input(
        &self,
        command: &str,
        arguments: &[Argument],
        number: usize,
    ) -> Option<Value> {
        let ids = self.known.drafts.len() + self.known.referrals.len();
        if number >= 2 * ids {
            return None;
        }
        let of = |all: &[String]| all.get(number % all.len()).cloned();
        let value = |argument: &Argument| match (argument.name.as_str(), argument.kind.as_str()) {
            ("draftId", _) if command == "queue_referral" => json!(self.complete),
            ("draftId", _) => json!(of(&self.known.drafts)),
            // Whoever runs the tests has a clipboard, and it is theirs.
            ("referralId", _) if command == "copy_for_record" => json!("nothing"),
            ("referralId", _) => json!(of(&self.known.referrals)),
            ("serviceId", _) if command == "remove_local_service" => json!(of(&self.known.local)),
            ("serviceId", _) => json!(of(&self.known.services)),
            ("entryId", _) => json!(of(&self.known.entries)),
            ("correctionId", _) => json!(of(&self.known.corrections)),
            ("part", _) => json!("duty-line"),
            (_, "LayerKind") => json!("note"),
            (_, "CheckedHow") => json!("phone"),
            (_, "CorrectionDecision") => json!("withdraw"),
            (_, "Option<String>") => Value::Null,
            (_, "LocalServiceForm") => json!({
                "name": "Walking group", "category": "exercise", "description": "", "helpsWith": "pain",
                "contact": "", "phone": "", "method": "phone", "how": "Ring the hall."
            }),
            ("staffId", _) => json!(of(&self.known.staff)),
            ("text", _) if command == "load_directory" => {
                json!(if number == 0 { STARTER } else { "" })
            }
            // Nobody answers there.
            ("source", _) => json!("https://127.0.0.1:9/"),
            ("fingerprint", _) => json!("0".repeat(64)),
            ("pin", _) if command == "sign_in" => {
                json!(of(&self.known.staff).map(|id| typed_pin(&id)))
            }
            ("pin", _) => json!("739184"),
            ("folder", _) => json!(format!("kept {number}")),
            ("nhsNumber", _) => json!("999 000 0026"),
            (_, "u16") => json!(3_650 + number),
            (_, "Option<i64>") => Value::Null,
            (_, "StaffForm") => json!({ "name": "Dr Ada Quill", "job": "GP", "role": "clinician" }),
            (_, "PracticeForm") => {
                json!({ "odsCode": "Y99001", "name": "Moorlands Surgery", "phone": "01632 960100" })
            }
            (_, "MailboxForm") => json!({
                "host": "127.0.0.1", "port": 9, "security": "startTls", "username": "referrals",
                "password": "demonstration", "fromAddress": "referrals@moorlands.example.nhs.uk",
                "fromName": "Moorlands Surgery"
            }),
            ("text", _) if number.is_multiple_of(2) => json!(SMITH),
            ("text", _) => json!("fibro low mood"),
            // A day ahead of the practice's clock.
            ("recallOn" | "nextOn", _) => json!("19-Dec-2026"),
            ("reply", _) => json!("rejected"),
            (_, "String") => json!("as it should be"),
            (_, "bool") => json!(number.is_multiple_of(2)),
            (_, "u32") => json!(number),
            (_, "ReferralForm") => self.known.form.clone(),
            (_, "PatientField") => json!("safeContactNote"),
            (_, "QuitChoice") => json!("stay"),
            (_, "UnknownDecision") if number < ids => json!("itArrived"),
            (_, "UnknownDecision") => json!("sendAgain"),
            (_, kind) if kind.starts_with("Vec<") => json!(["other"]),
            _ => Value::Null,
        };
        let fields = arguments
            .iter()
            .map(|argument| (argument.name.clone(), value(argument)));
        Some(Value::Object(fields.collect()))
    }

    /// Whatever was asked: nothing was tried to be sent, no referral came but by Send, and none with a number outside 999.
    pub fn nothing_was_sent(command: &str, before: &Dump, after: &Dump, queued: usize) {
        let count = |dump: &Dump, table: &str| of_table(dump, table).count();
        assert_eq!(
            count(before, "attempts"),
            count(after, "attempts"),
            "{command}"
        );
        let more = |table| count(after, table) - count(before, table);
        assert_eq!(more("letters"), queued, "{command}: letters");
        // An offer stands in the list without a letter, and with nothing in the outbox.
        let offers = more("referrals") - queued;
        assert_eq!(more("referral_patients"), queued + offers, "{command}");
        assert!(
            offers == 0 || matches!(command, "park_referral" | "decline_referral"),
            "{command}: {offers} offers"
        );
        let again = count(after, "outbox") - count(before, "outbox") - queued;
        assert!(
            again == 0 || command == "decide_unknown",
            "{command}: {again} more to send"
        );
        for row in of_table(after, "referral_patients") {
            let text = format!("{row:?}");
            assert!(text.contains("99900000"), "{command}: {text}");
        }
    }
}

/// A folder that is quick to write, where this system has one: whether a commit lasts is not what is asked here.
fn in_memory() -> TempDir {
    tempfile::tempdir_in("/dev/shm").unwrap_or_else(|_| tempfile::tempdir().unwrap())
}

/// As a person types it; `Pin` itself tells nobody.
fn typed_pin(staff_id: &str) -> &'static str {
    match staff_id {
        HALE => "2580",
        LISTER => "8147",
        _ => "604913",
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
