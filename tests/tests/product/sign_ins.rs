//! A sign-in refused in each of its forms: the practice's whole channel waits, no referral counts it, nobody's name is said.

use demo::mail_server::{Fault, Moment, Phase};
use jiff::SignedDuration;
use product_tests::patients::SMITH;
use product_tests::practice::{PAIN_PLATFORM, Practice};

/// What the server says to AUTH, or at its greeting inside TLS; and what the practice is told.
fn forms() -> Vec<(&'static str, Fault, &'static str)> {
    let auth =
        |reply: &'static str, told: &'static str| (reply, Fault::reply(Moment::Auth, reply), told);
    let offers = |what: &'static str, lines: &str| {
        let reply = format!("250-localhost\r\n{lines}");
        (
            what,
            Fault::reply(Moment::EhloInTls, &reply),
            "sign-in-refused",
        )
    };
    vec![
        // RFC 4954 section 6.
        auth("535 5.7.8 credentials invalid", "sign-in-refused"),
        auth("534 5.7.9 mechanism is too weak", "sign-in-refused"),
        auth("530 5.7.0 authentication required", "sign-in-refused"),
        auth("538 5.7.11 encryption required", "sign-in-refused"),
        auth("504 5.5.4 mechanism not known", "sign-in-refused"),
        auth("503 5.5.1 already signed in", "sign-in-refused"),
        // What Microsoft says once passwords have ended (MC786329).
        auth(
            "550 5.7.30 Basic authentication is not supported for Client Submission.",
            "sign-in-refused",
        ),
        auth("454 4.7.0 temporary failure", "server-busy"),
        auth("432 4.7.12 a password transition is needed", "server-busy"),
        auth("421 4.7.0 too many sign-ins", "server-busy"),
        auth("334 eW91IGFnYWlu", "mailbox-unusable"),
        auth("250 2.0.0 ok", "server-busy"),
        offers("AUTH is not offered", "250 SIZE 36700160"),
        offers("only mechanisms that are not known", "250 AUTH GSSAPI NTLM"),
        offers("AUTH without any mechanism", "250 AUTH"),
    ]
}

#[test]
fn each_form_of_a_refused_sign_in_postpones_the_channel_and_says_nothing_of_a_patient() {
    let forms = forms();
    let count = forms.len();
    let mut refused = 0;
    for (form, fault, told) in forms {
        let practice = Practice::open();
        let id = practice.refer_at_once(SMITH, PAIN_PLATFORM).referral_id;
        practice.ill(fault);
        let next = practice.send_due().expect("it waits");
        let now = practice.engine.store.clock.now();
        let row = practice.row(&id);
        let found = practice.channel_problem().unwrap_or_default();
        let of_message = row.problem.map(referrals::transport::SendProblem::as_str);
        assert_eq!(
            (row.state.as_str(), row.attempt_count, of_message),
            ("queued", 0, Some(found.as_str())),
            "{form}"
        );
        assert_eq!(found, told, "{form}");
        // Each wrong password counts against the practice's account.
        let quarter = SignedDuration::from_mins(15);
        let waits = next.duration_since(now);
        if told == "sign-in-refused" {
            refused += 1;
            assert_eq!(waits, quarter, "{form}");
        } else {
            assert!(waits.is_positive() && waits < quarter, "{form}: {waits:?}");
        }
        let records = practice.mail.server.records().all();
        assert_eq!(records.len(), 1, "{form}");
        assert!(records[0].reached < Phase::Sender, "{form}");
        practice.well();
        practice.time.pass(waits);
        practice.send_due();
        assert_eq!(practice.state(&id), "sent", "{form}");
        practice.mail.only_message();
    }
    println!(
        "| sign-in refused in each of its forms | {count} forms, {refused} of them for good | the channel waits (for good: 15 minutes at once), no referral counts it, no sender is named; sent once when it goes again |"
    );
}
