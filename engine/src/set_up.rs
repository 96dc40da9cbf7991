//! Setting a practice up: its details, mailbox and directory. What was done stands in the records, so that it goes on where it stopped.

use crate::{Engine, EngineError, session::Needs};
use referrals::{
    ReferralError,
    draft::Problem,
    mailbox_table,
    people::Right,
    practice_table::{self, PracticeDetails},
    render::notice::{Notice, notice},
    staff_table,
    transport::{
        self, Deadlines, Envelope, Mailbox, SendOutcome, SendProblem, mailbox::MailboxError,
    },
};
use services_directory::{
    directory_table::DirectoryError,
    feed::{Directory, FeedLimits},
    ids::OdsCode,
};
use store::{Act, NewAct, audit_table, event::new_id};

/// What of the set-up is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a step of its own")]
pub struct SetUpProgress {
    pub practice: bool,
    /// Somebody can sign in who may set up, and somebody is there to refer.
    pub people: bool,
    pub mailbox: bool,
    pub directory: bool,
    /// Every address in use was approved; it may follow later, and until then nothing is sent there.
    pub addresses: bool,
    pub finished: bool,
}

const LONGEST_NAME: usize = 100;
const LONGEST_PHONE: usize = 30;

impl Engine {
    pub fn set_up_progress(&self) -> Result<SetUpProgress, EngineError> {
        let (practice, staff, mailbox, finished) = self.store.practice.read(|c| {
            Ok::<_, ReferralError>((
                practice_table::practice(c)?.is_some(),
                staff_table::here(c)?,
                mailbox_table::read(c)?.is_some(),
                practice_table::set_up_is_finished(c)?,
            ))
        })?;
        let directory = self.directory_summary().is_ok();
        let keeps = |right| staff.iter().any(|it| it.has_pin && it.may(right));
        Ok(SetUpProgress {
            practice,
            people: keeps(Right::SetUp) && keeps(Right::Refer),
            mailbox,
            directory,
            addresses: directory
                && matches!(self.addresses_to_approve(), Ok(left) if left.is_empty()),
            finished: self.is_demonstration() || finished,
        })
    }

    pub fn set_practice(&self, details: &PracticeDetails) -> Result<(), EngineError> {
        let actor = self.allow(Needs::Right(Right::SetUp))?;
        let details = checked(details)?;
        let act = NewAct::new(Act::PracticeSet, "", &actor, self.store.clock.now());
        Ok(self.store.practice.write(move |tx| {
            practice_table::set_practice(tx, &details)?;
            audit_table::append(tx, &act)?;
            Ok::<_, ReferralError>(())
        })?)
    }

    /// An empty password keeps the one that is there: it is never shown, so it cannot be sent back.
    pub fn set_mailbox(&self, mut mailbox: Mailbox) -> Result<(), EngineError> {
        let actor = self.allow(Needs::Right(Right::SetUp))?;
        if mailbox.password.is_empty()
            && let Some(before) = self.store.practice.read(mailbox_table::read)?
            && before.host == mailbox.host
        {
            mailbox.password = before.password;
        }
        let mailbox = mailbox
            .checked(self.is_demonstration())
            .map_err(|error| ReferralError::Incomplete(vec![mailbox_problem(&error)]))?;
        let act = NewAct::new(Act::MailboxSet, "", &actor, self.store.clock.now());
        Ok(self.store.practice.write(move |tx| {
            mailbox_table::write(tx, &mailbox, &actor)?;
            audit_table::append(tx, &act)?;
            Ok::<_, ReferralError>(())
        })?)
    }

    /// Sends a message without a patient from the mailbox to itself. None when its server took it; else why not.
    pub async fn test_mailbox(&self) -> Result<Option<SendProblem>, EngineError> {
        let actor = self.allow(Needs::Right(Right::SetUp))?;
        let read = |c: &_| {
            let practice = practice_table::practice(c)?.ok_or(ReferralError::PracticeNotSet)?;
            let mailbox = mailbox_table::read(c)?.ok_or(ReferralError::MailboxNotSet)?;
            Ok::<_, ReferralError>((practice, mailbox))
        };
        let (practice, mailbox) = self.store.practice.read(read)?;
        let now = self.store.clock.now();
        let words = Notice {
            mailbox: &mailbox,
            subject: "Onward: test message",
            text: &format!(
                "This is a test message of Onward at {} ({}). It holds nothing of any patient.\n\nIf you can read it in the practice's mailbox, referrals can be sent from there.",
                practice.name, practice.ods_code
            ),
            id: &format!("test-{}", new_id(now)),
            at: now,
        };
        let bytes = notice(&words).map_err(ReferralError::from)?;
        let envelope = Envelope::to_itself(&mailbox).ok_or(ReferralError::MailboxNotSet)?;
        let outcome = transport::send(
            &mailbox,
            &envelope,
            &bytes,
            &Deadlines::default(),
            async |_| true,
        )
        .await;
        let problem = match outcome {
            SendOutcome::Accepted { .. } => None,
            SendOutcome::TryLater { problem, .. }
            | SendOutcome::Rejected { problem, .. }
            | SendOutcome::Unknown { problem, .. } => Some(problem),
        };
        let detail = serde_json::json!({ "problem": problem.map(SendProblem::as_str) });
        let act = NewAct::new(Act::MailboxTested, "", &actor, now).with(detail);
        let tested = self
            .store
            .practice
            .write_async(move |tx| audit_table::append(tx, &act));
        tested.await?;
        Ok(problem)
    }

    /// A directory from the text of its file.
    pub fn load_directory_text(&self, text: &str) -> Result<(), EngineError> {
        let actor = self.allow(Needs::Right(Right::KeepDirectory))?;
        let directory = Directory::read(text.as_bytes(), FeedLimits::default())
            .map_err(DirectoryError::from)?;
        let detail = serde_json::json!({ "version": directory.header.version });
        self.load_directory(directory)?;
        let act =
            NewAct::new(Act::DirectoryLoaded, "", &actor, self.store.clock.now()).with(detail);
        self.store
            .practice
            .write(move |tx| audit_table::append(tx, &act))?;
        Ok(())
    }

    /// Everything that a first referral needs is there; addresses may be approved later.
    pub fn finish_set_up(&self) -> Result<(), EngineError> {
        self.allow(Needs::Right(Right::SetUp))?;
        let done = self.set_up_progress()?;
        if !(done.practice && done.people && done.mailbox && done.directory) {
            return Err(ReferralError::NotPossibleNow.into());
        }
        Ok(self.store.practice.write(practice_table::finish_set_up)?)
    }
}

fn checked(details: &PracticeDetails) -> Result<PracticeDetails, ReferralError> {
    let details = PracticeDetails {
        ods_code: details.ods_code.trim().to_uppercase(),
        name: details.name.trim().to_owned(),
        phone: details.phone.trim().to_owned(),
    };
    let mut problems = Vec::new();
    if details.ods_code.is_empty() {
        problems.push(Problem::new("odsCode", "missing"));
    } else if OdsCode::parse(&details.ods_code).is_err() {
        problems.push(Problem::new("odsCode", "not-valid"));
    }
    for (field, value, longest) in [
        ("name", &details.name, LONGEST_NAME),
        ("phone", &details.phone, LONGEST_PHONE),
    ] {
        if value.is_empty() {
            problems.push(Problem::new(field, "missing"));
        } else if value.chars().count() > longest || value.chars().any(char::is_control) {
            problems.push(Problem::new(field, "not-valid"));
        }
    }
    if problems.is_empty() {
        Ok(details)
    } else {
        Err(ReferralError::Incomplete(problems))
    }
}

fn mailbox_problem(error: &MailboxError) -> Problem {
    match error {
        MailboxError::Missing("server") => Problem::new("host", "missing"),
        MailboxError::Missing("user name") => Problem::new("username", "missing"),
        MailboxError::Missing(_) => Problem::new("password", "missing"),
        MailboxError::FromAddress => Problem::new("fromAddress", "not-valid"),
        MailboxError::DemonstrationOnlyOnLoopback => Problem::new("host", "not-valid"),
    }
}
