//! The server behaving well: what it takes, keeps and refuses.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::*;

fn stuffed(letter: &str) -> String {
    format!("{}.\r\n", letter.replace("\r\n.", "\r\n.."))
}

#[tokio::test]
async fn a_letter_is_on_the_disk_as_sent_when_the_client_hears_250() {
    let demonstration = Demonstration::start().await;
    let mut client = demonstration.at_data().await;
    let reply = client.say(stuffed(LETTER).trim_end()).await;
    assert_eq!(reply, "250 2.0.0 kept as message 1");
    let elsewhere = Mailbox::open(demonstration.server.mailbox().folder()).unwrap();
    let message = elsewhere.message(1).unwrap().unwrap();
    assert_eq!(String::from_utf8(message.raw).unwrap(), LETTER);
    assert_eq!(message.envelope.account, SENDER);
    assert_eq!(message.envelope.to, [RECIPIENT]);
    assert_eq!(message.envelope.received_at, now());
    assert_eq!(client.say("QUIT").await, "221 2.0.0 bye");
    let (rest, end) = client.hear_all().await;
    assert!(rest.is_empty() && end.is_ok());
    drop(client);
    let record = demonstration.record_of_ended().await;
    assert_eq!((record.reached, record.stored_count), (Phase::Quit, 1));
}

#[tokio::test]
async fn the_implicit_tls_port_takes_several_letters_to_several_people() {
    let demonstration = Demonstration::start().await;
    let mut client = Client::open(demonstration.server.smtps_port).await;
    client
        .handshake(&demonstration.server.ca_pem)
        .await
        .unwrap();
    assert!(client.hear().await.unwrap().starts_with("220 "));
    client.say("EHLO practice.example").await;
    client.sign_in(SENDER, PASSWORD).await;
    for number in 1..=2 {
        let mail = format!("MAIL FROM:<{SENDER}> SIZE=100 BODY=8BITMIME ENVID=REF-{number}");
        assert_eq!(code(&client.say(&mail).await), 250);
        for to in [RECIPIENT, "ot@leek.example.nhs.uk"] {
            let rcpt = format!("RCPT TO:<{to}> NOTIFY=FAILURE,DELAY");
            assert_eq!(code(&client.say(&rcpt).await), 250);
        }
        client.say("DATA").await;
        assert_eq!(code(&client.say("Subject: é\r\n\r\nx\r\n.").await), 250);
    }
    let kept = demonstration.server.mailbox().list().unwrap();
    assert_eq!(kept[1].envelope.to, [RECIPIENT, "ot@leek.example.nhs.uk"]);
    assert_eq!(kept[1].envelope.envelope_id.as_deref(), Some("REF-2"));
    let records = demonstration.server.records().all();
    assert_eq!(records[0].confirmed_count, 2);
}

#[tokio::test]
async fn sign_in_is_offered_inside_tls_only_and_starttls_outside_only() {
    let demonstration = Demonstration::start().await;
    let mut client = demonstration.connect().await;
    let outside = client.say("EHLO practice.example").await;
    assert!(outside.contains("STARTTLS") && !outside.contains("AUTH"));
    assert_eq!(code(&client.sign_in(SENDER, PASSWORD).await), 538);
    assert_eq!(code(&client.say("MAIL FROM:<a@b.example>").await), 530);
    client
        .start_tls(&demonstration.server.ca_pem)
        .await
        .unwrap();
    // RFC 3207 section 4.2: what was said before TLS is forgotten, the greeting included.
    assert_eq!(code(&client.sign_in(SENDER, PASSWORD).await), 503);
    let inside = client.say("EHLO practice.example").await;
    assert!(inside.contains("250-SIZE 35000000") && inside.contains("SMTPUTF8"));
    assert!(inside.contains("AUTH PLAIN LOGIN XOAUTH2") && !inside.contains("STARTTLS"));
    assert_eq!(code(&client.say("STARTTLS").await), 503);
    assert_eq!(code(&client.say("MAIL FROM:<a@b.example>").await), 530);
}

#[tokio::test]
async fn what_a_client_says_before_tls_is_not_taken_for_something_said_in_it() {
    let demonstration = Demonstration::start().await;
    let mut client = demonstration.connect().await;
    client.say("EHLO practice.example").await;
    client.send(b"STARTTLS\r\nVRFY injected\r\n").await.unwrap();
    assert_eq!(code(&client.hear().await.unwrap()), 220);
    client
        .handshake(&demonstration.server.ca_pem)
        .await
        .unwrap();
    // Had the injected line been kept, its 502 would come first.
    assert_eq!(code(&client.say("NOOP").await), 250);
}

#[tokio::test]
async fn three_ways_to_sign_in_each_with_its_own_secret() {
    let demonstration = Demonstration::start().await;
    let base64 = |text: &str| STANDARD.encode(text);
    let xoauth2 = |token: &str| base64(&format!("user={SENDER}\u{1}auth=Bearer {token}\u{1}\u{1}"));
    let long_token = "x".repeat(8_000);
    let conversations: [(&[String], u16); 9] = [
        (
            &["AUTH LOGIN".into(), base64(SENDER), base64(PASSWORD)],
            235,
        ),
        (
            &[format!("AUTH LOGIN {}", base64(SENDER)), base64("wrong")],
            535,
        ),
        (
            &[
                "AUTH PLAIN".into(),
                base64(&format!("\0{SENDER}\0{PASSWORD}")),
            ],
            235,
        ),
        (&[format!("AUTH XOAUTH2 {}", xoauth2(TOKEN))], 235),
        (&["auth xoauth2".into(), xoauth2("old")], 535),
        (&[format!("AUTH XOAUTH2 {}", xoauth2(&long_token))], 535),
        (&["AUTH PLAIN".into(), "*".into()], 501),
        (&["AUTH PLAIN not-base64!".into()], 501),
        (&["AUTH CRAM-MD5".into()], 504),
    ];
    for (lines, expected) in conversations {
        let mut client = demonstration.in_tls().await;
        let mut reply = String::new();
        for line in lines {
            reply = client.say(line).await;
        }
        assert_eq!(code(&reply), expected, "{:?}", lines.first());
    }
}

#[tokio::test]
async fn only_the_accounts_own_address_may_send_and_only_made_up_ones_receive() {
    let demonstration = Demonstration::start().await;
    demonstration
        .server
        .faults()
        .refuse_recipient("Gone@service.example");
    let mut client = demonstration.signed_in().await;
    let mut hears = async |line: &str| code(&client.say(line).await);
    assert_eq!(hears("RCPT TO:<pain@service.example>").await, 503);
    assert_eq!(hears("MAIL FROM:<boss@practice.example>").await, 553);
    assert_eq!(hears("MAIL FROM:<>").await, 553);
    assert_eq!(
        hears(&format!("MAIL FROM:<{SENDER}> SIZE=35000001")).await,
        552
    );
    assert_eq!(hears(&format!("MAIL FROM:<{SENDER}>")).await, 250);
    assert_eq!(hears(&format!("MAIL FROM:<{SENDER}>")).await, 503);
    assert_eq!(hears("DATA").await, 554);
    assert_eq!(hears("RCPT TO:<pain@nhs.net>").await, 550); // contacts-allowed: refused
    assert_eq!(hears("RCPT TO:<gone@service.example>").await, 550);
    assert_eq!(hears("RCPT TO:<siân@service.example>").await, 553);
    assert_eq!(hears("RCPT TO:<two words@service.example>").await, 501);
    assert_eq!(hears("RCPT TO:<pain@service.example>").await, 250);
    assert_eq!(hears("RSET").await, 250);
    assert_eq!(hears("DATA").await, 503);
    assert_eq!(hears(&format!("MAIL FROM:<{SENDER}> SMTPUTF8")).await, 250);
    assert_eq!(hears("RCPT TO:<siân@service.example>").await, 250);
    assert_eq!(demonstration.kept(), 0);
}

#[tokio::test]
async fn letters_that_break_the_rules_are_refused_and_the_next_one_is_taken() {
    let limits = Limits {
        message_bytes: 5_000,
        recipients: 1,
        ..Limits::default()
    };
    let demonstration = Demonstration::with_limits(limits).await;
    let mut client = demonstration.at_data().await;
    let too_big = "x\r\n".repeat(2_000);
    let too_long = format!("{}\r\n", "x".repeat(999));
    // A bare LF before the dot ends the letter for some servers: what follows would be a letter of its own.
    let smuggled = format!("a\n.\nMAIL FROM:<{SENDER}>\r\n");
    for (letter, expected) in [
        (too_big.as_str(), 552),
        (&too_long, 554),
        (&smuggled, 554),
        ("a\rb\r\n", 554),
        ("fine\r\n", 250),
    ] {
        client.send(stuffed(letter).as_bytes()).await.unwrap();
        assert_eq!(code(&client.hear().await.unwrap()), expected);
        client.say(&format!("MAIL FROM:<{SENDER}>")).await;
        client.say(&format!("RCPT TO:<{RECIPIENT}>")).await;
        assert_eq!(code(&client.say("RCPT TO:<b@service.example>").await), 452);
        assert_eq!(code(&client.say("DATA").await), 354);
    }
    assert_eq!(demonstration.kept(), 1);
}

#[tokio::test]
async fn overlong_lines_endless_errors_and_idleness_end_in_a_reply() {
    let demonstration = Demonstration::start().await;
    let mut client = demonstration.connect().await;
    assert_eq!(
        code(&client.say(&format!("NOOP {}", "x".repeat(3_000))).await),
        500
    );
    assert_eq!(
        code(&client.say(&format!("NOOP {}", "x".repeat(90_000))).await),
        500
    );
    client.send(b"NOOP\n").await.unwrap();
    assert_eq!(code(&client.hear().await.unwrap()), 500);
    while code(&client.say("HOLA").await) == 500 {}
    assert!(client.hear_all().await.1.is_ok());

    let limits = Limits {
        patience: Duration::from_millis(50),
        ..Limits::default()
    };
    let impatient = Demonstration::with_limits(limits).await;
    let mut client = impatient.connect().await;
    assert_eq!(
        client.hear().await.unwrap(),
        "421 4.4.2 nothing was heard for too long"
    );
}

#[tokio::test]
async fn one_connection_too_many_is_turned_away_until_another_ends() {
    let limits = Limits {
        connections: 1,
        ..Limits::default()
    };
    let demonstration = Demonstration::with_limits(limits).await;
    let mut first = demonstration.connect().await;
    let mut second = Client::open(demonstration.server.smtp_port).await;
    assert_eq!(code(&second.hear().await.unwrap()), 421);
    first.say("QUIT").await;
    drop(first);
    demonstration.record_of_ended().await;
    let mut third = Client::open(demonstration.server.smtp_port).await;
    // The place is given back just after the end is noted.
    while code(&third.hear().await.unwrap()) == 421 {
        third = Client::open(demonstration.server.smtp_port).await;
    }
}

#[tokio::test]
async fn a_server_that_comes_back_on_its_port_still_has_its_letters() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = MailServerOptions::new(
        folder.path(),
        LoopbackCertificates::new(now()).unwrap(),
        vec![Account::new(SENDER, PASSWORD)],
        now,
    );
    let first = MailServer::start(options.clone()).await.unwrap();
    options.smtp_port = first.smtp_port;
    let mut client = Client::connect(first.smtp_port).await;
    assert!(
        MailServer::start(options.clone()).await.is_err(),
        "the port is taken"
    );
    first.shutdown().await;
    assert!(client.hear().await.is_err(), "its connections end with it");
    let second = MailServer::start(options.clone()).await.unwrap();
    assert_eq!(second.smtp_port, options.smtp_port);
    Client::connect(second.smtp_port).await;
}
