//! Which backups are kept: the newest seven, and of the time before them the newest of each of four weeks.

use crate::clock::local_date;
use jiff::Timestamp;

const NEWEST: usize = 7;
const WEEKS: usize = 4;

/// The ones that may go, of backups made at these times. None that lies in the future is counted against the others.
pub fn superfluous(made_at: &[Timestamp]) -> Vec<Timestamp> {
    let mut newest_first = made_at.to_vec();
    newest_first.sort_unstable_by(|one, other| other.cmp(one));
    newest_first.dedup();
    let older = newest_first.split_off(NEWEST.min(newest_first.len()));
    let mut weeks = Vec::new();
    let mut may_go = Vec::new();
    for at in older {
        let week = local_date(at).iso_week_date();
        let week = (week.year(), week.week());
        if weeks.contains(&week) || weeks.len() == WEEKS {
            may_go.push(at);
        } else {
            weeks.push(week);
        }
    }
    may_go
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::SignedDuration;

    #[test]
    fn a_backup_each_day_leaves_seven_days_and_four_weeks_before_them() {
        let mut kept: Vec<Timestamp> = Vec::new();
        let mut at: Timestamp = "2026-09-01T09:00:00Z".parse().unwrap();
        for _ in 0..82 {
            kept.push(at);
            let gone = superfluous(&kept);
            kept.retain(|made| !gone.contains(made));
            at += SignedDuration::from_hours(24);
        }
        let days: Vec<String> = kept.iter().map(|at| local_date(*at).to_string()).collect();
        assert_eq!(
            days,
            [
                "2026-10-25",
                "2026-11-01",
                "2026-11-08",
                "2026-11-14",
                "2026-11-15",
                "2026-11-16",
                "2026-11-17",
                "2026-11-18",
                "2026-11-19",
                "2026-11-20",
                "2026-11-21"
            ]
        );
    }

    #[test]
    fn few_backups_are_all_kept() {
        let few: Vec<Timestamp> = (0..7)
            .map(|day| Timestamp::from_second(day * 86_400).unwrap())
            .collect();
        assert_eq!(superfluous(&few), []);
        assert_eq!(superfluous(&[]), []);
    }
}
