//! A crawl: it tries what the feed honours, knows when the list is whole, is polite, and bears every fault on the way.

use product_tests::open_referral_feed::{Fault, Feed, Script, service};
use product_tests::practice::{START, Time};
use serde_json::{Value, json};
use signed_feed::crawl::{
    Crawl, CrawlError, CrawlLimits, Crawler, FeedAddress, GetError, Honoured, Pause, Progress,
};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A crawl whose waits pass at once, and are written down.
struct Crawling {
    limits: CrawlLimits,
    known: BTreeSet<String>,
    waits: Arc<Mutex<Vec<Duration>>>,
    told: Vec<Progress>,
    time: Time,
}

impl Crawling {
    fn new() -> Self {
        Self {
            limits: CrawlLimits {
                per_page: 10,
                ..CrawlLimits::default()
            },
            known: BTreeSet::new(),
            waits: Arc::default(),
            told: Vec::new(),
            time: Time::at(START),
        }
    }

    fn try_crawl(&mut self, feed: &Feed, journal: Option<&Path>) -> Result<Crawl, CrawlError> {
        let address = FeedAddress::parse(&feed.address).unwrap();
        let waits = self.waits.clone();
        let pause: Pause = Arc::new(move |span| {
            waits.lock().unwrap().push(span);
            Box::pin(std::future::ready(()))
        });
        let told = &mut self.told;
        let crawler = Crawler {
            feed: &address,
            limits: self.limits,
            clock: self.time.clock(),
            pause,
            journal,
            known: self.known.clone(),
            progress: &mut |progress| told.push(progress),
        };
        crawler.run()
    }

    fn crawl(&mut self, feed: &Feed) -> Crawl {
        self.try_crawl(feed, None).unwrap()
    }

    /// Waits that the feed asked for, not the breaths between two requests.
    fn long_waits(&self) -> Vec<u64> {
        let waits = self.waits.lock().unwrap();
        waits
            .iter()
            .filter(|span| **span >= Duration::from_millis(2_001))
            .map(Duration::as_secs)
            .collect()
    }
}

fn crawl(feed: &Feed) -> Crawl {
    Crawling::new().crawl(feed)
}

fn why(crawl: &Crawl) -> String {
    crawl.incomplete.join("; ")
}

#[test]
fn a_feed_that_keeps_the_standard_comes_whole() {
    let feed = Feed::of(37);
    let mut crawling = Crawling::new();
    let crawl = crawling.crawl(&feed);
    assert_eq!(
        (
            why(&crawl).as_str(),
            crawl.services.len(),
            crawl.listed.len()
        ),
        ("", 37, 37)
    );
    let found = &crawl.capabilities;
    assert_eq!(found.version.as_deref(), Some("HSDS-UK-3.0"));
    for honoured in [
        found.total_items,
        found.paging,
        found.per_page,
        found.modified_after,
        found.search,
        found.details,
    ] {
        assert_eq!(honoured, Honoured::Yes);
    }
    assert!(crawling.told.contains(&Progress::Page {
        number: 4,
        of: Some(4),
        services: 37
    }));
    assert_eq!(
        crawling.told.last(),
        Some(&Progress::Services { done: 37, of: 37 })
    );
    assert!(
        feed.requests().contains(&"/services/service-36".to_owned()),
        "each is asked for by itself: the list is shallow"
    );
    assert!(feed.most_at_once() <= 2, "{}", feed.most_at_once());
}

#[test]
fn after_each_answer_there_is_a_breath() {
    let mut crawling = Crawling::new();
    let crawl = crawling.crawl(&Feed::of(3));
    assert_eq!(
        crawling.waits.lock().unwrap().len() as u64,
        crawl.told.requests
    );
}

#[test]
fn a_feed_that_ignores_what_it_is_asked_is_known_for_it() {
    let mut script = Script::of((0..30).map(service).collect());
    (script.honours_modified_after, script.honours_search) = (false, false);
    script.page_size = Some(7);
    let crawl = crawl(&Feed::start(script));
    let found = &crawl.capabilities;
    assert_eq!(
        (found.modified_after, found.search, found.per_page),
        (Honoured::No, Honoured::No, Honoured::No)
    );
    assert_eq!(
        (found.paging, why(&crawl).as_str(), crawl.services.len()),
        (Honoured::Yes, "", 30)
    );
}

#[test]
fn a_feed_without_a_root_or_with_errors_for_parameters_is_read_all_the_same() {
    let mut script = Script::of((0..12).map(service).collect());
    script.always.insert("/".to_owned(), Fault::Status(404));
    script.fault(
        "/services?search=zzqxzzqx&page=1&per_page=1",
        [Fault::Status(400)],
    );
    let crawl = crawl(&Feed::start(script));
    assert_eq!(crawl.capabilities.version, None);
    assert_eq!(crawl.capabilities.search, Honoured::Refused(400));
    assert_eq!(crawl.services.len(), 12);
}

#[test]
fn page_2_like_page_1_is_an_incomplete_list() {
    let mut script = Script::of((0..30).map(service).collect());
    script.ignores_page = true;
    let crawl = crawl(&Feed::start(script));
    assert_eq!(crawl.capabilities.paging, Honoured::No);
    assert!(
        why(&crawl).contains("page 2 has nothing"),
        "{}",
        why(&crawl)
    );
}

#[test]
fn counts_that_do_not_agree_are_an_incomplete_list() {
    let mut script = Script::of((0..30).map(service).collect());
    script.total = Some(31);
    let crawl = crawl(&Feed::start(script));
    assert!(
        why(&crawl).contains("31 services, and 30 different"),
        "{}",
        why(&crawl)
    );
    assert_eq!(crawl.services.len(), 30, "what came is taken all the same");
}

#[test]
fn the_same_id_twice_counts_once_and_the_list_is_incomplete() {
    let mut services: Vec<Value> = (0..15).map(service).collect();
    services.push(service(3));
    let crawl = crawl(&Feed::start(Script::of(services)));
    assert_eq!((crawl.services.len(), crawl.told.repeated), (15, 1));
    assert!(!why(&crawl).is_empty());
}

#[test]
fn a_list_that_changes_meanwhile_is_read_once_more() {
    let mut script = Script::of((0..30).map(service).collect());
    // Four of the probe, then three pages: the total is another when it is asked again.
    script.grows_after = Some(6);
    let feed = Feed::start(script);
    let crawl = crawl(&feed);
    assert!(
        why(&crawl).contains("31 services, and 30"),
        "{}",
        why(&crawl)
    );
    let pages = feed
        .requests()
        .iter()
        .filter(|path| path.starts_with("/services?page=2&"))
        .count();
    assert_eq!(pages, 2);
}

#[test]
fn ids_that_are_numbers_or_have_slashes_and_dots_are_asked_for_as_they_are() {
    let mut services: Vec<Value> = (0..3).map(service).collect();
    services[0]["id"] = json!(1047);
    services[1]["id"] = json!("a b/c");
    services[2]["id"] = json!("..");
    let feed = Feed::start(Script::of(services));
    let crawl = crawl(&feed);
    assert_eq!(crawl.services.len(), 2);
    assert_eq!(
        crawl.failed.keys().collect::<Vec<_>>(),
        [".."],
        "a path of dots is not walked"
    );
    let asked = feed.requests();
    assert!(
        asked.contains(&"/services/1047".to_owned())
            && asked.contains(&"/services/a%20b%2Fc".to_owned()),
        "{asked:?}"
    );
}

#[test]
fn entries_without_an_id_are_counted_and_left_out() {
    let mut services: Vec<Value> = (0..5).map(service).collect();
    services[2].as_object_mut().unwrap().remove("id");
    let crawl = crawl(&Feed::start(Script::of(services)));
    assert_eq!(
        (
            crawl.services.len(),
            crawl.told.without_id,
            why(&crawl).as_str()
        ),
        (4, 1, "")
    );
}

#[test]
fn too_many_requests_is_believed_with_its_retry_after() {
    let feed = Feed::of(5);
    feed.change(|script| {
        script.fault(
            "/services/service-2",
            [
                Fault::Wait(429, "7".to_owned()),
                Fault::Wait(503, "Sat, 21 Nov 2026 14:00:09 GMT".to_owned()),
            ],
        );
    });
    let mut crawling = Crawling::new();
    let crawl = crawling.crawl(&feed);
    assert_eq!(crawl.services.len(), 5);
    assert_eq!(crawling.long_waits(), [7, 9]);
}

#[test]
fn server_errors_are_tried_again_longer_apart_each_time_and_then_left() {
    let feed = Feed::of(5);
    feed.change(|script| {
        script.fault("/services/service-1", [Fault::Status(500), Fault::CutOff]);
        script
            .always
            .insert("/services/service-2".to_owned(), Fault::Status(502));
    });
    let mut crawling = Crawling::new();
    let crawl = crawling.crawl(&feed);
    assert_eq!(crawl.services.len(), 4);
    assert_eq!(crawl.failed["service-2"], "the feed answered 502");
    assert_eq!(
        why(&crawl),
        "",
        "the list is whole; only one record did not come"
    );
    let tries = feed
        .requests()
        .iter()
        .filter(|path| path.as_str() == "/services/service-2")
        .count();
    assert_eq!(tries, 5);
    let waits = crawling.waits.lock().unwrap().clone();
    for wait in [500, 1_000, 2_000, 4_000] {
        assert!(
            waits.contains(&Duration::from_millis(wait)),
            "{wait}: {waits:?}"
        );
    }
}

#[test]
fn what_is_no_json_too_long_endless_or_deep_is_left_out() {
    let feed = Feed::of(8);
    let deep = "[".repeat(200_000).into_bytes();
    feed.change(|script| {
        let always = &mut script.always;
        always.insert(
            "/services/service-1".to_owned(),
            Fault::Body(b"<html>Busy</html>".to_vec()),
        );
        always.insert("/services/service-2".to_owned(), Fault::Endless);
        always.insert("/services/service-3".to_owned(), Fault::Body(deep));
        always.insert(
            "/services/service-4".to_owned(),
            Fault::Body(service(99).to_string().into_bytes()),
        );
        always.insert(
            "/services/service-5".to_owned(),
            Fault::Body(vec![b'x'; 3 << 20]),
        );
        always.insert("/services/service-6".to_owned(), Fault::Status(403));
    });
    let crawl = crawl(&feed);
    assert_eq!(crawl.services.len(), 2);
    for (id, part) in [
        ("service-1", "not JSON"),
        ("service-2", "longer than"),
        ("service-3", "not JSON"),
        ("service-4", "another record"),
        ("service-5", "longer than"),
        ("service-6", "403"),
    ] {
        assert!(
            crawl.failed[id].contains(part),
            "{id}: {}",
            crawl.failed[id]
        );
    }
}

#[test]
fn nobody_is_followed_to_another_host() {
    let (feed, other) = (Feed::of(3), Feed::of(3));
    let elsewhere = other.address.clone();
    feed.change(|script| {
        script.always.insert(
            "/services/service-1".to_owned(),
            Fault::Redirect(format!("{elsewhere}/services/service-1")),
        );
        script.always.insert(
            "/services/service-2".to_owned(),
            Fault::Redirect("/services/service-0".to_owned()),
        );
    });
    let crawl = crawl(&feed);
    assert!(crawl.failed["service-1"].contains("elsewhere"));
    assert!(crawl.failed["service-2"].contains("another record"));
    assert_eq!(other.requests(), Vec::<String>::new());
}

#[test]
fn only_https_or_this_computer() {
    for wrong in [
        "http://feed.example.gov.uk",
        "ftp://127.0.0.1",
        "https://user@feed.example",
        "https://feed.example.gov.uk/?key=1",
        "feed.example.gov.uk",
        "",
    ] {
        assert!(FeedAddress::parse(wrong).is_err(), "{wrong}");
    }
    for (right, name) in [
        (
            "https://feed.example.gov.uk/api/services/",
            "https://feed.example.gov.uk/api",
        ),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://localhost/x", "http://localhost/x"),
    ] {
        assert_eq!(FeedAddress::parse(right).unwrap().as_str(), name);
    }
}

#[test]
fn what_is_listed_no_more_is_asked_about_and_404_is_gone() {
    let feed = Feed::of(5);
    feed.change(|script| {
        script.gone = vec!["service-4".to_owned()];
        script.services.push(service(9));
    });
    let mut crawling = Crawling::new();
    // Known from before: one that answers though it is not listed any more, one that does not, one that is listed and gone.
    feed.change(|script| {
        script
            .services
            .retain(|service| service["id"] != "service-9");
    });
    crawling.known = ["service-0", "service-4", "service-77"]
        .map(str::to_owned)
        .into();
    let crawl = crawling.crawl(&feed);
    assert_eq!(
        crawl.gone,
        ["service-4", "service-77"].map(str::to_owned).into()
    );
    assert_eq!(crawl.services.len(), 4);
}

#[test]
fn what_is_still_there_but_not_listed_does_not_come_back() {
    let feed = Feed::of(5);
    feed.change(|script| {
        let body = service(50).to_string().into_bytes();
        script
            .always
            .insert("/services/service-50".to_owned(), Fault::Body(body));
    });
    let mut crawling = Crawling::new();
    crawling.known = BTreeSet::from(["service-50".to_owned()]);
    let crawl = crawling.crawl(&feed);
    assert_eq!((crawl.services.len(), crawl.gone.len()), (5, 0));
}

#[test]
fn a_crawl_that_was_sent_away_goes_on_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("crawl.jsonl");
    let feed = Feed::of(30);
    feed.change(|script| {
        script.fault(
            "/services/service-20",
            [Fault::Wait(429, "100000".to_owned())],
        );
    });
    let mut crawling = Crawling::new();
    let error = crawling.try_crawl(&feed, Some(&journal)).unwrap_err();
    assert!(
        matches!(
            error,
            CrawlError::Get {
                why: GetError::AskedToWait { seconds: 100_000 },
                ..
            }
        ),
        "{error}"
    );
    let came = feed
        .requests()
        .iter()
        .filter(|path| path.starts_with("/services/"))
        .count();
    // Cut off in the middle of a line, as a power cut leaves it.
    let mut bytes = std::fs::read(&journal).unwrap();
    bytes.extend_from_slice(b"{\"service\":{\"id\":\"service-29\",\"raw\":{\"id\"");
    std::fs::write(&journal, bytes).unwrap();
    let crawl = crawling.try_crawl(&feed, Some(&journal)).unwrap();
    assert_eq!((why(&crawl).as_str(), crawl.services.len()), ("", 30));
    assert!(crawl.told.resumed >= 18, "{}", crawl.told.resumed);
    let again = feed.requests();
    let details = again
        .iter()
        .filter(|path| path.starts_with("/services/"))
        .count();
    assert_eq!(details, 30 - crawl.told.resumed);
    assert!(came + details <= 32);
    assert!(
        !again
            .iter()
            .any(|path| path.starts_with("/services?page=2&")),
        "pages are not read twice"
    );
}

#[test]
fn a_journal_of_another_feed_too_old_or_of_another_list_is_not_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("crawl.jsonl");
    let feed = Feed::of(12);
    let mut crawling = Crawling::new();
    crawling.try_crawl(&feed, Some(&journal)).unwrap();
    assert_eq!(
        crawling
            .try_crawl(&feed, Some(&journal))
            .unwrap()
            .told
            .resumed,
        12,
        "the control: it is gone on with"
    );
    crawling.time.pass(jiff::SignedDuration::from_hours(25));
    assert_eq!(
        crawling
            .try_crawl(&feed, Some(&journal))
            .unwrap()
            .told
            .resumed,
        0
    );
    assert_eq!(
        crawling
            .try_crawl(&Feed::of(12), Some(&journal))
            .unwrap()
            .told
            .resumed,
        0
    );
    crawling.try_crawl(&feed, Some(&journal)).unwrap();
    feed.change(|script| script.services.push(service(12)));
    feed.requests();
    let crawl = crawling.try_crawl(&feed, Some(&journal)).unwrap();
    assert_eq!((crawl.services.len(), why(&crawl).as_str()), (13, ""));
    let details = feed
        .requests()
        .iter()
        .filter(|path| path.starts_with("/services/"))
        .count();
    assert_eq!(details, 13, "another list: everything anew");
}

#[test]
fn what_is_no_feed_says_so() {
    let feed = Feed::of(3);
    feed.change(|script| {
        script
            .always
            .insert("/services".to_owned(), Fault::Body(b"<html>".to_vec()));
    });
    let error = Crawling::new().try_crawl(&feed, None).unwrap_err();
    assert!(
        error.to_string().contains("is it the address of"),
        "{error}"
    );
    let gone = FeedAddress::parse("http://127.0.0.1:1").unwrap();
    let mut crawling = Crawling::new();
    let mut nobody = feed.clone();
    gone.as_str().clone_into(&mut nobody.address);
    assert!(matches!(
        crawling.try_crawl(&nobody, None),
        Err(CrawlError::Get {
            why: GetError::NoConnection,
            ..
        })
    ));
}

#[test]
fn a_list_without_an_end_ends() {
    let feed = Feed::of(60);
    let mut crawling = Crawling::new();
    crawling.limits.per_page = 1;
    crawling.limits.most_pages = 20;
    let crawl = crawling.crawl(&feed);
    assert!(
        why(&crawl).contains("does not end within 20 pages"),
        "{}",
        why(&crawl)
    );
}

#[test]
fn all_that_is_sent_together_has_its_limit() {
    // What came is kept in memory, several times its length.
    assert_eq!(CrawlLimits::default().total_bytes, 256 << 20);
    let mut crawling = Crawling::new();
    crawling.limits.total_bytes = 20_000;
    let error = crawling.try_crawl(&Feed::of(60), None).unwrap_err();
    assert!(
        matches!(
            error,
            CrawlError::Get {
                why: GetError::Budget,
                ..
            }
        ),
        "{error}"
    );
}
