// A service's card: its kind, how it is referred to, its criteria, and its wait.
import type { CriterionOutcome, MeasuredView, ServiceCard, ServiceLink } from '../backend/types';
import { NOT_OPEN } from './search';
import { words, type Words } from './words';

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
	unassured: 'Not sent from here: a public entry, not checked by a curator',
};

/** In the list, only where a referral is not sent from here. */
export const METHODS_IN_LIST: Words = {
	'web-form': 'web form',
	'self-referral': 'self-referral',
	'in-house': 'in the clinical system',
	elsewhere: 'not sent from here',
	phone: 'by phone',
	print: 'on paper',
	unassured: 'public entry, not checked by a curator',
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
