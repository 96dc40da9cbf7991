//! `onward-cli search`: services by words, one query or a file of them.

use crate::{CliError, Common, open, print_json, text_of};
use clap::Args;
use engine::{
    Catalogue, Engine, HiddenHere, LayerMarks, MyUsual, PatientFacts, UsualHit, not_open_detail,
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use services_directory::{
    criteria,
    ids::{OdsCode, ServiceId},
    model::Category,
};
use std::collections::BTreeSet;

#[derive(Args)]
pub struct SearchArguments {
    /// Words as one types them; without any, "My usual": favourites, and what is used most.
    words: Vec<String>,
    /// The patient's age in years.
    #[arg(long)]
    age: Option<u8>,
    /// The ODS code of the patient's practice; this practice's own without it.
    #[arg(long, value_name = "ODS")]
    practice: Option<String>,
    /// A file of queries, one a line: plain words, or {"text", "age", "practice"}. Answers one JSON object a line.
    #[arg(long, value_name = "FILE")]
    batch: Option<String>,
}

#[derive(Serialize)]
struct Found {
    hits: Vec<Hit>,
    not_open: Vec<NotOpen>,
    /// Asked for by their names, and hidden by this practice.
    hidden_here: Vec<NamedHidden>,
    hidden: Hidden,
    crisis: bool,
    /// What words were taken for, where that is not what was typed.
    understood_as: Vec<Taken>,
    /// The hits are "My usual": nothing was typed.
    usual: bool,
    /// … of the practice: this referrer has none yet.
    of_practice: bool,
}

#[derive(Serialize)]
struct Taken {
    typed: String,
    taken_for: Vec<String>,
}

#[derive(Serialize)]
struct Hit {
    id: String,
    name: String,
    category: Category,
    why: Vec<String>,
    favourite: bool,
    /// On top of the list, because this practice put it there.
    pinned: bool,
    /// Who of this practice said that nothing is sent there, when and why.
    do_not_refer: Option<String>,
    /// A public entry that no curator has checked: nothing is sent there.
    unassured: bool,
    /// The reasons that go there most often; only in "My usual".
    reasons: Vec<&'static str>,
}

#[derive(Serialize)]
struct NotOpen {
    id: String,
    name: String,
    reason: String,
}

#[derive(Serialize)]
struct NamedHidden {
    id: String,
    name: String,
    /// Who hid it, when and why.
    said: String,
}

#[derive(Serialize, Default)]
struct Hidden {
    age: usize,
    area: usize,
    closed: usize,
    /// By this practice.
    here: usize,
    /// The directory is a country's: services of other areas are not looked at.
    elsewhere_not_counted: bool,
}

/// One line of a batch.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BatchLine {
    text: String,
    #[serde(default)]
    age: Option<u8>,
    #[serde(default)]
    practice: Option<String>,
}

pub fn run(arguments: &SearchArguments, common: &Common) -> Result<(), CliError> {
    let engine = open(common)?;
    let own_practice = engine.practice_ods_code()?;
    let searched = Searched {
        engine: &engine,
        catalogue: &*engine.catalogue()?,
        marks: engine.layer_marks()?,
        // A practice that is not set up yet has none.
        favourites: engine.favourites().unwrap_or_default(),
        today: engine.store.clock.today(),
    };
    if let Some(path) = &arguments.batch {
        return text_of(path)?
            .lines()
            .filter(|line| !line.trim().is_empty())
            .try_for_each(|line| {
                let line = batch_line(line)?;
                let facts = facts(line.age, line.practice, own_practice.as_ref())?;
                print_json(&searched.words(&line.text, &facts)?)
            });
    }
    let facts = facts(
        arguments.age,
        arguments.practice.clone(),
        own_practice.as_ref(),
    )?;
    let text = arguments.words.join(" ");
    let found = if text.trim().is_empty() {
        searched.usual(engine.my_usual(&facts)?)?
    } else {
        searched.words(&text, &facts)?
    };
    if common.json {
        return print_json(&found);
    }
    print_words(&found);
    Ok(())
}

fn batch_line(line: &str) -> Result<BatchLine, CliError> {
    if line.trim_start().starts_with('{') {
        serde_json::from_str(line).map_err(|error| {
            CliError::Usage(format!(
                "a line of the batch is not {{\"text\", \"age\", \"practice\"}}: {error}"
            ))
        })
    } else {
        Ok(BatchLine {
            text: line.to_owned(),
            age: None,
            practice: None,
        })
    }
}

/// Without a practice that was asked for, the patient is one of this practice's own.
fn facts(
    age: Option<u8>,
    practice: Option<String>,
    own: Option<&OdsCode>,
) -> Result<PatientFacts, CliError> {
    let parse = |code: String| {
        OdsCode::parse(&code).map_err(|error| CliError::Usage(format!("--practice: {error}")))
    };
    Ok(PatientFacts {
        age,
        practice: practice.map(parse).transpose()?.or_else(|| own.cloned()),
        ..PatientFacts::default()
    })
}

struct Searched<'a> {
    engine: &'a Engine,
    catalogue: &'a Catalogue,
    marks: LayerMarks,
    favourites: BTreeSet<String>,
    today: Date,
}

impl Searched<'_> {
    fn words(&self, text: &str, facts: &PatientFacts) -> Result<Found, CliError> {
        let here = self
            .engine
            .search_here(self.catalogue, text, facts, self.today)?;
        let found = here.results;
        let taken = found.understood_as.into_iter().map(|taken| Taken {
            typed: taken.typed,
            taken_for: taken.taken_for,
        });
        let not_open = found.not_open.iter();
        let hits = found.hits.into_iter().map(|hit| {
            Ok(Hit {
                why: hit.why,
                ..self.hit(&hit.service_id, &hit.name, hit.category)?
            })
        });
        Ok(Found {
            hits: hits.collect::<Result<_, CliError>>()?,
            not_open: not_open
                .map(|hit| self.closed(&hit.service_id, &hit.reason))
                .collect(),
            hidden_here: here.hidden.into_iter().map(named_hidden).collect(),
            hidden: Hidden {
                age: found.hidden.age,
                area: found.hidden.area,
                closed: found.hidden.closed,
                here: here.hidden_count,
                elsewhere_not_counted: found.hidden.elsewhere_not_counted,
            },
            crisis: found.crisis,
            understood_as: taken.collect(),
            usual: false,
            of_practice: false,
        })
    }

    fn usual(&self, usual: MyUsual) -> Result<Found, CliError> {
        let not_open = usual.not_open.iter();
        let of = |hit: &UsualHit| hit.service.id.to_string();
        let (hidden, seen): (Vec<_>, Vec<_>) = usual
            .hits
            .into_iter()
            .partition(|hit| self.marks.hides(&of(hit)));
        let hits = seen.iter().map(|hit| {
            let service = &hit.service;
            Ok(Hit {
                reasons: hit.reasons.iter().map(|reason| reason.code()).collect(),
                ..self.hit(&service.id, &service.name, service.onward.category)?
            })
        });
        Ok(Found {
            not_open: not_open.map(|(id, why)| self.closed(id, why)).collect(),
            hits: hits.collect::<Result<_, CliError>>()?,
            hidden_here: Vec::new(),
            hidden: Hidden {
                here: hidden.len(),
                ..Hidden::default()
            },
            crisis: false,
            understood_as: Vec::new(),
            usual: true,
            of_practice: usual.of_practice,
        })
    }

    fn hit(&self, service_id: &ServiceId, name: &str, category: Category) -> Result<Hit, CliError> {
        let id = service_id.as_str();
        let stopped = self.marks.do_not_refer.contains(id);
        Ok(Hit {
            id: id.to_owned(),
            name: name.to_owned(),
            category,
            why: Vec::new(),
            favourite: self.favourites.contains(id),
            pinned: self.marks.pinned.contains(id),
            do_not_refer: if stopped {
                self.engine.do_not_refer(id)?
            } else {
                None
            },
            unassured: self.catalogue.is_unassured(service_id),
            reasons: Vec::new(),
        })
    }

    fn closed(&self, id: &ServiceId, reason: &criteria::NotOpen) -> NotOpen {
        let code = engine::not_open_code(reason);
        let detail = not_open_detail(reason)
            .map(|detail| format!(": {detail}"))
            .unwrap_or_default();
        let successor = match reason {
            criteria::NotOpen::Closed {
                replaced_by: Some(id),
                ..
            } => self
                .catalogue
                .name_of(id)
                .map(|name| format!("; now {name}"))
                .unwrap_or_default(),
            _ => String::new(),
        };
        NotOpen {
            id: id.to_string(),
            name: self.catalogue.name_of(id).unwrap_or_default(),
            reason: format!("{code}{detail}{successor}"),
        }
    }
}

fn named_hidden(hidden: HiddenHere) -> NamedHidden {
    NamedHidden {
        id: hidden.service_id,
        name: hidden.name,
        said: hidden.said,
    }
}

fn print_words(found: &Found) {
    if found.crisis {
        say!("Is this person at risk now? This tool is not for emergencies.");
        say!(
            "Life at risk: 999 or A&E. Otherwise NHS 111, mental health option (2), at any hour. Samaritans: 116 123.\n"
        );
    }
    for taken in &found.understood_as {
        say!(
            "{} is taken for {}",
            taken.typed,
            taken.taken_for.join(", or ")
        );
    }
    if found.of_practice {
        say!("What the practice sends to most:");
    } else if found.usual {
        say!("Your usual services:");
    }
    if found.hits.is_empty() {
        say!(
            "{}",
            if found.usual {
                "None yet."
            } else {
                "Nothing matches."
            }
        );
    }
    for hit in &found.hits {
        let said = [hit.why.join(", "), hit.reasons.join(", ")].concat();
        say!("{}  [{}]{}  {said}", hit.name, hit.id, marks(hit));
    }
    for hidden in &found.hidden_here {
        say!(
            "Hidden here: {}  [{}]  {}",
            hidden.name,
            hidden.id,
            hidden.said
        );
    }
    for closed in &found.not_open {
        say!(
            "Not open: {}  [{}]  {}",
            closed.name,
            closed.id,
            closed.reason
        );
    }
    let hidden = &found.hidden;
    if hidden.age + hidden.area + hidden.closed > 0 {
        say!(
            "Hidden: age {}, area {}, closed or paused {}",
            hidden.age,
            hidden.area,
            hidden.closed
        );
    }
    if hidden.here > 0 {
        say!("Hidden by this practice: {}", hidden.here);
    }
    if hidden.elsewhere_not_counted {
        say!("Services of other areas are not counted");
    }
}

/// What stands beside a hit, each in brackets.
fn marks(hit: &Hit) -> String {
    let stopped = hit.do_not_refer.as_deref();
    let marks = [
        stopped.map(|why| format!("do not refer here: {why}")),
        hit.pinned.then(|| "pinned here".to_owned()),
        hit.favourite.then(|| "favourite".to_owned()),
        hit.unassured
            .then(|| "public entry, not checked by a curator".to_owned()),
    ];
    let marks = marks.into_iter().flatten();
    marks.fold(String::new(), |said, mark| said + "  (" + &mark + ")")
}
