//! The directory.
pub mod ids;
pub mod model;
