// Into the patient's record: one key copies the text, the real clipboard holds it, and the window asks until it is ticked as filed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openOnward } from './harness/machine.mjs';
import { DOE } from './harness/patients.mjs';
import { fillsIn, sends } from './harness/story.mjs';

/** What a real Ctrl+V brings, in a field like any other program's. */
async function pasted(person) {
	await person.session.run(() => {
		const scratch = document.createElement('textarea');
		scratch.id = 'scratch';
		document.body.append(scratch);
		scratch.focus();
	});
	await person.press('Control+v');
	const text = await person.sees('the text is pasted', () => document.getElementById('scratch').value);
	await person.session.run(() => {
		document.getElementById('scratch').remove();
		document.getElementById('search')?.focus();
	});
	return text;
}

test('h10 sent is not accepted: one key copies for the record what was done and who is responsible, and it asks until it is filed', async (t) => {
	const person = await openOnward(t);
	await fillsIn(person);
	const reference = await sends(person);
	await person.seesText('#to-file', '1 not filed in the record');
	assert.match(await person.text('.leaving'), /Not filed yet/);

	const before = person.presses;
	await person.press('F8');
	await person.seesText('.record__said', 'Copied. Paste it into the record, then tick Filed. The clipboard is cleared after 60 s.');
	assert.equal(person.presses - before, 1);
	const text = await pasted(person);
	for (const line of [
		'Referral to NHS Talking Therapies, for anxiety and depression, on its way, not yet sent',
		'Patient: SMITH, John (Mr), born 14-Jul-1945, NHS No. 999 000 0018',
		'Reason: Pain for over 3 months',
		`Reference: ${reference}`,
		'The practice holds clinical responsibility until the service accepts.',
	])
		assert.ok(text.includes(line), `“${line}” is not in\n${text}`);
	assert.match(text, /^DEMONSTRATION/);

	// Copied is not filed: it asks on until somebody ticks it.
	await person.seesText('#to-file', '1 not filed');
	await person.press('Shift+Tab');
	await person.session.run(() => document.querySelector('.leaving .record__tick input').focus());
	await person.press('Space');
	await person.sees('nobody is asked any more', () => document.getElementById('to-file') === null);

	// What was filed and is then undone has to be filed again.
	await person.tabTo('Undo');
	await person.press('Enter');
	await person.seesText('.leaving--undone', 'NOT SENT');
	await person.seesText('#to-file', '1 not filed');
	await person.tabTo('1 not filed in the record');
	await person.press('Enter');
	await person.seesText('.row__nag', 'Not filed yet');
	await person.tabTo(reference);
	await person.press('Enter');
	await person.seesText('#record-text', 'Referral NOT SENT, undone');
	await person.press('F8');
	await person.seesText('.detail .record__said', 'Copied.');
	assert.match(await pasted(person), /Referral NOT SENT, undone: NHS Talking Therapies/);
});

test('h05 sent twice: a patient with an open referral shows it, the same service is pointed out before Send, and nothing is blocked', async (t) => {
	const person = await openOnward(t);
	await fillsIn(person);
	const reference = await sends(person);
	await person.pastes(DOE);
	await person.seesText('.banner__name', 'DOE, Jane');
	assert.equal(await person.text('.earlier'), null, 'somebody else has none');

	await fillsIn(person);
	await person.seesText('.earlier', 'Open referrals (on this computer): NHS Talking Therapies, for anxiety and depression: queued, today');
	const pointedOut = `Already referred here today (${reference}, on this computer): Queued. You can still send.`;
	await person.seesText('#card-repeat', pointedOut);
	await person.seesText('#send-repeat', pointedOut);
	await person.seesFocus('send');
	await sends(person);
	await person.sees('both are leaving', () => document.querySelectorAll('.leaving').length === 2);
	await person.seesText('#to-file', '2 not filed in the record');
	assert.equal(await person.text('.earlier'), null, 'it leaves the screen with its patient');
});
