// Looks for words that must not be there in every file below some folders, in the forms in which a window could keep them.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Shorter ones would stand in an encrypted file by chance. */
const SHORTEST = 8;

/** As it is, as a database of a web view keeps a text (UTF-16), and in base64 at each of the three places in which it can begin. */
function formsOf(word) {
	const inside = (before) => {
		const skipped = [0, 2, 3][before];
		const encoded = Buffer.concat([Buffer.alloc(before), Buffer.from(word)]).toString('base64');
		// The characters that depend on the word alone.
		return Buffer.from(encoded.slice(skipped, Math.floor(((before + Buffer.byteLength(word)) * 8) / 6)));
	};
	return [Buffer.from(word), Buffer.from(word, 'utf16le'), Buffer.from(word, 'utf16le').swap16(), inside(0), inside(1), inside(2)];
}

export const wordsIn = (bytes, words) => words.filter((word) => formsOf(word).some((form) => bytes.includes(form)));

async function filesBelow(folder) {
	const entries = await readdir(folder, { recursive: true, withFileTypes: true });
	return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** Every file that holds one of the words, or has it in its name; and how many were read. */
export async function leaksBelow(folders, words) {
	const short = words.find((word) => word.length < SHORTEST);
	if (short !== undefined) throw new Error(`${short} is too short to be looked for`);
	const files = (await Promise.all(folders.map(filesBelow))).flat();
	const hits = [];
	for (const path of files) {
		// A running program may have put it away since.
		const bytes = await readFile(path).catch((error) => (error.code === 'ENOENT' ? Buffer.alloc(0) : Promise.reject(error)));
		const found = wordsIn(Buffer.concat([bytes, Buffer.from(path)]), words);
		if (found.length > 0) hits.push({ path, found });
	}
	return { hits, files };
}
