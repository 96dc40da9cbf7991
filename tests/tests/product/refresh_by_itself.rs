//! The thread that refreshes by itself: it ends when it is dropped, and its waits are spread as they are stated.

use product_tests::practice::FAR_TOO_LONG;
use product_tests::published::Follower;
use proptest::prelude::*;
use signed_feed::source::{wait_after_start, wait_for_next};
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, TryRecvError, channel};
use std::time::Duration;

/// It holds what it was given to tell until it ends; then the other end of that hears that nobody is there.
#[test]
fn the_thread_ends_when_it_is_dropped_and_lets_go_of_the_records() {
    let follower = Follower::new();
    let (alive, ended) = channel::<()>();
    let told = Arc::new(move || alive.send(()).unwrap());
    let thread = follower.engine.start_refreshing(told).unwrap();
    // The negative control: it is there, and nothing is followed that it could ask for.
    assert_eq!(ended.try_recv(), Err(TryRecvError::Empty));
    let data = follower.data();
    drop(thread);
    let heard = ended.recv_timeout(FAR_TOO_LONG);
    assert_eq!(heard, Err(RecvTimeoutError::Disconnected));

    // The program closes: the engine goes first, as it does when a window is shut, and the thread is not stopped by that alone.
    let (alive, ended) = channel::<()>();
    let told = Arc::new(move || alive.send(()).unwrap());
    let thread = follower.engine.start_refreshing(told).unwrap();
    drop(follower);
    assert_eq!(ended.try_recv(), Err(TryRecvError::Empty));
    drop(thread);
    let heard = ended.recv_timeout(FAR_TOO_LONG);
    assert_eq!(heard, Err(RecvTimeoutError::Disconnected));
    assert!(!data.exists(), "nobody made anything in the folder since");
}

fn any_chance() -> impl Strategy<Value = f64> {
    prop_oneof![
        0.0..=1.0,
        Just(0.0),
        Just(1.0),
        // More than `chance` should ever be.
        proptest::num::f64::NORMAL,
    ]
}

proptest! {
    #[test]
    fn waits_lie_within_what_is_stated_whatever_chance_says(chance in any_chance()) {
        let hours = |hours| Duration::from_hours(hours);
        let next = wait_for_next(chance);
        prop_assert!((hours(3)..=hours(5)).contains(&next), "{next:?}");
        let first = wait_after_start(chance);
        let soonest = Duration::from_secs(5);
        prop_assert!((soonest..=soonest + Duration::from_mins(3)).contains(&first), "{first:?}");
    }

    /// More chance is a longer wait, evenly: no moment of the day draws practices together.
    #[test]
    fn waits_are_spread_evenly(one in 0.0..=1.0_f64, other in 0.0..=1.0_f64) {
        for (wait, span) in [
            (wait_for_next as fn(f64) -> Duration, Duration::from_hours(2)),
            (wait_after_start, Duration::from_mins(3)),
        ] {
            let [one_wait, other_wait] = [one, other].map(wait);
            let apart = one_wait.as_secs_f64() - other_wait.as_secs_f64();
            let stated = (one - other) * span.as_secs_f64();
            prop_assert!((apart - stated).abs() < 0.001, "{apart} {stated}");
        }
    }
}
