// Finding a service by keyboard alone: criteria answered beside the facts, My usual, what nothing local meets, and the links of a card.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openOnward } from './harness/machine.mjs';
import { DOE, SMITH } from './harness/patients.mjs';
import { sends } from './harness/story.mjs';

/** Ctrl+V, Enter, three answers and Send: as few as there can be without an answer that nobody gave. */
const PRESSES_OF_A_FAVOURITE = 6;

const sendsNow = async (person) => {
	await person.tabTo('Send now');
	await person.press('Enter');
	await person.seesText('.leaving__text', 'Sent: the mail server accepted it');
};

/** From the reasons to the button: the digits tick, then agreement, crisis and red flags. */
const answers = async (person, ...reasons) => {
	await person.press(...reasons, 'Enter');
	for (const field of ['consent', 'crisis', 'redFlags']) {
		await person.seesFocus(field);
		await person.press('1');
	}
	await person.seesFocus('send');
};

const ticked = (person) =>
	person.session.run(() => [...document.querySelectorAll('.form .ticks :checked')].map((box) => box.labels[0].innerText.replace(/\d/g, '').trim()));

/** The row of a criterion: its words, and which answer is given. */
const criterion = (person, words) =>
	person.session.run((wanted) => {
		const row = [...document.querySelectorAll('.criteria tr')].find((other) => other.innerText.includes(wanted));
		return { words: row?.innerText.replace(/\s+/g, ' '), answer: row?.querySelector(':checked')?.value ?? null };
	}, words);

test('criteria are answered by one key each, one that is not met blocks nothing, and the letter says all of it', async (t) => {
	const person = await openOnward(t);
	await person.pastes(SMITH);
	await person.seesText('.banner__name', 'SMITH');
	await person.type('pain plat');
	await person.seesText('#card-name', 'Pain Platform');
	assert.deepEqual(await criterion(person, 'aged 16 and over'), { words: 'For people aged 16 and over. 81 ✓ met', answer: null });
	assert.match((await criterion(person, 'more than three months')).words, /not known/);
	await person.press('F6');
	await person.sees('a criterion has the focus', () => document.activeElement?.closest('tr')?.innerText.includes('three months'));
	await person.press('1');
	await person.sees('the next open one has the focus', () => document.activeElement?.closest('tr')?.innerText.includes('crisis'));
	await person.press('1');
	await person.sees('the last one has the focus', () => document.activeElement?.closest('tr')?.innerText.includes('Serious causes'));
	await person.press('2');
	await person.sees('a line to say why', () => document.activeElement?.id.endsWith('-reason'));
	await person.type('bloods are back on Monday');
	await person.press('Enter');
	await person.seesFocus('choose-card');
	await person.sees('all are answered', () => document.querySelectorAll('.criteria :checked').length === 3);
	assert.equal((await criterion(person, 'more than three months')).answer, 'met');
	await person.press('Enter');
	await person.seesFocus('reasons');
	await answers(person, '1');
	await sends(person);
	await sendsNow(person);
	await person.onlyMessage();

	await person.tabTo('Referrals', 'Shift+Tab');
	await person.press('Enter');
	await person.tabTo('SMITH');
	await person.press('Enter');
	await person.seesText('.letter', 'SMITH');
	const letter = await person.text('.letter');
	assert.match(letter, /more than three months, in any part of the body, whatever its cause: Met/);
	assert.match(letter, /more tests are needed now: NOT MET: bloods are back on Monday/);
});

test('a favourite that was set by one key goes to the next patient in six key presses, with its usual reasons', async (t) => {
	const person = await openOnward(t);
	await person.pastes(SMITH);
	await person.seesText('.banner__name', 'SMITH');
	await person.type('pain plat');
	await person.seesText('#card-name', 'Pain Platform');
	await person.press('Control+d');
	await person.seesText('.send-bar__said', 'Pain Platform is one of your favourites now');
	assert.equal(await person.session.run(() => document.querySelector('.card__favourite').getAttribute('aria-pressed')), 'true');
	await person.press('Enter');
	await person.seesFocus('reasons');
	await answers(person, '1', '4');
	await sends(person);

	await person.copiesElsewhere(DOE);
	const before = person.presses;
	await person.press('Control+v');
	await person.seesText('.banner__name', 'DOE, Jane (Mrs)');
	await person.seesText('[aria-selected=true]', 'ticks Pain for over 3 months, Low mood');
	await person.press('Enter');
	await person.seesFocus('consent');
	assert.equal(await person.text('.send-bar__said'), 'Pain Platform chosen. Ticked as usual: Pain for over 3 months, Low mood.');
	assert.deepEqual(await ticked(person), ['Pain for over  months', 'Low mood']);
	assert.equal(await person.text('#send'), 'Send DOE, born 02-Feb-1980, to Pain Platform');
	await person.press('1');
	await person.seesFocus('crisis');
	await person.press('1');
	await person.seesFocus('redFlags');
	await person.press('1');
	await person.seesFocus('send');
	await person.press('Enter');
	await person.sees('it is queued', () => [...document.querySelectorAll('.leaving__text')].some((line) => line.innerText.includes('DOE')));
	const presses = person.presses - before;
	t.diagnostic(`${presses} key presses from a copied patient to queued, with the favourite and its reasons in My usual`);
	assert.equal(presses, PRESSES_OF_A_FAVOURITE);
});

test('what nothing local meets is recorded by keyboard, and counted without the patient', async (t) => {
	const person = await openOnward(t);
	await person.pastes(SMITH);
	await person.seesText('.banner__name', 'SMITH');
	for (const times of ['the first in 12 months', '2 in the last 12 months']) {
		await person.type('zzzz');
		await person.seesText('.search__nothing', 'Nothing matches.');
		await person.press('Tab', 'Enter');
		await person.seesFocus('unmet');
		await person.press('8', 'Enter');
		await person.seesText('.send-bar__said', `Recorded: no good local service (${times}). Nothing about the patient was kept.`);
		await person.seesFocus('search');
		await person.press('Escape');
		await person.sees('the box is empty', () => document.getElementById('search').value === '');
	}
	await person.type('fibro');
	await person.seesText('#hits', 'why: fibro');
	await person.tabTo('Nothing fits');
	await person.press('Enter');
	await person.seesFocus('unmet');
	await person.press('Escape');
	await person.seesFocus('search');

	await person.tabTo('Referrals', 'Shift+Tab');
	await person.press('Enter');
	await person.seesText('.unmet-needs', 'Fatigue 2');
	assert.doesNotMatch(await person.text('.unmet-needs'), /SMITH|zzzz/);
});

test('a card leads up and down the steps and to what is also offered, and back to where one was', async (t) => {
	const person = await openOnward(t);
	await person.type('iapt');
	await person.seesText('#card-name', 'NHS Talking Therapies');
	const links = await person.session.run(() => [...document.querySelectorAll('.links')].map((line) => line.innerText));
	assert.ok(
		links.some((line) => line.startsWith('Also on the back of this referral: Pain Platform')),
		links.join('\n'),
	);
	await person.tabTo('Pain Platform');
	await person.press('Enter');
	await person.seesText('#card-name', 'Pain Platform');
	await person.seesFocus('card-name');
	await person.tabTo('Pain Day by Day');
	await person.press('Enter');
	await person.seesText('#card-name', 'Pain Day by Day');
	await person.press('Alt+ArrowLeft');
	await person.seesText('#card-name', 'Pain Platform');
	assert.match(await person.session.run(() => document.activeElement.innerText), /Pain Day by Day/, 'the focus is on the link again');
	await person.tabTo('Back to NHS Talking Therapies', 'Shift+Tab');
	await person.press('Enter');
	await person.seesText('#card-name', 'NHS Talking Therapies');
	assert.equal(await person.text('#card-back'), null);
	assert.equal(await person.session.run(() => document.getElementById('search').value), 'iapt', 'the list is where it was');
});

test('nothing jumps while one types: the list keeps its place and the card stays until the next one is there', async (t) => {
	const person = await openOnward(t);
	await person.pastes(SMITH);
	await person.seesText('.banner__name', 'SMITH');
	await person.session.run(() => {
		window.tops = new Set();
		window.gaps = 0;
		const look = () => {
			tops.add([...document.querySelectorAll('#hits, .refer__pane, .refer__form, #send')].map((part) => Math.round(part.getBoundingClientRect().top)).join());
			if (window.seenCard && !document.querySelector('#card-name, #patient-heading')) window.gaps += 1;
			window.seenCard ||= document.querySelector('#card-name') !== null;
			requestAnimationFrame(look);
		};
		look();
	});
	await person.type('back pain');
	await person.seesText('#hits', 'why: back pain');
	await person.press('ArrowDown', 'ArrowDown', 'ArrowUp');
	const { tops, gaps } = await person.session.run(() => ({ tops: [...window.tops], gaps: window.gaps }));
	assert.equal(tops.length, 1, `the parts of the screen stood at ${tops.join(' and ')}`);
	assert.equal(gaps, 0, 'the pane was never empty');
});
