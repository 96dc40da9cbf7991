// The place Practice: people, and addresses that two of them approve; by keyboard, on recorded answers.
import { describe, expect, it, vi } from 'vitest';
import { replay } from '../src/backend/replay';
import { REPLAY_PIN } from '../src/backend/replay-practice';
import { element, eventually, focused, named, openPartOfPractice, text } from './window';

describe('the people', () => {
	it('leave in one action, which asks once in its place', async () => {
		const backend = replay('real');
		const left = vi.spyOn(backend, 'staffLeft');
		const window = await openPartOfPractice('People', backend);
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
		const window = await openPartOfPractice('People', backend);
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
		const window = await openPartOfPractice('People');
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
		await openPartOfPractice('Addresses');
		expect(text('.before-now')).toBe('Approved before ot@leek-pcn.example.nhs.uk Now ot.team@leek-pcn.example.nhs.uk');
	});

	it('h02 wrong address: what one person proposes waits for another’s PIN, as it was shown', async () => {
		const backend = replay('real');
		const [propose, approve] = [vi.spyOn(backend, 'proposeAddresses'), vi.spyOn(backend, 'approveAddresses')];
		const window = await openPartOfPractice('Addresses', backend);
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
		const window = await openPartOfPractice('Addresses', backend);
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

	it('is marked where it changed, with what it could be taken for', async () => {
		await openPartOfPractice('Addresses');
		const marked = [...document.querySelectorAll('.before-now del, .before-now ins')].map((one) => one.textContent);
		expect(marked).toEqual(['.team']);
		expect(text('.addresses__warnings')).toContain('easily read as ot.tearn@leek-pcn.example.nhs.uk');
	});

	it('of a directory too old to believe is phoned first, and opens its service', async () => {
		const backend = replay('real', { tooOld: true });
		const phoned = vi.spyOn(backend, 'servicePhoned');
		const window = await openPartOfPractice('Addresses', backend);
		await eventually(() => expect(text('.part__heading')).toBe('Phone first (2)'));
		await window.keyboard.click(named('They were phoned: Pain Platform'));
		await eventually(() => expect(focused()).toBe('phoned-whoAnswered'));
		await window.press('{Enter}');
		await eventually(() => expect(focused()).toBe('phoned-problems'));
		await window.keyboard.type(element('#phoned-whoAnswered'), 'Ash, duty worker{Enter}');
		await eventually(() => expect(text('.part__heading')).toBe('Phone first (1)'));
		expect(phoned.mock.lastCall?.slice(1)).toEqual(['01632 960200', 'Ash, duty worker']);
		expect(focused()).toBe('addresses-count');
	});

	it('that was proposed is taken back in its place', async () => {
		const window = await openPartOfPractice('Addresses');
		await window.keyboard.click(named('Not right'));
		await eventually(() => expect(focused()).toBe('address-refuse'));
		await window.press('{Enter}');
		await eventually(() => expect(document.querySelector('#proposed-all')).toBeNull());
		expect(text('#address-said')).toContain('nothing is sent to it');
	});
});

describe('backups', () => {
	it('say when the last good one was, or why there is none, and are made into a new folder', async () => {
		const backend = replay('real');
		const window = await openPartOfPractice('Backups', backend);
		expect(text('#last-backup')).toMatch(/^Last good backup: 21-Nov-2026/);
		await window.keyboard.click(named('Back up now'));
		await eventually(() => expect(focused()).toBe('backup-problems'));
		await window.keyboard.type(element('#backup-folder'), 'by hand{Enter}');
		await eventually(() => expect(text('#backup-said')).toContain('the copy is whole'));
		backend.backups = async () => ({ folder: null, lastGoodAt: null, problem: 'disk-full' });
		await window.keyboard.click(named('People'));
		await eventually(() => expect(text('#section-heading')).toBe('People'));
		await window.keyboard.click(named('Backups'));
		await eventually(() => expect(text('.form-said--refused')).toContain('The disk is full'));
		expect(text('#last-backup')).toContain('None yet');
	});
});

describe('who did what', () => {
	it('is the manager’s, from the newest to the first, and says where the chain is broken', async () => {
		const backend = replay('real');
		const window = await openPartOfPractice('Who did what', backend, 'grace');
		expect(text('#audit-state')).toBe('The chain is whole.');
		expect(text('.audit tbody tr')).toContain('Amy CopeTested the mailbox');
		await window.keyboard.click(named('Older'));
		await eventually(() => expect(text('.audit tbody tr:last-child')).toMatch(/^1\d*21-Nov/));
		expect(focused()).toBe('audit-state');
		expect([...document.querySelectorAll('main button')].some((other) => other.textContent === 'Older')).toBe(false);
		const whole = await backend.auditTrail(null);
		backend.auditTrail = async () => ({ ...whole, whole: false, tamperedAt: 210 });
		await window.keyboard.click(named('Newest'));
		await eventually(() => expect(text('#audit-state')).toContain('The chain is broken at number 210'));
	});

	it('is not the practice admin’s to read', async () => {
		await openPartOfPractice('People');
		expect([...document.querySelectorAll('.part')].map((part) => part.textContent.trim())).not.toContain('Who did what');
	});
});

describe('what is kept of a patient', () => {
	it('is written into a new folder for the patient who asks', async () => {
		const window = await openPartOfPractice('What is kept of patients', replay('real'), 'grace');
		await window.keyboard.click(named('Write it out'));
		await eventually(() => expect(text('#export-problems')).toContain('Enter the NHS number'));
		await window.keyboard.type(element('#export-nhsNumber'), '999 000 0018');
		await window.keyboard.type(element('#export-folder'), 'for the patient{Enter}');
		await eventually(() => expect(text('#exported')).toBe('Written to for the patient: 2 referrals and 1 draft.'));
	});

	it('goes after a number of days within limits', async () => {
		const backend = replay('real');
		const set = vi.spyOn(backend, 'setRetention');
		const window = await openPartOfPractice('What is kept of patients', backend, 'grace');
		await window.keyboard.clear(element('#retention-days'));
		await window.keyboard.type(element('#retention-days'), '3{Enter}');
		await eventually(() => expect(focused()).toBe('retention-problems'));
		expect(set).not.toHaveBeenCalled();
		await window.keyboard.clear(element('#retention-days'));
		await window.keyboard.type(element('#retention-days'), '90{Enter}');
		await eventually(() => expect(text('#retention-said')).toBe('Saved.'));
		expect(set).toHaveBeenLastCalledWith(90);
	});
});
