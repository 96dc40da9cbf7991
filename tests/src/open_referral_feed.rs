//! An Open Referral UK 3.0 feed on loopback that a test tells to misbehave: real HTTP, written by hand, a thread for each connection.

#![allow(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "the crate is only for tests, which panic where something is not as it should be"
)]

use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};

/// What goes wrong with one answer.
#[derive(Debug, Clone)]
pub enum Fault {
    Status(u16),
    /// With what `Retry-After` says.
    Wait(u16, String),
    /// 200, and this in place of the JSON.
    Body(Vec<u8>),
    /// The connection ends in the middle of the body.
    CutOff,
    Redirect(String),
    /// Without an end.
    Endless,
}

/// How the feed behaves; a test changes it while the feed runs.
#[derive(Debug, Clone)]
pub struct Script {
    /// Whole records, in the order of the list.
    pub services: Vec<Value>,
    pub root: Value,
    pub honours_modified_after: bool,
    pub honours_search: bool,
    /// Page 1, whatever is asked for.
    pub ignores_page: bool,
    /// Pages of this size, whatever is asked for.
    pub page_size: Option<usize>,
    /// Says this of the total, however many there are.
    pub total: Option<u64>,
    /// The total is one higher from this request of the list on.
    pub grows_after: Option<usize>,
    /// For the next requests of a path and query, in this order.
    pub faults: HashMap<String, VecDeque<Fault>>,
    /// For every request of a path.
    pub always: BTreeMap<String, Fault>,
    /// 404 for these services.
    pub gone: Vec<String>,
    /// Answers no request of a service after so many, until the test lets it.
    pub holds_after: Option<usize>,
}

impl Script {
    pub fn of(services: Vec<Value>) -> Self {
        Self {
            services,
            root: json!({ "version": "HSDS-UK-3.0", "profile": "https://profile.example.org", "openapi_url": "https://api.example.org" }),
            honours_modified_after: true,
            honours_search: true,
            ignores_page: false,
            page_size: None,
            total: None,
            grows_after: None,
            faults: HashMap::new(),
            always: BTreeMap::new(),
            gone: Vec::new(),
            holds_after: None,
        }
    }

    pub fn fault(&mut self, path: &str, faults: impl IntoIterator<Item = Fault>) {
        self.faults
            .entry(path.to_owned())
            .or_default()
            .extend(faults);
    }
}

#[derive(Default)]
struct Seen {
    /// Path and query of each request, in order.
    requests: Vec<String>,
    lists: usize,
    details: usize,
    at_once: usize,
    most_at_once: usize,
}

struct Shared {
    script: Mutex<Script>,
    /// Whole records as they are sent, by id; made anew after each change of the script.
    whole: Mutex<HashMap<String, Vec<u8>>>,
    seen: Mutex<Seen>,
    counted: Condvar,
    told: Condvar,
}

#[derive(Clone)]
pub struct Feed {
    pub address: String,
    shared: Arc<Shared>,
}

/// A record without a fault, as long as real ones are.
pub fn service(number: usize) -> Value {
    json!({
        "id": format!("service-{number}"), "name": format!("Moorlands group {number}"),
        "description": "A group that meets each week, with tea and a short walk for whoever likes. ".repeat(6),
        "status": "active", "url": format!("https://groups.example.org/{number}"), "email": "hello@groups.example.org",
        "minimum_age": 18, "maximum_age": 99, "last_modified": "2026-05-01T10:30:45.123Z",
        "organization": { "id": format!("org-{}", number / 10), "name": format!("Moorlands friends {}", number / 10), "description": "A charity." },
        "contacts": [{ "id": "c", "title": "Enquiries", "phones": [{ "id": "p", "number": "01632 960410" }] }],
        "service_areas": [{ "id": "a", "name": "Leek" }],
        "attributes": [{ "id": "t", "taxonomy_term": { "id": "t", "name": "walking", "description": "walking" } }],
        "service_at_locations": [{ "id": "l", "location": { "id": "p", "location_type": "physical",
            "addresses": [{ "id": "x", "address_1": format!("{number} High Street"), "city": "Leek", "postal_code": "ST13 5AA" }] } }],
    })
}

impl Feed {
    pub fn start(script: Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::new(Shared {
            whole: Mutex::new(whole_records(&script)),
            script: Mutex::new(script),
            seen: Mutex::default(),
            counted: Condvar::new(),
            told: Condvar::new(),
        });
        let of_all = shared.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let shared = of_all.clone();
                // Whoever connects may go at any time.
                std::thread::spawn(move || {
                    stream.is_ok_and(|stream| serve(&shared, stream).is_some())
                });
            }
        });
        Self { address, shared }
    }

    pub fn of(count: usize) -> Self {
        Self::start(Script::of((0..count).map(service).collect()))
    }

    pub fn change(&self, change: impl FnOnce(&mut Script)) {
        {
            let mut script = self.shared.script.lock().unwrap();
            change(&mut script);
            *self.shared.whole.lock().unwrap() = whole_records(&script);
        }
        self.shared.told.notify_all();
    }

    /// Path and query of each request since this was asked last.
    pub fn requests(&self) -> Vec<String> {
        let mut seen = self.shared.seen.lock().unwrap();
        (seen.lists, seen.details) = (0, 0);
        std::mem::take(&mut seen.requests)
    }

    pub fn most_at_once(&self) -> usize {
        self.shared.seen.lock().unwrap().most_at_once
    }

    /// Until so many services have been asked for.
    pub fn wait_for_details(&self, count: usize) {
        let seen = self.shared.seen.lock().unwrap();
        drop(
            self.shared
                .counted
                .wait_while(seen, |seen| seen.details < count)
                .unwrap(),
        );
    }
}

fn whole_records(script: &Script) -> HashMap<String, Vec<u8>> {
    let id_of = |service: &Value| match &service["id"] {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let services = script.services.iter();
    services
        .map(|service| (id_of(service), service.to_string().into_bytes()))
        .collect()
}

/// Requests of one connection, one after the other.
fn serve(shared: &Shared, stream: TcpStream) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut stream = stream;
    loop {
        let mut first = String::new();
        if reader.read_line(&mut first).ok()? == 0 {
            return None;
        }
        loop {
            let mut header = String::new();
            reader.read_line(&mut header).ok()?;
            if header.trim().is_empty() {
                break;
            }
        }
        let target = first.split(' ').nth(1)?.to_owned();
        let fault = taken_note_of(shared, &target);
        let sent = answer(shared, &target, fault, &mut stream);
        shared.seen.lock().unwrap().at_once -= 1;
        sent?;
    }
}

/// Counts the request, waits where the test holds it, and takes the next fault.
fn taken_note_of(shared: &Shared, target: &str) -> Option<Fault> {
    let is_service = target.starts_with("/services/");
    let number = {
        let mut seen = shared.seen.lock().unwrap();
        seen.requests.push(target.to_owned());
        seen.at_once += 1;
        seen.most_at_once = seen.most_at_once.max(seen.at_once);
        seen.details += usize::from(is_service);
        seen.lists += usize::from(target.starts_with("/services?"));
        seen.details
    };
    shared.counted.notify_all();
    let script = shared.script.lock().unwrap();
    let held =
        |script: &mut Script| is_service && script.holds_after.is_some_and(|after| number > after);
    let mut script = shared.told.wait_while(script, held).unwrap();
    let next = script.faults.get_mut(target).and_then(VecDeque::pop_front);
    let path = target.split('?').next().unwrap_or_default();
    next.or_else(|| script.always.get(path).cloned())
}

fn answer(
    shared: &Shared,
    target: &str,
    fault: Option<Fault>,
    stream: &mut TcpStream,
) -> Option<()> {
    let (status, more, body) = match fault {
        None => {
            let (status, body) = right_answer(shared, target);
            (status, String::new(), body)
        }
        Some(Fault::Status(status)) => (status, String::new(), b"{}".to_vec()),
        Some(Fault::Wait(status, wait)) => {
            (status, format!("Retry-After: {wait}\r\n"), b"{}".to_vec())
        }
        Some(Fault::Body(body)) => (200, String::new(), body),
        Some(Fault::Redirect(to)) => (302, format!("Location: {to}\r\n"), Vec::new()),
        Some(Fault::CutOff) => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"id\":");
            return None;
        }
        Some(Fault::Endless) => {
            stream
                .write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                .ok()?;
            let chunk = vec![b' '; 0x1_0000];
            loop {
                stream.write_all(b"10000\r\n").ok()?;
                stream.write_all(&chunk).ok()?;
                stream.write_all(b"\r\n").ok()?;
            }
        }
    };
    let head = format!(
        "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\n{more}Content-Length: {}\r\n\r\n",
        body.len()
    );
    let whole = [head.into_bytes(), body].concat();
    stream.write_all(&whole).ok()
}

fn right_answer(shared: &Shared, target: &str) -> (u16, Vec<u8>) {
    let lists = shared.seen.lock().unwrap().lists;
    let script = shared.script.lock().unwrap();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let query: HashMap<&str, &str> = query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .collect();
    let ok = |value: &Value| (200, value.to_string().into_bytes());
    if path == "/" {
        return ok(&script.root);
    }
    if let Some(id) = path.strip_prefix("/services/") {
        if script.gone.iter().any(|gone| gone == id) {
            return (404, b"{}".to_vec());
        }
        let id = id.replace("%20", " ").replace("%2F", "/");
        let found = shared.whole.lock().unwrap().get(&id).cloned();
        return found.map_or((404, b"{}".to_vec()), |body| (200, body));
    }
    if path != "/services" {
        return (404, b"{}".to_vec());
    }
    let nothing = (script.honours_modified_after && query.contains_key("modified_after"))
        || (script.honours_search && query.contains_key("search"));
    let services: &[Value] = if nothing { &[] } else { &script.services };
    let number = |name: &str, or: usize| {
        query
            .get(name)
            .and_then(|text| text.parse().ok())
            .unwrap_or(or)
    };
    let size = script
        .page_size
        .unwrap_or_else(|| number("per_page", 50))
        .max(1);
    let page = if script.ignores_page {
        1
    } else {
        number("page", 1).max(1)
    };
    // What has one value each, as the standard's list has.
    let contents: Vec<Value> = services
        .iter()
        .skip((page - 1) * size)
        .take(size)
        .map(|service| json!({ "id": service["id"], "name": service["name"], "status": service["status"] }))
        .collect();
    let grown = u64::from(script.grows_after.is_some_and(|after| lists > after));
    let total = script
        .total
        .filter(|_| !nothing)
        .unwrap_or(services.len() as u64 + grown);
    let total_pages = services.len().div_ceil(size).max(1);
    ok(&json!({
        "total_items": total, "total_pages": total_pages, "page_number": page, "size": contents.len(),
        "first_page": page == 1, "last_page": page >= total_pages, "empty": contents.is_empty(), "contents": contents,
    }))
}
