//! The curator's side: a folder of static files that any web host can serve, made, published into, kept alive and given other keys.
//!
//! Nothing here asks the clock or prints. What is wrong ends a step before its first write; how it is written, `writes.rs` says.

mod edition;
mod error;
mod repository;
mod roles;
mod rotation;
mod signing;
mod writes;

pub use edition::{Edition, EndpointChange, EndpointChanges, Texts};
pub use error::PublishError;
pub use repository::{ProposedTargets, Published, Repository, Revoked, Step, fingerprint};
pub use roles::{Keyring, holders_of, services_delegation};
pub use signing::{CollectedSignature, RoleName, Signers, bytes_to_sign, file_bytes};
pub use writes::{Write, Writes};

#[cfg(test)]
mod tests;
