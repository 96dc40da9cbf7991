//! The mail server seen from outside, through sockets: what it accepts, what it refuses, and that each fault happens.

mod client;
mod conversation;
mod faults;

use std::time::Duration;

use jiff::Timestamp;
use tempfile::TempDir;

use super::*;
use crate::certificates::Authority;
use client::Client;

const SENDER: &str = "referrals@practice.example";
const PASSWORD: &str = "correct horse";
const TOKEN: &str = "ey-token";
const RECIPIENT: &str = "pain@service.example";
const LETTER: &str = "From: referrals@practice.example\r\nTo: pain@service.example\r\nSubject: Referral\r\n\r\nDear team\r\n.hidden dot\r\n";

fn now() -> Timestamp {
    "2026-11-21T10:00:00Z".parse().unwrap()
}

/// A running server with its own mailbox folder and authority.
struct Demonstration {
    server: RunningMailServer,
    authority: Authority,
    _folder: TempDir,
}

impl Demonstration {
    async fn start() -> Self {
        Self::with_limits(Limits::default()).await
    }

    async fn with_limits(limits: Limits) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let authority = Authority::new(now()).unwrap();
        let certificates = LoopbackCertificates {
            ca_pem: authority.ca_pem().to_owned(),
            leaf: authority.loopback(now()).unwrap(),
        };
        let accounts = vec![Account::new(SENDER, PASSWORD).with_token(TOKEN)];
        let mut options =
            MailServerOptions::new(folder.path().join("mail"), certificates, accounts, now);
        options.limits = limits;
        Self {
            server: MailServer::start(options).await.unwrap(),
            authority,
            _folder: folder,
        }
    }

    async fn connect(&self) -> Client {
        Client::connect(self.server.smtp_port).await
    }

    /// Connected, in TLS, greeted; not signed in.
    async fn in_tls(&self) -> Client {
        let mut client = self.connect().await;
        client.start_tls(&self.server.ca_pem).await.unwrap();
        assert!(
            client
                .say("EHLO practice.example")
                .await
                .starts_with("250-")
        );
        client
    }

    async fn signed_in(&self) -> Client {
        let mut client = self.in_tls().await;
        let reply = client.sign_in(SENDER, PASSWORD).await;
        assert!(reply.starts_with("235 "), "{reply}");
        client
    }

    /// Up to the 354 of DATA.
    async fn at_data(&self) -> Client {
        let mut client = self.signed_in().await;
        for line in [
            format!("MAIL FROM:<{SENDER}>"),
            format!("RCPT TO:<{RECIPIENT}>"),
        ] {
            assert_eq!(code(&client.say(&line).await), 250);
        }
        assert_eq!(code(&client.say("DATA").await), 354);
        client
    }

    fn kept(&self) -> usize {
        self.server.mailbox().list().unwrap().len()
    }

    async fn record_of_ended(&self) -> ConnectionRecord {
        let ended = |all: &[ConnectionRecord]| all.iter().all(|one| one.ended);
        self.server.records().wait_until(ended).await.pop().unwrap()
    }
}

fn code(reply: &str) -> u16 {
    reply.get(..3).and_then(|code| code.parse().ok()).unwrap()
}
