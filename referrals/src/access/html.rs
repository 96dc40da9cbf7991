//! The copy for a patient as one page that any browser shows and any printer prints: no script, nothing from elsewhere.

use super::{DraftCopy, Everything, Fact, Happened, ReferralCopy};
use letter::DEMONSTRATION;

const STYLE: &str = "body{font-family:Arial,sans-serif;font-size:16px;line-height:1.4;color:#212b32;max-width:50em;margin:24px}\
    h1{font-size:26px}h2{font-size:21px;margin:32px 0 8px;border-bottom:2px solid #4c6272}h3{font-size:17px;margin:20px 0 4px}\
    dl{margin:0}dt{font-weight:bold}dd{margin:0 0 8px;white-space:pre-wrap}\
    table{border-collapse:collapse}th,td{text-align:left;vertical-align:top;border-bottom:1px solid #d8dde0;padding:4px 12px 4px 0}\
    pre{white-space:pre-wrap;font-family:inherit;border-left:4px solid #d8dde0;padding-left:12px}\
    .demonstration{background:#ffeb3b;border:2px solid #212b32;padding:8px;font-weight:bold}";

/// Every value is escaped.
pub fn html(all: &Everything) -> String {
    let mut page = Page::default();
    page.raw("<!DOCTYPE html>\n<html lang=\"en-GB\">\n<head>\n<meta charset=\"utf-8\">\n<title>What is held about you</title>\n<style>");
    page.raw(STYLE);
    page.raw("</style>\n</head>\n<body>\n");
    if all.demonstration {
        page.raw("<p class=\"demonstration\">");
        page.text(DEMONSTRATION);
        page.raw("</p>\n");
    }
    page.element("h1", "What Onward holds about you");
    page.element(
        "p",
        &format!("A copy made by {} on {}.", all.practice, all.made_at),
    );
    page.element(
        "p",
        "Onward is the program with which the practice sends referrals. Your health record is in another system; ask the practice for it. \
         This copy holds what Onward has on this computer: the referrals about you, what was begun and not sent, what happened to them, and who looked at them.",
    );
    if all.is_empty() {
        page.element("p", "Onward holds nothing about you on this computer.");
    }
    for referral in &all.referrals {
        page.referral(referral);
    }
    for draft in &all.drafts {
        page.draft(draft);
    }
    page.raw("</body>\n</html>\n");
    page.0
}

#[derive(Default)]
struct Page(String);

impl Page {
    fn referral(&mut self, referral: &ReferralCopy) {
        self.element("h2", &format!("Referral {}", referral.reference));
        self.facts(&referral.about);
        if referral.patient.is_empty() {
            self.element("p", "Your details and the letter have been erased.");
        } else {
            self.element("h3", "Your details, as they were sent");
            self.facts(&referral.patient);
        }
        if !referral.letter.is_empty() {
            self.element("h3", "The letter");
            self.element("pre", &referral.letter);
        }
        self.table("What happened", &referral.timeline);
        self.table("Who looked at it or copied it", &referral.seen);
    }

    fn draft(&mut self, draft: &DraftCopy) {
        self.element(
            "h2",
            &format!("Begun and not sent, last changed {}", draft.changed_at),
        );
        self.facts(&draft.patient);
        self.facts(&draft.form);
        self.table("Who looked at it or copied it", &draft.seen);
    }

    fn facts(&mut self, facts: &[Fact]) {
        if facts.is_empty() {
            return;
        }
        self.raw("<dl>\n");
        for fact in facts {
            self.element("dt", &fact.label);
            self.element("dd", &fact.value);
        }
        self.raw("</dl>\n");
    }

    fn table(&mut self, title: &str, rows: &[Happened]) {
        if rows.is_empty() {
            return;
        }
        self.element("h3", title);
        self.raw("<table>\n<tr><th>When</th><th>What</th><th>Who</th></tr>\n");
        for row in rows {
            let words = row.words.as_ref().map(|words| format!(": {words}"));
            self.raw("<tr>");
            self.element("td", &row.at);
            self.element("td", &format!("{}{}", row.what, words.unwrap_or_default()));
            self.element("td", &row.by);
            self.raw("</tr>\n");
        }
        self.raw("</table>\n");
    }

    fn element(&mut self, name: &str, text: &str) {
        for piece in ["<", name, ">"] {
            self.raw(piece);
        }
        self.text(text);
        for piece in ["</", name, ">\n"] {
            self.raw(piece);
        }
    }

    fn raw(&mut self, markup: &str) {
        self.0.push_str(markup);
    }

    fn text(&mut self, text: &str) {
        self.0.push_str(&crate::render::html::escaped(text));
    }
}
