// Finding a service: the box, the hits, what is hidden and why, and “No good local service”.
import type { SearchView } from '../backend/types';
import { REFERRAL_REASONS } from './form';
import { words, type Words } from './words';

export const SEARCH = {
	label: 'Find a service',
	hint: 'Up and Down look, Enter chooses',
	rule: 'sorted by fit, then step, then stated wait',
	rulePinned: 'what this practice pinned first, then by fit, step and stated wait',
	pinned: 'pinned',
	ourOwn: 'our own entry',
	doNotRefer: 'do not refer',
	nothing: 'Nothing matches.',
	nothingHint: 'Try fewer letters, another word for the problem, or the name of the service.',
	favourite: 'favourite',
	forget: 'Take off my favourites',
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
	// Not the service’s rule but ours.
	const why = reason === 'hidden' ? 'hidden by this practice' : words(NOT_OPEN, reason);
	return `${detail === null ? why : `${why}, ${detail}`.replace(/\.$/, '')}.`;
}

/** Why Enter does not choose a service, or null when it does. */
export function cannotReferWords(name: string, notOpen: string | null, isSentFromHere: boolean): string | null {
	if (notOpen !== null) return `${name} cannot be referred to now: ${words(NOT_OPEN, notOpen)}.`;
	return isSentFromHere ? null : `Onward does not send to ${name}. Its card says how to refer.`;
}

export function hiddenWords(age: number, area: number, closed: number, elsewhereNotCounted: boolean, here = 0): string | null {
	const total = age + area + closed + here;
	const elsewhere = elsewhereNotCounted ? 'services of other areas are not counted' : null;
	if (total === 0) return elsewhere;
	const parts = [
		[age, 'age'],
		[area, 'area'],
		[closed, 'closed'],
		[here, 'by this practice'],
	]
		.filter(([count]) => count !== 0)
		.map(([count, why]) => `${why} ${count}`);
	const hidden = `${total} hidden: ${parts.join(', ')}`;
	return elsewhere === null ? hidden : `${hidden}; ${elsewhere}`;
}
