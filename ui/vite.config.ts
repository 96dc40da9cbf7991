// How the window is built: external style sheets and scripts only, because the Content-Security-Policy refuses everything inline.
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { svelteTesting } from '@testing-library/svelte/vite';
import { defineConfig } from 'vitest/config';

export default defineConfig({
	plugins: [svelte(), svelteTesting()],
	resolve: {
		// nhsuk-frontend's style sheets name its images from the root of a site.
		alias: { '/assets/images': fileURLToPath(new URL('node_modules/nhsuk-frontend/dist/nhsuk/assets/images', import.meta.url)) },
	},
	css: {
		// nhsuk-frontend writes `@media screen\0` for an old browser, which Lightning CSS rightly does not know.
		lightningcss: { errorRecovery: true },
	},
	build: {
		// `img-src 'self'` refuses data: addresses, so nothing is inlined.
		assetsInlineLimit: 0,
		modulePreload: { polyfill: false },
		target: 'es2022',
		emptyOutDir: true,
	},
	server: { port: 1420, strictPort: true },
	test: {
		environment: 'happy-dom',
		include: ['tests/**/*.test.ts'],
		setupFiles: ['tests/setup.ts'],
		// Two cores are shared with the Rust build.
		maxWorkers: 2,
	},
});
