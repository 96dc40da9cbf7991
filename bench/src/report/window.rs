//! The part of the table that says what was measured of the real window.

use super::megabytes;
use crate::speed::percentile;
use crate::window::{Process, Window};
use std::collections::{BTreeMap, BTreeSet};

const ABOUT: &str = "Milliseconds of the wall clock, on a virtual display without a graphics card; the program is a release, but with the web profile that WebDriver needs. A frame is 16.7 ms.";

pub fn lines(window: &Window) -> Vec<String> {
    let mut lines = vec![String::new(), "### The window".to_owned(), String::new()];
    lines.extend(
        [
            ABOUT,
            "",
            "| what (times) | p50 | p99 | max | aim |",
            "|---|---|---|---|---|",
        ]
        .map(ToOwned::to_owned),
    );
    lines.extend(times(window));
    lines.extend([
        String::new(),
        format!(
            "{} key presses changed nothing on the screen and are not counted. The demonstration's data is made during each start. Before it began, {:.1} other programs wanted to run at once.",
            window.without_change, window.load_before
        ),
        String::new(),
    ]);
    lines.extend(memory(window));
    let package = window.package_bytes.map_or_else(
        || "not built (`cargo xtask dist`)".to_owned(),
        |bytes| format!("{:.1} MB", megabytes(bytes)),
    );
    lines.extend([
        String::new(),
        format!(
            "The program on the disk: {:.1} MB, stripped. The .deb: {package}.",
            megabytes(window.program_bytes)
        ),
    ]);
    lines
}

fn times(window: &Window) -> Vec<String> {
    let presses = || window.presses.iter();
    let starts = || window.starts.iter();
    vec![
        spread(
            "key press → results changed in the page",
            presses().map(|press| press.changed_ms).collect(),
            "",
        ),
        spread(
            "key press → the frame that shows them begins",
            presses().map(|press| press.frame_ms).collect(),
            "",
        ),
        spread(
            "key press → that frame is over (two requestAnimationFrame)",
            presses().map(|press| press.painted_ms).collect(),
            "p99 ≤ 33.3",
        ),
        spread(
            "hot-key, pressed by XTEST → search box focused and painted",
            window.hot_key_ms.clone(),
            "≤ 200",
        ),
        spread(
            "start on a fresh folder → first contents painted",
            starts().filter_map(|start| start.painted_ms).collect(),
            "",
        ),
        spread(
            "start on a fresh folder → search box seen to have the focus, by WebDriver",
            starts().map(|start| start.ready_ms).collect(),
            "median ≤ 2000",
        ),
    ]
}

fn spread(what: &str, mut times: Vec<f64>, aim: &str) -> String {
    times.sort_by(f64::total_cmp);
    let Some(max) = times.last() else {
        return format!("| {what} | not measured | | | {aim} |");
    };
    let (p50, p99) = (percentile(&times, 50), percentile(&times, 99));
    format!(
        "| {what} ({}) | {p50:.0} | {p99:.0} | {max:.0} | {aim} |",
        times.len()
    )
}

fn memory(window: &Window) -> Vec<String> {
    let by_name = |list: &[Process]| {
        let mut sums: BTreeMap<String, u64> = BTreeMap::new();
        for process in list {
            *sums.entry(process.name.clone()).or_default() += process.bytes;
        }
        sums
    };
    let (ready, used) = (by_name(&window.memory_ready), by_name(&window.memory_used));
    let mut lines = vec![
        "| memory (PSS), MB | ready | after these key presses |".to_owned(),
        "|---|---|---|".to_owned(),
    ];
    for name in ready.keys().chain(used.keys()).collect::<BTreeSet<_>>() {
        let at = |sums: &BTreeMap<String, u64>| {
            let bytes = sums.get(name);
            bytes.map_or_else(
                || "–".to_owned(),
                |bytes| format!("{:.0}", megabytes(*bytes)),
            )
        };
        lines.push(format!("| {name} | {} | {} |", at(&ready), at(&used)));
    }
    let sum = |sums: &BTreeMap<String, u64>| megabytes(sums.values().sum());
    lines.push(format!(
        "| **all processes** | {:.0} | {:.0} |",
        sum(&ready),
        sum(&used)
    ));
    lines
}
