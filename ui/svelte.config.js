// Svelte's settings: styles as files, no inline ones, and runes everywhere.
import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';

export default {
	preprocess: vitePreprocess(),
	compilerOptions: { css: 'external', runes: true },
};
