//! The simulation's mail server: what it answers by chance, and what it truly keeps, which is the judge.

use super::chance::Chance;
use referrals::transport::{Phase, Reply, outcome::Failure};
use std::collections::BTreeMap;

/// How one connection goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Accepts,
    /// Before the body.
    FailsIn(Phase, Failure),
    /// The connection goes in the body; nothing is kept.
    LosesTheBody,
    /// The message is kept, and this side learns no more than this.
    KeepsAnd(Failure),
    /// The body came, is not kept, and this is said so.
    Refuses(u16),
}

impl Answer {
    /// Three in ten connections are faulty, half of those after the server has accepted the message.
    pub fn by_chance(chance: &mut Chance, fair: bool) -> Self {
        if fair || !chance.in_a_hundred(30) {
            return Self::Accepts;
        }
        let early: Vec<Phase> = Phase::ALL
            .iter()
            .copied()
            .filter(|phase| *phase < Phase::Body)
            .collect();
        let code = chance.one_of(&[421, 451, 535, 550, 552]);
        let failures = [
            Failure::Lost,
            Failure::Silent,
            Failure::Garbled,
            Failure::Refused(Reply { code }),
        ];
        match chance.below(20) {
            0..=9 => {
                Self::KeepsAnd(chance.one_of(&[Failure::Lost, Failure::Silent, Failure::Garbled]))
            }
            10..=15 => Self::FailsIn(chance.one_of(&early), chance.one_of(&failures)),
            16 | 17 => Self::LosesTheBody,
            _ => Self::Refuses(chance.one_of(&[451, 554])),
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Accepts => "none",
            Self::FailsIn(..) => "before the body",
            Self::LosesTheBody => "in the body",
            Self::KeepsAnd(_) => "after acceptance",
            Self::Refuses(_) => "body refused",
        }
    }

    pub fn failure_in(self, phase: Phase) -> Option<Failure> {
        match self {
            Self::FailsIn(at, failure) if at == phase => Some(failure),
            Self::LosesTheBody if phase == Phase::Body => Some(Failure::Lost),
            Self::KeepsAnd(failure) if phase == Phase::Body => Some(failure),
            Self::Refuses(code) if phase == Phase::Body => Some(Failure::Refused(Reply { code })),
            _ => None,
        }
    }

    pub fn keeps(self) -> bool {
        matches!(self, Self::Accepts | Self::KeepsAnd(_))
    }
}

/// How often it keeps a message, by its Message-ID and by its referral.
#[derive(Clone, Debug, Default)]
pub struct Server {
    messages: BTreeMap<String, usize>,
    referrals: BTreeMap<String, usize>,
}

impl Server {
    pub fn keep(&mut self, message_id: &str, referral_id: &str) {
        *self.messages.entry(message_id.to_owned()).or_default() += 1;
        *self.referrals.entry(referral_id.to_owned()).or_default() += 1;
    }

    pub fn times_kept(&self, message_id: &str) -> usize {
        self.messages.get(message_id).copied().unwrap_or(0)
    }

    pub fn times_kept_of(&self, referral_id: &str) -> usize {
        self.referrals.get(referral_id).copied().unwrap_or(0)
    }
}
