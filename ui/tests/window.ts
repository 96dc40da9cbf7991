// A window on recorded answers, and what a person does with it. No test sleeps: each waits for what should be seen.
import { render } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { vi } from 'vitest';
import App from '../src/App.svelte';
import type { Backend } from '../src/backend/backend';
import pastePatient from '../src/backend/recorded/paste_patient.json';
import { replay } from '../src/backend/replay';
import { REPLAY_PIN } from '../src/backend/replay-practice';

export const PASTED = pastePatient.map((entry) => entry.arguments.text);
export const SMITH = 0;
export const TWO_NUMBERS = 1;
export const DECEASED = 2;

export function element(selector: string): HTMLElement {
	const found = document.querySelector<HTMLElement>(selector);
	if (found === null) throw new Error(`Nothing on the page matches ${selector}`);
	return found;
}

export const text = (selector: string): string => element(selector).textContent.replace(/\s+/g, ' ').trim();
export const focused = (): string => document.activeElement?.id ?? '';
export const eventually = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 3000, interval: 5 });

/** The button whose words begin so, on the page or in a part of it. */
export function named(words: string, within = 'body'): HTMLElement {
	const found = [...document.querySelectorAll<HTMLElement>(`${within} button`)].find((other) =>
		other.textContent.trim().startsWith(words),
	);
	if (found === undefined) throw new Error(`There is no button ${words}`);
	return found;
}

/** The window, started, with the focus in its search box. */
export const openWindow = (backend: Backend = replay()) => openAt(backend, 'search');

/** The window, started, with the focus where it belongs then. */
export async function openAt(backend: Backend, focus: string) {
	const keyboard = userEvent.setup();
	let presses = 0;
	render(App, { backend, clock: () => 0 });
	await eventually(() => {
		if (focused() !== focus) throw new Error(`${focus} has no focus yet`);
	});
	return {
		keyboard,
		presses: () => presses,
		/** Single key presses, as user-event writes them: 'a', '{Enter}', '{Control>}{Enter}{/Control}'. */
		async press(...keys: string[]): Promise<void> {
			for (const key of keys) {
				presses += 1;
				await keyboard.keyboard(key);
			}
		},
		/** Ctrl+V, which counts as one press. */
		paste(pasted: string): boolean {
			presses += 1;
			const clipboardData = new DataTransfer();
			clipboardData.setData('text/plain', pasted);
			const event = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true });
			document.activeElement?.dispatchEvent(event);
			return event.defaultPrevented;
		},
	};
}

/** A part of Practice, with Amy Cope, the practice admin, signed in. */
export async function openPartOfPractice(part: string, backend: Backend = replay('real'), name = 'amy') {
	const window = await openAt(backend, 'sign-in-who');
	await window.press(...name, '{Enter}', ...REPLAY_PIN, '{Enter}');
	await eventually(() => {
		if (!text('.places__who').includes('Signed in')) throw new Error('nobody is signed in yet');
	});
	await window.keyboard.click(named('Practice'));
	await eventually(() => void element('#section-heading'));
	await window.keyboard.click(named(part, '.parts__list'));
	await eventually(() => {
		if (text('#section-heading') !== part || focused() !== 'section-heading') throw new Error(`${part} is not open yet`);
	});
	return window;
}
