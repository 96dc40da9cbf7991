//! An offer that is not sent: put off until a date, or declined. It needs a patient and a service, and none of the answers of a referral.

use super::{DirectoryFacts, PatientField, Problem, ReferralDraft, ReferralForm, ServiceToRefer};
use crate::patient::Patient;
use jiff::civil::Date;

/// What stands in the letter when a person was asked again and there is nothing to know.
const NOTHING_TO_KNOW: &str = "Asked again: nothing to know";

impl ReferralDraft {
    /// Who was offered what, or everything that is still needed to write it down.
    pub fn offered<'a>(
        &self,
        chosen: &'a ServiceToRefer,
        demonstration: bool,
        today: Date,
    ) -> Result<(Patient, &'a DirectoryFacts), Vec<Problem>> {
        let mut problems = self.patient_problems(demonstration, today);
        match chosen {
            ServiceToRefer::NoneChosen => problems.push(Problem::new("serviceId", "missing")),
            ServiceToRefer::NotInDirectory => problems.push(Problem::new("serviceId", "unknown")),
            ServiceToRefer::Found(facts) => {
                let patient = self.patient.to_patient(today);
                if let Some(patient) = patient.filter(|_| problems.is_empty()) {
                    return Ok((patient, facts));
                }
            }
        }
        Err(problems)
    }

    /// Takes up what was put off: what a person wishes, and how they are, may have changed since, so it is asked anew.
    /// A note on safe contact is neither kept nor lost: whoever asks again chooses.
    pub fn ask_anew(&mut self) {
        self.form = ReferralForm {
            service_id: self.form.service_id.take(),
            reasons: std::mem::take(&mut self.form.reasons),
            reason_text: std::mem::take(&mut self.form.reason_text),
            extra_answers: std::mem::take(&mut self.form.extra_answers),
            criteria: Vec::new(),
            ..ReferralForm::default()
        };
        let note = self.patient.text(PatientField::SafeContactNote).to_owned();
        let field = PatientField::SafeContactNote;
        if !note.is_empty() {
            self.patient
                .put_choices(field, vec![note, NOTHING_TO_KNOW.to_owned()]);
        }
    }
}
