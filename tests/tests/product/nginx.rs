//! A published directory on a real web host: static files, nothing else set up, and all that a practice needs of it.

use engine::refresh::{Refreshed, WhereToEnrol};
use product_tests::nginx::Nginx;
use product_tests::published::{Area, Follower, STARTER, outcome_of, renamed, silent};

#[test]
fn a_practice_follows_a_directory_on_nginx_and_asks_for_no_more_than_what_is_new() {
    let mut area = Area::publishing(STARTER);
    let host = Nginx::serving(&area.path());
    let follower = Follower::new();
    let place = WhereToEnrol {
        address: host.address(),
        fingerprint: area.fingerprint(),
        authority_pem: Some(host.ca_pem.clone()),
        from: None,
    };
    let enrolled = follower.engine.enrol_directory(&place, &silent());
    assert!(
        matches!(enrolled, Ok(Refreshed::Applied(_))),
        "{enrolled:?}"
    );
    let refresh = || outcome_of(follower.engine.refresh_directory(None, &silent()));

    let before = host.answered().len();
    assert_eq!(refresh(), "nothing-new");
    let asked = host.answered().split_off(before);
    assert_eq!(asked, [("/area/metadata/timestamp.json".to_owned(), 304)]);

    area.publish(&renamed("Pain Platform of the moor"));
    let before = host.answered().len();
    assert_eq!(refresh(), "applied");
    assert_eq!(follower.version(), 2);
    let asked = host.answered().split_off(before);
    let of = |status| asked.iter().filter(|it| it.1 == status).count();
    // Timestamp, snapshot, targets, services and two files; and the next root, which is not there.
    assert_eq!((of(200), of(404), asked.len()), (6, 1, 7), "{asked:?}");

    // Only renewed: nothing large is fetched again.
    area.heartbeat();
    let before = host.answered().len();
    assert_eq!(refresh(), "nothing-new");
    let asked = host.answered().split_off(before);
    assert!(
        asked.iter().all(|(path, _)| path.contains("/metadata/")),
        "{asked:?}"
    );

    let expected = follower.directory();
    drop(host);
    assert_eq!(refresh(), "feed-no-connection");
    assert!(follower.directory() == expected);
}
