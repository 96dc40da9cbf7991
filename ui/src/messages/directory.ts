// The place Directory and what a practice puts beside a service: checks, notes, corrections, its own services, prepared e-mails.
import type {
	ChangeView,
	CheckedHow,
	CorrectionsView,
	CorrectionView,
	DirectoryRow,
	DueView,
	HistoryLine,
	LayerKind,
	LocalMethod,
	OwnCheck,
	ServiceCard,
} from '../backend/types';
import { SEND_PROBLEMS } from './sending';
import { words, type Words } from './words';

/** The parts of an entry, as codes of Rust's `ServiceField`. */
export const SERVICE_FIELDS: Words = {
	'duty-line': 'Phone number',
	contact: 'Named contact',
	wait: 'Wait',
	'how-to-refer': 'How to refer',
	'sending-address': 'Sending address',
	criteria: 'Who it is for',
	status: 'Open, paused or closed',
	name: 'Name',
	other: 'Something else',
	description: 'Description',
	ages: 'Ages',
	areas: 'Areas',
	modes: 'How people are seen',
	sessions: 'Sessions',
	cost: 'Cost',
	capacity: 'Capacity',
	promise: 'What it promises referrers',
	languages: 'Languages',
	accessibility: 'Access',
	'words-for-patient': 'Words for the patient',
	website: 'Website',
};

export const DIRECTORY = {
	parts: 'Parts of Directory',
	checks: 'To check',
	corrections: 'Corrections',
	own: 'Our own services',
	find: 'Find an entry',
	findHint: 'Part of its name; empty for those that need a check',
	rule: 'What this practice refers to most comes first, then what presses most.',
	nothingDue: 'Nothing needs a check now.',
	nothingFound: 'No entry has that in its name.',
	stillRight: 'Still right',
	wrong: 'This is wrong',
	back: 'Back to the list',
	history: 'What happened to it',
	noHistory: 'Nothing has been written down or published anew since this computer has it.',
	list: 'Entries',
} as const;

export function entriesWords(shown: number, more: number, filtered: boolean): string {
	const total = shown + more;
	const count = total === 1 ? '1 entry' : `${total} entries`;
	const all = filtered ? count : `${count} ${total === 1 ? 'needs' : 'need'} a check`;
	return more === 0 ? `${all}.` : `${all}; the first ${shown} are shown.`;
}

export function usesWords(uses: number): string {
	if (uses === 0) return 'not referred to in 12 months';
	return uses === 1 ? '1 referral in 12 months' : `${uses} referrals in 12 months`;
}

export const DUE: Words = {
	bounced: 'A referral to it failed',
	gone: 'Has left the directory',
	'in-conflict': 'Our correction, and something else was published',
	rejected: 'It turned a referral away',
	'pause-ended': 'Its pause has ended',
	changed: 'Published anew since we checked it',
	'never-checked': 'Nobody has checked it',
	old: 'Last check is old',
};

/** "A referral to it failed on 12-Nov-2026" */
export function dueWords({ due, on, days }: DueView): string {
	const what = words(DUE, due);
	if (due === 'pause-ended') return `${what}: last day ${on ?? ''}`;
	if (days !== null) return `Checked ${days} days ago`;
	return on === null ? what : `${what}, ${on}`;
}

export const MARKS = {
	pinned: 'pinned',
	hidden: 'hidden',
	doNotRefer: 'do not refer',
	local: 'our own',
	gone: 'not in the directory',
} as const;

export function marksOf(row: Pick<DirectoryRow, 'pinned' | 'hidden' | 'doNotRefer' | 'isLocal'>): string[] {
	return [
		...(row.doNotRefer ? [MARKS.doNotRefer] : []),
		...(row.pinned ? [MARKS.pinned] : []),
		...(row.hidden ? [MARKS.hidden] : []),
		...(row.isLocal ? [MARKS.local] : []),
	];
}

// --- Still right ---

export const STILL_RIGHT = {
	how: 'How did you ask the service?',
	who: 'Who answered?',
	hint: '1 to 9, then Enter',
	whoever: 'Whoever answered the phone',
	somebodyElse: 'Somebody else',
	name: 'Name or role',
	save: 'Still right',
	cancel: 'Cancel',
	howMissing: 'Say how you asked',
	whoMissing: 'Say who answered',
	whoeverSaid: 'whoever picked up the phone',
} as const;

export const CHECKED_HOW: Readonly<Record<CheckedHow, string>> = { phone: 'By phone', email: 'By e-mail', inPerson: 'In person' };

/** As the timeline has them. */
export const CHECKED_CODES: Words = { phone: 'by phone', email: 'by e-mail', 'in-person': 'in person' };

export function verifiedWords(name: string): string {
	return `${name}: still right, written down.`;
}

function daysAgo(days: number): string {
	if (days === 0) return 'today';
	return days === 1 ? '1 day ago' : `${days} days ago`;
}

/** "Checked by us 12 days ago by phone, by Sam Lister: Amy Cope answered." */
export function ownCheckWords({ daysAgo: days, by, how, whoAnswered, entryHasChanged }: OwnCheck): string {
	const since = entryHasChanged ? ' Published anew since.' : '';
	return `Checked by us ${daysAgo(days)} ${CHECKED_HOW[how].toLowerCase()}, by ${by}: ${whoAnswered} answered.${since}`;
}

// --- What stands beside a service ---

export const LAYER = {
	heading: 'Ours',
	addNote: 'Write a note',
	stop: 'Do not refer…',
	pin: 'Pin',
	hide: 'Hide…',
	wrong: 'This entry is wrong',
	wrongKey: 'Ctrl+E',
	ask: 'Ask the service to check',
	noteLabel: 'Note on this service',
	noteHint: 'Everybody here reads it. Nothing about a patient.',
	stopLabel: 'Why should nobody refer there?',
	stopHint: 'It stops Send for everybody here, with your name and these words.',
	hideLabel: 'Why should it not be in our lists?',
	hideHint: 'It is still found by its name, with your name and these words.',
	save: 'Save',
	cancel: 'Cancel',
	missing: 'Say it in a few words',
	changed: 'The entry has been published anew since.',
	taken: 'Taken away.',
	corrected: 'Suggested:',
	since: 'Published anew since you last sent somebody here',
} as const;

export const LAYER_ENDS: Readonly<Record<LayerKind, string>> = {
	note: 'Take away',
	pin: 'Unpin',
	hidden: 'Show again',
	doNotRefer: 'Lift it',
};

export const LAYER_KINDS: Readonly<Record<LayerKind, string>> = {
	note: 'Note',
	pin: 'Pinned',
	hidden: 'Hidden',
	doNotRefer: 'Do not refer',
};

/** As the timeline has them. */
const KIND_CODES: Words = { note: 'note', pin: 'pin', hidden: 'hidden from our lists', 'do-not-refer': 'do not refer' };

export function savedLayerWords(kind: LayerKind, name: string): string {
	const what: Readonly<Record<LayerKind, string>> = {
		note: `Note on ${name} saved.`,
		pin: `${name} is pinned: it comes first wherever it is found.`,
		hidden: `${name} is hidden from our lists.`,
		doNotRefer: `Nothing is sent to ${name} from here until somebody lifts it.`,
	};
	return what[kind];
}

export function fieldChangeWords({ field, before, after, on, version }: ChangeView): string {
	const when = `${on}, version ${version}`;
	if (field === 'added') return `New in the directory (${when})`;
	if (field === 'gone') return `Left the directory (${when})`;
	return `${words(SERVICE_FIELDS, field)}: ${quoted(before)} → ${quoted(after)} (${when})`;
}

function quoted(text: string): string {
	return text === '' ? 'nothing' : `“${text}”`;
}

// --- This entry is wrong ---

export const WRONG = {
	legend: 'Which part is wrong?',
	hint: '1 to 9',
	now: 'Published:',
	nothingNow: 'nothing',
	proposed: 'It should say',
	words: 'How do you know? (can stay empty)',
	wordsHint: 'The curator reads it. Nothing about a patient.',
	save: 'Suggest it',
	cancel: 'Cancel',
	partMissing: 'Choose the part that is wrong',
	same: 'Say what it should say: that is what it says now',
} as const;

export function suggestedWords(name: string): string {
	return `Suggested for ${name}. It stands under Directory, Corrections, to be sent to the curator.`;
}

// --- Corrections ---

export const CORRECTIONS = {
	none: 'No correction is open.',
	text: 'What people here say that entries should say. It stands beside the published entry until the curator has taken it up.',
	published: 'Published then',
	now: 'Published now',
	proposed: 'We say',
	ours: 'Ours is still right',
	theirs: 'Take what is published',
	withdraw: 'Withdraw',
	takenHeading: 'Taken up by the curator in the last 12 months',
	exportHeading: 'To the curator',
	exportText: 'The file and the e-mail hold the open corrections. They name no patient and nobody of this practice.',
	folder: 'Folder for the file',
	folderHint: 'The whole path, as the file manager shows it',
	export: 'Write the file',
	folderMissing: 'Name a folder',
	email: 'E-mail to the curator: mark it, and press Ctrl+C',
	kept: 'Ours goes on, beside what is published now.',
	withdrawn: 'Withdrawn.',
} as const;

export const CORRECTION_STATES: Words = {
	open: 'open',
	conflict: 'in conflict: something else was published',
	'taken-up': 'taken up by the curator',
	withdrawn: 'withdrawn',
	gone: 'the service has left the directory',
};

export function exportedCorrectionsWords(path: string, count: number): string {
	return `Written: ${path} (${count === 1 ? '1 correction' : `${count} corrections`}).`;
}

/** "Phone number should say “…”, Sam Lister, 21-Nov-2026" */
export function correctionWords({ field, proposed, by, on }: CorrectionView): string {
	return `${words(SERVICE_FIELDS, field)} should say ${quoted(proposed)}, ${by}, ${on}`;
}

/** Prepared for the curator; no patient, and nobody of the practice by name. */
export function curatorEmail(view: CorrectionsView, practice: string): string {
	const rows = view.open.map(({ serviceName, serviceId, field, base, proposed, published, words: why }) =>
		[
			`${serviceName} (${serviceId})`,
			`  ${words(SERVICE_FIELDS, field)}`,
			`  published: ${quoted(published ?? base)}`,
			`  we say: ${quoted(proposed)}`,
			...(why === '' ? [] : [`  ${why}`]),
		].join('\n'),
	);
	return [
		...(view.correctionsTo === null ? [] : [`To: ${view.correctionsTo}`]),
		`Subject: Corrections to ${view.directoryName}, version ${view.directoryVersion}`,
		'',
		`Dear curator of ${view.directoryName},`,
		'',
		`These entries are not right, as far as we know at ${practice}:`,
		'',
		rows.join('\n\n'),
		'',
		'Please check them with the services before you change anything.',
		'',
		practice,
	].join('\n');
}

// --- Ask the service ---

export const ASK_SERVICE = {
	label: 'E-mail to the service: mark it, and press Ctrl+C',
	close: 'Close',
} as const;

/** Prepared for the service itself, which needs no account: it answers by e-mail. No patient in it. */
export function serviceEmail(card: ServiceCard, practice: string): string {
	const fields = card.layer.fields.filter(({ field }) => field !== 'other');
	const rows = fields.map(({ field, value }) => `  ${words(SERVICE_FIELDS, field)}: ${value === '' ? '(nothing)' : value}`);
	return [
		// The directory gives out no address for enquiries: whoever sends it knows where it goes.
		...(card.contact === null ? [] : [`For: ${card.contact}`]),
		`Subject: Is your entry in the directory of services still right? ${card.name}`,
		'',
		`Dear ${card.name},`,
		'',
		`GP practices find you by this entry, and send people to you by it. Is it still right?`,
		'',
		rows.join('\n'),
		'',
		'If all of it is right, please answer “still right”, with your name and role.',
		'If something is not, please answer with what it should say. We pass it on to whoever publishes the directory; a changed sending address is checked by phone before anybody uses it.',
		'Please do not write about any patient in your answer.',
		'',
		practice,
	].join('\n');
}

// --- Our own services ---

export const OWN = {
	text: 'Services that only this practice knows, such as a walking group. They are found like the others and marked as our own. Nothing is sent to them from Onward.',
	none: 'There are none yet.',
	add: 'Add a service',
	change: 'Change',
	remove: 'Remove',
	name: 'Name',
	category: 'Kind',
	description: 'What it is',
	helpsWith: 'Helps with',
	helpsWithHint: 'Words to find it by, with commas between them',
	contact: 'Who to ask for',
	phone: 'Phone number',
	method: 'How are people referred?',
	how: 'In words',
	howHint: 'What a colleague does: whom to ring, where the form lies',
	save: 'Save',
	cancel: 'Cancel',
	saved: 'Saved. It is found from now on.',
	removed: 'Removed.',
	nameMissing: 'Give it a name',
	methodMissing: 'Say how people are referred',
	howMissing: 'Say in words how people are referred',
} as const;

export const LOCAL_METHODS: Readonly<Record<LocalMethod, string>> = {
	phone: 'By phone',
	print: 'On paper',
	elsewhere: 'In another system',
	selfReferral: 'The patient contacts it',
};

// --- The timeline ---

export function historyWords(line: HistoryLine): string {
	const { what, code, before, after, words: said } = line;
	const more = said === '' ? '' : `: ${said}`;
	if (what === 'published') {
		const version = `version ${line.version ?? ''}`;
		if (code === 'added') return `New in the directory, ${version}`;
		if (code === 'gone') return `Left the directory, ${version}`;
		return `Published, ${version}. ${words(SERVICE_FIELDS, code)}: ${quoted(before)} → ${quoted(after)}`;
	}
	if (what === 'put') return `${capital(words(KIND_CODES, code))}${more}`;
	if (what === 'taken-away') return `Taken away: ${words(KIND_CODES, code)}${more}`;
	if (what === 'checked') return `Still right, asked ${words(CHECKED_CODES, code)}: ${said} answered`;
	if (what === 'address') return `${words(ADDRESS_ACTS, code)}${after === '' ? '' : `: ${after}`}${whoAnsweredWords(said)}`;
	if (what === 'referral') return troubleWords(line);
	const part = words(SERVICE_FIELDS, line.field ?? '');
	if (what === 'corrected') return `Suggested. ${part}: ${quoted(before)} → ${quoted(after)}${more}`;
	return `Correction of ${part.toLowerCase()} ${words(CORRECTION_STATES, code)}`;
}

/** What was done about an address of it. */
export const ADDRESS_ACTS: Words = {
	proposed: 'Address looked at, and proposed',
	approved: 'Address approved by a second person',
	'approved-by-phone': 'Address approved after a phone call',
	refused: 'Address refused: nothing is sent there',
	phoned: 'Phoned, because the directory was too old to send by',
};

function whoAnsweredWords(said: string): string {
	return said === '' ? '' : ` (who answered: ${said})`;
}

/** Why it was turned away stands with the referral alone: those words are about a patient. */
function troubleWords({ code, after: reference, sendProblem }: HistoryLine): string {
	if (code === 'rejected') return `It turned a referral away: ${reference}, where the reason stands`;
	const why = sendProblem === undefined ? '' : `. ${words(SEND_PROBLEMS, sendProblem)}`;
	return `A referral to it failed: ${reference}${why}`;
}

function capital(text: string): string {
	return text.charAt(0).toUpperCase() + text.slice(1);
}
