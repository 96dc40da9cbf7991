//! Servers at the edge of the whole-product tests.

/// Postfix and Dovecot run as system users, and are Debian's: there is no such peer elsewhere.
#[cfg(unix)]
pub mod postfix_dovecot;
