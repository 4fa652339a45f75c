// The work itself, in a thread: a Julia set whose shape and colours its seed decides. It knows nothing of Conduit.

import { createHash } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { pngOf } from './png.mjs';

const size = 480;
const steps = 220;
/** Points near the border of the Mandelbrot set, where the pictures are rich. */
const shapes = [
  [-0.8, 0.156],
  [-0.7269, 0.1889],
  [0.285, 0.01],
  [-0.4, 0.6],
  [-0.835, -0.2321],
  [-0.70176, -0.3842],
  [0.355, 0.355],
  [-0.54, 0.54],
];

const [shape, hue, spread, nudge] = createHash('sha256').update(workerData).digest();
const [re, im] = shapes[shape % shapes.length].map((part) => part + (nudge / 255 - 0.5) * 0.012);
const pixels = new Uint8Array(size * size * 3);
for (let y = 0; y < size; y += 1) {
  for (let x = 0; x < size; x += 1) pixels.set(colourAt(x, y), (y * size + x) * 3);
  if (y % 16 === 0) parentPort.postMessage({ progress: y / size });
}
const png = pngOf(pixels, size);
parentPort.postMessage({ png }, [png.buffer]);

/** Four looks at each point: without them the edges are rough. */
function colourAt(x, y) {
  let sum = 0;
  for (const [dx, dy] of [
    [0.25, 0.25],
    [0.75, 0.25],
    [0.25, 0.75],
    [0.75, 0.75],
  ])
    sum += escapes(((x + dx) / size - 0.5) * 2.9, ((y + dy) / size - 0.5) * 2.9);
  const depth = (sum / 4) ** 0.55;
  return [0, 0.33, 0.67].map((phase) => {
    const wave = 0.5 - 0.5 * Math.cos(2 * Math.PI * (hue / 255 + phase * (0.4 + spread / 400) + depth * 0.9));
    return Math.round(255 * wave * Math.min(1, 0.12 + depth * 1.5));
  });
}

/** How soon a point runs away: 0 at once, 1 never. */
function escapes(x, y) {
  for (let step = 0; step < steps; step += 1) {
    const squared = x * x + y * y;
    if (squared > 16) return Math.max(0, step + 1 - Math.log2(Math.log2(squared) / 2)) / steps;
    [x, y] = [x * x - y * y + re, 2 * x * y + im];
  }
  return 1;
}
