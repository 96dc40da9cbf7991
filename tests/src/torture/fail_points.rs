//! Every write on the way of a referral, made to fail in every way, in a process of its own: killed, EIO, ENOSPC; once, and again and again.

use super::copies::child;
use super::judged::{judge, people_decide};
use crate::patients::SMITH;
use crate::practice::{PAIN_PLATFORM, Practice, Time, computer_time};
use jiff::SignedDuration;
use std::collections::BTreeMap;
use store::fail_point;

/// How a write fails, as the crate `fail` is told.
const WAYS: [(&str, &str); 5] = [
    ("killed", "return(kill)"),
    ("ENOSPC once", "1*return(ENOSPC)"),
    ("EIO once", "1*return(EIO)"),
    ("EIO always", "return(EIO)"),
    ("ENOSPC always", "return(ENOSPC)"),
];
/// Where a message may have left when the program dies.
const AFTER_THE_POINT_OF_NO_RETURN: [&str; 3] =
    ["reach: committed", "settle: begun", "settle: written"];

/// Goes through every point in the first so many ways, and prints what each came to.
pub fn report(ways: usize) {
    let past = computer_time() - SignedDuration::from_mins(2);
    let practice = Practice::open_at(Time::from(past));
    let mut came_to: BTreeMap<String, usize> = BTreeMap::new();
    let mut cases = 0;
    for (way, action) in WAYS.into_iter().take(ways) {
        for point in fail_point::ALL {
            let state = if point.starts_with("queue") {
                queueing(&practice, point, action)
            } else {
                sending(&practice, point, action)
            };
            *came_to.entry(format!("{way}: {state}")).or_default() += 1;
            cases += 1;
        }
    }
    println!("fail points: {came_to:?}");
    println!(
        "| every fail point × {} | {} points × {ways} ways = {cases} cases, each in a process of its own | each a legal state: 0 lost, 0 doubled, 0 unseen; the database whole each time |",
        WAYS.map(|(way, _)| way)[..ways].join(", "),
        fail_point::ALL.len()
    );
}

fn run(practice: &Practice, arguments: &[&str], point: &str, action: &str) {
    let arguments = [arguments, &[point, action]].concat();
    let output = child(&practice.data(), &arguments)
        .output()
        .expect("a child");
    let dies = action == "return(kill)";
    assert_eq!(
        !output.status.success(),
        dies,
        "{point} {action}: {output:?}"
    );
    practice.engine.store.practice.check().expect("whole");
}

/// Either it is queued, whole and once, or nothing is and the draft is there still.
fn queueing(practice: &Practice, point: &str, action: &str) -> &'static str {
    let draft = practice.draft(SMITH, PAIN_PLATFORM);
    let before: Vec<String> = referrals(practice);
    run(practice, &["queue", &draft.id], point, action);
    let new = |practice: &Practice| -> Vec<String> {
        let all = referrals(practice).into_iter();
        all.filter(|id| !before.contains(id)).collect()
    };
    let queued = new(practice).len();
    assert_eq!(queued, usize::from(point.ends_with("committed")), "{point}");
    // Pressed again: a referral that stands is not queued a second time.
    let again = practice.queue(&draft);
    assert_eq!(again.is_ok(), queued == 0, "{point}: {again:?}");
    let ids = new(practice);
    assert_eq!(ids.len(), 1);
    practice.desk().send_now(&ids[0]).expect("now");
    practice.send_all();
    people_decide(practice, &ids);
    if queued == 1 { "queued" } else { "not queued" }
}

fn referrals(practice: &Practice) -> Vec<String> {
    practice
        .outbox()
        .into_iter()
        .map(|row| row.referral_id)
        .collect()
}

fn sending(practice: &Practice, point: &str, action: &str) -> &'static str {
    let id = practice.refer_at_once(SMITH, PAIN_PLATFORM).referral_id;
    run(practice, &["send"], point, action);
    if action.starts_with("1*") {
        // A failure that passes is overcome by the same process, without a new start.
        assert_eq!(practice.state(&id), "sent", "{point} {action}");
    }
    practice.send_all();
    let ids = [id];
    let verdict = judge(practice, &ids);
    assert_eq!(
        (verdict.lost, verdict.doubled, verdict.unseen),
        (0, 0, 0),
        "{point} {action}"
    );
    let state = practice.state(&ids[0]);
    let uncertain = AFTER_THE_POINT_OF_NO_RETURN.contains(&point);
    match action {
        "return(kill)" => assert_eq!(state == "unknown", uncertain, "{point}: {state}"),
        once if once.starts_with("1*") => {}
        _ => assert!(
            state == "sent" || (uncertain && state == "unknown"),
            "{point} {action}: {state}"
        ),
    }
    people_decide(practice, &ids);
    state
}
