// Closing the real window inside the minute: it asks, and each answer is what it says; and what a log-off leaves behind.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closesWindow, processOn } from './harness/close.mjs';
import { displayOfWindows, openOnward } from './harness/machine.mjs';
import { fillsIn, sends } from './harness/story.mjs';
import { until } from './harness/until.mjs';

async function asksWhenClosed(person) {
	await closesWindow(await displayOfWindows());
	await person.sees('the question at closing', () => document.querySelector('.close-question')?.open === true);
	assert.equal(await person.text('#close-question-heading'), '1 referral has not left yet');
}

async function answers(person, words) {
	const press = (wanted) => [...document.querySelectorAll('.close-question button')].find((button) => button.textContent.includes(wanted)).click();
	// The window may be gone before it has answered.
	await person.session.run(press, words).catch(() => null);
}

const ended = (person) => until('the program has ended', async () => processOn(person.folder) === null);

test('h22 closing inside the minute asks, stays when it is told to, and keeps as a draft when it is told to', async (t) => {
	const person = await openOnward(t);
	await fillsIn(person);
	const reference = await sends(person);
	assert.notEqual(processOn(person.folder), null, 'the test would see a program that runs');
	await asksWhenClosed(person);
	await answers(person, 'Stay');
	await person.sees('the window stays', () => document.querySelector('.close-question').open === false);
	await person.seesText('.leaving__text', reference);
	await asksWhenClosed(person);
	await answers(person, 'Keep as drafts');
	await ended(person);
	assert.deepEqual(await person.mailbox(), [], 'nothing was sent');

	const next = await openOnward(t, { data: person.folder });
	await next.tabTo('Referrals', 'Shift+Tab');
	await next.press('Enter');
	await next.seesText('.row', reference);
	await next.seesText('.row .state-tag', 'NOT SENT: undone');
	await next.seesText('.lists__side', 'SMITH, John (Mr)');
});

test('h22 closing with “send now” sends before the program ends', async (t) => {
	const person = await openOnward(t);
	await fillsIn(person);
	const reference = await sends(person);
	await asksWhenClosed(person);
	await answers(person, 'Send now');
	await ended(person);
	const messages = await person.mailbox();
	assert.equal(messages.length, 1, 'it left before the program ended');
	assert.ok(messages[0].raw.includes(reference));
});

test('h22 a log-off ends the program without a question, and what waits can still be undone at the next start', async (t) => {
	const person = await openOnward(t);
	await fillsIn(person);
	const reference = await sends(person);
	process.kill(processOn(person.folder), 'SIGTERM');
	await ended(person);
	assert.deepEqual(await person.mailbox(), []);
	const next = await openOnward(t, { data: person.folder });
	await next.seesText('.leaving__text', reference);
	await next.tabTo('Undo', 'Shift+Tab');
	await next.press('Enter');
	await next.seesText('.leaving--undone', 'NOT SENT: back in your drafts');
	assert.deepEqual(await next.mailbox(), []);
});
