// The steps of a practice in real use that several stories share: who works there, its directory, and a set-up without the pages.
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

export const SAM = { name: 'Sam Lister', job: 'Practice admin', role: 'admin', pin: '8147' };
export const HALE = { name: 'Dr Rowan Hale', job: 'GP', role: 'clinician', pin: '2580' };
export const GREEN = { name: 'Dr Ada Green', job: 'Locum GP', role: 'clinician', pin: '9514' };
export const BLOOM = { name: 'Kit Bloom', job: 'Practice manager', role: 'manager', pin: '604913' };

const STARTER = resolve(import.meta.dirname, '../../../services-directory/data/starter.jsonl');

/** The starter directory as if somebody had published it, in a file. */
export async function publishedDirectory(folder) {
	const starter = await readFile(STARTER, 'utf8');
	const published = starter.replace('"demonstration":true', '"demonstration":false');
	if (published === starter) throw new Error('the starter directory does not say that it is one');
	const path = join(folder, 'area.jsonl');
	await writeFile(path, published);
	return path;
}

/** Everything that the set-up asks, handed to Rust as its pages do; Sam Lister is signed in by it. Gives the recovery key. */
export async function setsUpAtOnce(person, computer, people = [HALE, GREEN, BLOOM]) {
	const text = await readFile(await publishedDirectory(computer.folder), 'utf8');
	const { port, username, password } = computer.mail;
	const mailbox = { host: '127.0.0.1', port, security: 'startTls', username, password, fromAddress: username, fromName: 'Moorlands Surgery' };
	const key = await person.session.run(
		async (staff, mailbox, text) => {
			const { invoke } = window.__TAURI_INTERNALS__;
			const { printed } = await invoke('make_records');
			await invoke('recovery_key_written', { lastGroup: printed.slice(-4) });
			await invoke('save_practice', { practice: { odsCode: 'Y99001', name: 'Moorlands Surgery', phone: '01632 960100' } });
			for (const { pin, ...one } of staff) await invoke('add_staff', { person: one, pin });
			await invoke('save_mailbox', { mailbox });
			await invoke('load_directory', { text });
			await invoke('finish_set_up');
			return printed;
		},
		[SAM, ...people],
		mailbox,
		text,
	);
	await person.session.run(() => location.reload());
	await person.seesFocus('search');
	return key;
}

/** By keyboard, from the page that asks for the name. */
export async function signsIn(person, { name, pin }) {
	await person.seesFocus('sign-in-who');
	await person.type(name.split(' ').at(-1).toLowerCase());
	await person.press('Enter');
	await person.seesFocus('sign-in-pin');
	await person.type(pin);
	await person.press('Enter');
	await person.seesText('.places__who', name);
}

/** A place may say behind its name how many wait there. */
export async function goesTo(person, place) {
	await person.tabTo(`${place}\\d*`, 'Shift+Tab');
	await person.press('Enter');
}

/** Ten minutes without a touch: Rust is told so, since no test waits for them, and the window finds out when it is looked at. */
export async function isLeftAlone(person) {
	await person.session.run(async () => {
		await window.__TAURI_INTERNALS__.invoke('veil');
		window.dispatchEvent(new Event('focus'));
	});
	await person.sees('nobody stands on the screen', () => document.querySelector('.banner') === null);
}
