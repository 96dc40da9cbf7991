// A referral from an empty window to the mailbox of the service, by keyboard alone.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openOnward } from './harness/machine.mjs';
import { SMITH } from './harness/patients.mjs';
import { fillsIn, sends } from './harness/story.mjs';

/** Ctrl+V, four letters, Enter, a reason and Enter, three answers, Send: fifteen are the most that anybody should need. */
const MOST_PRESSES = 15;

/** What must not stand in a subject line, which every mail server on the way can read. */
const IDENTIFIERS = /smith|john|1945|999.?000|07700|canal/i;

test('a referral goes by keyboard alone from an empty window to the mailbox of the service', async (t) => {
	const person = await openOnward(t);
	await person.copiesElsewhere(SMITH);
	assert.equal(person.presses, 0);
	await fillsIn(person);
	const service = 'NHS Talking Therapies, for anxiety and depression';
	assert.equal(await person.text('#send'), `Send SMITH, born 14-Jul-1945, to ${service}`);
	const reference = await sends(person);
	t.diagnostic(`${person.presses} key presses from an empty window to queued`);
	assert.ok(person.presses <= MOST_PRESSES, `${person.presses} key presses`);
	assert.deepEqual(await person.mailbox(), [], 'nothing leaves inside the time to undo');

	await person.tabTo('Send now');
	await person.press('Enter');
	const { envelope, raw } = await person.onlyMessage();
	assert.equal(envelope.to.length, 1);
	const [subject] = /^Subject:.*(?:\r?\n[ \t].*)*/im.exec(raw);
	assert.match(subject, new RegExp(reference));
	assert.doesNotMatch(subject, IDENTIFIERS);
	assert.match('Subject: SMITH', IDENTIFIERS, 'such a subject would be noticed');

	await person.tabTo('Demonstration mailbox', 'Shift+Tab');
	await person.press('Enter');
	await person.seesText('.row__who', reference);
	await person.tabTo(reference);
	await person.press('Enter');
	await person.seesText('.letter', 'SMITH');
	const letter = await person.text('.letter');
	for (const wanted of ['DEMONSTRATION', 'SMITH, John', '14-Jul-1945', '999 000 0018', reference, /pain for over 3 months/i]) {
		assert.ok(wanted instanceof RegExp ? wanted.test(letter) : letter.includes(wanted), `the letter says ${wanted}:\n${letter}`);
	}
});

test('h10 sent is not accepted: the list says in words what a mail server did, without a tick', async (t) => {
	const person = await openOnward(t);
	await fillsIn(person);
	const reference = await sends(person);
	await person.tabTo('Send now');
	await person.press('Enter');
	await person.onlyMessage();
	await person.tabTo('Referrals', 'Shift+Tab');
	await person.press('Enter');
	await person.seesText('.row .state-tag', 'Sent: the mail server accepted it');
	const row = await person.text('.row');
	assert.match(row, new RegExp(reference));
	assert.match(row, /The practice holds clinical responsibility until it is accepted/);
	assert.doesNotMatch(row, /✓|delivered|accepted by the service/i);
	assert.equal(await person.session.run(() => document.querySelectorAll('.row .nhsuk-tag--green, .state-tag__tick').length), 0);
});
