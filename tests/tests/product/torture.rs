//! The torture in short; `cargo xtask torture` runs it in full. Each prints its figures and fails where anything is not as it must be.

use product_tests::torture::{fail_points, flipped_bytes, many_copies, mutations, simulated};

const SEED: u64 = 4;

#[test]
fn h05_sent_twice_or_lost_never_in_a_simulation_of_kills_faults_and_clock_jumps() {
    simulated::report(2_000, SEED);
}

#[test]
fn h03_queued_records_are_whole_any_flipped_bit_is_refused_and_the_backup_restores() {
    flipped_bytes::report(100, SEED);
}

/// `ONWARD_MUTATIONS` sets how many; the torture makes 10,000.
#[test]
fn h02_wrong_address_no_random_change_to_a_published_directory_is_believed() {
    let count = std::env::var("ONWARD_MUTATIONS").ok();
    mutations::report(
        count.and_then(|count| count.parse().ok()).unwrap_or(300),
        SEED,
    );
}

/// Every 199th byte; the torture takes each. 199 is prime, so that no length of line or key hides a place.
#[test]
fn a_changed_byte_of_a_published_directory_is_refused_or_changes_nothing() {
    mutations::report_positions(199);
}

#[test]
fn h05_sent_twice_or_lost_never_when_a_write_fails_or_the_program_dies_at_any_of_them() {
    fail_points::report(2);
}

#[test]
fn h05_sent_twice_not_by_eight_copies_at_once_whose_clocks_jump() {
    many_copies::report(3, SEED);
}
