//! One referral as the service gets it: the whole message, compared whole; and what must survive the way from paste to mailbox.

use demo::mail_server::KeptMessage;
use mail_parser::{MessageParser, MimeHeaders};
use product_tests::patients::{DOE, SMITH};
use product_tests::practice::{FROM, PAIN_PLATFORM, Practice, Time};
use referrals::draft::PatientField;
use referrals::referral_table;

const PAIN_PLATFORM_ADDRESS: &str = "referrals@pain-platform.example.nhs.uk";

/// Text, HTML and PDF of a message, read by another parser than the one that wrote it.
struct Parts {
    text: String,
    html: String,
    pdf: Vec<u8>,
}

fn parts(message: &KeptMessage) -> Parts {
    let parsed = MessageParser::default().parse(&message.raw).unwrap();
    assert_eq!(parsed.text_body_count(), 1);
    assert_eq!(parsed.html_body_count(), 1);
    assert_eq!(parsed.attachment_count(), 1);
    let attachment = parsed.attachment(0).unwrap();
    assert_eq!(attachment.content_type().unwrap().subtype(), Some("pdf"));
    Parts {
        text: parsed.body_text(0).unwrap().into_owned(),
        html: parsed.body_html(0).unwrap().into_owned(),
        pdf: attachment.contents().to_vec(),
    }
}

/// The words alone, in their order: what a reader reads, whatever the form.
fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// Without its tags, style and entities.
fn words_of_html(html: &str) -> Vec<String> {
    let body = html.split_once("<body").unwrap().1;
    let mut text = String::new();
    for piece in body.split('<').skip(1) {
        text.push(' ');
        text.push_str(piece.split_once('>').map_or("", |(_, words)| words));
    }
    for (entity, sign) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&#x27;", "'"),
        ("&nbsp;", "\u{a0}"),
        ("&amp;", "&"),
    ] {
        text = text.replace(entity, sign);
    }
    words(&text)
}

/// The message with what differs from one referral to the next put aside: reference, ids, boundaries, and the PDF's bytes.
fn whole(message: &KeptMessage, reference: &str) -> String {
    let raw = String::from_utf8(message.raw.clone()).unwrap();
    let raw = raw.replace("\r\n", "\n");
    let (before, attachment) = raw.split_once("Content-Disposition: attachment").unwrap();
    let (headers, pdf) = attachment.split_once("\n\n").unwrap();
    let (_, after) = pdf.split_once("\n--").unwrap();
    // Where a quoted-printable line is broken depends on what stands in it.
    let before = before.replace("=\n", "");
    let text = format!("{before}Content-Disposition: attachment{headers}\n\n[PDF]\n--{after}");
    let mut text = text
        .replace(&message.message_id.clone().unwrap(), "[MESSAGE-ID]")
        .replace(reference, "[REFERENCE]");
    let boundaries: Vec<String> = text
        .lines()
        .filter_map(|line| line.split_once("boundary=\"")?.1.split_once('"'))
        .map(|(boundary, _)| boundary.to_owned())
        .collect();
    for (number, boundary) in boundaries.iter().enumerate() {
        text = text.replace(boundary, &format!("[BOUNDARY {}]", number + 1));
    }
    text
}

#[test]
fn a_referral_arrives_as_one_message_of_text_page_and_letter() {
    let practice = Practice::open();
    let queued = practice.refer_at_once(SMITH, PAIN_PLATFORM);
    practice.send_due();
    let message = practice.mail.only_message();

    assert_eq!(message.envelope.from, FROM);
    assert_eq!(message.envelope.to, [PAIN_PLATFORM_ADDRESS]);
    assert_eq!(message.to, [PAIN_PLATFORM_ADDRESS]);
    let subject = &message.subject;
    assert!(subject.contains("DEMONSTRATION") && subject.contains(&queued.reference));
    for of_patient in [
        "smith",
        "john",
        "999 000 0018",
        "9990000018",
        "1945",
        "mill lane",
    ] {
        assert!(!subject.to_lowercase().contains(of_patient), "{subject}");
        let name = message.attachment_names().concat().to_lowercase();
        assert!(!name.contains(of_patient), "{name}");
    }

    let Parts { text, html, pdf } = parts(&message);
    assert!(text.starts_with("DEMONSTRATION"), "{text}");
    assert!(html.contains("DEMONSTRATION"));
    let store = &practice.engine.store.practice;
    let letter = store.read(|c| referral_table::letter(c, &queued.referral_id));
    let letter = letter.unwrap().unwrap();
    assert!(letter.demonstration && letter.reference == queued.reference);
    assert!(
        pdf == letter::pdf(&letter).unwrap(),
        "the letter that is kept is the one that went"
    );
    // A label of the text ends in a colon, and a heading may be in capitals; every word of the page stands in the text, in order.
    let plain = |words: Vec<String>| -> Vec<String> {
        let all = words
            .into_iter()
            .map(|word| word.trim_end_matches(':').to_lowercase());
        all.filter(|word| word.chars().any(char::is_alphanumeric))
            .collect()
    };
    assert_eq!(plain(words_of_html(&html)), plain(words(&text)));

    insta::assert_snapshot!(whole(&message, &queued.reference));
    assert_eq!(practice.state(&queued.referral_id), "sent");
}

#[test]
fn h15_unsafe_contact_comes_first_and_what_was_not_agreed_is_off() {
    let practice = Practice::open();
    let note = "Never ring the house: she will be heard. Only 07700 900456, before noon.";
    let draft = practice.draft(DOE, PAIN_PLATFORM);
    let desk = practice.desk();
    let draft = desk
        .edit_patient(&draft.id, PatientField::SafeContactNote, note)
        .unwrap();
    let careful = practice.queue(&draft).unwrap();
    desk.send_now(&careful.referral_id).unwrap();
    practice.send_due();
    let Parts { text, html, .. } = parts(&practice.mail.only_message());
    for form in [words(&text), words_of_html(&html)] {
        let form = form.join(" ");
        let at = |what: &str| form.find(what).unwrap_or_else(|| panic!("{what}: {form}"));
        assert!(at(note) < at("DOE, Jane"), "safe contact before the name");
        assert!(at("Leave a voicemail") < at("DOE, Jane"));
        for question in ["Leave a voicemail", "Send a text message"] {
            let answer = form[at(question) + question.len()..].trim_start_matches([':', ' ']);
            assert!(answer.starts_with("No, not agreed"), "{question}: {answer}");
        }
    }

    // What a person ticks is said, so that the "No" above is no constant.
    let draft = practice.draft(DOE, PAIN_PLATFORM);
    let mut form = draft.form.clone();
    form.may_leave_voicemail = true;
    let draft = practice.fill(&draft.id, form);
    let agreed = practice.queue(&draft).unwrap();
    desk.send_now(&agreed.referral_id).unwrap();
    practice.send_due();
    let Parts { text, .. } = parts(&practice.mail.messages()[1]);
    assert!(text.contains("Leave a voicemail: Yes, the patient was asked and agrees"));
    assert!(text.contains("Send a text message: No, not agreed"));
}

#[test]
fn h12_truncated_text_twenty_thousand_characters_arrive_whole() {
    let practice = Practice::open();
    let mut long: String = (0..)
        .map(|n| format!("Sentence {n} of a long story about pain. "))
        .scan(0, |length, sentence| {
            *length += sentence.len();
            (*length < 20_000).then_some(sentence)
        })
        .collect();
    long.push_str("The very last words.");
    assert!(long.len() > 19_900);
    let draft = practice.draft(SMITH, PAIN_PLATFORM);
    let mut form = draft.form.clone();
    form.reason_text.clone_from(&long);
    let draft = practice.fill(&draft.id, form);
    let queued = practice.queue(&draft).unwrap();
    practice.desk().send_now(&queued.referral_id).unwrap();
    practice.send_due();

    let Parts { text, html, .. } = parts(&practice.mail.only_message());
    let wanted = words(&long).join(" ");
    assert!(words(&text).join(" ").contains(&wanted));
    assert!(words_of_html(&html).join(" ").contains(&wanted));

    // And what is too long is refused where it is typed, not cut.
    let mut form = draft.form;
    form.reason_text = "x".repeat(50_001);
    let again = practice.draft(SMITH, PAIN_PLATFORM);
    let again = practice.fill(&again.id, form);
    let refused = practice.queue(&again).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "something is missing: reasonText (too-long)"
    );
    assert_eq!(
        practice
            .desk()
            .draft(&again.id)
            .unwrap()
            .form
            .reason_text
            .len(),
        50_001
    );
}

#[test]
fn h13_special_characters_arrive_as_they_were_pasted() {
    let practice = Practice::open();
    let pasted = "O'BRIEN-Ó, Zoë (Ms)  Born 02-Feb-1980 (46y)  Gender Female  NHS No. 999 000 0026\n\
        Address: 3 Café Row\nLeek\nST13 5AB\n";
    let draft = practice.draft(pasted, PAIN_PLATFORM);
    let mut form = draft.form.clone();
    let reason =
        "Łucja Nguyễn rang: “can’t lift >5 kg” – naïve? ½ tablet & 10 µg; <b>not</b> bold.";
    form.reason_text = reason.to_owned();
    let draft = practice.fill(&draft.id, form);
    let queued = practice.queue(&draft).unwrap();
    practice.desk().send_now(&queued.referral_id).unwrap();
    practice.send_due();
    let message = practice.mail.only_message();
    assert!(
        message.raw.is_ascii(),
        "no server on the way has anything to spoil"
    );
    let Parts { text, html, .. } = parts(&message);
    for form in [words(&text).join(" "), words_of_html(&html).join(" ")] {
        assert!(form.contains("O'BRIEN-Ó, Zoë (Ms)"), "{form}");
        assert!(form.contains("3 Café Row"), "{form}");
        assert!(form.contains(reason), "{form}");
    }
}

#[test]
fn h18_time_zone_and_summer_time_move_no_date_of_birth_and_no_day_of_the_letter() {
    for (now, letter_of) in [
        // 00:30 of the 29th in England's summer time is still the 28th in UTC.
        ("2026-06-28T23:30:00Z", "29-Jun-2026"),
        // The hour that is skipped, the hour that comes twice, and a winter midnight.
        ("2027-03-28T00:59:59Z", "28-Mar-2027"),
        ("2027-03-28T01:00:00Z", "28-Mar-2027"),
        ("2026-10-25T00:30:00Z", "25-Oct-2026"),
        ("2026-10-25T01:30:00Z", "25-Oct-2026"),
        ("2026-12-31T23:59:59Z", "31-Dec-2026"),
    ] {
        let practice = Practice::open_at(Time::at(now));
        // Born on the day on which the clocks went back, and on one on which they went forward.
        for (born, nhs) in [
            ("27-Oct-1996", "999 000 0018"),
            ("31-Mar-1996", "999 000 0026"),
        ] {
            let banner = format!("NIGHT, Ola (Mx)  Born {born}  Gender Female  NHS No. {nhs}\n");
            practice.refer_at_once(&banner, PAIN_PLATFORM);
            practice.send_due();
            let message = practice.mail.messages().pop().unwrap();
            let Parts { text, .. } = parts(&message);
            assert!(text.contains(&format!("Born: {born} (")), "{now}: {text}");
            assert!(text.contains(letter_of), "{now}: {text}");
        }
    }
}
