//! The whole message, and attempts to add a recipient or a header to it.

use mail_parser::{HeaderName, MessageParser};
use proptest::prelude::*;
use proptest::strategy::ValueTree;

use super::*;
use crate::render::sample;

const PDF: &[u8] = b"%PDF-1.7 stands for the letter";

fn headers() -> MailHeaders {
    MailHeaders {
        from: "referrals@moorlands.example".into(),
        from_name: "Moorlands Surgery".into(),
        to: "pain.platform@example.nhs.uk".into(),
        subject: "DEMONSTRATION: referral ONW-7K3F-92QD".into(),
        message_id: "<ref-01939a3c-5b3e-7000-8000-000000000001.1@moorlands.example>".into(),
        date: "2026-11-21T14:02:00Z".parse().unwrap(),
    }
}

fn rendered(content: &LetterContent) -> String {
    String::from_utf8(mail(&headers(), content, PDF).unwrap()).unwrap()
}

#[test]
fn the_whole_message_of_a_plain_referral() {
    insta::assert_snapshot!(rendered(&sample::smith()));
}

#[test]
fn h13_the_whole_message_with_other_scripts() {
    insta::assert_snapshot!(rendered(&sample::accents()));
}

#[test]
fn equal_input_gives_equal_bytes_and_another_message_id_other_boundaries() {
    let content = sample::smith();
    let first = mail(&headers(), &content, PDF).unwrap();
    assert_eq!(first, mail(&headers(), &content, PDF).unwrap());
    let mut again = headers();
    again.message_id = "<ref-01939a3c-5b3e-7000-8000-000000000001.2@moorlands.example>".into();
    let second = mail(&again, &content, PDF).unwrap();
    let of = |bytes: &[u8]| {
        let message = MessageParser::default().parse(bytes).unwrap();
        let content_type = message.header(HeaderName::ContentType).unwrap();
        let boundary = content_type
            .as_content_type()
            .unwrap()
            .attribute("boundary");
        boundary.unwrap().to_owned()
    };
    assert_ne!(of(&first), of(&second));
}

#[test]
fn the_message_names_neither_the_patient_nor_this_computer_above_its_body() {
    let message = rendered(&sample::smith());
    let (head, _) = message.split_once("\r\n\r\n").unwrap();
    for word in [
        "SMITH",
        "999",
        "1945",
        "X-Mailer",
        "User-Agent",
        "localhost",
    ] {
        assert!(!head.contains(word), "{word} in {head}");
    }
    assert!(message.contains("filename=\"ONW-7K3F-92QD.pdf\""));
}

#[test]
fn h12_a_letter_of_twenty_thousand_characters_comes_back_whole() {
    let content = sample::long();
    let bytes = mail(&headers(), &content, PDF).unwrap();
    let message = MessageParser::default().parse(&bytes).unwrap();
    let read = message.body_text(0).unwrap().replace("\r\n", "\n");
    assert_eq!(read, text(&content));
    assert_eq!(read.matches("worse").count(), 360);
}

#[test]
fn names_that_need_quotes_are_read_as_given() {
    for name in [
        "Dr O'Brien & Partners (Leek)",
        "Moorlands, \"the\" Surgery <x@evil.example>",
        "Meddygfa Tŷ Gwyn",
        "a\\b; c: d, e@f.example",
    ] {
        let mut headers = headers();
        headers.from_name = name.into();
        let bytes = mail(&headers, &sample::smith(), PDF).unwrap();
        let message = MessageParser::default().parse(&bytes).unwrap();
        let from = message.from().unwrap().first().unwrap();
        assert_eq!(from.name.as_deref(), Some(name));
        assert_eq!(from.address.as_deref(), Some("referrals@moorlands.example"));
    }
}

#[test]
fn h02_a_line_end_in_any_header_value_is_refused_by_name() {
    type Put = fn(&mut MailHeaders, String);
    let fields: [(Field, Put); 5] = [
        (Field::From, |h, v| h.from = v),
        (Field::FromName, |h, v| h.from_name = v),
        (Field::To, |h, v| h.to = v),
        (Field::Subject, |h, v| h.subject = v),
        (Field::MessageId, |h, v| h.message_id = v),
    ];
    for (field, put) in fields {
        for end in ["\r\n", "\n", "\r", "\0", "\u{85}", "\u{2028}", "\u{7f}"] {
            let mut headers = headers();
            put(&mut headers, format!("a{end}Bcc: x@evil.example"));
            let refused = mail(&headers, &sample::smith(), PDF);
            assert_eq!(
                refused,
                Err(RenderError::ControlCharacter(field)),
                "{end:?}"
            );
        }
    }
}

#[test]
fn addresses_that_are_not_one_plain_address_are_refused() {
    for to in [
        "",
        "pain",
        "@example.nhs.uk",
        "pain@",
        "a@b.example, c@d.example",
        "a@b.example c@d.example",
        "a@b.example;c@d.example",
        "Pain <pain@example.nhs.uk>",
        "<pain@example.nhs.uk>",
        "\"a b\"@example.nhs.uk",
        "a@[127.0.0.1]",
        "a@b@c.example",
        "pain.@example.nhs.uk",
        "pain@example..uk",
        "paín@example.nhs.uk",
        "pain@exämple.uk",
        " pain@example.nhs.uk",
        "g:pain@example.nhs.uk;",
        "pain(x)@example.nhs.uk",
    ] {
        let mut headers = headers();
        headers.to = to.into();
        let refused = mail(&headers, &sample::smith(), PDF);
        assert_eq!(refused, Err(RenderError::Malformed(Field::To)), "{to:?}");
    }
}

#[test]
fn message_ids_dates_references_and_lengths_outside_the_rules_are_refused() {
    let content = sample::smith();
    let refused = |change: fn(&mut MailHeaders)| {
        let mut headers = headers();
        change(&mut headers);
        mail(&headers, &content, PDF).unwrap_err()
    };
    let malformed = RenderError::Malformed;
    assert_eq!(
        refused(|h| h.message_id = "1@a.example".into()),
        malformed(Field::MessageId)
    );
    assert_eq!(
        refused(|h| h.message_id = "<1 2@a.example>".into()),
        malformed(Field::MessageId)
    );
    assert_eq!(
        refused(|h| h.message_id = "<1>".into()),
        malformed(Field::MessageId)
    );
    assert_eq!(refused(|h| h.date = Timestamp::MIN), malformed(Field::Date));
    assert_eq!(
        refused(|h| h.subject = "x".repeat(251)),
        RenderError::TooLong(Field::Subject)
    );
    for reference in ["", "../x", "ONW 7", "ONW\r\n7", "é"] {
        let mut content = sample::smith();
        content.reference = reference.into();
        let error = mail(&headers(), &content, PDF).unwrap_err();
        assert_eq!(error, malformed(Field::Reference), "{reference:?}");
    }
}

#[test]
fn a_subject_that_would_be_read_otherwise_is_refused() {
    let mut headers = headers();
    headers.subject = "=?utf-8?q?SMITH?=".into();
    let refused = mail(&headers, &sample::smith(), PDF);
    assert_eq!(refused, Err(RenderError::ReadsDifferently("Subject")));
}

/// What somebody might put where a name or a subject belongs; most of it without the line end that is refused at once.
fn injection() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "Bcc: x@evil.example",
        "To:",
        "x@evil.example",
        ",",
        ";",
        ":",
        "<",
        ">",
        "\"",
        "\\",
        "(",
        ")",
        "@",
        "[",
        "]",
        " ",
        "word",
        "é",
        "😀",
        "=?utf-8?q?=0D=0ABcc:?=",
        "?=",
        "=0A",
        "%0d%0a",
        "\u{a0}",
        "ONW-7K3F",
        "\u{202e}",
    ]);
    let pieces = prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat());
    prop_oneof![4 => pieces, 1 => sample::nasty()]
}

#[test]
fn many_of_the_injections_tried_below_do_give_a_message() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let made = (0..200)
        .filter(|_| {
            let subject = injection().new_tree(&mut runner).unwrap().current();
            let headers = MailHeaders {
                subject,
                ..headers()
            };
            mail(&headers, &sample::smith(), PDF).is_ok()
        })
        .count();
    assert!(made > 50, "{made} of 200");
}

proptest! {
    /// Whatever is put where, a message that is made has one recipient and the seven headers, and carries the words.
    #[test]
    fn h02_no_input_gives_a_second_recipient_or_header(
        from_name in injection(),
        subject in injection(),
        to in prop_oneof![3 => Just("pain@example.nhs.uk".to_owned()), 1 => injection()],
        content in sample::any_letter(),
    ) {
        let headers = MailHeaders { from_name, to, subject, ..headers() };
        if let Ok(bytes) = mail(&headers, &content, PDF) {
            // Counted by hand, because the parser has had its look already.
            let message = String::from_utf8(bytes).unwrap();
            let (head, _) = message.split_once("\r\n\r\n").unwrap();
            let names: Vec<&str> = head
                .split("\r\n")
                .filter(|line| !line.starts_with([' ', '\t']))
                .map(|line| line.split_once(':').unwrap().0)
                .collect();
            prop_assert_eq!(
                names,
                ["From", "To", "Subject", "Message-ID", "Date", "MIME-Version", "Content-Type"]
            );
            let to = format!("\r\nTo: {}\r\n", headers.to);
            prop_assert!(head.contains(&to));
        }
    }

    #[test]
    fn the_text_and_the_pdf_come_back_as_they_were(
        content in sample::any_letter(),
        pdf in prop::collection::vec(any::<u8>(), 0..400),
    ) {
        let bytes = mail(&headers(), &content, &pdf).unwrap();
        let message = MessageParser::default().parse(&bytes).unwrap();
        let read = |body: Option<std::borrow::Cow<'_, str>>| body.unwrap().replace("\r\n", "\n");
        prop_assert_eq!(read(message.body_text(0)), text(&content));
        prop_assert_eq!(read(message.body_html(0)), html(&content));
        prop_assert_eq!(message.attachment(0).unwrap().contents(), pdf.as_slice());
    }
}
