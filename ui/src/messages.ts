// Every word that people read. Rust gives codes and facts; the words are made here, once, in plain British English.
// Safety wording follows the NHS rules on the fixed crisis text and on red flags; it waits for a clinical safety officer's signature.
import type {
	Consent,
	CriterionOutcome,
	MeasuredView,
	PatientField,
	QuitChoice,
	SafetyAnswer,
	SearchView,
	ServiceCard,
	ServiceLink,
} from './backend/types';

export type Words = Readonly<Record<string, string>>;

/** The words for a code; a code that nobody wrote words for is shown as it is, rather than hidden. */
export function words(list: Words, code: string): string {
	return list[code] ?? code.replaceAll('-', ' ');
}

// --- The frame -------------------------------------------------------------------------------------------------------

export const DEMONSTRATION_STRIP = 'DEMONSTRATION: made-up services. Nothing leaves this computer.';
/** An installed program that has not been set up. */
export const SET_UP = {
	heading: 'Onward is not set up on this computer',
	paragraphs: [
		'Real use is set up by the practice: its details and staff, the mailbox that it sends from, and the directory that it follows. This version does that from the command line (onward-cli practice set, mailbox set, directory load); it is not yet for live use.',
		'To try Onward with made-up services and a mailbox on this computer, close this window and start the demonstration:',
	],
	demonstration: 'onward --demonstration',
} as const;

export const PLACES = { refer: 'Refer', referrals: 'Referrals', mailbox: 'Demonstration mailbox' } as const;

export function outboxWords(waiting: number, needsAttention: number): string {
	const queue = waiting === 0 ? 'outbox empty' : `${waiting} waiting`;
	return needsAttention === 0 ? queue : `${queue}, ${needsAttention} ${needsAttention === 1 ? 'needs' : 'need'} attention`;
}

/** Nags until somebody has ticked each. */
export function toFileWords(count: number): string {
	return `${count} not filed in the record`;
}

// --- The patient -----------------------------------------------------------------------------------------------------

export const PATIENT_FIELDS: Readonly<Record<PatientField, string>> = {
	nhsNumber: 'NHS number',
	noNhsNumberReason: 'Why there is no NHS number',
	title: 'Title',
	given: 'Given name',
	family: 'Family name',
	birthDate: 'Date of birth',
	gender: 'Gender',
	address: 'Address',
	postcode: 'Postcode',
	phones: 'Phone numbers',
	email: 'Email address',
	language: 'Language',
	interpreterNeeded: 'Interpreter needed',
	communicationNeeds: 'Communication needs',
	safeContactNote: 'Safe to contact: anything to know',
};

export const PATIENT_HINTS: Readonly<Partial<Record<PatientField, string>>> = {
	birthDate: 'For example, 14-Jul-1945',
	phones: 'One a line',
	address: 'One part a line',
	communicationNeeds: 'Such as large print, British Sign Language, easy read',
	safeContactNote: 'Such as “only ring before 3”',
};

/** Referrals of the same person that this computer knows of. */
export const EARLIER = {
	heading: 'Open referrals (on this computer):',
	region: 'Open referrals of this patient',
} as const;

function dayWords(days: number): string {
	return days === 0 ? 'today' : `day ${days}`;
}

/** “Pain Platform: accepted by the service, day 22”. */
export function earlierWords(serviceName: string, state: string, days: number): string {
	const where = words(STATES, state);
	const said = where.startsWith('NOT') ? where : where.charAt(0).toLowerCase() + where.slice(1);
	return `${serviceName}: ${said}, ${dayWords(days)}`;
}

/** Pointed out at the service's choice; it stands in nobody's way. */
export function repeatWords(reference: string, state: string, days: number): string {
	const when = days === 0 ? 'today' : days === 1 ? 'yesterday' : `${days} days ago`;
	return `Already referred here ${when} (${reference}, on this computer): ${words(STATES, state)}. You can still send.`;
}

export const DECEASED = {
	heading: 'This record says that the patient has died',
	text: 'Nothing can be referred from here. If the record is wrong, correct it in the clinical system and paste it again.',
} as const;

// --- Finding a service -----------------------------------------------------------------------------------------------

export const SEARCH = {
	label: 'Find a service',
	hint: 'Up and Down look, Enter chooses',
	rule: 'sorted by fit, then step, then stated wait',
	nothing: 'Nothing matches.',
	nothingHint: 'Try fewer letters, another word for the problem, or the name of the service.',
	favourite: 'favourite',
	chosen: 'chosen',
	notOpen: 'Not open to this patient',
} as const;

export const USUAL = {
	heading: 'My usual',
	rule: 'your favourites, then what you send to most',
	ruleOfPractice: 'what the practice sends to most',
	nothing: 'Your favourites (Ctrl+D) and the services that you send to most will stand here.',
} as const;

/** Nobody says of a service that it is missing unless nothing fits: counted without the patient. */
export const UNMET = {
	ask: 'Nothing fits? Record it',
	askWhenNothing: 'No good local service: record it',
	heading: 'No good local service',
	text: 'Kept: what was missing, who recorded it, and when. Nothing about the patient is kept, and not the words that you typed.',
	legend: 'No good local service: what was missing?',
	hint: '1 to 9, Enter',
	record: 'Record it',
	stay: 'Not now',
	none: 'Tick what was missing',
	listHeading: 'No good local service: what was missing',
	listAbout: 'Last 12 months, recorded without the patient',
	need: 'What was missing',
	count: 'Times',
	last: 'Last',
} as const;

export function unmetWords(count: number): string {
	const times = count === 1 ? 'the first in 12 months' : `${count} in the last 12 months`;
	return `Recorded: no good local service (${times}). Nothing about the patient was kept.`;
}

export function countWords(count: number): string {
	return count === 1 ? '1 service' : `${count} services`;
}

/** What a search found, for who hears it: words of crisis first; one that was asked for by its name is found, though it is not open. */
export function foundWords({ crisis, hits, notOpen }: Pick<SearchView, 'crisis' | 'hits' | 'notOpen'>): string {
	const closed = notOpen.length === 0 ? SEARCH.nothing : `${SEARCH.notOpen}: ${notOpen.map(({ name }) => name).join(', ')}.`;
	const found = hits.length === 0 ? closed : countWords(hits.length);
	return crisis ? `Words of crisis: this tool is not for emergencies. Read the crisis text. ${found}` : found;
}

export function lookInsteadWords(name: string): string {
	return `Look at ${name} instead`;
}

/** "OT: occupational therapy"; what has several meanings is shown with each of them. */
export function takenForWords(typed: string, takenFor: readonly string[]): string {
	const meanings = takenFor.length > 1 ? `${takenFor.slice(0, -1).join(', ')} or ${takenFor.at(-1) ?? ''}` : takenFor.join();
	return `${typed}: ${meanings}`;
}

export function reasonsWords(codes: readonly string[]): string {
	return codes.map((code) => REFERRAL_REASONS.find((reason) => reason.code === code)?.words ?? code).join(', ');
}

/** What choosing did, so that nothing is ticked unseen. */
export function chosenWords(name: string, ticked: readonly string[]): string {
	return ticked.length === 0 ? '' : `${name} chosen. Ticked as usual: ${reasonsWords(ticked)}.`;
}

export function favouriteWords(name: string, favourite: boolean): string {
	return favourite ? `${name} is one of your favourites now.` : `${name} is not one of your favourites any more.`;
}

export const NOT_OPEN: Words = {
	age: 'not open to this age',
	area: 'does not serve this patient’s area',
	closed: 'closed',
	paused: 'paused',
};

/** "closed, since 01-Sep-2026: the contract ended." */
export function notOpenWords(reason: string, detail: string | null): string {
	const why = words(NOT_OPEN, reason);
	return `${detail === null ? why : `${why}, ${detail}`.replace(/\.$/, '')}.`;
}

/** Why Enter does not choose a service, or null when it does. */
export function cannotReferWords(name: string, notOpen: string | null, isSentFromHere: boolean): string | null {
	if (notOpen !== null) return `${name} cannot be referred to now: ${words(NOT_OPEN, notOpen)}.`;
	return isSentFromHere ? null : `Onward does not send to ${name}. Its card says how to refer.`;
}

export function hiddenWords(age: number, area: number, closed: number, elsewhereNotCounted: boolean): string | null {
	const total = age + area + closed;
	const elsewhere = elsewhereNotCounted ? 'services of other areas are not counted' : null;
	if (total === 0) return elsewhere;
	const parts = [
		[age, 'age'],
		[area, 'area'],
		[closed, 'closed'],
	]
		.filter(([count]) => count !== 0)
		.map(([count, why]) => `${why} ${count}`);
	const hidden = `${total} hidden: ${parts.join(', ')}`;
	return elsewhere === null ? hidden : `${hidden}; ${elsewhere}`;
}

export const CATEGORIES: Words = {
	'talking-therapies': 'Talking therapies',
	'pain-platform': 'Pain platform',
	'occupational-therapy': 'Occupational therapy',
	'social-prescribing': 'Social prescribing',
	physiotherapy: 'Physiotherapy',
	'pain-clinic': 'Pain clinic',
	'pain-management-programme': 'Pain management programme',
	'self-management': 'Self-management',
	exercise: 'Exercise',
	'peer-support': 'Peer support',
	carers: 'Carers',
	'money-advice': 'Money advice',
	housing: 'Housing',
	sleep: 'Sleep',
	'work-support': 'Work support',
	dietetics: 'Dietetics',
	'social-care': 'Social care',
	crisis: 'Crisis',
	bereavement: 'Bereavement',
	'drug-and-alcohol': 'Drugs and alcohol',
	'mental-health': 'Mental health',
	other: 'Other',
};

export const MODES: Words = {
	phone: 'phone',
	video: 'video',
	'face-to-face': 'face to face',
	online: 'online',
	group: 'group',
	home: 'at home',
};

export const METHODS: Words = {
	'secure-email': 'Sent by secure email',
	fhir: 'Sent to the service’s system',
	webhook: 'Sent to the service’s system',
	'web-form': 'Not sent from here: the service has a web form',
	'self-referral': 'Not sent from here: the patient contacts the service',
	'in-house': 'Not sent from here: a task or slot in the clinical system',
	elsewhere: 'Not sent from here: refer in another system',
	phone: 'Not sent from here: the service takes referrals by phone',
	print: 'Not sent from here: the service takes referrals on paper',
};

/** In the list, only where a referral is not sent from here. */
export const METHODS_IN_LIST: Words = {
	'web-form': 'web form',
	'self-referral': 'self-referral',
	'in-house': 'in the clinical system',
	elsewhere: 'not sent from here',
	phone: 'by phone',
	print: 'on paper',
};

export const CARD = {
	favourite: 'Favourite',
	choose: 'Refer to this service',
	chosen: 'Chosen for this referral',
	notOpen: 'Cannot be referred to now:',
	instead: 'Instead:',
	also: 'Also on the back of this referral:',
	singlePoint: 'Single point of access: triage chooses among',
	singlePointAlone: 'Single point of access: triage chooses.',
	stepUp: 'Step up:',
	stepDown: 'Step down:',
	say: 'Say it',
	inMyHead: '“So it’s in my head?”',
	sheet: 'Patient’s sheet',
	more: 'More about it',
} as const;

export const CARD_FACTS = {
	wait: 'Wait',
	capacity: 'Capacity',
	how: 'How',
	contact: 'Contact',
	dutyLine: 'Duty line',
	promise: 'Promise',
	patient: 'For the patient',
	evidence: 'Evidence',
	sessions: 'Sessions',
	interventions: 'What they do',
	practitioners: 'Who works there',
	supervised: 'Supervised',
	languages: 'Languages',
	accessibility: 'Access',
} as const;

export const CRITERIA = {
	asks: 'The service asks for',
	known: 'You know',
	outcome: 'Met?',
	keys: 'F6, then 1 or 2',
	notKnown: 'not known',
	yourAnswer: 'your answer',
	clear: 'clear',
	reason: 'Why all the same? One line, for the letter',
} as const;

/** Beside a sentence such as "People under that team are treated there", so that "met" is not taken for a yes. */
export function excludesWords(excludes: string): string {
	return `(must not be: ${excludes})`;
}

export const CRITERION_ANSWERS = [
	{ value: 'met', words: 'met' },
	{ value: 'notMet', words: 'not met' },
] as const;

export function backWords(name: string): string {
	return `Back to ${name}`;
}

function daysWords(days: number): string {
	return days === 1 ? '1 day' : `${days} days`;
}

/** Who checked the record, and what referrals measured: nothing is said of fewer than five cases (Rust gives none). */
export function trustWords(card: Pick<ServiceCard, 'checkedDaysAgo' | 'checkedBy' | 'checkedHow' | 'measured'>): string {
	const { checkedDaysAgo, checkedBy, checkedHow, measured } = card;
	const by = checkedBy === null ? '' : ` by ${checkedBy}`;
	const how = checkedHow === null ? '' : `, ${checkedHow}`;
	const when = checkedDaysAgo === 0 ? 'today' : `${daysWords(checkedDaysAgo ?? 0)} ago`;
	const checked = checkedDaysAgo === null ? 'Not checked with the service yet' : `Checked ${when}${by}${how}`;
	if (measured === null) return checked;
	return `${checked} · accepts ${measured.acceptedPercent}% · replies in ${daysWords(measured.daysToReply)}`;
}

/** Our own loop beside what the service states. */
export function measuredWords({ medianDays, n }: MeasuredView): string {
	return `ours: ${daysWords(medianDays)} (n=${n})`;
}

/** "step 3, 12 wk" */
export function linkWords(link: Pick<ServiceLink, 'step' | 'waitWeeks' | 'waitIsOld' | 'notOpen'>): string {
	if (link.notOpen !== null) return words(NOT_OPEN, link.notOpen);
	const step = link.step === null ? [] : [`step ${link.step}`];
	return [...step, ...(link.waitWeeks === null ? [] : [waitWords(link.waitWeeks, link.waitIsOld)])].join(', ');
}

export const OUTCOMES: Readonly<Record<CriterionOutcome, string>> = { met: 'met', notMet: 'not met', notKnown: 'not known' };

export function weeksWords(weeks: number): string {
	if (weeks === 0) return 'under 1 week';
	return weeks === 1 ? '1 week' : `${weeks} weeks`;
}

export function waitWords(weeks: number | null, isOld: boolean): string {
	if (weeks === null) return 'wait not stated';
	const wait = weeks === 0 ? 'under 1 wk' : `${weeks} wk`;
	return isOld ? `${wait}, old` : wait;
}

// --- The form --------------------------------------------------------------------------------------------------------

export interface Reason {
	readonly code: string;
	readonly words: string;
}

/** Distress about pain stands apart from low mood: it is a different thing, and other services help with it. */
export const REFERRAL_REASONS: readonly Reason[] = [
	{ code: 'pain-over-3-months', words: 'Pain for over 3 months' },
	{ code: 'widespread-pain', words: 'Widespread pain or fibromyalgia' },
	{ code: 'back-pain', words: 'Back pain' },
	{ code: 'low-mood', words: 'Low mood' },
	{ code: 'anxiety', words: 'Anxiety or worry' },
	{ code: 'pain-distress', words: 'Distress related to pain (apart from depression)' },
	{ code: 'poor-sleep', words: 'Poor sleep' },
	{ code: 'fatigue', words: 'Fatigue' },
	{ code: 'daily-activities', words: 'Daily activities' },
	{ code: 'work', words: 'Work' },
	{ code: 'bereavement', words: 'Bereavement' },
	{ code: 'money', words: 'Money worries' },
	{ code: 'housing', words: 'Housing' },
	{ code: 'relationships', words: 'Relationships' },
];

/** What nothing local was found for: the reasons, and what is none of them. */
export const UNMET_NEEDS: readonly Reason[] = [...REFERRAL_REASONS, { code: 'other', words: 'Something else' }];

export function needWords(code: string): string {
	return UNMET_NEEDS.find((need) => need.code === code)?.words ?? code;
}

export const CONSENT: readonly { readonly value: Consent; readonly words: string }[] = [
	{ value: 'patientInPerson', words: 'in person' },
	{ value: 'patientByPhone', words: 'by phone' },
	{ value: 'patientByVideo', words: 'by video' },
	{ value: 'onTheirBehalf', words: 'on their behalf' },
];

export const FORM = {
	reasons: 'Reason',
	reasonsHint: '1 to 9 ticks, Enter goes on',
	reasonsTicked: 'ticked as usual: change what differs, 1 to 9',
	reasonText: 'In your own words',
	consent: 'Patient agrees to this referral and to sharing this information',
	consentHint: 'press 1 to 4',
	consentNote: 'Who agreed, and why on their behalf',
	crisis: 'In crisis?',
	crisisHint: 'press 1, 2 or 3',
	crisisNote: 'How it was dealt with',
	redFlags: 'Red flags?',
	redFlagsHint: 'press 1, 2 or 3',
	redFlagsNote: 'How they were dealt with',
	contact: 'Safe to contact by',
	contactHint: 'off until asked',
	mayLeaveVoicemail: 'voicemail',
	mayText: 'text message',
	bestTimes: 'Best times to ring',
	extra: 'This service also asks',
} as const;

export const CRISIS_ANSWERS: readonly { readonly value: SafetyAnswer; readonly words: string }[] = [
	{ value: 'askedNone', words: 'Asked, no' },
	{ value: 'presentDealtWith', words: 'Yes, dealt with' },
	{ value: 'notAsked', words: 'Not asked' },
];

export const RED_FLAG_ANSWERS: readonly { readonly value: SafetyAnswer; readonly words: string }[] = [
	{ value: 'askedNone', words: 'Asked, none' },
	{ value: 'presentDealtWith', words: 'Present, dealt with' },
	{ value: 'notAsked', words: 'Not asked' },
];

/** The fixed crisis text (NICE NG225 advises against tools that grade people, so this only says where help is). */
export const CRISIS = {
	heading: 'Is this person at risk now? This tool is not for emergencies.',
	lines: [
		'If life is at risk, or they have harmed themselves: 999 or A&E.',
		'NHS 111, select the mental health option (2): 24 hours a day, 7 days a week.',
		'Samaritans: 116 123, free, at any time.',
	],
} as const;

/** Cauda equina: immediate referral to an emergency department. No set pattern, so any one of them counts. */
export const RED_FLAGS = {
	heading: 'Back pain with any of these is an emergency (cauda equina)',
	text: 'New pain in both legs; loss of feeling around the genitals or back passage; a change of bladder, bowel or sexual function. There is no set pattern. Immediate referral to a hospital emergency department.',
	others:
		'Ask too about cancer, weight loss without a cause, fever or infection, injury or fragile bones, weakness that gets worse, and headache with sore temples or sight problems.',
} as const;

export interface SendParts {
	readonly patient: string | null;
	readonly born: string | null;
	readonly service: string | null;
}

/** The button says whom and where. */
export function sendWords({ patient, born, service }: SendParts): string {
	if (patient === null)
		return service === null ? 'Send: patient and service still needed' : `Send to ${service}: patient still needed`;
	const who = born === null ? patient : `${patient}, born ${born}`;
	if (service === null) return `Send ${who}: service still needed`;
	return born === null ? `Send ${who} to ${service}` : `Send ${who}, to ${service}`;
}

export const SEND = {
	undoTime: '60 seconds to undo',
	keys: 'or Ctrl+Enter',
	problemsHeading: 'Not sent: this is still needed',
} as const;

// --- What stands in the way ------------------------------------------------------------------------------------------

export const FORM_FIELDS: Words = {
	patient: 'Patient',
	serviceId: 'Service',
	criteria: 'What was written about the service’s criteria',
	reasons: 'Reason',
	reasonText: 'Reason in your own words',
	consent: 'Agreement',
	consentNote: 'Who agreed on their behalf',
	crisis: 'In crisis',
	crisisNote: 'How the crisis was dealt with',
	redFlags: 'Red flags',
	redFlagsNote: 'How the red flags were dealt with',
	bestTimes: 'Best times to ring',
};

/** What is wrong with a field, to follow the field's name. */
export const PROBLEM_CODES: Words = {
	'address-changed': 'has a new sending address since you chose it: choose another service, then this one again',
	'not-approved': 'has a sending address that the practice has not approved yet, so it cannot be sent: refer another way',
	missing: 'is missing',
	'not-valid': 'is not valid: check it against the record',
	'not-a-date': 'is not a date: write it like 14-Jul-1945',
	'check-digit': 'does not add up: one digit is wrong, check it against the record',
	placeholder: 'is a placeholder, not a real one: check the record',
	future: 'is in the future: check it against the record',
	'too-old': 'is too long ago: check it against the record',
	conflict: 'has two different values in what was pasted: choose the right one',
	'too-long': 'is too long: shorten it',
	deceased: 'has died, so nothing can be referred',
	'not-demonstration': 'is not a test number: a demonstration takes only numbers that begin with 999',
	age: 'is not open to this patient’s age: choose another service',
	area: 'does not serve this patient’s area: choose another service',
	closed: 'is closed: choose another service',
	paused: 'is paused: choose another service',
	unknown: 'is not in the directory any more: choose a service again',
	'not-sent-from-here': 'is not sent to from here: the card says how to refer',
};

/** Where a plain sentence is clearer than "field + problem". */
export const PROBLEM_SENTENCES: Words = {
	'patient:missing': 'Paste or type the patient’s details',
	'patient:deceased': DECEASED.heading,
	'serviceId:missing': 'Choose a service',
	'reasons:missing': 'Say why: tick a reason or write it in your own words',
	'consent:missing': 'Say who agreed to this referral',
	'consentNote:missing': 'Say who agreed on the patient’s behalf, and why',
	'crisis:missing': 'Answer “In crisis?”',
	'crisisNote:missing': 'Say how the crisis was dealt with',
	'redFlags:missing': 'Answer “Red flags?”',
	'redFlagsNote:missing': 'Say how the red flags were dealt with',
	'noNhsNumberReason:missing': 'Enter the NHS number, or say why there is none',
	'nhsNumber:missing': 'Enter the NHS number, or say why there is none',
	'birthDate:missing': 'Enter the date of birth',
	'family:missing': 'Enter the family name',
};

export function fieldWords(field: string, question: string | null = null): string {
	if (field.startsWith('extra:')) return question ?? 'The service’s question';
	return FORM_FIELDS[field] ?? PATIENT_FIELDS[field as PatientField] ?? field;
}

export function problemWords(field: string, code: string, detail: string | null, question: string | null = null): string {
	const sentence = PROBLEM_SENTENCES[`${field}:${code}`];
	if (sentence !== undefined) return sentence;
	if (field.startsWith('extra:') && PROBLEM_CODES[code] === PROBLEM_CODES['missing'])
		return `Answer “${fieldWords(field, question)}”`;
	const what = `${fieldWords(field, question)} ${words(PROBLEM_CODES, code)}`;
	return detail === null ? what : `${what} (${detail})`;
}

// --- Errors ----------------------------------------------------------------------------------------------------------

/** What happened and what to do next. */
export const ERROR_CODES: Words = {
	clipboard:
		'The clipboard could not be written, so nothing was copied. Open the referral, mark the text for the record and press Ctrl+C.',
	incomplete: 'Something is still needed before this can be sent.',
	'draft-changed': 'What stands on the screen could not be saved, so nothing was sent. Look it over, then send again.',
	'not-a-test-patient':
		'A demonstration takes only test patients, whose NHS numbers begin with 999. Nothing of this one was kept.',
	'too-late': 'Too late to undo: it is already being sent. Phone the service, and see in Referrals what can be done.',
	'not-found': 'That is not here any more. Look again in the list.',
	'not-allowed': 'That cannot be done now: its state has changed. Read it again, then choose.',
	'too-large': 'That is too much text for one patient. Paste the patient’s banner or one letter.',
	empty: 'There was no text to read. Copy the patient’s details in the clinical system, then paste again.',
	unreadable: 'No patient could be read from that text. Type the details instead.',
	'directory-missing': 'There is no directory of services on this computer yet. Ask the practice admin.',
	'directory-changed': 'The directory has changed meanwhile. Choose the service again.',
	'practice-not-set': 'The practice’s details and staff are not set up yet. Ask the practice admin.',
	'mailbox-not-set': 'No mailbox to send from is set up, so this is not queued. Ask the practice admin.',
	letter:
		'The letter could not be made from this, so it is not queued. What you typed is still here: shorten it, then try again.',
	store:
		'The practice’s data could not be read or written. What you typed is still here: see whether the disk is full, close other copies of Onward, and try again.',
	'keychain-unavailable': 'The computer’s keychain cannot be opened. Sign in again, or ask your IT support.',
	internal: 'Something went wrong inside Onward. What you typed is still here: try again, and restart if it goes on.',
};

export const ERROR_UNKNOWN = 'Something went wrong. What you typed is still here: try again, and restart Onward if it goes on.';

export function errorWords(code: string): string {
	return ERROR_CODES[code] ?? `${ERROR_UNKNOWN} (${code})`;
}

// --- After sending ---------------------------------------------------------------------------------------------------

export function leavesWords(seconds: number): string {
	return seconds > 0 ? `leaves in ${seconds} s` : 'leaving now';
}

export const AFTER_SEND = {
	undo: 'Undo',
	sendNow: 'Send now',
	close: 'Hide',
	open: 'Open it',
	undone: 'NOT SENT: back in your drafts',
	idle: 'Put away after 10 minutes without a key: it is in the drafts, NOT SENT',
} as const;

/** Into the patient's record, which is the practice's own: the copy here is only a copy. */
export const RECORD = {
	heading: 'For the patient’s record',
	copy: 'Copy for the record',
	key: 'F8',
	filed: 'Filed',
	notFiled: 'Not filed yet',
	nothing: 'There is no referral here to copy for the record.',
} as const;

export function copiedWords(seconds: number): string {
	return `Copied. Paste it into the record, then tick Filed. The clipboard is cleared after ${seconds} s.`;
}

export function filedWords(deed: string, by: string, at: string): string {
	return `Filed by ${by}, ${at}: ${words(DEEDS, deed)}`;
}

/** What was filed. */
export const DEEDS: Words = {
	referred: 'the referral',
	'taken-back': 'that it was taken back',
	parked: 'that it was put off',
	declined: 'that it was declined',
};

/** A referral's state. "Sent" is only a mail server's word; the tick waits for the service's own. */
export const STATES: Words = {
	draft: 'Draft',
	queued: 'Queued',
	undone: 'NOT SENT: undone',
	sending: 'Sending',
	sent: 'Sent: the mail server accepted it',
	unknown: 'Not certain: it may have been sent',
	failed: 'NOT SENT: failed',
	held: 'NOT SENT: held',
	received: 'Received by the service',
	'information-requested': 'The service asks for more',
	accepted: 'Accepted by the service',
	redirected: 'Passed on to another service',
	'stepped-up': 'Stepped up',
	'stepped-down': 'Stepped down',
	'could-not-contact': 'The service could not reach the patient',
	started: 'Started',
	ended: 'Ended',
	rejected: 'Not accepted by the service',
	withdrawn: 'Withdrawn',
	declined: 'The patient said no',
	parked: 'Parked',
	'no-good-local-service': 'No good local service',
};

/** States that the service itself has confirmed: only these may have a tick. */
export const CONFIRMED_BY_SERVICE: ReadonlySet<string> = new Set(['received', 'accepted', 'started']);

export const EVENT_TYPES: Words = {
	...STATES,
	undone: 'Undone: not sent',
	sending: 'Began to send',
	failed: 'Could not be sent',
	held: 'Held: not sent',
	postponed: 'Postponed: will be tried again',
	'tried-again': 'Queued again by a person',
	'decided-arrived': 'A person decided: it arrived',
	'decided-send-again': 'A person decided: send again, marked as a possible duplicate',
};

export const RESPONSIBILITY: Words = {
	practice: 'The practice holds clinical responsibility until it is accepted',
	service: 'The service holds clinical responsibility',
};

export const OWNERS: Words = {
	'practice-admin': 'practice admin',
	referrer: 'the referrer',
};

/**
 * Why a send failed or is not certain, or why nothing can be sent just now. Some of these happen before the letter leaves and after,
 * so none of them says whether it was sent: the state beside it does.
 */
export const SEND_PROBLEMS: Words = {
	'cannot-connect':
		'The mail server cannot be reached. Referrals wait safely and are tried again; check the network if it lasts.',
	'server-busy': 'The mail server is busy. Referrals wait safely and are tried again.',
	'server-refuses': 'The mail server refuses to take anything from here. Ask the practice admin or IT support.',
	'no-starttls': 'The mail server offers no secure connection, so it is not used. Ask IT support.',
	'plaintext-before-tls':
		'Something on the way meddled with the secure connection, so it is not used. Ask IT support before anybody sends again.',
	'certificate-expired':
		'The mail server’s certificate has run out, so it is not used. Check this computer’s date, then ask IT support.',
	'certificate-wrong-host':
		'The mail server’s certificate belongs to another server, so it is not used. Ask IT support before anybody sends again.',
	'certificate-unknown-issuer':
		'The mail server’s certificate comes from nobody whom this computer trusts, so it is not used. Ask IT support before anybody sends again.',
	certificate: 'The mail server’s certificate is not trusted, so it is not used. Ask IT support before anybody sends again.',
	tls: 'No secure connection to the mail server could be made. It is tried again; ask IT support if it lasts.',
	'sign-in-refused': 'The mail server refused the sign-in. The practice admin needs to check the mailbox’s password.',
	'sender-refused': 'The mail server refused the practice’s own address. The practice admin needs to check the mailbox.',
	'address-refused': 'The mail server refused the service’s address. Phone the service: its address may have changed.',
	'too-large': 'The message is larger than the mail server takes. Shorten it, or refer another way.',
	'content-refused': 'The mail server refused the message. Try again, or refer another way.',
	'asked-to-wait': 'The mail server asked to wait. It is tried again by itself.',
	'connection-lost': 'The connection to the mail server was lost.',
	'no-answer': 'The mail server did not answer in time.',
	garbled: 'The mail server’s answer could not be understood.',
	interrupted: 'Onward or the computer stopped while it was being sent.',
	'cannot-record':
		'Onward could not write to its own records, and sends nothing that it cannot record. See whether the disk is full.',
	'mailbox-not-set': 'No mailbox to send from is set up. Ask the practice admin.',
	'mailbox-unusable': 'The mailbox’s settings cannot be used. The practice admin needs to check them.',
	'restored-from-backup':
		'It was waiting when a backup was made, and the backup has been restored. It may have gone since: phone the service before it is sent.',
	'address-changed': 'The service’s address changed after you chose it, so it is held. Check the new address by phone.',
	'address-not-approved': 'The practice has not approved this address, so it is held.',
	'waited-over-a-day': 'It waited for over a day, so it is held. Confirm that it should still go.',
	'too-many-tries': 'It was tried for too long. Try again, or refer another way.',
	damaged: 'The message kept for sending is not as it was written, so it is held. Refer again, or another way.',
};

/** Who did it: a member of staff by name, or the program by itself. */
export function actorWords(actor: string): string {
	return actor === 'onward' ? 'Onward' : actor;
}

/** What a line of the timeline adds: why, where it is a code, else a person’s own words as they are. */
export function timelineWords(detail: string): string {
	return SEND_PROBLEMS[detail] ?? detail;
}

export const UNKNOWN_SEND = {
	heading: 'It may have been sent, or not',
	text: 'Nobody can tell from here. It is never sent again without a person’s decision. Phone the service and ask whether it arrived.',
	noPhone: 'No phone number is known for this service.',
	itArrived: 'It arrived',
	sendAgain: 'Send again, marked as a possible duplicate',
} as const;

export const ACTIONS: Words = {
	undo: 'Undo',
	'send-now': 'Send now',
	'try-again': 'Try again',
	'it-arrived': UNKNOWN_SEND.itArrived,
	'send-again': UNKNOWN_SEND.sendAgain,
	withdraw: 'Withdraw',
};

// --- Closing ---------------------------------------------------------------------------------------------------------

export function closeHeading(waiting: number): string {
	return waiting === 1 ? '1 referral has not left yet' : `${waiting} referrals have not left yet`;
}

export const QUIT_CHOICES: readonly { readonly choice: QuitChoice; readonly words: string }[] = [
	{ choice: 'sendNow', words: 'Send now, then close' },
	{ choice: 'keepAsDraft', words: 'Keep as drafts, then close' },
	{ choice: 'stay', words: 'Stay' },
];
