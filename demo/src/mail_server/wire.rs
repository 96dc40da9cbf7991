//! The bytes of one connection: lines and bodies in, replies out, with limits and time limits, in plaintext and in TLS.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use rustls::ServerConfig;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::fault::Cut;

const CRLF: &[u8] = b"\r\n";
/// A text line of a message is at most 1000 octets with its CRLF (RFC 5321 section 4.5.3.1.6).
const TEXT_LINE_BYTES: usize = 998;
/// How long a client may take to leave after the server's last word.
const GOODBYE: Duration = Duration::from_secs(5);
/// How much of an overlong command line is read on to find its end.
const OVERLONG_FACTOR: usize = 16;

/// Why a conversation is over.
#[derive(Debug)]
pub(super) enum Ended {
    /// The client went, or the network did.
    Gone,
    TimedOut,
    /// The server ended it: after QUIT, too many errors, or a fault.
    ByServer,
}

impl From<io::Error> for Ended {
    fn from(_: io::Error) -> Self {
        Self::Gone
    }
}

pub(super) enum Line {
    Whole(Vec<u8>),
    TooLong,
    /// It ended in LF without CR, or had a CR inside (RFC 5321 section 2.3.8 forbids both).
    Malformed,
}

/// A message body as it came, without the dots that SMTP stuffed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Body {
    pub bytes: Vec<u8>,
    pub too_big: bool,
    pub has_long_line: bool,
    /// A CR or LF by itself: two servers can disagree about where such a message ends, which lets a second one be smuggled in.
    pub has_bare_cr_or_lf: bool,
}

pub(super) enum BodyRead {
    Whole(Body),
    /// The caller wanted to be told after so many bytes.
    StoppedAtByte,
    /// So far beyond the size limit that reading on is pointless.
    FarTooBig,
}

enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

pub(super) struct Wire {
    /// Empty only while the handshake has it, and after the end.
    stream: Option<Stream>,
    read_ahead: Vec<u8>,
    patience: Duration,
}

impl Wire {
    pub(super) fn new(tcp: TcpStream, patience: Duration) -> Self {
        Self {
            stream: Some(Stream::Plain(tcp)),
            read_ahead: Vec::new(),
            patience,
        }
    }

    pub(super) fn is_encrypted(&self) -> bool {
        matches!(self.stream, Some(Stream::Tls(_)))
    }

    pub(super) async fn write(&mut self, bytes: &[u8]) -> Result<(), Ended> {
        let patience = self.patience;
        let write = async {
            match self.stream.as_mut().ok_or(Ended::Gone)? {
                Stream::Plain(tcp) => tcp.write_all(bytes).await?,
                Stream::Tls(tls) => {
                    tls.write_all(bytes).await?;
                    tls.flush().await?;
                }
            }
            Ok(())
        };
        timeout(patience, write)
            .await
            .unwrap_or(Err(Ended::TimedOut))
    }

    pub(super) async fn read_line(&mut self, limit: usize) -> Result<Line, Ended> {
        let mut searched = 0;
        let mut too_long = false;
        loop {
            let unread = self.read_ahead.get(searched..).unwrap_or_default();
            if let Some(at) = unread.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.read_ahead.drain(..=searched + at).collect();
                if too_long || line.len() > limit {
                    return Ok(Line::TooLong);
                }
                return Ok(match line.strip_suffix(CRLF) {
                    Some(line) if !line.contains(&b'\r') => Line::Whole(line.to_vec()),
                    _ => Line::Malformed,
                });
            }
            searched = self.read_ahead.len();
            if searched > limit * OVERLONG_FACTOR {
                return Err(Ended::ByServer);
            }
            too_long = searched > limit;
            self.read_more().await?;
        }
    }

    /// Reads up to CRLF, dot, CRLF (RFC 5321 section 4.1.1.4), and takes one leading dot off each line (section 4.5.2).
    pub(super) async fn read_body(
        &mut self,
        limit: usize,
        stop_at: Option<usize>,
    ) -> Result<BodyRead, Ended> {
        let mut body = Body::default();
        let mut line = Vec::new();
        let mut seen = 0;
        loop {
            let chunk = std::mem::take(&mut self.read_ahead);
            for (at, byte) in chunk.iter().enumerate() {
                if stop_at.is_some_and(|stop| seen >= stop) {
                    return Ok(BodyRead::StoppedAtByte);
                }
                seen += 1;
                line.push(*byte);
                if *byte == b'\n' && line.ends_with(CRLF) {
                    if line == b".\r\n" {
                        self.read_ahead = chunk.get(at + 1..).unwrap_or_default().to_vec();
                        return Ok(BodyRead::Whole(body));
                    }
                    body.take_line(&line, limit);
                    line.clear();
                }
            }
            if stop_at.is_some_and(|stop| seen >= stop) {
                return Ok(BodyRead::StoppedAtByte);
            }
            if seen > limit.saturating_mul(2).saturating_add(1_000_000) {
                return Ok(BodyRead::FarTooBig);
            }
            self.read_more().await?;
        }
    }

    /// Waits for the client's next bytes, and forgets them.
    pub(super) async fn hear_something(&mut self) -> Result<(), Ended> {
        self.read_ahead.clear();
        self.read_more().await
    }

    async fn read_more(&mut self) -> Result<(), Ended> {
        let mut chunk = [0; 8192];
        let read = async {
            match self.stream.as_mut().ok_or(Ended::Gone)? {
                Stream::Plain(tcp) => Ok(tcp.read(&mut chunk).await?),
                Stream::Tls(tls) => Ok::<usize, Ended>(tls.read(&mut chunk).await?),
            }
        };
        let count = timeout(self.patience, read)
            .await
            .unwrap_or(Err(Ended::TimedOut))?;
        match chunk.get(..count) {
            None | Some([]) => Err(Ended::Gone),
            Some(bytes) => {
                self.read_ahead.extend_from_slice(bytes);
                Ok(())
            }
        }
    }

    /// Changes to TLS. What the client sent before it is thrown away unread, or it would be taken for something said in TLS
    /// (RFC 3207 section 6 and CVE-2011-0411).
    pub(super) async fn encrypt(&mut self, config: Arc<ServerConfig>) -> Result<(), Ended> {
        self.read_ahead.clear();
        let Some(Stream::Plain(tcp)) = self.stream.take() else {
            return Err(Ended::Gone);
        };
        let tls = timeout(self.patience, TlsAcceptor::from(config).accept(tcp))
            .await
            .map_err(|_| Ended::TimedOut)??;
        self.stream = Some(Stream::Tls(Box::new(tls)));
        Ok(())
    }

    /// Says nothing and keeps the connection, until the client goes.
    pub(super) async fn stay_silent(&mut self) {
        while !matches!(self.read_to_the_end().await, Ended::Gone) {}
    }

    /// Reads and forgets, until the client goes or is quiet for too long.
    async fn read_to_the_end(&mut self) -> Ended {
        loop {
            self.read_ahead.clear();
            if let Err(end) = self.read_more().await {
                return end;
            }
        }
    }

    pub(super) async fn cut(&mut self, how: Cut) -> Result<(), Ended> {
        match (how, &mut self.stream) {
            (_, None) => {}
            (Cut::Reset, Some(stream)) => {
                tcp(stream).set_zero_linger()?;
                self.stream = None;
            }
            (Cut::Close, Some(stream)) => {
                // Dropping a socket with unread bytes would send RST: so FIN first, then read the rest.
                tcp_mut(stream).shutdown().await?;
                self.read_to_the_end().await;
            }
            (Cut::CloseNotify, Some(_)) => self.close().await,
        }
        Ok(())
    }

    /// An orderly end, after the last reply. What the client still sends is read for a while: an unread byte would turn
    /// the end into a reset, which can overtake the reply.
    pub(super) async fn close(&mut self) {
        self.patience = self.patience.min(GOODBYE);
        let closed = match &mut self.stream {
            Some(Stream::Tls(tls)) => tls.shutdown().await,
            Some(Stream::Plain(tcp)) => tcp.shutdown().await,
            None => return,
        };
        if closed.is_ok() {
            self.read_to_the_end().await;
        }
        self.stream = None;
    }
}

impl Body {
    /// `line` ends in CRLF. Over the limit nothing more is kept.
    fn take_line(&mut self, line: &[u8], limit: usize) {
        let text = line.strip_suffix(CRLF).unwrap_or(line);
        self.has_bare_cr_or_lf |= text.contains(&b'\r') || text.contains(&b'\n');
        self.has_long_line |= text
            .split(|byte| *byte == b'\n')
            .any(|part| part.len() > TEXT_LINE_BYTES);
        let unstuffed = line.strip_prefix(b".").unwrap_or(line);
        if self.bytes.len() + unstuffed.len() > limit {
            self.too_big = true;
            self.bytes.clear();
        }
        if !self.too_big {
            self.bytes.extend_from_slice(unstuffed);
        }
    }
}

fn tcp(stream: &Stream) -> &TcpStream {
    match stream {
        Stream::Plain(tcp) => tcp,
        Stream::Tls(tls) => tls.get_ref().0,
    }
}

fn tcp_mut(stream: &mut Stream) -> &mut TcpStream {
    match stream {
        Stream::Plain(tcp) => tcp,
        Stream::Tls(tls) => tls.get_mut().0,
    }
}
