//! The directory as it is published and refreshed: a TUF repository (The Update Framework), written by a curator and verified by a practice.
pub mod crawl;
pub mod keys;
pub mod layout;
pub mod publish;
pub mod source;
pub mod verify;
