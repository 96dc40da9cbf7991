// A person at the window: presses keys, reads the screen, and looks into the folder where the demonstration keeps what arrived.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { until } from './until.mjs';
import { KEYS } from './webdriver.mjs';

export class Person {
	/** Key presses since the window was opened; a chord such as Ctrl+V is one. */
	presses = 0;
	#clipboard = null;

	constructor(session, folder, mailbox = 'demonstration-mailbox') {
		this.session = session;
		this.folder = folder;
		this.mailboxName = mailbox;
	}

	/** Waits until a function of the page answers true, and gives its answer. */
	sees(what, look, ...args) {
		const screen = () => this.session.run(() => document.body.innerText);
		return until(what, () => this.session.run(look, ...args), screen);
	}

	text(selector) {
		return this.session.run((css) => document.querySelector(css)?.innerText.replace(/\s+/g, ' ').trim() ?? null, selector);
	}

	seesText(selector, wanted) {
		const look = (css, words) => document.querySelector(css)?.innerText.replace(/\s+/g, ' ').includes(words) ?? false;
		return this.sees(`${selector} says “${wanted}”`, look, selector, wanted);
	}

	seesFocus(id) {
		return this.sees(`the focus is on ${id}`, (wanted) => document.activeElement?.id === wanted, id);
	}

	/** One press: a letter, the name of a key, or a chord of them ("Control+v"). */
	async press(...keys) {
		for (const key of keys) {
			this.presses += 1;
			await this.session.keys(key.split('+').map((name) => KEYS[name] ?? name));
		}
	}

	/** Words into whatever has the focus. */
	async type(text) {
		await this.press(...text);
	}

	/** Tab by Tab to a button, as one without a mouse does. */
	async tabTo(words, key = 'Tab') {
		const at = (wanted) => {
			const control = document.activeElement?.closest('button, a, summary');
			// Whole words: “Refer” is not “Referrals”.
			return control ? new RegExp(`(^|\\W)${wanted}(\\W|$)`).test(control.textContent.replace(/\s+/g, ' ')) : false;
		};
		for (let tabs = 0; tabs < 80; tabs += 1) {
			if (await this.session.run(at, words)) return;
			await this.press(key);
		}
		throw new Error(`80 Tabs and no “${words}”`);
	}

	/** Tab by Tab to a field. */
	async tabToField(id, key = 'Tab') {
		for (let tabs = 0; tabs < 120; tabs += 1) {
			if (await this.session.run((wanted) => document.activeElement?.id === wanted, id)) return;
			await this.press(key);
		}
		throw new Error(`120 Tabs and no field ${id}`);
	}

	/** What is typed takes the place of what stands there. */
	async fills(id, text) {
		await this.tabToField(id);
		await this.press('Control+a');
		await this.type(text);
	}

	/**
	 * Has the system's clipboard hold this text, as if it had been copied in a clinical system: it is put into a field of
	 * the window and cut with Ctrl+X, by the same clipboard that every program of the desktop shares. Its keys are not counted.
	 */
	async copiesElsewhere(text) {
		if (this.#clipboard === text) return;
		await this.session.run((words) => {
			const scratch = document.createElement('textarea');
			scratch.id = 'scratch';
			scratch.value = words;
			document.body.append(scratch);
			scratch.focus();
			scratch.select();
		}, text);
		await this.session.keys([KEYS.Control, 'x']);
		await this.sees('the text is cut', () => document.getElementById('scratch').value === '');
		await this.session.run(() => {
			document.getElementById('scratch').remove();
			document.getElementById('search')?.focus();
		});
		this.#clipboard = text;
	}

	/** A real Ctrl+V, from the real clipboard. */
	async pastes(text) {
		await this.copiesElsewhere(text);
		await this.press('Control+v');
	}

	/** The messages that have arrived, oldest first: the envelope and the whole text as it was received. */
	async mailbox() {
		const folder = join(this.folder, this.mailboxName);
		const names = await readdir(folder).catch(() => []);
		// The envelope is written last: a message is there when both of its files are.
		const arrived = names.filter((name) => name.endsWith('.eml') && names.includes(name.replace('.eml', '.json'))).sort();
		return Promise.all(
			arrived.map(async (name) => ({
				envelope: JSON.parse(await readFile(join(folder, name.replace('.eml', '.json')), 'utf8')),
				raw: await readFile(join(folder, name), 'utf8'),
			})),
		);
	}

	/** The only message, once it has arrived. */
	async onlyMessage() {
		const messages = await until('a message has arrived', async () => {
			const found = await this.mailbox();
			return found.length > 0 && found;
		});
		if (messages.length !== 1) throw new Error(`${messages.length} messages arrived instead of one`);
		return messages[0];
	}
}
