//! The part of the table that says how good the answers are.

use super::{heading, row};
use crate::engines::{ENGINES, Engine};
use crate::quality::SetScores;
use crate::scoring::{Scores, Tally, share};
use std::collections::BTreeSet;

const ABOUT: &str = "Shares of queries, hit@1 / hit@5; in brackets, of the others, how many times Onward's they are.";

pub fn lines(sets: &[SetScores]) -> Vec<String> {
    let mut lines = vec![String::new(), "### Quality".to_owned(), String::new()];
    lines.extend([ABOUT.to_owned(), String::new()]);
    lines.extend(heading("set, kind (queries)"));
    for set in sets {
        lines.push(hits(set, "**all**", |scores| Some(scores.answered)));
        let kinds: BTreeSet<&String> = set
            .engines
            .values()
            .flat_map(|scores| scores.by_kind.keys())
            .collect();
        for kind in kinds {
            lines.push(hits(set, kind, |scores| scores.by_kind.get(kind).copied()));
        }
    }
    lines.push(String::new());
    lines.extend(heading("set: what must not be"));
    for set in sets {
        lines.push(counts(set, "out of scope, something shown", |scores| {
            format!("{} of {}", scores.shown_for_nothing, scores.unanswerable)
        }));
        lines.push(counts(
            set,
            "words of crisis, another kind first or none",
            |scores| format!("{} of {}", scores.crisis_wrong_first, scores.crisis),
        ));
        lines.push(counts(
            set,
            "hits closed or paused / of the wrong age / area",
            |scores| {
                let Scores {
                    closed,
                    wrong_age,
                    wrong_area,
                    hits,
                    ..
                } = scores;
                format!("{closed} / {wrong_age} / {wrong_area} of {hits}")
            },
        ));
    }
    lines
}

fn hits(set: &SetScores, label: &str, tally: impl Fn(&Scores) -> Option<Tally>) -> String {
    let of = |engine: Engine| {
        let scores = set.engines.get(engine.name());
        let tally = scores.and_then(&tally).unwrap_or_default();
        (
            share(tally.first, tally.queries),
            share(tally.in_five, tally.queries),
            tally.queries,
        )
    };
    let (our_first, our_five, queries) = of(Engine::Onward);
    let cells = ENGINES.map(|engine| {
        let (first, five, _) = of(engine);
        let cell = format!("{first:.2} / {five:.2}");
        if engine == Engine::Onward || our_first <= 0.0 || our_five <= 0.0 {
            return cell;
        }
        format!(
            "{cell} (×{:.2} / ×{:.2})",
            first / our_first,
            five / our_five
        )
    });
    row(&format!("{}, {label} ({queries})", set.set), &cells)
}

fn counts(set: &SetScores, label: &str, cell: impl Fn(&Scores) -> String) -> String {
    let of = |engine: Engine| {
        let scores = set.engines.get(engine.name());
        scores.map_or_else(|| "–".to_owned(), &cell)
    };
    row(&format!("{}: {label}", set.set), &ENGINES.map(of))
}
