//! Reading a whole Open Referral UK 3.0 feed over HTTP, politely, and knowing at the end whether it was the whole.
//!
//! First what the feed really honours is tried (`probe`), for feeds that pass the validator ignore half of the parameters; then the list, page by
//! page, until its counts agree; then each service by itself. A journal beside the file lets a crawl that was cut off go on where it was.

mod get;
mod journal;
mod list;
mod probe;

pub use get::{FeedAddress, GetError};
pub use probe::{Capabilities, Honoured};

use futures_util::{StreamExt, future::BoxFuture, stream};
use get::{Getting, Got};
use journal::Journal;
use serde::Serialize;
use serde_json::Value;
use services_directory::import::source::id_of;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::Arc,
    time::Duration,
};
use store::Clock;

/// How much, how long, and how gently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CrawlLimits {
    /// 100 is the most that the standard's own examples ask for.
    pub per_page: u32,
    pub page_bytes: u64,
    pub service_bytes: u64,
    pub total_bytes: u64,
    pub most_pages: u32,
    pub most_services: usize,
    /// Services asked for at the same time.
    pub at_once: usize,
    pub tries: u32,
    /// Whoever asks for a longer wait is left alone: the journal keeps what came.
    pub longest_wait: Duration,
    /// Without a byte.
    pub silence: Duration,
    /// Of one answer.
    pub answer: Duration,
    pub total: Duration,
    /// An interrupted crawl older than this begins anew.
    pub journal_lives: jiff::SignedDuration,
}

impl Default for CrawlLimits {
    fn default() -> Self {
        Self {
            per_page: 100,
            page_bytes: 16 << 20,
            service_bytes: 1 << 20,
            // All that came is kept in memory as parsed JSON, several times its length, until it is taken over: a curator's computer has to hold it. The
            // largest feeds known (some 20,000 services of 5 kB) are 100 MB.
            total_bytes: 256 << 20,
            most_pages: 5_000,
            most_services: 200_000,
            at_once: 2,
            tries: 5,
            longest_wait: Duration::from_mins(5),
            silence: Duration::from_secs(30),
            answer: Duration::from_mins(2),
            total: Duration::from_hours(6),
            journal_lives: jiff::SignedDuration::from_hours(24),
        }
    }
}

/// Waiting, given in so that a test does not have to.
pub type Pause = Arc<dyn Fn(Duration) -> BoxFuture<'static, ()> + Send + Sync>;

pub fn real_pause() -> Pause {
    Arc::new(|span| Box::pin(tokio::time::sleep(span)))
}

/// What is going on, for whoever waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    Probing,
    GoingOn {
        services: usize,
    },
    Page {
        number: u64,
        of: Option<u64>,
        services: usize,
    },
    Services {
        done: usize,
        of: usize,
    },
    Waiting {
        seconds: u64,
    },
}

/// What came of a crawl.
#[derive(Debug)]
pub struct Crawl {
    pub capabilities: Capabilities,
    /// Why the list is not known to be whole; nothing may be taken for missing then. Empty: it is whole.
    pub incomplete: Vec<String>,
    pub listed: BTreeSet<String>,
    /// As the feed gave them, one by one.
    pub services: Vec<Value>,
    /// 404 or 410, of those listed and of those asked about.
    pub gone: BTreeSet<String>,
    /// Those that did not come, and why.
    pub failed: BTreeMap<String, String>,
    pub told: Told,
}

/// Counts for the report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Told {
    pub total_items: Option<u64>,
    pub pages: u64,
    /// Entries of the list that had an id already seen, or none.
    pub repeated: usize,
    pub without_id: usize,
    pub requests: u64,
    pub bytes: u64,
    /// Taken from the journal of a crawl that was cut off.
    pub resumed: usize,
}

/// Why a feed could not be read at all.
#[derive(Debug, thiserror::Error)]
pub enum CrawlError {
    #[error(
        "that is not the address of a feed: it must begin with https:// (http:// only on this computer)"
    )]
    Address,
    #[error("{what}: {why}")]
    Get { what: &'static str, why: GetError },
    #[error(
        "{0} gives no list of services: is it the address of an Open Referral UK 3.0 feed, without /services at its end?"
    )]
    NoList(String),
    #[error("the journal of the crawl could not be kept: {0}")]
    Journal(#[from] std::io::Error),
    #[error("the connection could not be set up")]
    SetUp,
}

/// Everything that a crawl is given.
pub struct Crawler<'a> {
    pub feed: &'a FeedAddress,
    pub limits: CrawlLimits,
    pub clock: Clock,
    pub pause: Pause,
    /// Kept until the caller has taken everything over, and then removed by the caller.
    pub journal: Option<&'a Path>,
    /// Ids known from before: those that the list has no more are asked about one by one.
    pub known: BTreeSet<String>,
    pub progress: &'a mut (dyn FnMut(Progress) + Send),
}

impl Crawler<'_> {
    /// For programs without a runtime of their own.
    pub fn run(self) -> Result<Crawl, CrawlError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|_| CrawlError::SetUp)?;
        runtime.block_on(self.crawl())
    }

    pub async fn crawl(self) -> Result<Crawl, CrawlError> {
        let getting = Getting::new(
            self.feed,
            self.limits,
            self.clock.clone(),
            self.pause.clone(),
        )?;
        let progress = self.progress;
        progress(Progress::Probing);
        let (mut capabilities, first) = probe::probe(&getting).await?;
        let mut journal = Journal::open(self.journal, self.feed, &self.limits, self.clock.now())?;
        if journal.came() > 0 {
            progress(Progress::GoingOn {
                services: journal.came(),
            });
        }
        let listed = list::list(&getting, first, &mut journal, progress).await?;
        capabilities.paging = capabilities.paging.or(listed.paging);
        let mut wanted = listed.ids.clone();
        wanted.extend(
            self.known
                .iter()
                .filter(|id| !listed.seen.contains(*id))
                .cloned(),
        );
        let mut crawl = Crawl {
            capabilities,
            incomplete: listed.incomplete,
            listed: listed.seen,
            services: Vec::with_capacity(wanted.len()),
            gone: BTreeSet::new(),
            failed: BTreeMap::new(),
            told: Told {
                resumed: journal.came(),
                ..listed.told
            },
        };
        details(&getting, wanted, &mut crawl, &mut journal, progress).await?;
        let (requests, bytes) = getting.spent();
        crawl.told = Told {
            requests,
            bytes,
            ..crawl.told
        };
        crawl.capabilities.details = details_honoured(&crawl);
        Ok(crawl)
    }
}

/// Each service by itself, a few at a time; what has come is written down at once.
async fn details(
    getting: &Getting,
    wanted: Vec<String>,
    crawl: &mut Crawl,
    journal: &mut Journal,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<(), CrawlError> {
    let of = wanted.len();
    let mut missing = Vec::new();
    for id in wanted {
        match journal.taken(&id) {
            Some(got) => keep(crawl, id, got),
            None => missing.push(id),
        }
    }
    let mut done = of - missing.len();
    let at_once = getting.limits.at_once.max(1);
    let mut coming = stream::iter(missing)
        .map(|id| async move {
            let got = getting.service(&id).await;
            (id, got)
        })
        .buffer_unordered(at_once);
    while let Some((id, got)) = coming.next().await {
        done += 1;
        match got {
            Ok(got) => {
                journal.service(&id, &got)?;
                keep(crawl, id, got);
            }
            // Whoever wants to be left alone, or has sent too much, is not asked for the rest.
            Err(why @ (GetError::Budget | GetError::Deadline | GetError::AskedToWait { .. })) => {
                return Err(CrawlError::Get {
                    what: "the crawl ended early; begun again, it goes on where it was",
                    why,
                });
            }
            Err(why) if crawl.listed.contains(&id) => {
                crawl.failed.insert(id, why.to_string());
            }
            Err(_) => {}
        }
        progress(Progress::Services { done, of });
        if let Some(seconds) = getting.waited() {
            progress(Progress::Waiting { seconds });
        }
    }
    Ok(())
}

fn keep(crawl: &mut Crawl, id: String, got: Got) {
    match got {
        Got::Missing(_) => {
            crawl.gone.insert(id);
        }
        // Asked about because the list has it no more: that there is still a record of it does not bring it back.
        Got::Json(_) if !crawl.listed.contains(&id) => {}
        Got::Json(mut raw) => {
            if raw.get("id").is_none_or(Value::is_null)
                && let Some(fields) = raw.as_object_mut()
            {
                fields.insert("id".to_owned(), Value::from(id.clone()));
            }
            if id_of(&raw).as_deref() == Some(id.as_str()) {
                crawl.services.push(raw);
            } else {
                let why = "the feed answered with another record".to_owned();
                crawl.failed.insert(id, why);
            }
        }
    }
}

fn details_honoured(crawl: &Crawl) -> Honoured {
    if !crawl.services.is_empty() {
        Honoured::Yes
    } else if crawl.listed.is_empty() {
        Honoured::NotKnown
    } else {
        Honoured::No
    }
}
