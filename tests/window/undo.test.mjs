// Undo inside the 60 seconds: nothing is sent, and the draft is back as it was.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openOnward } from './harness/machine.mjs';
import { fillsIn, form, sends } from './harness/story.mjs';

test('h22 undo ends in NOT SENT, with the draft back as it was and nothing in the mailbox', async (t) => {
	const person = await openOnward(t);
	await fillsIn(person);
	const before = await form(person);
	assert.ok(before.includes('consent: true'), 'something is filled in that could be lost');
	const reference = await sends(person);
	assert.notDeepEqual(await form(person), before, 'the form is cleared by sending');

	await person.tabTo('Undo', 'Shift+Tab');
	await person.press('Enter');
	await person.seesText('.leaving--undone', 'NOT SENT: back in your drafts');
	await person.seesText('.banner__name', 'SMITH, John (Mr)');
	await person.seesText('#card-name', 'NHS Talking Therapies');
	assert.deepEqual(await form(person), before);
	assert.match(await person.text('#send'), /^Send SMITH, born 14-Jul-1945, to NHS Talking Therapies/);

	await person.tabTo('Referrals', 'Shift+Tab');
	await person.press('Enter');
	await person.seesText('.row', reference);
	await person.seesText('.row .state-tag', 'NOT SENT: undone');

	// A second referral goes through the same outbox: what was undone would have come before it.
	await person.tabTo('Refer', 'Shift+Tab');
	await person.press('Enter');
	await person.tabTo('Send SMITH');
	await sends(person);
	await person.tabTo('Send now', 'Shift+Tab');
	await person.press('Enter');
	const { raw } = await person.onlyMessage();
	assert.ok(!raw.includes(reference), 'the message is that of the second referral');
});
