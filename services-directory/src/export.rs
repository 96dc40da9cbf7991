//! The directory for others to read, in the forms that others know.

pub mod open_referral;
