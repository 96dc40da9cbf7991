// People: who signs in, the PIN, the referrer, and the staff list.
import type { Role } from '../backend/types';

export const SIGN_IN = {
	heading: 'Sign in',
	who: 'Your name',
	whoHint: 'Type a part of it, or use Up and Down; Enter goes on',
	nobody: 'Nobody on the staff list has that name.',
	pin: 'PIN',
	pinHint: 'Your own, 4 to 12 digits',
	show: 'Show',
	button: 'Sign in',
	go: 'Go on',
	noPinYet: 'no PIN yet',
	chooseFirst: 'Choose your name',
	pinMissing: 'Enter your PIN',
	problemHeading: 'There is a problem',
	forgotten: 'Forgotten your PIN? The practice admin or manager can give you a new one in Practice.',
	somebodyElse: 'I am somebody else',
	signOut: 'Sign out',
} as const;

/** Ten idle minutes have passed: what stood here before waits for the PIN. */
export const VEILED = {
	heading: 'Enter your PIN to go on',
	text: 'Nobody touched Onward for 10 minutes. Drafts, lists and letters wait for your PIN; a new referral can be made without it.',
	newReferral: 'Make a new referral without it',
} as const;

export function signedInWords(name: string): string {
	return `Signed in: ${name}`;
}

/** In place of "not choosable": who has no PIN cannot sign in. */
export function noPinWords(name: string): string {
	return `${name} has no PIN yet. The practice admin or manager can set one in Practice.`;
}

export function wrongPinWords(triesLeft: number): string {
	if (triesLeft <= 0) return 'That is not the PIN. There is a wait before the next try.';
	return `That is not the PIN. ${triesLeft === 1 ? '1 more try' : `${triesLeft} more tries`} before there is a wait.`;
}

export function pinWaitWords(seconds: number): string {
	if (seconds < 120) return `Too many wrong PINs. Try again in ${Math.max(1, seconds)} seconds.`;
	return `Too many wrong PINs. Try again in ${Math.ceil(seconds / 60)} minutes.`;
}

export const REFERRER = {
	label: 'Referrer',
	key: 'F7',
	list: 'In whose name referrals are made',
	hint: '1 to 9 or Up and Down, Enter chooses, Esc leaves',
} as const;

export function referrerWords(name: string): string {
	return `Referrals are made in the name of ${name} now.`;
}

export const ROLES: Readonly<Record<Role, string>> = {
	clinician: 'Clinician',
	admin: 'Practice admin',
	manager: 'Practice manager',
};

/** What each role may do, so that nobody has to look it up. */
export const ROLE_HINTS: Readonly<Record<Role, string>> = {
	clinician: 'refers, and follows referrals up',
	admin: 'sends what clinicians dictate, follows up, keeps people, mailbox, addresses and backups',
	manager: 'keeps people and set-up, reads who did what, answers requests for records; sees no letters',
};

export const STAFF = {
	heading: 'People',
	text: 'Everybody who uses Onward on this computer. Each has a PIN of their own, which they type in themselves.',
	first: 'Begin with yourself: you are signed in by it.',
	none: 'Nobody yet.',
	name: 'Name',
	nameHint: 'As it stands on letters, such as Dr Priya Nair',
	job: 'Job',
	jobHint: 'As it stands on letters, such as GP, Practice nurse, Practice admin',
	role: 'What they do in Onward',
	pin: 'PIN',
	pinHint: '4 to 12 digits; not all the same, and not a run such as 1234',
	add: 'Add this person',
	addHeading: 'Add somebody',
	change: 'Change',
	save: 'Save',
	cancel: 'Cancel',
	newPin: 'New PIN',
	savePin: 'Set this PIN',
	left: 'Left the practice',
	leftConfirm: 'Yes, they have left',
	leftText: 'They can no longer sign in, from now on. What they did stays under their name.',
	hasPin: 'has a PIN',
	noPin: 'no PIN yet',
	you: 'you',
	list: 'On the staff list',
	roleMissing: 'Choose what they do in Onward',
} as const;

export function addedWords(name: string): string {
	return `${name} was added.`;
}
export function changedWords(name: string): string {
	return `${name} was changed.`;
}
export function pinSetWords(name: string): string {
	return `The new PIN of ${name} holds from now on.`;
}
export function leftWords(name: string): string {
	return `${name} has left, and can no longer sign in.`;
}
