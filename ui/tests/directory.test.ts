// The place Directory and what is put beside a service on its card; by keyboard, on recorded answers.
import { describe, expect, it, vi } from 'vitest';
import { replay } from '../src/backend/replay';
import { REPLAY_PIN } from '../src/backend/replay-practice';
import * as messages from '../src/messages';
import { element, eventually, focused, named, openAt, openWindow, text } from './window';

const value = (selector: string): string => (element(selector) as HTMLTextAreaElement).value;
const rows = () => [...document.querySelectorAll('.entry__name')].map((row) => row.textContent.trim());

async function openDirectory(backend = replay()) {
	const window = await openWindow(backend);
	await window.keyboard.click(named('Directory'));
	await eventually(() => element('.entry'));
	return window;
}

async function openPart(part: string, backend = replay()) {
	const window = await openDirectory(backend);
	await window.keyboard.click(named(part));
	await eventually(() => expect(text('#directory-heading')).toBe(part));
	return window;
}

/** Pain Platform on the screen, the focus in the search box. */
async function openCard(backend = replay()) {
	const window = await openWindow(backend);
	await window.keyboard.keyboard('fibro');
	await eventually(() => expect(text('#card-name')).toContain('Pain Platform'));
	return window;
}

describe('an entry that needs a check', () => {
	it('stands with why, the most used first', async () => {
		await openDirectory();
		expect(rows()[0]).toBe('Pain Platform');
		expect(text('.entry')).toContain('14 referrals in 12 months · pinned');
		expect(text('.entry')).toContain('Published anew since we checked it, 14-Nov-2026');
		expect(text('.entries')).toContain('A referral to it failed, 19-Nov-2026');
		expect(text('.entries')).toContain('Its pause has ended: last day 15-Nov-2026');
		expect(text('#entries-count')).toContain('6 entries need a check.');
	});

	it('is still right in four key presses, and the next one has the focus', async () => {
		const backend = replay();
		const verify = vi.spyOn(backend, 'verifyService');
		const window = await openDirectory(backend);
		element('#still-pain-platform').focus();
		const before = window.presses();
		await window.press('{Enter}');
		await eventually(() => expect(focused()).toBe('check-how'));
		await window.press('1');
		await eventually(() => expect(focused()).toBe('check-who'));
		await window.press('1');
		await eventually(() => expect(focused()).toBe('check-save'));
		expect(verify).not.toHaveBeenCalled();
		await window.press('{Enter}');
		await eventually(() => expect(focused()).toBe('still-talking-therapies'));
		expect(window.presses() - before).toBe(4);
		expect(verify).toHaveBeenCalledWith('pain-platform', 'phone', 'Amy Cope');
		expect(rows()).not.toContain('Pain Platform');
		expect(text('#directory-said')).toBe('Pain Platform: still right, written down.');
	});

	it('preselects nothing, and says what is missing', async () => {
		const backend = replay();
		const verify = vi.spyOn(backend, 'verifyService');
		const window = await openDirectory(backend);
		await window.keyboard.click(element('#still-pcn-ot'));
		await eventually(() => expect(focused()).toBe('check-how'));
		expect(document.querySelector('.still-right input:checked')).toBeNull();
		await window.keyboard.click(element('#check-save'));
		await eventually(() => expect(text('.still-right')).toContain('Say how you asked'));
		// Nobody is named there: whoever answered, or a name that is typed.
		element('#check-how').focus();
		await window.press('2');
		await eventually(() => expect(focused()).toBe('check-who'));
		await window.press('2');
		await eventually(() => expect(focused()).toBe('check-name'));
		await window.press('{Enter}');
		await eventually(() => expect(text('.still-right')).toContain('Say who answered'));
		expect(verify).not.toHaveBeenCalled();
		await window.keyboard.keyboard('Jo, reception{Enter}');
		await eventually(() => expect(verify).toHaveBeenCalledWith('pcn-ot', 'email', 'Jo, reception'));
	});

	it('is found by its name when nothing asks for it, and Escape takes the form away', async () => {
		const window = await openDirectory();
		element('#find-entry').focus();
		await window.keyboard.keyboard('walk');
		await eventually(() => expect(rows()).toEqual(['Biddulph walking group']));
		expect(text('.entry')).toContain('our own');
		expect(document.querySelector('[id^="wrong-local"]'), 'our own are changed, not corrected').toBeNull();
		await window.keyboard.click(element('[id="still-local:walk"]'));
		await eventually(() => expect(focused()).toBe('check-how'));
		await window.press('{Escape}');
		await eventually(() => expect(focused()).toBe('still-local:walk'));
	});

	it('has a timeline, and gives the focus back', async () => {
		const window = await openDirectory();
		await window.keyboard.click(element('#entry-pain-platform'));
		await eventually(() => expect(focused()).toBe('history-heading'));
		const lines = [...document.querySelectorAll('.history__line')].map((line) => line.textContent.replace(/\s+/g, ' ').trim());
		expect(lines).toHaveLength(10);
		expect(lines[0]).toContain('Still right, asked by phone: the duty therapist answered Amy Cope');
		expect(lines[1]).toContain('Published, version 3. Wait: “5 weeks” → “3 weeks”');
		// Why it turned somebody away is about a patient, and stands with the referral.
		expect(lines[6]).toContain('It turned a referral away: ONW-2B7C-80WD, where the reason stands Dr Tom Ellis');
		expect(lines[7]).toContain('A referral to it failed: ONW-7K3F-92QD. The mail server refused the service’s address.');
		expect(lines[7]).not.toContain('onward');
		expect(lines[8]).toContain(
			'Address approved after a phone call: referrals@pain-platform.example.nhs.uk (who answered: Jo at 01632 960120) Amy Cope',
		);
		expect(lines[9]).toContain('Address refused: nothing is sent there Amy Cope');
		await window.press('{Escape}');
		await eventually(() => expect(focused()).toBe('entry-pain-platform'));
	});
});

describe('this entry is wrong', () => {
	it('names the part in two key presses from the search box, and says what it should say', async () => {
		const backend = replay();
		const suggest = vi.spyOn(backend, 'suggestCorrection');
		const window = await openCard(backend);
		const before = window.presses();
		await window.press('{Control>}e{/Control}');
		await eventually(() => expect(focused()).toBe('wrong-part'));
		await window.press('3');
		await eventually(() => expect(focused()).toBe('wrong-proposed'));
		expect(window.presses() - before).toBe(2);
		expect(text('#wrong-now')).toBe('Published: 3 weeks');
		await window.press('{Enter}');
		await eventually(() => expect(text('#wrong-proposed-problem')).toContain('that is what it says now'));
		expect(suggest).not.toHaveBeenCalled();
		await window.keyboard.clear(element('#wrong-proposed'));
		await window.keyboard.keyboard('8 weeks{Enter}');
		await eventually(() => expect(text('.layer__entries')).toContain('Wait should say “8 weeks”'));
		expect(suggest).toHaveBeenCalledWith('pain-platform', 'wait', '8 weeks', '');
		expect(focused()).toBe('layer-wrong');
	});

	it('stands beside what is published in a conflict, until a person decides', async () => {
		const backend = replay();
		const window = await openPart('Corrections', backend);
		const sides = [...document.querySelectorAll('.sides')].map((side) => side.textContent.replace(/\s+/g, ' ').trim());
		expect(sides[0]).toBe('Published then 01632 960130Published now 01632 960131We say 01632 960139');
		expect(text('.taken-up')).toContain('Pain Platform: Wait should say “3 weeks”');
		await window.keyboard.click(named('Ours is still right'));
		await eventually(() => expect(text('#directory-said')).toContain('Ours goes on'));
		expect(text('.entries')).not.toContain('in conflict');
		await window.keyboard.click(named('Withdraw'));
		await eventually(() => expect(document.querySelectorAll('.sides')).toHaveLength(1));
	});

	it('goes to the curator as a file, and as an e-mail without a person in it', async () => {
		const backend = replay();
		const written = vi.spyOn(backend, 'exportCorrections');
		const window = await openPart('Corrections', backend);
		const email = value('#curator-email');
		expect(email).toMatch(/^To: corrections@directory\.example\nSubject: Corrections to/);
		expect(email).toContain('we say: “01632 960139”');
		for (const name of ['Amy Cope', 'Tom Ellis', 'SMITH']) expect(email).not.toContain(name);
		await window.keyboard.click(named('Write the file'));
		await eventually(() => expect(text('.small-form')).toContain('Name a folder'));
		await window.keyboard.keyboard('to the curator{Enter}');
		await eventually(() => expect(text('#directory-said')).toContain('(2 corrections)'));
		expect(written).toHaveBeenCalledWith('to the curator');
	});
});

describe('beside a service', () => {
	it('stands our own check, apart from the published one, and what was published anew since its last use', async () => {
		await openCard();
		expect(text('#own-check')).toBe('Checked by us 3 days ago by phone, by Amy Cope: the duty therapist answered.');
		expect(text('.card'), 'the published one stays').toContain('Checked 12 days ago by Amy Cope, by phone');
		expect(text('#since-used')).toContain('since you last sent somebody here, 10-Nov-2026 (1)');
		expect(text('#since-used')).toContain('Wait: “5 weeks” → “3 weeks” (14-Nov-2026, version 3)');
		expect(text('.layer__entries')).toContain('They ring back in the evening. Sam Lister, 12-Nov-2026');
	});

	it('stands who said not to refer there, and why; it is lifted by who may', async () => {
		const backend = replay();
		const window = await openCard(backend);
		await window.keyboard.click(element('#layer-doNotRefer'));
		await eventually(() => expect(focused()).toBe('layer-words'));
		await window.press('{Enter}');
		await eventually(() => expect(text('#layer-words-problem')).toBe('Say it in a few words'));
		await window.keyboard.keyboard('Their triage has stopped{Enter}');
		await eventually(() =>
			expect(text('#do-not-refer')).toContain('Do not refer: Their triage has stopped Dr Priya Nair, 21-Nov-2026'),
		);
		await window.keyboard.click(named('Lift it'));
		await eventually(() => expect(document.querySelector('#do-not-refer')).toBeNull());
		expect(focused()).toBe('card-name');
	});

	it('stands a prepared e-mail to the service, without a patient', async () => {
		const window = await openCard();
		await window.keyboard.click(element('#layer-ask'));
		await eventually(() => expect(focused()).toBe('ask-text'));
		const email = value('#ask-text');
		expect(email).toContain('Dear Pain Platform,');
		expect(email).toContain('Wait: 3 weeks');
		expect(email).toContain('Please do not write about any patient');
	});

	it('says before Send who said not to refer there', () => {
		const waits = {
			why: 'do-not-refer',
			owner: 'practice-admin',
			by: '23-Nov-2026',
			detail: 'Dr Rowan Hale, 20-Nov-2026: triage is closed.',
			phone: null,
		};
		expect(messages.wouldWaitWords(waits)).toContain(
			'This practice does not refer there, so it cannot be sent. Dr Rowan Hale, 20-Nov-2026: triage is closed. ',
		);
	});
});

describe('our own services', () => {
	it('are written down in words, and nothing is sent to them', async () => {
		const backend = replay();
		const save = vi.spyOn(backend, 'saveLocalService');
		const window = await openPart('Our own services', backend);
		await window.keyboard.click(element('#own-add'));
		await eventually(() => expect(focused()).toBe('own-name'));
		await window.keyboard.keyboard('Chair yoga');
		await window.keyboard.click(named('Save'));
		await eventually(() => expect(focused()).toBe('own-method'));
		await window.keyboard.click(element('#own-method'));
		await window.keyboard.type(element('#own-how'), 'Ring the hall{Enter}');
		await eventually(() => expect(text('#directory-said')).toContain('It is found from now on'));
		expect(save.mock.lastCall?.[1]).toMatchObject({ name: 'Chair yoga', method: 'phone', how: 'Ring the hall' });
		expect(text('.entries')).toContain('Chair yoga');
	});
});

describe('the place Directory', () => {
	it('is for whoever keeps the directory', async () => {
		const places = () => [...document.querySelectorAll('.places__button')].map((place) => place.textContent.trim());
		const window = await openAt(replay('real'), 'sign-in-who');
		await window.press(...'amy', '{Enter}', ...REPLAY_PIN, '{Enter}');
		await eventually(() => expect(places()).toContain('Directory'));
	});

	it('is not a clinician’s', async () => {
		const window = await openAt(replay('real'), 'sign-in-who');
		await window.press(...'tom', '{Enter}', ...REPLAY_PIN, '{Enter}');
		await eventually(() => expect(text('.places__who')).toContain('Dr Tom Ellis'));
		expect(text('.places__list')).not.toContain('Directory');
	});
});
