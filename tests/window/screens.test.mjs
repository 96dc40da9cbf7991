// Every screen of the window, on a desk and at 200% zoom: pictures to look at, no broken rule of WCAG 2.2 AA, and what a screen reader is told.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { violations } from './harness/accessibility.mjs';
import { looksAt } from './harness/looks.mjs';
import { openOnward } from './harness/machine.mjs';
import { forbiddenOf, said } from './harness/said.mjs';
import { SMITH } from './harness/patients.mjs';
import { fillsIn, sends } from './harness/story.mjs';

const goesTo = async (person, place) => {
	await person.tabTo(place, 'Shift+Tab');
	await person.press('Enter');
};

const sendsOne = async (person) => {
	await fillsIn(person);
	await sends(person);
	await person.tabTo('Send now');
	await person.press('Enter');
	await person.onlyMessage();
	await person.seesText('.leaving__text', 'Sent: the mail server accepted it');
};

/** How a person comes to each screen. */
const SCREENS = {
	empty: async () => undefined,
	'patient-and-search': async (person) => {
		await person.pastes(SMITH);
		await person.seesText('.banner__name', 'SMITH');
		await person.type('fibro');
		await person.seesText('#hits', 'why: fibro');
		await person.seesText('#card-name', 'Cloudside');
	},
	'card-and-form': async (person) => {
		await fillsIn(person, { query: 'fibro', downs: 1, service: 'Pain Platform' });
		await person.seesText('#send', 'to Pain Platform');
	},
	'card-with-answers': async (person) => {
		await person.pastes(SMITH);
		await person.seesText('.banner__name', 'SMITH');
		await person.type('pain plat');
		await person.seesText('#card-name', 'Pain Platform');
		await person.press('F6', '1', '2');
		await person.sees('the focus is on the reason', () => document.activeElement?.id.endsWith('-reason'));
		await person.type('Seen by the crisis team on Monday');
		await person.press('Enter');
		await person.sees('the answers are saved', () => document.querySelectorAll('.criteria input:checked').length === 2);
	},
	'my-usual': async (person) => {
		await fillsIn(person);
		await sends(person);
		await person.type('pain plat');
		await person.seesText('#card-name', 'Pain Platform');
		await person.press('Control+d');
		await person.seesText('.hit', '★');
		await person.press('Escape');
		await person.pastes(SMITH);
		await person.seesText('.banner__name', 'SMITH');
		await person.seesText('#hits', 'ticks');
		await person.press('Enter');
		await person.seesText('#send', 'to Pain Platform');
	},
	'nothing-matches': async (person) => {
		await person.pastes(SMITH);
		await person.seesText('.banner__name', 'SMITH');
		await person.type('zzzz');
		await person.seesText('.search', 'Nothing matches');
	},
	'record-unmet': async (person) => {
		await person.type('zzzz');
		await person.seesText('.search', 'Nothing matches');
		await person.press('Tab', 'Enter');
		await person.seesFocus('unmet');
		await person.press('1', '9');
	},
	'unmet-needs': async (person) => {
		await person.type('zzzz');
		await person.seesText('.search', 'Nothing matches');
		await person.press('Tab', 'Enter');
		await person.seesFocus('unmet');
		await person.press('8', '9', 'Enter');
		await person.seesText('.send-bar__said', 'Recorded');
		await goesTo(person, 'Referrals');
		await person.seesText('.unmet-needs', 'Fatigue');
	},
	'several-meanings': async (person) => {
		await person.type('carers allowance');
		await person.seesText('.search__line', ' or ');
	},
	'linked-card': async (person) => {
		await person.type('iapt');
		await person.seesText('#card-name', 'NHS Talking Therapies');
		await person.tabTo('Pain Platform');
		await person.press('Enter');
		await person.seesText('#card-back', 'Back to');
	},
	problems: async (person) => {
		await person.pastes(SMITH);
		await person.seesText('.banner__name', 'SMITH');
		await person.press('Control+Enter');
		await person.seesFocus('problems');
	},
	queued: async (person) => {
		await fillsIn(person);
		await sends(person);
	},
	'referral-sent': async (person) => {
		await sendsOne(person);
		await goesTo(person, 'Referrals');
		await person.seesText('.row', 'SMITH');
		await person.tabTo('SMITH');
		await person.press('Enter');
		await person.seesText('.letter', 'SMITH');
	},
	'mailbox-message': async (person) => {
		await sendsOne(person);
		await goesTo(person, 'Demonstration mailbox');
		await person.seesText('.row__who', 'ONW-');
		await person.tabTo('DEMONSTRATION: Referral');
		await person.press('Enter');
		await person.seesText('.letter', 'SMITH');
	},
	'earlier-referral': async (person) => {
		await fillsIn(person);
		await sends(person);
		await fillsIn(person);
		await person.press('F8');
		await person.seesText('.record__said', 'Copied');
		await person.seesText('.earlier', 'queued, today');
		await person.seesText('#send-repeat', 'Already referred here today');
	},
	crisis: async (person) => {
		await person.type('suicidal');
		await person.seesText('.search .crisis', '999 or A&E');
	},
	'not-open': async (person) => {
		await person.type("let's talk moorlands");
		await person.seesText('.not-open', 'closed');
		await person.seesText('#card-name', 'NHS Talking Therapies');
	},
};

for (const [name, comesTo] of Object.entries(SCREENS)) {
	test(`the screen “${name}” can be used by everybody, on a desk and at 200%`, async (t) => {
		const person = await openOnward(t);
		await comesTo(person);
		await looksAt(person, name);
	});
}

test('a word that the product may not use would be found', async (t) => {
	const person = await openOnward(t);
	await person.session.run(() => {
		const planted = document.createElement('p');
		planted.textContent = 'This service is suitable';
		planted.setAttribute('aria-label', 'We recommend it');
		document.getElementById('main').prepend(planted);
	});
	assert.deepEqual(forbiddenOf(await person.session.run(said)), ['This service is suitable', 'We recommend it']);
});

test('a broken rule would be found', async (t) => {
	const person = await openOnward(t);
	await person.session.run(() => {
		const planted = document.createElement('p');
		planted.innerHTML = '<img src="x.png"><input type="text"><button></button>';
		document.getElementById('main').prepend(planted);
	});
	const found = (await violations(person)).map((violation) => violation.split(':')[0]);
	for (const rule of ['image-alt', 'label', 'button-name']) assert.ok(found.includes(rule), `${rule} is not among ${found}`);
});
