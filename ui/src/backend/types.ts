// Generated from src-tauri/src/views.rs, and compared with it by a test. Not edited by hand.

/**
 * The address before and the one now, in pieces: what is only in one of them is marked.
 */
export type AddressChange = { before: Array<AddressPiece>, now: Array<AddressPiece>, };

export type AddressPiece = { text: string, changed: boolean, };

/**
 * An address that this practice has not approved as it stands in the directory now.
 */
export type AddressRow = { endpointId: string, 
/**
 * Of the record that is shown.
 */
digest: string, serviceName: string, address: string, 
/**
 * The service's name as it was approved before, where it goes by another now.
 */
nameBefore: string | null, 
/**
 * Beside what was approved before, where there is something.
 */
change: AddressChange | null, warnings: Array<AddressWarning>, 
/**
 * The name of whoever has looked at it; another person approves.
 */
proposedBy: string | null, proposedByMe: boolean, };

/**
 * Which address, as it was shown.
 */
export type AddressShown = { endpointId: string, digest: string, };

/**
 * Why somebody should look twice.
 */
export type AddressWarning = { code: AddressWarningCode, 
/**
 * The other address, or the former host; "" where there is none.
 */
detail: string, };

export type AddressWarningCode = "looksLike" | "otherHost" | "outsideNhs" | "mixedScripts";

export type AuditRow = { seq: number, 
/**
 * UTC, ISO 8601.
 */
at: string, 
/**
 * A name, or "onward" for the program itself.
 */
who: string, 
/**
 * A code of `ACTS`.
 */
act: string, 
/**
 * The name of a member of staff, a reference, or an id.
 */
subject: string, };

/**
 * The newest acts of people and of the program, and whether the whole chain of them is as it was written.
 */
export type AuditView = { rows: Array<AuditRow>, whole: boolean, 
/**
 * The row where it is not as it was written; null when it is whole.
 */
tamperedAt: number | null, };

/**
 * The backups of each day.
 */
export type BackupsView = { 
/**
 * The folder that the practice named beside the computer's own place; null when only that is used.
 */
folder: string | null, 
/**
 * UTC, ISO 8601.
 */
lastGoodAt: string | null, 
/**
 * Why the newest try came to nothing: a code.
 */
problem: string | null, };

/**
 * The patient banner, in the formats of the NHS Common User Interface.
 */
export type Banner = { 
/**
 * "SMITH, John (Mr)"
 */
name: string, 
/**
 * "14-Jul-1945 (81y)", or null
 */
born: string | null, 
/**
 * "Male", "Female", "Not Known", "Not Specified"
 */
gender: string, 
/**
 * "999 000 0018", or null
 */
nhsNumber: string | null, 
/**
 * The local time of the paste, "14:02"; null when typed
 */
pastedAt: string | null, };

export type ChangeView = { 
/**
 * "added", "gone", or a code of `SERVICE_FIELDS`.
 */
field: string, before: string, after: string, on: string, version: number, };

/**
 * How somebody asked a service whether its entry is right.
 */
export type CheckedHow = "phone" | "email" | "inPerson";

/**
 * A safety concern that somebody reported on this computer.
 */
export type ConcernRow = { 
/**
 * UTC, ISO 8601.
 */
at: string, who: string, words: string, programVersion: string, 
/**
 * Its name and version.
 */
directory: string, 
/**
 * The place of the window that was open.
 */
place: string, };

export type Consent = "patientInPerson" | "patientByPhone" | "patientByVideo" | "onTheirBehalf";

/**
 * The text for the patient's record lies on the clipboard; it is cleared when it is still there after so long.
 */
export type CopiedView = { reference: string, secondsUntilCleared: number, };

/**
 * What a person decides of a correction.
 */
export type CorrectionDecision = "keepOurs" | "withdraw";

export type CorrectionView = { id: string, serviceId: string, serviceName: string, 
/**
 * A code of `SERVICE_FIELDS`.
 */
field: string, base: string, proposed: string, 
/**
 * What is published now, where it is neither.
 */
published: string | null, words: string, by: string, on: string, 
/**
 * "open", "conflict", "taken-up", "withdrawn", "gone"
 */
state: string, mayWithdraw: boolean, };

export type CorrectionsView = { open: Array<CorrectionView>, 
/**
 * Those that were taken up in the last 12 months.
 */
takenUp: Array<CorrectionView>, directoryName: string, directoryVersion: number, 
/**
 * The curators' e-mail address, where the directory gives one.
 */
correctionsTo: string | null, };

/**
 * What a person says to a criterion. One that is not met stands in nobody's way, with or without a reason.
 */
export type CriterionAnswer = { 
/**
 * As the card gave it.
 */
key: string, 
/**
 * Null where the form settles it, and only the reason is a person's.
 */
met: boolean | null, 
/**
 * Why this person is referred although it is not met; may be empty.
 */
reason: string, };

export type CriterionOutcome = "met" | "notMet" | "notKnown";

/**
 * The service's own sentence beside what is known of the patient.
 */
export type CriterionView = { 
/**
 * Names the rule, and not the service where another can ask the same; only to be handed back with an answer.
 */
key: string, sentence: string, 
/**
 * What is known: "81", "Moorlands Surgery"; null when nothing is.
 */
known: string | null, outcome: CriterionOutcome, 
/**
 * Not met, it keeps the service from being offered.
 */
hard: boolean, 
/**
 * No fact settles it, and a person may answer.
 */
answerable: boolean, 
/**
 * What was answered: true is met.
 */
answered: boolean | null, 
/**
 * The line of reason for one that is not met.
 */
reason: string, 
/**
 * What must not be so ("in crisis"): the person who answers sees it beside the sentence, so that "met" is not taken for a yes.
 */
excludes?: string, };

/**
 * Which entries need a check and why, or those whose names hold the words.
 */
export type DirectoryList = { rows: Array<DirectoryRow>, 
/**
 * How many there are besides.
 */
more: number, };

export type DirectoryRow = { serviceId: string, name: string, 
/**
 * Referrals of the last 12 months.
 */
uses: number, 
/**
 * The most pressing first; empty where nothing asks for a check.
 */
due: Array<DueView>, checkedDaysAgo: number | null, 
/**
 * Who answers there, as the entry says.
 */
contact: string | null, phone: string | null, pinned: boolean, hidden: boolean, doNotRefer: boolean, isLocal: boolean, 
/**
 * It has left the directory.
 */
isGone: boolean, 
/**
 * Then, why, where that is said.
 */
left?: LeftView, };

export type DirectoryState = { name: string, version: number, serviceCount: number, 
/**
 * UTC, ISO 8601: when it was last known to be the newest.
 */
refreshedAt: string, 
/**
 * Since when refreshing it fails.
 */
failingSince: string | null, 
/**
 * When the curators' signatures ended; null while they hold.
 */
expiredAt: string | null, 
/**
 * Since when a newer version waits for a person's yes, because it changes much.
 */
heldSince: string | null, 
/**
 * A version that is held, addresses to approve, services to phone; 0 for those who do not keep the directory.
 */
waitingForKeepers: number, };

/**
 * The other drafts that were set aside.
 */
export type DraftSummary = { id: string, patient: string | null, serviceName: string | null, 
/**
 * UTC, ISO 8601.
 */
changedAt: string, };

/**
 * A draft: a patient, a chosen service and the form, with what still stands in the way of sending.
 */
export type DraftView = { id: string, banner: Banner | null, patient: Array<PatientFieldView>, 
/**
 * The pasted text says that the patient has died: nothing can be referred.
 */
deceased: boolean, form: ReferralForm, serviceName: string | null, problems: Array<Problem>, 
/**
 * Referrals of the same person on this computer, the newest first: pointed out, never in the way.
 */
earlier: Array<EarlierReferral>, 
/**
 * Said before Send.
 */
wouldWait: WouldWait | null, };

export type DueView = { 
/**
 * "bounced", "gone", "in-conflict", "rejected", "pause-ended", "changed", "never-checked", "old"
 */
due: string, 
/**
 * DD-Mmm-YYYY
 */
on: string | null, days: number | null, };

/**
 * A referral that is open, or was made in the last 90 days.
 */
export type EarlierReferral = { referralId: string, reference: string, serviceId: string, serviceName: string, 
/**
 * The code of a `ReferralState`.
 */
state: string, 
/**
 * Since it was queued; 0 is today.
 */
days: number, open: boolean, 
/**
 * Within 90 days.
 */
recent: boolean, };

/**
 * Everything about one patient, written into a folder.
 */
export type ExportView = { folder: string, referrals: number, drafts: number, };

export type ExportedCorrections = { path: string, count: number, };

export type ExtraAnswer = { questionId: string, answer: string, };

export type ExtraQuestionView = { id: string, question: string, required: boolean, choices: Array<string>, };

export type FieldValue = { field: string, value: string, };

export type FilingView = { deed: string, by: string, at: string, };

/**
 * A version that changes so much that a person is asked, or that got a no.
 */
export type HeldChanges = { 
/**
 * Given back with the yes or no.
 */
publication: string, heldAt: string, refused: boolean, version: number, servicesBefore: number, servicesNew: number, servicesChanged: number, servicesGone: number, endpointsBefore: number, endpointsNew: number, endpointsChanged: number, endpointsGone: number, };

export type HistoryLine = { 
/**
 * UTC, ISO 8601.
 */
at: string, 
/**
 * Who; null where it was published.
 */
by: string | null, 
/**
 * "published", "put", "taken-away", "checked", "corrected", "settled", "address", "referral"
 */
what: string, 
/**
 * A code: of a field, a kind, how it was checked, where a correction stands, what was done about an address ("proposed", "approved",
 * "approved-by-phone", "refused", "phoned"), or what became of a referral ("failed", "rejected").
 */
code: string, 
/**
 * The field of a correction.
 */
field: string | null, before: string, 
/**
 * Or the address, where it is still known; or the referral's reference.
 */
after: string, 
/**
 * Words of a note, or who answered.
 */
words: string, 
/**
 * Why a referral failed, as a code of `SEND_PROBLEMS`.
 */
sendProblem?: string, version: number | null, };

export type HitView = { id: string, name: string, category: string, step: number | null, waitWeeks: number | null, 
/**
 * Said over 90 days ago: never counted as short.
 */
waitIsOld: boolean, 
/**
 * "fibro → fibromyalgia"
 */
why: Array<string>, 
/**
 * One of the referrer's favourites.
 */
favourite: boolean, 
/**
 * How a referral goes, as on the card: "secure-email", "self-referral", "elsewhere", …
 */
method: string, 
/**
 * This practice put it on top, knows it alone, or does not refer there.
 */
pinned: boolean, isLocal: boolean, doNotRefer: boolean, 
/**
 * Only in "My usual": the reasons with which this referrer sends there most; choosing the hit ticks them.
 */
reasons: Array<string>, };

export type LayerEntry = { id: string, what: LayerKind, words: string, by: string, 
/**
 * DD-Mmm-YYYY
 */
on: string, mayEnd: boolean, 
/**
 * The entry was published anew since.
 */
entryHasChanged: boolean, };

/**
 * What a practice can put beside a service.
 */
export type LayerKind = "note" | "pin" | "hidden" | "doNotRefer";

/**
 * What became of a service that has left the directory.
 */
export type LeftView = { id: string, name: string, 
/**
 * "closed", "merged", "withdrawn", "error"
 */
reason: string, 
/**
 * DD-Mmm-YYYY
 */
on: string, 
/**
 * The last of those that took its place, where that is still listed.
 */
successorId: string | null, successorName: string | null, };

/**
 * How people are referred to a service that only this practice knows: nothing is sent to it from here.
 */
export type LocalMethod = "phone" | "print" | "elsewhere" | "selfReferral";

export type LocalServiceForm = { name: string, 
/**
 * A code of `CATEGORIES`.
 */
category: string, description: string, 
/**
 * Separated by commas.
 */
helpsWith: string, contact: string, phone: string, method: LocalMethod, how: string, };

export type LocalServiceRow = { serviceId: string, local: LocalServiceForm, };

export type MailSecurity = "startTls" | "implicitTls";

export type MailboxForm = { host: string, port: number, security: MailSecurity, username: string, 
/**
 * Empty: the one that is kept. It never comes back.
 */
password: string, fromAddress: string, fromName: string, };

export type MailboxMessage = { row: MailboxRow, text: string, attachments: Array<string>, };

/**
 * A message in the demonstration mailbox.
 */
export type MailboxRow = { number: number, receivedAt: string, from: string, to: string, subject: string, };

/**
 * What became of a message from the mailbox to itself: none when its server took it, else a code of `SEND_PROBLEMS`.
 */
export type MailboxTest = { problem: string | null, };

/**
 * Five cases or more: fewer say nothing.
 */
export type MeasuredView = { n: number, medianDays: number, acceptedPercent: number, daysToReply: number, };

export type NotOpenView = { id: string, name: string, 
/**
 * "age", "area", "closed", "paused"; "hidden" where this practice hid it; "left" for a favourite that has left the directory
 */
reason: string, 
/**
 * "aged 18 or over", "until 01-Feb-2027"
 */
detail: string | null, replacedById: string | null, replacedByName: string | null, 
/**
 * Why it has left.
 */
left?: LeftView, };

/**
 * Counts for the line at the foot of the window.
 */
export type OutboxState = { waiting: number, needsAttention: number, 
/**
 * Why nothing can be sent just now ("cannot-connect", "sign-in-refused", "certificate"), if so.
 */
channelProblem: string | null, 
/**
 * Referrals that nobody has ticked as filed in the patient's record.
 */
toFile: number, };

export type OwnCheck = { daysAgo: number, by: string, how: CheckedHow, whoAnswered: string, 
/**
 * The entry was published anew since.
 */
entryHasChanged: boolean, };

/**
 * The fields of a patient, in the order in which they are shown.
 */
export type PatientField = "nhsNumber" | "noNhsNumberReason" | "title" | "given" | "family" | "birthDate" | "gender" | "address" | "postcode" | "phones" | "email" | "language" | "interpreterNeeded" | "communicationNeeds" | "safeContactNote";

/**
 * One field as it stands in the draft.
 */
export type PatientFieldView = { field: PatientField, 
/**
 * As shown for editing: phones one a line, the address one part a line, dates DD-Mmm-YYYY, "yes" or "" for interpreter.
 */
value: string, 
/**
 * The piece of the pasted text that it came from.
 */
source: string | null, 
/**
 * "missing", "not-valid", "placeholder", "future", "conflict", …
 */
problem: string | null, 
/**
 * The different values that one paste held; the person chooses.
 */
choices: Array<string>, };

/**
 * An approved address to which nothing is sent until somebody has phoned the service: the directory is too old to be believed.
 */
export type PhoneCheckRow = { endpointId: string, digest: string, serviceName: string, address: string, 
/**
 * As the directory gives it; null where it gives none.
 */
phone: string | null, };

export type PracticeForm = { odsCode: string, name: string, phone: string, };

/**
 * Something that stands in the way of sending. `field` is a `PatientField`, a key of `ReferralForm`, or "extra:<question id>".
 */
export type Problem = { field: string, code: string, detail: string | null, };

/**
 * The published directory that the practice follows, and how refreshing it goes.
 */
export type PublishedDirectory = { address: string, 
/**
 * Of its first root, in groups of four digits.
 */
fingerprint: string, version: number | null, 
/**
 * Days, ISO 8601.
 */
publishedOn: string | null, 
/**
 * UTC, ISO 8601.
 */
lastCheckedAt: string | null, lastGoodAt: string | null, failingSince: string | null, 
/**
 * A code of an error; null where it does not fail.
 */
failingWhy: string | null, 
/**
 * When the curators' signatures end.
 */
expiresAt: string | null, expired: boolean, 
/**
 * Since when a service is phoned before anything is sent to it.
 */
tooOldSince: string | null, 
/**
 * This computer's clock seems wrong by what was signed.
 */
clockWarning: boolean, held: HeldChanges | null, };

/**
 * A referral that was just queued, with its time to undo.
 */
export type QueuedView = { referralId: string, 
/**
 * The reference that both sides quote: "ONW-7K3F-92QD".
 */
reference: string, patient: string, serviceName: string, 
/**
 * UTC, ISO 8601: it leaves no earlier.
 */
notBeforeAt: string, secondsToUndo: number, };

/**
 * Closing inside the undo time: send now, or keep as drafts.
 */
export type QuitChoice = "sendNow" | "keepAsDraft" | "stay";

/**
 * The key that opens the records on any computer: shown once.
 */
export type RecoveryKeyView = { 
/**
 * Eight groups of four.
 */
printed: string, };

/**
 * "referral-changed": read this one again.
 */
export type ReferralChanged = { id: string, };

/**
 * A referral whole: where it stands, what can be done, and everything that happened.
 */
export type ReferralDetail = { row: ReferralRow, 
/**
 * Its service is not in the directory any more.
 */
left?: LeftView, banner: Banner, address: string, referrer: string, sentBy: string, servicePhone: string | null, 
/**
 * What a person can do now: "undo", "send-now", "try-again", "it-arrived", "send-again", "withdraw".
 */
actions: Array<string>, 
/**
 * What the service could answer now, to be written down by hand.
 */
replies: Array<Reply>, 
/**
 * "chased", "acknowledged", "recall", "decline".
 */
followUps: Array<string>, secondsToUndo: number | null, 
/**
 * Why it failed or is uncertain, as a code of `SEND_PROBLEMS`.
 */
problem: string | null, timeline: Array<TimelineEntry>, 
/**
 * The letter as it was sent, as text.
 */
letterText: string, 
/**
 * What `copy_for_record` copies; empty where there is nothing to file.
 */
recordText: string, 
/**
 * What was ticked as filed last: "referred", "taken-back", "parked", "declined"; by whom; and when (UTC, ISO 8601).
 */
filed: FilingView | null, };

/**
 * What the GP fills in for a referral, whole each time.
 */
export type ReferralForm = { serviceId: string | null, 
/**
 * Codes of `REFERRAL_REASONS` in `messages.ts`.
 */
reasons: Array<string>, reasonText: string, consent: Consent | null, 
/**
 * How the patient agreed, or who agreed for them and why.
 */
consentNote: string, crisis: SafetyAnswer | null, 
/**
 * How it was dealt with.
 */
crisisNote: string, redFlags: SafetyAnswer | null, redFlagsNote: string, mayLeaveVoicemail: boolean, mayText: boolean, bestTimes: string, 
/**
 * The total of a PHQ-9 and its item 9, as typed; empty where there is none.
 */
phq9Total: string, phq9Item9: string, 
/**
 * The id of a service that was checked too long ago, of which a person said "I will phone".
 */
willPhone: string | null, 
/**
 * Answers to the service's own questions, by the question's id.
 */
extraAnswers: Array<ExtraAnswer>, 
/**
 * Answers to services' criteria, by the criterion's key. One holds for each service that asks the same.
 */
criteria: Array<CriterionAnswer>, };

/**
 * One line of the list of referrals.
 */
export type ReferralRow = { id: string, reference: string, patient: string, serviceName: string, 
/**
 * The code of a `ReferralState`.
 */
state: string, 
/**
 * UTC, ISO 8601: of the last event.
 */
changedAt: string, 
/**
 * Who holds clinical responsibility: "practice" or "service".
 */
responsibility: string, 
/**
 * The role that acts next, and by when (DD-Mmm-YYYY), if anybody must.
 */
owner: string | null, nextOn: string | null, 
/**
 * The role that acts when the owner is away.
 */
deputy: string | null, servicePhone: string | null, 
/**
 * Failed, unknown, held, rejected, unanswered: on top.
 */
needsAttention: boolean, 
/**
 * Why: "failed", "no-answer", "recall-due", …
 */
attention: string | null, 
/**
 * Not ticked as filed in the patient's record.
 */
toFile: boolean, };

export type RefreshDoing = "asking" | "verified" | "fetching" | "applying";

/**
 * "directory-refreshing": what the refresh that somebody asked for is doing.
 */
export type RefreshStep = { doing: RefreshDoing, 
/**
 * While fetching: what has come of the files, and how long they are together.
 */
bytes: number, ofBytes: number, 
/**
 * While applying.
 */
services: number, };

/**
 * What a service answered, written down by hand.
 */
export type Reply = "received" | "accepted" | "informationRequested" | "couldNotContact" | "rejected" | "ended";

/**
 * How long after its end what identifies a patient is kept.
 */
export type RetentionView = { days: number, shortestDays: number, longestDays: number, };

/**
 * What somebody is here for; each may what its name says (`referrals/src/people/role.rs`).
 */
export type Role = "clinician" | "admin" | "manager";

/**
 * None present / present and dealt with / not asked. None is preselected.
 */
export type SafetyAnswer = "askedNone" | "presentDealtWith" | "notAsked";

export type SearchView = { hits: Array<HitView>, hiddenByAge: number, hiddenByArea: number, hiddenClosed: number, 
/**
 * Hidden by this practice.
 */
hiddenHere: number, 
/**
 * The directory is a country's: services of other areas are not looked at, and not counted.
 */
elsewhereNotCounted: boolean, 
/**
 * Searched by name, but not open to this patient: shown greyed, with the reason and the successor.
 */
notOpen: Array<NotOpenView>, 
/**
 * Words of crisis were typed: the fixed text is shown, whatever else is.
 */
crisis: boolean, 
/**
 * What words were taken for, where that is not what was typed.
 */
understoodAs: Array<TakenForView>, 
/**
 * The hits are "My usual": nothing was typed.
 */
usual: boolean, 
/**
 * It is what the practice sends to most: this referrer has no usual yet.
 */
ofPractice: boolean, };

/**
 * Everything of a service that a GP uses, in one view.
 */
export type ServiceCard = { id: string, name: string, organisation: string, category: string, description: string, steps: Array<number>, modes: Array<string>, sessions: string | null, singlePointOfAccess: boolean, childServices: Array<ServiceLink>, stepUp: Array<ServiceLink>, stepDown: Array<ServiceLink>, 
/**
 * Services that are also offered from this one: on the back of the referral that the practice already makes.
 */
alsoOffered: Array<ServiceLink>, interventions: Array<string>, practitionerTypes: Array<string>, supervisedBy: string | null, criteria: Array<CriterionView>, waitWeeks: number | null, waitStatedBy: string | null, 
/**
 * DD-Mmm-YYYY
 */
waitStatedOn: string | null, waitIsOld: boolean, 
/**
 * What referrals measured, apart from what the service states; none below five cases.
 */
measured: MeasuredView | null, capacity: string | null, 
/**
 * "Checked 12 days ago by Amy, OT, by phone": days, by, how
 */
checkedDaysAgo: number | null, checkedBy: string | null, checkedHow: string | null, 
/**
 * "fresh", "over-90", "over-180" days ago, or "never": from "over-180" on a person says that they phone.
 */
checkedAge: string, 
/**
 * How a referral goes: "secure-email", "self-referral", "elsewhere", …
 */
method: string, 
/**
 * The address it will be sent to, where it is sent at all.
 */
address: string | null, 
/**
 * The service's words where it is not sent from here.
 */
methodWords: string | null, contact: string | null, dutyLine: string | null, repliesWithinWorkingDays: number | null, feedsBack: string | null, cost: Array<string>, travel: string | null, accessibility: string | null, languages: Array<string>, evidence: string | null, say: string | null, ifInMyHead: string | null, patientSheet: string | null, extraQuestions: Array<ExtraQuestionView>, 
/**
 * Why it cannot be referred to now: "age", "area", "closed", "paused"; null when it can.
 */
notOpen: string | null, 
/**
 * "aged 18 or over", "until 01-Feb-2027"
 */
notOpenDetail: string | null, 
/**
 * What the service says of being paused or closed.
 */
statusReason: string | null, replacedBy: ServiceLink | null, 
/**
 * One of the referrer's favourites.
 */
favourite: boolean, layer: ServiceLayer, };

/**
 * What happened to a service, the newest first.
 */
export type ServiceHistory = { name: string, 
/**
 * Why it is not in the directory any more.
 */
left?: LeftView, layer: ServiceLayer, lines: Array<HistoryLine>, };

/**
 * What stands beside a published service, on this practice's own word.
 */
export type ServiceLayer = { 
/**
 * The oldest first.
 */
entries: Array<LayerEntry>, 
/**
 * This practice's own check, beside the published one.
 */
ownCheck: OwnCheck | null, 
/**
 * Still to be told to the curator, or to be decided.
 */
corrections: Array<CorrectionView>, 
/**
 * What the entry says now, of what can be corrected.
 */
fields: Array<FieldValue>, 
/**
 * What was published anew since this referrer last sent somebody there.
 */
sinceUsed: SinceUsed | null, 
/**
 * Only this practice knows it.
 */
isLocal: boolean, 
/**
 * Whoever sits here may pin, hide, and take away what others put there.
 */
mayKeep: boolean, };

/**
 * Another service that a card names.
 */
export type ServiceLink = { id: string, name: string, step: number | null, waitWeeks: number | null, waitIsOld: boolean, 
/**
 * Why it is not open to this patient: "age", "area", "closed", "paused"; null when it is.
 */
notOpen: string | null, };

/**
 * Who sits here, and what they may.
 */
export type SessionView = { signedIn: StaffMember | null, 
/**
 * Nobody touched the window for ten minutes: what was there before asks for the PIN.
 */
veiled: boolean, 
/**
 * False in a demonstration, and before anybody has a PIN.
 */
asksPin: boolean, mayRefer: boolean, mayFollowUp: boolean, mayKeepDirectory: boolean, maySetUp: boolean, mayReadAuditTrail: boolean, mayKeepRecords: boolean, };

export type SetUpStep = "records" | "practice" | "people" | "mailbox" | "directory" | "addresses";

export type SetUpStepView = { step: SetUpStep, done: boolean, };

/**
 * How far the set-up is, with what was filled in.
 */
export type SetUpView = { steps: Array<SetUpStepView>, 
/**
 * The next step that is not done; null when it can be finished.
 */
next: SetUpStep | null, practice: PracticeForm | null, staff: Array<StaffMember>, 
/**
 * Without its password.
 */
mailbox: MailboxForm | null, directory: DirectoryState | null, };

export type SinceUsed = { usedOn: string, changes: Array<ChangeView>, };

/**
 * Name, job and role of somebody, as typed.
 */
export type StaffForm = { name: string, job: string, role: Role, };

export type StaffMember = { id: string, name: string, 
/**
 * As it stands on letters: "GP".
 */
job: string, role: Role, hasPin: boolean, };

/**
 * A typed word or phrase and what it was taken for; several where an abbreviation has several meanings.
 */
export type TakenForView = { typed: string, takenFor: Array<string>, };

export type TimelineEntry = { 
/**
 * UTC, ISO 8601.
 */
at: string, 
/**
 * The code of an event type: "queued", "sent", …
 */
kind: string, actor: string, detail: string | null, 
/**
 * Came too late to change anything.
 */
late: boolean, };

/**
 * What a person decided of an uncertain send.
 */
export type UnknownDecision = "itArrived" | "sendAgain";

/**
 * How often nothing local was found for a need, in the last 12 months.
 */
export type UnmetNeedRow = { 
/**
 * A code of `REFERRAL_REASONS`, or "other".
 */
need: string, count: number, 
/**
 * DD-Mmm-YYYY
 */
lastOn: string, };

/**
 * How this folder of data is used, for good.
 */
export type UseMode = "demonstration" | "real" | "setUp" | "recover";

/**
 * What Rust refused or could not do. The window acts on `code`; the words are in `messages.ts`.
 */
export type WindowError = { code: string, detail: string | null, problems: Array<Problem>, 
/**
 * With "service-left": what became of the service.
 */
left?: LeftView, };

/**
 * Whatever the frame of the window shows on every screen.
 */
export type WindowState = { mode: UseMode, practiceName: string, practiceOdsCode: string, directory: DirectoryState, outbox: OutboxState, staff: Array<StaffMember>, 
/**
 * The member of staff in whose name referrals are made now; "" before there is one.
 */
referrerId: string, session: SessionView, 
/**
 * Why real records could not be opened: a code.
 */
trouble: string | null, 
/**
 * Then, the folder of the newest backup that is whole.
 */
newestBackup: string | null, };

/**
 * It would be held, or would wait, if it were sent now.
 */
export type WouldWait = { 
/**
 * "do-not-refer", "not-approved", "address-changed", "mailbox-not-set"; else why the channel waits, as a code of `SEND_PROBLEMS`.
 */
why: string, 
/**
 * The role that acts, and by when (DD-Mmm-YYYY).
 */
owner: string, by: string, 
/**
 * Who said not to refer there, when and why.
 */
detail: string | null, 
/**
 * Another way to reach the service.
 */
phone: string | null, };
