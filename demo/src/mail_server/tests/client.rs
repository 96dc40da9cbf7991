//! A client that says what it is told to, right or wrong, and hears every byte of the reply.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::time_provider::TimeProvider;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

trait Transport: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Transport for T {}

/// A test that hangs fails after this long; none of them waits for it.
const FAR_TOO_LONG: Duration = Duration::from_mins(1);

pub(super) struct Client {
    plain: Option<TcpStream>,
    tls: Option<Box<dyn Transport>>,
    unread: Vec<u8>,
}

/// The tests' clock: certificates are checked at the same time as they were made for.
#[derive(Debug)]
struct TestTime;

impl TimeProvider for TestTime {
    fn current_time(&self) -> Option<UnixTime> {
        let seconds = u64::try_from(super::now().as_second()).unwrap();
        Some(UnixTime::since_unix_epoch(Duration::from_secs(seconds)))
    }
}

impl Client {
    /// Connected, nothing read.
    pub(super) async fn open(port: u16) -> Self {
        Self {
            plain: Some(TcpStream::connect(("127.0.0.1", port)).await.unwrap()),
            tls: None,
            unread: Vec::new(),
        }
    }

    /// Connected, with the banner read.
    pub(super) async fn connect(port: u16) -> Self {
        let mut client = Self::open(port).await;
        let banner = client.hear().await.unwrap();
        assert!(banner.starts_with("220 "), "{banner}");
        client
    }

    pub(super) async fn start_tls(&mut self, ca_pem: &str) -> io::Result<()> {
        let offer = self.say("EHLO practice.example").await;
        assert!(offer.contains("STARTTLS"), "{offer}");
        let reply = self.say("STARTTLS").await;
        assert!(reply.starts_with("220 "), "{reply}");
        self.handshake(ca_pem).await
    }

    pub(super) async fn handshake(&mut self, ca_pem: &str) -> io::Result<()> {
        let mut roots = RootCertStore::empty();
        roots
            .add(CertificateDer::from_pem_slice(ca_pem.as_bytes()).unwrap())
            .unwrap();
        let config =
            ClientConfig::builder_with_details(crate::certificates::provider(), Arc::new(TestTime))
                .with_safe_default_protocol_versions()
                .unwrap()
                .with_root_certificates(roots)
                .with_no_client_auth();
        let host = ServerName::try_from("localhost").unwrap();
        let plain = self.plain.take().unwrap();
        let tls = TlsConnector::from(Arc::new(config))
            .connect(host, plain)
            .await?;
        self.tls = Some(Box::new(tls));
        Ok(())
    }

    pub(super) async fn sign_in(&mut self, name: &str, password: &str) -> String {
        let secret = STANDARD.encode(format!("\0{name}\0{password}"));
        self.say(&format!("AUTH PLAIN {secret}")).await
    }

    /// Says a line and gives the whole reply.
    pub(super) async fn say(&mut self, line: &str) -> String {
        self.send(format!("{line}\r\n").as_bytes()).await.unwrap();
        self.hear().await.unwrap()
    }

    pub(super) async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        let transport = self.transport();
        transport.write_all(bytes).await?;
        transport.flush().await
    }

    /// One whole reply, of one line or several, without the last CRLF.
    pub(super) async fn hear(&mut self) -> io::Result<String> {
        let mut reply = String::new();
        loop {
            while let Some(at) = self.unread.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.unread.drain(..=at).collect();
                let line = String::from_utf8_lossy(&line).into_owned();
                reply.push_str(&line);
                if line.as_bytes().get(3) != Some(&b'-') {
                    return Ok(reply.trim_end().to_owned());
                }
            }
            if self.hear_some().await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }

    /// Everything until the connection ends, and how it ended.
    pub(super) async fn hear_all(&mut self) -> (Vec<u8>, io::Result<()>) {
        loop {
            match self.hear_some().await {
                Ok(0) => return (std::mem::take(&mut self.unread), Ok(())),
                Ok(_) => {}
                Err(e) => return (std::mem::take(&mut self.unread), Err(e)),
            }
        }
    }

    /// What one read gives; how much it was.
    pub(super) async fn hear_some(&mut self) -> io::Result<usize> {
        let mut chunk = [0; 4096];
        let read = self.transport().read(&mut chunk);
        let count = tokio::time::timeout(FAR_TOO_LONG, read)
            .await
            .expect("the server said nothing for a minute")?;
        self.unread.extend_from_slice(&chunk[..count]);
        Ok(count)
    }

    pub(super) fn unread(&self) -> &[u8] {
        &self.unread
    }

    /// Says that nothing more will be said, and goes on listening.
    pub(super) async fn stop_talking(&mut self) {
        self.transport().shutdown().await.unwrap();
    }

    fn transport(&mut self) -> &mut dyn Transport {
        match (&mut self.tls, &mut self.plain) {
            (Some(tls), _) => tls.as_mut(),
            (None, Some(plain)) => plain,
            (None, None) => panic!("the connection is gone"),
        }
    }
}
