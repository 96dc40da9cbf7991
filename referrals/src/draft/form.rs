//! What the GP fills in for a referral beside the patient and the service.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReferralForm {
    pub service_id: Option<String>,
    pub reasons: Vec<Reason>,
    pub reason_text: String,
    pub consent: Option<Consent>,
    pub consent_note: String,
    pub crisis: Option<SafetyAnswer>,
    pub crisis_note: String,
    pub red_flags: Option<SafetyAnswer>,
    pub red_flags_note: String,
    /// Off until asked (NHS: unsafe contact can harm).
    pub may_leave_voicemail: bool,
    pub may_text: bool,
    pub best_times: String,
    /// The total of a PHQ-9, 0 to 27, and its item 9, 0 to 3, as typed; empty where there is none.
    pub phq9_total: String,
    pub phq9_item9: String,
    /// The service of which a person said "I will phone": it was checked too long ago to be relied upon.
    pub will_phone: Option<String>,
    pub extra_answers: Vec<ExtraAnswer>,
    /// Answers to services' criteria, also those of services that are not chosen: one holds wherever the same is asked.
    pub criteria: Vec<CriterionAnswer>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtraAnswer {
    pub question_id: String,
    pub answer: String,
}

/// What a person says to a criterion. It stands in nobody's way, met or not, with a reason or without.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CriterionAnswer {
    /// As the criterion's check gave it.
    pub key: String,
    /// None where the form settles it, and only the reason is a person's.
    pub met: Option<bool>,
    /// Why this person is referred although it is not met.
    pub reason: String,
}

/// Who agreed, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Consent {
    PatientInPerson,
    PatientByPhone,
    PatientByVideo,
    OnTheirBehalf,
}

/// The receiver sees which of the three it was; none is preselected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SafetyAnswer {
    AskedNone,
    PresentDealtWith,
    NotAsked,
}

macro_rules! reasons {
    ($($name:ident = $code:literal, $words:literal;)*) => {
        /// The usual reasons. Distress related to pain stands apart from depression: it is not the same thing.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Reason { $($name,)* }

        impl Reason {
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// As the letter says it.
            pub fn words(self) -> &'static str {
                match self { $(Self::$name => $words,)* }
            }

            pub fn parse(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|reason| reason.code() == code)
            }
        }
    };
}

impl ReferralForm {
    /// The line of reason for a criterion that is not met; empty when none was given.
    pub fn reason_for(&self, key: &str) -> &str {
        let answer = self.criteria.iter().rfind(|answer| answer.key == key);
        answer.map_or("", |answer| answer.reason.trim())
    }
}

reasons! {
    PainOver3Months = "pain-over-3-months", "pain for over 3 months";
    WidespreadPain = "widespread-pain", "widespread pain or fibromyalgia";
    BackPain = "back-pain", "back pain";
    LowMood = "low-mood", "low mood";
    Anxiety = "anxiety", "anxiety or worry";
    PainDistress = "pain-distress", "distress related to pain";
    PoorSleep = "poor-sleep", "poor sleep";
    Fatigue = "fatigue", "fatigue";
    DailyActivities = "daily-activities", "difficulty with daily activities";
    Work = "work", "work";
    Bereavement = "bereavement", "bereavement";
    Money = "money", "money worries";
    Housing = "housing", "housing";
    Relationships = "relationships", "relationships";
}
