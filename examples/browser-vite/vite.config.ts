/** Relative addresses, so that what is built works below any path. */

import { defineConfig } from 'vite';

export default defineConfig({ base: './' });
