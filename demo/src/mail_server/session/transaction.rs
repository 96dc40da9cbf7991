//! One message: MAIL, RCPT, DATA, and the keeping of it before the 250.

use super::super::command::{self, MailFrom};
use super::super::fault::Moment;
use super::super::mailbox::Envelope;
use super::super::record::Phase;
use super::super::reply::Reply;
use super::super::wire::{Body, BodyRead, Ended};
use super::Session;

pub(super) struct Transaction {
    from: MailFrom,
    to: Vec<String>,
}

impl Session {
    pub(super) async fn mail(&mut self, from: MailFrom) -> Result<(), Ended> {
        let sender = self.check_sender(from);
        if let Some(from) = self.verdict(Moment::Mail, Reply::SENDER_OK, sender).await? {
            let to = Vec::new();
            self.transaction = Some(Transaction { from, to });
        }
        Ok(())
    }

    fn check_sender(&self, from: MailFrom) -> Result<MailFrom, Reply> {
        if !self.said_hello || self.transaction.is_some() {
            return Err(Reply::OUT_OF_ORDER);
        }
        if !self.wire.is_encrypted() {
            return Err(Reply::TLS_FIRST);
        }
        let account = self.account.as_ref().ok_or(Reply::SIGN_IN_FIRST)?;
        if !from.address.is_ascii() && !from.allows_utf8 {
            return Err(Reply::NEEDS_SMTPUTF8);
        }
        if !account.eq_ignore_ascii_case(&from.address) {
            return Err(Reply::NOT_YOUR_ADDRESS);
        }
        match from.size_bytes {
            Some(size) if size > self.server.limits.message_bytes => Err(Reply::TOO_BIG),
            _ => Ok(from),
        }
    }

    pub(super) async fn rcpt(&mut self, address: String) -> Result<(), Ended> {
        let recipient = self.check_recipient(address);
        let recipient = self
            .verdict(Moment::Rcpt, Reply::RECIPIENT_OK, recipient)
            .await?;
        if let (Some(recipient), Some(transaction)) = (recipient, &mut self.transaction) {
            transaction.to.push(recipient);
        }
        Ok(())
    }

    fn check_recipient(&self, address: String) -> Result<String, Reply> {
        let transaction = self.transaction.as_ref().ok_or(Reply::OUT_OF_ORDER)?;
        if !command::is_plain_address(&address) {
            Err(Reply::ADDRESS_SYNTAX)
        } else if !address.is_ascii() && !transaction.from.allows_utf8 {
            Err(Reply::NEEDS_SMTPUTF8)
        } else if !command::is_demonstration_address(&address) {
            Err(Reply::ONLY_DEMONSTRATION)
        } else if self.server.faults.refuses(&address) {
            Err(Reply::NO_SUCH_MAILBOX)
        } else if transaction.to.len() >= self.server.limits.recipients {
            Err(Reply::TOO_MANY_RECIPIENTS)
        } else {
            Ok(address)
        }
    }

    pub(super) async fn data(&mut self) -> Result<(), Ended> {
        let may_begin = match &self.transaction {
            None => Err(Reply::OUT_OF_ORDER),
            Some(transaction) if transaction.to.is_empty() => Err(Reply::NO_RECIPIENT),
            Some(_) => Ok(()),
        };
        let begun = self
            .verdict(Moment::Data, Reply::SEND_THE_MESSAGE, may_begin)
            .await?;
        if begun.is_none() {
            return Ok(());
        }
        let fault = self.faults.in_body();
        let stop_at = fault.as_ref().map(|(after_bytes, _)| *after_bytes);
        let limit = self.server.limits.message_bytes;
        match (self.wire.read_body(limit, stop_at).await?, fault) {
            (BodyRead::Whole(body), _) => self.end_of_body(body).await,
            (BodyRead::StoppedAtByte, Some((after_bytes, fault))) => {
                self.record.fault(Moment::Body { after_bytes });
                self.misbehave(fault).await?;
                Err(Ended::ByServer)
            }
            (BodyRead::StoppedAtByte | BodyRead::FarTooBig, _) => {
                self.wire.write(&Reply::FAR_TOO_BIG.to_bytes()).await?;
                Err(Ended::ByServer)
            }
        }
    }

    async fn end_of_body(&mut self, body: Body) -> Result<(), Ended> {
        self.record.reach(Phase::BodyReceived);
        let transaction = self.transaction.take();
        if let Some(fault) = self.faults.at(Moment::BeforeStoring) {
            self.record.fault(Moment::BeforeStoring);
            return self.misbehave(fault).await;
        }
        let kept = match (check_body(&body), transaction) {
            (Ok(()), Some(transaction)) => self.keep(transaction, body.bytes).await,
            (Ok(()), None) => Err(Reply::OUT_OF_ORDER),
            (Err(refusal), _) => Err(refusal),
        };
        match kept {
            Ok(number) => {
                self.record.reach(Phase::Stored);
                let reply = Reply::new(format!("250 2.0.0 kept as message {number}"));
                self.answer(Moment::AfterStoring, &reply).await.map(|_| ())
            }
            Err(refusal) => self.refuse(&refusal).await,
        }
    }

    async fn keep(&self, transaction: Transaction, raw: Vec<u8>) -> Result<u64, Reply> {
        let envelope = Envelope {
            account: self.account.clone().unwrap_or_default(),
            from: transaction.from.address,
            to: transaction.to,
            received_at: (self.server.clock)(),
            envelope_id: transaction.from.envelope_id,
        };
        let mailbox = self.server.mailbox.clone();
        // Once begun the message is kept, even when the server is stopped meanwhile: accepted, but unconfirmed.
        match tokio::task::spawn_blocking(move || mailbox.keep(&envelope, &raw)).await {
            Ok(Ok(number)) => Ok(number),
            Ok(Err(_)) | Err(_) => Err(Reply::NOT_KEPT),
        }
    }
}

fn check_body(body: &Body) -> Result<(), Reply> {
    if body.too_big {
        Err(Reply::TOO_BIG)
    } else if body.has_bare_cr_or_lf {
        Err(Reply::BARE_LINE_END)
    } else if body.has_long_line {
        Err(Reply::LONG_TEXT_LINE)
    } else {
        Ok(())
    }
}
