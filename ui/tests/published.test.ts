// The published directory that a practice follows: what is held waits for a yes or no, and what is wrong is said; on recorded answers.
import { describe, expect, it, vi } from 'vitest';
import { replay } from '../src/backend/replay';
import type { HeldChanges, PublishedDirectory, RefreshStep } from '../src/backend/types';
import { refreshStepWords } from '../src/messages';
import { element, eventually, focused, openPartOfPractice, text } from './window';

const HELD: HeldChanges = {
	publication: 'publication-5',
	heldAt: '2026-11-21T13:40:00Z',
	refused: false,
	version: 5,
	servicesBefore: 64,
	servicesNew: 1,
	servicesChanged: 30,
	servicesGone: 2,
	endpointsBefore: 45,
	endpointsNew: 0,
	endpointsChanged: 3,
	endpointsGone: 1,
};

const STEP: RefreshStep = { doing: 'asking', bytes: 0, ofBytes: 0, services: 0 };

async function openWith(changed: Partial<PublishedDirectory>) {
	const backend = replay('real');
	const now = { ...(await backend.publishedDirectory()), ...changed } as PublishedDirectory;
	vi.spyOn(backend, 'publishedDirectory').mockResolvedValue(now);
	const decide = vi.spyOn(backend, 'decideHeldChanges');
	return { decide, now, window: await openPartOfPractice('Directory', backend) };
}

describe('the published directory', () => {
	it('asks for a yes or no where much changes at once, and says how much', async () => {
		const { decide, now, window } = await openWith({ held: HELD });
		await eventually(() =>
			expect(text('#published-held')).toContain(
				'Version 5. Services: 1 new, 30 changed, 2 gone, of 64; addresses: 0 new, 3 changed, 1 gone, of 45.',
			),
		);
		expect(decide).not.toHaveBeenCalled();
		decide.mockResolvedValue({ ...now, version: 5, held: null });
		element('#held-accept').focus();
		await window.press('{Enter}');
		await eventually(() => expect(focused()).toBe('published-now'));
		expect(decide).toHaveBeenCalledWith('publication-5', true);
		expect(document.querySelector('#published-held')).toBeNull();
	});

	it('keeps the directory after a no, and goes on saying so', async () => {
		const { decide, now, window } = await openWith({ held: HELD });
		await eventually(() => element('#held-refuse'));
		decide.mockResolvedValue({ ...now, held: { ...HELD, refused: true } });
		element('#held-refuse').focus();
		await window.press('{Enter}');
		await eventually(() => expect(text('#published-held-heading')).toBe('You said no to a version'));
		expect(decide).toHaveBeenCalledWith('publication-5', false);
		expect(document.querySelector('#held-accept')).toBeNull();
	});

	it('says since when it fails and why, that it is too old to send by, and that the clock seems wrong', async () => {
		await openWith({
			failingSince: '2026-11-20T09:05:00Z',
			failingWhy: 'feed-expired',
			expired: true,
			tooOldSince: '2026-11-21T00:00:00Z',
			clockWarning: true,
		});
		await eventually(() => expect(text('#published-failing')).toContain('The curators have not renewed the directory in time'));
		expect(text('#published-failing')).toContain('20-Nov-2026');
		expect(text('#published-too-old')).toContain('held until somebody has phoned it');
		expect(text('#published-clock')).toContain('Set it');
	});

	it('says nothing of the kind where all is well', async () => {
		await openWith({});
		await eventually(() => element('#published-now'));
		for (const id of ['held', 'failing', 'too-old', 'clock']) expect(document.querySelector(`#published-${id}`)).toBeNull();
	});

	it('says what it does while somebody waits, and the focus stays where it is', async () => {
		const backend = replay('real');
		let tell: (step: RefreshStep) => void = () => undefined;
		backend.onDirectoryRefreshing = (act) => (tell = act);
		const answer = await backend.refreshDirectory('');
		let done: (now: PublishedDirectory | null) => void = () => undefined;
		vi.spyOn(backend, 'refreshDirectory').mockReturnValue(new Promise((resolve) => (done = resolve)));
		const window = await openPartOfPractice('Directory', backend);
		await eventually(() => element('#refresh-now'));
		const line = element('#refresh-step');
		expect([line.getAttribute('role'), line.textContent]).toEqual(['status', '']);
		tell(STEP);
		expect(line.textContent).toBe('');
		element('#refresh-now').focus();
		await window.press('{Enter}');
		tell(STEP);
		await eventually(() => expect(text('#refresh-step')).toBe('Asking what is new.'));
		tell({ ...STEP, doing: 'fetching', bytes: 3_100_000, ofBytes: 8_600_000 });
		await eventually(() => expect(text('#refresh-step')).toBe('Fetching: 3.1 of 8.6 MB.'));
		expect(element('#refresh-step')).toBe(line);
		expect(focused()).toBe('refresh-now');
		expect(text('#enrol-step')).toBe('');
		done(answer);
		await eventually(() => expect(focused()).toBe('published-now'));
		expect(text('#refresh-step')).toBe('');
		// Late news of one that is over.
		tell(STEP);
		expect(text('#refresh-step')).toBe('');
	});

	it('says no more of a refresh that was refused than why', async () => {
		const backend = replay('real');
		let tell: (step: RefreshStep) => void = () => undefined;
		backend.onDirectoryRefreshing = (act) => (tell = act);
		const { enrolDirectory } = backend;
		backend.enrolDirectory = (...given) => {
			tell({ ...STEP, doing: 'verified' });
			return enrolDirectory.apply(backend, given);
		};
		const window = await openPartOfPractice('Directory', backend);
		await eventually(() => element('#enrol-now'));
		await window.keyboard.click(element('#enrol-now'));
		await eventually(() => expect(focused()).toBe('enrol-problems'));
		expect(text('#enrol-step')).toBe('');
	});

	it('is enrolled from a folder, and says so where there is none', async () => {
		const backend = replay('real');
		const enrol = vi.spyOn(backend, 'enrolDirectory');
		const window = await openPartOfPractice('Directory', backend);
		await eventually(() => element('#enrol-now'));
		await window.keyboard.type(element('#enrol-source'), 'https://directory.example/area/');
		await window.keyboard.type(element('#enrol-fingerprint'), '3f9a11c2'.repeat(8));
		await window.keyboard.type(element('#enrol-folder'), ' /media/stick {Enter}');
		await eventually(() => expect(focused()).toBe('enrol-problems'));
		expect(enrol).toHaveBeenCalledWith('https://directory.example/area/', '3f9a11c2'.repeat(8), '/media/stick');
		expect(text('#enrol-folder-problem')).toContain('There is no published directory in that folder');
		await window.keyboard.clear(element('#enrol-folder'));
		await window.keyboard.type(element('#enrol-folder'), '{Enter}');
		await eventually(() => expect(focused()).toBe('published-now'));
		expect(enrol).toHaveBeenLastCalledWith('https://directory.example/area/', '3f9a11c2'.repeat(8), '');
	});

	it.each([
		[{ doing: 'verified' }, 'Checked: the signatures hold.'],
		[{ doing: 'fetching', bytes: 12_400, ofBytes: 640_000 }, 'Fetching: 12 of 640 kB.'],
		[{ doing: 'applying', services: 1204 }, 'Taking over 1,204 services.'],
		[{ doing: 'applying', services: 1 }, 'Taking over 1 service.'],
	] as const)('says what it does: %j', (step, said) => expect(refreshStepWords({ ...STEP, ...step })).toBe(said));

	it('stands in the foot line and beside the place while a version is held', async () => {
		const backend = replay('real');
		const ask = backend.windowState.bind(backend);
		let told: () => void = () => undefined;
		backend.onDirectoryRefreshed = (act) => (told = act);
		await openPartOfPractice('Directory', backend);
		expect(text('.foot')).not.toContain('waits since');
		vi.spyOn(backend, 'windowState').mockImplementation(async () => {
			const frame = await ask();
			return { ...frame, directory: { ...frame.directory, heldSince: '2026-11-21T13:40:00Z', waitingForKeepers: 4 } };
		});
		// As after a refresh in the background.
		told();
		await eventually(() => expect(text('.foot')).toContain('a newer version waits since 21-Nov-2026'));
		expect(text('.places__list')).toContain('Practice 4 to settle for the directory');
	});

	it('lets the list of services be read again when another version was taken over, and only then', async () => {
		const backend = replay('real');
		const ask = backend.windowState.bind(backend);
		let told: () => void = () => undefined;
		backend.onDirectoryRefreshed = (act) => (told = act);
		await openPartOfPractice('Directory', backend);
		const searched = vi.spyOn(backend, 'search');
		const asked = vi.spyOn(backend, 'windowState');
		told();
		await eventually(() => expect(asked).toHaveBeenCalled());
		asked.mockImplementation(async () => {
			const frame = await ask();
			return { ...frame, directory: { ...frame.directory, version: frame.directory.version + 1 } };
		});
		expect(searched).not.toHaveBeenCalled();
		told();
		await eventually(() => expect(searched).toHaveBeenCalledTimes(1));
	});
});
