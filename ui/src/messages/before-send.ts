// What is said before Send: what would be held or would wait, an old record, and item 9 of a PHQ-9.
import type { DirectoryState, WouldWait } from '../backend/types';
import { dateTimeWords } from '../dates';
import { OWNERS } from './referrals';
import { SEND_PROBLEMS } from './sending';
import { words, type Words } from './words';

const WHY: Words = {
	'do-not-refer': 'This practice does not refer there, so it cannot be sent.',
	'not-approved': 'The practice has not approved this service’s address, so it cannot be sent.',
	'address-changed': 'This service’s address has changed since its card was shown, so it is not sent there unseen.',
	'address-revoked': 'The curators of the directory have stopped this service’s address, so nothing is sent there.',
	'directory-too-old': 'The directory has not been renewed for too long, so it would be held until the service was phoned.',
	'mailbox-not-set': 'No mailbox to send from is set up, so nothing can be sent.',
};
const ACTS: Words = {
	'do-not-refer': 'can lift it',
	'not-approved': 'approves the address',
	'address-changed': 'chooses another service, then this one again, and so sees the new address',
	'address-revoked': 'asks the curators or the service',
	'directory-too-old': 'phones the service',
	'mailbox-not-set': 'sets the mailbox up',
};

/** Why it would be held or would wait, who acts, by when, and another way. */
export function wouldWaitWords({ why, owner, by, phone, detail }: WouldWait): string {
	const said = detail === null ? '' : ` ${detail}.`.replace(/\.\.$/, '.');
	const reason = (WHY[why] ?? `It would wait: ${words(SEND_PROBLEMS, why)}`) + said;
	const who = words(OWNERS, owner);
	const act = `${who.charAt(0).toUpperCase()}${who.slice(1)} ${ACTS[why] ?? 'sees to it'}, by ${by}.`;
	const other = phone === null ? 'The card says how else to refer.' : `Another way: phone the service, ${phone}.`;
	return `${reason} ${act} ${other}`;
}

export const WILL_PHONE = {
	label: 'I will phone the service before I rely on this',
	over180: 'Its record was checked over 180 days ago.',
	never: 'Nobody has checked its record with the service.',
} as const;

/** Beside the line that says when a record was checked. */
export const CHECKED_MARKS: Words = {
	'over-90': 'over 90 days ago: it may have changed',
	'over-180': 'over 180 days ago: phone first',
	never: 'phone first',
};

/** What is wrong with refreshing, for the foot line; '' where nothing is. */
export function directoryTroubleWords({ failingSince, expiredAt, heldSince }: DirectoryState): string {
	if (expiredAt !== null) return `not renewed by its curators since ${dateTimeWords(expiredAt)}`;
	if (failingSince !== null) return `not refreshed since ${dateTimeWords(failingSince)}`;
	return heldSince === null ? '' : `a newer version waits since ${dateTimeWords(heldSince)} for a yes (Practice, Directory)`;
}

export const DIRECTORY_OLD = 'over 14 days old: services may have changed';

export const PHQ9 = {
	legend: 'PHQ-9, where there is one',
	total: 'Total (0 to 27)',
	item9: 'Item 9 (0 to 3)',
	about: 'Stated in the letter as entered. Nothing is worked out from it.',
	prompt: 'Item 9 of the PHQ-9 is above 0: ask about thoughts of ending their life, and answer “In crisis?” after that.',
} as const;
