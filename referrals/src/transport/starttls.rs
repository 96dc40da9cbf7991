//! The plaintext part of a connection (RFC 3207): greeting, EHLO, STARTTLS, and nothing after.
//!
//! The reply to STARTTLS is the last plaintext byte accepted. RFC 3207 section 6: a client must discard what it learnt
//! before TLS, because an attacker on the path can write plaintext of his own behind the server's reply, which would be taken for
//! answers given under TLS. Whoever sends more than one reply at a time here is refused.

use super::outcome::{Failure, Phase, Reply, SendProblem};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// RFC 5321 section 4.5.3.1.5 has 512 bytes a line; an EHLO reply has a few dozen lines.
const LONGEST_REPLY_BYTES: usize = 16 * 1024;

/// A failure and the phase in which it happened.
pub type InPhase<T> = Result<T, (Phase, Failure)>;

/// The server's first words.
pub async fn greeting(stream: &mut TcpStream) -> Result<(), Failure> {
    expect(220, read_reply(stream).await?).map(|_| ())
}

/// EHLO; true when STARTTLS is offered.
pub async fn hello(stream: &mut TcpStream, name: &str) -> Result<(), Failure> {
    let lines = expect(250, ask(stream, &format!("EHLO {name}\r\n")).await?)?;
    let offered = lines
        .iter()
        .any(|line| line.trim().eq_ignore_ascii_case("STARTTLS"));
    if offered {
        Ok(())
    } else {
        Err(Failure::Stopped(SendProblem::NoStartTls))
    }
}

/// STARTTLS; after its 220 the next byte belongs to TLS.
pub async fn start_tls(stream: &mut TcpStream) -> Result<(), Failure> {
    expect(220, ask(stream, "STARTTLS\r\n").await?).map(|_| ())
}

async fn ask(stream: &mut TcpStream, command: &str) -> Result<PlainReply, Failure> {
    stream
        .write_all(command.as_bytes())
        .await
        .map_err(|_| Failure::Lost)?;
    read_reply(stream).await
}

struct PlainReply {
    code: u16,
    lines: Vec<String>,
}

fn expect(code: u16, reply: PlainReply) -> Result<Vec<String>, Failure> {
    if reply.code == code {
        Ok(reply.lines)
    } else {
        Err(Failure::Refused(Reply { code: reply.code }))
    }
}

/// Exactly one reply; a byte more and the connection is not to be trusted.
async fn read_reply(stream: &mut TcpStream) -> Result<PlainReply, Failure> {
    let mut bytes = Vec::new();
    loop {
        match parse_reply(&bytes)? {
            Some((_, used)) if used < bytes.len() => {
                return Err(Failure::Stopped(SendProblem::PlaintextBeforeTls));
            }
            Some((reply, _)) => return Ok(reply),
            None if bytes.len() > LONGEST_REPLY_BYTES => return Err(Failure::Garbled),
            None => {}
        }
        let read = stream
            .read_buf(&mut bytes)
            .await
            .map_err(|_| Failure::Lost)?;
        if read == 0 {
            return Err(Failure::Lost);
        }
    }
}

/// RFC 5321 section 4.2: lines "250-text" and a last one "250 text". None while it is incomplete.
fn parse_reply(bytes: &[u8]) -> Result<Option<(PlainReply, usize)>, Failure> {
    let mut lines = Vec::new();
    let mut used = 0;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let Some(text) = line.strip_suffix(b"\r\n") else {
            return if line.ends_with(b"\n") {
                Err(Failure::Garbled)
            } else {
                Ok(None)
            };
        };
        used += line.len();
        let text = std::str::from_utf8(text).map_err(|_| Failure::Garbled)?;
        let (digits, rest) = text.split_at_checked(3).ok_or(Failure::Garbled)?;
        let code: u16 = digits.parse().map_err(|_| Failure::Garbled)?;
        if !(200..600).contains(&code) {
            return Err(Failure::Garbled);
        }
        let mut rest = rest.chars();
        let mark = rest.next();
        lines.push(rest.as_str().to_owned());
        match mark {
            Some('-') => {}
            Some(' ') | None => return Ok(Some((PlainReply { code, lines }, used))),
            Some(_) => return Err(Failure::Garbled),
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parsed(text: &str) -> Option<(u16, usize, usize)> {
        parse_reply(text.as_bytes())
            .ok()
            .flatten()
            .map(|(reply, used)| (reply.code, reply.lines.len(), used))
    }

    #[test]
    fn a_reply_ends_with_its_last_line_and_what_follows_is_counted() {
        assert_eq!(parsed("250-mail\r\n250 STARTTLS\r\n"), Some((250, 2, 24)));
        assert_eq!(parsed("220 go\r\n250 forged\r\n"), Some((220, 1, 8)));
        assert_eq!(parsed("250-mail\r\n"), None);
        assert!(parse_reply(b"hello\r\n").is_err());
        assert!(parse_reply(b"250 bare\n").is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_reply_a_refusal_or_incomplete(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(Some((_, used))) = parse_reply(&bytes) {
                prop_assert!(used <= bytes.len());
            }
        }
    }
}
