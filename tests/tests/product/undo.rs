//! Undo against the sender, and what the sender does with what it must finish: at the close of the program, or when the disk is full.

use std::sync::{Arc, Barrier, mpsc};
use std::time::Duration;

use demo::mail_server::{Cut, Fault, Misbehaviour, Moment};
use jiff::SignedDuration;
use product_tests::patients::{DOE, SMITH};
use product_tests::practice::{ACTOR, FAR_TOO_LONG, PAIN_PLATFORM, Practice, Time, computer_time};
use product_tests::torture::chance::Chance;
use product_tests::torture::copies::child;
use referrals::ReferralError;
use referrals::desk::UnknownDecision;

/// Who won a round: exactly one of the two, whatever the order of events.
fn race(practice: &Practice, round: usize, chance: &mut Chance) -> bool {
    let id = practice.refer_at_once(SMITH, PAIN_PLATFORM).referral_id;
    let message_id = practice.message_id(&id);
    let undo = || practice.desk().undo(&id, ACTOR);
    let undone = match round {
        // The two orders themselves, so that neither is left to chance.
        0 => {
            let undone = undo();
            practice.send_due();
            undone
        }
        1 => {
            practice.send_due();
            undo()
        }
        _ => {
            // The claim is a millisecond's work; a head start by chance lets either come first.
            let (barrier, head_start) = (Barrier::new(2), chance.below(1_000) as u64);
            let starts_later = chance.in_a_hundred(50);
            std::thread::scope(|scope| {
                let undoing = scope.spawn(|| {
                    barrier.wait();
                    if starts_later {
                        std::thread::sleep(Duration::from_micros(head_start));
                    }
                    undo()
                });
                barrier.wait();
                if !starts_later {
                    std::thread::sleep(Duration::from_micros(head_start));
                }
                practice.send_due();
                undoing.join().unwrap()
            })
        }
    };
    let kept = practice.mail.times_kept(&message_id);
    match undone {
        Ok(draft) => {
            assert_eq!((practice.state(&id), kept), ("undone", 0), "round {round}");
            assert!(
                practice.desk().draft(&draft).is_ok(),
                "the draft is open again"
            );
            assert_eq!(practice.row(&id).state, "withdrawn");
            true
        }
        Err(error) => {
            assert!(
                matches!(error, ReferralError::TooLate),
                "round {round}: {error}"
            );
            assert_eq!((practice.state(&id), kept), ("sent", 1), "round {round}");
            false
        }
    }
}

/// The rounds of a race: few with the other tests, more in the torture.
fn rounds() -> usize {
    let asked = std::env::var("ONWARD_ROUNDS").ok();
    asked.map_or(30, |rounds| rounds.parse().unwrap())
}

#[test]
fn undo_against_the_claim_exactly_one_wins_however_close() {
    let (mut chance, rounds) = (Chance::new(22), rounds());
    let mut won = [0, 0];
    // Small practices: a search for the server's only message is one through all of them.
    for practice_rounds in (0..rounds).collect::<Vec<_>>().chunks(30) {
        let practice = Practice::open();
        let mut undone = 0;
        for round in practice_rounds {
            let undo_won = race(&practice, *round, &mut chance);
            undone += usize::from(undo_won);
            // The first two are no race.
            if *round >= 2 {
                won[usize::from(undo_won)] += 1;
            }
        }
        let kept = practice.mail.messages().len();
        assert_eq!(kept, practice_rounds.len() - undone);
    }
    let [sent, undone] = won;
    println!(
        "| undo against the sender's claim, raced | {} rounds | undone {undone}, sent {sent}; in each exactly one of the two |",
        sent + undone
    );
    assert!(sent > 0 && undone > 0, "one of them never won: {won:?}");
}

#[test]
fn undo_is_refused_for_what_a_person_sent_again_because_the_first_may_have_gone() {
    let practice = Practice::open();
    let id = practice.refer_at_once(SMITH, PAIN_PLATFORM).referral_id;
    practice.ill(Fault::cut(Moment::AfterStoring, Cut::Reset));
    practice.send_due();
    practice.well();
    let again = UnknownDecision::SendAgain;
    practice.desk().decide_unknown(&id, again, ACTOR).unwrap();
    // It waits, has not been tried, and is all the same no referral that never left.
    let row = practice.row(&id);
    assert_eq!((row.state.as_str(), row.attempt_count), ("queued", 0));
    let refused = practice.desk().undo(&id, ACTOR);
    assert!(
        matches!(refused, Err(ReferralError::TooLate)),
        "{refused:?}"
    );
    assert!(practice.desk().still_undoable().unwrap().is_empty());
    assert_eq!(practice.row(&id), row);
    practice.send_due();
    assert_eq!(practice.state(&id), "sent");
    assert_eq!(
        practice.mail.messages().len(),
        2,
        "the two that a person knows of"
    );
}

#[test]
fn what_is_due_leaves_before_the_program_closes_and_what_can_be_undone_stays() {
    let practice = Practice::open();
    let (told, changes) = mpsc::channel();
    let tell = Arc::new(move |id: &str| drop(told.send(id.to_owned())));
    let sending = practice.engine.start_sending(tell).unwrap();
    let first = practice.refer_at_once(SMITH, PAIN_PLATFORM).referral_id;
    // The sender is at work, so it holds the lock; the rest comes while it does, faster than a slow server takes it.
    let slowly = Misbehaviour::Drip(Duration::from_millis(15));
    practice.ill(Fault::At(Moment::Banner, slowly));
    changes.recv_timeout(FAR_TOO_LONG).unwrap();
    let due: Vec<String> = (0..5)
        .map(|_| practice.refer_at_once(DOE, PAIN_PLATFORM).referral_id)
        .collect();
    let undoable = practice.refer(SMITH, PAIN_PLATFORM).referral_id;
    let left = due.iter().filter(|id| practice.state(id) != "sent").count();
    assert!(left > 1, "none was left to finish: {left}");
    drop(sending);
    for id in due.iter().chain([&first]) {
        assert_eq!(practice.state(id), "sent");
    }
    assert_eq!(practice.state(&undoable), "queued");
    assert_eq!(practice.mail.messages().len(), due.len() + 1);
    practice.desk().undo(&undoable, ACTOR).unwrap();
}

#[test]
fn h05_sent_twice_not_when_a_result_cannot_be_written_for_nothing_else_leaves_until_it_is() {
    let past = computer_time() - SignedDuration::from_mins(2);
    let practice = Practice::open_at(Time::from(past));
    let ids: Vec<String> = (0..3)
        .map(|_| practice.refer(SMITH, PAIN_PLATFORM).referral_id)
        .collect();
    let connections = || practice.mail.server.records().all().len();
    let states = || -> Vec<&str> {
        let mut states: Vec<&str> = ids.iter().map(|id| practice.state(id)).collect();
        states.sort_unstable();
        states
    };
    let send = |action: &str| {
        let output = child(&practice.data(), &["send", "settle: written", action]).output();
        assert!(output.unwrap().status.success());
    };
    send("return(ENOSPC)");
    // One was accepted, and nobody could write it down: the others wait.
    assert_eq!((connections(), practice.mail.messages().len()), (1, 1));
    assert_eq!(states(), ["queued", "queued", "sending"]);
    // A new process does not know that it was accepted, and says so; then a failure that passes holds up the next for as long as it lasts.
    send("2*return(ENOSPC)");
    assert_eq!(states(), ["sent", "sent", "unknown"]);
    assert_eq!((connections(), practice.mail.messages().len()), (3, 3));
    println!(
        "| a result that cannot be written (disk full after the server's 250) | {} referrals | nothing else leaves until it is written; 0 doubled |",
        ids.len()
    );
}
