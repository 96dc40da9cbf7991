//! What the whole-product tests share: a practice with its mail server, the built program, and servers at the edge.

pub mod patients;
pub mod practice;
pub mod program;
