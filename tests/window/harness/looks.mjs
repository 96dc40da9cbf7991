// A look at a screen on a desk and at 200% zoom: a picture of each, WCAG 2.2 AA, words that may not be said, and what a screen reader is told.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { keptOutline, outline, violations } from './accessibility.mjs';
import { forbiddenOf, said } from './said.mjs';

const PICTURES = process.env.ONWARD_SCREENS ?? resolve(import.meta.dirname, '../../../target/onward/screens');

/** `outlined` is false where the outline would be that of a whole directory. */
export async function looksAt(person, name, { outlined = true } = {}) {
	mkdirSync(PICTURES, { recursive: true });
	writeFileSync(join(PICTURES, `${name}.png`), await person.session.picture());
	const now = outlined ? await outline(person) : '';
	assert.equal(now, outlined ? keptOutline(name, now) : '', 'what a screen reader is told has changed: ONWARD_UPDATE=1 npm test keeps it');
	assert.deepEqual(await violations(person), [], name);
	assert.deepEqual(forbiddenOf(await person.session.run(said)), [], 'words that the product may not use');

	await person.session.resize(640, 400);
	await person.sees('half the width: 200% of a desk', () => innerWidth === 640);
	writeFileSync(join(PICTURES, `${name}-200.png`), await person.session.picture());
	assert.deepEqual(await violations(person), [], `${name} at 200%`);
	const tooWide = await person.session.run(() => document.documentElement.scrollWidth - innerWidth);
	assert.ok(tooWide <= 0, `${name}: ${tooWide} pixels have to be scrolled to sideways`);
	await person.session.resize(1280, 800);
	await person.sees('the whole width again', () => innerWidth === 1280);
}
