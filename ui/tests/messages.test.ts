// The words: every code has some, and none of them judges a person or claims more than is known.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import codes from '../src/backend/codes.json';
import * as messages from '../src/messages';

/** Never in what is said of a service, a person or a referral (MHRA's line, and the NHS content style). */
const FORBIDDEN =
	/\b(un)?suitable|recommend|diagnos|\bscore|risk (level|score)|(high|medium|low)[- ]risk|at-risk|\bdelivered\b|successfully|suffer|all in the mind|committed suicide|\bchronic\b/i;
/** Risk is spoken of in the fixed crisis text alone. */
const FIXED_TEXT: readonly string[] = [messages.CRISIS.heading, ...messages.CRISIS.lines];

function forbiddenIn(text: string): boolean {
	return FORBIDDEN.test(text) || (/\brisk/i.test(text) && !FIXED_TEXT.includes(text));
}

/** Every string of the module, however deep. */
function strings(value: unknown): string[] {
	if (typeof value === 'string') return [value];
	if (typeof value === 'object' && value !== null && !(value instanceof Set)) return Object.values(value).flatMap(strings);
	return [];
}

/** The codes of a Rust enum whose variants are written in kebab case on the wire. */
function rustCodes(name: string): string[] {
	const source = readFileSync('../services-directory/src/model.rs', 'utf8');
	const body = new RegExp(`pub enum ${name} \\{([^]*?)\\n\\}`).exec(source)?.[1] ?? '';
	const variants = [...body.matchAll(/^ {4}([A-Z][A-Za-z]*)/gm)].map((match) => match[1] ?? '');
	return variants.map((variant) => variant.replace(/(?<!^)([A-Z])/g, '-$1').toLowerCase());
}

describe('the words', () => {
	it('hold none of the forbidden ones', () => {
		expect(strings(messages).filter(forbiddenIn)).toEqual([]);
		expect(strings(messages).length).toBeGreaterThan(150);
	});

	it('are as clean where they are built by functions and in the screens themselves', () => {
		const names = readdirSync('src', { recursive: true, encoding: 'utf8' }).map((name) => name.replaceAll('\\', '/'));
		const read = names.filter((name) => name.endsWith('.svelte') || name.startsWith('messages/'));
		expect(read.filter((name) => name.endsWith('.svelte')).length).toBeGreaterThan(15);
		expect(read.filter((name) => name.endsWith('.ts')).length).toBeGreaterThan(10);
		const sources = read.map((name) => readFileSync(join('src', name), 'utf8'));
		const lines = sources.flatMap((source) => source.split('\n')).filter((line) => !/^\s*(\/\/|\/?\*|<!--)/.test(line));
		const said = lines.filter((line) => !FIXED_TEXT.some((fixed) => line.includes(fixed)));
		expect(said.filter(forbiddenIn)).toEqual([]);
	});

	it.each([
		'This service is suitable',
		'We recommend',
		'High risk',
		'The risk is low',
		'Delivered to',
		'PHQ-9 score',
		'chronic pain',
	])('would be caught: %s', (planted) => expect(forbiddenIn(planted)).toBe(true));

	it.each([
		['Category', messages.CATEGORIES, 22],
		['TombstoneReason', messages.LEFT, 4],
		['Mode', messages.MODES, 6],
		['ReferralMethod', messages.METHODS, 9],
	] as const)('cover every %s of the directory', (name, list, count) => {
		const codes = rustCodes(name);
		expect(codes).toHaveLength(count);
		expect(codes.filter((code) => !(code in list))).toEqual([]);
	});

	it.each([
		['actions', messages.ACTIONS, codes.actions],
		['acts of the audit trail', messages.ACTS, codes.acts],
		['what was done about an address', messages.ADDRESS_ACTS, codes.addressActs],
		['what was filed', messages.DEEDS, codes.deeds],
		['errors', messages.ERROR_CODES, codes.errors],
		['fields', messages.FORM_FIELDS, codes.fields],
		['fields of a patient', messages.PATIENT_FIELDS, codes.patientFields],
		['what is not open', messages.NOT_OPEN, codes.notOpen],
		['owners', messages.OWNERS, codes.owners],
		['problems of a draft', messages.PROBLEM_CODES, codes.problems],
		['responsibilities', messages.RESPONSIBILITY, codes.responsibilities],
		['problems of sending', messages.SEND_PROBLEMS, codes.sendProblems],
		['states', messages.STATES, codes.states],
		['lines of the timeline', messages.EVENT_TYPES, codes.timelineKinds],
	] as const)('are there for every code that Rust gives, and for no other: %s', (_name, list, given) => {
		expect(Object.keys(list).sort()).toEqual([...given].sort());
		expect(given.length).toBeGreaterThan(1);
	});

	it('have the reasons in the order of Rust, which the digits follow', () => {
		expect(messages.REFERRAL_REASONS.map(({ code }) => code)).toEqual(codes.reasons);
	});

	it('have a word for every need that Rust counts, in its order', () => {
		expect(messages.UNMET_NEEDS.map(({ code }) => code)).toEqual(codes.needs);
	});

	it('have plain sentences only for problems that there are', () => {
		const fields = [...codes.fields, ...codes.patientFields];
		for (const key of Object.keys(messages.PROBLEM_SENTENCES)) {
			const [field = '', code = ''] = key.split(':');
			expect(fields).toContain(field);
			expect(codes.problems).toContain(code);
		}
	});

	it('say nothing of whether it was sent where a code can come before the letter leaves and after', () => {
		for (const code of ['connection-lost', 'no-answer', 'garbled', 'interrupted'])
			expect(messages.SEND_PROBLEMS[code]).not.toMatch(/nothing (is|was) sent|may have been sent/i);
		expect(messages.timelineWords('no-answer')).toBe(messages.SEND_PROBLEMS['no-answer']);
		expect(messages.timelineWords('she-rang-back')).toBe('she-rang-back');
	});

	it('say “sent” only of a mail server’s acceptance, and give no tick to it', () => {
		expect(messages.STATES['sent']).toBe('Sent: the mail server accepted it');
		expect(messages.CONFIRMED_BY_SERVICE.has('sent')).toBe(false);
		for (const code of ['undone', 'failed', 'held']) expect(messages.STATES[code]).toMatch(/^NOT SENT/);
	});

	it('name the field and what to do for every problem code', () => {
		for (const code of Object.keys(messages.PROBLEM_CODES)) {
			const said = messages.problemWords('postcode', code, null);
			expect(said).toMatch(/^Postcode /);
			expect(said).not.toContain('undefined');
		}
		expect(messages.problemWords('extra:format', 'missing', null, 'Which way?')).toBe('Answer “Which way?”');
	});

	it('show a code that nobody foresaw rather than nothing', () => {
		expect(messages.errorWords('brand-new')).toContain('brand-new');
		expect(messages.words(messages.STATES, 'brand-new')).toBe('brand new');
	});
});

describe('the Send button', () => {
	it('says whom and where, or what is still needed', () => {
		const [patient, born, service] = ['SMITH', '14-Jul-1945', 'Pain Platform'];
		expect(messages.sendWords({ patient, born, service })).toBe('Send SMITH, born 14-Jul-1945, to Pain Platform');
		expect(messages.sendWords({ patient, born, service: null })).toBe('Send SMITH, born 14-Jul-1945: service still needed');
		expect(messages.sendWords({ patient: null, born: null, service })).toBe('Send to Pain Platform: patient still needed');
		expect(messages.sendWords({ patient: null, born: null, service: null })).toBe('Send: patient and service still needed');
	});
});
