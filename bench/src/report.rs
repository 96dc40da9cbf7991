//! The table: what was measured, engines side by side, between two marks in docs/benchmarks.md.

use crate::engines::ENGINES;
use crate::machine;
use crate::quality::SetScores;
use crate::scoring::{Scores, Tally, share};
use crate::speed::{Speed, percentile};
use crate::window::Window;
use std::collections::{BTreeMap, BTreeSet};

pub const BEGIN: &str =
    "<!-- measured: begin. `cargo xtask bench` writes what stands between the marks. -->";
pub const END: &str = "<!-- measured: end -->";

/// Two 60ths of a second.
const FRAME_MS: f64 = 1000.0 / 60.0;

/// Everything that was measured; what was not is left out.
pub struct Measured<'a> {
    pub quality: &'a [SetScores],
    pub speed: &'a [Speed],
    pub window: Option<&'a Window>,
}

impl Measured<'_> {
    pub fn table(&self) -> String {
        let mut text = format!("Measured on {}.\n", machine::description());
        text += &self.quality();
        text += &self.speed();
        if let Some(window) = self.window {
            text += &of_window(window);
        }
        text
    }

    fn quality(&self) -> String {
        let mut text = String::from(
            "\n### Quality\n\nShares of queries, hit@1 / hit@5; in brackets, of the others, how many times Onward's they are.\n\n",
        );
        text += &heading("set, kind (queries)");
        for set in self.quality {
            let name = set.set.as_str();
            text += &set.row(&format!("**{name}**, all"), |scores| Some(scores.answered));
            let kinds: BTreeSet<&String> = set
                .engines
                .values()
                .flat_map(|scores| scores.by_kind.keys())
                .collect();
            for kind in kinds {
                text += &set.row(&format!("{name}, {kind}"), |scores| {
                    scores.by_kind.get(kind).copied()
                });
            }
        }
        text += "\n";
        text += &heading("set: what must not be");
        for set in self.quality {
            let name = set.set.as_str();
            let mut line = |label: &str, cell: &dyn Fn(&Scores) -> String| {
                let cells = set.cells(cell);
                text += &format!("| {name}: {label} | {} |\n", cells.join(" | "));
            };
            line("out of scope, something shown", &|scores| {
                of(scores.shown_for_nothing, scores.unanswerable)
            });
            line("words of crisis, another kind first or none", &|scores| {
                of(scores.crisis_wrong_first, scores.crisis)
            });
            line(
                "hits closed or paused / of the wrong age / area",
                &|scores| {
                    format!(
                        "{} / {} / {} of {}",
                        scores.closed, scores.wrong_age, scores.wrong_area, scores.hits
                    )
                },
            );
        }
        text
    }

    fn speed(&self) -> String {
        let mut text = String::from(
            "\n### Speed of one key press\n\nCPU time in ms, p50 / p99 / max; in brackets, of the others, how many times Onward's p99 it is. † not all of the key presses in the time given.\n\n",
        );
        text += &heading("services, patient");
        let sizes: BTreeSet<usize> = self.speed.iter().map(|speed| speed.services).collect();
        for size in sizes {
            let at = |engine: &str| {
                self.speed
                    .iter()
                    .find(|speed| speed.services == size && speed.engine == engine)
            };
            for (label, known) in [("practice and age known", true), ("nothing known", false)] {
                let presses = |speed: &Speed| {
                    if known {
                        speed.with_practice
                    } else {
                        speed.without
                    }
                };
                let ours = at("Onward").map(|speed| presses(speed).p99);
                let cells = ENGINES.map(|engine| {
                    at(engine.name()).map_or_else(
                        || "takes minutes".to_owned(),
                        |speed| {
                            let presses = presses(speed);
                            let cut = if presses.count < presses.of {
                                " †"
                            } else {
                                ""
                            };
                            let ratio =
                                ratio(presses.p99, ours.filter(|_| engine.name() != "Onward"));
                            format!(
                                "{} / {} / {}{ratio}{cut}",
                                short(presses.p50),
                                short(presses.p99),
                                short(presses.max)
                            )
                        },
                    )
                });
                text += &format!("| {}, {label} | {} |\n", thousands(size), cells.join(" | "));
            }
            let ours = at("Onward").map(|speed| speed.build_cpu_ms);
            let cells = ENGINES.map(|engine| {
                at(engine.name()).map_or_else(
                    || "–".to_owned(),
                    |speed| {
                        let ratio = ratio(
                            speed.build_cpu_ms,
                            ours.filter(|_| engine.name() != "Onward"),
                        );
                        format!(
                            "{} s{ratio}, {:.0} MB",
                            short(speed.build_cpu_ms / 1000.0),
                            megabytes(speed.grown_bytes)
                        )
                    },
                )
            });
            text += &format!(
                "| {}: index built, memory grown by | {} |\n",
                thousands(size),
                cells.join(" | ")
            );
        }
        text
    }
}

/// How many times ours it is.
fn ratio(theirs: f64, ours: Option<f64>) -> String {
    match ours {
        Some(ours) if ours > 0.0 => format!(" (×{})", short(theirs / ours)),
        _ => String::new(),
    }
}

impl SetScores {
    fn row(&self, label: &str, tally: impl Fn(&Scores) -> Option<Tally>) -> String {
        let ours = self
            .engines
            .get("Onward")
            .and_then(&tally)
            .unwrap_or_default();
        let hits = |tally: Tally| {
            (
                share(tally.first, tally.queries),
                share(tally.in_five, tally.queries),
            )
        };
        let (our_first, our_five) = hits(ours);
        let mut cells = Vec::new();
        for engine in ENGINES {
            let (first, five) = hits(
                self.engines
                    .get(engine.name())
                    .and_then(&tally)
                    .unwrap_or_default(),
            );
            let mut cell = format!("{first:.2} / {five:.2}");
            if engine.name() != "Onward" && our_first > 0.0 && our_five > 0.0 {
                cell += &format!(" (×{:.2} / ×{:.2})", first / our_first, five / our_five);
            }
            cells.push(cell);
        }
        format!("| {label} ({}) | {} |\n", ours.queries, cells.join(" | "))
    }

    fn cells(&self, cell: impl Fn(&Scores) -> String) -> Vec<String> {
        let of = |name: &str| self.engines.get(name).map_or_else(|| "–".to_owned(), &cell);
        ENGINES.iter().map(|engine| of(engine.name())).collect()
    }
}

fn of_window(window: &Window) -> String {
    let mut text = String::from(
        "\n### The window\n\nMilliseconds of the wall clock, in a virtual display without a graphics card; the program is a release, but with the web profile that WebDriver needs.\n\n| what | p50 | p99 | max | aim |\n|---|---|---|---|---|\n",
    );
    let mut row = |what: &str, mut times: Vec<f64>, aim: &str| {
        times.sort_by(f64::total_cmp);
        if times.is_empty() {
            text += &format!("| {what} | not measured | | | {aim} |\n");
        } else {
            let (p50, p99) = (percentile(&times, 50), percentile(&times, 99));
            let max = times.last().copied().unwrap_or_default();
            text += &format!(
                "| {what} ({}) | {p50:.0} | {p99:.0} | {max:.0} | {aim} |\n",
                times.len()
            );
        }
    };
    let two_frames = format!("p99 ≤ {:.1}", 2.0 * FRAME_MS);
    row(
        "key press → results changed in the page",
        window
            .presses
            .iter()
            .map(|press| press.changed_ms)
            .collect(),
        "",
    );
    row(
        "key press → the frame that shows them begins",
        window.presses.iter().map(|press| press.frame_ms).collect(),
        "",
    );
    row(
        "key press → that frame is over (two requestAnimationFrame)",
        window
            .presses
            .iter()
            .map(|press| press.painted_ms)
            .collect(),
        &two_frames,
    );
    row(
        "hot-key, pressed by XTEST → search box focused and painted",
        window.hot_key_ms.clone(),
        "≤ 200",
    );
    row(
        "start on a fresh folder → first contents painted",
        window
            .starts
            .iter()
            .filter_map(|start| start.painted_ms)
            .collect(),
        "",
    );
    row(
        "start on a fresh folder → search box seen to have the focus, through WebDriver",
        window.starts.iter().map(|start| start.ready_ms).collect(),
        "≤ 2000",
    );
    text += &format!(
        "\n{} key presses changed nothing on the screen and are not counted. The demonstration's data is made during each start.\n",
        window.without_change
    );
    text += "\n| memory (PSS), MB | ready | after these key presses |\n|---|---|---|\n";
    let by_name = |list: &[crate::window::Process]| {
        let mut sums: BTreeMap<String, u64> = BTreeMap::new();
        for process in list {
            *sums.entry(process.name.clone()).or_default() += process.bytes;
        }
        sums
    };
    let (ready, used) = (by_name(&window.memory_ready), by_name(&window.memory_used));
    for name in ready.keys().chain(used.keys()).collect::<BTreeSet<_>>() {
        let at = |sums: &BTreeMap<String, u64>| {
            sums.get(name).map_or_else(
                || "–".to_owned(),
                |bytes| format!("{:.0}", megabytes(*bytes)),
            )
        };
        text += &format!("| {name} | {} | {} |\n", at(&ready), at(&used));
    }
    text += &format!(
        "| **all processes** | {:.0} | {:.0} |\n",
        megabytes(ready.values().sum()),
        megabytes(used.values().sum())
    );
    let package = window.package_bytes.map_or_else(
        || "not built (`cargo xtask dist`)".to_owned(),
        |bytes| format!("{:.1} MB", megabytes(bytes)),
    );
    text + &format!(
        "\nThe program on the disk: {:.1} MB, stripped. The .deb: {package}.\n",
        megabytes(window.program_bytes)
    )
}

fn heading(first: &str) -> String {
    let names = ENGINES.map(crate::engines::Engine::name).join(" | ");
    format!(
        "| {first} | {names} |\n|---{}|\n",
        "|---".repeat(ENGINES.len())
    )
}

fn of(part: u32, whole: u32) -> String {
    format!("{part} of {whole}")
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

fn thousands(number: usize) -> String {
    match number / 1000 {
        0 => number.to_string(),
        high => format!("{high},{:03}", number % 1000),
    }
}

fn megabytes(bytes: u64) -> f64 {
    // A computer's memory has fewer bytes than a float counts exactly.
    #[allow(clippy::cast_precision_loss)]
    let bytes = bytes as f64;
    bytes / 1_000_000.0
}

/// The document with what is between the marks replaced; none without the marks.
pub fn placed(document: &str, table: &str) -> Option<String> {
    let (before, rest) = document.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n\n{table}\n{END}{after}"))
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
    fn numbers_are_short() {
        assert_eq!(
            (short(0.456), short(12.34), short(432.1)),
            ("0.46".to_owned(), "12.3".to_owned(), "432".to_owned())
        );
        assert_eq!(
            (thousands(1000), thousands(100_000)),
            ("1,000".to_owned(), "100,000".to_owned())
        );
    }
}
