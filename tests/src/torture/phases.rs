//! The phases of a send in which its sender is killed, and how the server is told to stand still there until it is.

use crate::practice::FAR_TOO_LONG;
use demo::mail_server::{ConnectionRecord, Cut, Fault, Misbehaviour, Moment, Records};
use std::time::Duration;

use super::chance::Chance;

/// Each phase is killed in so often.
pub const ROUNDS: usize = 2;

/// A phase, the moment at which the server stops answering, and whether the body had begun.
pub const PHASES: [(&str, Moment, bool); 11] = [
    ("greeting", Moment::Banner, false),
    ("starttls", Moment::StartTls, false),
    ("tls", Moment::Handshake, false),
    ("hello", Moment::EhloInTls, false),
    ("sign-in", Moment::Auth, false),
    ("from", Moment::Mail, false),
    ("recipient", Moment::Rcpt, false),
    ("data", Moment::Data, false),
    ("mid-body", Moment::Body { after_bytes: 2_000 }, true),
    ("after the dot, before storing", Moment::BeforeStoring, true),
    ("after storing", Moment::AfterStoring, true),
];

/// One kill: in the connection that comes after some that go well, at this moment.
#[derive(Clone, Copy)]
pub struct Kill {
    pub phase: &'static str,
    pub moment: Moment,
    pub body_begun: bool,
    /// So many connections go by before.
    pub after: usize,
    drip: bool,
}

impl Kill {
    /// In the second round the answer begins, and never ends.
    pub fn fault(&self) -> Fault {
        let said = !matches!(
            self.moment,
            Moment::Handshake | Moment::Body { .. } | Moment::BeforeStoring
        );
        if self.drip && said {
            Fault::At(self.moment, Misbehaviour::Drip(Duration::from_mins(10)))
        } else {
            Fault::silence(self.moment)
        }
    }
}

/// Each phase in its turn, `ROUNDS` times.
pub fn kills() -> Vec<Kill> {
    (0..ROUNDS)
        .flat_map(|round| PHASES.into_iter().map(move |phase| (round, phase)))
        .enumerate()
        .map(|(number, (round, (phase, moment, body_begun)))| Kill {
            phase,
            moment,
            body_begun,
            after: number % 4,
            drip: round == 1,
        })
        .collect()
}

/// Waits until the connection that is to be killed stands still at its moment.
pub async fn stands_still(records: &Records, connection: usize, moment: Moment) -> bool {
    let there = |all: &[ConnectionRecord]| {
        let it = all.get(connection - 1);
        it.is_some_and(|it| it.fault_at == Some(moment))
    };
    tokio::time::timeout(FAR_TOO_LONG, records.wait_until(there))
        .await
        .is_ok()
}

/// The faults of a connection, by its number: three in ten connections go wrong, half of those after the message was kept. A spared one has none.
pub fn weather(seed: u64, number: usize) -> Vec<Fault> {
    let mut chance = Chance::new(seed ^ (number as u64) << 20);
    if !chance.in_a_hundred(30) {
        return Vec::new();
    }
    let cut = chance.one_of(&[Cut::Reset, Cut::Close, Cut::CloseNotify]);
    if chance.in_a_hundred(50) {
        return vec![Fault::cut(Moment::AfterStoring, cut)];
    }
    let (_, moment, _) = chance.one_of(&PHASES[..PHASES.len() - 1]);
    let busy = matches!(moment, Moment::Mail | Moment::Rcpt | Moment::Data);
    if busy && chance.in_a_hundred(50) {
        vec![Fault::reply(moment, "451 4.7.1 later")]
    } else {
        vec![Fault::cut(moment, cut)]
    }
}
