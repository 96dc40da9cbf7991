// What assistive technology is given: axe-core's rules of WCAG 2.2 AA, and an outline of roles and names to read and to compare.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const AXE = readFileSync(join(import.meta.dirname, '../node_modules/axe-core/axe.min.js'), 'utf8');
const WCAG_2_2_AA = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const OUTLINES = join(import.meta.dirname, '../outlines');

/** WebDriver runs scripts beside the page's policy, which refuses them to the page itself. */
async function bringsAxe(person) {
	await person.session.run(`() => { if (!window.axe) { ${AXE} } }`);
}

/** The rules that are broken, each with where: ["image-alt: img"]. */
export async function violations(person) {
	await bringsAxe(person);
	return person.session.run(async (tags) => {
		const { violations } = await window.axe.run(document, { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] });
		return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
	}, WCAG_2_2_AA);
}

/** Roles, names and states as a screen reader is told them, one element a line. What changes from day to day is left out. */
export async function outline(person) {
	await bringsAxe(person);
	const text = await person.session.run(() => {
		const { axe } = window;
		axe.setup(document);
		const lines = [];
		const states = ['checked', 'disabled', 'expanded', 'selected', 'current', 'invalid'];
		const stateOf = (element, state) => {
			if (state === 'checked' && ['radio', 'checkbox'].includes(element.type)) return element.checked;
			if (state === 'disabled') return element.disabled;
			const value = element.getAttribute(`aria-${state}`);
			return value === 'true' || value === 'page';
		};
		const visit = (element, depth) => {
			if (!axe.commons.dom.isVisibleToScreenReaders(element)) return;
			const role = axe.commons.aria.getRole(element, { noPresentational: true });
			let inner = depth;
			if (role !== null && role !== 'generic') {
				// Which services are found, and in which order, is the search's own matter.
				const name = role === 'option' ? '' : axe.commons.text.accessibleText(element).trim();
				const level = /^H[1-6]$/.test(element.tagName) ? ` ${element.tagName[1]}` : '';
				const on = states.filter((state) => stateOf(element, state)).map((state) => ` (${state})`);
				const focus = element === document.activeElement ? ' (focus)' : '';
				lines.push(`${'  '.repeat(depth)}${role}${level}${name === '' ? '' : ` “${name}”`}${on.join('')}${focus}`);
				inner += 1;
			}
			for (const child of element.children) visit(child, inner);
		};
		visit(document.body, 0);
		axe.teardown();
		return lines.join('\n');
	});
	return `${text
		.replace(/ONW-[0-9A-Z]{4}-[0-9A-Z]{4}/g, 'ONW-…')
		.replace(/\b\d\d-[A-Z][a-z]{2}-20\d\d( \d\d:\d\d)?/g, '(a day)')
		.replace(/\(\d+y\)/g, '(age)')
		.replace(/\b\d+ (days|day) ago/g, '(some days) ago')
		.replace(/pasted \d\d:\d\d/g, 'pasted (a time)')
		.replace(/leaves in \d+ s/g, 'leaves in (some) s')
		// How many of the hits there are follows the directory.
		.replace(/(\n *option)( \(selected\))?(\n *option)+/g, '$1$2')}\n`;
}

/** The outline that was looked at and kept; with ONWARD_UPDATE=1 the one that is there now takes its place. */
export function keptOutline(name, now) {
	const path = join(OUTLINES, `${name}.txt`);
	if (process.env.ONWARD_UPDATE) {
		mkdirSync(dirname(path), { recursive: true });
		writeFileSync(path, now);
	}
	return existsSync(path) ? readFileSync(path, 'utf8').replaceAll('\r\n', '\n') : '';
}
