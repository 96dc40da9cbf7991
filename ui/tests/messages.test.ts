// The words: every code has some, and none of them judges a person or claims more than is known.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
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
		const screens = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.svelte'));
		expect(screens.length).toBeGreaterThan(15);
		const sources = ['messages.ts', ...screens].map((name) => readFileSync(join('src', name), 'utf8'));
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
		['Mode', messages.MODES, 6],
		['ReferralMethod', messages.METHODS, 9],
	] as const)('cover every %s of the directory', (name, list, count) => {
		const codes = rustCodes(name);
		expect(codes).toHaveLength(count);
		expect(codes.filter((code) => !(code in list))).toEqual([]);
	});

	it('cover every state and event of a referral', () => {
		const events = [
			...['draft', 'parked', 'declined', 'queued', 'undone', 'sending', 'sent', 'unknown', 'failed', 'held', 'received'],
			...['information-requested', 'accepted', 'redirected', 'stepped-up', 'stepped-down', 'could-not-contact', 'started'],
			...['ended', 'rejected', 'withdrawn', 'no-good-local-service'],
		];
		expect(events.filter((code) => !(code in messages.EVENT_TYPES))).toEqual([]);
		for (const code of ['queued', 'sending', 'sent', 'unknown', 'failed', 'held']) expect(messages.STATES).toHaveProperty(code);
	});

	it('cover every action', () => {
		const actions = ['undo', 'send-now', 'try-again', 'it-arrived', 'send-again', 'withdraw'];
		expect(Object.keys(messages.ACTIONS).sort()).toEqual(actions.sort());
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
