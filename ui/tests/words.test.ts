// The words on every screen, as they stand there: none that judges a person or claims more than is known.
import { describe, expect, it } from 'vitest';
import { replay } from '../src/backend/replay';
import serviceCard from '../src/backend/recorded/service_card.json';
import { element, eventually, openAt, openWindow, PASTED, SMITH, text } from './window';
import { forbiddenOf, said } from './said';

type Window = Awaited<ReturnType<typeof openWindow>>;
const place = (number: number) => element(`.places__list li:nth-child(${number}) button`);
const search = async (window: Window, words: string, seen: string) => {
	await window.keyboard.keyboard(words);
	await eventually(() => expect(text('.search')).toContain(seen));
};

/** How a person comes to each screen, and what shows that it is there. */
const SCREENS: Record<string, (window: Window) => Promise<void>> = {
	'My usual': (window) => search(window, '{Escape}', 'My usual'),
	'the patient': async (window) => {
		window.paste(PASTED[SMITH] ?? '');
		await eventually(() => element('.banner__name'));
	},
	'nothing matches': (window) => search(window, 'zzz', 'Nothing matches.'),
	'one that is closed': (window) => search(window, 'fibro clinic', 'Look at Pain Platform instead'),
	'several meanings': (window) => search(window, 'act for pain', 'assertive community treatment'),
	crisis: (window) => search(window, 'suicidal', 'Samaritans'),
	'nothing local': async (window) => {
		await search(window, 'zzz', 'Nothing matches.');
		await window.press('{Tab}', '{Enter}', '{Enter}');
		await eventually(() => element('#unmet-problem'));
	},
	'answers and reasons': async (window) => {
		await search(window, 'fibro', 'Pain Platform');
		await eventually(() => element('#criterion-1'));
		await window.press('{F6}', '2');
		await eventually(() => element('#criterion-1-reason'));
	},
	'what is still needed': async (window) => {
		await window.press('{Control>}{Enter}{/Control}');
		await eventually(() => element('#problems a'));
	},
	referrals: async (window) => {
		await window.keyboard.click(place(2));
		await eventually(() => element('.row'));
		await window.keyboard.click(element('.row'));
		await eventually(() => element('.letter'));
		expect(text('.lists__side')).toContain('No good local service: what was missing');
	},
	'what needs a check': async (window) => {
		await window.keyboard.click(place(3));
		await eventually(() => element('.entry__due'));
		await window.keyboard.click(element('#still-pain-platform'));
		await eventually(() => element('#check-how'));
	},
	'the timeline of an entry': async (window) => {
		await window.keyboard.click(place(3));
		await eventually(() => element('.entry__name'));
		await window.keyboard.click(element('#entry-pain-platform'));
		await eventually(() => element('.history__line'));
	},
	corrections: async (window) => {
		await window.keyboard.click(place(3));
		await eventually(() => element('.part'));
		await window.keyboard.click(element('.parts__list li:nth-child(2) button'));
		await eventually(() => element('#curator-email'));
	},
	'our own services': async (window) => {
		await window.keyboard.click(place(3));
		await eventually(() => element('.part'));
		await window.keyboard.click(element('.parts__list li:nth-child(3) button'));
		await eventually(() => element('#own-add'));
		await window.keyboard.click(element('#own-add'));
		await eventually(() => element('#own-name'));
	},
	mailbox: async (window) => {
		await window.keyboard.click(place(4));
		await eventually(() => element('.row'));
	},
};

/** The pages that are not a place of the demonstration: how each begins, and what shows that it is there. */
const PAGES: Record<string, [Parameters<typeof replay>[0], string, string]> = {
	'the set-up': ['setUp', '', 'Records and recovery key'],
	'the sign-in': ['real', 'sign-in-who', 'Your name'],
	'records that cannot be opened': ['recover', 'recover-heading', 'recovery key'],
};

describe('the words on the screen', () => {
	it.each(Object.entries(PAGES))('%s', async (_name, [mode, focus, seen]) => {
		await openAt(replay(mode), focus);
		await eventually(() => expect(text('main')).toContain(seen));
		expect(forbiddenOf(said())).toEqual([]);
	});

	it.each(['People', 'Practice details', 'Mailbox', 'Directory', 'Addresses', 'Backups', 'Who did what', 'What is kept'])(
		'Practice: %s',
		async (part) => {
			const window = await openWindow();
			await window.keyboard.click(place(5));
			await eventually(() => element('.part'));
			const button = [...document.querySelectorAll('.part')].find((other) => other.textContent.startsWith(part));
			await window.keyboard.click(button ?? element('nothing'));
			await eventually(() => expect(text('#section-heading')).toContain(part));
			expect(forbiddenOf(said())).toEqual([]);
		},
	);

	it.each(Object.entries(SCREENS))('%s', async (_name, comesTo) => {
		await comesTo(await openWindow());
		const texts = said();
		expect(texts.length).toBeGreaterThan(25);
		expect(forbiddenOf(texts)).toEqual([]);
	});

	it.each(serviceCard.map(({ answer }) => answer.id))('the card of %s', async (id) => {
		const backend = replay();
		const found = await backend.search('draft', 'fibro');
		backend.search = async () => ({ ...found, hits: found.hits.slice(0, 1).map((hit) => ({ ...hit, id })) });
		const window = await openWindow(backend);
		await window.press('f');
		await eventually(() => element('#card-name'));
		expect(forbiddenOf(said())).toEqual([]);
	});

	it('would be caught, in a text, in what only a screen reader hears, and in a service’s own words', async () => {
		await openWindow();
		const plant = document.createElement('div');
		plant.innerHTML =
			'<p>We recommend it</p><button aria-label="Most suitable"></button><p data-words="service">For high-risk people; pain that is chronic</p><p>Her score is low</p>';
		element('main').append(plant);
		expect(forbiddenOf(said()).sort()).toEqual(
			['For high-risk people; pain that is chronic', 'Her score is low', 'Most suitable', 'We recommend it'].sort(),
		);
		plant.innerHTML =
			'<p data-words="service">Chronic primary pain, diagnosed by us</p><p class="crisis">Is this person at risk now?</p>';
		expect(forbiddenOf(said())).toEqual([]);
	});
});
