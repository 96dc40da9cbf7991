// What became of a service that has left the directory: why, since when, and what is listed in its place.
import type { LeftView } from '../backend/types';
import { words, type Words } from './words';

/** To go before the day. */
export const LEFT: Words = {
	closed: 'Closed on',
	merged: 'Merged into another service on',
	withdrawn: 'Asked not to be listed, since',
	error: 'Was listed by mistake, until',
};

export const GONE = {
	heading: 'Not in the directory any more:',
} as const;

/** "Merged into Pain Platform on 01-Feb-2027." */
export function whyLeftWords({ reason, on, successorName }: LeftView): string {
	const what = reason === 'merged' && successorName !== null ? `Merged into ${successorName} on` : words(LEFT, reason);
	return `${what} ${on}.`;
}
