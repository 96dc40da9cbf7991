//! `onward-cli refer`: the same draft, checks and queue as the window.

use crate::{CliError, Common, actor, open, print_json, text_of};
use clap::{Args, ValueEnum};
use engine::PatientFacts;
use referrals::draft::{
    Consent, CriterionAnswer, ExtraAnswer, PatientField, Reason, ReferralForm, SafetyAnswer,
    ServiceToRefer,
};
use referrals::people::Right;

#[derive(Args)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub struct ReferArguments {
    /// The service's id, as `search` gives it.
    #[arg(long)]
    service: String,
    /// The patient's details as pasted text: a file, or - for standard input.
    #[arg(long, value_name = "FILE")]
    patient: String,
    /// Why, in the referrer's words.
    #[arg(long, default_value = "")]
    reason: String,
    /// One of the usual reasons, such as low-mood; may be given several times.
    #[arg(long = "reason-code", value_name = "CODE")]
    reason_codes: Vec<String>,
    /// How the patient agreed.
    #[arg(long)]
    consent: Option<ConsentWord>,
    #[arg(long, default_value = "")]
    consent_note: String,
    /// Whether the patient is in crisis.
    #[arg(long)]
    crisis: Option<SafetyWord>,
    #[arg(long, default_value = "")]
    crisis_note: String,
    /// Whether there are red flags.
    #[arg(long)]
    red_flags: Option<SafetyWord>,
    #[arg(long, default_value = "")]
    red_flags_note: String,
    /// The patient was asked and agrees to voicemail.
    #[arg(long)]
    may_leave_voicemail: bool,
    /// The patient was asked and agrees to text messages.
    #[arg(long)]
    may_text: bool,
    #[arg(long, default_value = "")]
    best_times: String,
    /// You will phone the service first: asked of one that was checked over 180 days ago, or never.
    #[arg(long)]
    will_phone: bool,
    /// Why there is no NHS number.
    #[arg(long, default_value = "")]
    no_nhs_number_reason: String,
    /// An answer to a question of the service: ID=ANSWER; may be given several times.
    #[arg(long = "answer", value_name = "ID=ANSWER")]
    answers: Vec<String>,
    /// A criterion that is met, by its key as `show` gives it; may be given several times.
    #[arg(long, value_name = "KEY")]
    met: Vec<String>,
    /// A criterion that is not met, with or without a line of reason: it keeps nothing from being sent. May be given several times.
    #[arg(long, value_name = "KEY=REASON")]
    not_met: Vec<String>,
    /// Give up the 60 seconds in which it could be undone.
    #[arg(long)]
    send_now: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum ConsentWord {
    PatientInPerson,
    PatientByPhone,
    PatientByVideo,
    OnTheirBehalf,
}

#[derive(Clone, Copy, ValueEnum)]
enum SafetyWord {
    AskedNone,
    PresentDealtWith,
    NotAsked,
}

pub fn run(arguments: &ReferArguments, common: &Common) -> Result<(), CliError> {
    let form = form(arguments)?;
    let text = text_of(&arguments.patient)?;
    let engine = open(common)?;
    let actor = actor(&engine, Right::Refer)?;
    let mut draft = engine.desk.begin_with(&text)?;
    if !arguments.no_nhs_number_reason.is_empty() {
        let (field, reason) = (
            PatientField::NoNhsNumberReason,
            &arguments.no_nhs_number_reason,
        );
        draft = engine.desk.edit_patient(&draft.id, field, reason)?;
    }
    let read_reason = draft.form.reason_text.clone();
    let reason_text = if form.reason_text.is_empty() {
        read_reason
    } else {
        form.reason_text.clone()
    };
    let form = ReferralForm {
        reason_text,
        phq9_total: draft.form.phq9_total.clone(),
        phq9_item9: draft.form.phq9_item9.clone(),
        ..form
    };
    let on_card = engine.to_refer(form.service_id.as_deref(), &PatientFacts::default())?;
    let seen = match &on_card {
        ServiceToRefer::Found(found) => found
            .service
            .as_ref()
            .map(|service| service.endpoint_digest.clone()),
        _ => None,
    };
    let draft = engine.desk.save_form(&draft.id, form, seen)?;
    let chosen = engine.chosen(&draft)?;
    let queued = engine.desk.queue(&draft, &draft.form, &chosen, &actor)?;
    if arguments.send_now {
        engine.desk.send_now(&queued.referral_id)?;
    }
    if common.json {
        return print_json(&serde_json::json!({
            "referral_id": queued.referral_id,
            "reference": queued.reference,
            "service": queued.service_name,
            "not_before_at": queued.not_before_at.to_string(),
        }));
    }
    say!(
        "Queued as {} to {}. It can be undone in the window for 60 seconds.",
        queued.reference,
        queued.service_name
    );
    Ok(())
}

fn form(arguments: &ReferArguments) -> Result<ReferralForm, CliError> {
    let reason = |code: &String| {
        let known = || {
            Reason::ALL
                .iter()
                .map(|reason| reason.code())
                .collect::<Vec<_>>()
                .join(", ")
        };
        Reason::parse(code).ok_or_else(|| {
            CliError::Usage(format!(
                "--reason-code {code} is not known; use one of {}",
                known()
            ))
        })
    };
    let answer = |text: &String| {
        let (id, answer) = text
            .split_once('=')
            .ok_or_else(|| CliError::Usage(format!("--answer {text} is not ID=ANSWER")))?;
        Ok::<_, CliError>(ExtraAnswer {
            question_id: id.to_owned(),
            answer: answer.to_owned(),
        })
    };
    Ok(ReferralForm {
        service_id: Some(arguments.service.clone()),
        reasons: arguments
            .reason_codes
            .iter()
            .map(reason)
            .collect::<Result<_, _>>()?,
        reason_text: arguments.reason.clone(),
        consent: arguments.consent.map(consent),
        consent_note: arguments.consent_note.clone(),
        crisis: arguments.crisis.map(safety),
        crisis_note: arguments.crisis_note.clone(),
        red_flags: arguments.red_flags.map(safety),
        red_flags_note: arguments.red_flags_note.clone(),
        may_leave_voicemail: arguments.may_leave_voicemail,
        may_text: arguments.may_text,
        best_times: arguments.best_times.clone(),
        extra_answers: arguments
            .answers
            .iter()
            .map(answer)
            .collect::<Result<_, _>>()?,
        criteria: criteria(arguments),
        will_phone: arguments.will_phone.then(|| arguments.service.clone()),
        ..ReferralForm::default()
    })
}

fn criteria(arguments: &ReferArguments) -> Vec<CriterionAnswer> {
    let answer = |key: &str, met: bool, reason: &str| CriterionAnswer {
        key: key.to_owned(),
        met: Some(met),
        reason: reason.to_owned(),
    };
    let met = arguments.met.iter().map(|key| answer(key, true, ""));
    let not_met = arguments.not_met.iter().map(|text| {
        let (key, reason) = text.split_once('=').unwrap_or((text, ""));
        answer(key, false, reason)
    });
    met.chain(not_met).collect()
}

fn consent(word: ConsentWord) -> Consent {
    match word {
        ConsentWord::PatientInPerson => Consent::PatientInPerson,
        ConsentWord::PatientByPhone => Consent::PatientByPhone,
        ConsentWord::PatientByVideo => Consent::PatientByVideo,
        ConsentWord::OnTheirBehalf => Consent::OnTheirBehalf,
    }
}

fn safety(word: SafetyWord) -> SafetyAnswer {
    match word {
        SafetyWord::AskedNone => SafetyAnswer::AskedNone,
        SafetyWord::PresentDealtWith => SafetyAnswer::PresentDealtWith,
        SafetyWord::NotAsked => SafetyAnswer::NotAsked,
    }
}
