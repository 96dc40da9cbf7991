//! A PIN: 4 to 12 digits, kept as Argon2id (RFC 9106); and how long wrong ones make everybody wait.

use argon2::{
    Argon2,
    password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString},
};
use jiff::{SignedDuration, Timestamp};
use std::fmt;
use zeroize::Zeroizing;

const FEWEST_DIGITS: usize = 4;
const MOST_DIGITS: usize = 12;
pub const SALT_BYTES: usize = 16;

/// What somebody typed; wiped from memory when dropped, and never printed.
#[derive(Clone)]
pub struct Pin(Zeroizing<String>);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PinError {
    #[error("a PIN is 4 to 12 digits, not all the same and not a run like 1234")]
    Weak,
    #[error("the PIN could not be kept; try again")]
    NotKept,
}

impl Pin {
    /// As typed to be checked: spaces around it do not count.
    pub fn typed(text: &str) -> Self {
        Self(Zeroizing::new(text.trim().to_owned()))
    }

    /// As chosen by its owner: refused where a colleague would try it first.
    pub fn chosen(text: &str) -> Result<Self, PinError> {
        let text = text.trim();
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        let long_enough = (FEWEST_DIGITS..=MOST_DIGITS).contains(&text.len());
        if digits && long_enough && !same_steps(text) {
            Ok(Self::typed(text))
        } else {
            Err(PinError::Weak)
        }
    }

    /// The form in which it is kept. `salt` is fresh randomness.
    pub fn hash(&self, salt: &[u8; SALT_BYTES]) -> Result<String, PinError> {
        let salt = SaltString::encode_b64(salt).map_err(|_| PinError::NotKept)?;
        // The crate's own cost: 19 MiB, two passes (OWASP). The database that holds it is encrypted besides.
        let hash = Argon2::default().hash_password(self.0.as_bytes(), &salt);
        Ok(hash.map_err(|_| PinError::NotKept)?.to_string())
    }

    /// False as well for what is no hash: nobody gets in by a damaged row.
    pub fn is(&self, kept: &str) -> bool {
        PasswordHash::new(kept).is_ok_and(|kept| {
            Argon2::default()
                .verify_password(self.0.as_bytes(), &kept)
                .is_ok()
        })
    }
}

/// 0000, 1234, 8765, 2468: each step from one digit to the next is the same.
fn same_steps(digits: &str) -> bool {
    let digits: Vec<i16> = digits.bytes().map(i16::from).collect();
    let mut steps = digits.iter().zip(digits.iter().skip(1)).map(|(a, b)| b - a);
    let first = steps.next();
    steps.all(|step| Some(step) == first)
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin(‹redacted›)")
    }
}

/// So many wrong PINs in a row are forgiven.
pub const FORGIVEN: u32 = 5;
const FIRST_WAIT: SignedDuration = SignedDuration::from_secs(30);
const LONGEST_WAIT: SignedDuration = SignedDuration::from_mins(15);

/// How long nobody can sign in as this person after so many wrong PINs in a row: none up to 5, then 30 seconds, doubling to a quarter of an hour.
pub fn wait_after(failure_count: u32) -> SignedDuration {
    let Some(doublings) = failure_count.checked_sub(FORGIVEN) else {
        return SignedDuration::ZERO;
    };
    let wait = FIRST_WAIT.as_secs().saturating_mul(1 << doublings.min(10));
    SignedDuration::from_secs(wait).min(LONGEST_WAIT)
}

/// How many wrong PINs are left before the next wait.
pub fn tries_left(failure_count: u32) -> u32 {
    FORGIVEN.saturating_sub(failure_count)
}

/// What is left of a wait; a clock that was set back does not lock anybody out for years.
pub fn wait_left(until: Timestamp, now: Timestamp) -> SignedDuration {
    until
        .duration_since(now)
        .clamp(SignedDuration::ZERO, LONGEST_WAIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_is_digits_that_are_not_the_first_a_colleague_would_try() {
        for good in ["2580", "1357924680", " 4711 ", "0010"] {
            assert!(Pin::chosen(good).is_ok(), "{good}");
        }
        for weak in [
            "",
            "123",
            "1111",
            "1234",
            "8765",
            "2468",
            "12a4",
            "1234567890123",
            "١٢٣٥",
        ] {
            assert_eq!(Pin::chosen(weak).err(), Some(PinError::Weak), "{weak}");
        }
    }

    #[test]
    fn only_the_same_pin_opens_and_what_is_kept_does_not_hold_it() {
        let pin = Pin::chosen("2580").unwrap();
        let kept = pin.hash(&[7; SALT_BYTES]).unwrap();
        assert!(kept.starts_with("$argon2id$") && !kept.contains("2580"));
        assert!(Pin::typed(" 2580").is(&kept));
        assert!(!Pin::typed("2581").is(&kept) && !Pin::typed("").is(&kept));
        assert!(!pin.is("") && !pin.is("$argon2id$damaged"));
        assert_ne!(kept, pin.hash(&[8; SALT_BYTES]).unwrap());
        assert_eq!(format!("{pin:?}"), "Pin(‹redacted›)");
    }

    #[test]
    fn wrong_pins_make_everybody_wait_longer_and_longer_up_to_a_quarter_of_an_hour() {
        let waits: Vec<i64> = (3..=12).map(|count| wait_after(count).as_secs()).collect();
        assert_eq!(waits, [0, 0, 30, 60, 120, 240, 480, 900, 900, 900]);
        assert_eq!(wait_after(u32::MAX).as_secs(), 900);
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let years = wait_left(at("2036-01-01T00:00:00Z"), at("2026-01-01T00:00:00Z"));
        assert_eq!(years, LONGEST_WAIT);
        assert_eq!(
            wait_left(at("2016-01-01T00:00:00Z"), at("2026-01-01T00:00:00Z")).as_secs(),
            0
        );
    }
}
