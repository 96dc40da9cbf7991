//! Reading a mailbox of the peer by IMAP over TLS, with the certificate checked.

use std::sync::Arc;

use async_imap::imap_proto::{AttributeValue, Response, Status};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::{MailPeerError, PeerAccount};

/// The messages of the INBOX as they are, by EXAMINE and PEEK, so that none is marked as read.
pub(super) async fn inbox(
    port: u16,
    ca_pem: &str,
    account: PeerAccount,
) -> Result<Vec<Vec<u8>>, MailPeerError> {
    let mut client = async_imap::Client::new(connect(port, ca_pem).await?);
    client.read_response().await?;
    let mut session = client
        .login(account.address, account.password)
        .await
        .map_err(|(e, _)| e)?;
    let count = session.examine("INBOX").await?.exists;
    let mut messages = Vec::new();
    if count > 0 {
        let tag = session.run_command("FETCH 1:* BODY.PEEK[]").await?;
        while let Some(response) = session.read_response().await? {
            match response.parsed() {
                Response::Fetch(_, attributes) => messages.extend(bodies(attributes)),
                Response::Done {
                    tag: done, status, ..
                } if *done == tag => match status {
                    Status::Ok => break,
                    other => return Err(MailPeerError::ImapReply(format!("{other:?}"))),
                },
                _ => {}
            }
        }
    }
    session.logout().await?;
    Ok(messages)
}

fn bodies(attributes: &[AttributeValue<'_>]) -> impl Iterator<Item = Vec<u8>> {
    attributes.iter().filter_map(|attribute| match attribute {
        AttributeValue::BodySection {
            data: Some(data), ..
        } => Some(data.to_vec()),
        _ => None,
    })
}

async fn connect(port: u16, ca_pem: &str) -> Result<TlsStream<TcpStream>, MailPeerError> {
    let not_pem = |_| MailPeerError::ImapReply("the authority is not PEM".to_owned());
    let not_tls = |e: rustls::Error| MailPeerError::ImapReply(e.to_string());
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(ca_pem.as_bytes()).map_err(not_pem)?)
        .map_err(not_tls)?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(not_tls)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let host =
        ServerName::try_from("localhost").map_err(|e| MailPeerError::ImapReply(e.to_string()))?;
    let tcp = TcpStream::connect(("127.0.0.1", port)).await?;
    Ok(TlsConnector::from(Arc::new(config))
        .connect(host, tcp)
        .await?)
}
