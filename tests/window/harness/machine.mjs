// What a test stands on: a display, a WebDriver, and Onward itself on a fresh folder of data. All of it ends with the test.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { Person } from './person.mjs';
import { until } from './until.mjs';
import { answers, Session } from './webdriver.mjs';

const HERE = import.meta.dirname;
const TARGET = process.env.CARGO_TARGET_DIR ?? resolve(HERE, '../../../target');
export const PROGRAM = process.env.ONWARD_PROGRAM ?? join(TARGET, 'debug', 'onward');

let display;

/** What is still to be ended when this process ends before its tests do. */
const endings = new Set();
process.once('exit', () => endings.forEach((end) => end()));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

/** The display that the windows of this process stand on. */
export const displayOfWindows = () => displayName();

/** The display of this desktop, or one in memory that ends with this process. */
async function displayName() {
	if (process.env.DISPLAY) return process.env.DISPLAY;
	if (display === undefined) {
		// With -displayfd the server finds a free number itself and writes it when it is ready; without -noreset it would
		// begin anew whenever a test's window closes.
		const options = ['-displayfd', '1', '-screen', '0', '1280x900x24', '-nolisten', 'tcp', '-noreset'];
		const server = spawn('Xvfb', options, { stdio: ['ignore', 'pipe', 'ignore'] });
		endings.add(() => server.kill());
		// The number and the end of its line come apart, and a server that cannot write the second gives up.
		let written = '';
		for await (const piece of server.stdout) {
			written += piece;
			if (written.includes('\n')) break;
		}
		server.unref();
		display = `:${written.trim()}`;
	}
	return display;
}

/** A port that was free a moment ago: WebKitWebDriver cannot say which one it took. */
async function freePort() {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address();
	server.close();
	await once(server, 'close');
	return port;
}

/** Begins a session whose keychain lies in its home, as signing in to a desktop does: a Secret Service on a bus of its own. */
const IN_A_SESSION = [
	'dbus-run-session', '--', 'sh', '-c',
	`printf password | gnome-keyring-daemon --unlock --components=secrets --daemonize >/dev/null 2>&1 && exec "$@"`, 'sh',
];

/** In a session with a keychain where there is a `home` for it. */
async function startDriver(folder, { home = null, variables = {} } = {}) {
	const port = await freePort();
	const environment = {
		...process.env,
		DISPLAY: await displayName(),
		// Tauri lets itself be driven only when it is asked to.
		TAURI_AUTOMATION: 'true',
		TAURI_WEBVIEW_AUTOMATION: 'true',
		// A display in memory has no graphics card for WebKit to look for.
		WEBKIT_DISABLE_COMPOSITING_MODE: '1',
		WEBKIT_DISABLE_DMABUF_RENDERER: '1',
		GDK_BACKEND: 'x11',
		// No session bus: on one, Onward would only call the window of another copy, and each display would leave a bus behind it.
		DBUS_SESSION_BUS_ADDRESS: `unix:path=${join(folder, 'no-bus')}`,
		NO_AT_BRIDGE: '1',
		LC_ALL: 'C.UTF-8',
		...variables,
	};
	if (home !== null) {
		await mkdir(join(home, 'runtime'), { recursive: true, mode: 0o700 });
		Object.assign(environment, { HOME: home, XDG_RUNTIME_DIR: join(home, 'runtime') });
		for (const name of ['XDG_DATA_HOME', 'DBUS_SESSION_BUS_ADDRESS']) delete environment[name];
	}
	// In a group of its own with all that it starts: a window that asks before it closes would outlive it.
	const [command, ...words] = [...(home === null ? [] : IN_A_SESSION), 'WebKitWebDriver', '--host=127.0.0.1', `--port=${port}`];
	const driver = spawn(command, words, { env: environment, stdio: 'ignore', detached: true });
	const kill = () => process.kill(-driver.pid, 'SIGKILL');
	endings.add(kill);
	driver.once('exit', () => endings.delete(kill));
	const end = async () => {
		if (!endings.has(kill)) return;
		const ended = once(driver, 'exit');
		kill();
		await ended;
	};
	const address = `http://127.0.0.1:${port}`;
	await until('WebKitWebDriver answers', () => answers(address));
	return { end, address };
}

/** Onward in a window of its own, on a fresh demonstration that goes with the test; `variables` of its environment stand in for this desktop's. */
export async function openOnward(test, { width = 1280, height = 800, data = null, variables = {} } = {}) {
	if (!existsSync(PROGRAM)) throw new Error(`${PROGRAM} is not there: cargo build --workspace --bins makes it`);
	// A folder that is given was made by a window before, and goes with that one's test.
	const folder = data ?? (await mkdtemp(join(tmpdir(), 'onward-window-test-')));
	const { end, address } = await startDriver(folder, { variables });
	test.after(async () => {
		await end();
		if (data === null) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
	});
	const session = await Session.open(address, PROGRAM, ['--data', folder]);
	await session.resize(width, height);
	const person = new Person(session, folder);
	await person.sees('the search box has the focus', () => document.activeElement?.id === 'search');
	return person;
}

/** A mail server of its own, as a practice's provider runs one; `authority` is what a computer must trust. */
async function startMailServer(folder) {
	await mkdir(folder);
	const program = join(dirname(PROGRAM), 'mail_server');
	if (!existsSync(program)) throw new Error(`${program} is not there: cargo build --workspace --bins makes it`);
	const server = spawn(program, [folder], { stdio: ['pipe', 'pipe', 'ignore'] });
	const kill = () => server.kill();
	endings.add(kill);
	server.once('exit', () => endings.delete(kill));
	let written = '';
	for await (const piece of server.stdout) {
		written += piece;
		if (written.includes('\n')) break;
	}
	return { ...JSON.parse(written), end: () => server.stdin.end() };
}

/** A computer of a practice in real use: its records, a keychain, and the mail server that it trusts. Several windows can follow one another. */
export class Computer {
	#mail;
	#driver = null;

	static async start(test) {
		const computer = new Computer();
		computer.folder = await mkdtemp(join(tmpdir(), 'onward-real-use-'));
		computer.home = join(computer.folder, 'home');
		computer.#mail = await startMailServer(join(computer.folder, 'provider'));
		test.after(async () => {
			await computer.#driver?.end();
			computer.#mail.end();
			await rm(computer.folder, { recursive: true, force: true, maxRetries: 5 });
		});
		return computer;
	}

	/** What the practice's admin was told of the mailbox. */
	get mail() {
		return this.#mail;
	}

	/** Onward for real use, with the records of this computer; `home` is where the keychain lies. */
	async open({ home = this.home, width = 1280, height = 800 } = {}) {
		await this.#driver?.end();
		// The computer's own roots, as its maker would change them: nothing in Onward trusts another authority.
		this.#driver = await startDriver(this.folder, { home, variables: { SSL_CERT_FILE: this.#mail.authority } });
		const session = await Session.open(this.#driver.address, PROGRAM, ['--data', join(this.folder, 'data'), '--real']);
		await session.resize(width, height);
		return new Person(session, join(this.folder, 'provider'), 'mailbox');
	}
}
