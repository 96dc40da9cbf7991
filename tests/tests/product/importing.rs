//! Importing from a feed over HTTP and from a table, as a curator does it: what the feed honours, when a list is whole, faults on the way, and the files.

mod crawling;
mod curating;
mod unassured;
