/** Builds the dashboard into the hub. Its addresses are relative, so that it works below any path of a proxy. */

import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  base: './',
  plugins: [react()],
  resolve: { conditions: ['conduit-src', 'module', 'browser', 'development|production'] },
  build: {
    outDir: '../hub/dist/dashboard',
    emptyOutDir: true,
    target: 'es2022',
    // Small files as files: the policy of the page lets nothing in that stands inside another.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
