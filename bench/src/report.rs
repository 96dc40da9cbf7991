//! The table: what was measured, engines side by side, between two marks in docs/benchmarks.md.

mod feed;
mod quality;
mod speed;
mod window;

use crate::engines::ENGINES;
use crate::feed::FeedFigures;
use crate::import::{self, Import};
use crate::machine;
use crate::quality::SetScores;
use crate::speed::Speed;
use crate::window::Window;

pub const BEGIN: &str =
    "<!-- measured: begin. `cargo xtask bench` writes what stands between the marks. -->";
pub const END: &str = "<!-- measured: end -->";

/// Everything that was measured; what was not is left out.
pub struct Measured<'a> {
    pub quality: &'a [SetScores],
    pub speed: &'a [Speed],
    pub feed: Option<&'a FeedFigures>,
    pub window: Option<&'a Window>,
    pub import: Option<&'a Import>,
}

impl Measured<'_> {
    pub fn table(&self) -> String {
        let mut lines = vec![format!("Measured on {}.", machine::description())];
        lines.extend(quality::lines(self.quality));
        lines.extend(speed::lines(self.speed));
        lines.extend(self.feed.map(feed::lines).unwrap_or_default());
        lines.extend(self.window.map(window::lines).unwrap_or_default());
        lines.extend(self.import.map(import::lines).unwrap_or_default());
        lines.join("\n") + "\n"
    }
}

/// The document with what is between the marks replaced; none without the marks.
pub fn placed(document: &str, table: &str) -> Option<String> {
    let (before, rest) = document.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n\n{table}\n{END}{after}"))
}

/// The first two lines of a table with a column for each engine.
fn heading(first: &str) -> [String; 2] {
    let names = ENGINES.map(crate::engines::Engine::name).join(" | ");
    [
        format!("| {first} | {names} |"),
        format!("|---{}|", "|---".repeat(ENGINES.len())),
    ]
}

fn row(first: &str, cells: &[String]) -> String {
    format!("| {first} | {} |", cells.join(" | "))
}

/// Three figures that matter.
fn short(number: f64) -> String {
    if number >= 100.0 {
        format!("{number:.0}")
    } else if number >= 10.0 {
        format!("{number:.1}")
    } else {
        format!("{number:.2}")
    }
}

fn megabytes(bytes: u64) -> f64 {
    // A computer's memory has fewer bytes than a float counts exactly.
    #[allow(clippy::cast_precision_loss)]
    let bytes = bytes as f64;
    bytes / 1_000_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_between_the_marks_is_replaced() {
        let document = format!("# Words\n{BEGIN}\nold\n{END}\nmore\n");
        let new = placed(&document, "new").unwrap();
        assert!(new.starts_with("# Words\n") && new.ends_with("\nmore\n") && new.contains("new"));
        assert!(!new.contains("old"));
        assert_eq!(placed(&new, "new").unwrap(), new);
        assert_eq!(placed("no marks", "new"), None);
    }

    #[test]
    fn the_document_that_is_kept_has_the_marks() {
        assert!(placed(include_str!("../../docs/benchmarks.md"), "").is_some());
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!(short(0.456), "0.46");
        assert_eq!(short(12.34), "12.3");
        assert_eq!(short(432.1), "432");
    }
}
