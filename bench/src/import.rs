//! What an import of a whole feed takes, beside a plain program that only downloads the same records, from the same server in the same run.

use serde::{Deserialize, Serialize};
use std::error::Error;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

/// As the issue asks: so many services in at most so many seconds.
pub const SERVICES: usize = 5_000;
const MOST_SECONDS: f64 = 30.0;
/// As many as Onward has at work.
const AT_ONCE: usize = 2;

#[derive(Debug, Serialize, Deserialize)]
pub struct Import {
    pub services: usize,
    /// From the start of `onward-cli directory import` to its end, with the file checked and on the disk.
    pub onward_seconds: f64,
    /// Lines on standard error while it ran.
    pub progress_lines: usize,
    /// Services in the file.
    pub taken_over: usize,
    pub file_bytes: u64,
    /// The list and every record over as many connections, read and thrown away.
    pub plain_seconds: f64,
    pub plain_bytes: u64,
}

/// `programs` has `onward-cli` and `open_referral_feed`.
pub fn measure(programs: &Path, folder: &Path) -> Result<Import, Box<dyn Error>> {
    let named = |name: &str| programs.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    let mut server = Command::new(named("open_referral_feed"))
        .arg(SERVICES.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut address = String::new();
    BufReader::new(server.stdout.take().ok_or("The feed says nothing.")?)
        .read_line(&mut address)?;
    let measured = measure_at(address.trim(), &named("onward-cli"), folder);
    // It ends with its standard input.
    drop(server.stdin.take());
    server.wait()?;
    measured
}

fn measure_at(address: &str, program: &Path, folder: &Path) -> Result<Import, Box<dyn Error>> {
    let folder = folder.join("import");
    // What an earlier run left would be gone on with.
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder)?;
    let file = folder.join("services.jsonl");
    let (plain_seconds, plain_bytes) = plain(address)?;
    let began = Instant::now();
    let output = Command::new(program)
        .args(["directory", "import", "open-referral", address, "--into"])
        .arg(&file)
        .output()?;
    let onward_seconds = began.elapsed().as_secs_f64();
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    let text = std::fs::read_to_string(&file)?;
    Ok(Import {
        services: SERVICES,
        onward_seconds,
        progress_lines: output.stderr.lines().count(),
        taken_over: text
            .lines()
            .filter(|line| line.contains("\"kind\":\"service\""))
            .count(),
        file_bytes: std::fs::metadata(&file)?.len(),
        plain_seconds,
        plain_bytes,
    })
}

fn plain(address: &str) -> Result<(f64, u64), Box<dyn Error>> {
    let host = address
        .strip_prefix("http://")
        .ok_or("The feed is not on this computer.")?;
    let began = Instant::now();
    let mut connection = Connection::open(host)?;
    let mut ids = Vec::new();
    let mut bytes = 0;
    for page in 1..=SERVICES.div_ceil(100) {
        let body = connection.get(&format!("/services?page={page}&per_page=100"))?;
        bytes += body.len() as u64;
        let page: serde_json::Value = serde_json::from_slice(&body)?;
        let contents = page.get("contents").and_then(|list| list.as_array());
        let of_page = contents.into_iter().flatten();
        ids.extend(of_page.filter_map(|entry| Some(entry.get("id")?.as_str()?.to_owned())));
    }
    let parts: Vec<&[String]> = ids.chunks(ids.len().div_ceil(AT_ONCE).max(1)).collect();
    let all: Vec<std::io::Result<u64>> = std::thread::scope(|threads| {
        let running: Vec<_> = parts
            .iter()
            .map(|part| threads.spawn(move || download(host, part)))
            .collect();
        running
            .into_iter()
            .map(|thread| {
                thread
                    .join()
                    .unwrap_or_else(|_| Err(std::io::Error::other("it broke")))
            })
            .collect()
    });
    for part in all {
        bytes += part?;
    }
    Ok((began.elapsed().as_secs_f64(), bytes))
}

fn download(host: &str, ids: &[String]) -> std::io::Result<u64> {
    let mut connection = Connection::open(host)?;
    let mut bytes = 0;
    for id in ids {
        bytes += connection.get(&format!("/services/{id}"))?.len() as u64;
    }
    Ok(bytes)
}

struct Connection {
    reader: BufReader<TcpStream>,
}

impl Connection {
    fn open(host: &str) -> std::io::Result<Self> {
        let stream = TcpStream::connect(host)?;
        stream.set_nodelay(true)?;
        Ok(Self {
            reader: BufReader::new(stream),
        })
    }

    fn get(&mut self, path: &str) -> std::io::Result<Vec<u8>> {
        let request = format!("GET {path} HTTP/1.1\r\nHost: feed\r\n\r\n");
        self.reader.get_mut().write_all(request.as_bytes())?;
        let mut length = 0;
        loop {
            let mut line = String::new();
            self.reader.read_line(&mut line)?;
            let line = line.trim().to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(said) = line.strip_prefix("content-length:") {
                length = said.trim().parse().map_err(std::io::Error::other)?;
            }
        }
        let mut body = vec![0; length];
        self.reader.read_exact(&mut body)?;
        Ok(body)
    }
}

/// The lines of the table.
pub fn lines(import: &Import) -> Vec<String> {
    let verdict = if import.onward_seconds <= MOST_SECONDS {
        "kept"
    } else {
        "NOT kept"
    };
    vec![
        String::new(),
        format!(
            "**Import** of {} services from an Open Referral UK API on this computer, with two requests at a time and a breath after each answer:",
            import.services
        ),
        String::new(),
        "| | Onward (list and records; repaired, checked, written) | only downloaded |".to_owned(),
        "|---|---|---|".to_owned(),
        format!(
            "| seconds (at most {MOST_SECONDS:.0}: {verdict}) | {:.1} | {:.1} |",
            import.onward_seconds, import.plain_seconds
        ),
        format!(
            "| services | {} in a file of {:.1} MB | {:.1} MB thrown away |",
            import.taken_over,
            megabytes(import.file_bytes),
            megabytes(import.plain_bytes)
        ),
        format!("| lines of progress | {} | |", import.progress_lines),
    ]
}

fn megabytes(bytes: u64) -> f64 {
    // Some megabytes have fewer bytes than a float counts exactly.
    #[allow(clippy::cast_precision_loss)]
    let bytes = bytes as f64;
    bytes / 1_000_000.0
}
