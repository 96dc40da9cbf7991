//! The real mail peer itself: mail goes in by submission, through Postfix, and comes out of Dovecot by IMAP.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use product_tests::postfix_dovecot::{FULL_SERVICE, MailPeer, PRACTICE, SERVICE};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

const LETTER: &str = "From: referrals@practice.example\r\nTo: pain@service.example\r\nSubject: REF-1\r\n\
    Message-ID: <ref-1@practice.example>\r\n\r\nDear team,\r\n..two dots\r\n.\r\n";

/// The servers and clients check certificates by the computer's clock, so these are made by it.
#[allow(clippy::disallowed_methods)]
fn now() -> Timestamp {
    Timestamp::now()
}

#[tokio::test]
async fn a_letter_goes_through_postfix_and_is_read_back_by_imap() {
    let folder = tempfile::tempdir().unwrap();
    let peer = MailPeer::start(folder.path(), now()).await.unwrap();
    assert!(peer.inbox(SERVICE).await.unwrap().is_empty());

    let plain = plain(PRACTICE.address, PRACTICE.password);
    let accepted = send(&peer, &plain, SERVICE.address).await.unwrap();
    let queue_id = queue_id_in(&accepted);
    assert_eq!(peer.outcome(&queue_id).await.unwrap(), "sent");
    let inbox = peer.inbox(SERVICE).await.unwrap();
    assert_eq!(inbox.len(), 1);
    let text = String::from_utf8(inbox[0].clone()).unwrap();
    assert!(
        text.ends_with("\r\n\r\nDear team,\r\n.two dots\r\n"),
        "{text}"
    );
    assert_eq!(peer.queue_id(&inbox[0], PRACTICE), Some(queue_id));
    // The proof can fail: a letter that says so itself did not come through this Postfix.
    let forged = "Received: from a by b (Postfix) with ESMTPSA id 4F00D; now\r\n\r\n";
    assert_eq!(peer.queue_id(forged.as_bytes(), PRACTICE), None);
    assert_eq!(peer.queue_id(&inbox[0], SERVICE), None);

    let token = xoauth2(PRACTICE.address, PRACTICE.token);
    let accepted = send(&peer, &token, SERVICE.address).await.unwrap();
    peer.outcome(&queue_id_in(&accepted)).await.unwrap();
    assert_eq!(peer.inbox(SERVICE).await.unwrap().len(), 2);
}

#[tokio::test]
async fn the_peer_refuses_what_a_real_server_refuses_and_bounces_to_the_sender() {
    let folder = tempfile::tempdir().unwrap();
    let peer = MailPeer::start(folder.path(), now()).await.unwrap();
    let plain_wrong = plain(PRACTICE.address, "wrong");
    let refused = send(&peer, &plain_wrong, SERVICE.address).await;
    assert!(refused.unwrap_err().starts_with("535 "));
    // A real 334 challenge: the reason comes first, the 535 after an empty line.
    let token = xoauth2(PRACTICE.address, "old");
    let refused = send(&peer, &token, SERVICE.address).await;
    assert!(refused.unwrap_err().starts_with("334 "));
    let other = plain(SERVICE.address, SERVICE.password);
    let refused = send(&peer, &other, SERVICE.address).await;
    assert!(refused.unwrap_err().starts_with("553 "));
    let good = plain(PRACTICE.address, PRACTICE.password);
    let refused = send(&peer, &good, "nobody@service.example").await;
    assert!(refused.unwrap_err().starts_with("550 5.1.1"));
    let refused = send(&peer, &good, "pain@elsewhere.example").await;
    assert!(
        refused
            .unwrap_err()
            .contains("no mail leaves the test peer")
    );

    let accepted = send(&peer, &good, FULL_SERVICE.address).await.unwrap();
    assert_eq!(
        peer.outcome(&queue_id_in(&accepted)).await.unwrap(),
        "bounced"
    );
    let bounce = bounce_id(&peer, &queue_id_in(&accepted));
    assert_eq!(peer.outcome(&bounce).await.unwrap(), "sent");
    let inbox = peer.inbox(PRACTICE).await.unwrap();
    let report = String::from_utf8_lossy(inbox.last().unwrap()).into_owned();
    assert!(report.contains("report-type=delivery-status"), "{report}");
    assert!(report.contains("Original-Envelope-Id: REF-1"), "{report}");
    assert!(peer.inbox(SERVICE).await.unwrap().is_empty());
}

/// The queue id of the report about this message, from the log line that Postfix writes when it makes one.
fn bounce_id(peer: &MailPeer, queue_id: &str) -> String {
    let about = format!("{queue_id}: sender non-delivery notification: ");
    let log = peer.postfix_log();
    let line = log.iter().find(|line| line.contains(&about)).unwrap();
    line.rsplit(' ').next().unwrap().to_owned()
}

fn queue_id_in(accepted: &str) -> String {
    accepted.rsplit(' ').next().unwrap().to_owned()
}

fn plain(name: &str, password: &str) -> String {
    format!("PLAIN {}", STANDARD.encode(format!("\0{name}\0{password}")))
}

fn xoauth2(name: &str, token: &str) -> String {
    let text = format!("user={name}\u{1}auth=Bearer {token}\u{1}\u{1}");
    format!("XOAUTH2 {}", STANDARD.encode(text))
}

/// Submits the letter over STARTTLS. The reply to the letter, or the first reply that refuses.
async fn send(peer: &MailPeer, sign_in: &str, to: &str) -> Result<String, String> {
    let mut plain = BufReader::new(connect(peer.submission_port).await);
    hear(&mut plain, '2').await?;
    say(&mut plain, "EHLO practice.example", '2').await?;
    say(&mut plain, "STARTTLS", '2').await?;
    assert!(plain.buffer().is_empty());
    let host = ServerName::try_from("localhost").unwrap();
    let tls = connector(&peer.ca_pem).connect(host, plain.into_inner());
    let mut tls = BufReader::new(tls.await.unwrap());
    say(&mut tls, "EHLO practice.example", '2').await?;
    say(&mut tls, &format!("AUTH {sign_in}"), '2').await?;
    let from = format!("MAIL FROM:<{}> RET=HDRS ENVID=REF-1", PRACTICE.address);
    say(&mut tls, &from, '2').await?;
    say(&mut tls, &format!("RCPT TO:<{to}> NOTIFY=FAILURE"), '2').await?;
    say(&mut tls, "DATA", '3').await?;
    let accepted = say(&mut tls, LETTER.trim_end(), '2').await?;
    say(&mut tls, "QUIT", '2').await?;
    Ok(accepted)
}

async fn connect(port: u16) -> TcpStream {
    TcpStream::connect(("127.0.0.1", port)).await.unwrap()
}

fn connector(ca_pem: &str) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    let authority = CertificateDer::from_pem_slice(ca_pem.as_bytes()).unwrap();
    roots.add(authority).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    TlsConnector::from(Arc::new(config))
}

async fn say<S>(stream: &mut BufReader<S>, line: &str, good: char) -> Result<String, String>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let line = format!("{line}\r\n");
    stream.write_all(line.as_bytes()).await.unwrap();
    stream.flush().await.unwrap();
    hear(stream, good).await
}

async fn hear<S>(stream: &mut BufReader<S>, good: char) -> Result<String, String>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.unwrap();
        let line = line.trim_end().to_owned();
        if line.as_bytes().get(3) != Some(&b'-') {
            return if line.starts_with(good) {
                Ok(line)
            } else {
                Err(line)
            };
        }
    }
}
