//! The outbox on virtual time: the product's own tables and verdicts, moved step by step by chance. Between any two steps the program may be
//! killed, a write may fail, the clock may jump, a person may act; the server takes, refuses, or takes and says nothing.
//!
//! The judge is the server's own store, and what truly became uncertain, whatever the outbox believes. Two naive senders are judged as well.

use super::chance::Chance;
use super::simulated_server::{Answer, Server};
use jiff::{SignedDuration, Timestamp};
use referrals::outbox::{OutboxMessage, OutboxState, outbox_table, outbox_table::Claim};
use referrals::transport::outcome::{Failure, judge};
use referrals::transport::{Phase, Reply, Scope, SendOutcome, SendProblem};
use referrals::{
    ReferralError,
    approval_table::{self, Approval},
    desk, status,
};
use rusqlite::{Connection, Transaction, TransactionBehavior};
use std::collections::{BTreeMap, BTreeSet};
use store::{EventType, NewEvent, StoreError, event::new_id, event_table, open::SCHEMA};

/// Referrals of one practice: small, so that many are lived through.
const OF_A_PRACTICE: usize = 50;
/// Before and after each of five transactions, in each of nine phases, in the body and after its dot.
const PLACES_TO_DIE: usize = 21;
const PERSON: &str = "dr-nia-okafor";
const ENDPOINT: &str = "endpoint";
/// SHA-256 of no bytes (FIPS 180-4): what is sent matters to nobody here.
const NO_BYTES: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// What a sender makes of what it does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// Onward's: uncertain is uncertain.
    Onward,
    /// Naive: what has no answer is sent again.
    SendsAgain,
    /// Naive: what has no answer is taken for sent.
    TakesForSent,
}

/// What was done, and what the judge found.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    pub referrals: usize,
    pub kills: BTreeMap<&'static str, usize>,
    pub faults: BTreeMap<&'static str, usize>,
    pub clock_jumps: usize,
    pub uncertain: usize,
    pub decided_by_a_person: usize,
    pub undone: usize,
    /// Said to be sent, and the server does not have it; or still not there when all is well again.
    pub lost: usize,
    /// The server has more of a referral than people asked for.
    pub doubled: usize,
    /// May have left, and no list says that a person must look; or the other way round.
    pub unseen: usize,
    /// The row says something else than the events.
    pub contradictions: usize,
}

impl Figures {
    /// Lost, doubled, unseen, contradicting.
    fn wrong(&self) -> [usize; 4] {
        [self.lost, self.doubled, self.unseen, self.contradictions]
    }

    fn verdict(&self) -> String {
        let [lost, doubled, unseen, contradictions] = self.wrong();
        format!(
            "{lost} lost, {doubled} doubled, {unseen} uncertain ones unseen, {contradictions} contradictions"
        )
    }

    pub fn add(&mut self, other: &Self) {
        self.referrals += other.referrals;
        for (mine, theirs) in [
            (&mut self.kills, &other.kills),
            (&mut self.faults, &other.faults),
        ] {
            for (what, count) in theirs {
                *mine.entry(what).or_default() += count;
            }
        }
        self.clock_jumps += other.clock_jumps;
        self.uncertain += other.uncertain;
        self.decided_by_a_person += other.decided_by_a_person;
        self.undone += other.undone;
        self.lost += other.lost;
        self.doubled += other.doubled;
        self.unseen += other.unseen;
        self.contradictions += other.contradictions;
    }
}

/// Lives through this many referrals, on every processor.
pub fn simulate(policy: Policy, referrals: usize, seed: u64) -> Figures {
    let practices = referrals.div_ceil(OF_A_PRACTICE);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let share = |thread: usize| {
        let mut figures = Figures::default();
        for number in (thread..practices).step_by(threads) {
            let mut practice = Practice::new(policy, seed.wrapping_add(number as u64));
            practice.live();
            figures.add(&practice.figures);
        }
        figures
    };
    let share = &share;
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads)
            .map(|thread| scope.spawn(move || share(thread)))
            .collect();
        let mut all = Figures::default();
        for thread in threads {
            all.add(&thread.join().expect("a practice of the simulation"));
        }
        all
    })
}

/// The program was killed: what was not committed is gone.
struct Killed;
type Alive<T> = Result<T, Killed>;

/// A write that went well, or failed and is known to have failed.
type Written<T> = Result<T, ReferralError>;

struct Practice {
    policy: Policy,
    chance: Chance,
    db: Connection,
    now: Timestamp,
    server: Server,
    /// Nothing fails any more, and nobody is killed.
    fair: bool,
    /// Outbox rows whose body began to leave, and whose end is not known for sure.
    truly_uncertain: BTreeSet<String>,
    /// Every referral, with how often people asked for it to be sent.
    asked_for: BTreeMap<String, usize>,
    /// Rows about which a person was asked, so far.
    asked_about: BTreeSet<String>,
    unseen: BTreeSet<String>,
    figures: Figures,
}

impl Practice {
    fn new(policy: Policy, seed: u64) -> Self {
        let mut db = Connection::open_in_memory().expect("memory");
        let mut migrations = SCHEMA.to_vec();
        migrations.extend(desk::SCHEMA);
        store::migrations::migrate(&mut db, &migrations).expect("the schema");
        let now: Timestamp = "2026-11-21T14:00:00Z".parse().expect("a time");
        let tx = db.transaction().expect("a transaction");
        let approval = Approval {
            endpoint_id: ENDPOINT.to_owned(),
            digest: "digest".to_owned(),
            address: "pain@service.example.nhs.uk".to_owned(),
            approved_by: PERSON.to_owned(),
            proposed_by: String::new(),
            how: "phone".to_owned(),
            note: String::new(),
            supersedes: Vec::new(),
            service_name: String::new(),
        };
        approval_table::approve(&tx, &approval, now).expect("approved");
        tx.commit().expect("approved");
        Self {
            policy,
            chance: Chance::new(seed),
            db,
            now,
            server: Server::default(),
            fair: false,
            truly_uncertain: BTreeSet::new(),
            asked_for: BTreeMap::new(),
            asked_about: BTreeSet::new(),
            unseen: BTreeSet::new(),
            figures: Figures::default(),
        }
    }

    fn live(&mut self) {
        while self.asked_for.len() < OF_A_PRACTICE {
            // A life of the program, until it is killed or closed.
            let _ = self.run();
        }
        self.fair = true;
        self.end_well();
        self.judge();
    }

    /// From taking the lock on.
    fn run(&mut self) -> Alive<()> {
        self.settle_interrupted()?;
        self.look();
        for _ in 0..self.chance.below(40) {
            match self.chance.below(10) {
                0 => self.clock_jumps(),
                1 => self.a_person_acts(),
                2 | 3 => self.somebody_refers()?,
                _ => self.turn()?,
            }
        }
        Ok(())
    }

    /// All is well now; people answer everything that asks for them.
    fn end_well(&mut self) {
        for _ in 0..40 * OF_A_PRACTICE {
            let _ = self.settle_interrupted();
            self.look();
            while let Ok(true) = self.claim_and_send() {}
            self.now = later(self.now, SignedDuration::from_mins(16));
            let asking: Vec<_> = self.rows();
            if asking
                .iter()
                .all(|row| matches!(row.state.as_str(), "accepted" | "withdrawn"))
            {
                return;
            }
            for row in asking {
                self.act_on(&row, false);
            }
        }
    }

    /// The program dies here, now and then.
    fn step(&mut self, place: &'static str) -> Alive<()> {
        if !self.fair && self.chance.below(60) == 0 {
            *self.figures.kills.entry(place).or_default() += 1;
            return Err(Killed);
        }
        Ok(())
    }

    /// One transaction: killed before or after its commit, failed, or done; and failed as it seems, but done.
    fn write<T>(
        &mut self,
        [before, after]: [&'static str; 2],
        job: impl FnOnce(&Transaction<'_>, &mut Chance) -> Written<T>,
    ) -> Alive<Written<T>> {
        let killed_before = self.step(before);
        let fault = (!self.fair && self.chance.below(50) == 0).then(|| {
            let faults = [WriteFault::Fails, WriteFault::SeemsToFail];
            self.chance.one_of(&faults)
        });
        let done = in_transaction(
            &self.db,
            fault,
            |tx| job(tx, &mut self.chance),
            killed_before.is_err(),
        );
        killed_before?;
        match fault {
            Some(WriteFault::Fails) => self.fault("a write fails"),
            Some(WriteFault::SeemsToFail) => self.fault("a commit seems to fail"),
            None => {}
        }
        self.step(after)?;
        Ok(done)
    }

    fn fault(&mut self, what: &'static str) {
        *self.figures.faults.entry(what).or_default() += 1;
    }

    fn settle_interrupted(&mut self) -> Alive<()> {
        let (now, naive) = (self.now, self.policy == Policy::SendsAgain);
        loop {
            let done = self.write(["before recovering", "after recovering"], |tx, _| {
                for (id, referral, phase) in outbox_table::interrupted(tx)? {
                    let begun = phase >= Phase::Body && !naive;
                    outbox_table::settle_interrupted(tx, &id, &referral, begun, now)?;
                }
                Ok(())
            })?;
            if done.is_ok() {
                return Ok(());
            }
        }
    }

    fn turn(&mut self) -> Alive<()> {
        self.claim_and_send()?;
        let pause = self.chance.one_of(&[1, 5, 30, 70, 900]);
        self.now = later(self.now, SignedDuration::from_secs(pause));
        Ok(())
    }

    /// As `Sender::turn`. False when nothing is due.
    fn claim_and_send(&mut self) -> Alive<bool> {
        let (now, fair) = (self.now, self.fair);
        let claim = self.write(["before the claim", "after the claim"], |tx, chance| {
            let directory_says = match chance.below(100) {
                0 if !fair => Err(StoreError::Value("directory".into())),
                1 if !fair => Ok(Some(SendProblem::AddressChanged)),
                _ => Ok(None),
            };
            let once = std::sync::Mutex::new(Some(directory_says));
            outbox_table::claim(tx, now, &|_| {
                once.lock().expect("alone").take().unwrap_or(Ok(None))
            })
        })?;
        let message = match claim {
            Ok(Claim::Send(message)) => *message,
            Ok(Claim::Held { .. }) => return Ok(true),
            Ok(Claim::Nothing { .. }) => return Ok(false),
            Err(_) => {
                // It may have been committed all the same; nothing is on its way.
                self.settle_interrupted()?;
                return Ok(true);
            }
        };
        let outcome = self.send(&message)?;
        self.settle(&message, outcome)?;
        Ok(true)
    }

    fn send(&mut self, message: &OutboxMessage) -> Alive<SendOutcome> {
        let answer = Answer::by_chance(&mut self.chance, self.fair);
        self.fault(answer.name());
        for phase in Phase::ALL.iter().copied().filter(|it| *it < Phase::Body) {
            self.step(phase.as_str())?;
            if let Some(failure) = answer.failure_in(phase) {
                return Ok(judge(phase, failure));
            }
        }
        let id = message.id.clone();
        let reached = self.write(["before the body", "at the body"], |tx, _| {
            outbox_table::reach(tx, &id, Phase::Body)
        });
        // Whatever the program was told: from this commit on, a successor must take it for possible.
        let row = self.row(&message.referral_id);
        let says_body = row.state == "sending" && row.phase == Phase::Body;
        if says_body {
            self.truly_uncertain.insert(message.id.clone());
        }
        if reached?.is_err() {
            return Ok(judge(
                Phase::Data,
                Failure::Stopped(SendProblem::CannotRecord),
            ));
        }
        self.step("in the body")?;
        if self.chance.below(200) == 0 && !self.fair {
            // The computer slept in mid-body, for days.
            self.now = later(self.now, SignedDuration::from_hours(70));
        }
        if answer.keeps() {
            self.server.keep(&message.message_id, &message.referral_id);
        }
        self.step("after the dot")?;
        match answer.failure_in(Phase::Body) {
            Some(failure) => Ok(judge(Phase::Body, failure)),
            None => Ok(SendOutcome::Accepted {
                reply: Reply { code: 250 },
            }),
        }
    }

    /// As `Sender::settle`: what cannot be written is kept until it can.
    fn settle(&mut self, message: &OutboxMessage, outcome: SendOutcome) -> Alive<()> {
        let (now, chance) = (self.now, self.chance.share());
        let said = match (self.policy, outcome) {
            (Policy::SendsAgain, SendOutcome::Unknown { problem, reply }) => {
                SendOutcome::TryLater {
                    scope: Scope::Message,
                    problem,
                    reply,
                }
            }
            (Policy::TakesForSent, SendOutcome::Unknown { .. }) => SendOutcome::Accepted {
                reply: Reply { code: 250 },
            },
            (_, outcome) => outcome,
        };
        loop {
            let done = self.write(["before settling", "after settling"], |tx, _| {
                outbox_table::settle(tx, message, said, now, chance)
            });
            let settled = self.row(&message.referral_id).state != "sending";
            if settled && !matches!(outcome, SendOutcome::Unknown { .. }) {
                self.truly_uncertain.remove(&message.id);
            }
            if done?.is_ok() {
                return Ok(());
            }
        }
    }

    fn clock_jumps(&mut self) {
        self.figures.clock_jumps += 1;
        let ten_years = 10 * 365 * 24;
        let hours = self
            .chance
            .one_of(&[-ten_years, ten_years, -30, 30, -1, 1, -2, 2]);
        let to = later(self.now, SignedDuration::from_hours(hours));
        // A computer's clock knows no time before 1970; after 2200 nobody will mind.
        let most: Timestamp = "2200-01-01T00:00:00Z".parse().expect("a time");
        self.now = to.clamp(Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24), most);
    }

    fn somebody_refers(&mut self) -> Alive<()> {
        if self.asked_for.len() >= OF_A_PRACTICE {
            return Ok(());
        }
        let message = self.new_message(&new_id(self.now).to_string());
        let now = self.now;
        let written = self.write(["before queueing", "after queueing"], |tx, _| {
            tx.execute(
                "INSERT INTO referrals (id, reference, draft_id, queued_at, service_id, service_name, service_phone,
                     replies_within_working_days, directory_version, address, referrer, sent_by)
                 VALUES (:id, :id, '', 0, '', '', '', 0, 1, '', '', '')",
                &[(":id", &message.referral_id)],
            )?;
            outbox_table::insert(tx, &message)?;
            event(tx, EventType::Queued, &message.referral_id, PERSON, now)
        });
        // What is in the database was asked for, whatever the program could still say.
        let stands = outbox_table::newest_of(&self.db, &message.referral_id);
        if stands.expect("the outbox").is_some() {
            self.asked_for.insert(message.referral_id, 1);
            self.figures.referrals += 1;
        }
        written.map(|_| ())
    }

    fn new_message(&mut self, referral_id: &str) -> OutboxMessage {
        let id = new_id(self.now).to_string();
        OutboxMessage {
            referral_id: referral_id.to_owned(),
            channel: self.chance.one_of(&["mail", "other"]).to_owned(),
            endpoint_id: ENDPOINT.to_owned(),
            endpoint_digest: "digest".to_owned(),
            address: "pain@service.example".to_owned(),
            message_id: format!("<{id}@practice.example>"),
            request_id: id.clone(),
            id,
            bytes: Vec::new(),
            bytes_sha256: NO_BYTES.to_owned(),
            queued_at: self.now,
            confirmed_at: self.now,
            not_before_at: later(self.now, SignedDuration::from_secs(60)),
        }
    }

    fn a_person_acts(&mut self) {
        let rows = self.rows();
        if !rows.is_empty() {
            let row = rows.get(self.chance.below(rows.len())).cloned();
            let undo = self.chance.in_a_hundred(20);
            self.act_on(&row.expect("one of them"), undo);
        }
    }

    /// What `Desk` lets a person do of a row that asks for it.
    fn act_on(&mut self, row: &OutboxState, undo: bool) {
        let (now, referral) = (self.now, row.referral_id.clone());
        let again = self.new_message(&referral);
        let there = self.server.times_kept_of(&referral) > 0;
        let tx = Transaction::new_unchecked(&self.db, TransactionBehavior::Immediate)
            .expect("a transaction");
        let write = |kind| event(&tx, kind, &referral, PERSON, now).expect("an event");
        match row.state.as_str() {
            "queued" if undo && row.attempt_count == 0 => {
                let may = !outbox_table::ever_left(&tx, &referral).expect("a look");
                if may && outbox_table::withdraw(&tx, &referral).expect("withdrawn") {
                    write(EventType::Undone);
                    self.figures.undone += 1;
                    self.asked_for.insert(referral.clone(), 0);
                }
            }
            "held" | "rejected"
                if outbox_table::release(&tx, &referral, now).expect("released") =>
            {
                write(EventType::Queued);
            }
            "unknown" => {
                // They phone the service, and it looks.
                self.figures.decided_by_a_person += 1;
                self.truly_uncertain.remove(&row.id);
                let state = if there { "accepted" } else { "withdrawn" };
                outbox_table::resolve_unknown(&tx, &referral, state).expect("decided");
                if there {
                    write(EventType::Sent);
                } else {
                    outbox_table::insert(&tx, &again).expect("queued again");
                    write(EventType::Queued);
                }
            }
            _ => {}
        }
        tx.commit().expect("a commit");
    }

    fn rows(&self) -> Vec<OutboxState> {
        outbox_table::all(&self.db).expect("the outbox")
    }

    fn row(&self, referral: &str) -> OutboxState {
        let row = outbox_table::newest_of(&self.db, referral);
        row.expect("the outbox").expect("a row")
    }

    fn state(&self, referral: &str) -> Option<EventType> {
        let events = event_table::about(&self.db, referral).expect("the events");
        status::fold(&events).map(|folded| folded.state)
    }

    /// At the end of all: the server's own store against what the outbox says.
    fn judge(&mut self) {
        self.figures.uncertain = self.asked_about.len();
        self.figures.unseen = self.unseen.len();
        for row in self.rows() {
            let message = outbox_table::newest_message_of(&self.db, &row.referral_id);
            let message = message.expect("the outbox").expect("a message");
            let claimed = row.id == message.id && row.state == "accepted";
            if claimed && self.server.times_kept(&message.message_id) == 0 {
                self.figures.lost += 1;
            }
        }
        for (referral, asked) in &self.asked_for {
            let (row, kept) = (self.row(referral), self.server.times_kept_of(referral));
            self.figures.doubled += usize::from(kept > *asked);
            let (state, expected) = match asked {
                0 => ("withdrawn", EventType::Undone),
                _ => ("accepted", EventType::Sent),
            };
            self.figures.lost += usize::from(row.state != state);
            let says = self.state(referral) == Some(expected);
            self.figures.contradictions += usize::from(!says);
        }
    }

    /// Nothing is being sent just now: what may have left is what a person is asked about, and nothing else.
    fn look(&mut self) {
        let rows = self.rows();
        let unknown: BTreeSet<String> = rows
            .iter()
            .filter(|row| row.state == "unknown")
            .map(|row| row.id.clone())
            .collect();
        self.asked_about.extend(unknown.iter().cloned());
        self.unseen
            .extend(unknown.symmetric_difference(&self.truly_uncertain).cloned());
        let asking = rows
            .iter()
            .filter(|row| matches!(row.state.as_str(), "unknown" | "held" | "rejected"))
            .count();
        let counted = outbox_table::counts(&self.db, self.now).expect("the counts");
        let shown = usize::try_from(counted.needs_attention).unwrap_or(0);
        self.figures.contradictions += asking.saturating_sub(shown);
    }
}

#[derive(Clone, Copy)]
enum WriteFault {
    Fails,
    /// The commit reports a failure, and was done.
    SeemsToFail,
}

fn in_transaction<T>(
    db: &Connection,
    fault: Option<WriteFault>,
    job: impl FnOnce(&Transaction<'_>) -> Written<T>,
    killed: bool,
) -> Written<T> {
    let tx = Transaction::new_unchecked(db, TransactionBehavior::Immediate)?;
    let value = job(&tx)?;
    let full = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_FULL);
    let full = rusqlite::Error::SqliteFailure(full, None);
    match fault {
        _ if killed => Err(full.into()),
        Some(WriteFault::Fails) => Err(full.into()),
        Some(WriteFault::SeemsToFail) => {
            tx.commit()?;
            Err(full.into())
        }
        None => {
            tx.commit()?;
            Ok(value)
        }
    }
}

fn event(
    tx: &Transaction<'_>,
    kind: EventType,
    referral: &str,
    actor: &str,
    now: Timestamp,
) -> Written<()> {
    event_table::append(tx, &NewEvent::new(kind, referral, actor, now))?;
    Ok(())
}

fn later(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.checked_add(by).unwrap_or(now)
}

/// Simulates, prints the figures, and fails where anything is not as it must be; the naive senders must fail, or the judge sees nothing.
pub fn report(referrals: usize, seed: u64) {
    let onward = simulate(Policy::Onward, referrals, seed);
    println!("simulation, seed {seed}: {} referrals", onward.referrals);
    println!("  connections: {:?}", onward.faults);
    println!(
        "  killed {} times: {:?}",
        onward.kills.values().sum::<usize>(),
        onward.kills
    );
    println!(
        "  clock jumps {}, undone {}",
        onward.clock_jumps, onward.undone
    );
    println!(
        "  uncertain {}, decided by a person {}",
        onward.uncertain, onward.decided_by_a_person
    );
    println!("  Onward: {}", onward.verdict());
    assert!(
        onward.kills.len() >= PLACES_TO_DIE,
        "a step in which nobody was killed"
    );
    assert_eq!(onward.wrong(), [0; 4], "{}", onward.verdict());
    let naive = referrals.min(1_000);
    let again = simulate(Policy::SendsAgain, naive, seed);
    let taken = simulate(Policy::TakesForSent, naive, seed);
    println!(
        "  a naive sender that sends again, {naive} referrals: {}",
        again.verdict()
    );
    println!(
        "  a naive sender that takes no answer for sent, {naive} referrals: {}",
        taken.verdict()
    );
    let faulty = |all: &Figures| -> usize {
        let none = all.faults.get("none").copied().unwrap_or(0);
        all.faults.values().sum::<usize>() - none
    };
    println!(
        "| simulation on virtual time | {} referrals, {} kills in {} places (the least {} in one), {} faults, {} clock jumps, {} undone | {}; {} uncertain, each seen and decided by a person |",
        onward.referrals,
        onward.kills.values().sum::<usize>(),
        onward.kills.len(),
        onward.kills.values().min().copied().unwrap_or(0),
        faulty(&onward),
        onward.clock_jumps,
        onward.undone,
        onward.verdict(),
        onward.uncertain
    );
    println!(
        "| naive senders in the simulation | {naive} referrals each | naive sender: {} doubled; one that takes no answer for sent: {} lost |",
        again.doubled, taken.lost
    );
    assert!(
        again.doubled > 0 && taken.lost > 0,
        "the judge sees nothing"
    );
}
