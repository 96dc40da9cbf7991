//! Gathering everything that is held about one patient, and writing down that it was done.

use super::{Desk, worklist::timeline};
use crate::{
    ReferralError,
    access::{
        DraftCopy, Everything, Fact, Happened, ReferralCopy, WhoIsAsked, act_words, moment,
        state_words,
    },
    draft::{PatientField, ReferralDraft, draft_table},
    filing_table,
    outbox::outbox_table,
    patient::{NhsNumberOrReason, Patient},
    people::StaffMember,
    practice_table,
    referral_table::{self, Referral},
    render, retention_table, staff_table,
};
use rusqlite::Connection;
use std::collections::BTreeSet;
use store::{Act, NewAct, audit_table, event_table};

/// What was gathered, and of which subjects of the audit trail.
struct Gathered {
    everything: Everything,
    subjects: Vec<String>,
}

impl Desk {
    /// Everything that is held here about this person and nobody else. That it was exported stands in the audit trail, at each referral and draft.
    pub fn everything_about(
        &self,
        who: &WhoIsAsked,
        actor: &str,
    ) -> Result<Everything, ReferralError> {
        let gathered = self.practice.read(|c| self.gather(c, who))?;
        let (actor, now) = (actor.to_owned(), self.clock.now());
        let subjects = gathered.subjects;
        self.practice.write(move |tx| {
            if subjects.is_empty() {
                audit_table::append(tx, &NewAct::new(Act::Exported, "", &actor, now))?;
            }
            for subject in &subjects {
                audit_table::append(tx, &NewAct::new(Act::Exported, subject, &actor, now))?;
            }
            Ok::<_, ReferralError>(())
        })?;
        Ok(gathered.everything)
    }

    fn gather(&self, c: &Connection, who: &WhoIsAsked) -> Result<Gathered, ReferralError> {
        let staff = staff_table::all(c)?;
        let mut everything = Everything {
            demonstration: self.demonstration,
            practice: practice_table::practice(c)?.map_or_else(String::new, |it| it.name),
            made_at: moment(self.clock.now()),
            referrals: Vec::new(),
            drafts: Vec::new(),
        };
        let (mut subjects, mut numbers) = (Vec::new(), BTreeSet::new());
        for referral in referral_table::all(c)? {
            let Some(patient) = referral_table::patient(c, &referral.id)? else {
                continue;
            };
            if !who.is(&patient) {
                continue;
            }
            if let NhsNumberOrReason::Known(number) = &patient.nhs_number {
                numbers.insert(number.clone());
            }
            everything
                .referrals
                .push(referral_copy(c, &referral, &patient, &staff)?);
            subjects.push(referral.id);
        }
        for (draft, changed_at) in draft_table::all(c)? {
            if !who.is_draft_of(&draft.patient, self.clock.today()) {
                continue;
            }
            numbers.extend(draft.patient.nhs_number());
            everything.drafts.push(DraftCopy {
                changed_at: moment(changed_at),
                patient: entries(&draft),
                form: form(&draft),
                seen: seen(c, &draft.id, &staff)?,
            });
            subjects.push(draft.id);
        }
        // Two people of one name and one birthday: their copies must not be mixed.
        if numbers.len() > 1 {
            return Err(ReferralError::MoreThanOnePerson);
        }
        Ok(Gathered {
            everything,
            subjects,
        })
    }
}

fn referral_copy(
    c: &Connection,
    referral: &Referral,
    patient: &Patient,
    staff: &[StaffMember],
) -> Result<ReferralCopy, ReferralError> {
    let events = event_table::about(c, &referral.id)?;
    let happened = timeline(c, &events)?.into_iter().map(|entry| Happened {
        at: moment(entry.at),
        what: state_words(&entry.kind),
        code: entry.kind,
        by: name_of(staff, &entry.actor),
        words: entry
            .note
            .or(entry.problem.map(|problem| problem.as_str().to_owned())),
    });
    let letter = referral_table::letter(c, &referral.id)?;
    Ok(ReferralCopy {
        reference: referral.reference.clone(),
        about: about(c, referral, staff)?,
        patient: details(patient),
        letter: letter.map_or_else(String::new, |letter| render::text::text(&letter)),
        timeline: happened.collect(),
        seen: seen(c, &referral.id, staff)?,
    })
}

fn about(
    c: &Connection,
    referral: &Referral,
    staff: &[StaffMember],
) -> Result<Vec<Fact>, ReferralError> {
    let mut facts = vec![
        Fact::new("Made on", moment(referral.queued_at)),
        Fact::new("To", &referral.service_name),
        Fact::new("Address that it was sent to", &referral.address),
        Fact::new("Referred by", name_of(staff, &referral.referrer)),
        Fact::new("Sent by", name_of(staff, &referral.sent_by)),
    ];
    if let Some(phone) = &referral.service_phone {
        facts.push(Fact::new("The service's phone", phone));
    }
    for message in outbox_table::messages_of(c, &referral.id)? {
        facts.push(Fact::new("Message", message));
    }
    if let Some(filed) = filing_table::read(c, &referral.id)? {
        let by = name_of(staff, &filed.by);
        facts.push(Fact::new(
            "Ticked as filed in your health record",
            format!("{} by {by}", moment(filed.at)),
        ));
    }
    if let Some(hold) = retention_table::hold_of(c, &referral.id)? {
        let by = name_of(staff, &hold.set_by);
        let held = format!(
            "{} since {} by {by}",
            hold.reason.code(),
            moment(hold.set_at)
        );
        facts.push(Fact::new("Kept from erasure", held));
    }
    Ok(facts)
}

fn details(patient: &Patient) -> Vec<Fact> {
    let number = match &patient.nhs_number {
        NhsNumberOrReason::Known(number) => number.to_string(),
        NhsNumberOrReason::Missing(why) => format!("not given: {why}"),
    };
    let name = &patient.name;
    let mut facts = vec![
        Fact::new("Name", format!("{} {}", name.given(), name.family())),
        Fact::new("Date of birth", patient.born.to_string()),
        Fact::new("NHS number", number),
        Fact::new("Gender", patient.gender.to_string()),
    ];
    let mut add = |label: &str, value: Option<String>| {
        facts.extend(value.map(|value| Fact::new(label, value)));
    };
    add("Title", name.title().map(str::to_owned));
    add("Address", patient.address.as_ref().map(ToString::to_string));
    for phone in &patient.phones {
        add("Phone", Some(phone.to_string()));
    }
    add("E-mail", patient.email.as_ref().map(ToString::to_string));
    add("Language", patient.language.clone());
    let interpreter = patient
        .interpreter_needed
        .map(|needed| if needed { "needed" } else { "not needed" }.to_owned());
    add("Interpreter", interpreter);
    add("Communication needs", patient.communication_needs.clone());
    add("Safe contact", patient.safe_contact_note.clone());
    facts
}

/// What stands in the fields. Values that a paste left open to choose between may be another person's, and are left out.
fn entries(draft: &ReferralDraft) -> Vec<Fact> {
    PatientField::ALL
        .iter()
        .filter(|field| !draft.patient.text(**field).is_empty())
        .map(|field| Fact::new(&in_words(field.code()), draft.patient.text(*field)))
        .collect()
}

fn form(draft: &ReferralDraft) -> Vec<Fact> {
    let Ok(serde_json::Value::Object(fields)) = serde_json::to_value(&draft.form) else {
        return Vec::new();
    };
    let nothing = |value: &serde_json::Value| {
        matches!(
            value,
            serde_json::Value::Null | serde_json::Value::Bool(false)
        ) || value.as_str().is_some_and(str::is_empty)
            || value.as_array().is_some_and(Vec::is_empty)
    };
    fields
        .into_iter()
        .filter(|(_, value)| !nothing(value))
        .map(|(name, value)| {
            let text = value.as_str().map(str::to_owned);
            Fact::new(&in_words(&name), text.unwrap_or_else(|| value.to_string()))
        })
        .collect()
}

/// `reason_text` and `birthDate` as "Reason text", "Birth date".
fn in_words(code: &str) -> String {
    let mut words = String::new();
    for (place, letter) in code.chars().enumerate() {
        match letter {
            _ if place == 0 => words.extend(letter.to_uppercase()),
            '_' => words.push(' '),
            letter if letter.is_uppercase() => {
                words.push(' ');
                words.extend(letter.to_lowercase());
            }
            letter => words.push(letter),
        }
    }
    words
}

fn seen(
    c: &Connection,
    subject: &str,
    staff: &[StaffMember],
) -> Result<Vec<Happened>, ReferralError> {
    let acts = audit_table::about(c, subject)?;
    let happened = acts.into_iter().map(|entry| Happened {
        at: moment(entry.at),
        what: act_words(entry.act),
        code: entry.act.as_str().to_owned(),
        by: name_of(staff, &entry.actor),
        words: None,
    });
    Ok(happened.collect())
}

/// The patient may know who it was; "onward" is the program itself.
fn name_of(staff: &[StaffMember], id: &str) -> String {
    let member = staff.iter().find(|member| member.id == id);
    member.map_or_else(|| id.to_owned(), |member| member.name.clone())
}
