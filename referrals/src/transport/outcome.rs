//! The phases of a send, the four outcomes, and the one table that decides "try again?" from typed replies and the phase,
//! never from an error's words.

use serde::{Deserialize, Serialize};

macro_rules! coded {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $code:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum $name { $($(#[$variant_doc])* $variant,)* }

        impl $name {
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            pub fn parse(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.as_str() == code)
            }
        }
    };
}

coded! {
    /// How far an attempt came, in order. From `Body` on, the server may have the message whatever happens next.
    Phase {
        Connecting = "connecting",
        Greeting = "greeting",
        StartTls = "starttls",
        Tls = "tls",
        Hello = "hello",
        SignIn = "sign-in",
        From = "from",
        Recipient = "recipient",
        Data = "data",
        /// Recorded durably before the first byte of the body leaves: the point of no return.
        Body = "body",
        Accepted = "accepted",
    }
}

coded! {
    /// Why an attempt did not end in acceptance, or why an item is held. The window has words for each (`SEND_PROBLEMS`).
    SendProblem {
        CannotConnect = "cannot-connect",
        ServerBusy = "server-busy",
        ServerRefuses = "server-refuses",
        /// STARTTLS is not offered or was refused: nothing is sent in the clear.
        NoStartTls = "no-starttls",
        /// Bytes before the TLS handshake that nobody should have sent (RFC 3207 section 6).
        PlaintextBeforeTls = "plaintext-before-tls",
        CertificateExpired = "certificate-expired",
        CertificateWrongHost = "certificate-wrong-host",
        CertificateUnknownIssuer = "certificate-unknown-issuer",
        Certificate = "certificate",
        Tls = "tls",
        SignInRefused = "sign-in-refused",
        SenderRefused = "sender-refused",
        AddressRefused = "address-refused",
        TooLarge = "too-large",
        ContentRefused = "content-refused",
        AskedToWait = "asked-to-wait",
        ConnectionLost = "connection-lost",
        NoAnswer = "no-answer",
        Garbled = "garbled",
        /// The program or the computer stopped while the message was leaving.
        Interrupted = "interrupted",
        CannotRecord = "cannot-record",
        MailboxNotSet = "mailbox-not-set",
        MailboxUnusable = "mailbox-unusable",
        AddressChanged = "address-changed",
        AddressNotApproved = "address-not-approved",
        /// Somebody of the practice said since not to refer there.
        DoNotRefer = "do-not-refer",
        /// It closed or paused while the referral waited.
        ServiceNotOpen = "service-not-open",
        /// On the stop-list of the published directory.
        AddressRevoked = "address-revoked",
        /// The published directory has not been renewed for too long to send by it without a call to the service.
        DirectoryTooOld = "directory-too-old",
        WaitedOverADay = "waited-over-a-day",
        TooManyTries = "too-many-tries",
        Damaged = "damaged",
        /// It waited when the backup was made, and may have gone since.
        RestoredFromBackup = "restored-from-backup",
    }
}

/// What was postponed: this message, or everything that goes the same way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    Message,
    Channel,
}

/// The server's answer, without its words, which may repeat an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reply {
    pub code: u16,
}

/// What is known after an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SendOutcome {
    /// A server took responsibility for it. Nothing says delivered.
    Accepted { reply: Reply },
    TryLater {
        scope: Scope,
        problem: SendProblem,
        reply: Option<Reply>,
    },
    Rejected {
        problem: SendProblem,
        reply: Option<Reply>,
    },
    /// The connection went after the point of no return: never sent again without a person's decision.
    Unknown {
        problem: SendProblem,
        reply: Option<Reply>,
    },
}

/// What went wrong in a phase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// An answer other than the one that lets the phase end well.
    Refused(Reply),
    /// The connection closed or broke.
    Lost,
    /// The phase's deadline passed.
    Silent,
    /// Something that is no SMTP reply.
    Garbled,
    /// Found by this side; nothing was said to the server about the message.
    Stopped(SendProblem),
}

/// The whole of "try again?".
#[allow(
    clippy::match_same_arms,
    reason = "the arms are a table, read from the top"
)]
pub fn judge(phase: Phase, failure: Failure) -> SendOutcome {
    let reply = match failure {
        Failure::Refused(reply) => Some(reply),
        _ => None,
    };
    let channel = |problem| SendOutcome::TryLater {
        scope: Scope::Channel,
        problem,
        reply,
    };
    let message = |problem| SendOutcome::TryLater {
        scope: Scope::Message,
        problem,
        reply,
    };
    let rejected = |problem| SendOutcome::Rejected { problem, reply };
    let refused_for_now = reply.is_some_and(|reply| (400..500).contains(&reply.code));
    let refused_for_good = reply.is_some_and(|reply| (500..600).contains(&reply.code));
    match (phase, failure) {
        // RFC 5321 section 4.2.1: a 4yz or 5yz reply to the end of the body means that the server did not take it.
        (Phase::Body, _) if refused_for_now => message(SendProblem::AskedToWait),
        (Phase::Body, _) if refused_for_good => rejected(SendProblem::ContentRefused),
        (Phase::Body | Phase::Accepted, failure) => SendOutcome::Unknown {
            problem: problem_of(failure),
            reply,
        },
        (_, Failure::Stopped(problem @ SendProblem::TooLarge)) => rejected(problem),
        (_, Failure::Stopped(problem @ SendProblem::CannotRecord)) => message(problem),
        (_, Failure::Stopped(problem)) => channel(problem),
        // RFC 5321 section 3.8: 421 closes the channel, whatever was asked.
        (_, Failure::Refused(Reply { code: 421 })) => channel(SendProblem::ServerBusy),
        (Phase::StartTls, Failure::Refused(_)) if refused_for_good => {
            channel(SendProblem::NoStartTls)
        }
        (Phase::SignIn, _) if refused_for_good => channel(SendProblem::SignInRefused),
        (Phase::From, Failure::Refused(Reply { code: 552 })) => rejected(SendProblem::TooLarge),
        (Phase::From, _) if refused_for_good => channel(SendProblem::SenderRefused),
        (Phase::Recipient, _) if refused_for_good => rejected(SendProblem::AddressRefused),
        (Phase::Data, Failure::Refused(Reply { code: 552 })) => rejected(SendProblem::TooLarge),
        (Phase::Data, _) if refused_for_good => rejected(SendProblem::ContentRefused),
        (Phase::From | Phase::Recipient | Phase::Data, Failure::Refused(_)) => {
            message(SendProblem::AskedToWait)
        }
        (Phase::From | Phase::Recipient | Phase::Data, failure) => message(problem_of(failure)),
        (_, Failure::Refused(_)) if refused_for_good => channel(SendProblem::ServerRefuses),
        (_, Failure::Refused(_)) => channel(SendProblem::ServerBusy),
        (Phase::Connecting, _) => channel(SendProblem::CannotConnect),
        (_, failure) => channel(problem_of(failure)),
    }
}

fn problem_of(failure: Failure) -> SendProblem {
    match failure {
        Failure::Lost => SendProblem::ConnectionLost,
        Failure::Silent => SendProblem::NoAnswer,
        Failure::Refused(_) | Failure::Garbled => SendProblem::Garbled,
        Failure::Stopped(problem) => problem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write;

    const FAILURES: [Failure; 7] = [
        Failure::Refused(Reply { code: 421 }),
        Failure::Refused(Reply { code: 451 }),
        Failure::Refused(Reply { code: 550 }),
        Failure::Refused(Reply { code: 354 }),
        Failure::Lost,
        Failure::Silent,
        Failure::Garbled,
    ];

    /// Every phase with every failure, as one reviewed table.
    #[test]
    fn the_whole_table_of_try_again() {
        let mut table = String::new();
        for phase in Phase::ALL {
            for failure in FAILURES {
                let (failed, outcome) = (format!("{failure:?}"), judge(*phase, failure));
                let _ = writeln!(table, "{:<10} {failed:<31} {outcome:?}", phase.as_str());
            }
        }
        insta::assert_snapshot!(table);
    }

    #[test]
    fn h05_sent_twice_nothing_after_the_point_of_no_return_is_tried_again_without_an_explicit_refusal()
     {
        for failure in FAILURES {
            let outcome = judge(Phase::Body, failure);
            let explicit = matches!(failure, Failure::Refused(Reply { code: 400..600 }));
            assert_eq!(
                matches!(outcome, SendOutcome::Unknown { .. }),
                !explicit,
                "{failure:?}"
            );
        }
        // And the negative control: before it, a lost connection is tried again.
        assert!(matches!(
            judge(Phase::Data, Failure::Lost),
            SendOutcome::TryLater { .. }
        ));
    }

    #[test]
    fn codes_read_back() {
        for problem in SendProblem::ALL {
            assert_eq!(SendProblem::parse(problem.as_str()), Some(*problem));
        }
        assert_eq!(Phase::parse("lunch"), None);
    }
}
