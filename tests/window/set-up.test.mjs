// A practice admin alone sets real use up in the window, by keyboard, with a real keychain and a real mail server; and gets the records back.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { looksAt } from './harness/looks.mjs';
import { Computer } from './harness/machine.mjs';
import { HALE, publishedDirectory, SAM, setsUpAtOnce, signsIn } from './harness/real-use.mjs';
import { until } from './harness/until.mjs';

const step = (person, words) => person.seesText('#step-heading', words);
const ROLES = ['clinician', 'admin', 'manager'];

async function presses(person, words) {
	await person.tabTo(words);
	await person.press('Enter');
}

async function adds(person, { name, job, role, pin }) {
	await person.fills('add-staff-name', name);
	await person.fills('add-staff-job', job);
	await person.tabToField('add-staff-role');
	await person.press('Space');
	for (let downs = 0; downs < ROLES.indexOf(role); downs += 1) await person.press('ArrowDown');
	await person.fills('add-staff-pin', pin);
	await person.press('Enter');
	await person.seesText('#add-staff-said', `${name} was added`);
}

const keyOnScreen = (person) => person.session.run(() => [...document.querySelectorAll('#recovery-key li')].map((group) => group.textContent));

test('a practice is set up by keyboard, from nothing to its first sign-in, and every address has two people', async (t) => {
	const computer = await Computer.start(t);
	const person = await computer.open();
	await step(person, 'Records and recovery key');
	await looksAt(person, 'set-up-begins');

	await presses(person, 'Make the records');
	await person.seesFocus('key-heading');
	const groups = await keyOnScreen(person);
	assert.equal(groups.length, 8);
	await person.fills('records-key', 'WR0N');
	await person.press('Enter');
	await person.seesFocus('records-problems');
	await person.fills('records-key', groups.at(-1));
	await person.press('Enter');
	await step(person, 'Practice');

	await person.fills('details-name', 'Moorlands Surgery');
	await person.press('Enter');
	await person.seesFocus('details-problems');
	await looksAt(person, 'set-up-practice-problems');
	await person.fills('details-odsCode', 'Y99001');
	await person.fills('details-phone', '01632 960100');
	await person.press('Enter');
	await step(person, 'People');

	await adds(person, SAM);
	await adds(person, HALE);
	await looksAt(person, 'set-up-people');
	await presses(person, 'Go on');
	await step(person, 'Mailbox');

	const { port, username, password } = computer.mail;
	await person.fills('mailbox-host', '127.0.0.1');
	await person.fills('mailbox-port', String(port));
	await person.fills('mailbox-username', username);
	await person.fills('mailbox-password', `${password}!`);
	await person.fills('mailbox-fromAddress', username);
	await person.press('Enter');
	await person.seesText('#mailbox-said', 'The mailbox is saved');
	await presses(person, 'Send a test');
	await person.seesText('#mailbox-test-outcome', 'The mail server refused the sign-in');
	await person.tabToField('mailbox-password', 'Shift+Tab');
	await person.type(password);
	await person.press('Enter');
	await person.seesText('#mailbox-said', 'The mailbox is saved');
	await presses(person, 'Send a test');
	await person.seesText('#mailbox-test-outcome', 'The mail server took the test message');
	const { envelope, raw } = await person.onlyMessage();
	assert.match(JSON.stringify(envelope), new RegExp(username.replaceAll('.', '\\.')));
	assert.match(raw.replaceAll('=\r\n', ''), /It holds nothing of any patient/);
	await looksAt(person, 'set-up-mailbox');
	await presses(person, 'Go on');
	await step(person, 'Directory');

	await person.session.chooseFile('#directory-file', await publishedDirectory(computer.folder));
	await presses(person, 'Load it');
	await step(person, 'Addresses');
	await looksAt(person, 'set-up-addresses', { outlined: false });
	await person.tabToField('waiting-all');
	await person.press('Space');
	await person.tabToField('propose', 'Shift+Tab').catch(() => person.tabToField('propose'));
	await person.press('Enter');
	await person.seesText('#propose-said', 'A second person approves them');
	await person.tabToField('proposed-all');
	await person.press('Space');
	await person.tabToField('approve-second');
	const seconds = await person.session.run(() => [...document.querySelectorAll('#approve-second option')].map((option) => option.textContent));
	assert.deepEqual(seconds, ['', 'Dr Rowan Hale, GP'], 'never whoever proposed them');
	await person.press('ArrowDown');
	await person.fills('approve-pin', HALE.pin);
	await person.press('Enter');
	await person.seesText('#addresses-count', 'every one is approved');

	await person.tabToField('finish', 'Shift+Tab');
	await person.press('Enter');
	await person.seesFocus('search');
	await person.seesText('.places__who', 'Sam Lister');
});

test('a set-up that was left is gone on with, by whoever is known already', async (t) => {
	const computer = await Computer.start(t);
	let person = await computer.open();
	await step(person, 'Records and recovery key');
	await presses(person, 'Make the records');
	await person.seesFocus('key-heading');
	const groups = await keyOnScreen(person);

	person = await computer.open();
	await step(person, 'Records and recovery key');
	await presses(person, 'Make the records');
	await person.seesFocus('key-heading');
	const anew = await keyOnScreen(person);
	assert.notDeepEqual(anew, groups, 'nothing was in these records yet: they are made anew, and the paper of before is no use')
	await person.fills('records-key', anew.at(-1));
	await person.press('Enter');
	await step(person, 'Practice');
	await person.session.run(() => [...document.querySelectorAll('.part')].find((part) => part.textContent.includes('People')).focus());
	await person.press('Enter');
	await step(person, 'People');
	await adds(person, SAM);

	person = await computer.open();
	await step(person, 'Sign in to go on with the set-up');
	await looksAt(person, 'set-up-resumed');
	// There is only one to choose.
	await person.seesFocus('sign-in-pin');
	await person.type(SAM.pin);
	await person.press('Enter');
	await step(person, 'Practice');
});

test('records whose key is not in the keychain are opened with the recovery key, and by no other', async (t) => {
	const computer = await Computer.start(t);
	const key = await setsUpAtOnce(await computer.open(), computer);
	const person = await computer.open({ home: `${computer.home}-of-a-new-account` });
	await person.seesFocus('recover-heading');
	await person.seesText('main', 'Their key is not in this computer’s keychain');
	await person.fills('recover-key', key.replace(/.$/, (last) => (last === '0' ? '1' : '0')));
	await person.press('Enter');
	await person.seesFocus('recover-problems');
	await looksAt(person, 'recover');
	await person.fills('recover-key', key.toLowerCase().replaceAll('-', ' '));
	await person.press('Enter');
	await signsIn(person, SAM);
	await until('the records are those of before', async () => (await person.text('.places__practice')) === 'Moorlands Surgery');
});
