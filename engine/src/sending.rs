//! The thread that sends, with the demonstration's mail server beside it where there is one.

use crate::{
    Engine, EngineError,
    daily::{DailyThread, DailyWork},
    directory_waits::KeepersWork,
    layer,
};
use demo::mail_server::RunningMailServer;
use referrals::{
    Desk, ReferralError, approval_table,
    outbox::{AddressNow, EndpointNow, OutboxMessage, Sender, SenderLock, Unsettled},
    referral_table,
    transport::Deadlines,
};
use services_directory::{
    criteria,
    directory_table::{self, DirectoryError},
    ids::EndpointId,
    trust_table,
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};
use store::{Store, StoreError};
use tokio::runtime::Runtime;

/// Sends until it is dropped, whenever this process holds the sender's lock.
pub struct SenderThread {
    stop: Arc<AtomicBool>,
    wake: referrals::outbox::Wake,
    thread: Option<JoinHandle<()>>,
    daily: Option<DailyThread>,
}

/// How long a closing program goes on with what is due; a message that has begun is always finished.
const LAST_TURNS: Duration = Duration::from_secs(20);
/// How often the one that sends looks whether the day's line is due.
const LOOK_FOR_THE_DAY: Duration = Duration::from_mins(1);
/// How often a process that does not send looks whether the one that does has gone.
const LOOK_FOR_LOCK: Duration = Duration::from_secs(1);

impl Engine {
    /// What sends for this data folder; `changed` is told of each referral that changed.
    pub fn sender(&self, changed: Arc<dyn Fn(&str) + Send + Sync>) -> Sender {
        let store = self.store.clone();
        let endpoint_now: EndpointNow = Arc::new(move |message| address_now(&store, message));
        Sender {
            practice: self.store.practice.clone(),
            clock: self.store.clock.clone(),
            demonstration: self.is_demonstration(),
            lock_path: self.store.folder.sender_lock(),
            endpoint_now,
            deadlines: Deadlines::default(),
            wake: self.desk.wake.clone(),
            changed,
            unsettled: Unsettled::default(),
        }
    }

    /// Starts the thread that sends, or that takes over when another process stops sending.
    pub fn start_sending(
        &self,
        changed: Arc<dyn Fn(&str) + Send + Sync>,
    ) -> Result<SenderThread, EngineError> {
        let stop = Arc::new(AtomicBool::new(false));
        let ours = Arc::new(AtomicBool::new(false));
        let daily = DailyThread::start(self.daily_work(), ours.clone())?;
        let (sender, stopping) = (self.sender(changed), stop.clone());
        let demonstration = self.is_demonstration().then(|| self.store.clone());
        let (desk, keepers) = (self.desk.clone(), self.keepers_work());
        let runtime = runtime()?;
        let thread = std::thread::Builder::new()
            .name("sender".into())
            .spawn(move || {
                runtime.block_on(send_whenever_ours(
                    sender,
                    desk,
                    keepers,
                    demonstration,
                    &stopping,
                    &ours,
                ));
            })
            .map_err(|source| StoreError::File {
                path: "sender".into(),
                source,
            })?;
        Ok(SenderThread {
            stop,
            wake: self.desk.wake.clone(),
            thread: Some(thread),
            daily: Some(daily),
        })
    }

    /// For the command line: sends what is due, and with `until_empty` waits for the rest. False when another process sends.
    pub fn send_here(&self, until_empty: bool) -> Result<bool, EngineError> {
        runtime()?.block_on(async {
            let sender = self.sender(Arc::new(|_| {}));
            let Some(_lock) = sender.take_over().await? else {
                return Ok(false);
            };
            let _server = self.demonstration_server().await?;
            if until_empty {
                sender.run_until_empty().await?;
            } else {
                sender.run_due().await?;
            }
            // A practice that sends by a timer has no window to do the day's work.
            if !self.is_demonstration() {
                self.daily_work().run(&|| false);
            }
            Ok(true)
        })
    }

    fn daily_work(&self) -> DailyWork {
        DailyWork {
            store: self.store.clone(),
            desk: self.desk.clone(),
            log: self.log.clone(),
        }
    }

    async fn demonstration_server(&self) -> Result<Option<RunningMailServer>, EngineError> {
        if self.is_demonstration() {
            Ok(demo::practice::start_mail_server(&self.store).await?)
        } else {
            Ok(None)
        }
    }
}

async fn send_whenever_ours(
    sender: Sender,
    desk: Desk,
    keepers: KeepersWork,
    demonstration: Option<store::Store>,
    stop: &AtomicBool,
    sends: &AtomicBool,
) {
    let mut next_look = Instant::now() + LOOK_FOR_THE_DAY;
    let mut ours: Option<(SenderLock, Option<RunningMailServer>)> = None;
    while !stop.load(Ordering::Relaxed) {
        if ours.is_none() {
            ours = take_over(&sender, demonstration.as_ref()).await;
            sends.store(ours.is_some(), Ordering::Relaxed);
        }
        match &ours {
            Some(_) => {
                sender.turn_or_sleep().await;
                if next_look <= Instant::now() {
                    next_look = Instant::now() + LOOK_FOR_THE_DAY;
                    // A directory that cannot be read is no reason to be silent about the referrals.
                    let waits = || keepers.waits().unwrap_or_default();
                    // What goes wrong with the line is written in its own row, and is looked at again.
                    let _ = sender.daily_line(&desk, &waits).await;
                }
            }
            None => sender.sleep_for(LOOK_FOR_LOCK).await,
        }
    }
    if ours.is_some() {
        // "Send now, then close" means now: what is due leaves before the program does, one whole message at a time.
        sender.run_due_for(LAST_TURNS).await;
    }
}

async fn take_over(
    sender: &Sender,
    demonstration: Option<&store::Store>,
) -> Option<(SenderLock, Option<RunningMailServer>)> {
    let lock = sender.take_over().await.ok().flatten()?;
    let server = match demonstration {
        Some(store) => demo::practice::start_mail_server(store)
            .await
            .ok()
            .flatten(),
        None => None,
    };
    Some((lock, server))
}

/// What stops a message before it leaves: the stop-list first, then the age of the directory, then the record with the name under which it was approved, then
/// whether the service is still open.
fn address_now(store: &Store, message: &OutboxMessage) -> Result<AddressNow, StoreError> {
    if layer::is_stopped(&store.practice, &message.referral_id)? {
        return Ok(AddressNow::DoNotRefer);
    }
    let (id, address) = (&message.endpoint_id, &message.address);
    let now = store.clock.now();
    let (revoked, too_old, phoned) = store.practice.read(|c| {
        Ok::<_, StoreError>((
            trust_table::is_revoked(c, id, address)?,
            trust_table::too_old_since(c, now)?.is_some(),
            trust_table::is_open_by_phone(c, &message.endpoint_digest, now)?,
        ))
    })?;
    if revoked {
        return Ok(AddressNow::Revoked);
    }
    if too_old && !phoned {
        return Ok(AddressNow::TooOld);
    }
    let Ok(id) = EndpointId::parse(id) else {
        return Ok(AddressNow::Stands(None));
    };
    let today = store.clock.today();
    let found = store.directory.read(|c| {
        let Some(endpoint) = directory_table::endpoint_now(c, &id, today)? else {
            return Ok(None);
        };
        let service = directory_table::service_now(c, &endpoint.service_id)?;
        Ok(service.map(|service| (endpoint, service)))
    });
    let found = found.map_err(|error| match error {
        DirectoryError::Store(error) => error,
        _ => StoreError::Value("directory.db".into()),
    })?;
    let Some((endpoint, service)) = found else {
        return Ok(AddressNow::Stands(None));
    };
    let named = is_named_as_approved(store, message, &service.name)?;
    let digest = directory_table::endpoint_digest(&endpoint);
    let as_seen = named && digest == message.endpoint_digest;
    if as_seen && criteria::open_today(&service, today).is_err() {
        return Ok(AddressNow::NotOpen);
    }
    Ok(AddressNow::Stands(named.then_some(digest)))
}

/// Whether the name that the GP saw and the one that the directory has now are the one that was approved beside the address: the names of
/// services are signed by one person alone, who could else call another service by this one's name.
fn is_named_as_approved(
    store: &Store,
    message: &OutboxMessage,
    now: &str,
) -> Result<bool, StoreError> {
    let read = store.practice.read(|c| {
        let (id, digest) = (&message.endpoint_id, &message.endpoint_digest);
        let referral = referral_table::read(c, &message.referral_id)?;
        Ok((approval_table::approved_name(c, id, digest)?, referral))
    });
    let (approved, referral) = read.map_err(|error| match error {
        ReferralError::Store(error) => error,
        _ => StoreError::Value("practice.db".into()),
    })?;
    // Without an approval it is held for that.
    let Some(approved) = approved else {
        return Ok(true);
    };
    let seen = referral.is_none_or(|it| approval_table::fits(&approved, &it.service_name));
    Ok(seen && approval_table::fits(&approved, now))
}

fn runtime() -> Result<Runtime, EngineError> {
    let built = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    built.map_err(|source| {
        StoreError::File {
            path: "sender".into(),
            source,
        }
        .into()
    })
}

impl Drop for SenderThread {
    /// Waits for a message that is just leaving.
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.daily = None;
        self.wake.wake();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
