//! The curator's side: a folder of static files that any web host can serve, made, published into, kept alive and given other keys.
//!
//! Nothing here asks the clock or prints. What is wrong ends a step before its first write; how it is written, `writes.rs` says.

mod edition;
mod endpoints;
mod error;
mod repository;
mod request;
mod roles;
mod rotation;
mod signing;
mod writes;

pub use edition::{Edition, Left, Texts};
pub use endpoints::{EndpointChange, EndpointChanges};
pub use error::PublishError;
pub use repository::{ProposedTargets, Published, Repository, Step, fingerprint};
pub use request::{Review, SigningRequest};
pub use roles::{Keyring, holders_of, services_delegation};
pub use rotation::ProposedRotation;
pub use signing::{CollectedSignature, RoleName, Signers, bytes_to_sign, file_bytes};
pub use writes::{Write, Writes};

#[cfg(test)]
mod tests;
