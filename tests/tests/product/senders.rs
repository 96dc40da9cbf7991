//! Several copies of Onward over one data folder: one of them sends, the others only queue, and one takes over from the one that goes.

use std::sync::{Arc, mpsc};

use engine::{Engine, SenderThread};
use jiff::SignedDuration;
use product_tests::patients::{DOE, SMITH};
use product_tests::practice::{FAR_TOO_LONG, PAIN_PLATFORM, Practice, Time, computer_time};
use product_tests::program::Program;
use store::{Clock, UseMode};

/// Starts a copy's sender, and tells of each referral that it changed.
fn send(engine: &Engine, told: &mpsc::Sender<String>) -> SenderThread {
    let told = told.clone();
    let changed = Arc::new(move |id: &str| drop(told.send(id.to_owned())));
    engine.start_sending(changed).unwrap()
}

/// Waits until every one of these has left.
fn wait_until_sent(practice: &Practice, ids: &[String], told: &mpsc::Receiver<String>) {
    while ids.iter().any(|id| practice.state(id) != "sent") {
        told.recv_timeout(FAR_TOO_LONG)
            .expect("nothing changed for far too long");
    }
}

fn refer(practice: &Practice, count: usize) -> Vec<String> {
    let one = |number: usize| {
        let patient = if number.is_multiple_of(2) { SMITH } else { DOE };
        practice.refer_at_once(patient, PAIN_PLATFORM).referral_id
    };
    (0..count).map(one).collect()
}

#[test]
fn h05_sent_twice_not_by_two_windows_and_the_command_line_at_once() {
    let long_ago = computer_time() - SignedDuration::from_mins(2);
    let practice = Practice::open_at(Time::from(long_ago));
    let first_batch = refer(&practice, 8);
    let open = || {
        Engine::open(&practice.data(), UseMode::Demonstration, Clock::system())
            .unwrap()
            .0
    };
    let (window, other_window) = (open(), open());
    let (tell, told) = mpsc::channel();
    let program = Program::over(&practice.data(), &practice.beside("home"));
    let command = program.start(&["outbox", "send", "--until-empty"]);
    let senders = [send(&window, &tell), send(&other_window, &tell)];
    let output = command.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");

    // Whoever of the three had the lock: when it goes, another takes over, and what is queued meanwhile is sent by that one.
    let [first, second] = senders;
    drop(first);
    let second_batch = refer(&practice, 4);
    let all = [first_batch, second_batch].concat();
    wait_until_sent(&practice, &all, &told);

    // While a window sends, the command line leaves it to it, and says so.
    let said = program.run(&["outbox", "send"]);
    assert!(
        said.succeeded && said.err.contains("Another copy of Onward is sending"),
        "{said:?}"
    );
    drop(second);
    let said = program.run(&["outbox", "send"]);
    assert!(said.succeeded && said.err.is_empty(), "{said:?}");

    for id in &all {
        assert_eq!(practice.mail.times_kept(&practice.message_id(id)), 1);
        assert_eq!(practice.timeline(id), ["queued", "sending", "sent"]);
    }
    assert_eq!(practice.mail.messages().len(), all.len());
    println!(
        "{} referrals, three copies of Onward, each sent once",
        all.len()
    );
}
