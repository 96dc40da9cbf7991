// Finding a service: whatever order the answers come in, only the newest question counts.
import { expect, it } from 'vitest';
import { replay } from '../src/backend/replay';
import type { SearchView, ServiceCard } from '../src/backend/types';
import { FinderState } from '../src/state/finder.svelte';
import { OnwardState } from '../src/state/window.svelte';

function finderOn(backend = replay()) {
	const errors: unknown[] = [];
	return {
		finder: new FinderState(
			backend,
			() => 'draft',
			(error) => errors.push(error),
		),
		errors,
		backend,
	};
}

it('drops the hits of an older question that are answered last', async () => {
	const { finder, backend } = finderOn();
	const found = await backend.search('draft', 'fibro');
	const answers = new Map<string, (view: SearchView) => void>();
	backend.search = (_draft, words) => new Promise((answer) => answers.set(words, answer));
	const older = finder.type('p');
	const newer = finder.type('pa');
	expect(finder.settled).toBe(false);
	answers.get('pa')?.({ ...found, hits: found.hits.slice(0, 1) });
	await newer;
	answers.get('p')?.({ ...found, hits: found.hits.slice(2) });
	await older;
	expect(finder.view?.hits.map(({ id }) => id)).toEqual(['pain-platform']);
	expect(finder.settled).toBe(true);
});

it('drops the card of a service that is not looked at any more', async () => {
	const { finder, backend } = finderOn();
	const real = backend.serviceCard.bind(backend);
	const answers = new Map<string, () => void>();
	backend.serviceCard = (draft, id) =>
		new Promise<ServiceCard>((answer) => answers.set(id, () => void real(draft, id).then(answer)));
	const older = finder.show('pcn-ot');
	const newer = finder.show('pain-platform');
	answers.get('pain-platform')?.();
	await newer;
	answers.get('pcn-ot')?.();
	expect(await older).toBeNull();
	expect(finder.card?.id).toBe('pain-platform');
});

it('reports a refusal of the newest question only', async () => {
	const { finder, errors, backend } = finderOn();
	const refusals: (() => void)[] = [];
	backend.search = () => new Promise((_answer, refuse) => refusals.push(() => refuse({ code: 'internal' })));
	const older = finder.type('p');
	const newer = finder.type('pa');
	refusals[0]?.();
	await older;
	expect(errors).toEqual([]);
	refusals[1]?.();
	await newer;
	expect(errors).toEqual([{ code: 'internal' }]);
});

it('asks nothing more after words that were overtaken: the newer hits keep their card', async () => {
	const { finder, backend } = finderOn();
	await finder.type('fibro');
	await finder.show('pcn-ot');
	const real = backend.search.bind(backend);
	const older: (() => void)[] = [];
	backend.search = (draft, words) => new Promise((answer) => older.push(() => void real(draft, words).then(answer)));
	const again = finder.readAgain();
	backend.search = real;
	expect(await finder.type('fibro')).toBe(true);
	expect(finder.card?.id).toBe('pain-platform');
	older[0]?.();
	await again;
	expect(finder.card?.id).toBe('pain-platform');
});

it('leaves nothing to choose from hits of other words after a refusal, and is not stuck', async () => {
	const { finder, backend } = finderOn();
	const real = backend.search.bind(backend);
	await finder.type('fibro');
	backend.search = () => Promise.reject({ code: 'internal' });
	await finder.readAgain();
	expect(finder.settled).toBe(true);
	expect(finder.active?.id).toBe('pain-platform');
	await finder.type('fibro l');
	expect(finder.settled).toBe(true);
	expect(finder.active).toBeNull();
	backend.search = real;
	await finder.type('fibro');
	expect(finder.active?.id).toBe('pain-platform');
});

it('leaves the card of newer words alone when an empty box is answered last', async () => {
	const backend = replay();
	const onward = new OnwardState(backend, () => 0);
	await onward.start();
	const real = backend.search.bind(backend);
	const answers: (() => void)[] = [];
	backend.search = (draft, words) => new Promise((answer) => answers.push(() => void real(draft, words).then(answer)));
	const older = onward.type('');
	backend.search = real;
	await onward.type('fibro');
	answers[0]?.();
	await older;
	expect(onward.finder.card?.id).toBe('pain-platform');
	expect(onward.pane).toBe('service');
	onward.stop();
});

it('keeps the active service when something new is known of the patient', async () => {
	const { finder } = finderOn();
	await finder.type('fibro');
	await finder.move(1);
	await finder.readAgain();
	expect(finder.active?.id).toBe('talking-therapies');
	expect(finder.card?.id).toBe('talking-therapies');
});
