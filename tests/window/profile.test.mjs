// What the web view keeps on the disk by itself: its profile, its caches and its temporary files, after a whole referral, are searched for the patient.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { closesWindow, processOn } from './harness/close.mjs';
import { leaksBelow } from './harness/leaks.mjs';
import { displayOfWindows, openOnward } from './harness/machine.mjs';
import { sends } from './harness/story.mjs';
import { until } from './harness/until.mjs';

/** Somebody whose every field is a word that stands nowhere else. */
const PASTED = `QANARYSON, Qanarygiven (Mx)  Born 03-Mar-1961 (65y)  Gender Female  NHS No. 999 000 0018
Address: Flat Qanaryflat
71 Qanarystreet
Qanaryhamlet
ZZ99 3VQ
Home tel: 01632 960817
Mobile: 07700 900817
Email: qanarymail@mail.example`;
const OF_THE_PASTE = [
	'QANARYSON', 'Qanaryson', 'Qanarygiven', '03-Mar-1961', '1961-03-03', '9990000018', '999 000 0018', 'Qanaryflat', 'Qanarystreet',
	'Qanaryhamlet', 'ZZ99 3VQ', '01632 960817', '01632960817', '07700 900817', '07700900817', 'qanarymail',
];
/** What is typed beside it, by the field. */
const TYPED = {
	consentNote: 'qanary-consent by her daughter',
	crisisNote: 'qanary-crisis this morning',
	redFlagsNote: 'qanary-flags looked into',
	reasonText: 'qanary-reason in her own words',
	bestTimes: 'qanary-times before noon',
};
const SEARCHED = 'qanary-search';
const WORDS = [...OF_THE_PASTE, SEARCHED, ...Object.values(TYPED).map((text) => text.split(' ')[0])];
/** So many of them stand in the letter as they were written here; the others stand there in another form, or not at all. */
const WORDS_OF_THE_LETTER = 15;
const FEWEST_FILES = 20;
const FEWEST_OF_THE_WEB_VIEW = 5;

/** A computer's folders for what programs keep beside their data, all of its own. */
async function ownFolders(t) {
	const home = await mkdtemp(join(tmpdir(), 'onward-window-profile-'));
	t.after(() => rm(home, { recursive: true, force: true, maxRetries: 5 }));
	const variables = { HOME: home };
	for (const [name, folder] of [
		['XDG_CACHE_HOME', 'cache'],
		['XDG_CONFIG_HOME', 'config'],
		['XDG_DATA_HOME', 'share'],
		['XDG_STATE_HOME', 'state'],
		['XDG_RUNTIME_DIR', 'runtime'],
		['TMPDIR', 'temporary'],
	]) {
		variables[name] = join(home, folder);
		await mkdir(variables[name], { mode: 0o700 });
	}
	return { home, variables };
}

const fills = async (person, field) => {
	await person.session.run((id) => document.getElementById(id).focus(), field);
	await person.type(TYPED[field]);
};

/** Pasted, searched for in vain and with success, every field filled, sent, and read again with what became of it. */
async function refers(person) {
	await person.pastes(PASTED);
	await person.seesText('.banner__name', 'QANARYSON, Qanarygiven');
	await person.type(SEARCHED);
	await person.seesText('.search', 'Nothing matches');
	await person.press('Control+a');
	await person.type('iapt');
	await person.seesText('#card-name', 'NHS Talking Therapies');
	await person.press('Enter');
	await person.seesFocus('reasons');
	await person.press('1', 'Enter');
	for (const [field, answer] of [['consent', '4'], ['crisis', '2'], ['redFlags', '2']]) {
		await person.seesFocus(field);
		await person.press(answer);
		await person.seesFocus(`${field}Note`);
		await person.type(TYPED[`${field}Note`]);
		await person.press('Enter');
	}
	await fills(person, 'reasonText');
	await fills(person, 'bestTimes');
	await person.session.run(() => document.getElementById('send').focus());
	const reference = await sends(person);
	await person.tabTo('Send now');
	await person.press('Enter');
	await person.onlyMessage();
	await person.seesText('.leaving__text', 'Sent: the mail server accepted it');
	await person.tabTo('Referrals', 'Shift+Tab');
	await person.press('Enter');
	await person.seesText('.row', reference);
	await person.tabTo(reference);
	await person.press('Enter');
	await person.seesText('.detail', 'Qanarystreet');
}

/** Closed as a person closes it: nothing waits, so nothing is asked, and the web view writes down what it keeps. */
async function closes(person) {
	assert.notEqual(processOn(person.folder), null, 'it runs until now');
	await closesWindow(await displayOfWindows());
	await until('the program has ended', async () => processOn(person.folder) === null);
}

test('h14 confidential data: the web view keeps nothing of a patient in its profile, its caches or temporary files', async (t) => {
	const { home, variables } = await ownFolders(t);
	const person = await openOnward(t, { variables });
	const [profile, mailbox] = [join(person.folder, 'window-profile'), join(person.folder, 'demonstration-mailbox')];
	const looksEverywhere = async () => {
		const { hits, files } = await leaksBelow([person.folder, home], WORDS);
		// Here the demonstration keeps what the service would get: the words went the whole way, and the search finds them.
		const received = hits.filter(({ path }) => path.startsWith(mailbox));
		assert.ok(new Set(received.flatMap(({ found }) => found)).size >= WORDS_OF_THE_LETTER, JSON.stringify(received));
		const ofTheWebView = files.filter((path) => path.startsWith(profile) || path.startsWith(home)).length;
		return { leaks: hits.filter(({ path }) => !path.startsWith(mailbox)), files: files.length, ofTheWebView };
	};

	await refers(person);
	const open = await looksEverywhere();
	await closes(person);
	const closed = await looksEverywhere();
	for (const [when, { leaks, files, ofTheWebView }] of Object.entries({ open, closed })) {
		assert.deepEqual(leaks, [], when);
		t.diagnostic(`${when}: ${WORDS.length} words in ${files} files, ${ofTheWebView} of them of the web view: 0 found`);
		assert.ok(files >= FEWEST_FILES && ofTheWebView >= FEWEST_OF_THE_WEB_VIEW, `${when}: ${files}, ${ofTheWebView}`);
	}

	// What a page hands the web view to keep lies there, and the same search finds it.
	const again = await openOnward(t, { data: person.folder, variables });
	await again.session.run((text) => localStorage.setItem('kept', text), PASTED);
	await closes(again);
	const { leaks } = await looksEverywhere();
	// Once, or twice where the web view's own database has not been folded together yet.
	assert.ok(leaks.length > 0 && leaks.every(({ path }) => path.startsWith(profile)), JSON.stringify(leaks));
	assert.ok(leaks[0].found.includes('Qanarystreet'), JSON.stringify(leaks));

	// And so it does in each of the other folders.
	for (const folder of Object.values(variables)) {
		const planted = join(folder, 'planted');
		await writeFile(planted, Buffer.from('Qanarystreet', 'utf16le'));
		const { hits } = await leaksBelow([home], WORDS);
		await rm(planted);
		assert.deepEqual(hits, [{ path: planted, found: ['Qanarystreet'] }]);
	}
});
