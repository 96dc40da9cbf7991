// Finding a service by keyboard: My usual, favourites, what words were taken for, criteria answered beside the facts, links of a card, and nothing local.
import { describe, expect, it, vi } from 'vitest';
import { replay } from '../src/backend/replay';
import { foundWords, measuredWords, takenForWords, trustWords } from '../src/messages';
import { element, eventually, focused, openWindow, PASTED, SMITH, text } from './window';

const pressed = (selector: string): string | null => element(selector).getAttribute('aria-pressed');
const ticked = (): string[] =>
	[...document.querySelectorAll<HTMLInputElement>('.form input[type=checkbox]:checked')].map(({ id }) => id);
const criterion = (sentence: string): HTMLElement => {
	const row = [...document.querySelectorAll<HTMLElement>('.criteria tr')].find((other) => other.textContent.includes(sentence));
	if (row === undefined) throw new Error(`no criterion says ${sentence}`);
	return row;
};

describe('My usual', () => {
	it('sends a favourite in 6 key presses, the paste among them, and says what it ticked', async () => {
		const backend = replay();
		const queued = vi.spyOn(backend, 'queueReferral');
		const window = await openWindow(backend);
		await eventually(() => expect(text('.search')).toContain('My usual'));
		window.paste(PASTED[SMITH] ?? '');
		await eventually(() => expect(text('.banner__name')).toBe('SMITH, John (Mr)'));
		await eventually(() => expect(text('[aria-selected=true]')).toContain('ticks Pain for over 3 months, Low mood'));
		await window.press('{Enter}');
		await eventually(() => expect(focused()).toBe('consent'));
		expect(text('.send-bar__said')).toBe('Pain Platform chosen. Ticked as usual: Pain for over 3 months, Low mood.');
		expect(ticked()).toEqual(['reasons', 'reasons-4']);
		await window.press('1');
		await eventually(() => expect(focused()).toBe('crisis'));
		await window.press('1');
		await eventually(() => expect(focused()).toBe('redFlags'));
		await window.press('1');
		await eventually(() => expect(focused()).toBe('send'));
		await window.press('{Enter}');
		await eventually(() => expect(text('.leaving__text')).toContain('Queued'));
		expect(queued.mock.calls[0]?.[1].reasons).toEqual(['pain-over-3-months', 'low-mood']);
		expect(window.presses()).toBe(6);
	});

	it('unticks the reasons of one that was chosen by mistake, and keeps those that a person ticked', async () => {
		const window = await openWindow();
		await eventually(() => element('#hit-1'));
		element('#reasons').focus();
		await window.press('3');
		element('#search').focus();
		await window.press('{Enter}');
		await eventually(() => expect(ticked()).toEqual(['reasons', 'reasons-3', 'reasons-4']));
		element('#search').focus();
		await window.press('{ArrowDown}', '{Enter}');
		await eventually(() => expect(text('#send')).toContain('NHS Talking Therapies'));
		expect(ticked()).toEqual(['reasons-3', 'reasons-5']);
	});

	it('says when it is what the practice sends to most', async () => {
		const backend = replay();
		const real = backend.search.bind(backend);
		backend.search = async (draft, words) => ({ ...(await real(draft, words)), ofPractice: true });
		await openWindow(backend);
		await eventually(() => expect(text('.search__foot')).toBe('what the practice sends to most'));
	});

	it('stands there without a card: the patient is looked at first, and the first arrow shows the first card', async () => {
		const window = await openWindow();
		await eventually(() => element('#hit-1'));
		expect(text('#patient-heading')).toBe('Whose referral is it?');
		await window.press('{ArrowDown}');
		await eventually(() => expect(text('#card-name')).toBe('Pain Platform'));
		await window.press('{ArrowDown}');
		await eventually(() => expect(text('#card-name')).toContain('Talking Therapies'));
	});

	it('is kept up by one key, on a hit and on a card', async () => {
		const backend = replay();
		const set = vi.spyOn(backend, 'setFavourite');
		const window = await openWindow(backend);
		await window.press('f', 'i', 'b', 'r', 'o', '{ArrowDown}');
		await eventually(() => expect(text('#card-name')).toContain('Talking Therapies'));
		expect(pressed('.card__favourite')).toBe('false');
		await window.press('{Control>}d{/Control}');
		await eventually(() => expect(pressed('.card__favourite')).toBe('true'));
		expect(text('.send-bar__said')).toContain('is one of your favourites now');
		expect(document.querySelectorAll('.hit__star')).toHaveLength(2);
		expect(text('#hit-1')).toContain('★');
		await window.keyboard.click(element('.card__favourite'));
		await eventually(() => expect(pressed('.card__favourite')).toBe('false'));
		expect(set.mock.calls).toEqual([
			['talking-therapies', true],
			['talking-therapies', false],
		]);
	});

	it('is not taken for a key of its own: a d that is typed is a letter', async () => {
		const backend = replay();
		const set = vi.spyOn(backend, 'setFavourite');
		const window = await openWindow(backend);
		await window.press('d');
		await eventually(() => expect(element('#search')).toHaveProperty('value', 'd'));
		expect(set).not.toHaveBeenCalled();
	});
});

describe('the list', () => {
	it('is heard: words of crisis first, then what was found, and never "0 services"', () => {
		const found = { crisis: false, hits: [], notOpen: [] };
		expect(foundWords(found)).toBe('Nothing matches.');
		const clinic = { id: 'c', name: 'Fibro Clinic', reason: 'closed', detail: null, replacedById: null, replacedByName: null };
		expect(foundWords({ ...found, notOpen: [clinic] })).toBe('Not open to this patient: Fibro Clinic.');
		expect(foundWords({ ...found, crisis: true })).toMatch(
			/^Words of crisis: this tool is not for emergencies\..* Nothing matches\.$/,
		);
	});

	it('asks again on Enter after a search was refused, and chooses nothing from what stood there before', async () => {
		const backend = replay();
		const real = backend.search.bind(backend);
		const window = await openWindow(backend);
		await window.press('f', 'i', 'b', 'r');
		await eventually(() => expect(text('#card-name')).toBe('Pain Platform'));
		backend.search = () => Promise.reject({ code: 'internal', detail: null, problems: [] });
		await window.press('o');
		await eventually(() => element('.trouble'));
		backend.search = real;
		await window.press('{Enter}');
		await eventually(() => expect(text('#hits')).toContain('Pain Platform'));
		expect(document.querySelector('.card__chosen')).toBeNull();
		await window.press('{Enter}');
		await eventually(() => element('.card__chosen'));
	});

	it('shows several meanings as several, and one as one', async () => {
		const window = await openWindow();
		await window.keyboard.keyboard('act for pain');
		await eventually(() =>
			expect(text('.search__line')).toBe('act: acceptance and commitment therapy or assertive community treatment'),
		);
		expect(takenForWords('OT', ['occupational therapy'])).toBe('OT: occupational therapy');
		expect(takenForWords('x', ['a', 'b', 'c'])).toBe('x: a, b or c');
	});

	it('keeps the hits and the card until the next ones are there', async () => {
		const backend = replay();
		const window = await openWindow(backend);
		await window.press('f', 'i', 'b');
		await eventually(() => expect(text('#card-name')).toBe('Pain Platform'));
		const before = element('#hit-0');
		backend.search = () => new Promise(() => undefined);
		await window.press('r');
		expect(element('#search')).toHaveProperty('value', 'fibr');
		expect(element('#hit-0')).toBe(before);
		expect(text('#card-name')).toBe('Pain Platform');
	});

	it('paints the hits before it asks for a card', async () => {
		const backend = replay();
		backend.serviceCard = () => new Promise(() => undefined);
		const window = await openWindow(backend);
		await window.press('f', 'i', 'b');
		await eventually(() => expect(text('#hits')).toContain('why: fibro'));
		await window.press('r', 'o');
		await eventually(() => expect(element('#search')).toHaveProperty('value', 'fibro'));
	});
});

describe('criteria', () => {
	async function onCard() {
		const backend = replay();
		const saved = vi.spyOn(backend, 'saveForm');
		const window = await openWindow(backend);
		await window.press('f', 'i', 'b', 'r', 'o');
		await eventually(() => expect(text('#card-name')).toBe('Pain Platform'));
		return { window, answers: () => saved.mock.calls.at(-1)?.[1].criteria };
	}

	it('are reached by one key from the search and answered by one key each, to the button that chooses', async () => {
		const { window, answers } = await onCard();
		expect(criterion('more than 3 months').textContent).toContain('not known');
		await window.press('{F6}');
		await eventually(() => expect(focused()).toBe('criterion-1'));
		await window.press('1');
		await eventually(() => expect(focused()).toBe('criterion-3'));
		expect(criterion('more than 3 months').textContent).toContain('your answer');
		await window.press('2');
		await eventually(() => expect(focused()).toBe('criterion-3-reason'));
		await window.keyboard.keyboard('seen today{Enter}');
		await eventually(() => expect(focused()).toBe('choose-card'));
		await eventually(() => expect(answers()).toHaveLength(2));
		expect(answers()?.map(({ met, reason }) => [met, reason])).toEqual([
			[true, ''],
			[false, 'seen today'],
		]);
		await window.press('{Enter}');
		await eventually(() => expect(focused()).toBe('reasons'));
		await window.press('{Shift>}{F6}{/Shift}');
		await eventually(() => expect(focused()).toBe('criterion-1'));
	});

	it('that are not met never block, with a reason or without', async () => {
		const { window } = await onCard();
		await window.press('{F6}', '2', '{Enter}', '2', '{Enter}');
		await eventually(() => expect(focused()).toBe('choose-card'));
		await window.press('{Enter}');
		await eventually(() => expect(text('#send')).toContain('Pain Platform'));
		await window.press('{Control>}{Enter}{/Control}');
		await eventually(() => expect(focused()).toBe('problems'));
		expect(text('#problems')).not.toMatch(/criteri|met/);
	});

	it('bring the crisis text when somebody is in crisis, and only then', async () => {
		const { window } = await onCard();
		await window.press('{F6}', '2', '{Enter}', '1');
		await eventually(() => expect(criterion('crisis').textContent).toContain('your answer'));
		expect(document.querySelector('.card .crisis')).toBeNull();
		element('#criterion-3').focus();
		await window.press('2');
		await eventually(() => expect(text('.card [aria-live] .crisis')).toContain('select the mental health option (2)'));
	});

	it('that a fact settled take a reason that answers nothing, and that an answer stands over', async () => {
		const backend = replay();
		const real = backend.serviceCard.bind(backend);
		backend.serviceCard = async (draft, id) => {
			const card = await real(draft, id);
			const settled = { answerable: false, known: 'in crisis: yes', outcome: 'notMet' as const };
			return { ...card, criteria: card.criteria.map((one) => (one.excludes === 'in crisis' ? { ...one, ...settled } : one)) };
		};
		const saved = vi.spyOn(backend, 'saveForm');
		const window = await openWindow(backend);
		await window.press('f', 'i', 'b', 'r', 'o');
		await eventually(() => element('#criterion-3-reason'));
		expect(text('.card .crisis')).toContain('999');
		await window.keyboard.type(element('#criterion-3-reason'), 'x');
		const reason = { key: 'exclusion:in crisis', met: null, reason: 'x' };
		await eventually(() => expect(saved.mock.calls.at(-1)?.[1].criteria).toEqual([reason]));
	});

	it('can be open again', async () => {
		const { window, answers } = await onCard();
		await window.press('{F6}', '1', '{Shift>}{Tab}{/Shift}');
		element('#criterion-1').focus();
		await window.press('{Backspace}');
		await eventually(() => expect(answers()).toEqual([]));
		await eventually(() => expect(criterion('more than 3 months').textContent).toContain('not known'));
		expect(element('#criterion-1')).toHaveProperty('checked', false);
	});

	it('hold for the next service that asks the same', async () => {
		const { window } = await onCard();
		await window.press('{F6}', '1', '1');
		element('#search').focus();
		await window.press('{ArrowDown}');
		await eventually(() => expect(text('#card-name')).toContain('Talking Therapies'));
		await eventually(() => expect(criterion('crisis').textContent).toContain('your answer'));
	});
});

describe('the card', () => {
	it('leads to other cards and back, with the focus', async () => {
		const window = await openWindow();
		await window.press('f', 'i', 'b', 'r', 'o', '{ArrowDown}');
		await eventually(() => expect(text('#card-name')).toContain('Talking Therapies'));
		const also = [...document.querySelectorAll('.links')].find((links) => links.textContent.includes('Also on the back'));
		expect(also?.textContent.replace(/\s+/g, ' ')).toContain('Also on the back of this referral: Pain Platform');
		element('#link-pain-platform').focus();
		await window.press('{Enter}');
		await eventually(() => expect(text('#card-name')).toBe('Pain Platform'));
		expect(focused()).toBe('card-name');
		expect(text('#card-back')).toContain('Back to NHS Talking Therapies');
		await window.press('{Alt>}{ArrowLeft}{/Alt}');
		await eventually(() => expect(focused()).toBe('link-pain-platform'));
		expect(document.querySelector('#card-back')).toBeNull();
	});

	it('h07 closed: the card says why and what took its place, and it cannot be chosen', async () => {
		const window = await openWindow();
		await window.keyboard.keyboard('fibro clinic');
		await eventually(() => element('.not-open__item'));
		await window.keyboard.click(element('.not-open__name'));
		await eventually(() => expect(text('#card-name')).toBe('Fibro Clinic'));
		expect(text('.card__not-open')).toMatch(/Cannot be referred to now: closed, since 01-Sep-2026.*Instead: Pain Platform/);
		expect(document.querySelector('#choose-card')).toBeNull();
	});

	it('says who checked it and what was measured, and of too few cases nothing', () => {
		const measured = { n: 14, medianDays: 22, acceptedPercent: 94, daysToReply: 3 };
		const checked = { checkedDaysAgo: 12, checkedBy: 'Amy, OT', checkedHow: null };
		expect(trustWords({ ...checked, measured })).toBe('Checked 12 days ago by Amy, OT · accepts 94% · replies in 3 days');
		expect(trustWords({ ...checked, measured: null })).toBe('Checked 12 days ago by Amy, OT');
		expect(measuredWords(measured)).toBe('ours: 22 days (n=14)');
	});
});

describe('nothing local', () => {
	it('is recorded by keyboard from a closed list, and says how often and that nothing of the patient is kept', async () => {
		const backend = replay();
		const recorded = vi.spyOn(backend, 'recordUnmetNeed');
		const window = await openWindow(backend);
		await window.press('z', 'z', 'z');
		await eventually(() => expect(text('.search__nothing')).toContain('Nothing matches.'));
		await window.press('{Tab}');
		expect(document.activeElement?.textContent).toBe('No good local service: record it');
		await window.press('{Enter}');
		await eventually(() => expect(focused()).toBe('unmet'));
		expect(text('.unmet')).toContain('Nothing about the patient is kept');
		await window.press('{Enter}');
		await eventually(() => expect(text('#unmet-problem')).toBe('Tick what was missing'));
		expect(recorded).not.toHaveBeenCalled();
		await window.press('8', '1', '{Enter}');
		await eventually(() => expect(focused()).toBe('search'));
		expect(recorded.mock.calls).toEqual([[['fatigue', 'pain-over-3-months']]]);
		expect(text('.send-bar__said')).toMatch(
			/^Recorded: no good local service \(3 in the last 12 months\)\. Nothing about the patient was kept\.$/,
		);
	});

	it('is reached under a list that has hits, too, and left by Esc', async () => {
		const window = await openWindow();
		await window.press('f', 'i', 'b', 'r', 'o');
		await eventually(() => expect(text('.search__foot')).toContain('Nothing fits? Record it'));
		await window.keyboard.click(element('.search__foot button'));
		await eventually(() => expect(focused()).toBe('unmet'));
		await window.press('{Escape}');
		await eventually(() => expect(focused()).toBe('search'));
		expect(text('#hits')).toContain('Pain Platform');
	});

	it('leaves the hits that are not seen alone, and goes when a patient comes', async () => {
		const window = await openWindow();
		await window.press('f', 'i', 'b', 'r', 'o');
		await eventually(() => expect(text('#card-name')).toBe('Pain Platform'));
		await window.keyboard.click(element('.search__foot button'));
		await eventually(() => expect(focused()).toBe('unmet'));
		element('#search').focus();
		await window.press('{ArrowDown}', '{Enter}');
		expect(text('#card-name')).toBe('Pain Platform');
		expect(document.querySelector('.card__chosen')).toBeNull();
		expect(focused()).toBe('search');
		window.paste(PASTED[SMITH] ?? '');
		await eventually(() => expect(text('.banner__name')).toBe('SMITH, John (Mr)'));
		expect(document.querySelector('.unmet')).toBeNull();
		expect(text('#hits')).toContain('Pain Platform');
		// The same keys, with the hits to be seen: they did mean something.
		await window.press('{ArrowDown}');
		await eventually(() => expect(text('#card-name')).toContain('Talking Therapies'));
	});

	it('says truly what is kept', async () => {
		const window = await openWindow();
		await window.press('z', 'z', 'z');
		await eventually(() => expect(text('.search [role=status]')).toBe('Nothing matches.'));
		await window.keyboard.click(element('.search__nothing + button'));
		await eventually(() => expect(text('.unmet')).toContain('Kept: what was missing, who recorded it, and when.'));
	});

	it('is counted where the practice looks', async () => {
		const window = await openWindow();
		await window.keyboard.click(element('.places__list li:nth-child(2) button'));
		await eventually(() => expect(text('.unmet-needs')).toMatch(/Work ?2 ?21-Nov-2026/));
		expect(text('#unmet-needs-heading')).toBe('No good local service: what was missing');
	});
});
