// The place Practice: its parts; backups, who did what, and what is kept of patients.
import type { HeldChanges, RefreshDoing, RefreshStep, RetentionView } from '../backend/types';
import type { Words } from './words';

export const PRACTICE = {
	sections: 'Parts of Practice',
	people: 'People',
	details: 'Practice details',
	mailbox: 'Mailbox',
	directory: 'Directory',
	addresses: 'Addresses',
	backups: 'Backups',
	audit: 'Who did what',
	records: 'What is kept of patients',
} as const;

export const BACKUPS = {
	text: 'Every day Onward writes an encrypted copy of the practice’s records and opens it again, to see that it is whole. Without the recovery key, on paper, nobody can read it.',
	lastGood: 'Last good backup',
	never: 'None yet',
	placeHeading: 'A second place',
	placeText: 'A copy on the same disk is gone with it. Name a folder on another disk, or on the practice’s server.',
	folder: 'Folder for each day’s backup',
	folderHint: 'The whole path, as the file manager shows it; empty for none',
	saveFolder: 'Save',
	folderSaved: 'Saved. Each day’s backup goes there, too.',
	nowHeading: 'One more now',
	target: 'New folder for it',
	targetHint: 'The whole path of a folder that is not there yet',
	now: 'Back up now',
	done: 'Backed up, and opened again: the copy is whole.',
	doing: 'Backing up',
} as const;

/** Why the newest try came to nothing. */
export const BACKUP_PROBLEMS: Words = {
	'disk-full': 'The disk is full: no backup could be written.',
	'folder-missing': 'The folder of the backups is not there. See whether its disk is.',
	'folder-refused': 'The folder of the backups may not be written to. Ask your IT support.',
	'not-written': 'The last backup could not be written. Back up now; ask your IT support if that fails, too.',
	damaged:
		'The records, or the last backup, are damaged. Ask your IT support to look at the disk at once, and keep the older backups.',
	'key-file': 'The file of the records’ key is missing or damaged, so no backup could be made. Ask your IT support.',
};

export const AUDIT = {
	heading: 'Who did what',
	text: 'Every act, in an unbroken chain: a row that is changed or taken out is noticed. It holds no names of patients.',
	whole: 'The chain is whole.',
	number: 'No.',
	at: 'When',
	who: 'Who',
	act: 'What',
	subject: 'About',
	older: 'Older',
	newest: 'Newest',
	none: 'Nothing yet.',
} as const;

export function tamperedWords(seq: number | null): string {
	const where = seq === null ? '' : ` at number ${seq}`;
	return `The chain is broken${where}: something was changed or taken out there. Tell whoever is responsible for data protection, and change nothing until they have looked.`;
}

/** Acts of people and of the program, as the audit trail names them. */
export const ACTS: Words = {
	'chain-begun': 'The audit trail began',
	'chain-accepted': 'Saw what was wrong with the chain, and let it go on',
	'earlier-event': 'An event from before there was a chain',
	event: 'An event of a referral',
	'signed-in': 'Signed in',
	'wrong-pin': 'Wrong PIN',
	'signed-out': 'Signed out',
	unveiled: 'Gave their PIN again',
	'pin-set': 'Set a PIN',
	'staff-added': 'Added somebody',
	'staff-changed': 'Changed somebody’s details',
	'staff-left': 'Recorded that somebody left',
	'referrer-chosen': 'Chose the referrer',
	'practice-set': 'Changed the practice’s details',
	'mailbox-set': 'Changed the mailbox',
	'mailbox-tested': 'Tested the mailbox',
	'backup-folder-set': 'Chose the folder of backups',
	'retention-set': 'Changed how long is kept',
	'directory-loaded': 'Loaded a directory',
	'directory-enrolled': 'Followed a published directory',
	'directory-refreshed': 'Took over a version of the directory',
	'changes-held': 'Held a version of the directory',
	'changes-accepted': 'Said yes to a held version of the directory',
	'changes-refused': 'Said no to a held version of the directory',
	'stop-list-changed': 'Took over the list of stopped addresses',
	'service-phoned': 'Phoned a service because the directory is old',
	'layer-changed': 'Changed what stands beside a service',
	'service-checked': 'Checked an entry with its service',
	'address-proposed': 'Proposed an address',
	'address-approved': 'Approved an address',
	'address-refused': 'Refused an address',
	'letter-opened': 'Opened a letter',
	'copied-for-record': 'Copied for the record',
	exported: 'Exported a patient’s data',
	erased: 'Erased what was due',
	'legal-hold': 'Kept from being erased',
	'legal-hold-lifted': 'Let be erased again',
	'backed-up': 'Backed up',
	restored: 'Restored a backup',
	recovered: 'Opened with the recovery key',
	'safety-concern': 'Reported a safety concern',
};

/** The published directory that the practice follows. */
export const PUBLISHED = {
	text: 'Follow the directory that your area publishes: it then stays up to date by itself. The curators give you its address, and its fingerprint by phone or on paper.',
	otherText: 'To follow another directory instead, give its address and fingerprint.',
	address: 'Address of the directory',
	addressHint: 'It begins with https://',
	fingerprint: 'Fingerprint',
	fingerprintHint: '16 groups of 4 digits, 0 to 9 and a to f; spaces do not matter',
	enrol: 'Follow this directory',
	enrolling: 'Fetching and checking',
	enrolled: 'The directory is followed from now on.',
	refresh: 'Refresh now',
	refreshing: 'Refreshing',
	refreshed: 'The directory was checked.',
	folder: 'From a folder (leave empty for the address)',
	folderHint: 'For a computer without a connection: the folder with the published files, on a USB stick for instance',
	enrolFolderHint: 'The folder with the published files, this time; later refreshes ask the address',
	lastGood: 'Last known to be the newest',
	expires: 'Signed until',
	expired: 'Signatures ended',
	failing: 'Refreshing has failed since',
	tooOld: 'The signatures ended over 14 days ago: what is sent to a service is held until somebody has phoned it.',
	clock: 'This computer’s clock seems wrong. Set it: nothing is refused for it, but dates in letters would be wrong.',
	heldHeading: 'A version waits for your yes or no',
	refusedHeading: 'You said no to a version',
	heldText:
		'So much at once may be a mistake or an attack. Ask the curators by phone before you say yes. Changed addresses are approved one by one all the same.',
	accept: 'Yes, take it over',
	refuse: 'No, keep the directory as it is',
	accepted: 'The version is taken over.',
	refused: 'The directory stays as it is.',
} as const;

/** What a refresh that somebody waits for is doing. */
export function refreshStepWords({ doing, bytes, ofBytes, services }: RefreshStep): string {
	const doings: Readonly<Record<RefreshDoing, string>> = {
		asking: 'Asking what is new.',
		verified: 'Checked: the signatures hold.',
		fetching: `Fetching: ${sizeWords(bytes, ofBytes)}.`,
		applying: `Taking over ${services === 1 ? '1 service' : `${services.toLocaleString('en-GB')} services`}.`,
	};
	return doings[doing];
}

/** "3.1 of 8.6 MB" */
function sizeWords(bytes: number, ofBytes: number): string {
	if (ofBytes < 1_000_000) return `${Math.round(bytes / 1000)} of ${Math.round(ofBytes / 1000)} kB`;
	return `${(bytes / 1_000_000).toFixed(1)} of ${(ofBytes / 1_000_000).toFixed(1)} MB`;
}

/** How much a version would change. */
export function changesWords(held: HeldChanges): string {
	const services = `services: ${held.servicesNew} new, ${held.servicesChanged} changed, ${held.servicesGone} gone, of ${held.servicesBefore}`;
	const endpoints = `addresses: ${held.endpointsNew} new, ${held.endpointsChanged} changed, ${held.endpointsGone} gone, of ${held.endpointsBefore}`;
	return `Version ${held.version}. ${services.charAt(0).toUpperCase()}${services.slice(1)}; ${endpoints}.`;
}

export const KEPT = {
	text: 'The GP record is the record. Onward keeps its own copy only as long as a referral is followed up, and a time after.',
	exportHeading: 'A patient asks for their data',
	exportText:
		'Writes everything that this computer holds of one patient into a folder: a page to read, and the same for another program. It is not encrypted: keep it only until it is handed over.',
	nhsNumber: 'NHS number',
	nhsNumberHint: '10 digits; spaces do not matter',
	folder: 'New folder for it',
	folderHint: 'The whole path of a folder that is not there yet',
	export: 'Write it out',
	retentionHeading: 'How long',
	retention: 'Days after a referral has ended',
	saveRetention: 'Save',
	retentionSaved: 'Saved.',
} as const;

export function retentionHint({ shortestDays, longestDays }: RetentionView): string {
	return `${shortestDays} to ${longestDays}. Then letter and patient’s details are erased; that there was a referral stays, without the patient.`;
}

export function exportedWords(folder: string, referrals: number, drafts: number): string {
	return `Written to ${folder}: ${count(referrals, 'referral')} and ${count(drafts, 'draft')}.`;
}

function count(number: number, what: string): string {
	return number === 1 ? `1 ${what}` : `${number} ${what}s`;
}
