// What the frame of the window says: strip, places, foot line, and the question at closing.
import type { QuitChoice } from '../backend/types';

export const DEMONSTRATION_STRIP = 'DEMONSTRATION: made-up services. Nothing leaves this computer.';
export const PLACES = {
	refer: 'Refer',
	referrals: 'Referrals',
	directory: 'Directory',
	mailbox: 'Demonstration mailbox',
	practice: 'Practice',
} as const;

/** Beside a count on the button of a place. */
export const PLACE_COUNTS = { referrals: 'need attention', practice: 'to settle for the directory' } as const;

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
