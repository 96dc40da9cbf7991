// Controls of the hazard log on the pages: offers, answers, silence, what is said before Send, and reported concerns.
import { describe, expect, it, test, vi } from 'vitest';
import type { DraftView, ServiceCard } from '../src/backend/types';
import codes from '../src/backend/codes.json';
import { replay } from '../src/backend/replay';
import * as messages from '../src/messages';
import { element, eventually, focused, openWindow, PASTED, SMITH, text } from './window';

const button = (words: string): HTMLElement => {
	const found = [...document.querySelectorAll('button')].find((other) => other.textContent.trim().startsWith(words));
	if (!found) throw new Error(`No button says ${words}`);
	return found;
};

const rowOf = (reference: string): HTMLElement => {
	const found = [...document.querySelectorAll<HTMLElement>('.row')].find((other) => other.textContent.includes(reference));
	if (!found) throw new Error(`${reference} is not in the list`);
	return found;
};

async function withService(backend = replay()) {
	const window = await openWindow(backend);
	window.paste(PASTED[SMITH] ?? '');
	await eventually(() => element('.banner'));
	await window.keyboard.keyboard('fibro');
	await eventually(() => element('#card-name'));
	await window.press('{Enter}');
	await eventually(() => expect(focused()).toBe('reasons'));
	return { window, backend };
}

async function openFirst(backend = replay()) {
	const window = await openWindow(backend);
	await window.keyboard.click(button('Referrals'));
	await eventually(() => rowOf('ONW-9QZ2'));
	await window.keyboard.click(rowOf('ONW-9QZ2'));
	await eventually(() => expect(text('#detail-heading')).toContain('ONW-9QZ2'));
	return window;
}

/** The recorded answers, with something about each draft changed. */
function withDrafts(change: (view: DraftView) => DraftView) {
	const backend = replay();
	const save = backend.saveForm.bind(backend);
	backend.saveForm = async (id, form) => change(await save(id, form));
	return backend;
}

function withCards(change: Partial<ServiceCard>) {
	const backend = replay();
	const card = backend.serviceCard.bind(backend);
	backend.serviceCard = async (draft, service) => ({ ...(await card(draft, service)), ...change });
	return backend;
}

describe('what was offered and not sent', () => {
	it('is put off with a day, filed by one key, and leaves an empty form', async () => {
		const { window, backend } = await withService();
		const park = vi.spyOn(backend, 'parkReferral');
		const copy = vi.spyOn(backend, 'copyForRecord');
		await window.keyboard.click(element('.offer summary'));
		await window.keyboard.click(button('4 weeks'));
		await window.keyboard.type(element('#offer-why'), 'After Christmas');
		await window.keyboard.click(element('#offer-park'));
		await eventually(() => expect(text('.leaving')).toContain('Parked'));
		expect(park.mock.calls[0]?.slice(2)).toEqual(['29-Jan-1970', 'After Christmas']);
		expect(document.querySelector('.banner')).toBeNull();
		await window.press('{F8}');
		await eventually(() => expect(copy).toHaveBeenCalledTimes(1));
		await window.keyboard.click(element('.leaving .record__tick input'));
		await eventually(() => expect(document.querySelector('#to-file')).toBeNull());
	});

	it('says what is wrong with the day, and keeps what was typed', async () => {
		const { window } = await withService();
		await window.keyboard.click(element('.offer summary'));
		await window.keyboard.type(element('#offer-why'), 'Later');
		await window.keyboard.click(element('#offer-park'));
		await eventually(() => expect(text('.trouble')).toContain('Give a day from tomorrow on'));
		expect(element('#offer-why')).toHaveProperty('value', 'Later');
		expect(element('.banner__name').textContent).toContain('SMITH');
	});

	test('h16 consent refused: “Declined” writes the refusal down, without any answer, and nothing is sent', async () => {
		const { window, backend } = await withService();
		const queue = vi.spyOn(backend, 'queueReferral');
		await window.keyboard.click(element('.offer summary'));
		await window.keyboard.click(element('#offer-decline'));
		await eventually(() => expect(text('.leaving')).toContain('The patient said no'));
		await window.keyboard.click(button('Referrals'));
		await eventually(() => expect(rowOf('ONW-6P1K').textContent).toContain('The patient said no'));
		expect(queue).not.toHaveBeenCalled();
	});

	test('h26 parked offer: taken up again, consent and the safety questions stand unanswered', async () => {
		const { window } = await withService();
		await window.press('1');
		element('#consent').focus();
		await window.press('1');
		await window.keyboard.click(element('.offer summary'));
		await window.keyboard.click(button('3 months'));
		await window.keyboard.click(element('#offer-park'));
		await eventually(() => expect(text('.leaving')).toContain('Parked'));
		await window.keyboard.click(button('Referrals'));
		await eventually(() => rowOf('ONW-6P1K'));
		await window.keyboard.click(rowOf('ONW-6P1K'));
		await eventually(() => button('Offer again now'));
		await window.keyboard.click(button('Offer again now'));
		await eventually(() => expect(element('.banner__name').textContent).toContain('SMITH'));
		for (const name of ['consent', 'crisis', 'redFlags'])
			expect(document.querySelectorAll(`input[name="${name}"]:checked`)).toHaveLength(0);
		expect(document.querySelectorAll('input[name="consent"]').length).toBeGreaterThan(2);
	});
});

describe('what the service answers', () => {
	test('h19 rejection: it cannot be written down without a reason, and stands on top until somebody says what was done', async () => {
		const window = await openFirst();
		await window.keyboard.click(element('#replies summary'));
		await window.keyboard.click(element('#reply-5'));
		await window.keyboard.click(element('#reply-record'));
		await eventually(() => expect(text('#reply-problem')).toContain('Say it in words'));
		await window.keyboard.type(element('#reply-words'), 'Full until April; ask the community team');
		await window.keyboard.click(element('#reply-record'));
		await eventually(() => expect(text('.detail__state')).toContain('Not accepted by the service'));
		const first = (): string => text('.lists__side .rows .row');
		const onTop = () => [...document.querySelectorAll('.lists__side .rows:first-of-type .row')].map((row) => row.textContent);
		await eventually(() => expect(onTop().join()).toContain('ONW-9QZ2'));
		expect(text('.facts')).toContain('the referrer');
		expect(text('.facts')).toContain('deputy: practice admin');
		await window.keyboard.click(element('#acknowledge'));
		await eventually(() => expect(text('#follow-up-problem')).toContain('Say it in words'));
		await window.keyboard.type(element('#follow-up-words'), 'Referred to the community team');
		await window.keyboard.click(element('#acknowledge'));
		await eventually(() => expect(document.querySelector('#acknowledge')).toBeNull());
		expect(first()).not.toContain('ONW-9QZ2');
	});

	test('h04 silence: unanswered referrals stand together by service, with the number to ring, and are chased at once', async () => {
		const backend = replay();
		const all = backend.referrals.bind(backend);
		let silent = true;
		backend.referrals = async () =>
			(await all()).map((row) =>
				row.state === 'sent' && silent ? { ...row, needsAttention: true, attention: 'no-answer' } : row,
			);
		const chase = vi.spyOn(backend, 'chase');
		const window = await openWindow(backend);
		await window.keyboard.click(button('Referrals'));
		await eventually(() => expect(text('#silent')).toBe('No answer: chase (1)'));
		expect(text('.silent__phone')).toBe('01632 960200');
		silent = false;
		await window.keyboard.click(button('Chased: look again'));
		await eventually(() => expect(document.querySelector('#silent')).toBeNull());
		expect(chase).toHaveBeenCalledTimes(1);
	});

	it('has words for every kind of attention and of answer that Rust gives, and for no other', () => {
		expect(Object.keys(messages.ATTENTION).sort()).toEqual([...codes.attention].sort());
		expect(messages.REPLIES).toHaveLength(6);
	});
});

describe('before Send', () => {
	test('h25 held: what would be held says so before Send, with who acts, by when, and another way', async () => {
		const wouldWait = { why: 'not-approved', owner: 'practice-admin', by: '23-Nov-2026', detail: null, phone: '01632 960200' };
		await withService(withDrafts((view) => ({ ...view, wouldWait })));
		await eventually(() => element('#send-waits'));
		const said = text('#send-waits');
		for (const part of [
			'has not approved',
			'Practice admin approves the address, by 23-Nov-2026',
			'phone the service, 01632 960200',
		])
			expect(said).toContain(part);
		expect(element('#send').getAttribute('aria-describedby')).toContain('send-waits');
	});

	it('h25 says nothing of waiting where nothing keeps it', async () => {
		await withService();
		expect(document.querySelector('#send-waits')).toBeNull();
		const channel = { why: 'cannot-connect', owner: 'practice-admin', by: '23-Nov-2026', detail: null, phone: null };
		expect(messages.wouldWaitWords(channel)).toContain('It would wait: The mail server cannot be reached.');
	});

	test('h06 stale record: over 90 days is marked, over 180 asks for a tick that somebody phones', async () => {
		for (const [checkedAge, mark, asked] of [
			['fresh', null, false],
			['over-90', 'amber', false],
			['over-180', 'red', true],
			['never', 'red', true],
		] as const) {
			document.body.innerHTML = '';
			const { window, backend } = await withService(withCards({ checkedAge }));
			const save = vi.spyOn(backend, 'saveForm');
			expect(document.querySelector('#checked-mark') !== null).toBe(mark !== null);
			expect(document.querySelector(`.card__kind--${mark ?? 'amber'} #checked-mark`) !== null).toBe(mark !== null);
			expect(document.querySelector('#willPhone') !== null).toBe(asked);
			if (!asked) continue;
			await window.keyboard.click(element('#willPhone'));
			await eventually(() => expect(save.mock.calls.at(-1)?.[1].willPhone).not.toBeNull());
		}
	});

	test('h06 stale directory: the foot line is marked from 14 days on', async () => {
		const backend = replay();
		const state = backend.windowState.bind(backend);
		const day = 24 * 3_600_000;
		for (const [ago, marked] of [
			[13 * day, false],
			[15 * day, true],
		] as const) {
			document.body.innerHTML = '';
			// The window's clock stands at 1970 in these tests.
			backend.windowState = async () => {
				const frame = await state();
				return { ...frame, directory: { ...frame.directory, refreshedAt: new Date(-ago).toISOString() } };
			};
			await openWindow(backend);
			await eventually(() => element('.foot'));
			expect(text('.foot').includes('over 14 days old')).toBe(marked);
			expect(document.querySelector('.foot__problem') !== null).toBe(marked);
		}
	});

	test('h11 item 9: a prompt stands beside “In crisis?” when it is above 0, and says what to ask', async () => {
		const { window } = await withService();
		for (const [item, prompted] of [
			['0', false],
			['1', true],
			['', false],
			['3', true],
		] as const) {
			await window.keyboard.clear(element('#phq9Item9'));
			if (item !== '') await window.keyboard.type(element('#phq9Item9'), item);
			await eventually(() => expect(document.querySelector('#phq9-prompt') !== null).toBe(prompted));
		}
		expect(text('#phq9-prompt')).toContain('ask about thoughts of ending their life');
		const crisis = element('input[name="crisis"]').closest('fieldset');
		expect(crisis?.nextElementSibling?.id).toBe('phq9-prompt');
		expect(document.querySelectorAll('input[name="crisis"]:checked')).toHaveLength(0);
		for (const word of ['mild', 'moderate', 'severe', 'score']) expect(text('.phq9').toLowerCase()).not.toContain(word);
	});

	test('h09 criteria: “The service asks for”, the sentence, its source and date, and no word of a verdict', async () => {
		const { window } = await withService();
		await window.press('{Tab}');
		const card = text('.card');
		expect(card).toContain('The service asks for');
		expect(
			document.querySelectorAll('.card .criteria [data-words="service"], .card [data-words="service"]').length,
		).toBeGreaterThan(1);
		expect(card).toMatch(/Checked \d+ days? ago by /);
		const verdict = /\b(un)?suitable|recommend|should be treated|appropriate|eligible|inappropriate|\bscore/i;
		const ours = [...document.querySelectorAll('.card *')].filter((node) => node.closest('[data-words]') === null);
		expect(ours.length).toBeGreaterThan(20);
		const said = ours
			.flatMap((node) => [...node.childNodes].filter((child) => child.nodeType === 3))
			.map((child) => child.textContent ?? '');
		expect(said.filter((words) => verdict.test(words))).toEqual([]);
		expect(verdict.test('This patient is eligible')).toBe(true);
		expect(Object.values(messages.OUTCOMES)).toEqual(['met', 'not met', 'not known']);
	});
});

test('h21 stranded work: the list says that it is this computer’s', async () => {
	const window = await openWindow();
	await window.keyboard.click(button('Referrals'));
	await eventually(() => expect(text('.lists__heading')).toBe('Referrals on this computer'));
	expect(messages.EARLIER.heading).toContain('on this computer');
	expect(messages.repeatWords('ONW-1', 'sent', 2)).toContain('on this computer');
	expect(messages.CONCERN.list).toContain('on this computer');
});

describe('a safety concern', () => {
	it('can be reported from every place, is listed with versions to hand on, and goes nowhere', async () => {
		const backend = replay();
		const report = vi.spyOn(backend, 'reportConcern');
		const window = await openWindow(backend);
		for (const place of ['Refer', 'Referrals', 'Demonstration mailbox']) {
			await window.keyboard.click(button(place));
			expect(element('#concern-open').textContent).toContain('Report a safety concern');
		}
		HTMLDialogElement.prototype.showModal ??= function (this: HTMLDialogElement) {
			this.open = true;
		};
		HTMLDialogElement.prototype.close ??= function (this: HTMLDialogElement) {
			this.open = false;
		};
		await window.keyboard.click(element('#concern-open'));
		await eventually(() => expect(text('.concern')).toContain('Write no name, NHS number or date of birth'));
		await window.keyboard.click(element('#concern-report'));
		await eventually(() => expect(text('#concern-problem')).toBe('Say what happened'));
		expect(report).not.toHaveBeenCalled();
		await window.keyboard.type(element('#concern-words'), 'It showed a wrong wait');
		await window.keyboard.click(element('#concern-report'));
		await eventually(() =>
			expect(element('#concern-0')).toHaveProperty('value', expect.stringContaining('It showed a wrong wait')),
		);
		const handed = (element('#concern-0') as HTMLTextAreaElement).value;
		expect(handed).toContain('Onward: version ');
		expect(handed).toContain('Directory: ');
		expect(report).toHaveBeenCalledWith('It showed a wrong wait', 'mailbox');
		await window.keyboard.click(element('#concern-close'));
		await eventually(() => expect(document.querySelector('#concern-heading')).toBeNull());
	});
});
