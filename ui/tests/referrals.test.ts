// After sending: undo, the list on this computer, an uncertain send, the demonstration mailbox and the question at closing.
import { describe, expect, it, vi } from 'vitest';
import type { Backend } from '../src/backend/backend';
import { replay } from '../src/backend/replay';
import { IDLE_MILLISECONDS, OnwardState } from '../src/state/window.svelte';
import { element, eventually, focused, openWindow, PASTED, SMITH, text } from './window';

async function sent(backend: Backend) {
	const window = await openWindow(backend);
	window.paste(PASTED[SMITH] ?? '');
	await eventually(() => element('.banner'));
	await window.keyboard.keyboard('fibro');
	await eventually(() => element('#card-name'));
	await window.press('{Enter}');
	await eventually(() => expect(focused()).toBe('reasons'));
	await window.press('1');
	element('#consent').focus();
	await window.press('2');
	await eventually(() => expect(focused()).toBe('crisis'));
	await window.press('1');
	await eventually(() => expect(focused()).toBe('redFlags'));
	await window.press('1', '{Control>}{Enter}{/Control}');
	await eventually(() => element('.leaving'));
	return window;
}

const button = (words: string): HTMLElement => {
	const found = [...document.querySelectorAll('button')].find((other) => other.textContent.trim().startsWith(words));
	if (!found) throw new Error(`No button says ${words}`);
	return found;
};

describe('into the patient’s record', () => {
	it('copies by one key only when it is pressed, and asks until it is ticked', async () => {
		const backend = replay();
		const copy = vi.spyOn(backend, 'copyForRecord');
		const window = await sent(backend);
		expect(copy).not.toHaveBeenCalled();
		await eventually(() => expect(text('#to-file')).toBe('1 not filed in the record'));
		await window.press('{F8}');
		await eventually(() => expect(text('.record__said')).toContain('cleared after 60 s'));
		expect(copy).toHaveBeenCalledTimes(1);
		expect(text('#to-file')).toBe('1 not filed in the record');
		await window.keyboard.click(element('.leaving .record__tick input'));
		await eventually(() => expect(document.querySelector('#to-file')).toBeNull());
	});

	it('says so when there is nothing to copy, and when the clipboard refuses', async () => {
		const backend = replay();
		const window = await openWindow(backend);
		await window.press('{F8}');
		await eventually(() => expect(text('.send-bar__said')).toContain('no referral here to copy'));
		backend.copyForRecord = () => Promise.reject({ code: 'clipboard', detail: null, problems: [] });
		await window.keyboard.click(button('Referrals'));
		await eventually(() => element('.row'));
		await window.keyboard.click(element('.row'));
		await eventually(() => element('#record-text'));
		await window.press('{F8}');
		await eventually(() => expect(text('.trouble')).toContain('The clipboard could not be written'));
	});
});

describe('a person who was referred before', () => {
	const accepted = {
		referralId: '0199f0bb-0000-7000-8000-000000000004',
		reference: 'ONW-2B7C-80WD',
		serviceId: 'pain-platform',
		serviceName: 'Pain Platform',
		state: 'accepted',
		days: 22,
		open: true,
		recent: true,
	};

	function withEarlier(one: typeof accepted): Backend {
		const backend = replay();
		const { pastePatient, saveForm } = backend;
		backend.pastePatient = async (...given) => ({ ...(await pastePatient.apply(backend, given)), earlier: [one] });
		backend.saveForm = async (...given) => ({ ...(await saveForm.apply(backend, given)), earlier: [one] });
		return backend;
	}

	it('is shown with the open referral, which is one press away', async () => {
		const window = await openWindow(withEarlier(accepted));
		expect(document.querySelector('.earlier')).toBeNull();
		window.paste(PASTED[SMITH] ?? '');
		await eventually(() => expect(text('.earlier')).toContain('Pain Platform: accepted by the service, day 22'));
		expect(text('.earlier')).toContain('on this computer');
		await window.keyboard.click(element('.earlier button'));
		await eventually(() => expect(text('#detail-heading')).toContain('ONW-2B7C-80WD'));
	});

	it('h05 sent twice: the same service is pointed out before Send, and nothing is blocked', async () => {
		const window = await sent(withEarlier({ ...accepted, state: 'ended', open: false }));
		expect(text('.leaving__text')).toContain('Queued');
		window.paste(PASTED[SMITH] ?? '');
		await eventually(() => element('.banner'));
		expect(document.querySelector('.earlier')).toBeNull();
		expect(document.querySelector('#send-repeat')).toBeNull();
		await window.keyboard.keyboard('fibro');
		await eventually(() =>
			expect(text('#card-repeat')).toContain('Already referred here 22 days ago (ONW-2B7C-80WD, on this computer)'),
		);
		await window.press('{Enter}');
		await eventually(() => expect(text('#send-repeat')).toContain('You can still send'));
	});
});

describe('the time to undo', () => {
	it('is undone by its button on any place, and ends in NOT SENT with everything kept', async () => {
		const window = await sent(replay());
		await window.keyboard.click(button('Referrals'));
		await eventually(() => element('.rows'));
		await window.keyboard.click(button('Undo'));
		await eventually(() => expect(text('.leaving--undone')).toContain('NOT SENT: back in your drafts'));
		expect(text('#send')).toBe('Send SMITH, born 14-Jul-1945, to Pain Platform');
		expect(element('#reasons')).toHaveProperty('checked', true);
	});

	it('h22 undo is a named control and never Esc', async () => {
		const backend = replay();
		const undo = vi.spyOn(backend, 'undoReferral');
		const window = await sent(backend);
		await window.press('{Escape}');
		expect(undo).not.toHaveBeenCalled();
		expect(text('.leaving__text')).toContain('leaves in 60 s');
	});

	it('says why when it is too late', async () => {
		const backend = replay();
		const window = await sent(backend);
		backend.undoReferral = () => Promise.reject({ code: 'too-late', detail: null, problems: [] });
		await window.keyboard.click(button('Undo'));
		await eventually(() => expect(text('.trouble')).toContain('Too late to undo'));
	});

	it('ends with Send now, which claims no more than a mail server’s word', async () => {
		const window = await sent(replay());
		await window.keyboard.click(button('Send now'));
		await eventually(() => expect(text('.leaving__text')).toContain('Sent: the mail server accepted it'));
		expect(document.querySelector('.leaving')?.textContent).not.toContain('✓');
	});
});

it('finds what can still be undone when the window is opened again', async () => {
	const backend = replay();
	const rows = await backend.referrals();
	const queued = await backend.referral('0199f0bb-0000-7000-8000-000000000001');
	backend.referrals = async () => [queued.row, ...rows];
	await openWindow(backend);
	await eventually(() => expect(text('.leaving__text')).toContain('leaves in 57 s'));
	expect(document.querySelectorAll('.leaving')).toHaveLength(1);
});

it('h01 wrong patient: the patient goes after 10 idle minutes, as a draft and without a question', async () => {
	vi.useFakeTimers();
	try {
		const backend = replay();
		const onward = new OnwardState(backend, () => 0);
		await onward.start();
		await onward.paste(PASTED[SMITH] ?? '');
		await vi.advanceTimersByTimeAsync(IDLE_MILLISECONDS - 1);
		expect(onward.draft.view?.banner?.name).toBe('SMITH, John (Mr)');
		await vi.advanceTimersByTimeAsync(1);
		expect(onward.draft.view?.banner).toBeNull();
		expect((await backend.drafts())[0]?.patient).toBe('SMITH, John (Mr)');
		onward.stop();
	} finally {
		vi.useRealTimers();
	}
});

describe('the list', () => {
	it('has what needs attention on top, says who answers for it, and gives a tick only to what the service confirmed', async () => {
		const window = await openWindow();
		await window.keyboard.click(button('Referrals'));
		await eventually(() => expect(text('.lists__subheading--attention')).toBe('Needs attention (1)'));
		expect(text('.lists__heading')).toBe('Referrals on this computer');
		const rows = [...document.querySelectorAll('.row')].map((row) => row.textContent.replace(/\s+/g, ' '));
		expect(rows[0]).toContain('Not certain: it may have been sent');
		expect(rows[0]).toContain('The practice holds clinical responsibility until it is accepted');
		expect(rows[0]).toContain('Next: practice admin, by 23-Nov-2026');
		expect(rows.map((row) => row.includes('✓'))).toEqual([false, false, true]);
		expect(rows[2]).toContain('Accepted by the service');
	});

	it('explains an uncertain send, with the phone number, and lets a person decide', async () => {
		const backend = replay();
		const decided = vi.spyOn(backend, 'decideUnknown');
		const window = await openWindow(backend);
		await window.keyboard.click(button('Referrals'));
		await eventually(() => element('.row'));
		await window.keyboard.click(element('.row'));
		await eventually(() => expect(text('.uncertain')).toContain('Phone: 01632 960130'));
		expect(focused()).toBe('detail-heading');
		expect(button('It arrived')).toBeTruthy();
		await window.keyboard.click(button('Send again, marked as a possible duplicate'));
		await eventually(() => expect(decided).toHaveBeenCalledWith(expect.any(String), 'sendAgain'));
		await eventually(() => expect(document.querySelector('.uncertain')).toBeNull());
		expect(text('.detail__state')).toBe('Queued');
	});

	it('withdraws only with a reason', async () => {
		const backend = replay();
		const withdrawn = vi.spyOn(backend, 'withdraw');
		const window = await openWindow(backend);
		await window.keyboard.click(button('Referrals'));
		await eventually(() => element('.row'));
		await window.keyboard.click(document.querySelectorAll('.row')[1] ?? element('.row'));
		await eventually(() => element('.withdraw'));
		await window.keyboard.click(element('.withdraw button'));
		await eventually(() => expect(text('#withdraw-problem')).toBe('Say why it is withdrawn'));
		expect(withdrawn).not.toHaveBeenCalled();
		await window.keyboard.type(element('#withdraw-reason'), 'no longer wanted');
		await window.keyboard.click(element('.withdraw button'));
		await eventually(() => expect(text('.detail__state')).toBe('Withdrawn'));
	});

	it('opens a draft that was set aside', async () => {
		const window = await openWindow();
		await window.keyboard.click(button('Referrals'));
		await eventually(() => element('.draft button'));
		await window.keyboard.click(element('.draft button'));
		await eventually(() => expect(text('.banner__name')).toBe('TAYLOR, Ann (Ms)'));
	});
});

describe('the demonstration', () => {
	it('says so on every place, and reads its mailbox again when a referral has changed', async () => {
		const backend = replay();
		let changed: (id: string) => void = () => undefined;
		backend.onReferralChanged = (act) => (changed = act);
		const read = vi.spyOn(backend, 'demonstrationMailbox');
		const window = await openWindow(backend);
		for (const place of ['Refer', 'Referrals', 'Demonstration mailbox']) {
			await window.keyboard.click(button(place));
			expect(text('.strip')).toBe('DEMONSTRATION: made-up services. Nothing leaves this computer.');
		}
		await eventually(() => element('.row'));
		await window.keyboard.click(element('.row'));
		await eventually(() => expect(text('.letter')).toContain('Reference ONW-9QZ2-55TK'));
		expect(text('.facts')).toContain('referral.pdf, referral.json');
		const before = read.mock.calls.length;
		changed('0199f0bb-0000-7000-8000-000000000003');
		await eventually(() => expect(read.mock.calls.length).toBeGreaterThan(before));
	});

	it('has no mailbox and no strip in real use', async () => {
		const backend = replay();
		const { windowState } = backend;
		backend.windowState = async () => ({ ...(await windowState.call(backend)), mode: 'real' });
		await openWindow(backend);
		expect(document.querySelector('.strip')).toBeNull();
		expect(text('nav')).not.toContain('mailbox');
	});
});

it('h22 quitting asks what to do with what can still be undone', async () => {
	const backend = replay();
	let ask: (waiting: number) => void = () => undefined;
	backend.onCloseAsked = (act) => (ask = act);
	const quit = vi.spyOn(backend, 'quit');
	const window = await openWindow(backend);
	ask(2);
	await eventually(() => expect(text('#close-question-heading')).toBe('2 referrals have not left yet'));
	expect(element('dialog')).toHaveProperty('open', true);
	await window.keyboard.click(button('Keep as drafts'));
	expect(quit).toHaveBeenCalledWith('keepAsDraft');
	await eventually(() => expect(element('dialog')).toHaveProperty('open', false));
});
