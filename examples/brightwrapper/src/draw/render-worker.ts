/** One thread of the drawing pool: makes a PNG of an SVG. Rendering holds a thread for some hundred milliseconds; the socket's own must stay free. */

import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { parentPort } from 'node:worker_threads';
import { Resvg } from '@resvg/resvg-js';

const fonts = dirname(createRequire(import.meta.url).resolve('@expo-google-fonts/inter/package.json'));
const fontFiles = ['400Regular/Inter_400Regular', '600SemiBold/Inter_600SemiBold', '800ExtraBold/Inter_800ExtraBold'].map(
  (name) => join(fonts, `${name}.ttf`),
);

parentPort?.on('message', (svg: string) => {
  const resvg = new Resvg(svg, { font: { fontFiles, loadSystemFonts: false, defaultFontFamily: 'Inter' } });
  parentPort?.postMessage({ step: 'laid out' });
  const image = resvg.render();
  parentPort?.postMessage({ step: 'rasterised' });
  parentPort?.postMessage({ png: image.asPng(), width: image.width, height: image.height });
});
