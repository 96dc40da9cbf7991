// Closes a window as its own button does, or a log-off: the X protocol's WM_DELETE_WINDOW (ICCCM, 4.2.8.1), which no WebDriver command sends.
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createConnection } from 'node:net';

const CLIENT_MESSAGE = 33;

/** The next answer of so many bytes. */
async function read(socket, bytes) {
	for (;;) {
		const found = socket.read(bytes);
		if (found !== null) return found;
		await once(socket, 'readable');
	}
}

/** Where every X server has its sockets, whatever the temporary folder is. */
const SOCKETS = join('/', 'tmp', '.X11-unix');

/** A connection to the display, greeted (X11 protocol, 8: connection setup). */
async function connect(display) {
	const socket = createConnection(join(SOCKETS, `X${/:(\d+)/.exec(display)[1]}`));
	await once(socket, 'connect');
	socket.write(Buffer.from([0x6c, 0, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0]));
	const head = await read(socket, 8);
	if (head[0] !== 1) throw new Error(`the display ${display} lets nobody in`);
	await read(socket, head.readUInt16LE(6) * 4);
	return socket;
}

async function atom(socket, name) {
	const length = Math.ceil(name.length / 4);
	const request = Buffer.alloc(8 + length * 4);
	request.writeUInt8(16, 0);
	request.writeUInt16LE(2 + length, 2);
	request.writeUInt16LE(name.length, 4);
	request.write(name, 8, 'latin1');
	socket.write(request);
	return (await read(socket, 32)).readUInt32LE(8);
}

/** Asks the only window of this name to close; it may ask back. */
export async function closesWindow(display, name = '^Onward') {
	const found = execFileSync('xdotool', ['search', '--onlyvisible', '--name', name], { env: { ...process.env, DISPLAY: display } });
	const windows = found.toString().trim().split('\n');
	const window = Number(windows.at(-1));
	const socket = await connect(display);
	const [protocols, deletes] = [await atom(socket, 'WM_PROTOCOLS'), await atom(socket, 'WM_DELETE_WINDOW')];
	const request = Buffer.alloc(44);
	request.writeUInt8(25, 0);
	request.writeUInt16LE(11, 2);
	request.writeUInt32LE(window, 4);
	request.writeUInt8(CLIENT_MESSAGE, 12);
	request.writeUInt8(32, 13);
	request.writeUInt32LE(window, 16);
	request.writeUInt32LE(protocols, 20);
	request.writeUInt32LE(deletes, 24);
	socket.write(request);
	// An answer to anything says that the message has arrived.
	await atom(socket, 'WM_PROTOCOLS');
	socket.destroy();
}

/** The process that runs on this folder of data; null once it has ended. */
export function processOn(folder) {
	for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
		try {
			const [program, , data] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
			if (data === folder && program.includes('onward')) return Number(pid);
		} catch {
			// It ended while we looked.
		}
	}
	return null;
}
