//! What happened to a service, from everything that was written down of it here: published changes, notes, checks, corrections, the approvals
//! of its addresses, and the referrals that did not arrive or were turned away. Nothing of a patient.

use crate::{Engine, EngineError, session::Needs};
use jiff::Timestamp;
use referrals::{
    approval_table::{self, ApprovedAddress},
    keeping_table::{self, ReferralTrouble},
    people::Right,
};
use services_directory::{
    layer::{
        Correction, LayerEntry, LayerKind, correction_table, history::Change, history_table,
        layer_table,
    },
    trust_table::{self, PhoneCheck},
};
use std::collections::BTreeSet;
use store::{Act, audit::AuditEntry, audit_table};

/// One line of the timeline of a service.
#[derive(Debug, Clone)]
pub struct TimelineEntry {
    pub at: Timestamp,
    /// The id of a member of staff; "onward" for the program, "" for the curator.
    pub by: String,
    pub what: TimelineWhat,
}

#[derive(Debug, Clone)]
pub enum TimelineWhat {
    Published {
        version: u64,
        change: Change,
    },
    Put {
        kind: LayerKind,
        words: String,
    },
    TakenAway {
        kind: LayerKind,
        words: String,
    },
    Checked {
        how: &'static str,
        who: String,
    },
    Corrected(Box<Correction>),
    Settled(Box<Correction>),
    /// What somebody did about an address of it; address and words only where they are still known.
    Address {
        act: AddressAct,
        address: String,
        /// Of a phone call: who answered, and the number.
        words: String,
    },
    Trouble(ReferralTrouble),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressAct {
    Proposed,
    /// By a second person.
    Approved,
    ApprovedByPhone,
    Refused,
    /// Because the directory was too old to send by.
    Phoned,
}

impl AddressAct {
    pub fn code(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Approved => "approved",
            Self::ApprovedByPhone => "approved-by-phone",
            Self::Refused => "refused",
            Self::Phoned => "phoned",
        }
    }
}

impl Engine {
    /// Everything that happened to a service, the newest first.
    pub fn service_timeline(&self, service_id: &str) -> Result<Vec<TimelineEntry>, EngineError> {
        self.allow(Needs::Right(Right::KeepDirectory))?;
        let listed = self.listed_endpoints(service_id);
        let mut timeline = self.store.practice.read(|c| {
            let mut all: Vec<TimelineEntry> = Vec::new();
            let changes = history_table::of_service(c, service_id)?;
            all.extend(changes.into_iter().map(|change| TimelineEntry {
                at: change.applied_at,
                by: String::new(),
                what: TimelineWhat::Published {
                    version: change.version,
                    change: change.change,
                },
            }));
            let entries = layer_table::of_service(c, service_id)?;
            all.extend(entries.into_iter().flat_map(of_entry));
            let checks = layer_table::checks_of(c, service_id)?;
            all.extend(checks.into_iter().map(|check| TimelineEntry {
                at: check.at,
                by: check.author,
                what: TimelineWhat::Checked {
                    how: check.how.as_str(),
                    who: check.who_answered,
                },
            }));
            let corrections = correction_table::of_service(c, service_id)?;
            all.extend(corrections.into_iter().flat_map(of_correction));
            let troubles = keeping_table::troubles(c, service_id)?;
            all.extend(troubles.into_iter().map(|trouble| TimelineEntry {
                at: trouble.at,
                by: trouble.actor.clone(),
                what: TimelineWhat::Trouble(trouble),
            }));
            // Those that a referral went to may have left the directory since.
            let mut endpoints = listed;
            endpoints.extend(keeping_table::endpoints_of(c, service_id)?);
            let approved = approval_table::approved(c)?;
            let phoned = trust_table::phone_checks_of(c, service_id)?;
            for id in endpoints {
                let of_it = approved.get(&id).map(Vec::as_slice).unwrap_or_default();
                let acts = audit_table::about(c, &id)?.into_iter();
                all.extend(acts.filter_map(|act| of_act(act, of_it, &phoned)));
            }
            Ok::<_, EngineError>(all)
        })?;
        timeline.sort_by_key(|entry| std::cmp::Reverse(entry.at));
        Ok(timeline)
    }

    fn listed_endpoints(&self, service_id: &str) -> BTreeSet<String> {
        let Ok(catalogue) = self.catalogue() else {
            return BTreeSet::new();
        };
        let endpoints = catalogue.endpoints().iter();
        endpoints
            .filter(|endpoint| endpoint.service_id.as_str() == service_id)
            .map(|endpoint| endpoint.id.to_string())
            .collect()
    }
}

/// What the audit trail says of an endpoint, with what is still known of it: a refusal takes the approval away.
fn of_act(
    act: AuditEntry,
    approved: &[ApprovedAddress],
    phoned: &[PhoneCheck],
) -> Option<TimelineEntry> {
    let millisecond = act.at.as_millisecond();
    let mut approved = approved.iter();
    let approval = approved.find(|it| it.approved_at.as_millisecond() == millisecond);
    let by_phone = approval.is_some_and(|it| !it.note.is_empty());
    let kind = match act.act {
        Act::AddressProposed => AddressAct::Proposed,
        Act::AddressApproved if by_phone => AddressAct::ApprovedByPhone,
        Act::AddressApproved => AddressAct::Approved,
        Act::AddressRefused => AddressAct::Refused,
        Act::ServicePhoned => AddressAct::Phoned,
        _ => return None,
    };
    let call = phoned.iter().find(|it| it.checked_at == act.at);
    let call = call.filter(|_| kind == AddressAct::Phoned);
    let said = call.map(|call| format!("{} at {}", call.who_answered, call.number));
    Some(TimelineEntry {
        at: act.at,
        by: act.actor,
        what: TimelineWhat::Address {
            act: kind,
            address: approval.map(|it| it.address.clone()).unwrap_or_default(),
            words: said
                .or_else(|| approval.map(|it| it.note.clone()))
                .unwrap_or_default(),
        },
    })
}

fn of_entry(entry: LayerEntry) -> Vec<TimelineEntry> {
    let (kind, words) = (entry.kind, entry.words);
    let ended = entry.ended.map(|(by, at)| TimelineEntry {
        at,
        by,
        what: TimelineWhat::TakenAway {
            kind,
            words: words.clone(),
        },
    });
    let put = TimelineEntry {
        at: entry.at,
        by: entry.author,
        what: TimelineWhat::Put { kind, words },
    };
    [Some(put), ended].into_iter().flatten().collect()
}

fn of_correction(correction: Correction) -> Vec<TimelineEntry> {
    let settled = correction.settled.clone().map(|(by, at)| TimelineEntry {
        at,
        by,
        what: TimelineWhat::Settled(Box::new(correction.clone())),
    });
    let suggested = TimelineEntry {
        at: correction.at,
        by: correction.author.clone(),
        what: TimelineWhat::Corrected(Box::new(correction)),
    };
    [Some(suggested), settled].into_iter().flatten().collect()
}
