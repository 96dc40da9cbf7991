// What a test stands on: a display, a WebDriver, and Onward itself on a fresh folder of data. All of it ends with the test.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
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

async function startDriver(folder) {
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
	};
	// In a group of its own with all that it starts: a window that asks before it closes would outlive it.
	const driver = spawn('WebKitWebDriver', ['--host=127.0.0.1', `--port=${port}`], { env: environment, stdio: 'ignore', detached: true });
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

/** Onward in a window of its own, on a fresh demonstration that goes with the test. */
export async function openOnward(test, { width = 1280, height = 800, data = null } = {}) {
	if (!existsSync(PROGRAM)) throw new Error(`${PROGRAM} is not there: cargo build --workspace --bins makes it`);
	// A folder that is given was made by a window before, and goes with that one's test.
	const folder = data ?? (await mkdtemp(join(tmpdir(), 'onward-window-test-')));
	const { end, address } = await startDriver(folder);
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
