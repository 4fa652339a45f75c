/** What the hub carries and does not read: a payload, a result, a chunk's data. A value or its encoding, translated at most once each way. */

import { isBinary, type Measured, utf8Length } from '@conduit/sdk/protocol/measure';

/** A body as a store keeps it: JSON text in which each binary part stands as Socket.IO's placeholder, and those parts beside it. */
export interface EncodedBody {
  readonly text: string;
  readonly attachments: readonly Uint8Array[];
}

export class Body {
  #value: unknown;
  #hasValue: boolean;
  #encoded: EncodedBody | undefined;
  /** What it weighs, for every bound that counts bytes. */
  readonly bytes: number;
  readonly isBinary: boolean;

  private constructor(source: { value?: unknown; encoded?: EncodedBody }, bytes: number, isBinary: boolean) {
    this.#hasValue = source.encoded === undefined;
    this.#value = source.value;
    this.#encoded = source.encoded;
    this.bytes = bytes;
    this.isBinary = isBinary;
  }

  /** @param isBinary whether there is a binary part anywhere in the value; `measure()` has counted it. */
  static of(value: unknown, bytes: number, isBinary: boolean): Body {
    return new Body({ value }, bytes, isBinary);
  }

  /** Of a member of a message: a text or a binary weighs what it is; of anything else the rest of its message is too little to be told apart. */
  static measured(value: unknown, { bytes, attachments }: Measured): Body {
    if (typeof value === 'string') return Body.of(value, utf8Length(value), false);
    if (isBinary(value)) return Body.of(value, value.byteLength, true);
    return Body.of(value, bytes, attachments > 0);
  }

  static decode(encoded: EncodedBody, bytes: number): Body {
    return new Body({ encoded }, bytes, encoded.attachments.length > 0);
  }

  get value(): unknown {
    if (!this.#hasValue) {
      this.#value = decodeValue(this.#encoded as EncodedBody);
      this.#hasValue = true;
    }
    return this.#value;
  }

  encode(): EncodedBody {
    this.#encoded ??= this.isBinary
      ? encodeBinary(this.#value)
      : { text: JSON.stringify(this.#value) ?? 'null', attachments: [] };
    return this.#encoded;
  }

  /** What a stream of mode `append` is made of. */
  get kind(): 'text' | 'binary' | 'json' {
    if (typeof this.value === 'string') return 'text';
    return isBinary(this.value) ? 'binary' : 'json';
  }
}

function encodeBinary(value: unknown): EncodedBody {
  const attachments: Uint8Array[] = [];
  // `this[key]` and not the second argument: a Buffer has turned itself into JSON by then.
  const text = JSON.stringify(value, function (this: Record<string, unknown>, key, json: unknown) {
    const original = this[key];
    if (!isBinary(original)) return json;
    attachments.push(original instanceof Uint8Array ? original : new Uint8Array(original));
    return { _placeholder: true, num: attachments.length - 1 };
  });
  return { text, attachments };
}

/** Placeholders are read only where attachments came along: Socket.IO's parser lets no other placeholder into such a message. */
function decodeValue({ text, attachments }: EncodedBody): unknown {
  if (attachments.length === 0) return JSON.parse(text);
  return JSON.parse(text, (_key, value: unknown) => {
    if (typeof value !== 'object' || value === null || !('_placeholder' in value) || !('num' in value)) return value;
    return attachments[Number(value.num)];
  });
}
