// Finding a service: whatever order the answers come in, only the newest question counts.
import { expect, it } from 'vitest';
import { replay } from '../src/backend/replay';
import type { SearchView, ServiceCard } from '../src/backend/types';
import { FinderState } from '../src/state/finder.svelte';

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

it('keeps the active service when something new is known of the patient', async () => {
	const { finder } = finderOn();
	await finder.type('fibro');
	await finder.move(1);
	await finder.readAgain();
	expect(finder.active?.id).toBe('talking-therapies');
	expect(finder.card?.id).toBe('talking-therapies');
});
