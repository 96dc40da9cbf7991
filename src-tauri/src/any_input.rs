//! Every command of the window called with anything at all, through Tauri's own messages: it answers or refuses, never panics, and what is
//! refused leaves no trace. In short with the other tests; `cargo xtask torture` calls each 100,000 times (`ONWARD_INPUTS`).

mod values;
mod window;

use product_tests::torture::chance::Chance;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::{
        Once,
        atomic::{AtomicUsize, Ordering},
    },
};
use values::Argument;
use window::{Prepared, Sits, Window};

/// Inputs of a command where nothing else is asked for.
const FEW: usize = 100;
/// After so many the records are put back to what they were, so that there is something to act on again.
const OF_A_ROUND: usize = 10_000;
const SEED: u64 = 20_261_122;

/// What nobody lets go well here: the clipboard is the person's own; the rest belongs to a set-up, a recovery, an approval or a published directory,
/// which have tests of their own.
const NEVER_ACCEPTED: [&str; 12] = [
    "copy_for_record",
    "make_records",
    "recovery_key_written",
    "recover",
    "restore_backup",
    "refuse_address",
    "approve_addresses",
    "phone_checked",
    "service_phoned",
    "enrol_directory",
    "refresh_directory",
    "decide_held_changes",
];
/// A wrong PIN is counted, and a copy for a patient is written down before it is made: these write even where they refuse.
const WRITES_ALL_THE_SAME: [&str; 3] = ["sign_in", "approve_addresses", "export_patient"];
/// All that is answered where nobody has given a PIN.
const FOR_NOBODY: [&str; 10] = [
    "quit",
    "demonstration_mailbox",
    "report_concern",
    "concerns",
    "window_state",
    "sign_in",
    "sign_out",
    "veil",
    "touched",
    "set_up_state",
];
/// And of these nothing is told.
const EMPTY_FOR_NOBODY: [&str; 3] = ["report_concern", "concerns", "demonstration_mailbox"];
/// Of these, what changes anything: a PIN that is right, and a safety concern, which anybody may report and only staff may read.
const CHANGES_FOR_NOBODY: [&str; 2] = ["sign_in", "report_concern"];
/// Where somebody else sits, and for commands that take nothing or copy all there is, this share of the inputs.
const FEWER: usize = 20;
const COPY_ALL: [&str; 4] = [
    "back_up_to",
    "export_patient",
    "load_directory",
    "report_concern",
];

static PANICS: AtomicUsize = AtomicUsize::new(0);

/// What became of a command's inputs.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    accepted: usize,
    refused: usize,
    /// Of those accepted, how many changed the records.
    changed: usize,
    /// Pastes with a well-formed number outside 999, each of which must be refused.
    outside: usize,
}

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The gate's own list, so that none is left out.
fn commands() -> Vec<String> {
    let gate = source().join("../../ui/isolation/isolation.js");
    let gate = fs::read_to_string(gate).unwrap();
    let list = gate
        .split("const COMMANDS = Object.freeze([")
        .nth(1)
        .and_then(|rest| rest.split(']').next())
        .unwrap();
    let names = list.split('\'').skip(1).step_by(2);
    names.map(str::to_owned).collect()
}

/// What its function takes from the window, as it is written in Rust.
fn arguments_of(command: &str) -> Vec<Argument> {
    let mut files = vec![source().join("commands.rs")];
    if let Ok(folder) = fs::read_dir(source().join("commands")) {
        files.extend(folder.map(|file| file.unwrap().path()));
    }
    let sources: String = files
        .iter()
        .map(|file| fs::read_to_string(file).unwrap_or_default())
        .collect();
    let named = |end: &str| sources.split(&format!("async fn {command}{end}")).nth(1);
    let rest = named("(").or_else(|| named("<R: Runtime>("));
    let rest = rest.unwrap_or_else(|| panic!("{command} is nowhere in {files:?}"));
    let (taken, _) = rest.split_once(") ->").unwrap();
    let of_tauri = |kind: &str| kind.starts_with("State<") || kind.starts_with("AppHandle");
    taken
        .split(", ")
        .flat_map(|part| part.split(",\n"))
        .filter_map(|part| part.trim().trim_end_matches(',').split_once(": "))
        .map(|(name, kind)| Argument {
            name: camel(name),
            kind: kind.to_owned(),
        })
        .filter(|argument| !of_tauri(&argument.kind) && !argument.name.contains('\''))
        .collect()
}

fn camel(name: &str) -> String {
    let mut parts = name.split('_');
    let first = parts.next().unwrap_or_default().to_owned();
    let upper = |part: &str| {
        let mut letters = part.chars();
        let first = letters.next().map(|c| c.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    };
    parts.fold(first, |name, part| name + &upper(part))
}

fn count_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            PANICS.fetch_add(1, Ordering::SeqCst);
            usual(panic);
        }));
    });
}

/// One command, so often; the records are put back now and then.
fn torture(prepared: &Prepared, sits: Sits, command: &str, inputs: usize) -> Count {
    let arguments = arguments_of(command);
    let mut chance = Chance::new(SEED ^ command.len() as u64);
    let mut count = Count::default();
    let mut left = inputs;
    while left > 0 {
        let inputs = left.min(OF_A_ROUND);
        left -= inputs;
        let window = Window::open(prepared, sits);
        round(
            &window,
            sits,
            command,
            &arguments,
            inputs,
            &mut chance,
            &mut count,
        );
    }
    count
}

fn round(
    window: &Window,
    sits: Sits,
    command: &str,
    arguments: &[Argument],
    inputs: usize,
    chance: &mut Chance,
    count: &mut Count,
) {
    let before = window.dump();
    let mut version = window.version();
    let mut changed_anything = false;
    let mut queued = 0;
    for number in 0..inputs {
        // The right ones come first in a round; chance alone would seldom find them.
        let payload = match window.right_input(command, arguments, number) {
            Some(right) => right,
            None => values::payload(arguments, &window.known, chance),
        };
        let payload = window.inside(payload);
        let may_queue = command == "queue_referral" && window.may_queue(&payload);
        let answer = window.call(command, &payload);
        let now = window.version();
        let outside = command == "paste_patient" && names_a_number_outside(&payload);
        count.outside += usize::from(outside);
        match answer {
            Err(refusal) => {
                count.refused += 1;
                assert_ne!(
                    refusal["code"], "internal",
                    "{command} {payload}: {refusal}"
                );
                assert!(
                    version == now || WRITES_ALL_THE_SAME.contains(&command),
                    "{sits:?}: {command} {payload} was refused ({refusal}), and something was written"
                );
            }
            Ok(answer) => {
                count.accepted += 1;
                count.changed += usize::from(now != version);
                changed_anything |= now != version;
                let nobody = sits == Sits::Nobody;
                assert!(
                    !nobody || FOR_NOBODY.contains(&command),
                    "{command} {payload}: answered to nobody"
                );
                assert!(
                    !nobody || now == version || CHANGES_FOR_NOBODY.contains(&command),
                    "{command} {payload}: nobody changed something"
                );
                assert!(
                    !nobody || !EMPTY_FOR_NOBODY.contains(&command) || answer == json!([]),
                    "{command}: nobody reads {answer}"
                );
                assert!(
                    !outside || sits != Sits::InADemonstration,
                    "{payload} was taken: {answer}"
                );
                if command == "queue_referral" {
                    assert!(may_queue, "queued without a complete draft: {payload}");
                    queued += 1;
                }
            }
        }
        version = now;
    }
    let after = window.dump();
    if !changed_anything && !WRITES_ALL_THE_SAME.contains(&command) {
        assert!(
            before == after,
            "{command}: refused, and the records differ"
        );
    }
    Window::nothing_was_sent(command, &before, &after, queued);
}

fn names_a_number_outside(payload: &Value) -> bool {
    let text = payload["text"].as_str().unwrap_or_default();
    let marked = text.split_once("NHS No. ").map(|(_, number)| number);
    marked.is_some_and(|number| {
        let whole = number.len() == 10 && number.bytes().all(|byte| byte.is_ascii_digit());
        whole && !number.starts_with("999") && text.starts_with("SMITH, John (Mr)")
    })
}

type Counts = BTreeMap<(String, Sits), Count>;

fn report(inputs: usize) -> Counts {
    count_panics();
    let (demonstration, real) = (Prepared::make(), Prepared::real());
    let commands = commands();
    let who = [
        Sits::InADemonstration,
        Sits::Nobody,
        Sits::AClinician,
        Sits::AManager,
    ];
    let one = |command: &String, sits: Sits| {
        let in_a_demonstration = sits == Sits::InADemonstration;
        let prepared = if in_a_demonstration {
            &demonstration
        } else {
            &real
        };
        let quick = !COPY_ALL.contains(&command.as_str());
        let all = in_a_demonstration && quick && !arguments_of(command).is_empty();
        let inputs = if all { inputs } else { inputs.div_ceil(FEWER) };
        let count = torture(prepared, sits, command, inputs);
        println!(
            "  {command:<24} {sits:?}: accepted {}, of which {} changed the records; refused {}",
            count.accepted, count.changed, count.refused
        );
        ((command.clone(), sits), count)
    };
    let (one, commands) = (&one, &commands);
    let all: Counts = std::thread::scope(|scope| {
        let half = |start: usize| {
            scope.spawn(move || {
                let mine = commands.iter().skip(start).step_by(2);
                mine.flat_map(|command| who.map(|sits| one(command, sits)))
                    .collect::<Vec<_>>()
            })
        };
        let halves = [half(0), half(1)];
        halves
            .into_iter()
            .flat_map(|half| {
                half.join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            })
            .collect()
    });
    let unknown = unknown_commands(&demonstration, inputs.min(2_000));
    let sum = |sits: fn(Sits) -> bool, of: fn(&Count) -> usize| -> usize {
        let chosen = all.iter().filter(|((_, who), _)| sits(*who));
        chosen.map(|(_, count)| of(count)).sum()
    };
    let any = |_| true;
    println!(
        "| inputs to the window's commands | {} commands × {inputs} (those that take nothing, or copy all there is, {}), {} inputs with those of the next line | {} accepted, {} refused without a trace, {} panics, nothing sent; {unknown} other commands refused |",
        commands.len(),
        inputs.div_ceil(FEWER),
        sum(any, |count| count.accepted + count.refused),
        sum(any, |count| count.accepted),
        sum(any, |count| count.refused),
        PANICS.load(Ordering::SeqCst),
    );
    println!(
        "| the same commands in real use, with PINs | nobody signed in, a clinician, a manager: {} inputs each | to nobody {} refused, and {} answered, by the {} commands that need no PIN |",
        sum(
            |who| who == Sits::Nobody,
            |count| count.accepted + count.refused
        ),
        sum(|who| who == Sits::Nobody, |count| count.refused),
        sum(|who| who == Sits::Nobody, |count| count.accepted),
        FOR_NOBODY.len(),
    );
    all
}

/// What is no command of the window, of ours or of Tauri's, is refused.
fn unknown_commands(prepared: &Prepared, inputs: usize) -> usize {
    let window = Window::open(prepared, Sits::InADemonstration);
    let mut chance = Chance::new(SEED);
    let before = window.dump();
    let known = commands();
    let of_tauri = [
        "plugin:fs|read_file",
        "plugin:shell|open",
        "plugin:window|close",
        "plugin:webview|create_webview_window",
        "plugin:event|emit",
        "plugin:path|resolve_directory",
        "plugin:app|version",
        "plugin:global-shortcut|register",
    ];
    let mut refused = 0;
    for number in 0..inputs {
        let command = match of_tauri.get(number) {
            Some(command) => (*command).to_owned(),
            None => values::text(&mut chance),
        };
        if known.contains(&command) {
            continue;
        }
        let payload = values::anything(&mut chance, 0);
        let answer = window.call(&command, &payload);
        assert!(answer.is_err(), "{command}: {answer:?}");
        refused += 1;
    }
    assert!(before == window.dump());
    refused
}

#[test]
fn any_input_to_any_command_is_answered_or_refused_without_a_panic_or_a_trace() {
    let asked = std::env::var("ONWARD_INPUTS").ok();
    let inputs = asked.map_or(FEW, |count| count.parse().unwrap());
    let all = report(inputs);
    assert_eq!(PANICS.load(Ordering::SeqCst), 0);
    let mut accepted: BTreeMap<&str, usize> = BTreeMap::new();
    for ((command, sits), count) in &all {
        *accepted.entry(command).or_default() += count.accepted;
        let has_arguments = !arguments_of(command).is_empty();
        assert!(
            count.refused > 0
                || !has_arguments
                || *sits != Sits::InADemonstration
                || COPY_ALL.contains(&command.as_str()),
            "{command}: {count:?}"
        );
    }
    let never: Vec<&str> = accepted
        .into_iter()
        .filter(|(command, count)| *count == 0 && !NEVER_ACCEPTED.contains(command))
        .map(|(command, _)| command)
        .collect();
    assert_eq!(never, [""; 0], "never accepted");
    let pastes = &all[&("paste_patient".to_owned(), Sits::InADemonstration)];
    assert!(pastes.outside > 0, "no number outside 999 was tried");
}

/// The judge sees a panic, a trace and a wrong right where there is one.
#[test]
fn the_judge_of_any_input_sees_what_it_looks_for() {
    count_panics();
    let prepared = Prepared::make();
    let window = Window::open(&prepared, Sits::InADemonstration);
    let (before, version) = (window.dump(), window.version());
    let staff = &window.known.staff;
    let chosen = staff.last().unwrap();
    let answer = window.call("choose_referrer", &json!({ "staffId": chosen }));
    assert!(answer.is_ok(), "{answer:?}");
    assert_ne!(version, window.version());
    assert!(before != window.dump());
    let wrong = json!({ "draftId": window.known.drafts[0], "form": window.known.form });
    assert!(!window.may_queue(&wrong));
    let right = window.right_input("queue_referral", &arguments_of("queue_referral"), 0);
    assert!(window.may_queue(&right.unwrap()));
}
