//! The daily line to the practice's own mailbox: how many referrals need somebody, by kind, and nothing that identifies a person.

use crate::desk::AttentionCount;
use jiff::civil::Date;
use letter::DEMONSTRATION;

/// "Onward: 3 need attention (on one computer)". Counts alone: a subject is never encrypted.
pub fn subject(counts: &[AttentionCount], demonstration: bool) -> String {
    let mark = if demonstration { "DEMONSTRATION: " } else { "" };
    let all: u32 = counts.iter().map(|count| count.count).sum();
    let need = if all == 1 { "needs" } else { "need" };
    format!("{mark}Onward: {all} {need} attention, on one computer")
}

pub fn text(counts: &[AttentionCount], day: Date, demonstration: bool) -> String {
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
    lines.push(String::new());
    lines.push("Open Onward on that computer, and look on top of Referrals. Other computers that use Onward send a line of their own.".to_owned());
    lines.join("\r\n")
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
            subject(&counts, true),
            "DEMONSTRATION: Onward: 4 need attention, on one computer"
        );
        let said = text(&counts, day, false);
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
}
