//! The part of the table that says what following a published directory costs.

use super::{megabytes, short};
use crate::feed::{Cost, FeedFigures};
use crate::speed::Presses;

pub fn lines(figures: &FeedFigures) -> Vec<String> {
    let steps = |cost: &Cost| {
        let each: Vec<String> = cost
            .steps
            .iter()
            .map(|(name, seconds)| format!("{name} {}", short(*seconds)))
            .collect();
        each.join(", ")
    };
    let presses = |presses: &Presses| format!("{} / {}", short(presses.p50), short(presses.p99));
    vec![
        String::new(),
        format!(
            "**A published directory of {} services** ({} MB as it is fetched), each side in a process of its own. Plain: each line parsed, a row each in one transaction; nothing checked, indexed or read back.",
            figures.services,
            short(megabytes(figures.packed_bytes))
        ),
        String::new(),
        "| | Onward | plain | aim |".to_owned(),
        "|---|---|---|---|".to_owned(),
        format!(
            "| CPU, s | {}: {} | {}: {} | ≤ 10 |",
            short(figures.onward.cpu_seconds),
            steps(&figures.onward),
            short(figures.plain.cpu_seconds),
            steps(&figures.plain)
        ),
        format!(
            "| memory at the peak, MB | {} | {} | ≤ 300 |",
            short(megabytes(figures.onward.peak_bytes)),
            short(megabytes(figures.plain.peak_bytes))
        ),
        format!(
            "| a search, ms p50 / p99: idle, then during an apply | {}, then {} ({} searches) | | p99 ≤ 2 times |",
            presses(&figures.idle),
            presses(&figures.during_apply),
            figures.during_apply.count
        ),
    ]
}
