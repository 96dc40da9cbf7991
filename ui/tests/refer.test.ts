// The Refer screen as it is used: by keyboard, against recorded answers.
import { describe, expect, it, vi } from 'vitest';
import { replay } from '../src/backend/replay';
import type { ReferralForm, SearchView } from '../src/backend/types';
import { DECEASED, element, eventually, focused, openWindow, PASTED, SMITH, text, TWO_NUMBERS } from './window';

const hit = (id: string, name: string): SearchView => ({
	hits: [
		{
			id,
			name,
			category: 'other',
			step: null,
			waitWeeks: null,
			waitIsOld: false,
			why: [],
			favourite: false,
			method: 'secure-email',
			pinned: false,
			isLocal: false,
			doNotRefer: false,
			reasons: [],
		},
	],
	understoodAs: [],
	usual: false,
	ofPractice: false,
	hiddenByAge: 0,
	hiddenByArea: 0,
	hiddenClosed: 0,
	hiddenHere: 0,
	elsewhereNotCounted: false,
	notOpen: [],
	crisis: false,
});

describe('a referral by keyboard', () => {
	it('is queued in 13 key presses with a query of five letters, from an empty window', async () => {
		const backend = replay();
		const saved = vi.spyOn(backend, 'saveForm');
		const window = await openWindow(backend);
		window.paste(PASTED[SMITH] ?? '');
		await eventually(() => expect(text('.banner__name')).toBe('SMITH, John (Mr)'));
		await window.press('f', 'i', 'b', 'r', 'o');
		await eventually(() => expect(text('#card-name')).toBe('Pain Platform'));
		await window.press('{Enter}');
		await eventually(() => expect(focused()).toBe('reasons'));
		await window.press('1', '{Enter}');
		await eventually(() => expect(focused()).toBe('consent'));
		await window.press('1');
		await eventually(() => expect(focused()).toBe('crisis'));
		await window.press('1');
		await eventually(() => expect(focused()).toBe('redFlags'));
		await window.press('1');
		await eventually(() => expect(focused()).toBe('send'));
		expect(text('#send')).toBe('Send SMITH, born 14-Jul-1945, to Pain Platform');
		await window.press('{Enter}');
		await eventually(() => expect(text('.leaving__text')).toContain('Queued as ONW-7K3F-92QD'));

		expect(window.presses()).toBeLessThanOrEqual(13);
		const form: ReferralForm | undefined = saved.mock.calls.at(-1)?.[1];
		expect(form).toMatchObject({
			serviceId: 'pain-platform',
			reasons: ['pain-over-3-months'],
			consent: 'patientInPerson',
			crisis: 'askedNone',
			redFlags: 'askedNone',
			mayLeaveVoicemail: false,
			mayText: false,
		});
		await eventually(() => expect(focused()).toBe('search'));
		expect(document.querySelector('.banner')).toBeNull();
		expect(element('#search')).toHaveProperty('value', '');
	});

	it('leaves an empty screen, never an older draft without a name that somebody answered', async () => {
		const backend = replay();
		const window = await openWindow(backend);
		window.paste(PASTED[SMITH] ?? '');
		await eventually(() => expect(text('.banner__name')).toBe('SMITH, John (Mr)'));
		await window.press('{Enter}');
		await eventually(() => expect(focused()).toBe('consent'));
		await window.press('1', '1', '1');
		await eventually(() => expect(focused()).toBe('send'));
		const older = { ...(await backend.currentDraft()), id: 'older', banner: null, patient: [], serviceName: null };
		backend.currentDraft = () => Promise.resolve({ ...older, form: { ...older.form, serviceId: null } });
		await window.press('{Enter}');
		await eventually(() => expect(text('.leaving__text')).toContain('Queued'));
		expect(document.querySelector('.banner')).toBeNull();
		expect(document.querySelectorAll('.form input:checked')).toHaveLength(0);
	});

	it('begins each patient with nothing answered, whatever was answered before there was one', async () => {
		const window = await openWindow();
		await eventually(() => element('#hit-0'));
		await window.press('{Enter}');
		await eventually(() => expect(focused()).toBe('consent'));
		await window.press('1', '1', '1');
		await eventually(() => expect(document.querySelectorAll('.form input:checked')).toHaveLength(5));
		window.paste(PASTED[SMITH] ?? '');
		await eventually(() => expect(text('.banner__name')).toBe('SMITH, John (Mr)'));
		expect(document.querySelectorAll('.form input:checked')).toHaveLength(0);
		expect(text('#send')).toContain('to Pain Platform');
	});

	it('asks how it was dealt with, and goes on with Enter', async () => {
		const window = await openWindow();
		element('#crisis').focus();
		await window.press('2');
		await eventually(() => expect(focused()).toBe('crisisNote'));
		expect(text('.crisis__heading')).toBe('Is this person at risk now? This tool is not for emergencies.');
		await window.keyboard.keyboard('rang 1 team{Enter}');
		await eventually(() => expect(focused()).toBe('redFlags'));
		expect(element('#crisisNote')).toHaveProperty('value', 'rang 1 team');
	});

	it('h16 consent not asked: nothing is preselected', async () => {
		await openWindow();
		expect(document.querySelectorAll('.form input:checked')).toHaveLength(0);
	});
});

describe('the banner', () => {
	it('h01 wrong patient: the banner shows the patient in the order and format of the NHS', async () => {
		const window = await openWindow();
		window.paste(PASTED[SMITH] ?? '');
		await eventually(() =>
			expect(text('.banner')).toBe(
				'SMITH, John (Mr) Born 14-Jul-1945 (81y) Gender Male NHS No. 999 000 0018 pasted 14:02 Patient’s details Put away',
			),
		);
		expect(text('#nhsNumber-source')).toBe('from: “NHS No. 999 000 0018”');
	});

	it('h01 wrong patient: the banner leaves with its patient', async () => {
		const window = await openWindow();
		window.paste(PASTED[SMITH] ?? '');
		await eventually(() => element('.banner'));
		await window.keyboard.click(element('.banner button:last-of-type'));
		await eventually(() => expect(document.querySelector('.banner')).toBeNull());
	});

	it('refuses, calmly, for somebody who has died', async () => {
		const window = await openWindow();
		window.paste(PASTED[DECEASED] ?? '');
		await eventually(() => expect(text('.banner__deceased')).toBe('Deceased'));
		expect(text('.refusal__heading')).toBe('This record says that the patient has died');
		expect(document.querySelector('#send')).toBeNull();
	});
});

describe('the search box', () => {
	it('is a combobox: arrows move the active option, nothing is chosen until Enter', async () => {
		const backend = replay();
		const saved = vi.spyOn(backend, 'saveForm');
		const window = await openWindow(backend);
		const box = element('#search');
		expect(box.getAttribute('role')).toBe('combobox');
		await window.press('z', 'z', 'z');
		await eventually(() => expect(box.getAttribute('aria-expanded')).toBe('false'));
		await window.press('{Escape}', 'f', 'i', 'b', 'r', 'o');
		await eventually(() => expect(box.getAttribute('aria-expanded')).toBe('true'));
		expect(box.getAttribute('aria-controls')).toBe('hits');
		expect(box.getAttribute('aria-activedescendant')).toBe('hit-0');
		await window.press('{ArrowDown}');
		expect(box.getAttribute('aria-activedescendant')).toBe('hit-1');
		expect(text('[role=option][aria-selected=true] .hit__name')).toBe('NHS Talking Therapies for anxiety and depression');
		await window.press('{ArrowUp}', '{ArrowUp}');
		expect(box.getAttribute('aria-activedescendant')).toBe('hit-3');
		expect(focused()).toBe('search');
		expect(saved).not.toHaveBeenCalled();
		await window.press('{Enter}');
		await eventually(() => expect(saved.mock.calls[0]?.[1].serviceId).toBe('de-stress-pain'));
	});

	it('h24 filters: the list says why, how it is sorted, and how many are hidden for which reason', async () => {
		const window = await openWindow();
		await window.press('f', 'i', 'b', 'r', 'o');
		await eventually(() => expect(text('#hits')).toContain('why: fibro → fibromyalgia'));
		expect(text('.search')).toContain('sorted by fit, then step, then stated wait');
		expect(text('.search')).toContain('3 hidden: age 2, area 1');
	});

	it('chooses nothing from hits that answer other words than those in the box', async () => {
		const backend = replay();
		const waiting = new Map<string, (view: SearchView) => void>();
		backend.search = (_draft, words) => new Promise((answer) => waiting.set(words, answer));
		const saved = vi.spyOn(backend, 'saveForm');
		const window = await openWindow(backend);
		await window.press('a');
		waiting.get('a')?.(hit('pain-platform', 'older'));
		await eventually(() => expect(text('#card-name')).toBe('Pain Platform'));
		await window.press('b', '{Enter}');
		waiting.get('ab')?.(hit('pcn-ot', 'newer'));
		await eventually(() => expect(text('.hit__name')).toBe('newer'));
		expect(focused()).toBe('search');
		await window.press('{Enter}');
		await eventually(() => expect(focused()).toBe('reasons'));
		expect(saved.mock.calls.map(([, form]) => form.serviceId)).toEqual(['pcn-ot']);
	});

	it('brings the crisis text for words of crisis', async () => {
		const window = await openWindow();
		await window.keyboard.keyboard('suicidal');
		await eventually(() => expect(text('.crisis')).toContain('Samaritans: 116 123'));
	});

	it('h07 closed: a service that is closed is shown greyed, with its successor', async () => {
		const window = await openWindow();
		await window.keyboard.keyboard('fibro clinic');
		await eventually(() => expect(text('.not-open__item')).toContain('Fibro Clinic: closed, 01-Sep-2026.'));
		await window.keyboard.click(element('.not-open__item button:last-of-type'));
		await eventually(() => expect(text('#card-name')).toBe('Pain Platform'));
	});

	it('says honestly that nothing matches', async () => {
		const window = await openWindow();
		await window.keyboard.keyboard('zzz');
		await eventually(() => expect(text('.search__nothing')).toContain('Nothing matches.'));
	});

	it.each([
		[
			{ address: null, method: 'self-referral', methodWords: 'The patient rings 01632 960130' },
			'Onward does not send to Pain Platform',
		],
		[{ notOpen: 'paused' }, 'Pain Platform cannot be referred to now: paused'],
	])('says why it does not choose a service that cannot be sent to: %j', async (part, said) => {
		const backend = replay();
		const real = backend.serviceCard.bind(backend);
		backend.serviceCard = async (draft, id) => ({ ...(await real(draft, id)), ...part });
		const saved = vi.spyOn(backend, 'saveForm');
		const window = await openWindow(backend);
		await window.keyboard.keyboard('fibro');
		await eventually(() => element('#card-name'));
		await window.press('{Enter}');
		await eventually(() => expect(text('.trouble')).toContain(said));
		expect(saved).not.toHaveBeenCalled();
		expect(focused()).toBe('search');
	});

	it('takes a short line as words and a patient as a patient', async () => {
		const window = await openWindow();
		expect(window.paste('pain platform')).toBe(false);
		expect(window.paste('999 000 0018')).toBe(true);
	});
});

describe('what stands in the way', () => {
	it('is listed with a link to each field, takes the focus, and loses nothing', async () => {
		const window = await openWindow();
		await window.keyboard.type(element('#reasonText'), 'pain since 2019');
		await window.press('{Control>}{Enter}{/Control}');
		await eventually(() => expect(focused()).toBe('problems'));
		const links = [...document.querySelectorAll('#problems a')].map((link) => link.textContent.trim());
		expect(links).toEqual([
			'Paste or type the patient’s details',
			'Choose a service',
			'Say who agreed to this referral',
			'Answer “In crisis?”',
			'Answer “Red flags?”',
		]);
		expect(element('#reasonText')).toHaveProperty('value', 'pain since 2019');
		await window.keyboard.click(element('#problems a[href="#consent"]'));
		await eventually(() => expect(focused()).toBe('consent'));
		await window.press('1');
		await eventually(() => expect(text('#problems')).not.toContain('agreed'));
	});

	it('lets a person choose between two NHS numbers of one paste', async () => {
		const backend = replay();
		const edited = vi.spyOn(backend, 'editPatient');
		const window = await openWindow(backend);
		window.paste(PASTED[TWO_NUMBERS] ?? '');
		await eventually(() => expect(document.querySelectorAll('input[name=nhsNumber]')).toHaveLength(2));
		expect(document.querySelectorAll('input[name=nhsNumber]:checked')).toHaveLength(0);
		expect(text('#nhsNumber-problem')).toContain('two different values');
		await window.keyboard.click(element('#nhsNumber-2'));
		await eventually(() => expect(text('.banner')).toContain('NHS No. 999 000 0026'));
		expect(edited).toHaveBeenCalledWith(expect.any(String), 'nhsNumber', '999 000 0026');
	});

	it('asks the required questions of the chosen service', async () => {
		const window = await openWindow();
		await window.keyboard.keyboard('fibro');
		await eventually(() => element('#hit-1'));
		await window.press('{ArrowDown}', '{Enter}');
		await eventually(() => element('#extra-format'));
		element('#redFlags').focus();
		await window.press('1');
		await eventually(() => expect(focused()).toBe('extra-format'));
		await window.press('{Control>}{Enter}{/Control}');
		await eventually(() => expect(text('#problems')).toContain('Answer “Which way of meeting does the patient prefer?”'));
	});
});

it('keeps a text that no patient could be read from', async () => {
	const backend = replay();
	backend.pastePatient = () => Promise.reject({ code: 'unreadable', detail: null, problems: [] });
	const window = await openWindow(backend);
	await window.keyboard.type(element('#patientText'), 'nobody');
	await window.keyboard.click(element('.patient__paste button'));
	await eventually(() => expect(text('.trouble')).toContain('No patient could be read'));
	expect(element('#patientText')).toHaveProperty('value', 'nobody');
});

it('says an unexpected refusal in words and keeps what was typed', async () => {
	const backend = replay();
	backend.saveForm = () => Promise.reject({ code: 'store', detail: null, problems: [] });
	const window = await openWindow(backend);
	await window.keyboard.type(element('#reasonText'), 'x');
	await eventually(() => expect(text('.trouble')).toContain('whether the disk is full'));
	expect(element('#reasonText')).toHaveProperty('value', 'x');
});
