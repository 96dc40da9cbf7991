//! The directory.
pub mod criteria;
pub mod feed;
pub mod ids;
pub mod model;
pub mod search;
