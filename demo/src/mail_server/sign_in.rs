//! Signing in: PLAIN (RFC 4616), LOGIN, and XOAUTH2 as Microsoft and Google define it, checked against the given accounts.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::reply::Reply;

/// Who may send: the address is the login name and the only sender it may use.
#[derive(Clone)]
pub struct Account {
    pub address: String,
    pub password: String,
    /// The access token that XOAUTH2 takes, if any.
    pub token: Option<String>,
}

impl Account {
    pub fn new(address: &str, password: &str) -> Self {
        Self {
            address: address.to_owned(),
            password: password.to_owned(),
            token: None,
        }
    }

    #[must_use]
    pub fn with_token(mut self, token: &str) -> Self {
        self.token = Some(token.to_owned());
        self
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Account(‹redacted›)")
    }
}

/// What a client says about itself when it signs in.
pub(super) enum Claim {
    Password { name: String, password: String },
    Token { name: String, token: String },
}

impl Claim {
    /// PLAIN: authorisation name, name, password, with NUL between (RFC 4616 section 2). To act for another is not offered.
    pub(super) fn from_plain(text: &str) -> Result<Self, Reply> {
        let parts: Vec<&str> = text.split('\0').collect();
        match parts.as_slice() {
            [for_whom, name, password] if for_whom.is_empty() || for_whom == name => {
                Ok(Self::Password {
                    name: (*name).to_owned(),
                    password: (*password).to_owned(),
                })
            }
            [_, _, _] => Err(Reply::WRONG_CREDENTIALS),
            _ => Err(Reply::ARGUMENTS),
        }
    }

    /// XOAUTH2: `user=` name, ^A, `auth=Bearer ` token, ^A, ^A.
    pub(super) fn from_xoauth2(text: &str) -> Result<Self, Reply> {
        text.strip_suffix("\u{1}\u{1}")
            .and_then(|text| text.split_once('\u{1}'))
            .and_then(|(user, auth)| {
                Some(Self::Token {
                    name: user.strip_prefix("user=")?.to_owned(),
                    token: auth.strip_prefix("auth=Bearer ")?.to_owned(),
                })
            })
            .ok_or(Reply::ARGUMENTS)
    }

    /// The account that this claim proves, if one does.
    pub(super) fn check<'a>(&self, accounts: &'a [Account]) -> Option<&'a Account> {
        accounts.iter().find(|account| match self {
            Self::Password { name, password } => {
                account.address.eq_ignore_ascii_case(name) && account.password == *password
            }
            Self::Token { name, token } => {
                account.address.eq_ignore_ascii_case(name) && account.token.as_ref() == Some(token)
            }
        })
    }
}

/// Reads one base64 answer of the client. A lone `*` cancels (RFC 4954 section 4), a lone `=` is an empty initial response.
pub(super) fn decode(answer: &str) -> Result<String, Reply> {
    match answer {
        "*" => Err(Reply::AUTH_CANCELLED),
        "=" => Ok(String::new()),
        _ => {
            let bytes = STANDARD.decode(answer).map_err(|_| Reply::NOT_BASE64)?;
            String::from_utf8(bytes).map_err(|_| Reply::NOT_BASE64)
        }
    }
}

pub(super) fn encode(text: &str) -> String {
    STANDARD.encode(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_is_checked_by_name_and_secret_of_its_own_kind() {
        let accounts = [Account::new("a@p.example", "secret").with_token("ey123")];
        let is_known = |claim: Result<Claim, Reply>| claim.unwrap().check(&accounts).is_some();
        assert!(is_known(Claim::from_plain("\0A@p.example\0secret")));
        assert!(!is_known(Claim::from_plain("\0a@p.example\0ey123")));
        assert!(!is_known(Claim::from_plain("\0b@p.example\0secret")));
        let xoauth2 = |token: &str| format!("user=a@p.example\u{1}auth=Bearer {token}\u{1}\u{1}");
        assert!(is_known(Claim::from_xoauth2(&xoauth2("ey123"))));
        assert!(!is_known(Claim::from_xoauth2(&xoauth2("secret"))));
        let without_token = [Account::new("a@p.example", "secret")];
        let claim = Claim::from_xoauth2(&xoauth2("")).unwrap();
        assert!(claim.check(&without_token).is_none());
    }

    #[test]
    fn malformed_answers_are_refused_and_cancelling_is_heard() {
        assert_eq!(decode("*").unwrap_err(), Reply::AUTH_CANCELLED);
        assert_eq!(decode("???").unwrap_err(), Reply::NOT_BASE64);
        assert_eq!(decode("/w==").unwrap_err(), Reply::NOT_BASE64);
        assert_eq!(decode("=").unwrap(), "");
        for wrong in ["", "a@p.example", "\0a\0b\0c"] {
            assert_eq!(Claim::from_plain(wrong).err(), Some(Reply::ARGUMENTS));
        }
        assert_eq!(
            Claim::from_plain("boss@p.example\0a@p.example\0secret").err(),
            Some(Reply::WRONG_CREDENTIALS)
        );
        assert_eq!(Claim::from_xoauth2("user=a").err(), Some(Reply::ARGUMENTS));
    }
}
