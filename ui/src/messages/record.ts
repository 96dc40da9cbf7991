// After sending: the time to undo, and the copy for the patient's record.
import { words, type Words } from './words';

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
