//! Where a referral may be sent: the shape an endpoint's address must have, by channel.

use crate::model::Channel;

/// What is wrong with an address, or nothing.
pub fn problem_of(channel: Channel, address: &str) -> Option<&'static str> {
    match channel {
        Channel::SecureEmail => email_problem(address),
        Channel::Fhir | Channel::Webhook => https_problem(address),
    }
}

/// One plain ASCII mailbox: RFC 5321 section 4.1.2 without quoted local parts, and without `%` and `!`, which some servers still
/// take for a route to somewhere else.
fn email_problem(address: &str) -> Option<&'static str> {
    if !address.is_ascii() {
        return Some("not plain ASCII");
    }
    // RFC 5321 section 4.5.3.1: 64 octets, and 254 for the path without its brackets.
    if address.len() > 254 {
        return Some("longer than 254 characters");
    }
    let Some((local, domain)) = address.split_once('@') else {
        return Some("not one e-mail address");
    };
    if local.len() > 64 {
        return Some("an address whose part before the @ is longer than 64 characters");
    }
    let local_character =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | '\'' | '&');
    if local.split('.').any(str::is_empty) || !local.chars().all(local_character) {
        return Some("not one plain e-mail address");
    }
    host_problem(domain)
}

/// `https://host[:port][/path]`: no user, no fragment, nothing that a browser would read in another way.
pub fn https_problem(address: &str) -> Option<&'static str> {
    let Some(rest) = address.strip_prefix("https://") else {
        return Some("not an https:// address");
    };
    if address.len() > 2_000 {
        return Some("longer than 2,000 characters");
    }
    if !rest.bytes().all(|b| b.is_ascii_graphic()) || rest.contains(['\\', '#', '"', '<', '>']) {
        return Some("an address with characters that do not belong in it");
    }
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let (host, port) = authority.split_once(':').unwrap_or((authority, "443"));
    if !port.parse::<u16>().is_ok_and(|port| port > 0) || port.starts_with('+') {
        return Some("an address whose port is not a number from 1 to 65535");
    }
    if host == "localhost" {
        None
    } else {
        host_problem(host)
    }
}

/// A host name in lower case with at least one dot; look-alikes in other scripts (`xn--`) are refused.
fn host_problem(host: &str) -> Option<&'static str> {
    let label_is_right = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    if host.split('.').any(|label| label.starts_with("xn--")) {
        return Some("an address with an xn-- name, which can look like another");
    }
    if host.len() > 253 || !host.contains('.') || !host.split('.').all(label_is_right) {
        return Some("an address whose host is not a full name in lower case");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_plain_mailbox_and_nothing_else() {
        for right in [
            "pain.platform@example.nhs.uk",
            "o'neill+ref@service.example.org",
        ] {
            assert_eq!(problem_of(Channel::SecureEmail, right), None, "{right}");
        }
        for wrong in [
            "",
            "nobody",
            "a@b@example.nhs.uk",
            "a@example.nhs.uk, b@example.nhs.uk",
            "\"a b\"@example.nhs.uk",
            "a%other.example@example.nhs.uk",
            "other.example!a@example.nhs.uk",
            "a@Example.nhs.uk",
            "a@xn--nhs-1a.example",
            "a@exаmple.nhs.uk",
            "a@localhost",
            "a..b@example.nhs.uk",
            "a@example.nhs.uk\r\nBcc: x@example.org",
            "A <a@example.nhs.uk>",
            "a@-example.nhs.uk",
        ] {
            assert!(problem_of(Channel::SecureEmail, wrong).is_some(), "{wrong}");
        }
    }

    #[test]
    fn an_https_address_and_nothing_else() {
        for right in [
            "https://api.example.nhs.uk/fhir",
            "https://localhost:8443/hook",
            "https://a.example:444/x?y=1",
        ] {
            assert_eq!(problem_of(Channel::Fhir, right), None, "{right}");
        }
        for wrong in [
            "http://api.example.nhs.uk/fhir",
            "https://user@api.example.nhs.uk/",
            "https://api.example.nhs.uk:0/",
            "https://api.example.nhs.uk:99999/",
            "https://API.example.nhs.uk/",
            "https://api.example.nhs.uk\\@evil.example/",
            "https://api.example.nhs.uk/#x",
            "https:///x",
            "https://one/",
        ] {
            assert!(problem_of(Channel::Webhook, wrong).is_some(), "{wrong}");
        }
    }
}
