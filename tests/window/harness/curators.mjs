// Two people who publish an area's directory with the command line, each with keys and a machine of their own; what they publish is served to the practice.
import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { PROGRAM } from './machine.mjs';

const run = promisify(execFile);
const WORDS = 'four quite ordinary words';

export class Curators {
	fingerprint = '';
	version = 1;

	/** Publishes the first version of this text into the folder that the web server gives out. */
	static async publishing(computer, text) {
		const curators = new Curators();
		curators.published = computer.mail.published;
		curators.folder = join(computer.folder, 'curators');
		for (const person of ['ann', 'ben']) await mkdir(join(curators.folder, person), { recursive: true });
		await writeFile(curators.#at('passphrase.txt'), `${WORDS}\n`);
		const keys = [
			['ann', 'root'], ['ben', 'root'], ['cem', 'root'], ['ann', 'endpoints'], ['ben', 'endpoints'], ['ann', 'services'], ['ann', 'online'],
		];
		await mkdir(curators.#at('cem'));
		for (const [person, purpose] of keys) await curators.#directory('key', curators.#key(person, purpose), '--for', purpose, '--holder', person);
		const open = (...of) => of.flatMap(([person, purpose]) => ['--key', curators.#key(person, purpose)]);
		const begun = await curators.#directory(
			'init', '--folder', curators.published, '--public', ...keys.map(([person, purpose]) => `${curators.#key(person, purpose)}.pub`),
			...open(['ann', 'root'], ['ben', 'root']),
		);
		curators.fingerprint = begun.fingerprint;
		await curators.publishes(text);
		return curators;
	}

	/** Ann publishes; where an address changed, Ben looks at it on his machine and signs. Answers what he was shown. */
	async publishes(text) {
		const file = this.#at(`area-${this.version}.jsonl`);
		await writeFile(file, text.replace('"version":1', `"version":${this.version}`));
		const keys = ['endpoints', 'services', 'online'].flatMap((purpose) => ['--key', this.#key('ann', purpose)]);
		const request = this.#at(`request-${this.version}.json`);
		const publish = ['publish', file, '--folder', this.published, ...keys, '--request', request];
		this.version += 1;
		const first = await this.#directory(...publish);
		if (first.published) return null;
		const signature = this.#at('signature.json');
		const seen = await this.#directory(
			'sign-endpoints', request, '--key', this.#key('ben', 'endpoints'), '--fingerprint', this.fingerprint, '--yes', '--out', signature,
		);
		await this.#directory(...publish, '--signature', signature);
		return seen.endpoint_changes;
	}

	#at(name) {
		return join(this.folder, name);
	}

	#key(person, purpose) {
		return join(this.folder, person, `${purpose}.key`);
	}

	async #directory(...words) {
		const program = join(dirname(PROGRAM), 'onward-cli');
		const { stdout } = await run(program, ['directory', ...words, '--passphrase-file', this.#at('passphrase.txt'), '--json']);
		return JSON.parse(stdout);
	}
}

/** The starter directory as if somebody had published it. */
export async function areaText() {
	const starter = join(import.meta.dirname, '../../../services-directory/data/starter.jsonl');
	return (await readFile(starter, 'utf8')).replace('"demonstration":true', '"demonstration":false');
}
