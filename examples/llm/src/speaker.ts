/** What speaks: whoever serves `chat` knows no more of a model than this. */

import type { Message } from './contract.ts';

export interface Asked {
  /** Another attempt at the same request has the same one. */
  readonly requestId: string;
  /** At least one; the last one is to be answered. */
  readonly messages: readonly Message[];
  readonly maxTokens: number | undefined;
  readonly temperature: number | undefined;
  readonly seed: number | undefined;
}

/** How a text ended. */
export interface Ending {
  /** Who spoke, where the model itself says a more exact name. */
  readonly model?: string;
  readonly finishReason: string;
  readonly usage?: { readonly promptTokens: number; readonly completionTokens: number };
}

export interface Listener {
  readonly signal: AbortSignal;
  /** Takes the next piece; all of them joined are the text. Await it: it takes no more than can be sent. */
  readonly say: (piece: string) => Promise<void>;
}

export interface Speaker {
  readonly name: string;
  /** One sentence for people who read the text: nobody is to take it for more than it is. */
  readonly about: string;
  /** @throws ServiceError what an endpoint refuses; the signal's reason, once it is aborted. */
  speak(asked: Asked, listener: Listener): Promise<Ending>;
}
