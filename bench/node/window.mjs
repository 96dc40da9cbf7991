// Measures the real window with a stopwatch: start, hot-key, key press to painted result, memory, size. Writes its figures to a file.
import { execFileSync, spawn } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const [answerFile] = process.argv.slice(2);
const STARTS = 5;
const HOT_KEY_PRESSES = 20;
/** What a GP types, wrong letters and nonsense among it: over 200 key presses in all. */
const TYPED = [
	'pain pl', 'iapt', 'fibro', 'link worker', 'low mood', 'physio', 'insomnia', 'debt', 'carers', 'fibormyalgia', 'back pain low mood', 'cant sleep',
	'exercise', 'talking therapies', 'housing', 'dietitian', 'bereavement', 'work stress', 'tired all the time', 'qwxz', 'osteoarthritis knee', 'pmp',
	'sleep and pain', 'young carer', 'hospital pain clinic', 'self referral', 'walking group',
];

// The display is opened here, before the harness looks for one, because the hot-key is pressed on it from outside.
const endings = [];
process.once('exit', () => endings.forEach((end) => end()));
process.env.DISPLAY = await virtualDisplay();
const { openOnward, PROGRAM } = await import('../../tests/window/harness/machine.mjs');
const { SMITH } = await import('../../tests/window/harness/patients.mjs');

async function virtualDisplay() {
	const server = spawn('Xvfb', ['-displayfd', '1', '-screen', '0', '1280x900x24', '-nolisten', 'tcp', '-noreset'], { stdio: ['ignore', 'pipe', 'ignore'] });
	endings.push(() => server.kill());
	let written = '';
	for await (const piece of server.stdout) {
		written += piece;
		if (written.includes('\n')) break;
	}
	server.unref();
	return `:${written.trim()}`;
}

/** One window, and its end with this piece of work. */
async function inWindow(work) {
	const ends = [];
	try {
		const person = await openOnward({ after: (end) => ends.push(end) });
		return await work(person);
	} finally {
		for (const end of ends) await end();
	}
}

/** Processes with their parents, from /proc. */
function processes() {
	return readdirSync('/proc')
		.filter((name) => /^\d+$/.test(name))
		.flatMap((pid) => {
			try {
				// The second field is the name in brackets, which may have spaces.
				const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
				const rest = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
				return [{ pid, name: stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')')), parent: rest[1], startedTicks: Number(rest[19]) }];
			} catch {
				return [];
			}
		});
}

function onward(person) {
	const ours = processes().find(({ pid }) => {
		try {
			return readlinkSync(`/proc/${pid}/exe`) === resolve(PROGRAM) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(person.folder);
		} catch {
			return false;
		}
	});
	if (!ours) throw new Error('the process of the window was not found');
	return ours;
}

/** When a process was started, in milliseconds of the wall clock; the system counts in hundredths of a second. */
function startedAt({ startedTicks }) {
	const upSeconds = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);
	return Date.now() - upSeconds * 1000 + startedTicks * 10;
}

/** The program and all that it started: memory that is theirs, with a fair part of what they share (PSS). */
function memory(person) {
	const all = processes();
	const tree = [onward(person)];
	for (const { pid } of tree) tree.push(...all.filter(({ parent }) => parent === pid));
	return tree.map(({ pid, name }) => ({
		name,
		bytes: 1024 * Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))[1]),
	}));
}

async function start() {
	return inWindow(async (person) => {
		const began = startedAt(onward(person));
		// Asked through WebDriver, whose own handshake and looks count here: an upper bound.
		const times = await person.session.run(() => {
			const first = performance.getEntriesByName('first-contentful-paint')[0];
			return { painted: first ? performance.timeOrigin + first.startTime : null, seen: performance.timeOrigin + performance.now() };
		});
		return { painted_ms: times.painted === null ? null : times.painted - began, ready_ms: times.seen - began };
	});
}

/** From the press of the hot-key, as any other program would be given it (XTEST), to a search box that has the focus and is painted. */
async function hotKey(person) {
	const times = [];
	for (let press = 0; press < HOT_KEY_PRESSES; press += 1) {
		await person.session.run(() => {
			document.activeElement?.blur();
			window.benchFocused = new Promise((done) => {
				document.getElementById('search').addEventListener(
					'focus',
					() => requestAnimationFrame(() => requestAnimationFrame(() => done(performance.timeOrigin + performance.now()))),
					{ once: true },
				);
			});
		});
		const began = Date.now();
		execFileSync('xdotool', ['key', '--delay', '0', 'ctrl+shift+F9']);
		times.push((await person.session.run(() => window.benchFocused)) - began);
	}
	return times;
}

/** Puts the stopwatch into the page: from a key press to the first change of the results, to the next frame, and to the frame after it. */
function installStopwatch() {
	const results = document.querySelector('.search');
	document.addEventListener(
		'keydown',
		(event) => {
			if (event.target?.id !== 'search') return;
			const began = performance.now();
			window.benchPress = new Promise((done) => {
				// In a window on which nothing more is going on, an answer that has not come by then changes nothing on the screen.
				const none = setTimeout(() => {
					observer.disconnect();
					done(null);
				}, 500);
				const observer = new MutationObserver(() => {
					observer.disconnect();
					clearTimeout(none);
					const changed_ms = performance.now() - began;
					requestAnimationFrame(() => {
						const frame_ms = performance.now() - began;
						requestAnimationFrame(() => done({ changed_ms, frame_ms, painted_ms: performance.now() - began }));
					});
				});
				observer.observe(results, { subtree: true, childList: true, characterData: true, attributes: true });
			});
		},
		true,
	);
}

async function keyPresses(person) {
	await person.pastes(SMITH);
	await person.seesText('.banner__name', 'SMITH, John (Mr)');
	await person.session.run(installStopwatch);
	const presses = [];
	for (const text of TYPED) {
		for (const letter of text) {
			await person.press(letter);
			presses.push(await person.session.run(() => window.benchPress));
		}
		await person.press('Escape');
		await person.sees('an empty box', () => document.getElementById('search').value === '');
	}
	const changed = presses.filter((press) => press !== null);
	return { presses: changed, without_change: presses.length - changed.length };
}

function has(program) {
	try {
		execFileSync('which', [program], { stdio: 'ignore' });
		return true;
	} catch {
		return false;
	}
}

/** The package that `cargo xtask dist` left, if it did. */
function packageBytes() {
	try {
		const folder = join(dirname(dirname(PROGRAM)), 'release', 'bundle', 'deb');
		const name = readdirSync(folder).find((file) => file.endsWith('.deb'));
		return name === undefined ? null : statSync(join(folder, name)).size;
	} catch {
		return null;
	}
}

/** How many programs wanted to run, on average of the last minute, before ours did. */
const load_before = loadavg()[0];
const starts = [];
for (let number = 1; number <= STARTS; number += 1) {
	starts.push(await start());
	console.log(`start ${number} of ${STARTS}: ready after ${Math.round(starts.at(-1).ready_ms)} ms`);
}
const open = await inWindow(async (person) => {
	const memory_ready = memory(person);
	const hot_key_ms = has('xdotool') ? await hotKey(person) : [];
	console.log(`hot-key pressed ${hot_key_ms.length} times`);
	const typed = await keyPresses(person);
	console.log(`${typed.presses.length} key presses changed the results, ${typed.without_change} did not`);
	return { memory_ready, hot_key_ms, ...typed, memory_used: memory(person) };
});
writeFileSync(answerFile, JSON.stringify({ load_before, starts, ...open, program_bytes: statSync(PROGRAM).size, package_bytes: packageBytes() }));
