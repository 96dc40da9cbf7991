//! Senders that know no "unknown": one sends again whatever was not accepted, one marks beforehand. Under the same kills and faults as Onward
//! they double and lose, or the judge sees nothing.

use super::phases::{kills, stands_still, weather};
use crate::practice::{FAR_TOO_LONG, Mail, Practice, runtime};
use referrals::outbox::{OutboxMessage, outbox_table};
use referrals::transport::{self, Deadlines, Envelope, Mailbox, SendOutcome};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

/// What the judge found of the messages that their sender holds to be done with.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    pub lost: usize,
    pub doubled: usize,
}

/// By Message-ID, in the server's own store.
pub fn judge<'a>(mail: &Mail, done: impl IntoIterator<Item = &'a String>) -> Verdict {
    let mut kept: BTreeMap<String, usize> = BTreeMap::new();
    for message in mail.messages() {
        *kept.entry(message.message_id.unwrap()).or_default() += 1;
    }
    let mut verdict = Verdict::default();
    for message_id in done {
        match kept.get(message_id.trim_matches(['<', '>'])) {
            None => verdict.lost += 1,
            Some(1) => {}
            Some(_) => verdict.doubled += 1,
        }
    }
    verdict
}

/// The frozen messages of these referrals.
pub fn messages(practice: &Practice, ids: &[String]) -> Arc<Vec<OutboxMessage>> {
    let read = |id: &String| {
        let store = &practice.engine.store.practice;
        let message = store.read(|c| outbox_table::newest_message_of(c, id));
        message.unwrap().unwrap()
    };
    Arc::new(ids.iter().map(read).collect())
}

/// What a naive sender keeps between its lives.
type Marked = Arc<Mutex<BTreeSet<String>>>;

/// When a naive sender notes a message as done with: after it was accepted, or before it is sent.
#[derive(Clone, Copy, PartialEq)]
pub enum Marks {
    Afterwards,
    Beforehand,
}

/// Sends whatever is not marked, one after the other.
async fn naive_sender(
    mailbox: Mailbox,
    all: Arc<Vec<OutboxMessage>>,
    marked: Marked,
    marks: Marks,
) {
    let deadlines = Deadlines {
        connecting: FAR_TOO_LONG,
        command: FAR_TOO_LONG,
        body: FAR_TOO_LONG,
    };
    for message in all.iter() {
        if marked.lock().unwrap().contains(&message.message_id) {
            continue;
        }
        let envelope = Envelope {
            from: mailbox.from_address.parse().unwrap(),
            to: message.address.parse().unwrap(),
        };
        let mark = || marked.lock().unwrap().insert(message.message_id.clone());
        if marks == Marks::Beforehand {
            mark();
        }
        let outcome = transport::send(
            &mailbox,
            &envelope,
            &message.bytes,
            &deadlines,
            async |_| true,
        )
        .await;
        if matches!(outcome, SendOutcome::Accepted { .. }) {
            mark();
        }
    }
}

/// The same kills, in the same phases, until all is marked; with a seed, also the same faulty connections.
pub fn naively(all: &Arc<Vec<OutboxMessage>>, marks: Marks, faulty: Option<u64>) -> Verdict {
    let folder = tempfile::tempdir().unwrap();
    let runtime = runtime();
    let mail = Mail::start(&runtime, folder.path());
    let marked = Marked::default();
    let send = || naive_sender(mail.mailbox(), all.clone(), marked.clone(), marks);
    let well = || {
        mail.server.faults().clear();
        if let Some(seed) = faulty {
            let schedule = move |number| weather(seed, number);
            mail.server.faults().schedule(schedule);
        }
    };
    for one in kills() {
        let connection = mail.server.records().all().len() + 1 + one.after;
        // The connection in which the kill comes has no other fault.
        mail.server.faults().clear();
        mail.server.faults().on_connection(connection, one.fault());
        let sender = runtime.spawn(send());
        let still = stands_still(mail.server.records(), connection, one.moment);
        assert!(runtime.block_on(still), "{}", one.phase);
        // Its connection closes at once, as a dead process's does.
        sender.abort();
        assert!(runtime.block_on(sender).is_err());
        well();
    }
    while marked.lock().unwrap().len() < all.len() {
        runtime.block_on(send());
    }
    let marked = marked.lock().unwrap().clone();
    judge(&mail, &marked)
}
