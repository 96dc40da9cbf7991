// What a page that was taken over could try: each is refused in the real window, and an allowed thing of the same kind passes.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { openOnward } from './harness/machine.mjs';

/** Calls commands one after the other; those that get no answer before the last one answers were refused on the way. */
const asks = (person, commands) =>
	person.session.run(async (wanted) => {
		const answers = {};
		for (const [command, payload] of wanted) {
			window.__TAURI_INTERNALS__.invoke(command, payload).then(
				() => (answers[command] = 'answered'),
				() => (answers[command] = 'refused by Rust'),
			);
		}
		// Messages pass the gate in order: when this one is answered, those before it had their turn.
		await window.__TAURI_INTERNALS__.invoke('window_state');
		await window.__TAURI_INTERNALS__.invoke('window_state');
		return answers;
	}, commands);

test('h14 a command that is not listed never reaches Rust', async (t) => {
	const person = await openOnward(t);
	const answers = await asks(person, [
		['plugin:fs|read_file', { path: '/etc/passwd' }],
		['plugin:shell|execute', { program: 'true' }],
		['plugin:event|emit', { event: 'referral-changed', payload: {} }],
		['plugin:webview|create_webview_window', { options: { label: 'second', url: 'index.html' } }],
		['plugin:app|version', {}],
		['made_up', {}],
		['drafts', {}],
	]);
	assert.deepEqual(answers, { drafts: 'answered' }, 'only the listed one is answered');
	assert.equal((await person.session.windows()).length, 1);
});

test('h14 a message that goes round the gate is refused', async (t) => {
	const person = await openOnward(t);
	const answers = await person.session.run(async () => {
		// What a script in the page can learn: it listens in on a call of the window, and has the key of the calls and a message that passed.
		const { fetch } = window;
		const heard = new Promise((next) => {
			window.fetch = (address, options) => {
				next(options);
				return fetch(address, options);
			};
		});
		await window.__TAURI_INTERNALS__.invoke('drafts', {});
		const { headers, body } = await heard;
		window.fetch = fetch;
		const asks = async (sent) => {
			const answer = await fetch('ipc://localhost/drafts', { method: 'POST', headers, body: sent });
			return [answer.headers.get('Tauri-Response') === 'ok' && answer.ok, await answer.text()];
		};
		return { sealed: await asks(body), open: await asks('{}') };
	});
	assert.deepEqual(answers.sealed, [true, '[]'], 'the same message with the seal of the gate is answered');
	assert.equal(answers.open[0], false, `without it: ${answers.open[1]}`);
	assert.doesNotMatch(answers.open[1], /"id"|serviceName/);
});

/** A place elsewhere that would answer any page; and how often it was asked. */
async function elsewhere(t) {
	const asked = [];
	const server = createServer((request, response) => {
		asked.push(request.url);
		response.writeHead(200, { 'Access-Control-Allow-Origin': '*' }).end('elsewhere');
	}).listen(0, '127.0.0.1');
	t.after(() => server.close());
	await once(server, 'listening');
	return { address: `http://127.0.0.1:${server.address().port}/`, asked };
}

test('h14 no script but our own runs, and nothing is fetched from elsewhere', async (t) => {
	const person = await openOnward(t);
	const { address, asked } = await elsewhere(t);
	assert.equal(await (await fetch(address)).text(), 'elsewhere', 'it answers whoever reaches it');
	assert.equal(asked.length, 1);
	const { refused, ...ran } = await person.session.run(async (address) => {
		const refused = new Set();
		document.addEventListener('securitypolicyviolation', (event) => refused.add(event.effectiveDirective));
		const refusal = (directive) =>
			new Promise((next) => {
				const look = (event) => event.effectiveDirective.startsWith(directive) && next();
				document.addEventListener('securitypolicyviolation', look);
			});
		/** What it did, or that it was refused: one of the two is always told. */
		const tries = (directive, attempt) => Promise.race([refusal(directive).then(() => 'refused'), new Promise(attempt)]);
		const inline = await tries('script-src-elem', (ran) => {
			const script = document.createElement('script');
			window.inlineRan = () => ran('ran');
			script.textContent = 'window.inlineRan()';
			document.body.append(script);
		});
		const handler = await tries('script-src-attr', (ran) => {
			const button = document.createElement('button');
			window.handlerRan = () => ran('ran');
			button.setAttribute('onclick', 'window.handlerRan()');
			document.body.append(button);
			button.click();
		});
		const fetched = await tries('connect-src', (ran) => fetch(address).then(async (answer) => ran(await answer.text()), () => null));
		const image = await tries('img-src', (ran) => {
			const image = document.createElement('img');
			image.onload = image.onerror = () => ran('asked for');
			image.src = `${address}image`;
		});
		// A frame elsewhere is stopped a second time, by the rule on where the window may go, which tells nobody: so it is not waited for without a policy.
		const framed = inline !== 'refused' ? 'not tried' : await tries('frame-src', (ran) => {
			window.addEventListener('message', ({ data }) => data === 'framed' && ran('ran'));
			const frame = document.createElement('iframe');
			frame.src = 'data:text/html,<script>parent.postMessage("framed", "*")</script>';
			document.body.append(frame);
		});
		const evaluated = await tries('script-src', (ran) => ran(new Function('return "ran"')())).catch(() => 'refused');
		return { inline, handler, fetched, image, framed, evaluated, refused: [...refused] };
	}, address);
	const each = { inline: 'refused', handler: 'refused', fetched: 'refused', image: 'refused', framed: 'refused', evaluated: 'refused' };
	assert.deepEqual(ran, each);
	assert.ok(refused.length >= 5, `by the policy, not by chance: ${refused}`);
	assert.equal(asked.length, 1, 'nothing came from the window');
});

test('h14 the window goes nowhere else and opens no second one', async (t) => {
	const person = await openOnward(t);
	const home = await person.session.address();
	const opened = await person.session.run(() => window.open('https://elsewhere.example/') === null);
	assert.ok(opened, 'window.open gives nothing');
	for (const address of ['https://elsewhere.example/', 'file:///etc/passwd', 'data:text/html,elsewhere', 'javascript:document.title="taken"']) {
		await person.session.run((to) => {
			const link = document.createElement('a');
			link.href = to;
			document.body.append(link);
			link.click();
		}, address);
		// The window still answers from where it was: it would not, had it gone.
		await person.press('Tab');
		assert.equal(await person.session.address(), home, address);
		assert.equal(await person.session.run(() => document.title), 'Onward', address);
	}
	assert.equal((await person.session.windows()).length, 1);
	await person.seesText('.places__name', 'Onward');
});
