// What a page that was taken over could try: each is refused in the real window, and an allowed thing of the same kind passes.
import assert from 'node:assert/strict';
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
	const status = await person.session.run(async () => {
		const headers = { 'Content-Type': 'application/json', 'Tauri-Callback': '1', 'Tauri-Error': '2', 'Tauri-Invoke-Key': 'guessed' };
		const answer = await fetch('ipc://localhost/drafts', { method: 'POST', headers, body: '{}' });
		return [answer.ok, await answer.text()];
	});
	assert.equal(status[0], false, status[1]);
	assert.doesNotMatch(status[1], /"id"|serviceName/);
});

test('h14 no script but our own runs, and nothing is fetched from elsewhere', async (t) => {
	const person = await openOnward(t);
	const seen = await person.session.run(async () => {
		const refused = [];
		document.addEventListener('securitypolicyviolation', (event) => refused.push(event.effectiveDirective));
		const violation = (directive) =>
			new Promise((next) => {
				const look = (event) => event.effectiveDirective.startsWith(directive) && next(true);
				document.addEventListener('securitypolicyviolation', look);
			});
		const inline = violation('script-src');
		const script = document.createElement('script');
		script.textContent = 'window.inlineScriptRan = true';
		document.body.append(script);
		const button = document.createElement('button');
		button.setAttribute('onclick', 'window.handlerRan = true');
		document.body.append(button);
		button.click();
		await inline;
		const connects = violation('connect-src');
		const fetched = await fetch('http://127.0.0.1:9/').then(
			() => true,
			() => false,
		);
		await connects;
		const frame = document.createElement('iframe');
		const framed = violation('frame-src');
		frame.src = 'data:text/html,<script>parent.frameRan = true</script>';
		document.body.append(frame);
		await framed;
		let evaluated = true;
		try {
			new Function('return 1')();
		} catch {
			evaluated = false;
		}
		return { inline: window.inlineScriptRan ?? false, handler: window.handlerRan ?? false, fetched, evaluated, refused: [...new Set(refused)].length };
	});
	const { refused, ...ran } = seen;
	assert.deepEqual(ran, { inline: false, handler: false, fetched: false, evaluated: false });
	assert.ok(refused >= 3, 'each was refused by the policy, not by chance');
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
