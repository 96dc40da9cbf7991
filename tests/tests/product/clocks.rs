//! The computer's clock moved by years, or the computer asleep, before a send, while it waits and in the middle of it.

use demo::mail_server::{Fault, Misbehaviour, Moment};
use jiff::SignedDuration;
use product_tests::patients::SMITH;
use product_tests::practice::{ACTOR, PAIN_PLATFORM, Practice};
use std::time::Duration;

/// When the clock moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum When {
    InTheMinuteToUndo,
    WhileItWaitsToTryAgain,
    WhileTheChannelWaits,
    AsItConnects,
    InTheBody,
    /// The message is kept, and the 250 drips in.
    WhileTheAnswerComes,
}

const ALL: [When; 6] = [
    When::InTheMinuteToUndo,
    When::WhileItWaitsToTryAgain,
    When::WhileTheChannelWaits,
    When::AsItConnects,
    When::InTheBody,
    When::WhileTheAnswerComes,
];

const TEN_YEARS_HOURS: i64 = 10 * 365 * 24;
const JUMPS_HOURS: [i64; 6] = [TEN_YEARS_HOURS, -TEN_YEARS_HOURS, 25, -25, 1, -1];

/// Sends while the clock moves at this moment of the conversation.
fn send_with_a_jump_at(practice: &Practice, moment: Moment, how: Misbehaviour, hours: i64) {
    practice.ill(Fault::At(moment, how));
    let records = practice.mail.server.records();
    std::thread::scope(|scope| {
        let sending = scope.spawn(|| practice.send_due());
        practice.runtime.block_on(
            records.wait_until(|all| all.last().is_some_and(|it| it.fault_at == Some(moment))),
        );
        practice.time.pass(SignedDuration::from_hours(hours));
        sending.join().unwrap();
    });
    practice.well();
}

/// The state at once after the jump, when all that is due was sent; and at the end of its first quarter of an hour.
fn case(when: When, hours: i64) -> (String, String) {
    let mut practice = Practice::open();
    let id = practice.refer(SMITH, PAIN_PLATFORM).referral_id;
    let jump = SignedDuration::from_hours(hours);
    let later = SignedDuration::from_mins(15);
    if when != When::InTheMinuteToUndo {
        practice.desk().send_now(&id).unwrap();
    }
    match when {
        When::InTheMinuteToUndo => practice.time.pass(jump),
        When::WhileItWaitsToTryAgain | When::WhileTheChannelWaits => {
            let moment = if when == When::WhileTheChannelWaits {
                Moment::Banner
            } else {
                Moment::Rcpt
            };
            practice.ill(Fault::reply(moment, "451 4.3.0 later"));
            practice.send_due();
            practice.well();
            practice.time.pass(jump);
        }
        When::AsItConnects => {
            let slowly = Misbehaviour::Drip(Duration::from_millis(20));
            send_with_a_jump_at(&practice, Moment::Banner, slowly, hours);
        }
        When::WhileTheAnswerComes => {
            let slowly = Misbehaviour::Drip(Duration::from_millis(20));
            send_with_a_jump_at(&practice, Moment::AfterStoring, slowly, hours);
        }
        When::InTheBody => {
            practice.deadlines.body = Duration::from_millis(1_500);
            let moment = Moment::Body { after_bytes: 2_000 };
            send_with_a_jump_at(&practice, moment, Misbehaviour::Silence, hours);
        }
    }
    practice.send_due();
    let at_once = told(&practice, &id);
    practice.time.pass(later);
    practice.send_due();
    let in_the_end = told(&practice, &id);
    let kept = practice.mail.messages().len();
    assert_eq!(kept, usize::from(in_the_end == "sent"), "{when:?} {hours}");
    // Back where it was: what is held goes when a person says so, and nothing by itself a second time.
    practice.time.pass(-jump);
    practice.send_all();
    assert_eq!(practice.mail.messages().len(), kept, "{when:?} {hours}");
    if in_the_end == "held" {
        practice.desk().try_again(&id, ACTOR).unwrap();
        practice.send_all();
        practice.mail.only_message();
    }
    (at_once, in_the_end)
}

fn told(practice: &Practice, id: &str) -> String {
    practice.state(id).to_owned()
}

#[test]
fn h05_sent_twice_or_lost_never_by_a_clock_that_moves_by_ten_years() {
    let mut cases = 0;
    for when in ALL {
        for hours in JUMPS_HOURS {
            let (at_once, in_the_end) = case(when, hours);
            let waits = matches!(
                when,
                When::InTheMinuteToUndo | When::WhileItWaitsToTryAgain | When::WhileTheChannelWaits
            );
            let expected = match (when, hours) {
                (When::InTheBody, _) => ("unknown", "unknown"),
                // Over a day, as far as anybody knows: a person confirms it.
                (_, 25..) if waits => ("held", "held"),
                // Before the day from which the address is valid.
                (_, ..-1_000) if waits => ("queued", "held"),
                (_, ..0) if waits => ("queued", "sent"),
                _ => ("sent", "sent"),
            };
            assert_eq!(
                (at_once.as_str(), in_the_end.as_str()),
                expected,
                "{when:?}, {hours} hours"
            );
            cases += 1;
        }
    }
    println!(
        "| clock moved by up to ten years, before, in and after a send | {} moments × {} jumps = {cases} cases | forward over a day, or back before the address was valid: held for a person; else back: sent within 15 minutes; in a send: as without; 0 doubled |",
        ALL.len(),
        JUMPS_HOURS.len()
    );
}

#[test]
fn a_clock_set_back_while_the_sender_runs_puts_nothing_off_for_long() {
    let practice = Practice::open();
    let sending = practice.engine.start_sending(std::sync::Arc::new(|_| {}));
    let id = practice.refer(SMITH, PAIN_PLATFORM).referral_id;
    let set_back_to = practice.time.clock().now() - SignedDuration::from_hours(24 * 30);
    practice.time.pass(SignedDuration::from_hours(-24 * 30));
    let records = practice.mail.server.records();
    let confirmed = |all: &[demo::mail_server::ConnectionRecord]| {
        all.iter().any(|one| one.confirmed_count == 1)
    };
    // Time goes on, a minute in each tenth of a second; the sender looks every two seconds.
    for _ in 0..600 {
        let sent = async {
            let wait = Duration::from_millis(100);
            let sent = tokio::time::timeout(wait, records.wait_until(confirmed));
            sent.await.is_ok()
        };
        if practice.runtime.block_on(sent) {
            break;
        }
        practice.time.pass(SignedDuration::from_mins(1));
    }
    let waited = practice.time.clock().now().duration_since(set_back_to);
    assert!(waited < SignedDuration::from_hours(24), "{waited:?}");
    drop(sending);
    assert_eq!(practice.state(&id), "sent");
    practice.mail.only_message();
}

/// The sending process stopped in the middle, as a computer that sleeps, while its clock goes on by days.
#[cfg(unix)]
mod asleep {
    use super::*;
    use demo::mail_server::{ConnectionRecord, Cut};
    use product_tests::practice::{Time, computer_time};
    use product_tests::torture::copies::child;
    use std::process::Command;

    fn signal(pid: u32, name: &str) {
        let pid = pid.to_string();
        let sent = Command::new("kill").args([name, &pid]).status().unwrap();
        assert!(sent.success());
    }

    fn sleeps(moment: Moment, how: Misbehaviour, server_goes: bool) -> (String, usize) {
        let past = computer_time() - SignedDuration::from_mins(2);
        let practice = Practice::open_at(Time::from(past));
        let id = practice.refer(SMITH, PAIN_PLATFORM).referral_id;
        let hours = practice.beside("hours");
        std::fs::write(&hours, "0").unwrap();
        practice.ill(Fault::At(moment, how));
        let mut child = child(&practice.data(), &["send-by", hours.to_str().unwrap()])
            .spawn()
            .unwrap();
        let there =
            |all: &[ConnectionRecord]| all.last().is_some_and(|it| it.fault_at == Some(moment));
        let records = practice.mail.server.records();
        practice.runtime.block_on(records.wait_until(there));
        signal(child.id(), "-STOP");
        std::fs::write(&hours, "72").unwrap();
        if server_goes {
            // Meanwhile the server gives up: its side of the connection is gone.
            let ended = |all: &[ConnectionRecord]| all.last().is_some_and(|it| it.ended);
            practice.runtime.block_on(records.wait_until(ended));
        }
        practice.well();
        signal(child.id(), "-CONT");
        assert!(child.wait().unwrap().success());
        practice.time.pass(SignedDuration::from_hours(72));
        practice.send_all();
        (
            practice.state(&id).to_owned(),
            practice.mail.messages().len(),
        )
    }

    #[test]
    fn h05_sent_twice_not_by_a_computer_that_sleeps_in_the_middle_of_a_send() {
        let slowly = || Misbehaviour::Drip(Duration::from_millis(20));
        let body = Moment::Body { after_bytes: 2_000 };
        let cut = || Misbehaviour::Cut(Cut::Reset);
        let cases = [
            // Wakes, and the server is still there.
            (sleeps(Moment::Rcpt, slowly(), false), ("sent", 1)),
            (sleeps(Moment::AfterStoring, slowly(), false), ("sent", 1)),
            // Wakes, and the connection has gone: before the body it goes again, though not after days without a person's word; later it is uncertain.
            (sleeps(Moment::Data, cut(), true), ("held", 0)),
            (sleeps(body, cut(), true), ("unknown", 0)),
            (sleeps(Moment::AfterStoring, cut(), true), ("unknown", 1)),
        ];
        let count = cases.len();
        for ((state, kept), expected) in cases {
            assert_eq!((state.as_str(), kept), expected);
        }
        println!(
            "| the sending process asleep in mid-send (SIGSTOP), its clock three days on when it wakes | {count} cases | as uncertain as it is, 0 doubled |"
        );
    }
}
