//! What a client may say: SMTP commands parsed from their lines (RFC 5321 section 4.1), with the refusal for those that are wrong.

use super::reply::Reply;

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Command {
    Ehlo,
    Helo,
    StartTls,
    Auth {
        mechanism: String,
        initial: Option<String>,
    },
    Mail(MailFrom),
    Rcpt(String),
    Data,
    Reset,
    Noop,
    Quit,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct MailFrom {
    pub address: String,
    pub size_bytes: Option<usize>,
    pub allows_utf8: bool,
    pub envelope_id: Option<String>,
}

/// Reads a command line (without its CRLF).
pub(super) fn parse(line: &[u8]) -> Result<Command, Reply> {
    let line = std::str::from_utf8(line).map_err(|_| Reply::SYNTAX)?;
    if line.chars().any(char::is_control) {
        return Err(Reply::SYNTAX);
    }
    let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
    match verb.to_ascii_uppercase().as_str() {
        "EHLO" if !rest.trim().is_empty() => Ok(Command::Ehlo),
        "HELO" if !rest.trim().is_empty() => Ok(Command::Helo),
        "EHLO" | "HELO" => Err(Reply::ARGUMENTS),
        "STARTTLS" => without_argument(rest, Command::StartTls),
        "AUTH" => auth(rest),
        "MAIL" => mail(rest).map(Command::Mail),
        "RCPT" => rcpt(rest).map(Command::Rcpt),
        "DATA" => without_argument(rest, Command::Data),
        "RSET" => without_argument(rest, Command::Reset),
        "NOOP" => Ok(Command::Noop),
        "QUIT" => without_argument(rest, Command::Quit),
        "VRFY" | "EXPN" | "HELP" | "TURN" | "BDAT" => Err(Reply::NOT_IMPLEMENTED),
        _ => Err(Reply::UNKNOWN_COMMAND),
    }
}

fn without_argument(rest: &str, command: Command) -> Result<Command, Reply> {
    if rest.trim().is_empty() {
        Ok(command)
    } else {
        Err(Reply::ARGUMENTS)
    }
}

fn auth(rest: &str) -> Result<Command, Reply> {
    let mut words = rest.split_ascii_whitespace();
    let mechanism = words.next().ok_or(Reply::ARGUMENTS)?.to_ascii_uppercase();
    let initial = words.next().map(str::to_owned);
    match words.next() {
        None => Ok(Command::Auth { mechanism, initial }),
        Some(_) => Err(Reply::ARGUMENTS),
    }
}

fn mail(rest: &str) -> Result<MailFrom, Reply> {
    let (address, parameters) = path(rest, "FROM:")?;
    let mut from = MailFrom {
        address,
        ..MailFrom::default()
    };
    for parameter in parameters.split_ascii_whitespace() {
        let (keyword, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        match (keyword.to_ascii_uppercase().as_str(), value) {
            ("SIZE", size) => {
                from.size_bytes = Some(size.parse().map_err(|_| Reply::ARGUMENTS)?);
            }
            ("BODY", body) if is_one_of(body, &["7BIT", "8BITMIME"]) => {}
            ("RET", part) if is_one_of(part, &["FULL", "HDRS"]) => {}
            ("SMTPUTF8", "") => from.allows_utf8 = true,
            ("ENVID", id) if !id.is_empty() && id.len() <= 100 => {
                from.envelope_id = Some(id.to_owned());
            }
            // RFC 4954 section 5: a server may ignore who the client says wrote it.
            ("AUTH", author) if !author.is_empty() => {}
            _ => return Err(Reply::PARAMETER),
        }
    }
    Ok(from)
}

fn rcpt(rest: &str) -> Result<String, Reply> {
    let (address, parameters) = path(rest, "TO:")?;
    for parameter in parameters.split_ascii_whitespace() {
        let (keyword, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let known = match keyword.to_ascii_uppercase().as_str() {
            "NOTIFY" => value
                .split(',')
                .all(|when| is_one_of(when, &["NEVER", "SUCCESS", "FAILURE", "DELAY"])),
            "ORCPT" => !value.is_empty(),
            _ => false,
        };
        if !known {
            return Err(Reply::PARAMETER);
        }
    }
    Ok(address)
}

fn is_one_of(value: &str, allowed: &[&str]) -> bool {
    allowed.iter().any(|one| value.eq_ignore_ascii_case(one))
}

/// The address between the angle brackets, and the parameters after them. A space after the colon is let pass, as most servers do.
fn path<'a>(rest: &'a str, keyword: &str) -> Result<(String, &'a str), Reply> {
    let after = rest
        .get(..keyword.len())
        .filter(|start| start.eq_ignore_ascii_case(keyword))
        .and_then(|_| rest.get(keyword.len()..))
        .ok_or(Reply::ARGUMENTS)?;
    after
        .trim_start()
        .strip_prefix('<')
        .and_then(|open| open.split_once('>'))
        .map(|(address, parameters)| (address.to_owned(), parameters))
        .ok_or(Reply::ARGUMENTS)
}

/// An address of the plain kind only: the quoted and literal ones of RFC 5321 section 4.1.2 are no service's.
pub(super) fn is_plain_address(address: &str) -> bool {
    let Some((local, domain)) = address.rsplit_once('@') else {
        return false;
    };
    let is_local = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    let is_label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    (1..=64).contains(&local.len())
        && domain.len() <= 255
        && local.chars().all(is_local)
        && domain.split('.').all(is_label)
}

/// Whether the address can only be made up: below `.example` (RFC 2606 section 2) or `example.nhs.uk`.
pub(super) fn is_demonstration_address(address: &str) -> bool {
    let domain = address
        .rsplit_once('@')
        .map(|(_, domain)| domain.to_ascii_lowercase())
        .unwrap_or_default();
    domain.ends_with(".example")
        || domain == "example.nhs.uk"
        || domain.ends_with(".example.nhs.uk")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(line: &str) -> u16 {
        parse(line.as_bytes()).unwrap_err().code()
    }

    #[test]
    fn mail_takes_what_was_offered_and_nothing_else() {
        let line = b"mail FROM:<a@p.example> SIZE=12 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=REF-1";
        let expected = MailFrom {
            address: "a@p.example".into(),
            size_bytes: Some(12),
            allows_utf8: true,
            envelope_id: Some("REF-1".into()),
        };
        assert_eq!(parse(line).unwrap(), Command::Mail(expected));
        assert_eq!(code("MAIL FROM:<a@p.example> MT-PRIORITY=3"), 555);
        assert_eq!(code("MAIL FROM:<a@p.example> SIZE=lots"), 501);
        assert_eq!(code("MAIL a@p.example"), 501);
        assert_eq!(code("RCPT TO:<a@p.example> NOTIFY=OFTEN"), 555);
    }

    #[test]
    fn unknown_and_malformed_lines_are_told_apart() {
        assert_eq!(code("HOLA practice"), 500);
        assert_eq!(code("EHLO"), 501);
        assert_eq!(code("VRFY a@p.example"), 502);
        assert_eq!(code("DATA now"), 501);
        assert_eq!(code("NOOP \u{7}"), 500);
        assert_eq!(parse(&[b'N', 0xff]).unwrap_err().code(), 500);
        assert_eq!(parse(b"noop anything").unwrap(), Command::Noop);
    }

    #[test]
    fn only_made_up_addresses_are_of_the_demonstration() {
        for good in [
            "a@service.example",
            "a@EXAMPLE.nhs.uk",
            "a@leek.example.nhs.uk",
        ] {
            assert!(
                is_plain_address(good) && is_demonstration_address(good),
                "{good}"
            );
        }
        for bad in [
            "a@nhs.uk",            // contacts-allowed: refused
            "a@badexample.nhs.uk", // contacts-allowed: refused
            "a@service.example.org",
            "a@example",
            "",
        ] {
            assert!(!is_demonstration_address(bad), "{bad}");
        }
        for odd in [
            "a b@c.example",
            "@c.example",
            "a@-c.example",
            "a@c..example",
            "a@[127.0.0.1]",
        ] {
            assert!(!is_plain_address(odd), "{odd}");
        }
    }
}
