/** A thread that makes a PNG of an SVG. Rendering holds its thread for some hundred milliseconds; the socket's own must stay free. */

import { parentPort } from 'node:worker_threads';
import { Resvg } from '@resvg/resvg-js';
import { fontFiles } from './font.ts';

parentPort?.on('message', (svg: string) => {
  const resvg = new Resvg(svg, { font: { fontFiles: [...fontFiles], loadSystemFonts: false, defaultFontFamily: 'Inter' } });
  parentPort?.postMessage({ step: 'laid out' });
  const image = resvg.render();
  parentPort?.postMessage({ step: 'rasterised' });
  parentPort?.postMessage({ png: image.asPng(), width: image.width, height: image.height });
});
