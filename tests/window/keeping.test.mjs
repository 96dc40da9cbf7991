// Keeping the directory true: ten entries verified by keyboard, an entry that is wrong, "do not refer" before Send, and our own services.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { looksAt } from './harness/looks.mjs';
import { openOnward } from './harness/machine.mjs';
import { fillsIn } from './harness/story.mjs';
import { until } from './harness/until.mjs';

const goesTo = async (person, place) => {
	await person.tabTo(place, 'Shift+Tab');
	await person.press('Enter');
};
const names = (person) => person.session.run(() => [...document.querySelectorAll('.entry__name')].map((name) => name.textContent.trim()));

const opensDirectory = async (person) => {
	await goesTo(person, 'Directory');
	await person.seesText('#entries-count', 'need a check');
};

test('an admin verifies ten services with at most four key presses each', async (test) => {
	const person = await openOnward(test);
	await opensDirectory(person);
	const before = await names(person);
	assert.ok(before.length > 12, `${before.length} entries need a check`);
	await looksAt(person, 'directory-checks', { outlined: false });
	await person.tabTo('Still right');
	const counted = [];
	for (let verified = 0; verified < 10; verified += 1) {
		const id = await person.session.run(() => document.activeElement.id);
		assert.ok(id.startsWith('still-'), `the focus is on ${id}`);
		const presses = person.presses;
		await person.press('Enter');
		await person.seesFocus('check-how');
		await person.press('1');
		await person.seesFocus('check-who');
		await person.press('1');
		await person.seesFocus('check-save');
		await person.press('Enter');
		await person.sees('the next entry has the focus', (was) => document.activeElement.id.startsWith('still-') && document.activeElement.id !== was, id);
		counted.push(person.presses - presses);
	}
	assert.deepEqual(counted, Array(10).fill(4));
	const after = await names(person);
	assert.equal(after.length, before.length - 10);
	assert.deepEqual(after, before.slice(10), 'those ten, and no others');
	// It is kept: the card of the last one says it beside the published check.
	await person.fills('find-entry', before[9]);
	await person.sees('it is found', (name) => document.querySelector('.entry__name')?.textContent.trim() === name, before[9]);
	await person.tabTo(before[9].split(' ')[0]);
	await person.press('Enter');
	await person.seesFocus('history-heading');
	await person.seesText('.history', 'Still right, asked by phone');
	await looksAt(person, 'directory-history', { outlined: false });
});

test('an entry that is wrong is named in two key presses, and goes to the curator', async (test) => {
	const person = await openOnward(test);
	await person.type('pain plat');
	await person.seesText('#card-name', 'Pain Platform');
	const presses = person.presses;
	await person.press('Control+e');
	await person.seesFocus('wrong-part');
	await person.press('1');
	await person.seesFocus('wrong-proposed');
	assert.equal(person.presses - presses, 2);
	await looksAt(person, 'card-wrong', { outlined: false });
	await person.seesFocus('wrong-proposed');
	await person.press('Control+a');
	await person.type('01632 960391');
	await person.press('Enter');
	await person.seesText('.layer__entries', 'Phone number should say “01632 960391”');

	await opensDirectory(person);
	await person.tabTo('Corrections', 'Shift+Tab');
	await person.press('Enter');
	await person.seesText('.entries', '01632 960391');
	await looksAt(person, 'directory-corrections', { outlined: false });
	const folder = join(person.folder, 'to the curator');
	await person.fills('export-corrections-folder', folder);
	await person.press('Enter');
	await person.seesText('#directory-said', '1 correction');
	const path = /Written: (.*) \(1 correction\)/.exec(await person.text('#directory-said'))[1];
	const file = await until('the file is whole', async () => JSON.parse(await readFile(path, 'utf8')));
	assert.deepEqual([file.corrections[0].field, file.corrections[0].proposed], ['duty-line', '01632 960391']);
});

test('do not refer stops Send, and says who said so, when and why', async (test) => {
	const person = await openOnward(test);
	await fillsIn(person, { query: 'fibro', downs: 1, service: 'Pain Platform' });
	await person.seesText('#send', 'to Pain Platform');
	await person.tabTo('Do not refer', 'Shift+Tab');
	await person.press('Enter');
	await person.seesFocus('layer-words');
	await person.type('Triage has stopped');
	await person.press('Enter');
	await person.seesText('#do-not-refer', 'Triage has stopped');
	await person.seesText('#send-waits', 'This practice does not refer there');
	await person.seesText('#send-waits', 'Triage has stopped');
	await looksAt(person, 'do-not-refer', { outlined: false });
	await person.press('Control+Enter');
	await person.seesText('#problems', 'this practice does not refer to');
	assert.deepEqual(await person.mailbox(), []);
	await person.tabTo('Lift it', 'Shift+Tab');
	await person.press('Enter');
	await person.sees('it is lifted', () => document.querySelector('#send-waits') === null);
	await person.press('Control+Enter');
	await person.seesText('.leaving__text', 'Queued as ONW-');
});

test('a service of our own is found and marked, and nothing is sent to it', async (test) => {
	const person = await openOnward(test);
	await opensDirectory(person);
	await person.tabTo('Our own services', 'Shift+Tab');
	await person.press('Enter');
	await person.seesText('#directory-heading', 'Our own services');
	await person.tabTo('Add a service');
	await person.press('Enter');
	await person.seesFocus('own-name');
	await person.type('Canal walkers');
	await person.fills('own-helps', 'pain, low mood');
	await person.tabToField('own-method');
	await person.press('Space');
	await person.fills('own-how', 'Ring Jo on 01632 960177');
	await looksAt(person, 'directory-own', { outlined: false });
	await person.press('Enter');
	await person.seesText('#directory-said', 'It is found from now on');
	await goesTo(person, 'Refer');
	await person.seesFocus('search');
	await person.type('canal');
	await person.seesText('#hits', 'our own entry');
	await person.seesText('#card-name', 'Canal walkers');
	await person.seesText('.card', 'Ring Jo on 01632 960177');
	assert.equal(await person.session.run(() => document.querySelector('#choose-card')), null, 'there is nothing to send');
});
