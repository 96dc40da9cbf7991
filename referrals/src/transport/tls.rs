//! TLS 1.2 or later by rustls with aws-lc-rs; there is no switch to weaken it.

use super::{
    mailbox::{Mailbox, Trust},
    outcome::{Failure, SendProblem},
};
use rustls::{
    CertificateError, ClientConfig, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use rustls_platform_verifier::BuilderVerifierExt;
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client::TlsStream};

const VERSIONS: &[&rustls::SupportedProtocolVersion] =
    &[&rustls::version::TLS13, &rustls::version::TLS12];

/// Shakes hands and verifies the certificate for the mailbox's host name.
pub async fn handshake(
    stream: TcpStream,
    mailbox: &Mailbox,
) -> Result<TlsStream<TcpStream>, Failure> {
    let unusable = Failure::Stopped(SendProblem::MailboxUnusable);
    let config = client_config(&mailbox.trust).ok_or(unusable)?;
    let name = ServerName::try_from(mailbox.host.clone()).map_err(|_| unusable)?;
    TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await
        .map_err(|error| failure(&error))
}

fn client_config(trust: &Trust) -> Option<ClientConfig> {
    let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_protocol_versions(VERSIONS)
        .ok()?;
    match trust {
        Trust::OperatingSystem => {
            Some(builder.with_platform_verifier().ok()?.with_no_client_auth())
        }
        Trust::DemonstrationAuthority { pem } => {
            let mut roots = RootCertStore::empty();
            for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
                roots.add(certificate.ok()?).ok()?;
            }
            Some(builder.with_root_certificates(roots).with_no_client_auth())
        }
    }
}

/// From the typed error inside, never from its words.
fn failure(error: &std::io::Error) -> Failure {
    let Some(inner) = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<rustls::Error>())
    else {
        return Failure::Lost;
    };
    let problem = match inner {
        rustls::Error::InvalidCertificate(reason) => match reason {
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                SendProblem::CertificateExpired
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                SendProblem::CertificateWrongHost
            }
            CertificateError::UnknownIssuer | CertificateError::BadSignature => {
                SendProblem::CertificateUnknownIssuer
            }
            _ => SendProblem::Certificate,
        },
        _ => SendProblem::Tls,
    };
    Failure::Stopped(problem)
}
