// The set-up of a practice, step by step, and the way back to records whose key is lost; by keyboard, on recorded answers.
import { describe, expect, it, vi } from 'vitest';
import makeRecords from '../src/backend/recorded/make_records.json';
import { replay } from '../src/backend/replay';
import { REPLAY_PIN } from '../src/backend/replay-practice';
import { element, eventually, focused, openAt, text } from './window';

type Window = Awaited<ReturnType<typeof openAt>>;
const KEY = makeRecords.answer.printed;
const step = (words: string) => eventually(() => expect(text('#step-heading')).toContain(words));
const states = () => [...document.querySelectorAll('.steps .state-tag')].map((tag) => tag.textContent);
const button = (words: string) => {
	const found = [...document.querySelectorAll<HTMLElement>('main button')].find((other) =>
		other.textContent.trim().startsWith(words),
	);
	if (found === undefined) throw new Error(`There is no button ${words}`);
	return found;
};

async function fill(window: Window, fields: Record<string, string>): Promise<void> {
	for (const [id, value] of Object.entries(fields)) {
		element(`#${id}`).focus();
		if (value !== '') await window.keyboard.keyboard(value);
	}
}

async function records(window: Window): Promise<void> {
	await window.keyboard.click(element('#make-records'));
	await eventually(() => expect(focused()).toBe('key-heading'));
	await fill(window, { 'records-key': `${KEY.slice(-4)}{Enter}` });
	await step('Practice');
}

async function practice(window: Window): Promise<void> {
	await records(window);
	await fill(window, {
		'details-name': 'Moorlands Surgery',
		'details-odsCode': 'Z99001',
		'details-phone': '01632 960000{Enter}',
	});
	await step('People');
}

async function add(window: Window, name: string, job: string, role: number, pin: string): Promise<void> {
	await fill(window, { 'add-staff-name': name, 'add-staff-job': job });
	await window.keyboard.click(element(role === 0 ? '#add-staff-role' : `#add-staff-role-${role + 1}`));
	await fill(window, { 'add-staff-pin': `${pin}{Enter}` });
}

describe('the set-up', () => {
	it('goes from nothing to real use, and tells of each step how far it is', { timeout: 20_000 }, async () => {
		const backend = replay('setUp');
		const saved = vi.spyOn(backend, 'saveMailbox');
		const window = await openAt(backend, '');
		await step('Records');
		expect(states()).toEqual(['To do', 'Later', 'Later', 'Later', 'Later', 'Later']);
		expect(document.querySelector('#finish, #referrer')).toBeNull();
		await practice(window);
		await add(window, 'Amy Cope', 'Practice admin', 1, REPLAY_PIN);
		await eventually(() => expect(text('#add-staff-said')).toBe('Amy Cope was added.'));
		expect(focused()).toBe('add-staff-name');
		expect(text('.people')).toContain('Amy Cope (you), Practice admin');
		await add(window, 'Dr Priya Nair', 'GP', 0, REPLAY_PIN);
		await eventually(() => expect(text('.people')).toContain('Dr Priya Nair'));
		await window.keyboard.click(button('Go on'));
		await step('Mailbox');
		await fill(window, {
			'mailbox-host': 'mail.example.nhs.uk',
			'mailbox-username': 'moorlands@example.nhs.uk',
			'mailbox-password': 'a long pass phrase',
			'mailbox-fromAddress': 'moorlands@example.nhs.uk{Enter}',
		});
		await eventually(() => expect(text('#mailbox-said')).toContain('The mailbox is saved'));
		expect(saved.mock.calls[0]?.[0]).toMatchObject({ port: 587, security: 'startTls', password: 'a long pass phrase' });
		expect(element('#mailbox-password'), 'the password leaves the screen').toHaveProperty('value', '');
		await window.keyboard.click(element('#mailbox-test'));
		await eventually(() => expect(text('#mailbox-test-outcome')).toContain('took the test message'));
		await window.keyboard.click(button('Go on'));
		await step('Directory');
		await window.keyboard.upload(element('#directory-file'), new File(['{"kind":"directory"}'], 'area.jsonl'));
		await window.keyboard.click(button('Load it'));
		await step('Addresses');
		expect(states()).toEqual(['Done', 'Done', 'Done', 'Done', 'Done', 'To do']);
		await window.keyboard.click(element('#finish'));
		await eventually(() => expect(focused()).toBe('search'));
		expect(text('.places__who')).toBe('Signed in: Amy Cope');
	});

	it('shows the recovery key in groups until its last one was typed from the paper, and never again', async () => {
		const window = await openAt(replay('setUp'), '');
		await step('Records');
		await window.keyboard.click(element('#make-records'));
		await eventually(() => expect(focused()).toBe('key-heading'));
		const groups = [...document.querySelectorAll('#recovery-key li')].map((group) => group.textContent);
		expect(groups.join('-')).toBe(KEY);
		expect(groups).toHaveLength(8);
		await fill(window, { 'records-key': 'WR0N{Enter}' });
		await eventually(() => expect(focused()).toBe('records-problems'));
		expect(text('#records-key-problem')).toContain('not the recovery key');
		await window.keyboard.clear(element('#records-key'));
		await fill(window, { 'records-key': `${KEY.slice(-4).toLowerCase()}{Enter}` });
		await step('Practice');
		await window.keyboard.click(button('1. Records'));
		await step('Records');
		expect(document.body.textContent).not.toContain(KEY.slice(0, 4));
	});

	it('prints the page of the key alone', async () => {
		const print = vi.fn();
		vi.stubGlobal('print', print);
		const window = await openAt(replay('setUp'), '');
		await step('Records');
		await window.keyboard.click(element('#make-records'));
		await eventually(() => element('#print-key'));
		await window.keyboard.click(element('#print-key'));
		expect(print).toHaveBeenCalledOnce();
		vi.unstubAllGlobals();
	});

	it('says what is missing in a summary that takes the focus and leads to each field', async () => {
		const window = await openAt(replay('setUp'), '');
		await step('Records');
		await records(window);
		await fill(window, { 'details-name': '{Enter}' });
		await eventually(() => expect(focused()).toBe('details-problems'));
		expect([...document.querySelectorAll('#details-problems a')].map((link) => link.textContent)).toEqual([
			'Practice code (ODS) is missing',
			'Name is missing',
			'Phone is missing',
		]);
		await window.keyboard.click(element('#details-problems li:nth-child(2) a'));
		expect(focused()).toBe('details-name');
		expect(element('#details-name').getAttribute('aria-describedby')).toBe('details-name-problem');
	});

	it.each([
		['a PIN that a colleague would try first', 1, '1234', 'Choose another PIN'],
		['a first person who could not go on', 0, REPLAY_PIN, 'A practice admin or manager'],
	])('refuses %s', async (_name, role, pin, words) => {
		const window = await openAt(replay('setUp'), '');
		await step('Records');
		await practice(window);
		await add(window, 'Amy Cope', 'Practice admin', role, pin);
		await eventually(() => expect(focused()).toBe('add-staff-problems'));
		expect(text('#add-staff-problems')).toContain(words);
		expect(element('#add-staff-name'), 'nothing has to be typed again').toHaveProperty('value', 'Amy Cope');
	});

	it('names the line of a directory that cannot be read', async () => {
		const window = await openAt(replay('setUp'), '');
		await step('Records');
		await practice(window);
		await window.keyboard.click(button('5. Directory'));
		await step('Directory');
		await window.keyboard.click(button('Load it'));
		await eventually(() => expect(text('#directory-problems')).toContain('Choose the file'));
		await window.keyboard.upload(element('#directory-file'), new File(['not a directory'], 'letter.jsonl'));
		await window.keyboard.click(button('Load it'));
		await eventually(() => expect(text('#directory-problems')).toContain('line 1'));
	});

	it('goes on where it was left, once whoever is known has signed in', async () => {
		const backend = replay('setUp');
		const [left, full] = [await backend.windowState(), await replay('real').windowState()];
		const view = await replay('real').setUpState();
		backend.windowState = async () => ({
			...left,
			staff: full.staff,
			session: { ...left.session, asksPin: true, signedIn: null },
		});
		backend.setUpState = async () => ({ ...view, next: 'mailbox' });
		await openAt(backend, 'sign-in-who');
		expect(text('#step-heading')).toContain('Sign in to go on');
	});
});

describe('records that cannot be opened', () => {
	it('are opened with the recovery key, however it is written, and then ask who is there', async () => {
		const window = await openAt(replay('recover'), 'recover-heading');
		expect(text('main')).toContain('Their key is not in this computer’s keychain');
		await fill(window, { 'recover-key': 'AAAA{Enter}' });
		await eventually(() => expect(focused()).toBe('recover-problems'));
		await window.keyboard.clear(element('#recover-key'));
		await fill(window, { 'recover-key': `${KEY.toLowerCase().replaceAll('-', ' ')}{Enter}` });
		await eventually(() => expect(focused()).toBe('sign-in-who'));
	});

	it('that are damaged are not asked for a key: a backup brings them back', async () => {
		const backend = replay('recover');
		const frame = await backend.windowState();
		backend.windowState = async () => ({ ...frame, trouble: 'records-damaged' });
		const window = await openAt(backend, 'recover-heading');
		expect(document.querySelector('#recover-key')).toBeNull();
		await fill(window, { 'restore-key': `${KEY}{Enter}` });
		await eventually(() => expect(focused()).toBe('restore-problems'));
		await fill(window, { 'restore-folder': 'backups{Enter}' });
		await eventually(() => expect(focused()).toBe('sign-in-who'));
	});
});
