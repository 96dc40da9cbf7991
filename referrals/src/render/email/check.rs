//! Reads the finished message with another parser than the writer's: the last look before it is kept for sending.

use mail_parser::{Address, HeaderName, HeaderValue, MessageParser};

use super::{MailHeaders, RenderError};

/// Exactly these headers, in this order. Whatever else appears was smuggled in.
const HEADERS: [HeaderName; 7] = [
    HeaderName::From,
    HeaderName::To,
    HeaderName::Subject,
    HeaderName::MessageId,
    HeaderName::Date,
    HeaderName::MimeVersion,
    HeaderName::ContentType,
];

/// RFC 5322, 2.1.1, without the line end.
const LONGEST_LINE: usize = 998;

pub(super) fn reads_as(bytes: &[u8], headers: &MailHeaders, pdf: &[u8]) -> Result<(), RenderError> {
    use RenderError::ReadsDifferently;

    lines_are_safe(bytes)?;
    let message = MessageParser::default()
        .parse(bytes)
        .ok_or(ReadsDifferently("no message"))?;
    if !message.headers().iter().map(|h| &h.name).eq(&HEADERS) {
        return Err(ReadsDifferently("headers"));
    }
    if only_address(message.to()) != Some(&headers.to) {
        return Err(ReadsDifferently("To"));
    }
    if message.cc().is_some() || message.bcc().is_some() {
        return Err(ReadsDifferently("Cc or Bcc"));
    }
    if only_address(message.from()) != Some(&headers.from) {
        return Err(ReadsDifferently("From"));
    }
    if message
        .header(HeaderName::Subject)
        .and_then(HeaderValue::as_text)
        .unwrap_or("")
        != headers.subject
    {
        return Err(ReadsDifferently("Subject"));
    }
    if message.message_id().map(|id| format!("<{id}>")).as_deref() != Some(&*headers.message_id) {
        return Err(ReadsDifferently("Message-ID"));
    }
    let bodies = (message.text_body_count(), message.html_body_count());
    if bodies != (1, 1) || message.attachment_count() != 1 {
        return Err(ReadsDifferently("parts"));
    }
    if message
        .attachment(0)
        .map(mail_parser::MessagePart::contents)
        != Some(pdf)
    {
        return Err(ReadsDifferently("attachment"));
    }
    Ok(())
}

/// The one plain address of a header; a group or a second address is none.
fn only_address<'a>(header: Option<&'a Address<'_>>) -> Option<&'a str> {
    match header?.as_list()? {
        [one] => one.address.as_deref(),
        _ => None,
    }
}

/// Seven-bit, every line ended by CRLF and by nothing else (a bare LF or CR is what SMTP smuggling uses).
fn lines_are_safe(bytes: &[u8]) -> Result<(), RenderError> {
    let body = bytes
        .strip_suffix(b"\r\n")
        .ok_or(RenderError::ReadsDifferently("line ends"))?;
    let mut rest = body;
    loop {
        let end = rest.windows(2).position(|pair| pair == b"\r\n");
        let (line, after) = match end {
            Some(end) => rest.split_at(end),
            None => (rest, [].as_slice()),
        };
        let safe = |byte: &u8| matches!(byte, b'\t' | b' '..=b'~');
        if line.len() > LONGEST_LINE || !line.iter().all(safe) {
            return Err(RenderError::ReadsDifferently("line ends"));
        }
        match after.get(2..) {
            Some(next) => rest = next,
            None => return Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn headers() -> MailHeaders {
        MailHeaders {
            from: "referrals@moorlands.example".into(),
            from_name: String::new(),
            to: "pain@service.example".into(),
            subject: "Referral".into(),
            message_id: "<1@moorlands.example>".into(),
            date: Timestamp::UNIX_EPOCH,
        }
    }

    /// A message by hand: each test changes one thing in it.
    const MESSAGE: &str = "From: referrals@moorlands.example\nTo: pain@service.example\nSubject: Referral\n\
        Message-ID: <1@moorlands.example>\nDate: Thu, 01 Jan 1970 00:00:00 +0000\nMIME-Version: 1.0\n\
        Content-Type: multipart/mixed; boundary=\"m\"\n\n--m\n\
        Content-Type: multipart/alternative; boundary=\"a\"\n\n--a\nContent-Type: text/plain\n\ntext\n--a\n\
        Content-Type: text/html\n\n<p>text\n--a--\n--m\nContent-Type: application/pdf\n\
        Content-Disposition: attachment\nContent-Transfer-Encoding: base64\n\ncGRm\n--m--\n";

    fn verdict(message: &str) -> Result<(), RenderError> {
        reads_as(message.replace('\n', "\r\n").as_bytes(), &headers(), b"pdf")
    }

    #[test]
    fn the_message_as_asked_for_passes() {
        assert_eq!(verdict(MESSAGE), Ok(()));
    }

    #[test]
    fn h02_a_second_recipient_never_passes() {
        for (from, to) in [
            (
                "To: pain@service.example",
                "To: pain@service.example, x@evil.example",
            ),
            ("To: pain@service.example", "To: x@evil.example"),
            ("To: pain@service.example", "To: g: pain@service.example;"),
            ("Subject:", "To: x@evil.example\nSubject:"),
            ("Subject:", "Cc: x@evil.example\nSubject:"),
            ("Subject:", "bcc: x@evil.example\nSubject:"),
            ("Subject:", "Resent-To: x@evil.example\nSubject:"),
            ("From: ", "From: x@evil.example, "),
        ] {
            let changed = MESSAGE.replacen(from, to, 1);
            assert_ne!(changed, MESSAGE);
            assert!(verdict(&changed).is_err(), "{to}");
        }
    }

    #[test]
    fn a_changed_subject_id_or_attachment_never_passes() {
        for (from, to) in [
            ("Subject: Referral", "Subject: Referral of SMITH"),
            ("<1@moorlands", "<2@moorlands"),
            ("cGRm", "eGRm"),
            (
                "<p>text\n--a--\n",
                "<p>text\n--a\nContent-Type: text/plain\n\nmore\n--a--\n",
            ),
            ("MIME-Version: 1.0", "MIME-Version: 1.0\nX-Mailer: PC-17"),
        ] {
            let changed = MESSAGE.replacen(from, to, 1);
            assert_ne!(changed, MESSAGE);
            assert!(verdict(&changed).is_err(), "{to}");
        }
    }

    #[test]
    fn bare_line_ends_eight_bits_and_overlong_lines_never_pass() {
        let good = MESSAGE.replace('\n', "\r\n");
        for bad in ["te\nxt", "te\rxt", "t\u{e9}xt", "te\0xt", &"x".repeat(999)] {
            let message = good.replacen("\r\ntext", &format!("\r\n{bad}"), 1);
            assert_ne!(message, good);
            let verdict = reads_as(message.as_bytes(), &headers(), b"pdf");
            assert_eq!(
                verdict,
                Err(RenderError::ReadsDifferently("line ends")),
                "{bad:?}"
            );
        }
    }
}
