//! The part of the table that says what a key press costs.

use super::{heading, megabytes, row, short};
use crate::engines::{ENGINES, Engine};
use crate::speed::{Presses, Speed};
use std::collections::BTreeSet;

const ABOUT: &str = "CPU time in ms, p50 / p99 / max; in brackets, of the others, how many times Onward's p99 it is. † not all of the key presses in the time given.";

pub fn lines(speeds: &[Speed]) -> Vec<String> {
    let mut lines = vec![String::new(), "### Speed of one key press".to_owned()];
    lines.extend([String::new(), ABOUT.to_owned(), String::new()]);
    lines.extend(heading("services, patient"));
    let sizes: BTreeSet<usize> = speeds.iter().map(|speed| speed.services).collect();
    for size in sizes {
        let of_size = OfSize { speeds, size };
        lines.push(of_size.presses("practice and age known", |speed| speed.with_practice));
        lines.push(of_size.presses("nothing known", |speed| speed.without));
        lines.push(of_size.index());
    }
    lines
}

struct OfSize<'a> {
    speeds: &'a [Speed],
    size: usize,
}

impl OfSize<'_> {
    fn at(&self, engine: Engine) -> Option<&Speed> {
        let mut speeds = self.speeds.iter();
        speeds.find(|speed| speed.services == self.size && speed.engine == engine.name())
    }

    fn presses(&self, label: &str, of: impl Fn(&Speed) -> Presses) -> String {
        let ours = self.at(Engine::Onward).map(|speed| of(speed).p99);
        let cells = ENGINES.map(|engine| {
            let Some(presses) = self.at(engine).map(&of) else {
                return "takes minutes".to_owned();
            };
            let (p50, p99, max) = (short(presses.p50), short(presses.p99), short(presses.max));
            let cut = if presses.count < presses.of {
                " †"
            } else {
                ""
            };
            format!(
                "{p50} / {p99} / {max}{}{cut}",
                ratio(engine, presses.p99, ours)
            )
        });
        row(&format!("{}, {label}", thousands(self.size)), &cells)
    }

    fn index(&self) -> String {
        let ours = self.at(Engine::Onward).map(|speed| speed.build_cpu_ms);
        let cells = ENGINES.map(|engine| {
            let Some(speed) = self.at(engine) else {
                return "–".to_owned();
            };
            let seconds = short(speed.build_cpu_ms / 1000.0);
            let ratio = ratio(engine, speed.build_cpu_ms, ours);
            format!("{seconds} s{ratio}, {:.0} MB", megabytes(speed.grown_bytes))
        });
        let label = format!("{}: index built, memory grown by", thousands(self.size));
        row(&label, &cells)
    }
}

/// How many times ours it is; of ours itself, nothing.
fn ratio(engine: Engine, theirs: f64, ours: Option<f64>) -> String {
    match ours {
        Some(ours) if engine != Engine::Onward && ours > 0.0 => {
            format!(" (×{})", short(theirs / ours))
        }
        _ => String::new(),
    }
}

fn thousands(number: usize) -> String {
    match number / 1000 {
        0 => number.to_string(),
        high => format!("{high},{:03}", number % 1000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn others_stand_beside_ours_as_ratios_and_a_missing_one_is_said() {
        let speed = |engine: &str, p99| {
            let presses = Presses {
                count: 9,
                of: 10,
                p99,
                ..Presses::default()
            };
            Speed {
                engine: engine.to_owned(),
                services: 20_000,
                with_practice: presses,
                ..Speed::default()
            }
        };
        let lines = lines(&[speed("Onward", 2.0), speed("minisearch", 30.0)]);
        let known = lines
            .iter()
            .find(|line| line.contains("age known"))
            .unwrap();
        assert!(known.starts_with("| 20,000, practice"), "{known}");
        assert!(known.contains("| 0.00 / 2.00 / 0.00 † |"), "{known}");
        assert!(known.contains("30.0 / 0.00 (×15.0) †"), "{known}");
        assert!(known.contains("takes minutes"), "{known}");
    }
}
