//! How a test tells the server to misbehave: which connection, at which moment, and how.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::certificates::Leaf;

/// A place in the conversation where the server is about to answer (or to store).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Moment {
    Banner,
    Ehlo,
    StartTls,
    /// Before the TLS handshake, after the reply to STARTTLS (or at once on the implicit-TLS port).
    Handshake,
    EhloInTls,
    /// The verdict on a sign-in.
    Auth,
    Mail,
    Rcpt,
    /// The reply to DATA, before the body.
    Data,
    /// In the body, once this many raw bytes of it have arrived.
    Body {
        after_bytes: usize,
    },
    /// The final dot has arrived; nothing is stored.
    BeforeStoring,
    /// The message is stored; the 250 is not given.
    AfterStoring,
    Reset,
    Noop,
    Quit,
}

/// What the server does at a moment instead of answering as usual. The command then has no effect.
#[derive(Clone, Debug)]
pub enum Misbehaviour {
    /// This reply, without its CRLF; several lines are joined by CRLF. After a 421 the connection is closed (RFC 5321 section 3.8).
    Reply(String),
    /// These bytes as they are, then on with the conversation.
    Bytes(Vec<u8>),
    /// Nothing more is said, until the client goes.
    Silence,
    /// The usual reply, one byte each interval: each read makes progress, so that only a deadline for the whole reply helps.
    Drip(Duration),
    /// The connection ends.
    Cut(Cut),
}

/// How a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// RST: the client's next read or write fails.
    Reset,
    /// FIN, inside TLS without `close_notify`: as when the server's process dies.
    Close,
    /// TLS `close_notify`, then FIN: an orderly end, at the wrong time.
    CloseNotify,
}

#[derive(Clone, Debug)]
pub enum Fault {
    At(Moment, Misbehaviour),
    /// EHLO does not offer STARTTLS, as when somebody on the way strips it.
    StartTlsNotOffered,
    /// These plaintext bytes follow the 220 to STARTTLS in the same write (RFC 3207 section 6: a client must discard them).
    PlaintextAfterStartTls(Vec<u8>),
    /// Another certificate is presented.
    Certificate(Leaf),
    /// These bytes answer the client's first words of a TLS handshake, as a server that knows only an older TLS would.
    HandshakeAnswer(Vec<u8>),
    /// XOAUTH2 is refused with a 334 challenge first, and 535 after the client's empty line.
    Xoauth2Challenge,
}

impl Fault {
    pub fn reply(moment: Moment, reply: &str) -> Self {
        Self::At(moment, Misbehaviour::Reply(reply.to_owned()))
    }

    pub fn silence(moment: Moment) -> Self {
        Self::At(moment, Misbehaviour::Silence)
    }

    pub fn cut(moment: Moment, cut: Cut) -> Self {
        Self::At(moment, Misbehaviour::Cut(cut))
    }

    pub fn bytes(moment: Moment, bytes: &[u8]) -> Self {
        Self::At(moment, Misbehaviour::Bytes(bytes.to_vec()))
    }
}

type Schedule = Box<dyn Fn(usize) -> Vec<Fault> + Send>;

#[derive(Default)]
struct Plan {
    always: Vec<Fault>,
    next: VecDeque<Vec<Fault>>,
    by_connection: HashMap<usize, Vec<Fault>>,
    schedule: Option<Schedule>,
    refused_recipients: BTreeSet<String>,
}

/// The handle with which faults are set while the server runs. Connections are counted from 1, on both ports together.
#[derive(Clone, Default)]
pub struct Faults(Arc<Mutex<Plan>>);

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Faults")
    }
}

impl Faults {
    /// For the next connection only. Called again before one came: for the one after it.
    pub fn next(&self, fault: Fault) {
        self.next_connections(1, fault);
    }

    /// For each of the next `count` connections.
    pub fn next_connections(&self, count: usize, fault: Fault) {
        let each = std::iter::repeat_n(vec![fault], count);
        self.plan().next.extend(each);
    }

    /// For the next connection, all of them together.
    pub fn next_together(&self, faults: Vec<Fault>) {
        self.plan().next.push_back(faults);
    }

    pub fn on_connection(&self, number: usize, fault: Fault) {
        self.plan()
            .by_connection
            .entry(number)
            .or_default()
            .push(fault);
    }

    /// For every connection from now on, until [`Faults::clear`].
    pub fn always(&self, fault: Fault) {
        self.plan().always.push(fault);
    }

    /// Asks `schedule` at each connection, by its number.
    pub fn schedule(&self, schedule: impl Fn(usize) -> Vec<Fault> + Send + 'static) {
        self.plan().schedule = Some(Box::new(schedule));
    }

    /// From now on this address gets 550 5.1.1 at RCPT.
    pub fn refuse_recipient(&self, address: &str) {
        self.plan()
            .refused_recipients
            .insert(address.to_ascii_lowercase());
    }

    /// Connections from now on are treated well; those under way keep what they began with.
    pub fn clear(&self) {
        *self.plan() = Plan::default();
    }

    pub(super) fn refuses(&self, address: &str) -> bool {
        self.plan()
            .refused_recipients
            .contains(&address.to_ascii_lowercase())
    }

    pub(super) fn for_connection(&self, number: usize) -> ConnectionFaults {
        let mut plan = self.plan();
        let mut faults = plan.next.pop_front().unwrap_or_default();
        faults.extend(plan.by_connection.remove(&number).unwrap_or_default());
        if let Some(schedule) = &plan.schedule {
            faults.extend(schedule(number));
        }
        faults.extend(plan.always.iter().cloned());
        ConnectionFaults(faults)
    }

    /// A test that panicked while it held the lock must not hide its own message behind a second panic.
    fn plan(&self) -> MutexGuard<'_, Plan> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The faults of one connection: each holds for the whole of it.
#[derive(Clone, Debug, Default)]
pub(super) struct ConnectionFaults(Vec<Fault>);

impl ConnectionFaults {
    pub(super) fn at(&self, moment: Moment) -> Option<Misbehaviour> {
        self.0.iter().find_map(|fault| match fault {
            Fault::At(at, misbehaviour) if *at == moment => Some(misbehaviour.clone()),
            _ => None,
        })
    }

    pub(super) fn in_body(&self) -> Option<(usize, Misbehaviour)> {
        self.0.iter().find_map(|fault| match fault {
            Fault::At(Moment::Body { after_bytes }, misbehaviour) => {
                Some((*after_bytes, misbehaviour.clone()))
            }
            _ => None,
        })
    }

    pub(super) fn strips_starttls(&self) -> bool {
        self.0
            .iter()
            .any(|fault| matches!(fault, Fault::StartTlsNotOffered))
    }

    pub(super) fn challenges_xoauth2(&self) -> bool {
        self.0
            .iter()
            .any(|fault| matches!(fault, Fault::Xoauth2Challenge))
    }

    pub(super) fn plaintext_after_starttls(&self) -> &[u8] {
        self.0
            .iter()
            .find_map(|fault| match fault {
                Fault::PlaintextAfterStartTls(bytes) => Some(bytes.as_slice()),
                _ => None,
            })
            .unwrap_or_default()
    }

    pub(super) fn handshake_answer(&self) -> Option<&[u8]> {
        self.0.iter().find_map(|fault| match fault {
            Fault::HandshakeAnswer(bytes) => Some(bytes.as_slice()),
            _ => None,
        })
    }

    pub(super) fn certificate(&self) -> Option<&Leaf> {
        self.0.iter().find_map(|fault| match fault {
            Fault::Certificate(leaf) => Some(leaf),
            _ => None,
        })
    }
}
