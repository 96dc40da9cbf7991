//! What became of each connection: how far it came, and what was stored, for tests that wait for it and count it.

use std::collections::BTreeMap;

use tokio::sync::watch;

use super::fault::Moment;

/// How far a connection came, in the order of the conversation. It is noted before the reply that tells the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    Connected,
    Greeted,
    SaidHello,
    StartTls,
    Encrypted,
    Authenticated,
    Sender,
    Recipient,
    Data,
    /// The final dot has arrived.
    BodyReceived,
    Stored,
    /// The 250 for the message is given.
    Confirmed,
    Quit,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionRecord {
    /// From 1, in the order of arrival, over both ports.
    pub number: usize,
    pub reached: Phase,
    pub stored_count: usize,
    pub confirmed_count: usize,
    /// Where the newest fault stepped in: from then on the client waits for the answer of this moment.
    pub fault_at: Option<Moment>,
    /// Whether the server is done with it.
    pub ended: bool,
}

/// The records of all connections since the start. Cheap to clone; every clone sees the same.
#[derive(Clone, Debug)]
pub struct Records(watch::Receiver<Vec<ConnectionRecord>>);

impl Records {
    pub fn all(&self) -> Vec<ConnectionRecord> {
        self.0.borrow().clone()
    }

    /// How many connections came exactly this far, by phase.
    pub fn counts(&self) -> BTreeMap<Phase, usize> {
        let mut counts = BTreeMap::new();
        for record in self.0.borrow().iter() {
            *counts.entry(record.reached).or_default() += 1;
        }
        counts
    }

    /// Waits until the records satisfy `enough`, and gives them. Also returns when the server has gone.
    pub async fn wait_until(
        &self,
        enough: impl Fn(&[ConnectionRecord]) -> bool,
    ) -> Vec<ConnectionRecord> {
        let mut records = self.0.clone();
        let reached = match records.wait_for(|all| enough(all)).await {
            Ok(reached) => Some(reached.clone()),
            Err(_) => None,
        };
        reached.unwrap_or_else(|| self.all())
    }
}

/// The server's side of the records.
#[derive(Clone, Debug)]
pub(super) struct Recorder(watch::Sender<Vec<ConnectionRecord>>);

impl Recorder {
    pub(super) fn new() -> (Self, Records) {
        let (sender, receiver) = watch::channel(Vec::new());
        (Self(sender), Records(receiver))
    }

    pub(super) fn connected(&self) -> RecordOfOne {
        let mut number = 0;
        self.0.send_modify(|all| {
            number = all.len() + 1;
            all.push(ConnectionRecord {
                number,
                reached: Phase::Connected,
                stored_count: 0,
                confirmed_count: 0,
                fault_at: None,
                ended: false,
            });
        });
        RecordOfOne {
            number,
            all: self.0.clone(),
        }
    }
}

/// The record of one connection; it is marked as ended when this is dropped.
#[derive(Debug)]
pub(super) struct RecordOfOne {
    pub(super) number: usize,
    all: watch::Sender<Vec<ConnectionRecord>>,
}

impl RecordOfOne {
    pub(super) fn reach(&self, phase: Phase) {
        self.change(|record| {
            record.reached = record.reached.max(phase);
            match phase {
                Phase::Stored => record.stored_count += 1,
                Phase::Confirmed => record.confirmed_count += 1,
                _ => {}
            }
        });
    }

    /// Noted before the fault shows.
    pub(super) fn fault(&self, moment: Moment) {
        self.change(|record| record.fault_at = Some(moment));
    }

    fn change(&self, change: impl FnOnce(&mut ConnectionRecord)) {
        self.all.send_modify(|all| {
            if let Some(record) = all.get_mut(self.number - 1) {
                change(record);
            }
        });
    }
}

impl Drop for RecordOfOne {
    fn drop(&mut self) {
        self.change(|record| record.ended = true);
    }
}
