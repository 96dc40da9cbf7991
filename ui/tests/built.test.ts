// What is built for Tauri keeps to its Content-Security-Policy: nothing inline, nothing from elsewhere, no recorded patients.
// @vitest-environment node
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let folder: string;
let files: Map<string, string>;

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), 'onward-window-'));
	await build({ mode: 'production', logLevel: 'silent', build: { outDir: folder, emptyOutDir: true } });
	const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
	files = new Map(names.map((entry) => [entry.name, readFileSync(join(entry.parentPath, entry.name), 'utf8')]));
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const of = (ending: string): string[] => [...files].filter(([name]) => name.endsWith(ending)).map(([, text]) => text);

describe('the built window', () => {
	it('has no inline script, style or handler', () => {
		const page = files.get('index.html') ?? '';
		expect(page).toContain('<script type="module"');
		expect(page).not.toMatch(/<script(?![^>]*\bsrc=)[^>]*>/);
		expect(page).not.toMatch(/<style|\sstyle=|\son[a-z]+=/);
		for (const script of of('.js')) expect(script).not.toMatch(/<[a-z][^<>`]* style=|createElement\(["'`]style["'`]\)/);
	});

	it('has no data: addresses and nothing from another host', () => {
		for (const text of [...of('.css'), ...of('.html')]) {
			expect(text).not.toMatch(/url\(\s*["']?(data|https?):/);
			expect(text).not.toMatch(/@font-face|@import/);
		}
	});

	it('leaves the recorded answers out', () => {
		expect(of('.js').length).toBeGreaterThan(1);
		for (const script of of('.js')) expect(script).not.toContain('999 000 0018');
	});
});
