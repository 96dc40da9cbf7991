//! AUTH (RFC 4954): when it may be said, and what is asked until a claim is complete.

use super::super::fault::Moment;
use super::super::reply::Reply;
use super::super::sign_in::{self, Claim};
use super::super::wire::{Ended, Line};
use super::{AUTH_LINE_BYTES, Session};

impl Session {
    pub(super) async fn auth(
        &mut self,
        mechanism: &str,
        initial: Option<String>,
    ) -> Result<(), Ended> {
        if !self.wire.is_encrypted() {
            return self.refuse(&Reply::AUTH_NEEDS_TLS).await;
        }
        if !self.said_hello || self.account.is_some() {
            return self.refuse(&Reply::OUT_OF_ORDER).await;
        }
        let claim = match mechanism {
            "PLAIN" => self
                .ask("", initial)
                .await?
                .and_then(|text| Claim::from_plain(&text)),
            "LOGIN" => self.ask_login(initial).await?,
            "XOAUTH2" => self
                .ask("", initial)
                .await?
                .and_then(|text| Claim::from_xoauth2(&text)),
            _ => Err(Reply::MECHANISM),
        };
        if mechanism == "XOAUTH2" && self.faults.challenges_xoauth2() {
            let why = r#"{"status":"401","schemes":"bearer"}"#;
            let _ = self.ask(why, None).await?;
            return self
                .answer(Moment::Auth, &Reply::WRONG_CREDENTIALS)
                .await
                .map(|_| ());
        }
        let account = claim.and_then(|claim| {
            claim
                .check(&self.server.accounts)
                .map(|account| account.address.clone())
                .ok_or(Reply::WRONG_CREDENTIALS)
        });
        self.account = self
            .verdict(Moment::Auth, Reply::SIGNED_IN, account)
            .await?;
        Ok(())
    }

    async fn ask_login(&mut self, initial: Option<String>) -> Result<Result<Claim, Reply>, Ended> {
        let name = match self.ask("Username:", initial).await? {
            Ok(name) => name,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let password = self.ask("Password:", None).await?;
        Ok(password.map(|password| Claim::Password { name, password }))
    }

    /// The client's answer to a 334 with this text, or its initial response in place of both.
    async fn ask(
        &mut self,
        text: &str,
        initial: Option<String>,
    ) -> Result<Result<String, Reply>, Ended> {
        if let Some(initial) = initial {
            return Ok(sign_in::decode(&initial));
        }
        let challenge = Reply::challenge(&sign_in::encode(text));
        self.wire.write(&challenge.to_bytes()).await?;
        Ok(match self.wire.read_line(AUTH_LINE_BYTES).await? {
            Line::TooLong => Err(Reply::AUTH_LINE_TOO_LONG),
            Line::Malformed => Err(Reply::NOT_BASE64),
            Line::Whole(line) => match String::from_utf8(line) {
                Ok(line) => sign_in::decode(&line),
                Err(_) => Err(Reply::NOT_BASE64),
            },
        })
    }
}
