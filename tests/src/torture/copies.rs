//! Copies of Onward as processes of their own, which the torture starts, fails and kills: one that sends, one that queues, and many at once.
//!
//! The parent prints and judges; what is here runs in the child (`torture child …`). A child's time is its own, and passes at once where the
//! product would wait.

use super::chance::Chance;
use crate::patients::{DOE, SMITH};
use crate::practice::{ACTOR, FAR_TOO_LONG, PAIN_PLATFORM, Time, computer_time, form, runtime};
use engine::{Engine, PatientFacts, refresh::WhereToEnrol};
use jiff::SignedDuration;
use referrals::ReferralError;
use referrals::draft::{ReferralDraft, ServiceToRefer};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Instant;
use store::{
    Clock, DataFolder, UseMode,
    key::{DataKey, KeyHolder},
    recovery::{KeyHeader, RecoveryKey},
};

/// A write that goes on failing is tried again so often, then the child ends as if it were closed.
const PATIENCE: usize = 4;

/// The program of the torture, which is its own child.
pub fn child(data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(program());
    command
        .arg("child")
        .arg(data)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn program() -> PathBuf {
    let this = std::env::current_exe().expect("this program");
    if this.file_stem().is_some_and(|name| name == "torture") {
        return this;
    }
    let built = this
        .parent()
        .and_then(Path::parent)
        .expect("a target folder");
    built.join(format!("torture{}", std::env::consts::EXE_SUFFIX))
}

/// What a child was started for.
pub fn run(data: &Path, arguments: &[&str]) {
    let fail_at = |point: &str, action: &str| fail::cfg(point, action).expect("an action");
    match arguments {
        ["send"] => send(data, &Time::from(computer_time())),
        ["send-by", hours] => send_by(data, PathBuf::from(hours)),
        ["send", point, action] => {
            fail_at(point, action);
            send(data, &Time::from(computer_time()));
        }
        ["refresh", folder, point, action] => {
            fail_at(point, action);
            let engine = open(data, Clock::system());
            let _ = engine.refresh_directory(Some(Path::new(folder)), &crate::published::silent());
        }
        ["enrol", folder, fingerprint, point, action] => {
            let engine = open(data, Clock::system());
            fail_at(point, action);
            let place = WhereToEnrol {
                address: crate::published::NOWHERE.to_owned(),
                fingerprint: (*fingerprint).to_owned(),
                authority_pem: None,
                from: Some(Path::new(folder).to_owned()),
            };
            let _ = engine.enrol_directory(&place, &crate::published::silent());
        }
        ["accept", publication, point, action] => {
            fail_at(point, action);
            let engine = open(data, Clock::system());
            let _ = engine.decide_held_changes(publication, true);
        }
        ["crash", how, draft] => crash(data, how, draft),
        ["queue", draft, point, action] => {
            fail_at(point, action);
            queue(data, draft);
        }
        ["many", seed, rounds] => many(
            data,
            seed.parse().expect("a seed"),
            rounds.parse().expect("a count"),
        ),
        ["another-key"] => another_key(data),
        ["recover", key] => recover(data, key),
        other => panic!("{other:?} is not known here"),
    }
}

/// Puts another key in the place of the records' own in this session's keychain.
fn another_key(data: &Path) {
    let folder = DataFolder::prepare(data, UseMode::Real).expect("the data folder");
    let header = std::fs::read_to_string(folder.key_header()).expect("the key's file");
    let header: KeyHeader = serde_json::from_str(&header).expect("a header");
    let other = DataKey::random().expect("a key");
    let holder = KeyHolder::of(&folder, &header.key_id);
    holder.keep(&other).expect("kept");
}

/// As the window does with the printed recovery key.
fn recover(data: &Path, key: &str) {
    let key = RecoveryKey::parse(key).expect("a recovery key");
    Engine::recover(data, &key, Clock::system()).expect("recovered");
}

fn open(data: &Path, clock: Clock) -> Engine {
    Engine::open(data, UseMode::Demonstration, clock)
        .expect("the data folder opens")
        .0
}

/// Sends what is due, by a clock that is as many hours on as this file says.
fn send_by(data: &Path, hours: PathBuf) {
    let clock = Clock::from_fn(move || {
        let hours = std::fs::read_to_string(&hours).expect("the hours");
        computer_time() + SignedDuration::from_hours(hours.trim().parse().unwrap_or(0))
    });
    let engine = open(data, clock);
    let sender = engine.sender(Arc::new(|_| {}));
    runtime().block_on(async {
        let _lock = sender.take_over().await.expect("the lock");
        sender.run_due().await.expect("what is due");
    });
}

/// Sends until nothing waits.
fn send(data: &Path, time: &Time) {
    let engine = open(data, time.clock());
    let sender = engine.sender(Arc::new(|_| {}));
    runtime().block_on(async {
        let mut failures = 0;
        let mut lock = None;
        while failures < PATIENCE {
            if lock.is_none() {
                match sender.take_over().await {
                    Ok(Some(taken)) => lock = Some(taken),
                    Ok(None) => return,
                    Err(_) => failures += 1,
                }
                continue;
            }
            match sender.run_due().await {
                Ok(None) => return,
                Ok(Some(next)) => {
                    time.pass(next.duration_since(time.clock().now()));
                    // What cannot be written is put off as well, and would be for ever.
                    failures += usize::from(sender.practice.read(stuck).unwrap_or(true));
                }
                Err(_) => failures += 1,
            }
        }
    });
}

fn stuck(connection: &rusqlite::Connection) -> Result<bool, referrals::ReferralError> {
    let rows = referrals::outbox::outbox_table::all(connection)?;
    let cannot = Some(referrals::transport::SendProblem::CannotRecord);
    Ok(rows.iter().any(|row| row.problem == cannot))
}

fn queue(data: &Path, draft: &str) {
    let engine = open(data, Time::from(computer_time()).clock());
    let draft = engine.desk.draft(draft).expect("the draft");
    let chosen = engine.chosen(&draft).expect("the directory");
    // Whether it went well is for the parent to find out.
    let _ = engine.desk.queue(&draft, &draft.form, &chosen, ACTOR);
}

/// Breaks off with a letter in memory; as Onward's programs do, or as one that forgot to ask for no picture of its memory.
fn crash(data: &Path, how: &str, draft: &str) {
    if how != "unprotected" {
        engine::crash::leave_nothing_of_the_memory();
    }
    let action = if how == "panic" {
        "panic"
    } else {
        "return(kill)"
    };
    fail::cfg("queue: written", action).expect("an action");
    queue(data, draft);
}

/// One of many copies: queues, tries to send, and its clock jumps in between.
fn many(data: &Path, seed: u64, rounds: usize) {
    let mut chance = Chance::new(seed);
    let time = Time::from(computer_time());
    let engine = open(data, time.clock());
    let runtime = runtime();
    let (mut had_the_lock, mut queued) = (0, 0);
    for round in 0..rounds {
        let patient = if round % 2 == 0 { SMITH } else { DOE };
        let draft = draft(&engine, patient);
        let chosen = engine.chosen(&draft).expect("the directory");
        let referral = engine
            .desk
            .queue(&draft, &draft.form, &chosen, ACTOR)
            .expect("queued");
        // Another copy whose clock is far on may have held it by now.
        let now = engine.desk.send_now(&referral.referral_id);
        assert!(
            matches!(now, Ok(()) | Err(ReferralError::TooLate)),
            "{now:?}"
        );
        queued += 1;
        let ten_years = 10 * 365 * 24;
        let hours = chance.one_of(&[0, 0, 0, 1, -1, 30, -30, ten_years, -ten_years]);
        let jump = SignedDuration::from_hours(hours);
        time.pass(jump);
        had_the_lock += usize::from(runtime.block_on(turn(&engine)));
        time.pass(-jump);
    }
    // Whoever has the lock sends for all, and the others may come to the end of their rounds meanwhile: each stays until it had its turn.
    let began = Instant::now();
    while had_the_lock == 0 {
        assert!(began.elapsed() < FAR_TOO_LONG, "never its turn");
        had_the_lock += usize::from(runtime.block_on(turn(&engine)));
        std::thread::yield_now();
    }
    println!("{queued} {had_the_lock}");
}

/// Whether nobody else had the lock.
async fn turn(engine: &Engine) -> bool {
    let sender = engine.sender(Arc::new(|_| {}));
    let Some(_lock) = sender.take_over().await.expect("the lock") else {
        return false;
    };
    sender.run_due().await.expect("a turn");
    true
}

fn draft(engine: &Engine, patient: &str) -> ReferralDraft {
    let desk = &engine.desk;
    let begun = desk.new_draft().expect("a draft");
    let pasted = desk.paste(&begun.id, patient).expect("a patient");
    let seen = engine.to_refer(Some(PAIN_PLATFORM), &PatientFacts::default());
    let seen = match seen.expect("the directory") {
        ServiceToRefer::Found(found) => found.service.map(|service| service.endpoint_digest),
        _ => None,
    };
    desk.save_form(&pasted.id, form(PAIN_PLATFORM), seen)
        .expect("a form")
}
