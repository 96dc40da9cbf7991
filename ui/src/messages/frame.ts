// What the frame of the window says: strip, places, foot line, and the question at closing.
import type { QuitChoice } from '../backend/types';

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

export function closeHeading(waiting: number): string {
	return waiting === 1 ? '1 referral has not left yet' : `${waiting} referrals have not left yet`;
}

export const QUIT_CHOICES: readonly { readonly choice: QuitChoice; readonly words: string }[] = [
	{ choice: 'sendNow', words: 'Send now, then close' },
	{ choice: 'keepAsDraft', words: 'Keep as drafts, then close' },
	{ choice: 'stay', words: 'Stay' },
];
