// The directory as it is published and followed: two curators publish, a practice enrols, and a changed address is used only once two people agreed to it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { areaText, Curators } from './harness/curators.mjs';
import { looksAt } from './harness/looks.mjs';
import { Computer } from './harness/machine.mjs';
import { DOE, SMITH } from './harness/patients.mjs';
import { goesTo, HALE, setsUpAtOnce } from './harness/real-use.mjs';
import { fillsIn, sends } from './harness/story.mjs';
import { until } from './harness/until.mjs';

const OLD = 'referrals@pain-platform.example.nhs.uk';
const NEW = 'referra1s@pain-platform.example.nhs.uk';
const PAIN_PLATFORM = { query: 'platform', service: 'Pain Platform' };

async function opensPart(person, name, heading = name) {
	await goesTo(person, 'Practice');
	await person.sees('a part of Practice is open', () => document.getElementById('section-heading') !== null);
	await person.tabTo(name);
	await person.press('Enter');
	await person.seesText('#section-heading', heading);
}

/** Sam proposes all that waits; Dr Hale looks at the screen and gives her PIN. */
async function approvesAll(person, look = async () => {}) {
	await opensPart(person, 'Addresses');
	await person.tabToField('waiting-all');
	await person.press('Space');
	await look();
	await person.tabToField('propose', 'Shift+Tab').catch(() => person.tabToField('propose'));
	await person.press('Enter');
	await person.seesText('#propose-said', 'A second person approves');
	await person.tabToField('proposed-all');
	await person.press('Space');
	await person.tabToField('approve-second');
	await person.press('ArrowDown');
	await person.fills('approve-pin', HALE.pin);
	await person.press('Enter');
	await person.seesText('#addresses-count', 'every one is approved');
}

/** Notes down what the line beside a button says from now on. */
function listensTo(person, id) {
	return person.session.run((line) => {
		globalThis.heard = [];
		const note = () => globalThis.heard.push(document.getElementById(line).textContent);
		new MutationObserver(note).observe(document.getElementById(line), { characterData: true, childList: true, subtree: true });
	}, id);
}

async function refreshes(person) {
	await opensPart(person, 'Directory');
	await person.tabToField('refresh-now');
	await person.press('Enter');
	await person.seesFocus('published-now');
}

test('h02 wrong address: a published change waits for two people, what was queued before it is held and says why, and the next referral goes to the new one', async (t) => {
	const computer = await Computer.start(t);
	const text = await areaText();
	assert.ok(text.includes(OLD), 'the address that changes is there');
	const curators = await Curators.publishing(computer, text);
	const person = await computer.open();
	await setsUpAtOnce(person, computer);

	await opensPart(person, 'Directory');
	await person.fills('enrol-source', computer.mail.web);
	await person.fills('enrol-fingerprint', curators.fingerprint.replace(/./, (digit) => (digit === '0' ? '1' : '0')));
	await person.press('Enter');
	await person.sees('a directory of another fingerprint is refused', () => document.querySelector('#enrol-problems, .group__problem') !== null);
	await person.fills('enrol-fingerprint', curators.fingerprint);
	await listensTo(person, 'enrol-step');
	await person.press('Enter');
	await person.seesFocus('published-now');
	const heard = await person.session.run(() => globalThis.heard);
	assert.ok(heard.some((said) => /^Taking over \d+ services\.$/.test(said)), heard.join(' | '));
	assert.equal(heard.at(-1), '', 'it is over');
	await looksAt(person, 'practice-published', { outlined: false });
	await approvesAll(person);

	await goesTo(person, 'Refer');
	await fillsIn(person, PAIN_PLATFORM);
	const before = await sends(person);

	// The curators publish another address, which is easily read as the old one; Ben saw both.
	const seen = await curators.publishes(text.replaceAll(OLD, NEW));
	assert.deepEqual(seen.map(({ was, now }) => [was.address, now.address]), [[OLD, NEW]]);
	await refreshes(person);
	// One address in 45 is more than a practice lets change unseen.
	await person.seesText('#published-held', 'addresses: 0 new, 1 changed');
	await looksAt(person, 'practice-published-held', { outlined: false });
	await person.tabToField('held-accept');
	await person.press('Enter');
	await person.sees('nothing is held any more', () => document.getElementById('published-held') === null);
	await person.tabTo('Send now', 'Shift+Tab');
	await person.press('Enter');
	// With how many need somebody.
	await goesTo(person, 'Referrals\\d*');
	await person.seesText('.lists__side', `NOT SENT: held`);
	await person.seesText('.lists__side', before);
	await person.tabTo('SMITH, born 14-Jul-1945');
	await person.press('Enter');
	await person.seesText('main', 'The service’s address changed after you chose it, so it is held');
	assert.equal((await person.mailbox()).length, 0, 'nothing went to either address');
	await looksAt(person, 'held-for-address', { outlined: false });
	await person.tabTo('Hide', 'Shift+Tab').catch(() => person.tabTo('Hide'));
	await person.press('Enter');

	// Before Send, and not after, the window says that it would wait.
	await goesTo(person, 'Refer');
	await fillsIn(person, { ...PAIN_PLATFORM, patient: DOE, banner: 'DOE, Jane (Mrs)' });
	await person.press('Enter');
	await person.seesText('main', 'has not approved');

	await approvesAll(person, async () => {
		await person.seesText('.addresses__warnings', `easily read as ${OLD}`);
		assert.deepEqual(await person.session.run(() => [...document.querySelectorAll('.before-now del, .before-now ins')].map((one) => one.textContent)), ['l', '1']);
		await looksAt(person, 'practice-address-changed', { outlined: false });
	});
	await goesTo(person, 'Refer');
	await person.tabTo('Send DOE');
	await sends(person);
	await person.tabTo('Send now', 'Shift+Tab');
	await person.press('Enter');
	const [message] = await until('the next referral has arrived', async () => {
		const arrived = await person.mailbox();
		return arrived.length > 0 && arrived;
	});
	assert.deepEqual(message.envelope.to ?? message.envelope.recipients, [NEW]);
	assert.equal((await person.mailbox()).length, 1, 'the one that is held stays held');
});

test('a favourite that was merged into another service says so after a refresh, and one key leads to what took its place', async (t) => {
	const computer = await Computer.start(t);
	const text = await areaText();
	const curators = await Curators.publishing(computer, text);
	const person = await computer.open();
	await setsUpAtOnce(person, computer);
	await opensPart(person, 'Directory');
	await person.fills('enrol-source', computer.mail.web);
	await person.fills('enrol-fingerprint', curators.fingerprint);
	await person.press('Enter');
	await person.seesFocus('published-now');
	await goesTo(person, 'Refer');
	await person.pastes(SMITH);
	await person.seesText('.banner__name', 'SMITH');
	await person.type('tai chi');
	await person.seesText('#card-name', 'Tai chi for stiff joints');
	await person.press('Control+d');
	await person.seesText('.send-bar__said', 'is one of your favourites now');

	const lines = text.trimEnd().split('\n');
	const without = lines.filter((line) => !/"id":"tai-chi"|"service_id":"tai-chi"/.test(line));
	const others = without.map((line) => line.replaceAll(/"tai-chi",|,"tai-chi"|"tai-chi"/g, ''));
	assert.ok(others.length < lines.length, 'it was there');
	const merged = { kind: 'tombstone', id: 'tai-chi', reason: 'merged', successor: 'pain-platform', on: '2026-11-01' };
	await curators.publishes([...others, JSON.stringify(merged)].join('\n') + '\n');
	await refreshes(person);

	// Its card stood there, and it was looked at when it had left.
	await goesTo(person, 'Refer');
	await person.sees('it is not listed any more', () => !document.querySelector('#hits').innerText.includes('Tai chi for stiff joints'));
	await person.tabToField('search').catch(() => person.tabToField('search', 'Shift+Tab'));
	await person.press('Control+a', 'Backspace');
	await person.seesText('.not-open', 'Tai chi for stiff joints: Merged into Pain Platform on 01-Nov-2026.');
	await looksAt(person, 'favourite-left', { outlined: false });
	await person.tabTo('Look at Pain Platform instead');
	await person.press('Enter');
	await person.seesText('#card-name', 'Pain Platform');
});
