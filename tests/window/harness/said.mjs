// Every word that stands on a screen, for the eye or for a screen reader, and those of them that the product may not say. The page tests use it, too.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const NEVER = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../../ui/tests/never-said.json'), 'utf8'));

/**
 * Texts and spoken attributes of the page, each with whether they are our own words: what a service or a letter says stands in
 * `data-words`. The fixed crisis text is left out; it is the NHS's. It runs in the page, so it uses nothing else of this file.
 */
export function said() {
	const texts = [];
	const add = (words, element) => {
		if (words === null || words.trim() === '' || element === null || element.closest('.crisis, script, style')) return;
		texts.push({ words: words.replace(/\s+/g, ' ').trim(), ours: element.closest('[data-words]') === null });
	};
	const walk = (node) => {
		if (node.nodeType === 3) add(node.textContent, node.parentElement);
		node.childNodes.forEach(walk);
	};
	walk(document.body);
	for (const name of ['aria-label', 'aria-description', 'title', 'placeholder', 'alt'])
		for (const element of document.querySelectorAll(`[${name}]`)) add(element.getAttribute(name), element);
	return texts;
}

export function forbiddenOf(texts) {
	const [anywhere, inOurOwnWords] = [new RegExp(NEVER.anywhere, 'i'), new RegExp(NEVER.inOurOwnWords, 'i')];
	return texts.filter(({ words, ours }) => anywhere.test(words) || (ours && inOurOwnWords.test(words))).map(({ words }) => words);
}
