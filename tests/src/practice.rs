//! A practice for a test: its engine over a fresh demonstration folder, a mail server of its own, and a clock that the test sets.

#![allow(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "the crate is only for tests, which panic where something is not as it should be"
)]

use std::sync::atomic::{AtomicI64, Ordering};
use std::{path::Path, sync::Arc, time::Duration};

use demo::certificates::{Authority, LoopbackCertificates};
use demo::mail_server::{
    Account, Fault, KeptMessage, MailServer, MailServerOptions, RunningMailServer,
};
use engine::{Engine, PatientFacts};
use jiff::{SignedDuration, Timestamp};
use referrals::desk::{Queued, ReferralDetail};
use referrals::draft::{Consent, ReferralDraft, ReferralForm, SafetyAnswer, ServiceToRefer};
use referrals::mailbox_table;
use referrals::outbox::{OutboxState, Sender, outbox_table};
use referrals::transport::{Deadlines, Mailbox, Security, Trust};
use referrals::{Desk, ReferralError};
use store::{Clock, UseMode};
use tempfile::TempDir;
use tokio::runtime::Runtime;

pub const FROM: &str = "referrals@moorlands-surgery.example.nhs.uk";
pub const PASSWORD: &str = "a-password-for-tests";
pub const PAIN_PLATFORM: &str = "pain-platform";
/// Who acts, as the engine names the demonstration's first referrer.
pub const ACTOR: &str = "dr-nia-okafor";
/// A Saturday afternoon in winter: England is on UTC.
pub const START: &str = "2026-11-21T14:00:00Z";
/// Nothing that works takes this long, even on a busy computer; only what is broken waits for it.
pub const FAR_TOO_LONG: Duration = Duration::from_mins(2);

/// Set by the test, in milliseconds since 1970.
#[derive(Clone)]
pub struct Time(Arc<AtomicI64>);

impl Time {
    pub fn at(text: &str) -> Self {
        Self::from(text.parse::<Timestamp>().unwrap())
    }

    pub fn set(&self, text: &str) {
        let at: Timestamp = text.parse().unwrap();
        self.0.store(at.as_millisecond(), Ordering::SeqCst);
    }

    pub fn pass(&self, span: SignedDuration) {
        let by = i64::try_from(span.as_millis()).unwrap();
        self.0.fetch_add(by, Ordering::SeqCst);
    }

    pub fn clock(&self) -> Clock {
        let time = self.0.clone();
        Clock::from_fn(move || Timestamp::from_millisecond(time.load(Ordering::SeqCst)).unwrap())
    }
}

impl From<Timestamp> for Time {
    fn from(at: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(at.as_millisecond())))
    }
}

/// Certificates are checked by the computer's own clock, whatever the practice's says.
pub fn computer_time() -> Timestamp {
    Clock::system().now()
}

/// The mail server that the practice sends through, with the authority that vouches for it.
pub struct Mail {
    pub server: RunningMailServer,
    pub authority: Authority,
}

impl Mail {
    pub fn start(runtime: &Runtime, folder: &Path) -> Self {
        let authority = Authority::new(computer_time()).unwrap();
        let certificates = LoopbackCertificates {
            ca_pem: authority.ca_pem().to_owned(),
            leaf: authority.loopback(computer_time()).unwrap(),
        };
        let accounts = vec![Account::new(FROM, PASSWORD)];
        let options = MailServerOptions::new(folder, certificates, accounts, computer_time);
        let server = runtime.block_on(MailServer::start(options)).unwrap();
        Self { server, authority }
    }

    /// How the practice reaches it.
    pub fn mailbox(&self) -> Mailbox {
        Mailbox {
            host: "127.0.0.1".to_owned(),
            port: self.server.smtp_port,
            security: Security::StartTls,
            username: FROM.to_owned(),
            password: PASSWORD.to_owned(),
            from_address: FROM.to_owned(),
            from_name: "Moorlands Surgery".to_owned(),
            trust: Trust::DemonstrationAuthority {
                pem: self.server.ca_pem.clone(),
            },
        }
    }

    pub fn messages(&self) -> Vec<KeptMessage> {
        self.server.mailbox().list().unwrap()
    }

    pub fn only_message(&self) -> KeptMessage {
        let mut messages = self.messages();
        assert_eq!(messages.len(), 1, "messages in the server's own store");
        messages.remove(0)
    }

    /// The oracle: how often the server itself kept a message of this id, whatever anybody was told.
    pub fn times_kept(&self, message_id: &str) -> usize {
        let id = message_id.trim_start_matches('<').trim_end_matches('>');
        let messages = self.messages();
        messages
            .iter()
            .filter(|message| message.message_id.as_deref() == Some(id))
            .count()
    }
}

pub struct Practice {
    pub engine: Engine,
    pub mail: Mail,
    pub time: Time,
    pub deadlines: Deadlines,
    pub runtime: Runtime,
    folder: TempDir,
}

impl Default for Practice {
    fn default() -> Self {
        Self::open()
    }
}

impl Practice {
    pub fn open() -> Self {
        Self::open_at(Time::at(START))
    }

    pub fn open_at(time: Time) -> Self {
        Self::open_in(tempfile::tempdir().unwrap(), time)
    }

    /// Over the folder `data` in this one, which may have been made before.
    pub fn open_in(folder: TempDir, time: Time) -> Self {
        let runtime = runtime();
        let mail = Mail::start(&runtime, &folder.path().join("server"));
        let data = folder.path().join("data");
        let (engine, _) = Engine::open(&data, UseMode::Demonstration, time.clock()).unwrap();
        let practice = Self {
            engine,
            mail,
            time,
            deadlines: Deadlines {
                connecting: FAR_TOO_LONG,
                command: FAR_TOO_LONG,
                body: FAR_TOO_LONG,
            },
            runtime,
            folder,
        };
        practice.use_mailbox(practice.mail.mailbox());
        practice
    }

    /// Ends everything that runs, and leaves the files.
    pub fn close(self) -> TempDir {
        self.folder
    }

    /// The data folder.
    pub fn data(&self) -> std::path::PathBuf {
        self.folder.path().join("data")
    }

    /// A folder beside the data.
    pub fn beside(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    pub fn use_mailbox(&self, mailbox: Mailbox) {
        let practice = &self.engine.store.practice;
        practice
            .write(move |tx| mailbox_table::write(tx, &mailbox, "test"))
            .unwrap();
    }

    pub fn desk(&self) -> &Desk {
        &self.engine.desk
    }

    /// A draft with everything asked and answered, for this pasted patient.
    pub fn draft(&self, patient: &str, service: &str) -> ReferralDraft {
        let begun = self.desk().new_draft().unwrap();
        let draft = self.desk().paste(&begun.id, patient).unwrap();
        self.fill(&draft.id, form(service))
    }

    /// The form as it is filled in, with the address that stands on the card of the service chosen in it.
    pub fn fill(&self, draft_id: &str, form: ReferralForm) -> ReferralDraft {
        let seen = self
            .engine
            .to_refer(form.service_id.as_deref(), &PatientFacts::default());
        let seen = match seen.unwrap() {
            ServiceToRefer::Found(found) => found.service.map(|service| service.endpoint_digest),
            _ => None,
        };
        self.desk().save_form(draft_id, form, seen).unwrap()
    }

    pub fn queue(&self, draft: &ReferralDraft) -> Result<Queued, ReferralError> {
        let stored = self.desk().draft(&draft.id)?;
        let chosen = self.chosen(&stored);
        self.desk().queue(&stored, &draft.form, &chosen, ACTOR)
    }

    /// The draft's service as the catalogue has it now.
    pub fn chosen(&self, draft: &ReferralDraft) -> ServiceToRefer {
        self.engine.chosen(draft).unwrap()
    }

    /// Queued as from the window, with its minute to undo still to run.
    pub fn refer(&self, patient: &str, service: &str) -> Queued {
        self.queue(&self.draft(patient, service)).unwrap()
    }

    /// Queued, with the minute to undo over.
    pub fn refer_at_once(&self, patient: &str, service: &str) -> Queued {
        let queued = self.refer(patient, service);
        self.desk().send_now(&queued.referral_id).unwrap();
        queued
    }

    pub fn sender(&self) -> Sender {
        Sender {
            deadlines: self.deadlines,
            ..self.engine.sender(Arc::new(|_| {}))
        }
    }

    /// Takes the sender's lock, sends whatever is due, and lets go of it.
    pub fn send_due(&self) -> Option<Timestamp> {
        let sender = self.sender();
        self.runtime.block_on(async {
            let _lock = sender
                .take_over()
                .await
                .unwrap()
                .expect("nobody else sends");
            sender.run_due().await.unwrap()
        })
    }

    /// Sends until nothing waits; each time to wait for passes at once.
    pub fn send_all(&self) {
        for _ in 0..100 {
            let Some(next) = self.send_due() else { return };
            let now = self.engine.store.clock.now();
            self.time.pass(next.duration_since(now));
        }
        panic!("after a hundred waits something was still waiting");
    }

    pub fn referral(&self, id: &str) -> ReferralDetail {
        self.desk().referral(id).unwrap()
    }

    /// The referral's state, as its events fold.
    pub fn state(&self, id: &str) -> &'static str {
        self.referral(id).row.state.as_str()
    }

    /// What the timeline says, oldest first: each kind, with its problem.
    pub fn timeline(&self, id: &str) -> Vec<String> {
        let said = |entry: referrals::desk::TimelineEntry| match entry.problem {
            Some(problem) => format!("{} ({})", entry.kind, problem.as_str()),
            None => entry.kind,
        };
        self.referral(id).timeline.into_iter().map(said).collect()
    }

    pub fn outbox(&self) -> Vec<OutboxState> {
        self.engine.store.practice.read(outbox_table::all).unwrap()
    }

    /// The newest row of a referral.
    pub fn row(&self, id: &str) -> OutboxState {
        let row = self
            .engine
            .store
            .practice
            .read(|c| outbox_table::newest_of(c, id));
        row.unwrap().unwrap()
    }

    pub fn message_id(&self, id: &str) -> String {
        let message = self
            .engine
            .store
            .practice
            .read(|c| outbox_table::newest_message_of(c, id));
        message.unwrap().unwrap().message_id
    }

    pub fn channel_problem(&self) -> Option<String> {
        let read = self
            .engine
            .store
            .practice
            .read(outbox_table::channel_problem);
        read.unwrap()
    }

    /// From the next connection on, until `well`.
    pub fn ill(&self, fault: Fault) {
        self.mail.server.faults().clear();
        self.mail.server.faults().always(fault);
    }

    pub fn well(&self) {
        self.mail.server.faults().clear();
    }
}

/// Everything that is asked, answered.
pub fn form(service: &str) -> ReferralForm {
    ReferralForm {
        service_id: Some(service.to_owned()),
        reason_text: "Widespread pain since 2019, sleeps four hours, low since the spring."
            .to_owned(),
        consent: Some(Consent::PatientInPerson),
        crisis: Some(SafetyAnswer::AskedNone),
        red_flags: Some(SafetyAnswer::AskedNone),
        ..ReferralForm::default()
    }
}

pub fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
}
