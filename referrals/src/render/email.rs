//! The mail that carries a referral: text and HTML side by side, the PDF attached; then read again before it may be kept.
//!
//! Everything that could differ from one run to the next (Message-ID, date, MIME boundaries) is given or derived, so
//! that equal input gives equal bytes: the outbox freezes them and a retry sends the same message.

use std::time::SystemTime;

use jiff::Timestamp;
use letter::LetterContent;
use lettre::address::Envelope;
use lettre::message::header::{ContentDisposition, ContentTransferEncoding, ContentType};
use lettre::message::{Mailbox, MessageBuilder, MultiPart, SinglePart};
use lettre::{Address, Message};
use sha2::{Digest, Sha256};

use super::{html::html, text::text};

mod check;

/// What stands above the message. There is one recipient and no copy to anyone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailHeaders {
    /// The practice's mailbox.
    pub from: String,
    /// The name shown beside it; may be empty.
    pub from_name: String,
    /// The service's approved address.
    pub to: String,
    /// Without anything that identifies the patient (the rule of NHS secure e-mail: never in the subject).
    pub subject: String,
    /// With its angle brackets: `<ref-….1@practice.example>`.
    pub message_id: String,
    /// When the referral was queued.
    pub date: Timestamp,
}

/// A field of [`MailHeaders`], or the reference that names the attachment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    From,
    FromName,
    To,
    Subject,
    MessageId,
    Date,
    Reference,
}

/// Why there is no mail. None holds a value, so that an error can be logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// A line end, a NUL or another control character: it could add a header or a recipient (CWE-93).
    #[error("{0:?} holds a control character")]
    ControlCharacter(Field),
    #[error("{0:?} is too long")]
    TooLong(Field),
    /// Not of the form that this field must have.
    #[error("{0:?} is not well formed")]
    Malformed(Field),
    #[error("the message could not be put together")]
    Build,
    /// The finished message, read by another parser, is not what was asked for.
    #[error("the finished message reads differently: {0}")]
    ReadsDifferently(&'static str),
}

/// The finished message: `multipart/mixed` of (`multipart/alternative` of text and HTML) and the PDF, which is named by
/// the reference alone. Seven-bit, CRLF line ends, to be sent as it is.
pub fn mail(
    headers: &MailHeaders,
    content: &LetterContent,
    pdf: &[u8],
) -> Result<Vec<u8>, RenderError> {
    let message = addressed(headers)?
        .multipart(body(content, pdf, message_id(&headers.message_id)?)?)
        .map_err(|_| RenderError::Build)?;
    let bytes = message.formatted();
    check::reads_as(&bytes, headers, pdf)?;
    Ok(bytes)
}

/// A message of nothing but text.
pub(super) fn plain(headers: &MailHeaders, text: &str) -> Result<Vec<u8>, RenderError> {
    let message = addressed(headers)?
        .singlepart(words(ContentType::TEXT_PLAIN, text.to_owned()))
        .map_err(|_| RenderError::Build)?;
    Ok(message.formatted())
}

/// With its headers and its one recipient.
fn addressed(headers: &MailHeaders) -> Result<MessageBuilder, RenderError> {
    refuse_control_characters(headers)?;
    let from = address(&headers.from, Field::From)?;
    let to = address(&headers.to, Field::To)?;
    let message_id = message_id(&headers.message_id)?;
    let name = headers.from_name.trim();
    let name = (!name.is_empty()).then(|| name.to_owned());
    let envelope = Envelope::new(Some(from.clone()), vec![to.clone()])
        .map_err(|_| RenderError::Malformed(Field::To))?;
    Ok(Message::builder()
        .envelope(envelope)
        .from(Mailbox::new(name, from))
        .to(Mailbox::new(None, to))
        .subject(&*headers.subject)
        .message_id(Some(message_id.to_owned()))
        .date(date(headers.date)?))
}

fn body(content: &LetterContent, pdf: &[u8], message_id: &str) -> Result<MultiPart, RenderError> {
    let alternative = MultiPart::alternative()
        .boundary(boundary("alternative", message_id))
        .singlepart(words(ContentType::TEXT_PLAIN, text(content)))
        .singlepart(words(ContentType::TEXT_HTML, html(content)));
    let pdf_type = ContentType::parse("application/pdf").map_err(|_| RenderError::Build)?;
    let attachment = SinglePart::builder()
        .header(pdf_type)
        .header(ContentDisposition::attachment(&attachment_name(
            &content.reference,
        )?))
        .header(ContentTransferEncoding::Base64)
        .body(pdf.to_vec());
    Ok(MultiPart::mixed()
        .boundary(boundary("mixed", message_id))
        .multipart(alternative)
        .singlepart(attachment))
}

/// Always quoted-printable, so that every line is short and no boundary of ours can stand in the text.
fn words(content_type: ContentType, body: String) -> SinglePart {
    SinglePart::builder()
        .header(content_type)
        .header(ContentTransferEncoding::QuotedPrintable)
        .body(body)
}

/// lettre's own boundaries are random. "=_" can occur in neither a quoted-printable nor a base64 body (RFC 2045, 6.7).
fn boundary(part: &str, message_id: &str) -> String {
    let digest = Sha256::digest(format!("{part} {message_id}"));
    format!("=_{:.32}", format!("{digest:x}"))
}

/// The file name reaches the recipient's disk and lists: the reference and nothing of the patient.
fn attachment_name(reference: &str) -> Result<String, RenderError> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if reference.len() > 40 {
        return Err(RenderError::TooLong(Field::Reference));
    }
    if reference.is_empty() || !reference.chars().all(plain) {
        return Err(RenderError::Malformed(Field::Reference));
    }
    Ok(format!("{reference}.pdf"))
}

/// First of all, because lettre panics on a line end in a mailbox's name (0.11.23: `to_string` of a `Display` that fails).
fn refuse_control_characters(headers: &MailHeaders) -> Result<(), RenderError> {
    // The bound keeps the header within a line of 998 characters (RFC 5322, 2.1.1) however it is encoded.
    const LONGEST: usize = 250;
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    for (field, value) in [
        (Field::From, &headers.from),
        (Field::FromName, &headers.from_name),
        (Field::To, &headers.to),
        (Field::Subject, &headers.subject),
        (Field::MessageId, &headers.message_id),
    ] {
        if value.contains(breaks) {
            return Err(RenderError::ControlCharacter(field));
        }
        if value.len() > LONGEST {
            return Err(RenderError::TooLong(field));
        }
    }
    Ok(())
}

/// A plain address: a dot-atom, an @, and a host name (RFC 5321, 4.1.2, without quoted strings, literals or UTF-8, which
/// no service's mailbox needs and which parsers read in different ways).
fn address(text: &str, field: Field) -> Result<Address, RenderError> {
    let malformed = RenderError::Malformed(field);
    let (local, domain) = text.split_once('@').ok_or(malformed)?;
    let atom = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c);
    let label = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let local_is_plain = local
        .split('.')
        .all(|part| !part.is_empty() && part.chars().all(atom));
    let domain_is_plain = domain
        .split('.')
        .all(|part| !part.is_empty() && part.chars().all(label));
    if !local_is_plain || !domain_is_plain {
        return Err(malformed);
    }
    text.parse().map_err(|_| malformed)
}

/// `<left@right>` without spaces (RFC 5322, 3.6.4).
fn message_id(text: &str) -> Result<&str, RenderError> {
    let inner = text.strip_prefix('<').and_then(|t| t.strip_suffix('>'));
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._+=".contains(c);
    match inner.and_then(|inner| inner.split_once('@')) {
        Some((left, right))
            if !left.is_empty()
                && !right.is_empty()
                && left.chars().all(plain)
                && right.chars().all(plain) =>
        {
            Ok(text)
        }
        _ => Err(RenderError::Malformed(Field::MessageId)),
    }
}

/// The Date header is written to the second, from 1970 on: lettre's writer panics on an earlier day.
fn date(at: Timestamp) -> Result<SystemTime, RenderError> {
    if at < Timestamp::UNIX_EPOCH {
        return Err(RenderError::Malformed(Field::Date));
    }
    Ok(SystemTime::from(at))
}

#[cfg(test)]
mod tests;
