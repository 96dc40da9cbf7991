// The rules that hold the layers and the Content-Security-Policy: one file knows Tauri, text is text, nothing inline.
import globals from 'globals';
import svelte from 'eslint-plugin-svelte';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

const onlyTauriFile = {
	'no-restricted-imports': [
		'error',
		{
			patterns: [
				{ group: ['@tauri-apps/*'], message: 'Only src/backend/tauri.ts knows Tauri: go through the Backend interface.' },
			],
		},
	],
};

export default ts.config(
	{ ignores: ['dist', 'dist-replay', 'node_modules', 'src/backend/types.ts'] },
	...ts.configs.strict,
	...svelte.configs.recommended,
	{ languageOptions: { globals: { ...globals.browser } } },
	{
		files: ['**/*.svelte', '**/*.svelte.ts'],
		languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
	},
	{
		rules: {
			...onlyTauriFile,
			'svelte/no-at-html-tags': 'error',
			'svelte/no-inline-styles': 'error',
			'svelte/no-target-blank': 'error',
			'svelte/require-each-key': 'error',
		},
	},
	{ files: ['src/backend/tauri.ts'], rules: { 'no-restricted-imports': 'off' } },
	{ files: ['isolation/*.js'], languageOptions: { sourceType: 'script' } },
);
