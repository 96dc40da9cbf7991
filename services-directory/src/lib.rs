//! The directory: what services there are, read and checked, kept, searched, and set beside what is known of a patient.
pub mod advice;
pub mod criteria;
pub mod directory_table;
pub mod export;
pub mod feed;
pub mod ids;
pub mod import;
pub mod incoming_table;
pub mod layer;
pub mod listed;
pub mod look_alike;
pub mod model;
pub mod reading_age;
pub mod search;
pub mod trust_table;
