//! Servers at the edge of the whole-product tests.
