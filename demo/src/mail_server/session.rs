//! One conversation: greeting, TLS, which command goes where, and where a fault steps in.

mod auth;
mod transaction;

use std::sync::Arc;

use super::Server;
use super::command::{self, Command};
use super::fault::{ConnectionFaults, Misbehaviour, Moment};
use super::record::{Phase, RecordOfOne};
use super::reply::Reply;
use super::wire::{Ended, Line, Wire};
use transaction::Transaction;

/// RFC 4954 section 4: an AUTH line may have 12288 octets, for tickets and tokens are long.
const AUTH_LINE_BYTES: usize = 12_288;
/// RFC 5321 asks for 512; each extension adds to it (SMTP AUTH= alone 500), and Postfix takes as many as this.
const COMMAND_LINE_BYTES: usize = 2_048;
const ERRORS_ALLOWED: usize = 20;

pub(super) struct Session {
    wire: Wire,
    server: Arc<Server>,
    faults: ConnectionFaults,
    record: RecordOfOne,
    said_hello: bool,
    account: Option<String>,
    transaction: Option<Transaction>,
    error_count: usize,
}

impl Session {
    pub(super) fn new(
        wire: Wire,
        server: Arc<Server>,
        faults: ConnectionFaults,
        record: RecordOfOne,
    ) -> Self {
        Self {
            wire,
            server,
            faults,
            record,
            said_hello: false,
            account: None,
            transaction: None,
            error_count: 0,
        }
    }

    pub(super) async fn run(mut self, begins_with_tls: bool) {
        if let Err(Ended::TimedOut) = self.converse(begins_with_tls).await {
            // The connection ends either way; the client may or may not hear why.
            let _ = self.wire.write(&Reply::TIMED_OUT.to_bytes()).await;
        }
        self.wire.close().await;
    }

    async fn converse(&mut self, begins_with_tls: bool) -> Result<(), Ended> {
        if begins_with_tls {
            self.handshake().await?;
        }
        let banner = Reply::new("220 localhost ESMTP Onward demonstration".to_owned());
        self.answer(Moment::Banner, &banner).await?;
        loop {
            match self.read_command().await? {
                Ok(command) => self.obey(command).await?,
                Err(refusal) => self.refuse(&refusal).await?,
            }
        }
    }

    async fn read_command(&mut self) -> Result<Result<Command, Reply>, Ended> {
        Ok(match self.wire.read_line(AUTH_LINE_BYTES).await? {
            Line::TooLong => Err(Reply::AUTH_LINE_TOO_LONG),
            Line::Malformed => Err(Reply::SYNTAX),
            Line::Whole(line) => match command::parse(&line) {
                Ok(command @ Command::Auth { .. }) => Ok(command),
                _ if line.len() > COMMAND_LINE_BYTES => Err(Reply::LINE_TOO_LONG),
                parsed => parsed,
            },
        })
    }

    async fn obey(&mut self, command: Command) -> Result<(), Ended> {
        match command {
            Command::Ehlo => self.hello(&self.extensions()).await,
            Command::Helo => self.hello(&Reply::new("250 localhost".to_owned())).await,
            Command::StartTls => self.start_tls().await,
            Command::Auth { mechanism, initial } => self.auth(&mechanism, initial).await,
            Command::Mail(from) => self.mail(from).await,
            Command::Rcpt(address) => self.rcpt(address).await,
            Command::Data => self.data().await,
            Command::Reset => {
                self.transaction = None;
                self.answer(Moment::Reset, &Reply::OK).await.map(|_| ())
            }
            Command::Noop => self.answer(Moment::Noop, &Reply::OK).await.map(|_| ()),
            Command::Quit => {
                self.answer(Moment::Quit, &Reply::BYE).await?;
                Err(Ended::ByServer)
            }
        }
    }

    async fn hello(&mut self, reply: &Reply) -> Result<(), Ended> {
        self.said_hello = true;
        self.transaction = None;
        let moment = if self.wire.is_encrypted() {
            Moment::EhloInTls
        } else {
            Moment::Ehlo
        };
        self.answer(moment, reply).await.map(|_| ())
    }

    fn extensions(&self) -> Reply {
        let mut lines = vec![
            "localhost".to_owned(),
            format!("SIZE {}", self.server.limits.message_bytes),
            "8BITMIME".to_owned(),
            "SMTPUTF8".to_owned(),
            "ENHANCEDSTATUSCODES".to_owned(),
            "DSN".to_owned(),
        ];
        // RFC 3207 section 4.2: not offered again inside TLS; RFC 4954 section 4: no passwords in the clear.
        if self.wire.is_encrypted() {
            lines.push("AUTH PLAIN LOGIN XOAUTH2".to_owned());
        } else if !self.faults.strips_starttls() {
            lines.push("STARTTLS".to_owned());
        }
        Reply::lines(250, &lines)
    }

    async fn start_tls(&mut self) -> Result<(), Ended> {
        if self.wire.is_encrypted() || !self.said_hello {
            return self.refuse(&Reply::OUT_OF_ORDER).await;
        }
        if self.faults.strips_starttls() {
            return self.refuse(&Reply::NOT_IMPLEMENTED).await;
        }
        let injected = self.faults.plaintext_after_starttls();
        if injected.is_empty() {
            if !self
                .answer(Moment::StartTls, &Reply::GO_AHEAD_WITH_TLS)
                .await?
            {
                return Ok(());
            }
        } else {
            let both = [&Reply::GO_AHEAD_WITH_TLS.to_bytes(), injected].concat();
            self.record.reach(Phase::StartTls);
            self.wire.write(&both).await?;
        }
        self.handshake().await
    }

    async fn handshake(&mut self) -> Result<(), Ended> {
        if let Some(fault) = self.faults.at(Moment::Handshake) {
            self.record.fault(Moment::Handshake);
            self.misbehave(fault).await?;
            return Err(Ended::ByServer);
        }
        if let Some(bytes) = self.faults.handshake_answer() {
            self.record.fault(Moment::Handshake);
            self.wire.hear_something().await?;
            self.wire.write(bytes).await?;
            return Err(Ended::ByServer);
        }
        let config = match self.faults.certificate() {
            None => Arc::clone(&self.server.tls),
            Some(leaf) => match leaf.server_config() {
                Ok(config) => config,
                Err(_) => return self.refuse(&Reply::TLS_NOT_TO_BE_HAD).await,
            },
        };
        self.wire.encrypt(config).await?;
        self.said_hello = false;
        self.record.reach(Phase::Encrypted);
        Ok(())
    }

    /// Gives the reply for an outcome at this moment, and hands the outcome on if it was good and no fault stepped in.
    async fn verdict<T>(
        &mut self,
        moment: Moment,
        good: Reply,
        outcome: Result<T, Reply>,
    ) -> Result<Option<T>, Ended> {
        let (reply, value) = match outcome {
            Ok(value) => (good, Some(value)),
            Err(refusal) => (refusal, None),
        };
        let as_usual = self.answer(moment, &reply).await?;
        if !reply.is_positive() {
            self.count_error().await?;
        }
        Ok(value.filter(|_| as_usual))
    }

    /// Says the reply, unless a fault steps in. Whether the reply was said.
    async fn answer(&mut self, moment: Moment, reply: &Reply) -> Result<bool, Ended> {
        let fault = self.faults.at(moment);
        if let Some(phase) = phase_after(moment)
            && reply.is_positive()
            && matches!(fault, None | Some(Misbehaviour::Drip(_)))
        {
            self.record.reach(phase);
        }
        if fault.is_some() {
            self.record.fault(moment);
        }
        match fault {
            None => self.wire.write(&reply.to_bytes()).await?,
            Some(Misbehaviour::Drip(interval)) => {
                for byte in reply.to_bytes() {
                    self.wire.write(&[byte]).await?;
                    tokio::time::sleep(interval).await;
                }
            }
            Some(fault) => {
                self.misbehave(fault).await?;
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn misbehave(&mut self, fault: Misbehaviour) -> Result<(), Ended> {
        match fault {
            Misbehaviour::Reply(text) => {
                let reply = Reply::new(text);
                self.wire.write(&reply.to_bytes()).await?;
                if reply.code() == 421 {
                    return Err(Ended::ByServer);
                }
                Ok(())
            }
            Misbehaviour::Bytes(bytes) => self.wire.write(&bytes).await,
            Misbehaviour::Drip(_) => Ok(()),
            Misbehaviour::Silence => {
                self.wire.stay_silent().await;
                Err(Ended::ByServer)
            }
            Misbehaviour::Cut(how) => {
                self.wire.cut(how).await?;
                Err(Ended::ByServer)
            }
        }
    }

    async fn refuse(&mut self, reply: &Reply) -> Result<(), Ended> {
        self.wire.write(&reply.to_bytes()).await?;
        self.count_error().await
    }

    async fn count_error(&mut self) -> Result<(), Ended> {
        self.error_count += 1;
        if self.error_count <= ERRORS_ALLOWED {
            return Ok(());
        }
        self.wire.write(&Reply::TOO_MANY_ERRORS.to_bytes()).await?;
        Err(Ended::ByServer)
    }
}

/// How far a connection has come when the usual, positive reply of this moment is given.
fn phase_after(moment: Moment) -> Option<Phase> {
    match moment {
        Moment::Banner => Some(Phase::Greeted),
        Moment::Ehlo | Moment::EhloInTls => Some(Phase::SaidHello),
        Moment::StartTls => Some(Phase::StartTls),
        Moment::Auth => Some(Phase::Authenticated),
        Moment::Mail => Some(Phase::Sender),
        Moment::Rcpt => Some(Phase::Recipient),
        Moment::Data => Some(Phase::Data),
        Moment::AfterStoring => Some(Phase::Confirmed),
        Moment::Quit => Some(Phase::Quit),
        Moment::Handshake
        | Moment::Body { .. }
        | Moment::BeforeStoring
        | Moment::Reset
        | Moment::Noop => None,
    }
}
