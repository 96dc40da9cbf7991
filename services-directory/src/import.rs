//! Taking services over from a public feed or a table into a directory file, for a curator: what is dirty is repaired and told, nothing is assured.
//!
//! The way of a record: raw JSON as the feed gave it → `open_referral` (with `text`, `fields`, `contacts` and `dates`, each repair told) →
//! `take_over`, which puts it into the file beside what is there, and decides with `seen` what is gone. A table's rows come in by `rows`, as the
//! same raw JSON. All of it only computes: the network is in `signed_feed::crawl`, files are in the command line.
//!
//! No step writes an endpoint, and no field of a feed becomes one: what stands there are addresses for enquiries.

pub mod contacts;
pub mod dates;
pub mod duplicates;
pub mod fields;
pub mod file;
pub mod merge;
pub mod open_referral;
pub mod repair;
pub mod rows;
pub mod seen;
pub mod source;
pub mod take_over;
pub mod text;

#[cfg(test)]
mod tests;
