//! Files over https: certificates by rustls with aws-lc-rs, no redirect to another host, and an answer that is too long or too slow is dropped.

use super::{Answer, Authorities, Inner, TransferError, TransferLimits};
use reqwest::{Client, Response, StatusCode, header, redirect::Policy};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, pem::PemObject},
};
use rustls_platform_verifier::BuilderVerifierExt;
use std::{error::Error, sync::Arc, time::Duration};
use tokio::time::{Instant, timeout_at};
use url::Url;

const VERSIONS: &[&rustls::SupportedProtocolVersion] =
    &[&rustls::version::TLS13, &rustls::version::TLS12];
const MOST_REDIRECTS: usize = 3;

pub(super) fn client(
    authorities: &Authorities,
    limits: &TransferLimits,
) -> Result<Client, TransferError> {
    let tls = tls(authorities).ok_or(TransferError::Certificate)?;
    let mut builder = Client::builder()
        .tls_backend_preconfigured(tls)
        .https_only(true)
        .redirect(same_host())
        .referer(false)
        .connect_timeout(limits.connect)
        .user_agent("Onward");
    if matches!(authorities, Authorities::Only { .. }) {
        // On this computer: a proxy could not reach it.
        builder = builder.no_proxy();
    }
    builder.build().map_err(|_| TransferError::NoConnection)
}

fn tls(authorities: &Authorities) -> Option<ClientConfig> {
    let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_protocol_versions(VERSIONS)
        .ok()?;
    Some(match authorities {
        Authorities::OperatingSystem => {
            builder.with_platform_verifier().ok()?.with_no_client_auth()
        }
        Authorities::Only { pem } => {
            let mut roots = RootCertStore::empty();
            for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
                roots.add(certificate.ok()?).ok()?;
            }
            builder.with_root_certificates(roots).with_no_client_auth()
        }
    })
}

/// A host may move its files about, and no further: whoever answers elsewhere was not chosen by the practice.
fn same_host() -> Policy {
    Policy::custom(|attempt| {
        let stays = attempt.previous().first().is_some_and(|first| {
            let next = attempt.url();
            next.scheme() == "https"
                && first.host_str() == next.host_str()
                && first.port_or_known_default() == next.port_or_known_default()
        });
        if stays && attempt.previous().len() <= MOST_REDIRECTS {
            attempt.follow()
        } else {
            attempt.error("elsewhere")
        }
    })
}

pub(super) async fn get(
    client: &Client,
    url: Url,
    path: &str,
    cap: u64,
    etag: Option<&str>,
    of: &Inner,
) -> Result<Answer, TransferError> {
    let mut request = client.get(url);
    if let Some(etag) = etag {
        request = request.header(header::IF_NONE_MATCH, etag);
    }
    let response = timeout_at(within(of, of.limits.silence), request.send())
        .await
        .map_err(|_| too_late(of))?
        .map_err(|error| of_error(&error))?;
    match response.status() {
        StatusCode::NOT_MODIFIED if etag.is_some() => return Ok(Answer::Unchanged),
        StatusCode::OK => {}
        // Some hosts of static files say "forbidden" of what is not there.
        StatusCode::NOT_FOUND | StatusCode::FORBIDDEN | StatusCode::GONE => {
            return Err(TransferError::NotFound(path.to_owned()));
        }
        // To where no https client goes.
        other if other.is_redirection() => return Err(TransferError::Redirected),
        other => return Err(TransferError::Status(other.as_u16())),
    }
    let etag = response
        .headers()
        .get(header::ETAG)
        .and_then(|etag| etag.to_str().ok())
        .filter(|etag| etag.len() <= 200)
        .map(str::to_owned);
    let bytes = body(response, path, cap, of).await?;
    Ok(Answer::Bytes { bytes, etag })
}

async fn body(
    mut response: Response,
    path: &str,
    cap: u64,
    of: &Inner,
) -> Result<Vec<u8>, TransferError> {
    if response.content_length().is_some_and(|length| length > cap) {
        return Err(TransferError::TooLong {
            path: path.to_owned(),
            cap,
        });
    }
    let began = Instant::now();
    let mut bytes = Vec::new();
    loop {
        let chunk = timeout_at(within(of, of.limits.silence), response.chunk())
            .await
            .map_err(|_| too_late(of))?
            .map_err(|error| of_error(&error))?;
        let Some(chunk) = chunk else {
            return Ok(bytes);
        };
        bytes.extend_from_slice(&chunk);
        of.count(path, chunk.len(), bytes.len() as u64, cap)?;
        let lasted = began.elapsed();
        let least = of
            .limits
            .least_bytes_per_second
            .saturating_mul(lasted.as_secs().max(1));
        if lasted > of.limits.speed_counts_after && (bytes.len() as u64) < least {
            return Err(TransferError::TooSlow);
        }
    }
}

fn within(of: &Inner, silence: Duration) -> Instant {
    of.deadline.min(Instant::now() + silence)
}

fn too_late(of: &Inner) -> TransferError {
    if Instant::now() >= of.deadline {
        TransferError::DeadlinePassed
    } else {
        TransferError::TooSlow
    }
}

/// From the typed errors inside, never from their words.
fn of_error(error: &reqwest::Error) -> TransferError {
    if error.is_redirect() {
        return TransferError::Redirected;
    }
    if error.source().is_some_and(refused_certificate) {
        return TransferError::Certificate;
    }
    if error.is_connect() {
        TransferError::NoConnection
    } else if error.is_timeout() {
        TransferError::TooSlow
    } else {
        TransferError::BrokenOff
    }
}

/// TLS errors lie inside errors of input and output, which lie inside others.
fn refused_certificate(error: &(dyn Error + 'static)) -> bool {
    if let Some(tls) = error.downcast_ref::<rustls::Error>() {
        return matches!(tls, rustls::Error::InvalidCertificate(_));
    }
    let inside = error
        .downcast_ref::<std::io::Error>()
        .and_then(|io| io.get_ref());
    inside.is_some_and(|inside| refused_certificate(inside))
        || error.source().is_some_and(refused_certificate)
}
