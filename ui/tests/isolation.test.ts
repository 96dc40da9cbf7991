// The gate between the window and Rust: what is listed passes, all else is refused.
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';

interface Gate {
	COMMANDS: readonly string[];
	EVENTS: readonly string[];
	mayPass(message: unknown): boolean;
}

let gate: Gate;
let hook: (message: unknown) => unknown;

beforeAll(async () => {
	// @ts-expect-error a plain script without types, as the sandboxed frame needs it
	await import('../isolation/isolation.js');
	const scope = globalThis as unknown as { __ONWARD_ISOLATION__: Gate; __TAURI_ISOLATION_HOOK__: (message: unknown) => unknown };
	gate = scope.__ONWARD_ISOLATION__;
	hook = scope.__TAURI_ISOLATION_HOOK__;
});

const message = (cmd: string, payload: unknown = {}) => ({ cmd, callback: 1, error: 2, payload, options: undefined });

describe('the isolation hook', () => {
	it('passes exactly the commands that the real backend invokes', () => {
		const source = readFileSync('src/backend/tauri.ts', 'utf8');
		const invoked = [...source.matchAll(/invoke\('([a-z_]+)'/g)].map((match) => match[1]);
		expect(invoked.length).toBeGreaterThan(20);
		expect([...gate.COMMANDS].sort()).toEqual(invoked.sort());
	});

	it('hands a listed command on unchanged', () => {
		const asked = message('search', { draftId: 'x', text: 'fibro' });
		expect(hook(asked)).toBe(asked);
		expect(asked.payload).toEqual({ draftId: 'x', text: 'fibro' });
	});

	it.each([
		'plugin:fs|read_file',
		'plugin:shell|execute',
		'plugin:event|emit',
		'plugin:window|close',
		'SEARCH',
		'',
		'constructor',
	])('refuses %s', (cmd) => expect(() => hook(message(cmd))).toThrow('Refused'));

	it('passes exactly the events that the real backend listens to', () => {
		const source = readFileSync('src/backend/tauri.ts', 'utf8');
		const heard = [...source.matchAll(/listen(?:<[^>]*>)?\('([a-z-]+)'/g)].map((match) => match[1]);
		expect(heard.length).toBeGreaterThan(3);
		expect([...gate.EVENTS].sort()).toEqual(heard.sort());
	});

	it('listens only to the events of the window', () => {
		expect(gate.mayPass(message('plugin:event|listen', { event: 'referral-changed', handler: 3 }))).toBe(true);
		expect(gate.mayPass(message('plugin:event|unlisten', { event: 'hot-key', eventId: 1 }))).toBe(true);
		expect(gate.mayPass(message('plugin:event|listen', { event: 'tauri://drag-drop', handler: 3 }))).toBe(false);
		expect(gate.mayPass(message('plugin:event|listen', null))).toBe(false);
	});

	it.each([null, undefined, 'search', 7, {}, { cmd: 7 }, { cmd: ['search'] }])('refuses what is no command: %j', (asked) => {
		expect(() => hook(asked)).toThrow('Refused');
	});
});
