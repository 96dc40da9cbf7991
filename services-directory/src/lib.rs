//! The directory.
pub mod criteria;
pub mod directory_table;
pub mod feed;
pub mod ids;
pub mod model;
pub mod search;
