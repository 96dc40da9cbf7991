// A client of the W3C WebDriver protocol (https://www.w3.org/TR/webdriver2/), as much of it as these tests use.

/** The keys that have no letter (WebDriver, section 15.4.2, "Keyboard actions"). */
export const KEYS = {
	Enter: '\uE007',
	Tab: '\uE004',
	Shift: '\uE008',
	Control: '\uE009',
	Backspace: '\uE003',
	Escape: '\uE00C',
	Alt: '\uE00A',
	ArrowLeft: '\uE012',
	ArrowUp: '\uE013',
	ArrowDown: '\uE015',
	F6: '\uE036',
	F7: '\uE037',
	F8: '\uE038',
	Space: ' ',
};
/** A window that does not answer for so long has stopped. */
const LONGEST_ANSWER_MILLISECONDS = 40_000;
const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';

export class WebDriverError extends Error {
	constructor(code, message) {
		super(`${code}: ${message}`);
		this.code = code;
	}
}

async function request(method, url, body) {
	const response = await fetch(url, { method, body: body === undefined ? undefined : JSON.stringify(body), signal: AbortSignal.timeout(LONGEST_ANSWER_MILLISECONDS) });
	const { value } = await response.json();
	if (!response.ok) throw new WebDriverError(value?.error ?? response.status, value?.message ?? '');
	return value;
}

/** Whether a driver answers at that address. */
export async function answers(address) {
	try {
		return (await request('GET', `${address}/status`)).ready === true;
	} catch {
		return false;
	}
}

export class Session {
	#url;

	constructor(url) {
		this.#url = url;
	}

	/** Starts the program with these arguments and drives its window. */
	static async open(address, program, programArguments) {
		const options = { binary: program, args: programArguments };
		const capabilities = { alwaysMatch: { 'webkitgtk:browserOptions': options, timeouts: { script: 20_000 } } };
		const { sessionId } = await request('POST', `${address}/session`, { capabilities });
		return new Session(`${address}/session/${sessionId}`);
	}

	#post(path, body = {}) {
		return request('POST', `${this.#url}${path}`, body);
	}

	#get(path) {
		return request('GET', `${this.#url}${path}`);
	}

	/** Runs a function in the page; it sees its arguments and nothing of this file. A promise is waited for. */
	async run(script, ...args) {
		const source = `
			const done = arguments[arguments.length - 1];
			Promise.resolve((${script}).apply(null, arguments[0])).then(
				(value) => done({ value }),
				(error) => done({ error: String(error?.message ?? error) }),
			);`;
		const answer = await this.#post('/execute/async', { script: source, args: [args] });
		if (answer.error !== undefined) throw new Error(`in the page: ${answer.error}`);
		return answer.value;
	}

	/** Key presses, each an array of keys that are held together. */
	async keys(...presses) {
		const actions = presses.flatMap((chord) => [
			...chord.map((value) => ({ type: 'keyDown', value })),
			...chord.toReversed().map((value) => ({ type: 'keyUp', value })),
		]);
		await this.#post('/actions', { actions: [{ type: 'key', id: 'keyboard', actions }] });
	}

	async #find(selector) {
		const found = await this.#post('/element', { using: 'css selector', value: selector });
		return found[ELEMENT];
	}

	async click(selector) {
		await this.#post(`/element/${await this.#find(selector)}/click`);
	}

	/** What the dialog for files would do: a path on this computer. */
	async chooseFile(selector, path) {
		await this.#post(`/element/${await this.#find(selector)}/value`, { text: path });
	}

	/** A PNG of what the window shows. WebKit takes it from the next frame, and where nothing changes there is none: so something does. */
	async picture() {
		await this.run(() => {
			const { style } = document.documentElement;
			window.repainting = setInterval(() => (style.opacity = style.opacity === '' ? '0.999' : ''), 40);
		});
		try {
			return Buffer.from(await this.#get('/screenshot'), 'base64');
		} finally {
			await this.run(() => {
				clearInterval(window.repainting);
				document.documentElement.style.opacity = '';
			});
		}
	}

	windows() {
		return this.#get('/window/handles');
	}

	address() {
		return this.#get('/url');
	}

	resize(width, height) {
		return this.#post('/window/rect', { width, height });
	}
}
