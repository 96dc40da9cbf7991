//! The sender: one thread of one process, which claims what is due, sends it, and settles it, each in a transaction of its own.

use super::{
    lock::SenderLock,
    outbox_table::{self, Claim, OutboxMessage},
    policy, recovery,
};
use crate::{
    ReferralError, mailbox_table,
    transport::{self, Deadlines, Envelope, Mailbox, Phase, Scope, SendOutcome, SendProblem},
};
use sha2::{Digest, Sha256};
use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use store::{Clock, Database, StoreError, fail_point};
use tokio::sync::Notify;

/// What the directory says of a message's endpoint now. An error means that the directory cannot be read just now, which says nothing about the address.
pub type EndpointNow = Arc<dyn Fn(&OutboxMessage) -> Result<AddressNow, StoreError> + Send + Sync>;

/// Whether the directory still lets a message go where it is addressed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AddressNow {
    /// The record has this digest; none: it is gone, or has ended.
    Stands(Option<String>),
    /// The service has closed or paused since.
    NotOpen,
    /// Somebody of this practice has said not to refer to the service.
    DoNotRefer,
    /// On the stop-list.
    Revoked,
    /// The directory is too old, and nobody has phoned the service.
    TooOld,
}

/// Wakes the sender: something was queued, or it shall stop.
#[derive(Clone, Default)]
pub struct Wake(Arc<Notify>);

impl Wake {
    pub fn wake(&self) {
        self.0.notify_one();
    }
}

pub struct Sender {
    pub practice: Database,
    pub clock: Clock,
    /// The mailbox is checked for what this folder is for before each send.
    pub demonstration: bool,
    pub lock_path: PathBuf,
    pub endpoint_now: EndpointNow,
    pub deadlines: Deadlines,
    pub wake: Wake,
    /// Told of each referral that changed.
    pub changed: Arc<dyn Fn(&str) + Send + Sync>,
    pub unsettled: Unsettled,
}

/// What is known of a message but could not be written down yet: the disk was full. Until it is, nothing else is sent;
/// if the program dies first, its row says "sending", which a successor reads as the truth it is.
#[derive(Default)]
pub struct Unsettled {
    result: Mutex<Option<(OutboxMessage, SendOutcome)>>,
    /// A claim reported a failure, and may have been committed all the same.
    claim: AtomicBool,
}

/// What a turn of the sender came to.
#[derive(Debug, PartialEq, Eq)]
pub enum Turn {
    Worked,
    Waiting { next_at: Option<jiff::Timestamp> },
}

/// Other processes queue without a word to this one, so it looks by itself as well.
const LONGEST_SLEEP: Duration = Duration::from_secs(2);

impl Sender {
    /// Takes the lock, or says that another process has it; settles what a dead sender left.
    pub async fn take_over(&self) -> Result<Option<SenderLock>, ReferralError> {
        let Some(lock) = SenderLock::try_take(&self.lock_path).map_err(ReferralError::Lock)? else {
            return Ok(None);
        };
        fail_point::reach("lock: taken")?;
        self.settle_interrupted().await?;
        Ok(Some(lock))
    }

    async fn settle_interrupted(&self) -> Result<(), ReferralError> {
        for referral_id in recovery::settle_interrupted(&self.practice, self.clock.now()).await? {
            (self.changed)(&referral_id);
        }
        Ok(())
    }

    /// One message, or a rest until something is due. Errors of the database postpone; they never end the loop.
    pub async fn turn_or_sleep(&self) {
        match self.turn().await {
            Ok(Turn::Worked) => {}
            Ok(Turn::Waiting { next_at }) => self.sleep(next_at).await,
            Err(_) => self.sleep(None).await,
        }
    }

    /// Rests this long, or until it is woken.
    pub async fn sleep_for(&self, wait: Duration) {
        let _ = tokio::time::timeout(wait, self.wake.0.notified()).await;
    }

    /// Sends until nothing waits, whatever has to be waited for in between; for the command line.
    pub async fn run_until_empty(&self) -> Result<(), ReferralError> {
        loop {
            match self.turn().await? {
                Turn::Worked => {}
                Turn::Waiting { next_at: None } => return Ok(()),
                Turn::Waiting { next_at } => self.sleep(next_at).await,
            }
        }
    }

    /// Sends what is due now; answers what is still waiting.
    pub async fn run_due(&self) -> Result<Option<jiff::Timestamp>, ReferralError> {
        loop {
            if let Turn::Waiting { next_at } = self.turn().await? {
                return Ok(next_at);
            }
        }
    }

    /// As `run_due`, but begins no further message after this long.
    pub async fn run_due_for(&self, time: Duration) {
        let end = tokio::time::Instant::now() + time;
        while tokio::time::Instant::now() < end && matches!(self.turn().await, Ok(Turn::Worked)) {}
    }

    /// One message: claimed, sent, settled. Only the holder of the lock calls it.
    pub async fn turn(&self) -> Result<Turn, ReferralError> {
        self.settle_what_is_left().await?;
        match self.claim().await? {
            Claim::Nothing { next_at } => Ok(Turn::Waiting { next_at }),
            Claim::Held { referral_id } => {
                (self.changed)(&referral_id);
                Ok(Turn::Worked)
            }
            Claim::Send(message) => {
                (self.changed)(&message.referral_id);
                let outcome = self.send(&message).await;
                self.settle(*message, outcome).await?;
                Ok(Turn::Worked)
            }
        }
    }

    async fn claim(&self) -> Result<Claim, ReferralError> {
        let now = self.clock.now();
        let endpoint_now = self.endpoint_now.clone();
        let claim = self
            .practice
            .write_async(move |tx| {
                fail_point::reach("claim: begun")?;
                let claim = outbox_table::claim(tx, now, &|message| {
                    Ok(reason_to_hold(message, &endpoint_now(message)?))
                })?;
                fail_point::reach("claim: written")?;
                Ok::<_, ReferralError>(claim)
            })
            .await;
        let claim = claim.and_then(|claim| {
            fail_point::reach("claim: committed")?;
            Ok(claim)
        });
        self.unsettled
            .claim
            .store(claim.is_err(), Ordering::Relaxed);
        claim
    }

    async fn send(&self, message: &OutboxMessage) -> SendOutcome {
        let problem = |problem| SendOutcome::TryLater {
            scope: Scope::Channel,
            problem,
            reply: None,
        };
        let mailbox = match self.practice.read(mailbox_table::read) {
            Ok(Some(mailbox)) => match mailbox.checked(self.demonstration) {
                Ok(mailbox) => mailbox,
                Err(_) => return problem(SendProblem::MailboxUnusable),
            },
            Ok(None) => return problem(SendProblem::MailboxNotSet),
            Err(_) => return problem(SendProblem::CannotRecord),
        };
        let Some(envelope) = envelope(&mailbox, message) else {
            return SendOutcome::Rejected {
                problem: SendProblem::AddressRefused,
                reply: None,
            };
        };
        transport::send(
            &mailbox,
            &envelope,
            &message.bytes,
            &self.deadlines,
            async |phase: Phase| {
                // Only the point of no return decides what a successor may do, so only it costs a write to the disk.
                if phase != Phase::Body {
                    return true;
                }
                let id = message.id.clone();
                let reached = self
                    .practice
                    .write_async(move |tx| {
                        fail_point::reach("reach: begun")?;
                        outbox_table::reach(tx, &id, phase)?;
                        fail_point::reach("reach: written")?;
                        Ok::<_, ReferralError>(())
                    })
                    .await;
                reached.is_ok() && fail_point::reach("reach: committed").is_ok()
            },
        )
        .await
    }

    /// Writes down what is known, or keeps it for the next turn.
    async fn settle(
        &self,
        message: OutboxMessage,
        outcome: SendOutcome,
    ) -> Result<(), ReferralError> {
        let (now, chance) = (self.clock.now(), chance());
        let written = message.clone();
        let settled = self
            .practice
            .write_async(move |tx| {
                fail_point::reach("settle: begun")?;
                outbox_table::settle(tx, &written, outcome, now, chance)?;
                fail_point::reach("settle: written")?;
                Ok::<_, ReferralError>(())
            })
            .await;
        let settled = settled.and_then(|()| Ok(fail_point::reach("settle: committed")?));
        (self.changed)(&message.referral_id);
        if settled.is_err() {
            *self.unsettled() = Some((message, outcome));
        }
        settled
    }

    async fn settle_what_is_left(&self) -> Result<(), ReferralError> {
        let left = self.unsettled().take();
        if let Some((message, outcome)) = left {
            self.settle(message, outcome).await?;
        }
        if self.unsettled.claim.load(Ordering::Relaxed) {
            // Nothing is on its way, so a row that says "sending" is one whose claim was committed and not seen.
            self.settle_interrupted().await?;
        }
        Ok(())
    }

    fn unsettled(&self) -> MutexGuard<'_, Option<(OutboxMessage, SendOutcome)>> {
        self.unsettled
            .result
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    async fn sleep(&self, next_at: Option<jiff::Timestamp>) {
        let wait = next_at.map_or(LONGEST_SLEEP, |at| {
            Duration::try_from(policy::sane_wait(at, self.clock.now())).unwrap_or_default()
        });
        self.sleep_for(wait.min(LONGEST_SLEEP)).await;
    }
}

/// The address in the row is the one that the GP saw; if the directory has another now, the item is held, never re-aimed.
fn reason_to_hold(message: &OutboxMessage, now: &AddressNow) -> Option<SendProblem> {
    match now {
        AddressNow::DoNotRefer => Some(SendProblem::DoNotRefer),
        AddressNow::Revoked => Some(SendProblem::AddressRevoked),
        AddressNow::Stands(digest) if digest.as_ref() != Some(&message.endpoint_digest) => {
            Some(SendProblem::AddressChanged)
        }
        AddressNow::Stands(_) => None,
        AddressNow::NotOpen => Some(SendProblem::ServiceNotOpen),
        AddressNow::TooOld => Some(SendProblem::DirectoryTooOld),
    }
}

fn envelope(mailbox: &Mailbox, message: &OutboxMessage) -> Option<Envelope> {
    Some(Envelope {
        from: mailbox.from_address.parse().ok()?,
        to: message.address.parse().ok()?,
    })
}

pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    store::hex(&Sha256::digest(bytes))
}

/// Evenly spread over 0 to 1, from the random bits of a new identifier.
fn chance() -> f64 {
    let bits = u32::try_from(uuid::Uuid::new_v4().as_u128() & 0xffff_ffff).unwrap_or(0);
    f64::from(bits) / f64::from(u32::MAX)
}
