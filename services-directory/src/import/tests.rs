//! What is dirty in real feeds, one fault a test; the records are made up.
