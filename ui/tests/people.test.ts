// Who sits at the window: the sign-in, the PIN after idle minutes, the referrer by one key; by keyboard, on recorded answers.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { replay } from '../src/backend/replay';
import { REPLAY_PIN } from '../src/backend/replay-practice';
import { IDLE_MILLISECONDS } from '../src/state/window.svelte';
import { element, eventually, focused, openAt, PASTED, SMITH, text } from './window';

const AMY = ['a', 'm', 'y', '{Enter}'];
const digits = (pin: string) => [...pin];
const place = (words: string) => {
	const found = [...document.querySelectorAll<HTMLElement>('.places__button')].find((button) =>
		button.textContent.includes(words),
	);
	if (found === undefined) throw new Error(`There is no place ${words}`);
	return found;
};
const places = () => [...document.querySelectorAll('.places__list button')].map((button) => button.textContent.trim());

/** The window of a practice, with somebody signed in. */
async function signedIn(keys: string[] = AMY, backend = replay('real')) {
	const window = await openAt(backend, 'sign-in-who');
	await window.press(...keys);
	await eventually(() => expect(focused()).toBe('sign-in-pin'));
	await window.press(...digits(REPLAY_PIN), '{Enter}');
	return window;
}

describe('the sign-in', () => {
	it('shows nothing of the practice’s patients before somebody has given a PIN', async () => {
		const backend = replay('real');
		const asked = ['currentDraft', 'referrals', 'drafts', 'search'] as const;
		const spies = asked.map((command) => vi.spyOn(backend, command));
		await openAt(backend, 'sign-in-who');
		expect(places()).toEqual([]);
		expect(document.querySelector('#search, #referrer, #to-file')).toBeNull();
		for (const spy of spies) expect(spy).not.toHaveBeenCalled();
	});

	it('is a part of a name, Enter, the PIN, Enter', async () => {
		await signedIn();
		await eventually(() => expect(focused()).toBe('search'));
		expect(text('.places__who')).toBe('Signed in: Amy Cope');
	});

	it('counts the tries that are left, says the wait, and keeps the focus in the empty field', async () => {
		const window = await openAt(replay('real'), 'sign-in-who');
		await window.press(...AMY, '1', '1', '1', '2', '{Enter}');
		await eventually(() => expect(text('#sign-in-pin-problem')).toContain('4 more tries'));
		expect(focused()).toBe('sign-in-pin');
		expect(element('#sign-in-pin')).toHaveProperty('value', '');
		for (let tries = 0; tries < 5; tries += 1) await window.press('1', '{Enter}');
		await eventually(() => expect(text('#sign-in-pin-problem')).toContain('Try again in 30 seconds'));
	});

	it('hides the PIN unless one asks, and lets it be pasted (WCAG 3.3.8)', async () => {
		const window = await openAt(replay('real'), 'sign-in-who');
		await window.press(...AMY);
		const pin = element('#sign-in-pin');
		expect(pin).toHaveProperty('type', 'password');
		expect(pin.getAttribute('inputmode')).toBe('numeric');
		await window.keyboard.click(element('.pin input[type=checkbox]'));
		expect(pin).toHaveProperty('type', 'text');
		pin.focus();
		expect(window.paste(REPLAY_PIN), 'nothing stands in the way of a paste').toBe(false);
	});

	it('asks for a name first, and says who has no PIN yet', async () => {
		const backend = replay('real');
		const frame = await backend.windowState();
		backend.windowState = async () => ({
			...frame,
			staff: frame.staff.map((person) => ({ ...person, hasPin: person.id !== 'staff-3' })),
		});
		const window = await openAt(backend, 'sign-in-who');
		element('#sign-in-pin').focus();
		await window.press('{Enter}');
		await eventually(() => expect(focused()).toBe('sign-in-who'));
		expect(text('#sign-in-who-problem')).toBe('Choose your name');
		await window.press(...AMY, '1', '{Enter}');
		await eventually(() => expect(text('#sign-in-who-problem')).toContain('Amy Cope has no PIN yet'));
	});

	it.each([
		['dr p', ['Refer', 'Referrals']],
		['amy', ['Refer', 'Referrals', 'Directory', 'Practice']],
		['grace', ['Directory', 'Practice']],
	])('opens the places of the role: %s', async (name, wanted) => {
		await signedIn([...name, '{Enter}']);
		await eventually(() => expect(places().map((words) => words.replace(/\d.*/, '').trim())).toEqual(wanted));
	});

	it('ends with the signing out, which takes everything from the screen', async () => {
		const window = await signedIn();
		await eventually(() => expect(focused()).toBe('search'));
		window.paste(PASTED[SMITH] ?? '');
		await eventually(() => element('.banner__name'));
		await window.keyboard.click(place('Sign out'));
		await eventually(() => expect(focused()).toBe('sign-in-who'));
		expect(document.body.textContent).not.toContain('SMITH');
	});
});

describe('after ten idle minutes', () => {
	beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'], shouldAdvanceTime: true }));
	afterEach(() => void vi.useRealTimers());

	async function idle(): ReturnType<typeof signedIn> {
		const window = await signedIn();
		await eventually(() => expect(focused()).toBe('search'));
		window.paste(PASTED[SMITH] ?? '');
		await eventually(() => element('.banner__name'));
		await vi.advanceTimersByTimeAsync(IDLE_MILLISECONDS + 1);
		await eventually(() => expect(document.querySelector('.banner')).toBeNull());
		return window;
	}

	it('the patient is gone, and a new referral needs no PIN', async () => {
		const window = await idle();
		expect(document.body.textContent).not.toContain('SMITH');
		expect(document.querySelector('#sign-in-pin')).toBeNull();
		window.paste(PASTED[SMITH] ?? '');
		await eventually(() => expect(text('.banner__name')).toContain('SMITH'));
	});

	it('h14 confidential data: after ten idle minutes the list asks for the PIN in its place, then shows what was put away', async () => {
		const window = await idle();
		await window.keyboard.click(place('Referrals'));
		await eventually(() => expect(focused()).toBe('sign-in-pin'));
		expect(document.querySelector('.lists, dialog[open]')).toBeNull();
		expect(text('.sign-in__name')).toBe('Amy Cope');
		await window.press(...digits(REPLAY_PIN), '{Enter}');
		await eventually(() => expect(text('.lists__side')).toContain('SMITH'));
		expect(focused()).toBe('lists-heading');
	});

	it('somebody else can sign in instead, and begins with nothing of the one before', async () => {
		const window = await idle();
		await window.keyboard.click(place('Referrals'));
		await eventually(() => expect(focused()).toBe('sign-in-pin'));
		await window.keyboard.click(element('.sign-in .quiet-button'));
		await eventually(() => expect(focused()).toBe('sign-in-who'));
		await window.press('d', 'r', ' ', 'p', '{Enter}', ...digits(REPLAY_PIN), '{Enter}');
		await eventually(() => expect(text('.places__who')).toBe('Signed in: Dr Priya Nair'));
	});

	it('is taken from Rust as well, which may know first', async () => {
		const backend = replay('real');
		const window = await signedIn(AMY, backend);
		await eventually(() => expect(focused()).toBe('search'));
		window.paste(PASTED[SMITH] ?? '');
		await eventually(() => element('.banner__name'));
		await backend.veil();
		globalThis.window.dispatchEvent(new Event('focus'));
		await eventually(() => expect(document.querySelector('.banner')).toBeNull());
	});

	it('hides a draft whose saving asks for the PIN, and gives it back with what was typed', async () => {
		const backend = replay('real');
		const window = await signedIn(AMY, backend);
		await eventually(() => expect(focused()).toBe('search'));
		window.paste(PASTED[SMITH] ?? '');
		await eventually(() => element('.banner__name'));
		const save = backend.saveForm.bind(backend);
		backend.saveForm = () => Promise.reject({ code: 'pin-needed', detail: null, problems: [] });
		element('#bestTimes').focus();
		await window.press('9');
		await eventually(() => expect(focused()).toBe('sign-in-pin'));
		expect(document.body.textContent).not.toContain('SMITH');
		backend.saveForm = save;
		await window.press(...digits(REPLAY_PIN), '{Enter}');
		await eventually(() => expect(text('.banner__name')).toContain('SMITH'));
		expect(element('#bestTimes')).toHaveProperty('value', '9');
	});
});

describe('the referrer', () => {
	it.each([
		['a digit', ['2']],
		['an arrow and Enter', ['{ArrowDown}', '{Enter}']],
	])('is switched by F7 and %s, and the focus goes back', async (_name, keys) => {
		const window = await openAt(replay(), 'search');
		await window.press('f', '{F7}');
		await eventually(() => element('.referrer [role=listbox]:focus'));
		await window.press(...keys);
		await eventually(() => expect(text('#referrer')).toContain('Dr Tom Ellis'));
		expect(focused()).toBe('search');
		expect(element('#search')).toHaveProperty('value', 'f');
	});

	it('stays with Esc', async () => {
		const window = await openAt(replay(), 'search');
		await window.press('{F7}', '{ArrowDown}', '{Escape}');
		await eventually(() => expect(focused()).toBe('search'));
		expect(text('#referrer')).toContain('Dr Priya Nair');
		expect(document.querySelector('.referrer__panel')).toBeNull();
	});

	it('is asked for in every place', async () => {
		const window = await openAt(replay(), 'search');
		for (const words of ['Referrals', 'Demonstration mailbox', 'Practice']) {
			await window.keyboard.click(place(words));
			await window.press('{F7}');
			await eventually(() => element('.referrer [role=listbox]:focus'));
			await window.press('{Escape}');
			await eventually(() => expect(document.querySelector('.referrer__panel')).toBeNull());
		}
	});
});
