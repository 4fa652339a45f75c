/** How the dashboard is built; `scripts/build-dashboard.mjs` puts it into the hub. Its addresses are relative, so that it works below any path of a proxy. */

import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  base: './',
  plugins: [react()],
  resolve: { conditions: ['conduit-src', 'module', 'browser', 'development|production'] },
  build: {
    target: 'es2022',
    // Small files as files: the policy of the page lets nothing in that stands inside another.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
