//! A real SMTP submission server on loopback: it takes mail from its own accounts for made-up addresses, and keeps it for reading.
//!
//! It speaks RFC 5321 with STARTTLS (RFC 3207), AUTH (RFC 4954), SIZE (RFC 1870), SMTPUTF8 (RFC 6531) and the parameters of DSN
//! (RFC 3461), and listens for TLS from the first byte besides (RFC 8314). Nothing it takes leaves the computer. A test can tell it
//! to misbehave ([`Faults`]) and see how far each connection came ([`Records`]). TLS below 1.2 is the one fault it cannot play:
//! rustls has no such thing.

mod command;
mod fault;
mod mailbox;
mod record;
mod reply;
mod session;
mod sign_in;
mod wire;

#[cfg(test)]
mod tests;

use std::io;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rustls::ServerConfig;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use crate::certificates::{CertificateError, LoopbackCertificates};

pub use fault::{Cut, Fault, Faults, Misbehaviour, Moment};
pub use mailbox::{Attachment, Envelope, KeptMessage, Mailbox};
pub use record::{ConnectionRecord, Phase, Records};
pub use sign_in::Account;

use record::Recorder;
use reply::Reply;
use session::Session;
use wire::Wire;

/// What tells the server the time of a message.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

#[derive(Clone, Debug)]
pub struct Limits {
    pub message_bytes: usize,
    pub recipients: usize,
    pub connections: usize,
    /// How long the client may take for each command and each part of a body (RFC 5321 section 4.5.3.2.7: at least 5 minutes).
    pub patience: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            // NHSmail takes attachments of 35 MB in all; a referral is far smaller.
            message_bytes: 35_000_000,
            // RFC 5321 section 4.5.3.1.8: at least 100.
            recipients: 100,
            connections: 256,
            patience: Duration::from_mins(5),
        }
    }
}

#[derive(Clone)]
pub struct MailServerOptions {
    pub mailbox_folder: PathBuf,
    pub certificates: LoopbackCertificates,
    pub accounts: Vec<Account>,
    pub clock: Clock,
    pub limits: Limits,
    /// The port for STARTTLS; 0 lets the system choose, which is the only wise choice but for a server that comes back.
    pub smtp_port: u16,
    /// The port for TLS from the first byte; 0 lets the system choose.
    pub smtps_port: u16,
}

impl MailServerOptions {
    pub fn new(
        mailbox_folder: impl Into<PathBuf>,
        certificates: LoopbackCertificates,
        accounts: Vec<Account>,
        clock: impl Fn() -> Timestamp + Send + Sync + 'static,
    ) -> Self {
        Self {
            mailbox_folder: mailbox_folder.into(),
            certificates,
            accounts,
            clock: Arc::new(clock),
            limits: Limits::default(),
            smtp_port: 0,
            smtps_port: 0,
        }
    }
}

/// Why the server did not start.
#[derive(Debug, thiserror::Error)]
pub enum MailServerError {
    #[error("the mailbox folder could not be opened: {0}")]
    Mailbox(io::Error),
    #[error("no port of this computer could be listened on: {0}")]
    Listen(io::Error),
    #[error(transparent)]
    Certificate(#[from] CertificateError),
}

/// What all sessions of one server share.
struct Server {
    mailbox: Mailbox,
    tls: Arc<ServerConfig>,
    accounts: Vec<Account>,
    clock: Clock,
    limits: Limits,
    faults: Faults,
}

pub struct MailServer;

impl MailServer {
    /// Starts on the current tokio runtime; the server listens when this returns.
    pub async fn start(options: MailServerOptions) -> Result<RunningMailServer, MailServerError> {
        let mailbox = Mailbox::open(options.mailbox_folder).map_err(MailServerError::Mailbox)?;
        let faults = Faults::default();
        let server = Server {
            mailbox: mailbox.clone(),
            tls: options.certificates.leaf.server_config()?,
            accounts: options.accounts,
            clock: options.clock,
            limits: options.limits,
            faults: faults.clone(),
        };
        let (starttls, starttls_port) = listen(options.smtp_port).await?;
        let (implicit_tls, implicit_tls_port) = listen(options.smtps_port).await?;
        let (recorder, records) = Recorder::new();
        let accepting = tokio::spawn(accept(Arc::new(server), starttls, implicit_tls, recorder));
        Ok(RunningMailServer {
            smtp_port: starttls_port,
            smtps_port: implicit_tls_port,
            ca_pem: options.certificates.ca_pem,
            mailbox,
            faults,
            records,
            accepting,
        })
    }
}

/// The server while it runs; it and its connections end when this is dropped.
#[derive(Debug)]
pub struct RunningMailServer {
    pub smtp_port: u16,
    pub smtps_port: u16,
    /// What a client must trust.
    pub ca_pem: String,
    mailbox: Mailbox,
    faults: Faults,
    records: Records,
    accepting: JoinHandle<()>,
}

impl RunningMailServer {
    pub fn mailbox(&self) -> &Mailbox {
        &self.mailbox
    }

    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    pub fn records(&self) -> &Records {
        &self.records
    }

    /// Ends all connections and waits until the ports are free.
    pub async fn shutdown(mut self) {
        self.accepting.abort();
        // The only error is the cancelling that was just asked for.
        let _ = (&mut self.accepting).await;
    }
}

impl Drop for RunningMailServer {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn listen(port: u16) -> Result<(TcpListener, u16), MailServerError> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .await
        .map_err(MailServerError::Listen)?;
    let port = listener
        .local_addr()
        .map_err(MailServerError::Listen)?
        .port();
    Ok((listener, port))
}

/// Owns every session, so that they end with it.
async fn accept(
    server: Arc<Server>,
    starttls: TcpListener,
    implicit_tls: TcpListener,
    recorder: Recorder,
) {
    let mut sessions = JoinSet::new();
    loop {
        let (accepted, begins_with_tls) = tokio::select! {
            accepted = starttls.accept() => (accepted, false),
            accepted = implicit_tls.accept() => (accepted, true),
            Some(_) = sessions.join_next() => continue,
        };
        // No reason to stop: the connection was gone already, or there are no more files to be had until one ends.
        let Ok((tcp, _)) = accepted else {
            sessions.join_next().await;
            continue;
        };
        if sessions.len() >= server.limits.connections {
            turn_away(&tcp);
            continue;
        }
        let record = recorder.connected();
        let faults = server.faults.for_connection(record.number);
        let wire = Wire::new(tcp, server.limits.patience);
        let session = Session::new(wire, Arc::clone(&server), faults, record);
        sessions.spawn(session.run(begins_with_tls));
    }
}

/// The reply fits into any socket's buffer, so there is nothing to wait for.
fn turn_away(tcp: &TcpStream) {
    let _ = tcp.try_write(&Reply::TOO_MANY_CONNECTIONS.to_bytes());
}
