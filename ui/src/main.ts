// Starts the window with its backend: Rust inside Tauri, recorded answers in replay mode (`vite --mode replay`).
import { mount } from 'svelte';
import App from './App.svelte';
import type { Backend } from './backend/backend';
import './styles/window.scss';

async function backend(): Promise<Backend> {
	// Replay is left out of the bundle that Tauri embeds: the condition is a constant when it is built.
	if (import.meta.env.MODE === 'replay' && !('__TAURI_INTERNALS__' in window)) {
		// `?setUp`, `?real` and `?recover` show the other modes.
		const wanted = (['setUp', 'real', 'recover'] as const).find((mode) => location.search === `?${mode}`);
		return (await import('./backend/replay')).replay(wanted);
	}
	return (await import('./backend/tauri')).tauri;
}

const target = document.getElementById('window');
if (target) mount(App, { target, props: { backend: await backend() } });
