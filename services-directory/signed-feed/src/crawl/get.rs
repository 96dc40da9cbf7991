//! One request of a crawl: bytes are counted, time is short, and whoever says "too many requests" is believed.

use super::{CrawlError, CrawlLimits, Pause};
use jiff::fmt::rfc2822;
use reqwest::{Client, Response, StatusCode, header, redirect::Policy};
use rustls::{ClientConfig, crypto::aws_lc_rs};
use rustls_platform_verifier::BuilderVerifierExt;
use serde_json::Value;
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use store::Clock;
use tokio::time::{Instant, timeout_at};
use url::{Host, Url};

const MOST_REDIRECTS: usize = 3;
/// Between two requests of one of those at work: as long as the answer took, but no longer than this.
const LONGEST_BREATH: Duration = Duration::from_secs(2);
const FIRST_WAIT: Duration = Duration::from_millis(500);

/// The address below which `/services` lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedAddress(Url);

impl FeedAddress {
    /// https, or http on this computer; without user, query or fragment.
    pub fn parse(text: &str) -> Result<Self, CrawlError> {
        let mut url = Url::parse(text.trim()).map_err(|_| CrawlError::Address)?;
        let plain = url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none();
        let allowed = match url.scheme() {
            "https" => url.has_host(),
            "http" => is_loopback(&url),
            _ => false,
        };
        if !plain || !allowed {
            return Err(CrawlError::Address);
        }
        let path = url.path().trim_end_matches('/').to_owned();
        let path = path.strip_suffix("/services").unwrap_or(&path).to_owned();
        url.set_path(&path);
        Ok(Self(url))
    }

    /// Without a slash at the end: the name of the feed in every record that comes from it.
    pub fn as_str(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }

    fn at(&self, segments: &[&str], query: &[(&str, &str)]) -> Option<Url> {
        let mut url = self.0.clone();
        {
            let mut path = url.path_segments_mut().ok()?;
            path.pop_if_empty();
            for segment in segments {
                // A path of dots would be walked, not asked for.
                if matches!(*segment, "." | "..") {
                    return None;
                }
                path.push(segment);
            }
            if segments.is_empty() {
                path.push("");
            }
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        Some(url)
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// What a feed answered.
#[derive(Debug, Clone, PartialEq)]
pub enum Got {
    Json(Value),
    /// 404 or 410.
    Missing(u16),
}

/// Why an answer did not come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GetError {
    #[error("the feed answered {0}")]
    Status(u16),
    #[error("the answer is not JSON")]
    NotJson,
    #[error("the answer is longer than {0} bytes")]
    TooLong(u64),
    #[error("the answer came too slowly")]
    TooSlow,
    #[error("there is no connection to the feed")]
    NoConnection,
    #[error("the feed sends elsewhere, to another host or not by https")]
    Redirected,
    #[error("the feed asks to be left alone for {seconds} seconds")]
    AskedToWait { seconds: u64 },
    #[error("all that was sent together is too much")]
    Budget,
    #[error("the crawl takes too long")]
    Deadline,
    #[error("that id cannot be asked for")]
    Id,
}

pub struct Getting {
    client: Client,
    feed: FeedAddress,
    pub limits: CrawlLimits,
    clock: Clock,
    pause: Pause,
    ends_at: Instant,
    requests: AtomicU64,
    bytes: AtomicU64,
    waited_seconds: AtomicU64,
}

/// What one try came to.
enum Tried {
    Got(Got),
    Final(GetError),
    /// To be tried again, after the wait that the feed asked for.
    Again(GetError, Option<Duration>),
}

impl Getting {
    pub fn new(
        feed: &FeedAddress,
        limits: CrawlLimits,
        clock: Clock,
        pause: Pause,
    ) -> Result<Self, CrawlError> {
        Ok(Self {
            client: client(feed, &limits).ok_or(CrawlError::SetUp)?,
            feed: feed.clone(),
            limits,
            clock,
            pause,
            ends_at: Instant::now() + limits.total,
            requests: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            waited_seconds: AtomicU64::new(0),
        })
    }

    pub fn feed(&self) -> &FeedAddress {
        &self.feed
    }

    /// Requests and bytes so far.
    pub fn spent(&self) -> (u64, u64) {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        (read(&self.requests), read(&self.bytes))
    }

    /// Seconds that the feed made us wait since this was asked last.
    pub fn waited(&self) -> Option<u64> {
        Some(self.waited_seconds.swap(0, Ordering::Relaxed)).filter(|seconds| *seconds > 0)
    }

    pub async fn root(&self) -> Result<Got, GetError> {
        self.get(self.feed.at(&[], &[]), self.limits.service_bytes)
            .await
    }

    pub async fn services(&self, query: &[(&str, &str)]) -> Result<Got, GetError> {
        self.get(self.feed.at(&["services"], query), self.limits.page_bytes)
            .await
    }

    pub async fn service(&self, id: &str) -> Result<Got, GetError> {
        self.get(
            self.feed.at(&["services", id], &[]),
            self.limits.service_bytes,
        )
        .await
    }

    async fn get(&self, url: Option<Url>, cap: u64) -> Result<Got, GetError> {
        let url = url.ok_or(GetError::Id)?;
        let mut wait = FIRST_WAIT;
        let mut tries = 0;
        loop {
            tries += 1;
            let began = Instant::now();
            let came = self.try_once(url.clone(), cap).await;
            let (why, asked) = match came {
                Tried::Got(got) => {
                    (self.pause)(began.elapsed().min(LONGEST_BREATH)).await;
                    return Ok(got);
                }
                Tried::Final(why) => return Err(why),
                Tried::Again(why, asked) => (why, asked),
            };
            let next = asked.unwrap_or(wait);
            if next > self.limits.longest_wait {
                let seconds = next.as_secs();
                return Err(GetError::AskedToWait { seconds });
            }
            if tries >= self.limits.tries {
                return Err(why);
            }
            if Instant::now() + next >= self.ends_at {
                return Err(GetError::Deadline);
            }
            self.waited_seconds
                .fetch_add(next.as_secs(), Ordering::Relaxed);
            (self.pause)(next).await;
            wait = wait.saturating_mul(2);
        }
    }

    async fn try_once(&self, url: Url, cap: u64) -> Tried {
        let now = Instant::now();
        if now >= self.ends_at {
            return Tried::Final(GetError::Deadline);
        }
        self.requests.fetch_add(1, Ordering::Relaxed);
        let ends_at = (now + self.limits.answer).min(self.ends_at);
        let request = self
            .client
            .get(url)
            .header(header::ACCEPT, "application/json");
        let answer = timeout_at(ends_at.min(now + self.limits.silence), request.send()).await;
        let response = match answer {
            Err(_) => return Tried::Again(GetError::TooSlow, None),
            Ok(Err(error)) if error.is_redirect() => return Tried::Final(GetError::Redirected),
            Ok(Err(_)) => return Tried::Again(GetError::NoConnection, None),
            Ok(Ok(response)) => response,
        };
        match response.status() {
            StatusCode::OK => {}
            status @ (StatusCode::NOT_FOUND | StatusCode::GONE) => {
                return Tried::Got(Got::Missing(status.as_u16()));
            }
            status if status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error() => {
                let asked = self.retry_after(&response);
                return Tried::Again(GetError::Status(status.as_u16()), asked);
            }
            status => return Tried::Final(GetError::Status(status.as_u16())),
        }
        match self.body(response, cap, ends_at).await {
            // A body that broke off may come whole the next time.
            Err(why @ (GetError::NoConnection | GetError::TooSlow)) => Tried::Again(why, None),
            Err(why) => Tried::Final(why),
            Ok(bytes) => {
                let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
                match serde_json::from_slice(bytes) {
                    Ok(value) => Tried::Got(Got::Json(value)),
                    Err(_) => Tried::Final(GetError::NotJson),
                }
            }
        }
    }

    async fn body(
        &self,
        mut response: Response,
        cap: u64,
        ends_at: Instant,
    ) -> Result<Vec<u8>, GetError> {
        if response.content_length().is_some_and(|length| length > cap) {
            return Err(GetError::TooLong(cap));
        }
        let mut bytes = Vec::new();
        loop {
            let next = ends_at.min(Instant::now() + self.limits.silence);
            let chunk = timeout_at(next, response.chunk()).await;
            let chunk = chunk.map_err(|_| GetError::TooSlow)?;
            let Some(chunk) = chunk.map_err(|_| GetError::NoConnection)? else {
                return Ok(bytes);
            };
            bytes.extend_from_slice(&chunk);
            if bytes.len() as u64 > cap {
                return Err(GetError::TooLong(cap));
            }
            let length = chunk.len() as u64;
            let all = self.bytes.fetch_add(length, Ordering::Relaxed) + length;
            if all > self.limits.total_bytes {
                return Err(GetError::Budget);
            }
        }
    }

    /// Seconds, or a moment (RFC 9110, section 10.2.3).
    fn retry_after(&self, response: &Response) -> Option<Duration> {
        let said = response.headers().get(header::RETRY_AFTER)?.to_str().ok()?;
        if let Ok(seconds) = said.trim().parse() {
            return Some(Duration::from_secs(seconds));
        }
        let at = rfc2822::parse(said.trim()).ok()?.timestamp();
        let span = at.duration_since(self.clock.now());
        Some(Duration::try_from(span).unwrap_or_default())
    }
}

fn client(feed: &FeedAddress, limits: &CrawlLimits) -> Option<Client> {
    let tls = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .ok()?
        .with_platform_verifier()
        .ok()?
        .with_no_client_auth();
    let builder = Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(same_host())
        .referer(false)
        .connect_timeout(limits.silence)
        .user_agent(concat!(
            "Onward/",
            env!("CARGO_PKG_VERSION"),
            " (directory import)"
        ));
    let builder = if is_loopback(&feed.0) {
        // On this computer: a proxy could not reach it.
        builder.no_proxy()
    } else {
        builder.https_only(true)
    };
    builder.build().ok()
}

fn same_host() -> Policy {
    Policy::custom(|attempt| {
        let stays = attempt.previous().first().is_some_and(|first| {
            let next = attempt.url();
            first.scheme() == next.scheme()
                && first.host_str() == next.host_str()
                && first.port_or_known_default() == next.port_or_known_default()
        });
        if stays && attempt.previous().len() <= MOST_REDIRECTS {
            attempt.follow()
        } else {
            attempt.error("elsewhere")
        }
    })
}
