//! The demonstration: certificates for loopback and a mail server that really speaks SMTP, so that a referral can be sent and seen to arrive.

pub mod certificates;
pub mod mail_server;
pub mod practice;
