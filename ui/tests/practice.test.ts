// The place Practice: people, and addresses that two of them approve; by keyboard, on recorded answers.
import { describe, expect, it, vi } from 'vitest';
import { replay } from '../src/backend/replay';
import { REPLAY_PIN } from '../src/backend/replay-practice';
import { element, eventually, focused, openAt, text } from './window';

const named = (words: string) => {
	const found = [...document.querySelectorAll<HTMLElement>('button')].find((other) => other.textContent.trim().startsWith(words));
	if (found === undefined) throw new Error(`There is no button ${words}`);
	return found;
};

/** A part of Practice, with Amy Cope, the practice admin, signed in. */
async function openPart(part: string, backend = replay('real')) {
	const window = await openAt(backend, 'sign-in-who');
	await window.press('a', 'm', 'y', '{Enter}', ...REPLAY_PIN, '{Enter}');
	await eventually(() => expect(focused()).toBe('search'));
	await window.keyboard.click(named('Practice'));
	await eventually(() => element('#section-heading'));
	await window.keyboard.click(named(part));
	await eventually(() => expect(text('#section-heading')).toBe(part));
	expect(focused()).toBe('section-heading');
	return window;
}

describe('the people', () => {
	it('leave in one action, which asks once in its place', async () => {
		const backend = replay('real');
		const left = vi.spyOn(backend, 'staffLeft');
		const window = await openPart('People', backend);
		await window.keyboard.click(element('#staff-staff-2-left-open'));
		await eventually(() => expect(focused()).toBe('staff-staff-2-left-yes'));
		expect(left).not.toHaveBeenCalled();
		await window.press('{Enter}');
		await eventually(() => expect(text('.people')).not.toContain('Dr Tom Ellis'));
		expect(text('#staff-said')).toBe('Dr Tom Ellis has left, and can no longer sign in.');
		expect(focused()).toBe('staff-heading');
	});

	it('are given a new PIN, which leaves the screen', async () => {
		const backend = replay('real');
		const set = vi.spyOn(backend, 'setPin');
		const window = await openPart('People', backend);
		await window.keyboard.click(element('#staff-staff-1-pin-open'));
		await eventually(() => expect(focused()).toBe('staff-staff-1-pin'));
		await window.press('7', '7', '7', '7', '{Enter}');
		await eventually(() => expect(focused()).toBe('staff-staff-1-problems'));
		await window.keyboard.clear(element('#staff-staff-1-pin'));
		await window.press('9', '5', '1', '6', '{Enter}');
		await eventually(() => expect(focused()).toBe('staff-staff-1-pin-open'));
		expect(set).toHaveBeenLastCalledWith('staff-1', '9516');
		expect(document.querySelector('#staff-staff-1-pin')).toBeNull();
	});

	it('are changed where they stand', async () => {
		const window = await openPart('People');
		await window.keyboard.click(element('#staff-staff-2-change-open'));
		await eventually(() => expect(focused()).toBe('staff-staff-2-name'));
		await window.keyboard.clear(element('#staff-staff-2-job'));
		await window.keyboard.type(element('#staff-staff-2-job'), 'GP{Enter}');
		await eventually(() => expect(text('.people')).toContain('Dr Tom Ellis, GP'));
		expect(focused()).toBe('staff-staff-2-change-open');
	});
});

describe('an address', () => {
	it('stands beside the one that was approved before', async () => {
		await openPart('Addresses');
		expect(text('.before-now')).toBe('Approved before ot@leek-pcn.example.nhs.uk Now ot.team@leek-pcn.example.nhs.uk');
	});

	it('h02 wrong address: what one person proposes waits for another’s PIN, as it was shown', async () => {
		const backend = replay('real');
		const [propose, approve] = [vi.spyOn(backend, 'proposeAddresses'), vi.spyOn(backend, 'approveAddresses')];
		const window = await openPart('Addresses', backend);
		await window.keyboard.click(element('#propose'));
		await eventually(() => expect(text('#propose-problems')).toBe('There is a problem Tick at least one address'));
		await window.keyboard.click(element('#waiting-all'));
		await window.keyboard.click(element('#propose'));
		await eventually(() => expect(text('#addresses-count')).toBe('3 addresses wait.'));
		const [shown = []] = propose.mock.calls[0] ?? [];
		expect(shown.map(({ endpointId }) => endpointId)).toEqual(['talking-therapies-mail', 'pain-platform-mail']);
		expect(shown.every(({ digest }) => digest.length === 64)).toBe(true);

		await window.keyboard.click(element('#proposed-1'));
		const seconds = [...document.querySelectorAll('#approve-second option')].map((option) => option.textContent);
		expect(seconds.join(), 'never whoever proposed it').not.toContain('Amy Cope');
		await window.keyboard.selectOptions(element('#approve-second'), 'staff-4');
		element('#approve-pin').focus();
		await window.press('1', '1', '1', '2', '{Enter}');
		await eventually(() => expect(focused()).toBe('approve-problems'));
		expect(text('#approve-problems')).toContain('That is not the PIN');
		await eventually(() => expect(element('#approve-pin')).toHaveProperty('value', ''));
		element('#approve-pin').focus();
		await window.press(...REPLAY_PIN, '{Enter}');
		await eventually(() => expect(text('#addresses-count')).toBe('2 addresses wait.'));
		expect(approve).toHaveBeenLastCalledWith(
			[expect.objectContaining({ endpointId: 'talking-therapies-mail' })],
			'staff-4',
			REPLAY_PIN,
		);
		expect(text('.places__who'), 'whoever is signed in stays so').toBe('Signed in: Amy Cope');
	});

	it('is approved by one person who rang the service, with the number and who answered', async () => {
		const backend = replay('real');
		const phoned = vi.spyOn(backend, 'phoneChecked');
		const window = await openPart('Addresses', backend);
		await window.keyboard.click(named('Checked by phone: Pain Platform'));
		await eventually(() => expect(focused()).toBe('address-number'));
		await window.press('{Enter}');
		await eventually(() => expect(focused()).toBe('address-problems'));
		await window.keyboard.type(element('#address-number'), '01632 960120');
		await window.keyboard.type(element('#address-whoAnswered'), 'Sam, reception{Enter}');
		await eventually(() => expect(text('#addresses-count')).toBe('2 addresses wait.'));
		expect(phoned.mock.lastCall?.slice(1)).toEqual(['01632 960120', 'Sam, reception']);
		expect(focused()).toBe('addresses-count');
	});

	it('that was proposed is taken back in its place', async () => {
		const window = await openPart('Addresses');
		await window.keyboard.click(named('Not right'));
		await eventually(() => expect(focused()).toBe('address-refuse'));
		await window.press('{Enter}');
		await eventually(() => expect(document.querySelector('#proposed-all')).toBeNull());
		expect(text('#address-said')).toContain('nothing is sent to it');
	});
});
