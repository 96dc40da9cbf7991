//! The demonstration's own certificate authority, and the certificates it gives to a server on loopback.
//!
//! The authority can sign for `localhost` and 127.0.0.0/8 only (RFC 5280 section 4.2.1.10, name constraints), and its key is
//! never written down: a computer that trusts it by mistake cannot be lied to about any other host.

use std::fmt;
use std::fs;
use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DnType, ExtendedKeyUsagePurpose,
    GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose, NameConstraints, SanType,
};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::sign::CertifiedKey;
use rustls::{RootCertStore, ServerConfig};

const DAY: SignedDuration = SignedDuration::from_hours(24);
/// A leaf lives a year, so that a demonstration shown now and then keeps its certificates.
const LEAF_LIFE: SignedDuration = SignedDuration::from_hours(24 * 365);
const AUTHORITY_LIFE: SignedDuration = SignedDuration::from_hours(24 * 366);
/// Saved certificates that end within this time are made anew, so that none expires while the demonstration is open.
const RENEW_BEFORE: SignedDuration = SignedDuration::from_hours(24 * 7);

const AUTHORITY_FILE: &str = "ca.pem";
const CHAIN_FILE: &str = "server.pem";
const KEY_FILE: &str = "server.key";

/// Why certificates could not be made, read or saved.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    #[error("the certificate could not be made: {0}")]
    Making(#[from] rcgen::Error),
    #[error("the certificate cannot be used for TLS: {0}")]
    Tls(#[from] rustls::Error),
    #[error("the certificate file could not be read or written: {0}")]
    File(#[from] io::Error),
    #[error("the certificate file is not PEM")]
    NotPem,
    #[error("the time {0} is outside what a certificate can say")]
    Time(Timestamp),
}

/// A certificate with its key, as a server presents it.
#[derive(Clone)]
pub struct Leaf {
    chain_pem: String,
    key_pem: String,
}

impl fmt::Debug for Leaf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Leaf(‹redacted›)")
    }
}

impl Leaf {
    pub fn chain_pem(&self) -> &str {
        &self.chain_pem
    }

    /// The private key, for servers that read it from a file.
    pub fn key_pem(&self) -> &str {
        &self.key_pem
    }

    /// What rustls needs to serve this certificate over TLS 1.2 and 1.3.
    pub fn server_config(&self) -> Result<Arc<ServerConfig>, CertificateError> {
        let config = ServerConfig::builder_with_provider(provider())
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])?
            .with_no_client_auth()
            .with_single_cert(self.chain()?, self.key()?)?;
        Ok(Arc::new(config))
    }

    /// Writes the chain and the key, each readable by its owner only.
    pub fn save(&self, chain: &Path, key: &Path) -> Result<(), CertificateError> {
        save_privately(key, &self.key_pem)?;
        save_privately(chain, &self.chain_pem)?;
        Ok(())
    }

    fn chain(&self) -> Result<Vec<CertificateDer<'static>>, CertificateError> {
        certificates(&self.chain_pem)
    }

    fn key(&self) -> Result<PrivateKeyDer<'static>, CertificateError> {
        PrivateKeyDer::from_pem_slice(self.key_pem.as_bytes()).map_err(|_| CertificateError::NotPem)
    }
}

/// An authority that can sign while it is in memory.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate_pem: String,
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Authority(‹redacted›)")
    }
}

impl Authority {
    pub fn new(now: Timestamp) -> Result<Self, CertificateError> {
        Self::named("Onward demonstration, loopback only", now)
    }

    fn named(name: &str, now: Timestamp) -> Result<Self, CertificateError> {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.name_constraints = Some(NameConstraints {
            permitted_subtrees: vec![
                GeneralSubtree::DnsName("localhost".to_owned()),
                GeneralSubtree::IpAddress(CidrSubnet::V4([127, 0, 0, 0], [255, 0, 0, 0])),
            ],
            excluded_subtrees: Vec::new(),
        });
        set_validity(&mut params, now, -DAY, AUTHORITY_LIFE)?;
        let key = KeyPair::generate()?;
        let certificate_pem = params.self_signed(&key)?.pem();
        Ok(Self {
            issuer: Issuer::new(params, key),
            certificate_pem,
        })
    }

    /// The authority's certificate: what a client is told to trust.
    pub fn ca_pem(&self) -> &str {
        &self.certificate_pem
    }

    /// The good one: for `localhost` and 127.0.0.1, from yesterday for a year.
    pub fn loopback(&self, now: Timestamp) -> Result<Leaf, CertificateError> {
        self.leaf(&["localhost"], now, -DAY, LEAF_LIFE)
    }

    /// A valid certificate for another host, which a client must refuse at `localhost`.
    pub fn wrong_host(&self, now: Timestamp) -> Result<Leaf, CertificateError> {
        self.sign(leaf_params(&["elsewhere.localhost"])?, now, -DAY, LEAF_LIFE)
    }

    /// A certificate for `localhost` that ended yesterday.
    pub fn expired(&self, now: Timestamp) -> Result<Leaf, CertificateError> {
        self.leaf(&["localhost"], now, -DAY * 2, -DAY)
    }

    fn leaf(
        &self,
        names: &[&str],
        now: Timestamp,
        from: SignedDuration,
        until: SignedDuration,
    ) -> Result<Leaf, CertificateError> {
        let mut params = leaf_params(names)?;
        params
            .subject_alt_names
            .push(SanType::IpAddress(IpAddr::V4(Ipv4Addr::LOCALHOST)));
        self.sign(params, now, from, until)
    }

    fn sign(
        &self,
        mut params: CertificateParams,
        now: Timestamp,
        from: SignedDuration,
        until: SignedDuration,
    ) -> Result<Leaf, CertificateError> {
        set_validity(&mut params, now, from, until)?;
        let key = KeyPair::generate()?;
        Ok(Leaf {
            chain_pem: params.signed_by(&key, &self.issuer)?.pem(),
            key_pem: key.serialize_pem(),
        })
    }
}

/// A certificate for `localhost` by an authority that nobody was told of.
pub fn unknown_issuer(now: Timestamp) -> Result<Leaf, CertificateError> {
    Authority::named("Nobody you know", now)?.loopback(now)
}

/// What a server on loopback presents, and what its clients trust.
#[derive(Clone, Debug)]
pub struct LoopbackCertificates {
    pub ca_pem: String,
    pub leaf: Leaf,
}

impl LoopbackCertificates {
    /// New certificates, in memory only.
    pub fn new(now: Timestamp) -> Result<Self, CertificateError> {
        let authority = Authority::new(now)?;
        Ok(Self {
            leaf: authority.loopback(now)?,
            ca_pem: authority.certificate_pem,
        })
    }

    /// The certificates kept in `folder`, or new ones when there are none or they no longer hold.
    pub fn open(folder: &Path, now: Timestamp) -> Result<Self, CertificateError> {
        match Self::load(folder) {
            Ok(kept) if kept.hold(now).is_ok() => Ok(kept),
            _ => {
                let new = Self::new(now)?;
                new.save(folder)?;
                Ok(new)
            }
        }
    }

    pub fn save(&self, folder: &Path) -> Result<(), CertificateError> {
        create_private_folder(folder)?;
        self.leaf
            .save(&folder.join(CHAIN_FILE), &folder.join(KEY_FILE))?;
        save_privately(&folder.join(AUTHORITY_FILE), &self.ca_pem)?;
        Ok(())
    }

    fn load(folder: &Path) -> Result<Self, CertificateError> {
        Ok(Self {
            ca_pem: fs::read_to_string(folder.join(AUTHORITY_FILE))?,
            leaf: Leaf {
                chain_pem: fs::read_to_string(folder.join(CHAIN_FILE))?,
                key_pem: fs::read_to_string(folder.join(KEY_FILE))?,
            },
        })
    }

    /// Checks what a client will check, now and a week ahead, and that the key is the certificate's own.
    fn hold(&self, now: Timestamp) -> Result<(), CertificateError> {
        let chain = self.leaf.chain()?;
        let leaf = chain.first().ok_or(CertificateError::NotPem)?.clone();
        CertifiedKey::from_der(chain, self.leaf.key()?, &provider())?;
        let mut roots = RootCertStore::empty();
        for authority in certificates(&self.ca_pem)? {
            roots.add(authority)?;
        }
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider())
            .build()
            .map_err(|e| CertificateError::Tls(rustls::Error::General(e.to_string())))?;
        let host = ServerName::try_from("localhost").map_err(|_| CertificateError::NotPem)?;
        for at in [now, plus(now, RENEW_BEFORE)?] {
            verifier.verify_server_cert(&leaf, &[], &host, &[], unix_time(at)?)?;
        }
        Ok(())
    }
}

/// The one provider of the program, named each time: nothing here depends on what `main` installed.
pub(crate) fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}

fn certificates(pem: &str) -> Result<Vec<CertificateDer<'static>>, CertificateError> {
    CertificateDer::pem_slice_iter(pem.as_bytes())
        .collect::<Result<Vec<_>, _>>()
        .map_err(|_| CertificateError::NotPem)
}

fn leaf_params(names: &[&str]) -> Result<CertificateParams, CertificateError> {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names)?;
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    Ok(params)
}

fn set_validity(
    params: &mut CertificateParams,
    now: Timestamp,
    from: SignedDuration,
    until: SignedDuration,
) -> Result<(), CertificateError> {
    let epoch = rcgen::date_time_ymd(1970, 1, 1);
    params.not_before = epoch + since_epoch(plus(now, from)?)?;
    params.not_after = epoch + since_epoch(plus(now, until)?)?;
    Ok(())
}

fn plus(now: Timestamp, by: SignedDuration) -> Result<Timestamp, CertificateError> {
    now.checked_add(by).map_err(|_| CertificateError::Time(now))
}

fn since_epoch(at: Timestamp) -> Result<Duration, CertificateError> {
    u64::try_from(at.as_second())
        .map(Duration::from_secs)
        .map_err(|_| CertificateError::Time(at))
}

fn unix_time(at: Timestamp) -> Result<UnixTime, CertificateError> {
    Ok(UnixTime::since_unix_epoch(since_epoch(at)?))
}

fn create_private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// The file is its owner's from its first byte: it is created so, and renamed over the old one when complete.
fn save_privately(path: &Path, text: &str) -> io::Result<()> {
    let part = path.with_added_extension("part");
    match fs::remove_file(&part) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
        _ => {}
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&part)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&part, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-11-21T10:00:00Z".parse().unwrap()
    }

    fn later(days: i64) -> Timestamp {
        now() + SignedDuration::from_hours(24 * days)
    }

    fn problem(certificates: &LoopbackCertificates, at: Timestamp) -> String {
        certificates.hold(at).unwrap_err().to_string()
    }

    #[test]
    fn kept_certificates_are_used_again_until_a_week_before_they_end() {
        let folder = tempfile::tempdir().unwrap();
        let first = LoopbackCertificates::open(folder.path(), now()).unwrap();
        let again = LoopbackCertificates::open(folder.path(), later(357)).unwrap();
        assert_eq!(first.ca_pem, again.ca_pem);
        assert_eq!(first.leaf.key_pem(), again.leaf.key_pem());
        let renewed = LoopbackCertificates::open(folder.path(), later(359)).unwrap();
        assert_ne!(first.ca_pem, renewed.ca_pem);
        renewed.hold(later(359)).unwrap();
    }

    #[test]
    fn a_key_of_another_certificate_or_a_torn_file_makes_new_ones() {
        let folder = tempfile::tempdir().unwrap();
        let first = LoopbackCertificates::open(folder.path(), now()).unwrap();
        let other = LoopbackCertificates::new(now()).unwrap();
        fs::write(folder.path().join(KEY_FILE), other.leaf.key_pem()).unwrap();
        let second = LoopbackCertificates::open(folder.path(), now()).unwrap();
        assert_ne!(first.ca_pem, second.ca_pem);
        fs::write(folder.path().join(CHAIN_FILE), "-----BEGIN CERT").unwrap();
        let third = LoopbackCertificates::open(folder.path(), now()).unwrap();
        assert_ne!(second.ca_pem, third.ca_pem);
        third.hold(now()).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_can_read_what_is_saved() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("certificates");
        LoopbackCertificates::open(&inside, now()).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&inside), 0o700);
        assert_eq!(mode(&inside.join(KEY_FILE)), 0o600);
        assert_eq!(
            fs::read_dir(&inside).unwrap().count(),
            3,
            "the authority's key is not kept"
        );
    }

    #[test]
    fn each_wrong_certificate_is_wrong_for_its_own_reason() {
        let authority = Authority::new(now()).unwrap();
        let with = |leaf: Leaf| LoopbackCertificates {
            ca_pem: authority.ca_pem().to_owned(),
            leaf,
        };
        with(authority.loopback(now()).unwrap())
            .hold(now())
            .unwrap();
        let expired = problem(&with(authority.expired(now()).unwrap()), now());
        assert!(expired.contains("certificate expired"), "{expired}");
        let wrong = problem(&with(authority.wrong_host(now()).unwrap()), now());
        assert!(wrong.contains("not valid for name"), "{wrong}");
        let unknown = problem(&with(unknown_issuer(now()).unwrap()), now());
        assert!(unknown.contains("UnknownIssuer"), "{unknown}");
    }

    #[test]
    fn the_authority_cannot_speak_for_any_other_host() {
        let authority = Authority::new(now()).unwrap();
        let outside = authority
            .sign(
                leaf_params(&["localhost", "mail.example"]).unwrap(),
                now(),
                -DAY,
                LEAF_LIFE,
            )
            .unwrap();
        let certificates = LoopbackCertificates {
            ca_pem: authority.ca_pem().to_owned(),
            leaf: outside,
        };
        let problem = problem(&certificates, now());
        assert!(problem.contains("NameConstraint"), "{problem}");
    }
}
