// What is refused, and how it is said: nothing is lost, and the person is led to what is missing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openOnward } from './harness/machine.mjs';
import { DECEASED, DOE, SMITH, TWO_NUMBERS } from './harness/patients.mjs';
import { fillsIn, form } from './harness/story.mjs';

/** The links of the error summary. */
const problems = (person) => person.session.run(() => [...document.querySelectorAll('#problems a')].map((link) => link.innerText));

test('an empty form is refused with a summary that has the focus and links to each field', async (t) => {
	const person = await openOnward(t);
	await person.press('Control+Enter');
	await person.seesFocus('problems');
	assert.deepEqual(await problems(person), [
		'Paste or type the patient’s details',
		'Choose a service',
		'Say why: tick a reason or write it in your own words',
		'Say who agreed to this referral',
		'Answer “In crisis?”',
		'Answer “Red flags?”',
	]);
	for (const [link, field] of [['Say who agreed', 'consent'], ['Choose a service', 'search'], ['Paste or type', 'patientText']]) {
		await person.session.run(() => document.getElementById('problems').focus());
		await person.tabTo(link);
		await person.press('Enter');
		await person.seesFocus(field);
	}
	assert.deepEqual(await person.mailbox(), []);
});

test('what was typed before a refusal is still there, and only what is missing is asked for', async (t) => {
	const person = await openOnward(t);
	await person.session.run(() => document.getElementById('reasonText').focus());
	await person.type('She is worn out');
	await person.press('Control+Enter');
	await person.seesFocus('problems');
	const asked = await problems(person);
	assert.ok(!asked.some((words) => words.startsWith('Say why')), `the reason is given: ${asked}`);
	assert.ok((await form(person)).includes('reasonText: She is worn out'));
});

test('h16 consent not asked: without an answer nothing is queued', async (t) => {
	const person = await openOnward(t);
	await person.pastes(SMITH);
	await person.seesText('.banner__name', 'SMITH');
	await person.type('iapt');
	await person.seesText('#hits', 'why: iapt');
	await person.seesText('#card-name', 'NHS Talking Therapies');
	await person.press('Enter');
	await person.seesFocus('reasons');
	assert.equal(await person.session.run(() => document.querySelectorAll('.form input:checked').length), 0, 'no answer stands there by itself');
	await person.press('1');
	for (const field of ['crisis', 'redFlags']) {
		await person.session.run((id) => document.getElementById(id).focus(), field);
		await person.press('1');
	}
	await person.press('Control+Enter');
	await person.seesFocus('problems');
	assert.deepEqual(await problems(person), ['Say who agreed to this referral']);
	await person.tabTo('Say who agreed');
	await person.press('Enter');
	await person.seesFocus('consent');
	await person.press('1');
	await person.press('Control+Enter');
	await person.seesText('.leaving__text', 'Queued as ONW-');
});

test('h08 emergency: red flags and crisis must be answered, and say how they were dealt with', async (t) => {
	const person = await openOnward(t);
	await fillsIn(person);
	for (const field of ['crisis', 'redFlags']) {
		await person.session.run((id) => document.getElementById(id).focus(), field);
		await person.press('2');
		await person.seesFocus(`${field}Note`);
	}
	await person.seesText('.refer__form .crisis', '999 or A&E');
	await person.press('Control+Enter');
	await person.seesFocus('problems');
	assert.deepEqual(await problems(person), ['Say how the crisis was dealt with', 'Say how the red flags were dealt with']);
	assert.deepEqual(await person.mailbox(), []);
});

test('h08 emergency: words of crisis bring the fixed text at once, with a typo too', async (t) => {
	const person = await openOnward(t);
	for (const words of ['suicidal', 'suicdal']) {
		await person.press('Control+a');
		await person.type(words);
		await person.seesText('.search .crisis', 'If life is at risk, or they have harmed themselves: 999 or A&E.');
		await person.press('Escape');
		await person.sees('it goes with the words', () => document.querySelector('.search .crisis') === null);
	}
	await person.type('sleep');
	await person.seesText('#hits', 'sleep');
	assert.equal(await person.text('.search .crisis'), null, 'ordinary words do not bring it');
});

test('h15 unsafe contact: voicemail and text messages are off until asked', async (t) => {
	const person = await openOnward(t);
	await fillsIn(person);
	const answers = await form(person);
	assert.ok(answers.includes('mayLeaveVoicemail: false') && answers.includes('mayText: false'), answers.join('\n'));
	await person.press('Enter');
	await person.tabTo('Send now', 'Shift+Tab');
	await person.press('Enter');
	await person.onlyMessage();
	await person.tabTo('Demonstration mailbox', 'Shift+Tab');
	await person.press('Enter');
	await person.seesText('.row__who', 'ONW-');
	await person.tabTo('DEMONSTRATION: Referral');
	await person.press('Enter');
	await person.seesText('.letter', 'Leave a voicemail: No, not agreed');
	const letter = await person.text('.letter');
	assert.match(letter, /Send a text message: No, not agreed/);
	assert.ok(letter.indexOf('HOW TO REACH THIS PERSON SAFELY') < letter.indexOf('PATIENT Name'), 'safe contact stands first');
});

test('h01 wrong patient: two values in one paste are never guessed between, a person chooses', async (t) => {
	const person = await openOnward(t);
	await person.pastes(TWO_NUMBERS);
	await person.seesText('.patient', 'NHS number: choose the right one');
	assert.equal(await person.session.run(() => document.querySelectorAll('[name=nhsNumber]:checked').length), 0, 'neither is chosen');
	await person.press('Control+Enter');
	await person.seesFocus('problems');
	assert.ok((await problems(person)).some((words) => words.includes('two different values')), 'the summary says it');
	await person.session.run(() => document.getElementById('nhsNumber').focus());
	await person.press(' ');
	await person.seesText('.banner', 'NHS No. 999 000 0018');
	assert.ok(!(await problems(person)).some((words) => words.includes('two different values')));
});

test('h17 a patient who has died cannot be referred', async (t) => {
	const person = await openOnward(t);
	await person.pastes(DECEASED);
	await person.seesText('.banner__deceased', 'Deceased');
	await person.seesText('.refusal', 'This record says that the patient has died');
	assert.equal(await person.text('#send'), null, 'there is no button to press');
	await person.press('Control+Enter');
	await person.seesFocus('problems');
	assert.deepEqual(await person.mailbox(), []);
	await person.session.run(() => document.getElementById('search').focus());
	await person.pastes(DOE);
	await person.seesText('.banner__name', 'DOE, Jane (Mrs)');
	assert.match(await person.text('#send'), /^Send DOE/, 'the next patient is not touched by it');
});

test('h23 demonstration: an NHS number outside the test range is refused, and every place says what this is', async (t) => {
	const person = await openOnward(t);
	await person.pastes(SMITH.replace('999 000 0018', '943 476 5919')); // contacts-allowed: the published example; it must be refused
	await person.seesText('.trouble__text', 'A demonstration takes only test patients');
	assert.equal(await person.text('.banner'), null, 'nothing of it is kept');
	for (const place of ['Referrals', 'Demonstration mailbox', 'Refer']) {
		await person.tabTo(place, 'Shift+Tab');
		await person.press('Enter');
		await person.seesText('.strip', 'DEMONSTRATION: made-up services. Nothing leaves this computer.');
	}
});
