//! What the server says: each reply with its code, its enhanced status code (RFC 3463) and its words.

use std::borrow::Cow;

/// One reply, in the form it has on the wire without the last CRLF.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reply(Cow<'static, str>);

impl Reply {
    pub(super) const GO_AHEAD_WITH_TLS: Self = Self::fixed("220 2.0.0 ready to start TLS");
    pub(super) const BYE: Self = Self::fixed("221 2.0.0 bye");
    pub(super) const SIGNED_IN: Self = Self::fixed("235 2.7.0 signed in");
    pub(super) const OK: Self = Self::fixed("250 2.0.0 ok");
    pub(super) const SENDER_OK: Self = Self::fixed("250 2.1.0 sender ok");
    pub(super) const RECIPIENT_OK: Self = Self::fixed("250 2.1.5 recipient ok");
    pub(super) const SEND_THE_MESSAGE: Self =
        Self::fixed("354 end the message with a line of one dot");
    pub(super) const TOO_MANY_CONNECTIONS: Self =
        Self::fixed("421 4.7.0 too many connections at once");
    pub(super) const TIMED_OUT: Self = Self::fixed("421 4.4.2 nothing was heard for too long");
    pub(super) const TOO_MANY_ERRORS: Self = Self::fixed("421 4.7.0 too many errors");
    pub(super) const FAR_TOO_BIG: Self = Self::fixed("421 4.3.4 the message has no end");
    pub(super) const TOO_MANY_RECIPIENTS: Self = Self::fixed("452 4.5.3 too many recipients");
    pub(super) const NOT_KEPT: Self = Self::fixed("451 4.3.0 the message could not be kept");
    pub(super) const TLS_NOT_TO_BE_HAD: Self = Self::fixed("454 4.7.0 TLS is not to be had");
    pub(super) const UNKNOWN_COMMAND: Self = Self::fixed("500 5.5.1 unknown command");
    pub(super) const SYNTAX: Self = Self::fixed("500 5.5.2 that is not a command line");
    pub(super) const LINE_TOO_LONG: Self = Self::fixed("500 5.5.2 the line is too long");
    /// RFC 4954 section 4: the reply when an AUTH line is longer than the server can take.
    pub(super) const AUTH_LINE_TOO_LONG: Self = Self::fixed("500 5.5.6 the AUTH line is too long");
    pub(super) const ARGUMENTS: Self = Self::fixed("501 5.5.4 wrong arguments");
    pub(super) const AUTH_CANCELLED: Self = Self::fixed("501 5.7.0 sign-in cancelled");
    pub(super) const NOT_BASE64: Self = Self::fixed("501 5.5.2 that is not base64");
    pub(super) const ADDRESS_SYNTAX: Self = Self::fixed("501 5.1.3 that is not an address");
    pub(super) const NOT_IMPLEMENTED: Self = Self::fixed("502 5.5.1 not implemented");
    pub(super) const OUT_OF_ORDER: Self = Self::fixed("503 5.5.1 not now");
    pub(super) const MECHANISM: Self = Self::fixed("504 5.5.4 that way to sign in is not offered");
    pub(super) const TLS_FIRST: Self = Self::fixed("530 5.7.0 STARTTLS first");
    pub(super) const SIGN_IN_FIRST: Self = Self::fixed("530 5.7.0 sign in first");
    pub(super) const WRONG_CREDENTIALS: Self =
        Self::fixed("535 5.7.8 the name or the password or token is wrong");
    /// RFC 4954 section 6: sign-in needs an encrypted connection.
    pub(super) const AUTH_NEEDS_TLS: Self = Self::fixed("538 5.7.11 sign-in needs TLS");
    pub(super) const NO_SUCH_MAILBOX: Self = Self::fixed("550 5.1.1 no such mailbox");
    pub(super) const ONLY_DEMONSTRATION: Self =
        Self::fixed("550 5.7.1 the demonstration takes mail for .example and example.nhs.uk only");
    pub(super) const TOO_BIG: Self = Self::fixed("552 5.3.4 the message is too big");
    pub(super) const NOT_YOUR_ADDRESS: Self =
        Self::fixed("553 5.7.1 that address is not the signed-in account's");
    /// RFC 6531 section 3.5.
    pub(super) const NEEDS_SMTPUTF8: Self = Self::fixed("553 5.6.7 the address needs SMTPUTF8");
    pub(super) const NO_RECIPIENT: Self = Self::fixed("554 5.5.1 no valid recipient");
    pub(super) const LONG_TEXT_LINE: Self =
        Self::fixed("554 5.6.0 a line of the message is over 998 characters");
    pub(super) const BARE_LINE_END: Self =
        Self::fixed("554 5.6.0 the message has a CR or LF by itself");
    pub(super) const PARAMETER: Self = Self::fixed("555 5.5.4 that parameter is not known");

    const fn fixed(text: &'static str) -> Self {
        Self(Cow::Borrowed(text))
    }

    pub(super) fn new(text: String) -> Self {
        Self(Cow::Owned(text))
    }

    /// A reply of several lines: all but the last with a hyphen after the code (RFC 5321 section 4.2.1).
    pub(super) fn lines(code: u16, lines: &[String]) -> Self {
        let last = lines.len().saturating_sub(1);
        let lines: Vec<String> = lines
            .iter()
            .enumerate()
            .map(|(n, line)| format!("{code}{}{line}", if n == last { ' ' } else { '-' }))
            .collect();
        Self::new(lines.join("\r\n"))
    }

    /// 334 with what the mechanism says, already in base64.
    pub(super) fn challenge(base64: &str) -> Self {
        Self::new(format!("334 {base64}"))
    }

    pub(super) fn code(&self) -> u16 {
        self.0.get(..3).and_then(|c| c.parse().ok()).unwrap_or(0)
    }

    pub(super) fn is_positive(&self) -> bool {
        self.code() < 400
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        format!("{}\r\n", self.0).into_bytes()
    }
}
