//! The whole product, through its public faces, with real servers at the edge.

#[cfg(unix)]
mod mail_peer;
