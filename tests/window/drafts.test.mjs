// Two patients one after the other: each has a draft of their own, and nothing of one is ever in the other's.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openOnward } from './harness/machine.mjs';
import { DOE } from './harness/patients.mjs';
import { fillsIn, form } from './harness/story.mjs';

/** Which of these words stand anywhere on the screen, in text or in fields. */
const found = (person, words) =>
	person.session.run((wanted) => {
		const fields = [...document.querySelectorAll('input, textarea')].map((field) => field.value);
		const screen = [document.body.innerText, ...fields].join('\n');
		return wanted.filter((word) => screen.includes(word));
	}, words);

test('h01 wrong patient: two pastes are never merged, the first stays as a draft of its own', async (t) => {
	const person = await openOnward(t);
	await fillsIn(person);
	const ofSmith = await form(person);
	await person.pastes(DOE);
	await person.seesText('.banner__name', 'DOE, Jane (Mrs)');
	assert.deepEqual(await found(person, ['999 000 0026', '02-Feb-1980']), ['999 000 0026', '02-Feb-1980']);
	assert.deepEqual(await found(person, ['Smith', 'SMITH', '999 000 0018', '81y', 'Canal Row', '07700 900018']), [], 'nothing of the first patient is left');
	assert.notDeepEqual(await form(person), ofSmith, 'nor of the first referral');

	await person.tabTo('Referrals', 'Shift+Tab');
	await person.press('Enter');
	await person.seesText('.rows', 'SMITH, John (Mr)');
	await person.seesText('.rows', 'NHS Talking Therapies, for anxiety and depression, changed');
	await person.tabTo('Open the draft for SMITH');
	await person.press('Enter');
	await person.seesText('.banner__name', 'SMITH, John (Mr)');
	await person.seesText('#card-name', 'NHS Talking Therapies');
	assert.deepEqual(await form(person), ofSmith);
	assert.deepEqual(await found(person, ['DOE', '999 000 0026', '1980', 'Mill Lane']), [], 'nothing of the second patient came along');
});
