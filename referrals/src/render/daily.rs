//! The daily line to the practice's own mailbox: how many referrals need somebody, by kind, what of the directory waits, and nothing that identifies a person.

use crate::desk::{AttentionCount, DirectoryWaits};
use jiff::civil::Date;
use letter::DEMONSTRATION;

/// "Onward: 3 need attention (on one computer)". Counts alone: a subject is never encrypted.
pub fn subject(counts: &[AttentionCount], waits: &DirectoryWaits, demonstration: bool) -> String {
    let mark = if demonstration { "DEMONSTRATION: " } else { "" };
    let referrals: u32 = counts.iter().map(|count| count.count).sum();
    let all = referrals.saturating_add(waits.count());
    let need = if all == 1 { "needs" } else { "need" };
    format!("{mark}Onward: {all} {need} attention, on one computer")
}

pub fn text(
    counts: &[AttentionCount],
    waits: &DirectoryWaits,
    day: Date,
    demonstration: bool,
) -> String {
    let mut lines = Vec::new();
    if demonstration {
        lines.push(DEMONSTRATION.to_owned());
    }
    lines.push(format!(
        "What needs somebody on {}, on the computer that sent this:",
        crate::patient::cui_date(day)
    ));
    lines.push(String::new());
    lines.extend(counts.iter().map(line));
    lines.extend(of_the_directory(waits));
    lines.push(String::new());
    if waits.count() > 0 {
        lines.push("What waits of the directory stands under Practice.".to_owned());
    }
    lines.push("Open Onward on that computer, and look on top of Referrals. Other computers that use Onward send a line of their own.".to_owned());
    lines.join("\r\n")
}

fn of_the_directory(waits: &DirectoryWaits) -> impl Iterator<Item = String> {
    let kinds = [
        (
            "new versions of the directory, held for a yes or a no",
            waits.held,
        ),
        ("addresses of services to approve", waits.addresses),
        (
            "services to phone before anything is sent there",
            waits.to_phone,
        ),
    ];
    let waiting = kinds.into_iter().filter(|(_, count)| *count > 0);
    waiting.map(|(what, count)| format!("- {what}: {count}"))
}

fn line(count: &AttentionCount) -> String {
    let age = match count.oldest_days {
        0 => "since today".to_owned(),
        1 => "the oldest for 1 day".to_owned(),
        days => format!("the oldest for {days} days"),
    };
    format!("- {}: {}, {age}", kind_words(count.kind), count.count)
}

fn kind_words(kind: &str) -> &'static str {
    match kind {
        "failed" => "NOT SENT, failed",
        "unknown" => "not certain whether it was sent",
        "held" => "NOT SENT, held for a person",
        "rejected" => "not accepted by the service",
        "information-requested" => "the service asks for more",
        "could-not-contact" => "the service could not reach the patient",
        "no-answer" => "no answer from the service: chase",
        "recall-due" => "put off until now: offer again",
        _ => "waiting to leave for over 15 minutes",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_counts_by_kind_and_says_how_old_the_oldest_is() {
        let counts = [("no-answer", 2, 12), ("rejected", 1, 1), ("held", 1, 0)].map(
            |(kind, count, oldest_days)| AttentionCount {
                kind,
                count,
                oldest_days,
            },
        );
        let day = "2026-11-23".parse().unwrap();
        assert_eq!(
            subject(&counts, &DirectoryWaits::default(), true),
            "DEMONSTRATION: Onward: 4 need attention, on one computer"
        );
        let said = text(&counts, &DirectoryWaits::default(), day, false);
        assert!(!said.contains("directory"), "{said}");
        assert!(
            said.contains("- no answer from the service: chase: 2, the oldest for 12 days\r\n"),
            "{said}"
        );
        assert!(
            said.contains("- not accepted by the service: 1, the oldest for 1 day\r\n"),
            "{said}"
        );
        assert!(said.contains("held for a person: 1, since today\r\n"));
        assert!(said.starts_with("What needs somebody on 23-Nov-2026, on the computer"));
    }
    #[test]
    fn what_waits_of_the_directory_is_counted_with_the_referrals() {
        let held = [AttentionCount {
            kind: "held",
            count: 1,
            oldest_days: 0,
        }];
        let waits = DirectoryWaits {
            held: 1,
            addresses: 3,
            to_phone: 0,
            since: None,
        };
        assert_eq!(
            subject(&held, &waits, false),
            "Onward: 5 need attention, on one computer"
        );
        let said = text(&[], &waits, "2026-11-23".parse().unwrap(), false);
        for line in [
            "- new versions of the directory, held for a yes or a no: 1\r\n",
            "- addresses of services to approve: 3\r\n",
            "What waits of the directory stands under Practice.\r\n",
        ] {
            assert!(said.contains(line), "{line}: {said}");
        }
        assert!(!said.contains("to phone"), "{said}");
    }
}
