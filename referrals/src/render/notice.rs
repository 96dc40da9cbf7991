//! A plain message from the practice's mailbox to itself: a test, or what needs attention. Never anything of a patient.

use super::email::{self, MailHeaders, RenderError};
use crate::transport::Mailbox;
use jiff::Timestamp;

/// What the message says.
pub struct Notice<'a> {
    pub mailbox: &'a Mailbox,
    pub subject: &'a str,
    pub text: &'a str,
    /// The left part of its Message-ID.
    pub id: &'a str,
    pub at: Timestamp,
}

/// The finished message, to be sent as it is.
pub fn notice(notice: &Notice<'_>) -> Result<Vec<u8>, RenderError> {
    let headers = MailHeaders {
        from: notice.mailbox.from_address.clone(),
        from_name: notice.mailbox.from_name.clone(),
        to: notice.mailbox.from_address.clone(),
        subject: notice.subject.to_owned(),
        message_id: format!("<{}@{}>", notice.id, notice.mailbox.domain()),
        date: notice.at,
    };
    email::plain(&headers, notice.text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::{Security, Trust};
    use mail_parser::MessageParser;

    fn mailbox(from_address: &str) -> Mailbox {
        Mailbox {
            host: "mail.example.nhs.uk".into(),
            port: 587,
            security: Security::StartTls,
            username: "referrals".into(),
            password: "canary".into(),
            from_address: from_address.into(),
            from_name: "Moorlands Surgery".into(),
            trust: Trust::OperatingSystem,
        }
    }

    fn of(mailbox: &Mailbox, subject: &str) -> Result<Vec<u8>, RenderError> {
        notice(&Notice {
            mailbox,
            subject,
            text: "Two referrals wait for a person.\nZoë",
            id: "test-1",
            at: "2026-11-22T08:00:00Z".parse().unwrap(),
        })
    }

    #[test]
    fn it_goes_from_the_mailbox_to_itself_and_says_what_it_was_given() {
        let own = mailbox("referrals@moorlands.example.nhs.uk");
        let bytes = of(&own, "Onward: test message").unwrap();
        let read = MessageParser::default().parse(&bytes).unwrap();
        let address = |header: &mail_parser::Address<'_>| {
            header
                .first()
                .and_then(|it| it.address())
                .map(str::to_owned)
        };
        assert_eq!(read.from().and_then(address), read.to().and_then(address));
        assert_eq!(read.subject(), Some("Onward: test message"));
        assert_eq!(read.message_id(), Some("test-1@moorlands.example.nhs.uk"));
        assert!(read.body_text(0).unwrap().contains("Zoë"));
        assert!(!String::from_utf8_lossy(&bytes).contains("canary"));
    }

    #[test]
    fn h02_a_notice_goes_to_one_address_whatever_it_is_given() {
        let own = mailbox("referrals@moorlands.example.nhs.uk");
        let second = of(&own, "Onward\r\nBcc: other@elsewhere.example");
        assert!(matches!(second, Err(RenderError::ControlCharacter(_))));
        let two = mailbox("a@b.example, c@d.example");
        assert!(matches!(of(&two, "Onward"), Err(RenderError::Malformed(_))));
    }
}
