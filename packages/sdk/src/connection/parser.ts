/** Socket.IO's own reading of packets, but that bytes are a `Uint8Array` everywhere: in pages it would make them an `ArrayBuffer`. */

import { Decoder, Encoder } from 'socket.io-parser';

class BytesDecoder extends Decoder {
  override add(packet: unknown): void {
    super.add(packet instanceof ArrayBuffer ? new Uint8Array(packet) : packet);
  }
}

export const parser = { Encoder, Decoder: BytesDecoder };
