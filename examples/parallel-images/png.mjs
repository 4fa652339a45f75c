// Writes a PNG: https://www.w3.org/TR/png-3/. Node brings the compression; the rest is a frame around it.

import { deflateSync } from 'node:zlib';

/** @param pixels red, green and blue of each, row by row, of a square */
export function pngOf(pixels, size) {
  const width = size * 3;
  // Each row begins with how it is filtered: not at all.
  const rows = Buffer.alloc((width + 1) * size);
  for (let y = 0; y < size; y += 1) rows.set(pixels.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  // 8 bits a channel, of 3 channels.
  header.set([8, 2], 8);
  const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
  const parts = [chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))];
  // An array of its own, which can be handed to another thread without copying it.
  return new Uint8Array([...signature, ...Buffer.concat(parts)]);
}

function chunk(name, data) {
  const body = Buffer.concat([Buffer.from(name), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  framed.set(body, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}

/** `zlib.crc32` came with Node 22. */
function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
