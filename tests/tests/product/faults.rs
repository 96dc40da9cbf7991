//! A mail server that misbehaves in every way at every moment: what the practice is told, what the server really kept, and what
//! happens once the server is well again.

use std::fmt::Write as _;
use std::time::Duration;

use demo::certificates::unknown_issuer;
use demo::mail_server::{Cut, Fault, Misbehaviour, Moment, Phase};
use product_tests::patients::{DOE, SMITH};
use product_tests::practice::{FAR_TOO_LONG, PAIN_PLATFORM, Practice, computer_time};

/// In the order of a conversation.
const MOMENTS: [Moment; 13] = [
    Moment::Banner,
    Moment::Ehlo,
    Moment::StartTls,
    Moment::Handshake,
    Moment::EhloInTls,
    Moment::Auth,
    Moment::Mail,
    Moment::Rcpt,
    Moment::Data,
    Moment::Body { after_bytes: 1_000 },
    Moment::BeforeStoring,
    Moment::AfterStoring,
    Moment::Quit,
];

/// What a silent server is given before it counts as silent; only where a test makes it silent.
const SHORT: Duration = Duration::from_millis(1_500);

fn misbehaviours() -> Vec<(&'static str, Misbehaviour)> {
    let reply = |text: &str| Misbehaviour::Reply(text.to_owned());
    vec![
        ("says 421", reply("421 4.3.2 closing")),
        ("says 451", reply("451 4.7.1 later")),
        ("says 550", reply("550 5.7.1 never")),
        ("says 552", reply("552 5.3.4 too big")),
        (
            "says garbage",
            Misbehaviour::Bytes(b"\x00\xff\x80 2 5 0\r\n".to_vec()),
        ),
        ("says 354", reply("354 go on")),
        ("says 454", reply("454 4.7.0 not just now")),
        ("has no code", Misbehaviour::Bytes(b"hello\r\n".to_vec())),
        ("breaks lines", Misbehaviour::Bytes(b"250 ok\n".to_vec())),
        (
            "has no end",
            Misbehaviour::Bytes(b"250-more\r\n".repeat(5_000)),
        ),
        ("has no break", Misbehaviour::Bytes(vec![b'2'; 100_000])),
        ("is silent", Misbehaviour::Silence),
        ("drips", Misbehaviour::Drip(Duration::from_secs(1))),
        ("resets", Misbehaviour::Cut(Cut::Reset)),
        ("closes", Misbehaviour::Cut(Cut::Close)),
        ("says goodbye", Misbehaviour::Cut(Cut::CloseNotify)),
    ]
}

/// A reply can be dripped only where the server gives one.
fn happens(moment: Moment, how: &Misbehaviour) -> bool {
    let no_reply = matches!(
        moment,
        Moment::Handshake | Moment::Body { .. } | Moment::BeforeStoring
    );
    !(no_reply && matches!(how, Misbehaviour::Drip(_)))
}

/// One line of the table, after the invariants that hold for every line.
fn case(practice: &mut Practice, moment: Moment, name: &str, how: &Misbehaviour) -> String {
    let id = practice.refer_at_once(SMITH, PAIN_PLATFORM).referral_id;
    let message_id = practice.message_id(&id);
    let before = practice.mail.messages().len();
    let waits = !matches!(how, Misbehaviour::Reply(_) | Misbehaviour::Cut(_));
    let in_body = matches!(
        moment,
        Moment::Body { .. } | Moment::BeforeStoring | Moment::AfterStoring
    );
    if waits && in_body {
        practice.deadlines.body = SHORT;
    } else if waits {
        practice.deadlines.command = SHORT;
    }
    practice.ill(Fault::At(moment, how.clone()));
    practice.send_due();
    let (row, kept) = (practice.row(&id), practice.mail.times_kept(&message_id));
    let line = format!("{name:<13} {}", either(moment, name, &told(practice, &id)));
    let what = format!("{moment:?} {name}: {line}");
    // The one lie that no client can see through: the server keeps the message and says that it did not.
    let denies = moment == Moment::AfterStoring
        && ["says 4", "says 5"]
            .iter()
            .any(|word| name.starts_with(word));
    match row.state.as_str() {
        "accepted" => assert_eq!(kept, 1, "{what}"),
        "queued" | "rejected" => assert!(kept == 0 || denies, "{what}"),
        "unknown" => assert!(in_body, "unknown only after the body began: {what}"),
        other => panic!("{other}: {what}"),
    }

    practice.deadlines.command = FAR_TOO_LONG;
    practice.deadlines.body = FAR_TOO_LONG;
    practice.well();
    practice.send_all();
    let kept_later = practice.mail.times_kept(&message_id);
    if row.state == "queued" {
        assert_eq!(practice.state(&id), "sent", "{what}");
        assert_eq!(kept_later, kept + 1, "{what}");
    } else {
        assert_eq!(
            practice.row(&id).state,
            row.state,
            "nothing by itself: {what}"
        );
        assert_eq!(kept_later, kept, "{what}");
    }
    assert_eq!(practice.mail.messages().len(), before + kept_later);
    if practice.row(&id).state != "accepted" {
        practice.desk().withdraw(&id, "", "test").unwrap();
    }
    format!("{line} | kept {kept}, then {kept_later}")
}

/// Two of the faults can be seen first or last by the operating system: which of two words it is was left to chance.
fn either(moment: Moment, name: &str, told: &str) -> String {
    match (moment, name) {
        (Moment::Banner, "resets") => told
            .replace(&in_column("connection-lost"), &in_column("cannot-connect"))
            .replace("(connection-lost)", "(cannot-connect)"),
        (Moment::Handshake, _) if told.contains("(tls)") => told
            .replace("(tls)", "(plaintext-before-tls)")
            .replace(&in_column("tls"), &in_column("plaintext-before-tls")),
        _ => told.to_owned(),
    }
}

/// As wide as a problem is shown.
fn in_column(problem: &str) -> String {
    format!("{problem:<18}")
}

/// State, problem and timeline, as the window shows them.
fn told(practice: &Practice, id: &str) -> String {
    let row = practice.row(id);
    let problem = row
        .problem
        .map_or("-", referrals::transport::SendProblem::as_str);
    let timeline = practice.timeline(id).join(", ");
    format!("{:<9} {} | {timeline}", row.state, in_column(problem))
}

#[test]
fn every_fault_at_every_moment() {
    let mut columns = Vec::new();
    std::thread::scope(|scope| {
        let started: Vec<_> = misbehaviours()
            .into_iter()
            .map(|(name, how)| {
                scope.spawn(move || {
                    let mut practice = Practice::open();
                    MOMENTS.map(|moment| {
                        happens(moment, &how).then(|| case(&mut practice, moment, name, &how))
                    })
                })
            })
            .collect();
        for thread in started {
            columns.push(
                thread
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            );
        }
    });
    let (mut table, mut count) = (String::new(), 0);
    for (number, moment) in MOMENTS.into_iter().enumerate() {
        writeln!(table, "{moment:?}").unwrap();
        for line in columns.iter().filter_map(|column| column[number].as_ref()) {
            writeln!(table, "  {line}").unwrap();
            count += 1;
        }
    }
    println!(
        "| faults of the mail server, each at each moment of a connection | {} faults × {} moments = {count} cases | each told as it is, 0 lost, 0 doubled; unknown only after the body had begun; once the server is well, what was not taken goes once |",
        misbehaviours().len(),
        MOMENTS.len()
    );
    insta::assert_snapshot!(table);
}

/// A fatal alert, `protocol_version` (RFC 8446 section 6.2), in a record of TLS 1.1.
const TLS_1_1_ONLY_ALERT: [u8; 7] = [0x15, 0x03, 0x02, 0x00, 0x02, 0x02, 0x46];

/// A server's hello that chooses TLS 1.1 and AES-128-CBC (RFC 4346 section 7.4.1.3).
fn tls_1_1_server_hello() -> Vec<u8> {
    let hello = [&[0x03, 0x02][..], &[7; 32], &[0x00, 0x00, 0x2f, 0x00]].concat();
    let message = [&[0x02, 0x00, 0x00, 0x26][..], &hello].concat();
    [&[0x16, 0x03, 0x02, 0x00, 0x2a][..], &message].concat()
}

#[test]
fn nothing_is_said_of_a_patient_to_a_server_that_cannot_be_trusted() {
    let practice = Practice::open();
    let now = computer_time();
    let authority = &practice.mail.authority;
    let forged = b"250-localhost\r\n250 AUTH PLAIN\r\n235 2.7.0 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n250 forged\r\n";
    let faults = [
        (Fault::StartTlsNotOffered, "no-starttls", Phase::SaidHello),
        (
            Fault::reply(Moment::StartTls, "502 5.5.1 not implemented"),
            "no-starttls",
            Phase::SaidHello,
        ),
        (
            Fault::PlaintextAfterStartTls(forged.to_vec()),
            "plaintext-before-tls",
            Phase::StartTls,
        ),
        (
            Fault::Certificate(authority.expired(now).unwrap()),
            "certificate-expired",
            Phase::StartTls,
        ),
        (
            Fault::Certificate(authority.wrong_host(now).unwrap()),
            "certificate-wrong-host",
            Phase::StartTls,
        ),
        (
            Fault::Certificate(unknown_issuer(now).unwrap()),
            "certificate-unknown-issuer",
            Phase::StartTls,
        ),
        (
            Fault::HandshakeAnswer(TLS_1_1_ONLY_ALERT.to_vec()),
            "tls",
            Phase::StartTls,
        ),
        (
            Fault::HandshakeAnswer(tls_1_1_server_hello()),
            "tls",
            Phase::StartTls,
        ),
        (
            Fault::HandshakeAnswer(b"250 not TLS at all\r\n".to_vec()),
            "tls",
            Phase::StartTls,
        ),
    ];
    let id = practice.refer_at_once(SMITH, PAIN_PLATFORM).referral_id;
    let count = faults.len();
    for (number, (fault, problem, furthest)) in faults.into_iter().enumerate() {
        practice.ill(fault);
        let next = practice.send_due().expect("it waits");
        let row = practice.row(&id);
        assert_eq!(
            (row.state.as_str(), row.attempt_count),
            ("queued", 0),
            "{problem}"
        );
        assert_eq!(practice.channel_problem().as_deref(), Some(problem));
        let all = |records: &[demo::mail_server::ConnectionRecord]| {
            records.len() == number + 1 && records.iter().all(|one| one.ended)
        };
        let records = practice.mail.server.records();
        let records = practice.runtime.block_on(records.wait_until(all));
        // Some handshakes end, for the server, before the client has looked at the certificate (TLS 1.3).
        let reached = records[number].reached;
        assert!(
            reached == furthest || (furthest == Phase::StartTls && reached == Phase::Encrypted),
            "{problem}: {reached:?}"
        );
        let now = practice.engine.store.clock.now();
        practice.time.pass(next.duration_since(now));
    }
    assert!(practice.mail.messages().is_empty());
    practice.well();
    practice.send_due();
    practice.mail.only_message();
    assert_eq!(practice.state(&id), "sent");
    println!(
        "| servers not to be trusted: STARTTLS refused, stripped, with words of somebody else; certificate expired, of another host, of nobody known; old TLS, no TLS | {count} cases | nothing of a patient, and no password, is said to any; the channel waits, and sends once all is well |"
    );
}

#[test]
fn one_bad_message_never_blocks_the_next() {
    let practice = Practice::open();
    let faults = practice.mail.server.faults();
    faults.refuse_recipient("referrals@pain-platform.example.nhs.uk");
    let bad = practice.refer_at_once(SMITH, PAIN_PLATFORM);
    let good = practice.refer_at_once(DOE, "talking-therapies");
    practice.send_due();
    assert_eq!(
        practice.timeline(&bad.referral_id),
        ["queued", "sending", "failed (address-refused)"]
    );
    assert_eq!(practice.state(&good.referral_id), "sent");
    let message = practice.mail.only_message();
    assert!(message.subject.contains(&good.reference));
    // Once a person has seen to it, the same message goes: same id, same bytes.
    practice.well();
    practice.desk().try_again(&bad.referral_id, "test").unwrap();
    practice.send_due();
    assert_eq!(
        practice
            .mail
            .times_kept(&practice.message_id(&bad.referral_id)),
        1
    );
}

#[test]
fn a_channel_that_cannot_sign_in_postpones_all_and_counts_against_none() {
    let practice = Practice::open();
    let mut wrong = practice.mail.mailbox();
    wrong.password = "not-the-password".to_owned();
    practice.use_mailbox(wrong);
    let ids: Vec<String> = [SMITH, DOE, SMITH]
        .into_iter()
        .map(|patient| practice.refer_at_once(patient, PAIN_PLATFORM).referral_id)
        .collect();
    // More often than a message may be tried.
    for failure in 1..=12 {
        let next = practice.send_due().expect("they wait");
        assert_eq!(
            practice.channel_problem().as_deref(),
            Some("sign-in-refused")
        );
        assert_eq!(
            practice.mail.server.records().all().len(),
            failure,
            "one connection for all"
        );
        for row in practice.outbox() {
            assert_eq!(
                (row.state.as_str(), row.attempt_count),
                ("queued", 0),
                "{failure}"
            );
        }
        let now = practice.engine.store.clock.now();
        practice.time.pass(next.duration_since(now));
    }
    practice.use_mailbox(practice.mail.mailbox());
    practice.send_due();
    assert_eq!(practice.mail.messages().len(), ids.len());
    assert_eq!(practice.channel_problem(), None);
    for id in ids {
        assert_eq!(practice.state(&id), "sent");
    }
}
