// Who sits at the window in real use: the sign-in, the PIN after idle minutes, the referrer by one key, roles, and a referral that really leaves.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { looksAt } from './harness/looks.mjs';
import { Computer } from './harness/machine.mjs';
import { DOE, SMITH } from './harness/patients.mjs';
import { BLOOM, GREEN, goesTo, HALE, isLeftAlone, SAM, setsUpAtOnce, signsIn } from './harness/real-use.mjs';
import { fillsIn, sends } from './harness/story.mjs';

const places = (person) => person.session.run(() => [...document.querySelectorAll('.places__list button')].map((place) => place.textContent.trim().split(/\d/)[0].trim()));

async function practice(t) {
	const computer = await Computer.start(t);
	const person = await computer.open();
	await setsUpAtOnce(person, computer);
	return { computer, person };
}

const signsOut = async (person) => {
	await person.tabTo('Sign out', 'Shift+Tab');
	await person.press('Enter');
	await person.seesFocus('sign-in-who');
};

test('h14 confidential data: nothing is seen before a PIN, wrong ones make everybody wait, and each role has its places', async (t) => {
	const { person } = await practice(t);
	await fillsIn(person, { query: 'iapt' });
	await signsOut(person);
	await looksAt(person, 'sign-in');
	assert.deepEqual(await places(person), []);
	const screen = await person.session.run(() => document.body.innerText);
	assert.doesNotMatch(screen, /SMITH|999 000 0018/);

	await person.type('hale');
	await person.press('Enter');
	for (let tries = 1; tries <= 5; tries += 1) {
		await person.seesFocus('sign-in-pin');
		await person.type('1112');
		await person.press('Enter');
		await person.sees('the field is empty again', () => document.getElementById('sign-in-pin').value === '');
	}
	await person.seesText('#sign-in-pin-problem', 'There is a wait before the next try');
	await person.type(HALE.pin);
	await person.press('Enter');
	await person.seesText('#sign-in-pin-problem', 'Too many wrong PINs');
	await looksAt(person, 'sign-in-waits');

	await person.session.run(() => location.reload());
	await signsIn(person, BLOOM);
	assert.deepEqual(await places(person), ['Directory', 'Practice']);
	await signsOut(person);
	await signsIn(person, GREEN);
	assert.deepEqual(await places(person), ['Refer', 'Referrals']);
	await signsOut(person);
	await signsIn(person, SAM);
	assert.deepEqual(await places(person), ['Refer', 'Referrals', 'Directory', 'Practice']);
});

test('h14 confidential data: left alone for ten minutes, a new referral needs no PIN, and what was there before does', async (t) => {
	const { person } = await practice(t);
	await person.pastes(SMITH);
	await person.seesText('.banner__name', 'SMITH');
	await isLeftAlone(person);
	await person.seesFocus('search');
	await person.pastes(DOE);
	await person.seesText('.banner__name', 'DOE, Jane (Mrs)');
	await person.sees('somebody was pasted, and nothing of the one before is there', () => !document.body.innerText.includes('SMITH'));

	await goesTo(person, 'Referrals');
	await person.seesFocus('sign-in-pin');
	await looksAt(person, 'pin-asked');
	const asked = await person.session.run(async () => {
		const refused = async (command) => window.__TAURI_INTERNALS__.invoke(command).then(() => 'answered', ({ code }) => code);
		return [await refused('drafts'), await refused('referrals'), await refused('window_state')];
	});
	assert.deepEqual(asked, ['pin-needed', 'pin-needed', 'answered'], 'Rust refuses, whatever the page shows');
	await person.type(SAM.pin);
	await person.press('Enter');
	await person.seesText('.lists__side', 'SMITH, John (Mr)');
	await person.seesFocus('lists-heading');
});

test('the referrer is switched by one key, which gives the focus back', async (t) => {
	const { person } = await practice(t);
	await person.pastes(SMITH);
	await person.seesText('.banner__name', 'SMITH');
	await person.press('F7');
	await person.sees('the list of referrers has the focus', () => document.activeElement?.getAttribute('role') === 'listbox');
	await looksAt(person, 'referrer-list');
	const names = await person.session.run(() => [...document.querySelectorAll('.referrer [role=option]')].map((one) => one.innerText.replace(/\s+/g, ' ').trim()));
	assert.deepEqual(names, ['1 Dr Rowan Hale GP', '2 Dr Ada Green Locum GP']);
	await person.press('2');
	await person.seesText('#referrer', 'Dr Ada Green');
	await person.seesFocus('search');
});

test('h02 wrong address: an address that nobody has approved is not sent to, and one that two people approved is', async (t) => {
	const { person } = await practice(t);
	await fillsIn(person);
	await person.press('Enter');
	await person.seesText('main', 'has not approved');

	await goesTo(person, 'Practice');
	await person.seesText('#section-heading', 'People');
	await looksAt(person, 'practice-people');
	await person.tabTo('Addresses');
	await person.press('Enter');
	await person.seesText('#section-heading', 'Addresses');
	await person.tabToField('waiting-all');
	await person.press('Space');
	await person.tabToField('propose', 'Shift+Tab').catch(() => person.tabToField('propose'));
	await person.press('Enter');
	await person.seesText('#propose-said', 'A second person approves them');
	await person.tabToField('proposed-all');
	await person.press('Space');
	await person.fills('approve-pin', SAM.pin);
	await person.press('Enter');
	await person.seesText('#approve-problems', 'Choose who approves');
	await looksAt(person, 'practice-addresses', { outlined: false });
	await person.tabToField('approve-second');
	await person.press('ArrowDown');
	await person.fills('approve-pin', HALE.pin);
	await person.press('Enter');
	await person.seesText('#addresses-count', 'every one is approved');

	await goesTo(person, 'Refer');
	await person.tabTo('Send SMITH');
	await sends(person);
	await person.tabTo('Send now', 'Shift+Tab');
	await person.press('Enter');
	const { raw } = await person.onlyMessage();
	assert.doesNotMatch(raw, /DEMONSTRATION/);
	await person.seesText('.leaving__text', 'Sent: the mail server accepted it');
});

test('somebody who has left can no longer sign in, and what they did keeps their name', async (t) => {
	const { person } = await practice(t);
	await goesTo(person, 'Practice');
	await person.seesText('#section-heading', 'People');
	await person.tabTo('Left the practice: Dr Ada Green');
	await person.press('Enter');
	await person.press('Enter');
	await person.seesText('#staff-said', 'Dr Ada Green has left');
	await signsOut(person);
	const names = await person.session.run(() => document.getElementById('sign-in-who-list').innerText);
	assert.match(names, /Dr Rowan Hale/);
	assert.doesNotMatch(names, /Ada Green/);
});
