//! Who sits at this computer: signed in by a PIN, veiled when nobody has touched it for ten minutes. In a demonstration nobody is asked.

use crate::{Engine, EngineError};
use jiff::{SignedDuration, Timestamp};
use referrals::{
    ReferralError,
    draft::ReferralDraft,
    people::{Pin, Right, StaffMember},
    practice_table, staff_table,
};
use std::{
    collections::BTreeSet,
    sync::{Mutex, MutexGuard, PoisonError},
};
use store::{Act, audit_table};

/// After this long without a touch, what was seen before asks for the PIN.
pub const IDLE: SignedDuration = SignedDuration::from_mins(10);

/// Of one program that runs; it ends with it.
#[derive(Default)]
pub(crate) struct Session(Mutex<State>);

#[derive(Default)]
struct State {
    signed_in: Option<String>,
    veiled: bool,
    touched_at: Option<Timestamp>,
    /// The drafts and referrals that were begun since it was veiled: they were never out of the sight of whoever sits here now.
    in_hand: BTreeSet<String>,
    /// The referrals whose letter was opened since somebody signed in: each is written down once.
    opened: BTreeSet<String>,
}

impl Session {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What somebody must be allowed, for what they ask.
#[derive(Debug, Clone, Copy)]
pub enum Needs<'a> {
    /// Somebody who is signed in and may; the PIN is not asked again.
    Right(Right),
    /// The same, and the PIN was given since the last ten idle minutes: what is shown was there before.
    Seen(Right),
    /// To prepare and send this draft: seen, or begun since.
    Draft(&'a str),
    /// To act on this referral: seen, or queued since.
    Referral(&'a str),
}

/// Who is signed in, for the frame of the window.
#[derive(Debug, Clone)]
pub struct SessionNow {
    pub signed_in: Option<StaffMember>,
    pub veiled: bool,
    /// Whether this practice has PINs at all.
    pub asks_pin: bool,
}

impl Engine {
    pub fn session_now(&self) -> Result<SessionNow, EngineError> {
        if self.is_demonstration() {
            let signed_in = self.store.practice.read(practice_table::referrer)?;
            return Ok(SessionNow {
                signed_in,
                veiled: false,
                asks_pin: false,
            });
        }
        self.veil_if_idle();
        let asks_pin = self.store.practice.read(staff_table::anybody_has_a_pin)?;
        let signed_in = self.signed_in()?;
        let veiled = self.session.state().veiled;
        Ok(SessionNow {
            signed_in,
            veiled,
            asks_pin,
        })
    }

    /// Who is signed in and still works here: a leaver's rights end at once, also those of another process.
    fn signed_in(&self) -> Result<Option<StaffMember>, EngineError> {
        let Some(id) = self.session.state().signed_in.clone() else {
            return Ok(None);
        };
        Ok(self
            .store
            .practice
            .read(|c| staff_table::member(c, &id))?
            .filter(|member| member.has_pin))
    }

    /// Who acts, if they may. In a demonstration everybody may everything.
    pub fn allow(&self, needs: Needs<'_>) -> Result<String, EngineError> {
        if self.is_demonstration() {
            return self.referrer();
        }
        self.veil_if_idle();
        let right = match needs {
            Needs::Right(right) | Needs::Seen(right) => right,
            Needs::Draft(_) => Right::Refer,
            Needs::Referral(_) => Right::FollowUp,
        };
        let Some(member) = self.signed_in()? else {
            return self.before_anybody_has_a_pin(right);
        };
        if !member.may(right) {
            return Err(EngineError::NotYourRole);
        }
        let mut state = self.session.state();
        let seen = match needs {
            Needs::Right(_) => true,
            Needs::Seen(_) => !state.veiled,
            Needs::Draft(id) | Needs::Referral(id) => !state.veiled || state.in_hand.contains(id),
        };
        if !seen {
            return Err(EngineError::PinNeeded);
        }
        // What the window reads by itself (Seen) does not keep it open.
        if !matches!(needs, Needs::Seen(_)) {
            state.touched_at = Some(self.store.clock.now());
        }
        Ok(member.id)
    }

    /// A practice is set up by whoever sits at the computer first; nothing else can be done before there is a PIN.
    fn before_anybody_has_a_pin(&self, right: Right) -> Result<String, EngineError> {
        let begun = self.store.practice.read(staff_table::anybody_has_a_pin)?;
        if !begun && matches!(right, Right::SetUp | Right::KeepDirectory) {
            Ok(audit_table::PROGRAM.to_owned())
        } else {
            Err(EngineError::SignInNeeded)
        }
    }

    /// Gives the PIN: at the start, after idle minutes, or as somebody else.
    pub fn sign_in(&self, staff_id: &str, pin: &Pin) -> Result<(), EngineError> {
        let member = self.desk.person_of_pin(staff_id, pin)?;
        let mut state = self.session.state();
        let back = state.signed_in.as_deref() == Some(&member.id);
        if !back {
            state.in_hand.clear();
            state.opened.clear();
        }
        state.signed_in = Some(member.id.clone());
        state.veiled = false;
        state.touched_at = Some(self.store.clock.now());
        drop(state);
        let act = if back { Act::Unveiled } else { Act::SignedIn };
        self.desk.record_sitting(act, &member.id)?;
        // A clinician refers in their own name; who sends for others chooses.
        if member.role == referrals::people::Role::Clinician {
            self.desk.choose_referrer(&member.id, &member.id)?;
        }
        Ok(())
    }

    pub fn sign_out(&self) -> Result<(), EngineError> {
        let Some(id) = std::mem::take(&mut *self.session.state()).signed_in else {
            return Ok(());
        };
        Ok(self.desk.record_sitting(Act::SignedOut, &id)?)
    }

    /// What was seen until now asks for the PIN from now on. Nothing of it stops the outbox.
    pub fn veil(&self) {
        let mut state = self.session.state();
        state.veiled = state.signed_in.is_some();
        state.in_hand.clear();
    }

    fn veil_if_idle(&self) {
        let now = self.store.clock.now();
        let mut state = self.session.state();
        // A clock that was moved, either way, is taken for a long time.
        let idle = state
            .touched_at
            .is_some_and(|at| now.duration_since(at).abs() > IDLE);
        if idle && !state.veiled {
            state.veiled = state.signed_in.is_some();
            state.in_hand.clear();
        }
    }

    /// A key or a click in the window.
    pub fn touch(&self) {
        self.veil_if_idle();
        let mut state = self.session.state();
        if !state.veiled {
            state.touched_at = Some(self.store.clock.now());
        }
    }

    /// A draft or a referral that was begun in front of whoever sits here.
    pub fn take_in_hand(&self, id: &str) {
        self.session.state().in_hand.insert(id.to_owned());
    }

    /// Somebody opens a referral with its letter, which the audit trail keeps, once for a time of sitting here.
    pub fn opened_letter(&self, referral_id: &str) -> Result<(), EngineError> {
        let actor = self.allow(Needs::Referral(referral_id))?;
        if !self.session.state().opened.insert(referral_id.to_owned()) {
            return Ok(());
        }
        Ok(self.desk.opened_letter(referral_id, &actor)?)
    }

    /// The draft that the window opens with: never, while it is veiled, one from before.
    pub fn current_draft(&self) -> Result<ReferralDraft, EngineError> {
        self.allow(Needs::Right(Right::Refer))?;
        let newest = self.desk.current_draft()?;
        let draft = match self.allow(Needs::Draft(&newest.id)) {
            Err(EngineError::PinNeeded) => self.desk.put_away(&newest.id)?,
            Err(error) => return Err(error),
            Ok(_) => newest,
        };
        self.take_in_hand(&draft.id);
        Ok(draft)
    }

    /// Who acts now: in a demonstration the referrer whose name stands in the window.
    pub fn actor(&self) -> Result<String, EngineError> {
        if self.is_demonstration() {
            return self.referrer();
        }
        let member = self.signed_in()?.ok_or(EngineError::SignInNeeded)?;
        Ok(member.id)
    }

    /// In whose name referrals are made.
    pub fn referrer(&self) -> Result<String, EngineError> {
        let referrer = self.store.practice.read(practice_table::referrer)?;
        Ok(referrer
            .map(|referrer| referrer.id)
            .ok_or(ReferralError::PracticeNotSet)?)
    }
}
