//! How long a person waits: until a referral lies safely in the outbox, and from there until a server on this computer has accepted it.

use crate::patients::{DOE, SMITH};
use crate::practice::{ACTOR, FAR_TOO_LONG, PAIN_PLATFORM, Practice, Time, computer_time};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

/// The aims of the project for both, on the computer that it is developed on.
const QUEUED_P99: Duration = Duration::from_millis(50);
const ACCEPTED_MEDIAN: Duration = Duration::from_millis(300);

/// Prints, and judges nothing: how fast a computer is, is no property of the program.
pub fn report(referrals: usize) {
    let practice = Practice::open_at(Time::from(computer_time()));
    let (told, news) = mpsc::channel();
    let changed = Arc::new(move |id: &str| drop(told.send(id.to_owned())));
    let sending = practice.engine.start_sending(changed).expect("a sender");
    let (mut queued, mut rendered, mut accepted) = (Vec::new(), Vec::new(), Vec::new());
    for number in 0..referrals {
        let patient = if number % 2 == 0 { SMITH } else { DOE };
        let draft = practice.draft(patient, PAIN_PLATFORM);
        let began = Instant::now();
        let chosen = practice.chosen(&draft);
        let desk = practice.desk();
        let referral = desk.queue(&draft, &draft.form, &chosen, ACTOR);
        queued.push(began.elapsed());
        let id = referral.expect("queued").referral_id;
        rendered.push(time_to_render(&practice, &id));
        let began = Instant::now();
        practice.desk().send_now(&id).expect("now");
        while practice.state(&id) != "sent" {
            news.recv_timeout(FAR_TOO_LONG).expect("it is sent");
        }
        accepted.push(began.elapsed());
    }
    drop(sending);
    assert_eq!(practice.mail.messages().len(), referrals);
    println!(
        "| Send pressed to queued on the disk, optimised build with its checks on | {referrals} referrals | median {}, p99 {} (aim {}); of it the letter {} |",
        shown(part(&queued, 50)),
        shown(part(&queued, 99)),
        shown(QUEUED_P99),
        shown(part(&rendered, 50)),
    );
    println!(
        "| Send now to accepted and written down, over loopback, optimised build with its checks on | {referrals} referrals | median {}, p99 {} (aim for the median {}) |",
        shown(part(&accepted, 50)),
        shown(part(&accepted, 99)),
        shown(ACCEPTED_MEDIAN),
    );
}

/// The letter of a referral set once more, by itself.
fn time_to_render(practice: &Practice, id: &str) -> Duration {
    let store = &practice.engine.store.practice;
    let letter = store.read(|c| referrals::referral_table::letter(c, id));
    let letter = letter.expect("readable").expect("a letter");
    let began = Instant::now();
    letter::pdf(&letter).expect("a letter");
    began.elapsed()
}

/// The so-manieth hundredth of them.
fn part(times: &[Duration], hundredth: usize) -> Duration {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    let at = (sorted.len() * hundredth).div_ceil(100).max(1) - 1;
    sorted.get(at).copied().unwrap_or_default()
}

fn shown(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1_000.0)
}
