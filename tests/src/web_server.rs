//! A web server over TLS on loopback that gives out a published folder, and that a test can tell to misbehave.

#![allow(
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    reason = "the crate is only for tests, which panic where something is not as it should be"
)]

use crate::practice::computer_time;
use demo::certificates::{Authority, Leaf};
use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    io,
    path::{Path, PathBuf},
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf},
    net::{TcpListener, TcpStream},
    runtime::Runtime,
};
use tokio_rustls::TlsAcceptor;

/// What the server does with one file instead of giving it out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Says that there is more than anybody would take, and sends it.
    OverLong,
    /// Sends on and on, and never says how much.
    Endless,
    /// A byte now and then.
    Trickle,
    /// Takes the request and says nothing.
    Silent,
    Status(u16),
    Redirect(String),
    /// Closes in the middle of the file.
    Cut,
}

/// A request and what it was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub path: String,
    pub conditional: bool,
    pub status: u16,
}

struct State {
    folder: Mutex<PathBuf>,
    faults: Mutex<HashMap<String, Fault>>,
    requests: Mutex<Vec<Request>>,
    /// All that went over the wire, both ways, with TLS.
    bytes: AtomicU64,
}

pub struct WebServer {
    pub port: u16,
    pub ca_pem: String,
    state: Arc<State>,
    /// Ends what runs when it is dropped.
    _runtime: Runtime,
}

impl WebServer {
    pub fn serving(folder: &Path) -> Self {
        let authority = Authority::new(computer_time()).unwrap();
        let leaf = authority.loopback(computer_time()).unwrap();
        Self::with(folder, &leaf, authority.ca_pem().to_owned())
    }

    /// Under a certificate of the test's choice.
    pub fn with(folder: &Path, leaf: &Leaf, ca_pem: String) -> Self {
        let runtime = Runtime::new().unwrap();
        let acceptor = TlsAcceptor::from(leaf.server_config().unwrap());
        let state = Arc::new(State {
            folder: Mutex::new(folder.to_owned()),
            faults: Mutex::default(),
            requests: Mutex::default(),
            bytes: AtomicU64::new(0),
        });
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let port = listener.local_addr().unwrap().port();
        let serving = state.clone();
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, state) = (acceptor.clone(), serving.clone());
                tokio::spawn(async move {
                    // Whoever is cut off has what the test is about.
                    let _ = one_connection(stream, &acceptor, &state).await;
                });
            }
        });
        Self {
            port,
            ca_pem,
            state,
            _runtime: runtime,
        }
    }

    pub fn address(&self) -> String {
        format!("https://127.0.0.1:{}/", self.port)
    }

    pub fn serve(&self, folder: &Path) {
        folder.clone_into(&mut self.state.folder.lock().unwrap());
    }

    /// For every path that ends so.
    pub fn fault(&self, ending: &str, fault: Fault) {
        let mut faults = self.state.faults.lock().unwrap();
        faults.insert(ending.to_owned(), fault);
    }

    pub fn well(&self) {
        self.state.faults.lock().unwrap().clear();
    }

    /// Since the last time.
    pub fn requests(&self) -> Vec<Request> {
        std::mem::take(&mut *self.state.requests.lock().unwrap())
    }

    pub fn wire_bytes(&self) -> u64 {
        self.state.bytes.load(Ordering::SeqCst)
    }
}

async fn one_connection(
    stream: TcpStream,
    acceptor: &TlsAcceptor,
    state: &Arc<State>,
) -> io::Result<()> {
    let counted = Counted {
        stream,
        state: state.clone(),
    };
    let mut tls = acceptor.accept(counted).await?;
    let mut head = Vec::new();
    loop {
        if !read_head(&mut tls, &mut head).await? {
            return Ok(());
        }
        let text = String::from_utf8_lossy(&head).into_owned();
        let path = text.split(' ').nth(1).unwrap_or("/");
        let path = path.trim_start_matches('/').to_owned();
        let if_none_match = text.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("if-none-match")
                .then(|| value.trim().to_owned())
        });
        let fault = {
            let faults = state.faults.lock().unwrap();
            let found = faults
                .iter()
                .find(|(ending, _)| path.ends_with(ending.as_str()));
            found.map(|(_, fault)| fault.clone())
        };
        let file = std::fs::read(state.folder.lock().unwrap().join(&path)).ok();
        let etag = file
            .as_ref()
            .map(|file| format!("\"{}\"", store::hex(&Sha256::digest(file))));
        let conditional = if_none_match.is_some();
        let unchanged = etag.is_some() && etag == if_none_match;
        let status = match (&fault, &file) {
            (Some(Fault::Status(status)), _) => *status,
            (Some(Fault::Redirect(_)), _) => 302,
            (_, None) => 404,
            _ if unchanged => 304,
            _ => 200,
        };
        state.requests.lock().unwrap().push(Request {
            path,
            conditional,
            status,
        });
        let body = file.unwrap_or_default();
        let head = |length: &str| format!("HTTP/1.1 200 OK\r\n{length}\r\n");
        match fault {
            Some(Fault::OverLong) => {
                tls.write_all(head("Content-Length: 4000000000\r\n").as_bytes())
                    .await?;
                loop {
                    tls.write_all(&[b' '; 4096]).await?;
                }
            }
            Some(Fault::Endless) => {
                tls.write_all(head("Transfer-Encoding: chunked\r\n").as_bytes())
                    .await?;
                let chunk = [&b"400\r\n"[..], &[b' '; 0x400], b"\r\n"].concat();
                loop {
                    tls.write_all(&chunk).await?;
                }
            }
            Some(Fault::Trickle) => {
                let length = format!("Content-Length: {}\r\n", body.len());
                tls.write_all(head(&length).as_bytes()).await?;
                for byte in body {
                    tls.write_all(&[byte]).await?;
                    tls.flush().await?;
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            }
            Some(Fault::Silent) => std::future::pending::<()>().await,
            Some(Fault::Cut) => {
                let length = format!("Content-Length: {}\r\n", body.len());
                tls.write_all(head(&length).as_bytes()).await?;
                tls.write_all(&body[..body.len() / 2]).await?;
                return tls.shutdown().await;
            }
            Some(Fault::Redirect(to)) => {
                let head =
                    format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n");
                tls.write_all(head.as_bytes()).await?;
            }
            _ if status == 200 => {
                let etag = etag.unwrap_or_default();
                let length = format!("ETag: {etag}\r\nContent-Length: {}\r\n", body.len());
                tls.write_all(head(&length).as_bytes()).await?;
                tls.write_all(&body).await?;
            }
            _ => {
                let head = format!("HTTP/1.1 {status} No\r\nContent-Length: 0\r\n\r\n");
                tls.write_all(head.as_bytes()).await?;
            }
        }
        tls.flush().await?;
    }
}

/// False where whoever asked has gone.
async fn read_head(from: &mut (impl AsyncRead + Unpin), head: &mut Vec<u8>) -> io::Result<bool> {
    head.clear();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        if from.read(&mut byte).await? == 0 || head.len() > 16_000 {
            return Ok(false);
        }
        head.push(byte[0]);
    }
    Ok(true)
}

/// Counts what passes on the wire.
struct Counted {
    stream: TcpStream,
    state: Arc<State>,
}

impl Counted {
    fn add(&self, count: usize) {
        self.state.bytes.fetch_add(count as u64, Ordering::SeqCst);
    }
}

impl AsyncRead for Counted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = into.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, into);
        self.add(into.filled().len() - before);
        read
    }
}

impl AsyncWrite for Counted {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        if let Poll::Ready(Ok(count)) = written {
            self.add(count);
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
