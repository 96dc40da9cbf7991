//! The mailbox from which a practice sends: a host and a port from its administrator, never constants.

use serde::{Deserialize, Serialize};
use std::{fmt, net::IpAddr};

/// How the connection is secured. There is no third way and no switch to weaken either.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Security {
    /// RFC 3207, required, usually port 587.
    StartTls,
    /// RFC 8314 section 3.3, usually port 465.
    ImplicitTls,
}

/// Who vouches for the server's certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trust {
    /// The operating system's own list of authorities.
    OperatingSystem,
    /// The demonstration's own authority, PEM; only on loopback.
    DemonstrationAuthority { pem: String },
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mailbox {
    pub host: String,
    pub port: u16,
    pub security: Security,
    pub username: String,
    pub password: String,
    pub from_address: String,
    pub from_name: String,
    pub trust: Trust,
}

impl fmt::Debug for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mailbox")
            .field("host", &self.host)
            .field("port", &self.port)
            .finish_non_exhaustive()
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailboxError {
    #[error("The mailbox has no {0}. Fill it in, as the mailbox's administrator gave it.")]
    Missing(&'static str),
    #[error("The address to send from must be one plain e-mail address.")]
    FromAddress,
    #[error(
        "A demonstration sends only to this computer (127.0.0.1), and real use never does with a demonstration's certificate."
    )]
    DemonstrationOnlyOnLoopback,
}

impl Mailbox {
    /// In a demonstration only loopback, with the demonstration's authority; in real use never that authority.
    pub fn checked(self, demonstration: bool) -> Result<Self, MailboxError> {
        for (name, value) in [
            ("server", &self.host),
            ("user name", &self.username),
            ("password", &self.password),
        ] {
            if value.trim().is_empty() {
                return Err(MailboxError::Missing(name));
            }
        }
        self.from_address
            .parse::<lettre::Address>()
            .map_err(|_| MailboxError::FromAddress)?;
        let own_authority = matches!(self.trust, Trust::DemonstrationAuthority { .. });
        if own_authority != demonstration || (demonstration && !self.is_loopback()) {
            return Err(MailboxError::DemonstrationOnlyOnLoopback);
        }
        Ok(self)
    }

    fn is_loopback(&self) -> bool {
        self.host == "localhost"
            || self
                .host
                .parse::<IpAddr>()
                .is_ok_and(|address| address.is_loopback())
    }

    /// The domain of the address to send from, which also stands in Message-IDs and in EHLO: never this computer's own name.
    pub fn domain(&self) -> &str {
        self.from_address
            .rsplit_once('@')
            .map_or("localhost", |(_, domain)| domain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mailbox(host: &str, trust: Trust) -> Mailbox {
        Mailbox {
            host: host.into(),
            port: 587,
            security: Security::StartTls,
            username: "referrals".into(),
            password: "canary-password".into(),
            from_address: "referrals@moorlands.example.nhs.uk".into(),
            from_name: "Moorlands Surgery".into(),
            trust,
        }
    }

    #[test]
    fn h23_demonstration_taken_for_real_its_authority_works_only_in_a_demonstration_and_only_on_loopback()
     {
        let own = || Trust::DemonstrationAuthority { pem: String::new() };
        assert!(mailbox("127.0.0.1", own()).checked(true).is_ok());
        assert!(
            mailbox("mail.example.nhs.uk", Trust::OperatingSystem)
                .checked(false)
                .is_ok()
        );
        for refused in [
            mailbox("mail.example.nhs.uk", own()).checked(true),
            mailbox("127.0.0.1", own()).checked(false),
            mailbox("127.0.0.1", Trust::OperatingSystem).checked(true),
        ] {
            assert_eq!(refused, Err(MailboxError::DemonstrationOnlyOnLoopback));
        }
    }

    #[test]
    fn a_mailbox_never_prints_its_password() {
        assert!(!format!("{:?}", mailbox("127.0.0.1", Trust::OperatingSystem)).contains("canary"));
    }
}
