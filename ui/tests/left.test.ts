// A service that has left the directory: wherever somebody meets it, why, since when, and one key to what took its place.
import { describe, expect, it } from 'vitest';
import { replay } from '../src/backend/replay';
import type { LeftView } from '../src/backend/types';
import * as messages from '../src/messages';
import { element, eventually, focused, named, openWindow, text } from './window';

const LEFT: LeftView = {
	id: 'old-fibro-clinic',
	name: 'Fibromyalgia clinic',
	reason: 'closed',
	on: '01-Nov-2026',
	successorId: 'pain-platform',
	successorName: 'Pain Platform',
};

/** A draft that was set aside for a service which has left since. */
function withDraftForIt() {
	const backend = replay();
	const { openDraft } = backend;
	backend.openDraft = async (...given) => {
		const draft = await openDraft.apply(backend, given);
		return { ...draft, serviceName: null, form: { ...draft.form, serviceId: LEFT.id } };
	};
	return backend;
}

function withReferralToIt() {
	const backend = replay();
	const { referral } = backend;
	backend.referral = async (...given) => ({ ...(await referral.apply(backend, given)), left: LEFT });
	return backend;
}

describe('a service that has left the directory', () => {
	it('is told in the pane of a draft, and what took its place comes by one key', async () => {
		const window = await openWindow(withDraftForIt());
		await window.keyboard.click(named('Referrals'));
		await eventually(() => element('.draft button'));
		await window.keyboard.click(element('.draft button'));
		await eventually(() => expect(text('#service-left')).toContain('Not in the directory any more: Fibromyalgia clinic.'));
		expect(text('#service-left')).toContain('Closed on 01-Nov-2026.');
		expect(element('#service-left').getAttribute('role')).toBe('alert');
		expect(document.querySelector('#card-name')).toBeNull();
		expect(text('.trouble')).toBe('');
		element('#instead-old-fibro-clinic').focus();
		await window.press('{Enter}');
		await eventually(() => expect(focused()).toBe('card-name'));
		expect(text('#card-name')).toBe('Pain Platform');
		expect(document.querySelector('#service-left')).toBeNull();
	});

	it('is told in the list of checks and on its own page, which lead to what took its place', async () => {
		const window = await openWindow();
		await window.keyboard.click(named('Directory'));
		await eventually(() => element('.entry'));
		expect(text('.entries')).toContain('Has left the directory Closed on 01-Nov-2026. Look at Pain Platform instead');
		await window.keyboard.click(element('#entry-old-fibro-clinic'));
		await eventually(() => expect(text('#history-left')).toContain('Closed on 01-Nov-2026.'));
		expect(text('#history-heading')).toBe('Fibromyalgia clinic');
		element('#instead-old-fibro-clinic').focus();
		await window.press('{Enter}');
		await eventually(() => expect(text('#history-heading')).toBe('Pain Platform'));
		expect(focused()).toBe('history-heading');
		expect(document.querySelector('#history-left')).toBeNull();
	});

	it('is told with a referral that went there', async () => {
		const window = await openWindow(withReferralToIt());
		await window.keyboard.click(named('Referrals'));
		await eventually(() => element('.row'));
		await window.keyboard.click(element('.row'));
		await eventually(() => expect(text('#detail-left')).toContain('Closed on 01-Nov-2026.'));
		await window.keyboard.click(element('#instead-old-fibro-clinic'));
		await eventually(() => expect(focused()).toBe('card-name'));
		expect(text('#card-name')).toBe('Pain Platform');
	});

	it('is told among the favourites, and can be taken off them', async () => {
		const backend = replay();
		const { id, name, successorId: replacedById, successorName: replacedByName } = LEFT;
		const gone = { id, name, reason: 'left', detail: null, replacedById, replacedByName, left: LEFT };
		let favourite = true;
		const { search } = backend;
		backend.search = async (...given) => {
			const view = await search.apply(backend, given);
			return { ...view, notOpen: favourite ? [gone] : [] };
		};
		backend.setFavourite = (serviceId, now) => Promise.resolve(void (favourite = serviceId === id ? now : favourite));
		const window = await openWindow(backend);
		await eventually(() =>
			expect(text('.not-open')).toBe(
				'Fibromyalgia clinic: Closed on 01-Nov-2026. Look at Pain Platform instead Take off my favourites: Fibromyalgia clinic',
			),
		);
		element('#forget-old-fibro-clinic').focus();
		await window.press('{Enter}');
		await eventually(() => expect(document.querySelector('.not-open')).toBeNull());
		expect(focused()).toBe('search');
		expect(text('.send-bar__said')).toContain('Fibromyalgia clinic is not one of your favourites any more.');
	});

	it('is nothing else than trouble when no reason was published', async () => {
		const backend = withDraftForIt();
		const gone = { code: 'directory-changed', detail: null, problems: [] };
		backend.serviceCard = () => Promise.reject(gone as unknown as Error);
		const window = await openWindow(backend);
		await window.keyboard.click(named('Referrals'));
		await eventually(() => element('.draft button'));
		await window.keyboard.click(element('.draft button'));
		await eventually(() => expect(document.body.textContent).toContain(messages.ERROR_CODES['directory-changed']));
		expect(document.querySelector('#service-left')).toBeNull();
	});

	it.each([
		['closed', 'Pain Platform', 'Closed on 01-Nov-2026.'],
		['merged', 'Pain Platform', 'Merged into Pain Platform on 01-Nov-2026.'],
		['merged', null, 'Merged into another service on 01-Nov-2026.'],
		['withdrawn', null, 'Asked not to be listed, since 01-Nov-2026.'],
		['error', null, 'Was listed by mistake, until 01-Nov-2026.'],
	])('says why: %s, %s', (reason, successorName, said) => {
		expect(messages.whyLeftWords({ ...LEFT, reason, successorName })).toBe(said);
	});
});
