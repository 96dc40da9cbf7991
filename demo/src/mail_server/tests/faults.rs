//! Each fault, seen to happen from outside, with what was stored and how far the record says that the connection came.

use std::io::ErrorKind;

use super::*;
use crate::certificates::unknown_issuer;

/// The moments that are the reply to a line, in the order of a conversation.
const REPLIES: [Moment; 8] = [
    Moment::Ehlo,
    Moment::StartTls,
    Moment::EhloInTls,
    Moment::Auth,
    Moment::Mail,
    Moment::Rcpt,
    Moment::Data,
    Moment::AfterStoring,
];

/// Goes through a whole conversation and stops at the first reply that is not the usual one.
async fn conversation(demonstration: &Demonstration) -> Result<String, std::io::Error> {
    let mut client = Client::open(demonstration.server.smtp_port).await;
    let mut reply = client.hear().await?;
    let sign_in = "AUTH LOGIN cmVmZXJyYWxzQHByYWN0aWNlLmV4YW1wbGU=";
    for (line, expected) in [
        ("", 220),
        ("EHLO practice.example", 250),
        ("STARTTLS", 220),
        ("EHLO practice.example", 250),
        (sign_in, 334),
        ("Y29ycmVjdCBob3JzZQ==", 235),
        ("MAIL FROM:<referrals@practice.example>", 250),
        ("RCPT TO:<pain@service.example>", 250),
        ("DATA", 354),
        ("Subject: Referral\r\n\r\nDear team\r\n.", 250),
        ("QUIT", 221),
    ] {
        if !line.is_empty() {
            client.send(format!("{line}\r\n").as_bytes()).await?;
            reply = client.hear().await?;
        }
        if code(&reply) != expected {
            return Ok(reply);
        }
        if line == "STARTTLS" {
            client.handshake(&demonstration.server.ca_pem).await?;
        }
    }
    Ok(reply)
}

#[tokio::test]
async fn every_reply_can_be_replaced_and_the_next_connection_is_well() {
    let demonstration = Demonstration::start().await;
    let banner = [Moment::Banner];
    let all = [
        &banner[..],
        &REPLIES,
        &[Moment::BeforeStoring, Moment::Quit],
    ]
    .concat();
    let mut stored = 0;
    for moment in all {
        for reply in ["421 4.3.2 closing", "454 4.7.0 later", "550 5.7.30 never"] {
            demonstration
                .server
                .faults()
                .next(Fault::reply(moment, reply));
            let heard = conversation(&demonstration).await.unwrap();
            assert_eq!(heard, reply, "{moment:?}");
            stored += usize::from(matches!(moment, Moment::AfterStoring | Moment::Quit));
            assert_eq!(demonstration.kept(), stored, "{moment:?}");
        }
    }
    assert_eq!(code(&conversation(&demonstration).await.unwrap()), 221);
    assert_eq!(demonstration.kept(), stored + 1);
}

#[tokio::test]
async fn the_record_says_how_far_each_connection_came() {
    let demonstration = Demonstration::start().await;
    for moment in REPLIES {
        let fault = Fault::reply(moment, "421 4.3.2 closing");
        demonstration.server.faults().next(fault);
        conversation(&demonstration).await.unwrap();
    }
    demonstration.record_of_ended().await;
    let all = demonstration.server.records().all();
    let reached: Vec<Phase> = all.iter().map(|record| record.reached).collect();
    let faults: Vec<_> = all.iter().map(|record| record.fault_at).collect();
    assert_eq!(faults, REPLIES.map(Some));
    let expected = [
        Phase::Greeted,
        Phase::SaidHello,
        Phase::Encrypted,
        Phase::Encrypted,
        Phase::Authenticated,
        Phase::Sender,
        Phase::Recipient,
        Phase::Stored,
    ];
    assert_eq!(reached, expected);
    assert_eq!(
        demonstration.server.records().counts()[&Phase::Encrypted],
        2
    );
}

#[tokio::test]
async fn silence_at_any_moment_says_not_a_byte() {
    let demonstration = Demonstration::start().await;
    let faults = demonstration.server.faults();
    faults.next(Fault::silence(Moment::Banner));
    let mut client = Client::open(demonstration.server.smtp_port).await;
    client.stop_talking().await;
    assert!(client.hear_all().await.0.is_empty());

    faults.next(Fault::silence(Moment::Auth));
    let mut client = demonstration.in_tls().await;
    client.send(b"AUTH PLAIN AGEAYg==\r\n").await.unwrap();
    client.stop_talking().await;
    assert!(client.hear_all().await.0.is_empty());

    faults.next(Fault::silence(Moment::Handshake));
    let mut client = demonstration.connect().await;
    client.say("EHLO practice.example").await;
    client.say("STARTTLS").await;
    client.send(b"a client hello\r\n").await.unwrap();
    client.stop_talking().await;
    assert!(client.hear_all().await.0.is_empty());

    for (moment, kept) in [
        (Moment::Body { after_bytes: 3 }, 0),
        (Moment::BeforeStoring, 0),
        (Moment::AfterStoring, 1),
    ] {
        faults.next(Fault::silence(moment));
        let mut client = demonstration.at_data().await;
        client.send(b"Dear team\r\n.\r\n").await.unwrap();
        client.stop_talking().await;
        assert!(client.hear_all().await.0.is_empty(), "{moment:?}");
        assert_eq!(demonstration.kept(), kept, "{moment:?}");
    }
}

#[tokio::test]
async fn a_dripped_reply_comes_byte_by_byte_and_is_the_usual_one() {
    let demonstration = Demonstration::start().await;
    let drip = |interval| Fault::At(Moment::Banner, Misbehaviour::Drip(interval));
    // At ten minutes a byte, one read gives one byte.
    demonstration
        .server
        .faults()
        .next(drip(Duration::from_mins(10)));
    let mut client = Client::open(demonstration.server.smtp_port).await;
    assert_eq!(client.hear_some().await.unwrap(), 1);
    assert_eq!(client.unread(), b"2");
    demonstration
        .server
        .faults()
        .next(drip(Duration::from_micros(10)));
    assert_eq!(code(&conversation(&demonstration).await.unwrap()), 221);
}

#[tokio::test]
async fn connections_are_cut_in_three_ways_that_a_client_can_tell_apart() {
    let demonstration = Demonstration::start().await;
    let mut ends = Vec::new();
    for cut in [Cut::Reset, Cut::Close, Cut::CloseNotify] {
        demonstration
            .server
            .faults()
            .next(Fault::cut(Moment::Auth, cut));
        let mut client = demonstration.in_tls().await;
        client.send(b"AUTH PLAIN AGEAYg==\r\n").await.unwrap();
        let (heard, end) = client.hear_all().await;
        assert!(heard.is_empty());
        ends.push(end.err().map(|e| e.kind()));
    }
    let expected = [
        Some(ErrorKind::ConnectionReset),
        Some(ErrorKind::UnexpectedEof),
        None,
    ];
    assert_eq!(ends, expected);
}

#[tokio::test]
async fn a_cut_around_the_body_leaves_stored_exactly_what_it_should() {
    let demonstration = Demonstration::start().await;
    for (moment, reached, kept) in [
        (Moment::Body { after_bytes: 0 }, Phase::Data, 0),
        (Moment::Body { after_bytes: 700 }, Phase::Data, 0),
        (Moment::BeforeStoring, Phase::BodyReceived, 0),
        (Moment::AfterStoring, Phase::Stored, 1),
    ] {
        for cut in [Cut::Reset, Cut::Close] {
            let before = demonstration.kept();
            demonstration.server.faults().next(Fault::cut(moment, cut));
            let mut client = demonstration.at_data().await;
            // A body beyond the cut may meet the reset while it is written.
            let _ = client.send("Dear team\r\n".repeat(100).as_bytes()).await;
            let _ = client.send(b".\r\n").await;
            let (heard, end) = client.hear_all().await;
            assert!(heard.is_empty() && end.is_err(), "{moment:?} {cut:?}");
            drop(client);
            let record = demonstration.record_of_ended().await;
            assert_eq!(record.reached, reached, "{moment:?} {cut:?}");
            assert_eq!(demonstration.kept() - before, kept, "{moment:?} {cut:?}");
        }
    }
}

#[tokio::test]
async fn garbage_can_stand_in_for_the_250_of_a_stored_letter() {
    let demonstration = Demonstration::start().await;
    let garbage = b"\x00\xff\xfe2\x8050\r\n";
    let fault = Fault::bytes(Moment::AfterStoring, garbage);
    demonstration.server.faults().next(fault);
    let mut client = demonstration.at_data().await;
    client.send(b"Dear team\r\n.\r\n").await.unwrap();
    client.hear_some().await.unwrap();
    assert_eq!(client.unread(), garbage);
    assert_eq!(demonstration.kept(), 1);
    let record = &demonstration.server.records().all()[0];
    assert_eq!((record.stored_count, record.confirmed_count), (1, 0));
}

#[tokio::test]
async fn starttls_can_be_stripped_or_followed_by_forged_plaintext() {
    let demonstration = Demonstration::start().await;
    let faults = demonstration.server.faults();
    faults.next(Fault::StartTlsNotOffered);
    let mut client = demonstration.connect().await;
    assert!(!client.say("EHLO p.example").await.contains("STARTTLS"));
    assert_eq!(code(&client.say("STARTTLS").await), 502);

    faults.next(Fault::PlaintextAfterStartTls(
        b"250 2.0.0 forged\r\n".to_vec(),
    ));
    let mut client = demonstration.connect().await;
    client.say("EHLO p.example").await;
    client.say("STARTTLS").await;
    assert_eq!(client.hear().await.unwrap(), "250 2.0.0 forged");
    // A client that threw the forged line away gets a good TLS connection behind it.
    client
        .handshake(&demonstration.server.ca_pem)
        .await
        .unwrap();
    assert_eq!(code(&client.say("NOOP").await), 250);
}

#[tokio::test]
async fn wrong_certificates_are_presented_and_refused_by_a_careful_client() {
    let demonstration = Demonstration::start().await;
    let authority = &demonstration.authority;
    for (leaf, expected) in [
        (authority.expired(now()).unwrap(), "certificate expired"),
        (authority.wrong_host(now()).unwrap(), "not valid for name"),
        (unknown_issuer(now()).unwrap(), "UnknownIssuer"),
    ] {
        demonstration.server.faults().next(Fault::Certificate(leaf));
        let mut client = demonstration.connect().await;
        let refusal = client.start_tls(&demonstration.server.ca_pem).await;
        let refusal = refusal.unwrap_err().to_string();
        assert!(refusal.contains(expected), "{refusal}");
        assert_eq!(
            demonstration.record_of_ended().await.reached,
            Phase::StartTls
        );
    }
}

#[tokio::test]
async fn xoauth2_can_be_refused_by_a_challenge_first() {
    let demonstration = Demonstration::start().await;
    demonstration.server.faults().next(Fault::Xoauth2Challenge);
    let mut client = demonstration.in_tls().await;
    let challenge = client.say("AUTH XOAUTH2 dXNlcj1h").await;
    assert_eq!(
        challenge,
        "334 eyJzdGF0dXMiOiI0MDEiLCJzY2hlbWVzIjoiYmVhcmVyIn0="
    );
    assert_eq!(code(&client.say("").await), 535);
}

#[tokio::test]
async fn faults_are_planned_by_count_by_number_by_schedule_and_for_always() {
    let demonstration = Demonstration::start().await;
    let faults = demonstration.server.faults();
    let banner = |reply: &str| Fault::reply(Moment::Banner, reply);
    faults.next_connections(2, banner("421 a"));
    faults.on_connection(4, banner("421 b"));
    faults.schedule(move |n| {
        let is_due = n.is_multiple_of(5);
        is_due
            .then(|| Fault::reply(Moment::Banner, "421 c"))
            .into_iter()
            .collect()
    });
    let mut heard = Vec::new();
    for _ in 1..=6 {
        let mut client = Client::open(demonstration.server.smtp_port).await;
        heard.push(client.hear().await.unwrap());
    }
    let good = "220 localhost ESMTP Onward demonstration";
    assert_eq!(heard, ["421 a", "421 a", good, "421 b", "421 c", good]);
    faults.always(banner("554 d"));
    let mut client = Client::open(demonstration.server.smtp_port).await;
    assert_eq!(client.hear().await.unwrap(), "554 d");
    faults.clear();
    demonstration.connect().await;
}
