//! What crosses between the window and Rust: plain data, generated into `ui/src/backend/types.ts` by ts-rs (see `contract.rs`).
//! Rust gives codes and facts; the words that users read are made from them in `ui/src/messages.ts`.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

macro_rules! view {
    ($($(#[$meta:meta])* $kind:ident $name:ident $body:tt)*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
        #[serde(rename_all = "camelCase")]
        pub $kind $name $body
    )*
        /// Every view as a type of TypeScript, in the order of their names. Made by a test alone, so that no other run rewrites the file.
        #[cfg(test)]
        pub fn typescript() -> String {
            let config = ts_rs::Config::new();
            let mut types = vec![$((
                stringify!($name),
                [<$name as TS>::docs().unwrap_or_default(), "export ".to_owned(), <$name as TS>::decl(&config)].concat(),
            ),)*];
            types.sort_unstable();
            types.into_iter().map(|(_, text)| text + "\n\n").collect()
        }
    };
}

view! {
    /// How this folder of data is used, for good.
    enum UseMode {
        Demonstration,
        Real,
        /// Real use whose set-up is not finished.
        SetUp,
        /// Real records that cannot be opened as they are: `WindowState.trouble` says why.
        Recover,
    }

    /// Whatever the frame of the window shows on every screen.
    struct WindowState {
        pub mode: UseMode,
        pub practice_name: String,
        pub practice_ods_code: String,
        pub directory: DirectoryState,
        pub outbox: OutboxState,
        pub staff: Vec<StaffMember>,
        /// The member of staff in whose name referrals are made now; "" before there is one.
        pub referrer_id: String,
        pub session: SessionView,
        /// Why real records could not be opened: a code.
        pub trouble: Option<String>,
        /// Then, the folder of the newest backup that is whole.
        pub newest_backup: Option<String>,
    }

    /// Who sits here, and what they may.
    #[derive(Default)]
    struct SessionView {
        pub signed_in: Option<StaffMember>,
        /// Nobody touched the window for ten minutes: what was there before asks for the PIN.
        pub veiled: bool,
        /// False in a demonstration, and before anybody has a PIN.
        pub asks_pin: bool,
        pub may_refer: bool,
        pub may_follow_up: bool,
        pub may_keep_directory: bool,
        pub may_set_up: bool,
        pub may_read_audit_trail: bool,
        pub may_keep_records: bool,
    }

    struct DirectoryState {
        pub name: String,
        #[ts(type = "number")]
        pub version: u64,
        pub service_count: u32,
        /// UTC, ISO 8601: when it was last known to be the newest.
        pub refreshed_at: String,
        /// Since when refreshing it fails.
        pub failing_since: Option<String>,
        /// When the curators' signatures ended; null while they hold.
        pub expired_at: Option<String>,
        /// Since when a newer version waits for a person's yes, because it changes much.
        pub held_since: Option<String>,
        /// A version that is held, addresses to approve, services to phone; 0 for those who do not keep the directory.
        pub waiting_for_keepers: u32,
    }

    /// The published directory that the practice follows, and how refreshing it goes.
    struct PublishedDirectory {
        pub address: String,
        /// Of its first root, in groups of four digits.
        pub fingerprint: String,
        #[ts(type = "number | null")]
        pub version: Option<u64>,
        /// Days, ISO 8601.
        pub published_on: Option<String>,
        /// UTC, ISO 8601.
        pub last_checked_at: Option<String>,
        pub last_good_at: Option<String>,
        pub failing_since: Option<String>,
        /// A code of an error; null where it does not fail.
        pub failing_why: Option<String>,
        /// When the curators' signatures end.
        pub expires_at: Option<String>,
        pub expired: bool,
        /// Since when a service is phoned before anything is sent to it.
        pub too_old_since: Option<String>,
        /// This computer's clock seems wrong by what was signed.
        pub clock_warning: bool,
        pub held: Option<HeldChanges>,
    }

    enum RefreshDoing { Asking, Verified, Fetching, Applying }

    /// "directory-refreshing": what the refresh that somebody asked for is doing.
    struct RefreshStep {
        pub doing: RefreshDoing,
        /// While fetching: what has come of the files, and how long they are together.
        #[ts(type = "number")]
        pub bytes: u64,
        #[ts(type = "number")]
        pub of_bytes: u64,
        /// While applying.
        pub services: u32,
    }

    /// A version that changes so much that a person is asked, or that got a no.
    struct HeldChanges {
        /// Given back with the yes or no.
        pub publication: String,
        pub held_at: String,
        pub refused: bool,
        #[ts(type = "number")]
        pub version: u64,
        pub services_before: u32,
        pub services_new: u32,
        pub services_changed: u32,
        pub services_gone: u32,
        pub endpoints_before: u32,
        pub endpoints_new: u32,
        pub endpoints_changed: u32,
        pub endpoints_gone: u32,
    }

    /// Counts for the line at the foot of the window.
    struct OutboxState {
        pub waiting: u32,
        pub needs_attention: u32,
        /// Why nothing can be sent just now ("cannot-connect", "sign-in-refused", "certificate"), if so.
        pub channel_problem: Option<String>,
        /// Referrals that nobody has ticked as filed in the patient's record.
        pub to_file: u32,
    }

    /// What somebody is here for; each may what its name says (`referrals/src/people/role.rs`).
    enum Role { Clinician, Admin, Manager }

    struct StaffMember {
        pub id: String,
        pub name: String,
        /// As it stands on letters: "GP".
        pub job: String,
        pub role: Role,
        pub has_pin: bool,
    }

    /// Name, job and role of somebody, as typed.
    struct StaffForm {
        pub name: String,
        pub job: String,
        pub role: Role,
    }

    struct PracticeForm {
        pub ods_code: String,
        pub name: String,
        pub phone: String,
    }

    enum MailSecurity { StartTls, ImplicitTls }

    struct MailboxForm {
        pub host: String,
        pub port: u16,
        pub security: MailSecurity,
        pub username: String,
        /// Empty: the one that is kept. It never comes back.
        pub password: String,
        pub from_address: String,
        pub from_name: String,
    }

    /// What became of a message from the mailbox to itself: none when its server took it, else a code of `SEND_PROBLEMS`.
    struct MailboxTest {
        pub problem: Option<String>,
    }

    enum SetUpStep { Records, Practice, People, Mailbox, Directory, Addresses }

    struct SetUpStepView {
        pub step: SetUpStep,
        pub done: bool,
    }

    /// How far the set-up is, with what was filled in.
    struct SetUpView {
        pub steps: Vec<SetUpStepView>,
        /// The next step that is not done; null when it can be finished.
        pub next: Option<SetUpStep>,
        pub practice: Option<PracticeForm>,
        pub staff: Vec<StaffMember>,
        /// Without its password.
        pub mailbox: Option<MailboxForm>,
        pub directory: Option<DirectoryState>,
    }

    /// The key that opens the records on any computer: shown once.
    struct RecoveryKeyView {
        /// Eight groups of four.
        pub printed: String,
    }

    /// The backups of each day.
    struct BackupsView {
        /// The folder that the practice named beside the computer's own place; null when only that is used.
        pub folder: Option<String>,
        /// UTC, ISO 8601.
        pub last_good_at: Option<String>,
        /// Why the newest try came to nothing: a code.
        pub problem: Option<String>,
    }

    /// The newest acts of people and of the program, and whether the whole chain of them is as it was written.
    struct AuditView {
        pub rows: Vec<AuditRow>,
        pub whole: bool,
        /// The row where it is not as it was written; null when it is whole.
        #[ts(type = "number | null")]
        pub tampered_at: Option<i64>,
    }

    struct AuditRow {
        #[ts(type = "number")]
        pub seq: i64,
        /// UTC, ISO 8601.
        pub at: String,
        /// A name, or "onward" for the program itself.
        pub who: String,
        /// A code of `ACTS`.
        pub act: String,
        /// The name of a member of staff, a reference, or an id.
        pub subject: String,
    }

    /// How long after its end what identifies a patient is kept.
    struct RetentionView {
        pub days: u16,
        pub shortest_days: u16,
        pub longest_days: u16,
    }

    /// Everything about one patient, written into a folder.
    struct ExportView {
        pub folder: String,
        pub referrals: u32,
        pub drafts: u32,
    }

    /// The address before and the one now, in pieces: what is only in one of them is marked.
    struct AddressChange {
        pub before: Vec<AddressPiece>,
        pub now: Vec<AddressPiece>,
    }

    struct AddressPiece {
        pub text: String,
        pub changed: bool,
    }

    enum AddressWarningCode { LooksLike, OtherHost, OutsideNhs, MixedScripts }

    /// Why somebody should look twice.
    struct AddressWarning {
        pub code: AddressWarningCode,
        /// The other address, or the former host; "" where there is none.
        pub detail: String,
    }

    /// An address that this practice has not approved as it stands in the directory now.
    struct AddressRow {
        pub endpoint_id: String,
        /// Of the record that is shown.
        pub digest: String,
        pub service_name: String,
        pub address: String,
        /// The service's name as it was approved before, where it goes by another now.
        pub name_before: Option<String>,
        /// Beside what was approved before, where there is something.
        pub change: Option<AddressChange>,
        pub warnings: Vec<AddressWarning>,
        /// The name of whoever has looked at it; another person approves.
        pub proposed_by: Option<String>,
        pub proposed_by_me: bool,
    }

    /// An approved address to which nothing is sent until somebody has phoned the service: the directory is too old to be believed.
    struct PhoneCheckRow {
        pub endpoint_id: String,
        pub digest: String,
        pub service_name: String,
        pub address: String,
        /// As the directory gives it; null where it gives none.
        pub phone: Option<String>,
    }

    /// Which address, as it was shown.
    struct AddressShown {
        pub endpoint_id: String,
        pub digest: String,
    }

    /// The patient banner, in the formats of the NHS Common User Interface.
    struct Banner {
        /// "SMITH, John (Mr)"
        pub name: String,
        /// "14-Jul-1945 (81y)", or null
        pub born: Option<String>,
        /// "Male", "Female", "Not Known", "Not Specified"
        pub gender: String,
        /// "999 000 0018", or null
        pub nhs_number: Option<String>,
        /// The local time of the paste, "14:02"; null when typed
        pub pasted_at: Option<String>,
    }

    /// The fields of a patient, in the order in which they are shown.
    enum PatientField {
        NhsNumber, NoNhsNumberReason, Title, Given, Family, BirthDate, Gender, Address, Postcode, Phones, Email,
        Language, InterpreterNeeded, CommunicationNeeds, SafeContactNote,
    }

    /// One field as it stands in the draft.
    struct PatientFieldView {
        pub field: PatientField,
        /// As shown for editing: phones one a line, the address one part a line, dates DD-Mmm-YYYY, "yes" or "" for interpreter.
        pub value: String,
        /// The piece of the pasted text that it came from.
        pub source: Option<String>,
        /// "missing", "not-valid", "placeholder", "future", "conflict", …
        pub problem: Option<String>,
        /// The different values that one paste held; the person chooses.
        pub choices: Vec<String>,
    }

    /// What the GP fills in for a referral, whole each time.
    #[derive(Default)]
    struct ReferralForm {
        pub service_id: Option<String>,
        /// Codes of `REFERRAL_REASONS` in `messages.ts`.
        pub reasons: Vec<String>,
        pub reason_text: String,
        pub consent: Option<Consent>,
        /// How the patient agreed, or who agreed for them and why.
        pub consent_note: String,
        pub crisis: Option<SafetyAnswer>,
        /// How it was dealt with.
        pub crisis_note: String,
        pub red_flags: Option<SafetyAnswer>,
        pub red_flags_note: String,
        pub may_leave_voicemail: bool,
        pub may_text: bool,
        pub best_times: String,
        /// The total of a PHQ-9 and its item 9, as typed; empty where there is none.
        pub phq9_total: String,
        pub phq9_item9: String,
        /// The id of a service that was checked too long ago, of which a person said "I will phone".
        pub will_phone: Option<String>,
        /// Answers to the service's own questions, by the question's id.
        pub extra_answers: Vec<ExtraAnswer>,
        /// Answers to services' criteria, by the criterion's key. One holds for each service that asks the same.
        pub criteria: Vec<CriterionAnswer>,
    }

    struct ExtraAnswer {
        pub question_id: String,
        pub answer: String,
    }

    /// What a person says to a criterion. One that is not met stands in nobody's way, with or without a reason.
    struct CriterionAnswer {
        /// As the card gave it.
        pub key: String,
        /// Null where the form settles it, and only the reason is a person's.
        pub met: Option<bool>,
        /// Why this person is referred although it is not met; may be empty.
        pub reason: String,
    }

    enum Consent { PatientInPerson, PatientByPhone, PatientByVideo, OnTheirBehalf }

    /// None present / present and dealt with / not asked. None is preselected.
    enum SafetyAnswer { AskedNone, PresentDealtWith, NotAsked }

    /// A draft: a patient, a chosen service and the form, with what still stands in the way of sending.
    struct DraftView {
        pub id: String,
        pub banner: Option<Banner>,
        pub patient: Vec<PatientFieldView>,
        /// The pasted text says that the patient has died: nothing can be referred.
        pub deceased: bool,
        pub form: ReferralForm,
        pub service_name: Option<String>,
        pub problems: Vec<Problem>,
        /// Referrals of the same person on this computer, the newest first: pointed out, never in the way.
        pub earlier: Vec<EarlierReferral>,
        /// Said before Send.
        pub would_wait: Option<WouldWait>,
    }

    /// A referral that is open, or was made in the last 90 days.
    struct EarlierReferral {
        pub referral_id: String,
        pub reference: String,
        pub service_id: String,
        pub service_name: String,
        /// The code of a `ReferralState`.
        pub state: String,
        /// Since it was queued; 0 is today.
        pub days: u32,
        pub open: bool,
        /// Within 90 days.
        pub recent: bool,
    }

    /// Something that stands in the way of sending. `field` is a `PatientField`, a key of `ReferralForm`, or "extra:<question id>".
    struct Problem {
        pub field: String,
        pub code: String,
        pub detail: Option<String>,
    }

    /// The other drafts that were set aside.
    struct DraftSummary {
        pub id: String,
        pub patient: Option<String>,
        pub service_name: Option<String>,
        /// UTC, ISO 8601.
        pub changed_at: String,
    }

    struct SearchView {
        pub hits: Vec<HitView>,
        pub hidden_by_age: u32,
        pub hidden_by_area: u32,
        pub hidden_closed: u32,
        /// Hidden by this practice.
        pub hidden_here: u32,
        /// The directory is a country's: services of other areas are not looked at, and not counted.
        pub elsewhere_not_counted: bool,
        /// Searched by name, but not open to this patient: shown greyed, with the reason and the successor.
        pub not_open: Vec<NotOpenView>,
        /// Words of crisis were typed: the fixed text is shown, whatever else is.
        pub crisis: bool,
        /// What words were taken for, where that is not what was typed.
        pub understood_as: Vec<TakenForView>,
        /// The hits are "My usual": nothing was typed.
        pub usual: bool,
        /// It is what the practice sends to most: this referrer has no usual yet.
        pub of_practice: bool,
    }

    /// A typed word or phrase and what it was taken for; several where an abbreviation has several meanings.
    struct TakenForView {
        pub typed: String,
        pub taken_for: Vec<String>,
    }

    struct HitView {
        pub id: String,
        pub name: String,
        pub category: String,
        pub step: Option<u8>,
        pub wait_weeks: Option<u16>,
        /// Said over 90 days ago: never counted as short.
        pub wait_is_old: bool,
        /// "fibro → fibromyalgia"
        pub why: Vec<String>,
        /// One of the referrer's favourites.
        pub favourite: bool,
        /// How a referral goes, as on the card: "secure-email", "self-referral", "elsewhere", …
        pub method: String,
        /// This practice put it on top, knows it alone, or does not refer there.
        pub pinned: bool,
        pub is_local: bool,
        pub do_not_refer: bool,
        /// Only in "My usual": the reasons with which this referrer sends there most; choosing the hit ticks them.
        pub reasons: Vec<String>,
    }

    struct NotOpenView {
        pub id: String,
        pub name: String,
        /// "age", "area", "closed", "paused"; "hidden" where this practice hid it; "left" for a favourite that has left the directory
        pub reason: String,
        /// "aged 18 or over", "until 01-Feb-2027"
        pub detail: Option<String>,
        pub replaced_by_id: Option<String>,
        pub replaced_by_name: Option<String>,
        /// Why it has left.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub left: Option<LeftView>,
    }

    /// Everything of a service that a GP uses, in one view.
    struct ServiceCard {
        pub id: String,
        pub name: String,
        pub organisation: String,
        pub category: String,
        pub description: String,
        pub steps: Vec<u8>,
        pub modes: Vec<String>,
        pub sessions: Option<String>,
        pub single_point_of_access: bool,
        pub child_services: Vec<ServiceLink>,
        pub step_up: Vec<ServiceLink>,
        pub step_down: Vec<ServiceLink>,
        /// Services that are also offered from this one: on the back of the referral that the practice already makes.
        pub also_offered: Vec<ServiceLink>,
        pub interventions: Vec<String>,
        pub practitioner_types: Vec<String>,
        pub supervised_by: Option<String>,
        pub criteria: Vec<CriterionView>,
        pub wait_weeks: Option<u16>,
        pub wait_stated_by: Option<String>,
        /// DD-Mmm-YYYY
        pub wait_stated_on: Option<String>,
        pub wait_is_old: bool,
        /// What referrals measured, apart from what the service states; none below five cases.
        pub measured: Option<MeasuredView>,
        pub capacity: Option<String>,
        /// "Checked 12 days ago by Amy, OT, by phone": days, by, how
        pub checked_days_ago: Option<u32>,
        pub checked_by: Option<String>,
        pub checked_how: Option<String>,
        /// "fresh", "over-90", "over-180" days ago, or "never": from "over-180" on a person says that they phone.
        pub checked_age: String,
        /// How a referral goes: "secure-email", "self-referral", "elsewhere", …
        pub method: String,
        /// The address it will be sent to, where it is sent at all.
        pub address: Option<String>,
        /// The service's words where it is not sent from here.
        pub method_words: Option<String>,
        pub contact: Option<String>,
        pub duty_line: Option<String>,
        pub replies_within_working_days: Option<u8>,
        pub feeds_back: Option<String>,
        pub cost: Vec<String>,
        pub travel: Option<String>,
        pub accessibility: Option<String>,
        pub languages: Vec<String>,
        pub evidence: Option<String>,
        pub say: Option<String>,
        pub if_in_my_head: Option<String>,
        pub patient_sheet: Option<String>,
        pub extra_questions: Vec<ExtraQuestionView>,
        /// Why it cannot be referred to now: "age", "area", "closed", "paused"; null when it can.
        pub not_open: Option<String>,
        /// "aged 18 or over", "until 01-Feb-2027"
        pub not_open_detail: Option<String>,
        /// What the service says of being paused or closed.
        pub status_reason: Option<String>,
        pub replaced_by: Option<ServiceLink>,
        /// One of the referrer's favourites.
        pub favourite: bool,
        pub layer: ServiceLayer,
    }

    /// What became of a service that has left the directory.
    struct LeftView {
        pub id: String,
        pub name: String,
        /// "closed", "merged", "withdrawn", "error"
        pub reason: String,
        /// DD-Mmm-YYYY
        pub on: String,
        /// The last of those that took its place, where that is still listed.
        pub successor_id: Option<String>,
        pub successor_name: Option<String>,
    }

    /// Another service that a card names.
    struct ServiceLink {
        pub id: String,
        pub name: String,
        pub step: Option<u8>,
        pub wait_weeks: Option<u16>,
        pub wait_is_old: bool,
        /// Why it is not open to this patient: "age", "area", "closed", "paused"; null when it is.
        pub not_open: Option<String>,
    }

    /// Five cases or more: fewer say nothing.
    struct MeasuredView {
        pub n: u32,
        pub median_days: u16,
        pub accepted_percent: u8,
        pub days_to_reply: u16,
    }

    /// How often nothing local was found for a need, in the last 12 months.
    struct UnmetNeedRow {
        /// A code of `REFERRAL_REASONS`, or "other".
        pub need: String,
        pub count: u32,
        /// DD-Mmm-YYYY
        pub last_on: String,
    }

    struct ExtraQuestionView {
        pub id: String,
        pub question: String,
        pub required: bool,
        pub choices: Vec<String>,
    }

    /// The service's own sentence beside what is known of the patient.
    struct CriterionView {
        /// Names the rule, and not the service where another can ask the same; only to be handed back with an answer.
        pub key: String,
        pub sentence: String,
        /// What is known: "81", "Moorlands Surgery"; null when nothing is.
        pub known: Option<String>,
        pub outcome: CriterionOutcome,
        /// Not met, it keeps the service from being offered.
        pub hard: bool,
        /// No fact settles it, and a person may answer.
        pub answerable: bool,
        /// What was answered: true is met.
        pub answered: Option<bool>,
        /// The line of reason for one that is not met.
        pub reason: String,
        /// What must not be so ("in crisis"): the person who answers sees it beside the sentence, so that "met" is not taken for a yes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub excludes: Option<String>,
    }

    enum CriterionOutcome { Met, NotMet, NotKnown }

    /// A referral that was just queued, with its time to undo.
    struct QueuedView {
        pub referral_id: String,
        /// The reference that both sides quote: "ONW-7K3F-92QD".
        pub reference: String,
        pub patient: String,
        pub service_name: String,
        /// UTC, ISO 8601: it leaves no earlier.
        pub not_before_at: String,
        pub seconds_to_undo: u32,
    }

    /// One line of the list of referrals.
    struct ReferralRow {
        pub id: String,
        pub reference: String,
        pub patient: String,
        pub service_name: String,
        /// The code of a `ReferralState`.
        pub state: String,
        /// UTC, ISO 8601: of the last event.
        pub changed_at: String,
        /// Who holds clinical responsibility: "practice" or "service".
        pub responsibility: String,
        /// The role that acts next, and by when (DD-Mmm-YYYY), if anybody must.
        pub owner: Option<String>,
        pub next_on: Option<String>,
        /// The role that acts when the owner is away.
        pub deputy: Option<String>,
        pub service_phone: Option<String>,
        /// Failed, unknown, held, rejected, unanswered: on top.
        pub needs_attention: bool,
        /// Why: "failed", "no-answer", "recall-due", …
        pub attention: Option<String>,
        /// Not ticked as filed in the patient's record.
        pub to_file: bool,
    }

    /// A referral whole: where it stands, what can be done, and everything that happened.
    struct ReferralDetail {
        pub row: ReferralRow,
        /// Its service is not in the directory any more.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub left: Option<LeftView>,
        pub banner: Banner,
        pub address: String,
        pub referrer: String,
        pub sent_by: String,
        pub service_phone: Option<String>,
        /// What a person can do now: "undo", "send-now", "try-again", "it-arrived", "send-again", "withdraw".
        pub actions: Vec<String>,
        /// What the service could answer now, to be written down by hand.
        pub replies: Vec<Reply>,
        /// "chased", "acknowledged", "recall", "decline".
        pub follow_ups: Vec<String>,
        pub seconds_to_undo: Option<u32>,
        /// Why it failed or is uncertain, as a code of `SEND_PROBLEMS`.
        pub problem: Option<String>,
        pub timeline: Vec<TimelineEntry>,
        /// The letter as it was sent, as text.
        pub letter_text: String,
        /// What `copy_for_record` copies; empty where there is nothing to file.
        pub record_text: String,
        /// What was ticked as filed last: "referred", "taken-back", "parked", "declined"; by whom; and when (UTC, ISO 8601).
        pub filed: Option<FilingView>,
    }

    struct FilingView {
        pub deed: String,
        pub by: String,
        pub at: String,
    }

    /// The text for the patient's record lies on the clipboard; it is cleared when it is still there after so long.
    struct CopiedView {
        pub reference: String,
        pub seconds_until_cleared: u32,
    }

    struct TimelineEntry {
        /// UTC, ISO 8601.
        pub at: String,
        /// The code of an event type: "queued", "sent", …
        pub kind: String,
        pub actor: String,
        pub detail: Option<String>,
        /// Came too late to change anything.
        pub late: bool,
    }

    /// A message in the demonstration mailbox.
    struct MailboxRow {
        pub number: u32,
        pub received_at: String,
        pub from: String,
        pub to: String,
        pub subject: String,
    }

    struct MailboxMessage {
        pub row: MailboxRow,
        pub text: String,
        pub attachments: Vec<String>,
    }

    /// What Rust refused or could not do. The window acts on `code`; the words are in `messages.ts`.
    struct WindowError {
        pub code: String,
        pub detail: Option<String>,
        pub problems: Vec<Problem>,
        /// With "service-left": what became of the service.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub left: Option<LeftView>,
    }

    /// Closing inside the undo time: send now, or keep as drafts.
    enum QuitChoice { SendNow, KeepAsDraft, Stay }

    /// What a service answered, written down by hand.
    enum Reply { Received, Accepted, InformationRequested, CouldNotContact, Rejected, Ended }

    /// A safety concern that somebody reported on this computer.
    struct ConcernRow {
        /// UTC, ISO 8601.
        pub at: String,
        pub who: String,
        pub words: String,
        pub program_version: String,
        /// Its name and version.
        pub directory: String,
        /// The place of the window that was open.
        pub place: String,
    }

    /// It would be held, or would wait, if it were sent now.
    struct WouldWait {
        /// "do-not-refer", "not-approved", "address-changed", "mailbox-not-set"; else why the channel waits, as a code of `SEND_PROBLEMS`.
        pub why: String,
        /// The role that acts, and by when (DD-Mmm-YYYY).
        pub owner: String,
        pub by: String,
        /// Who said not to refer there, when and why.
        pub detail: Option<String>,
        /// Another way to reach the service.
        pub phone: Option<String>,
    }

    /// What a practice can put beside a service.
    enum LayerKind { Note, Pin, Hidden, DoNotRefer }

    /// How somebody asked a service whether its entry is right.
    enum CheckedHow { Phone, Email, InPerson }

    /// What a person decides of a correction.
    enum CorrectionDecision { KeepOurs, Withdraw }

    /// How people are referred to a service that only this practice knows: nothing is sent to it from here.
    enum LocalMethod { Phone, Print, Elsewhere, SelfReferral }

    /// What stands beside a published service, on this practice's own word.
    #[derive(Default)]
    struct ServiceLayer {
        /// The oldest first.
        pub entries: Vec<LayerEntry>,
        /// This practice's own check, beside the published one.
        pub own_check: Option<OwnCheck>,
        /// Still to be told to the curator, or to be decided.
        pub corrections: Vec<CorrectionView>,
        /// What the entry says now, of what can be corrected.
        pub fields: Vec<FieldValue>,
        /// What was published anew since this referrer last sent somebody there.
        pub since_used: Option<SinceUsed>,
        /// Only this practice knows it.
        pub is_local: bool,
        /// Whoever sits here may pin, hide, and take away what others put there.
        pub may_keep: bool,
    }

    struct LayerEntry {
        pub id: String,
        pub what: LayerKind,
        pub words: String,
        pub by: String,
        /// DD-Mmm-YYYY
        pub on: String,
        pub may_end: bool,
        /// The entry was published anew since.
        pub entry_has_changed: bool,
    }

    struct OwnCheck {
        pub days_ago: u32,
        pub by: String,
        pub how: CheckedHow,
        pub who_answered: String,
        /// The entry was published anew since.
        pub entry_has_changed: bool,
    }

    struct CorrectionView {
        pub id: String,
        pub service_id: String,
        pub service_name: String,
        /// A code of `SERVICE_FIELDS`.
        pub field: String,
        pub base: String,
        pub proposed: String,
        /// What is published now, where it is neither.
        pub published: Option<String>,
        pub words: String,
        pub by: String,
        pub on: String,
        /// "open", "conflict", "taken-up", "withdrawn", "gone"
        pub state: String,
        pub may_withdraw: bool,
    }

    struct FieldValue {
        pub field: String,
        pub value: String,
    }

    struct SinceUsed {
        pub used_on: String,
        pub changes: Vec<ChangeView>,
    }

    struct ChangeView {
        /// "added", "gone", or a code of `SERVICE_FIELDS`.
        pub field: String,
        pub before: String,
        pub after: String,
        pub on: String,
        #[ts(type = "number")]
        pub version: u64,
    }

    /// Which entries need a check and why, or those whose names hold the words.
    struct DirectoryList {
        pub rows: Vec<DirectoryRow>,
        /// How many there are besides.
        pub more: u32,
    }

    struct DirectoryRow {
        pub service_id: String,
        pub name: String,
        /// Referrals of the last 12 months.
        pub uses: u32,
        /// The most pressing first; empty where nothing asks for a check.
        pub due: Vec<DueView>,
        pub checked_days_ago: Option<u32>,
        /// Who answers there, as the entry says.
        pub contact: Option<String>,
        pub phone: Option<String>,
        pub pinned: bool,
        pub hidden: bool,
        pub do_not_refer: bool,
        pub is_local: bool,
        /// It has left the directory.
        pub is_gone: bool,
        /// Then, why, where that is said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub left: Option<LeftView>,
    }

    struct DueView {
        /// "bounced", "gone", "in-conflict", "rejected", "pause-ended", "changed", "never-checked", "old"
        pub due: String,
        /// DD-Mmm-YYYY
        pub on: Option<String>,
        pub days: Option<u32>,
    }

    /// What happened to a service, the newest first.
    struct ServiceHistory {
        pub name: String,
        /// Why it is not in the directory any more.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub left: Option<LeftView>,
        pub layer: ServiceLayer,
        pub lines: Vec<HistoryLine>,
    }

    struct HistoryLine {
        /// UTC, ISO 8601.
        pub at: String,
        /// Who; null where it was published.
        pub by: Option<String>,
        /// "published", "put", "taken-away", "checked", "corrected", "settled", "address", "referral"
        pub what: String,
        /// A code: of a field, a kind, how it was checked, where a correction stands, what was done about an address ("proposed", "approved",
        /// "approved-by-phone", "refused", "phoned"), or what became of a referral ("failed", "rejected").
        pub code: String,
        /// The field of a correction.
        pub field: Option<String>,
        pub before: String,
        /// Or the address, where it is still known; or the referral's reference.
        pub after: String,
        /// Words of a note, or who answered.
        pub words: String,
        /// Why a referral failed, as a code of `SEND_PROBLEMS`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub send_problem: Option<String>,
        #[ts(type = "number | null")]
        pub version: Option<u64>,
    }

    struct CorrectionsView {
        pub open: Vec<CorrectionView>,
        /// Those that were taken up in the last 12 months.
        pub taken_up: Vec<CorrectionView>,
        pub directory_name: String,
        #[ts(type = "number")]
        pub directory_version: u64,
        /// The curators' e-mail address, where the directory gives one.
        pub corrections_to: Option<String>,
    }

    struct ExportedCorrections {
        pub path: String,
        pub count: u32,
    }

    struct LocalServiceForm {
        pub name: String,
        /// A code of `CATEGORIES`.
        pub category: String,
        pub description: String,
        /// Separated by commas.
        pub helps_with: String,
        pub contact: String,
        pub phone: String,
        pub method: LocalMethod,
        pub how: String,
    }

    struct LocalServiceRow {
        pub service_id: String,
        pub local: LocalServiceForm,
    }

    /// What a person decided of an uncertain send.
    enum UnknownDecision { ItArrived, SendAgain }

    /// "referral-changed": read this one again.
    struct ReferralChanged {
        pub id: String,
    }
}
