/** One simulated world: a hub that dies and comes back, peers that are cut, frozen and killed, and a clock that is nobody's. */

import { defaultLimits } from '@conduit/sdk/protocol/limits';
import { defaultRates } from '../../packages/hub/src/access/budget.ts';
import { PayloadSchemas } from '../../packages/hub/src/contract/payloads.ts';
import { EmbeddedLedger } from '../../packages/hub/src/ledger/embedded.ts';
import { MemoryStore } from '../../packages/hub/src/ledger/memory.ts';
import type { Store } from '../../packages/hub/src/ledger/store.ts';
import type { Clock, Ids, Ledger } from '../../packages/hub/src/routing/ports.ts';
import { Router } from '../../packages/hub/src/routing/router.ts';
import { Sessions } from '../../packages/hub/src/sessions/sessions.ts';
import { SessionTokens } from '../../packages/hub/src/sessions/tokens.ts';
import { FakeClock } from '../../packages/hub/src/testing/fake-clock.ts';
import { type Fields, Link, type LinkEnd } from './link.ts';
import { forgetfulStore, lazyStore, leakPlaces, type Plant, unfencedLedger } from './plants.ts';
import { Random } from './random.ts';

const secret = new Uint8Array(32).fill(7);
const dayMs = 24 * 60 * 60_000;
const retention = { maxAgeMs: dayMs, maxRequests: 100_000, maxBytes: 1024 ** 3, maxServiceAgeMs: 7 * dayMs };

export class World {
  readonly clock = new FakeClock();
  readonly random: Random;
  readonly plant: Plant | undefined;
  readonly store = new MemoryStore('epoch-1');
  readonly violations: string[] = [];
  hubGeneration = 0;
  hubClock: Clock = this.clock;
  #sessions: Sessions | undefined;
  #router: Router | undefined;
  readonly #links = new Set<Link>();
  #ids = 0;
  #digest = 0;
  readonly #isTraced: boolean;

  constructor(seed: number, options: { readonly plant?: Plant; readonly isTraced?: boolean } = {}) {
    this.random = new Random(seed);
    this.plant = options.plant;
    this.#isTraced = options.isTraced === true;
    this.startHub();
  }

  get isHubUp(): boolean {
    return this.#sessions !== undefined;
  }

  get links(): ReadonlySet<Link> {
    return this.#links;
  }

  /** A number for everything that happened: the same seed gives the same one. */
  get digest(): number {
    return this.#digest;
  }

  trace(line: string): void {
    const whole = `${this.clock.elapsed()} ${line}`;
    for (let at = 0; at < whole.length; at += 1) this.#digest = (Math.imul(this.#digest, 31) + whole.charCodeAt(at)) | 0;
    if (this.#isTraced) process.stdout.write(`${whole}\n`);
  }

  violate(sentence: string): void {
    this.trace(`! ${sentence}`);
    this.violations.push(sentence);
  }

  /** A UUID like any other, but the next one. */
  readonly nextId = (): string => {
    this.#ids += 1;
    return `00000000-0000-7000-8000-${this.#ids.toString(16).padStart(12, '0')}`;
  };

  startHub(): void {
    this.hubGeneration += 1;
    const clock = this.#clockOf(this.hubGeneration);
    this.hubClock = clock;
    const options = { store: this.#plantedStore(), clock, retention, maxChunkBytes: defaultLimits.maxChunkBytes };
    const archive = new EmbeddedLedger(options);
    const ledger = this.#plantedLedger(archive);
    const ids: Ids = { requestId: this.nextId, sessionId: this.nextId };
    const hubId = 'hub-1';
    const router = new Router({
      clock,
      ledger,
      archive,
      ids,
      limits: defaultLimits,
      schemas: new PayloadSchemas(),
      hubId,
      progressIntervalMs: 100,
    });
    if (this.plant === 'leaked-place') leakPlaces(router);
    router.start();
    this.#router = router;
    this.#sessions = new Sessions({
      router,
      clock,
      ids,
      hubId,
      tokens: new SessionTokens(secret),
      limits: defaultLimits,
      rates: defaultRates,
      log: {
        error: (fields, sentence) =>
          this.violate(`the hub logs an error of its own: ${sentence} ${String(Reflect.get(fields, 'err'))}`),
      },
      epoch: ledger.epoch,
      authenticate: ({ token = '' }) => {
        const [tenant = '', subject = ''] = token.split('/');
        return { tenant, subject, scopes: ['request:*', 'provide:*'] };
      },
      hold: () => () => undefined,
    });
    this.trace('hub starts');
  }

  /** The process dies: what was staged is lost, and every connection with it. */
  killHub(): void {
    this.trace('hub dies');
    this.#sessions = undefined;
    this.#router = undefined;
    this.hubGeneration += 1;
    for (const link of this.#links) link.cut(0);
    this.#links.clear();
  }

  /** Undefined while there is no hub to answer. */
  connect(auth: Fields, peer: LinkEnd): { readonly link: Link; readonly pid: string } | undefined {
    if (this.#sessions === undefined) return undefined;
    const link = new Link(this, auth, peer);
    this.#links.add(link);
    const welcome = this.#sessions.accept(link);
    if (welcome instanceof Promise) throw new Error('the simulator proves its tokens at once');
    welcome.start();
    link.open();
    return { link, pid: welcome.pid };
  }

  get openRequests(): number {
    return this.#router?.openCount ?? 0;
  }

  /** A dead hub's timers and turns never come. */
  #clockOf(generation: number): Clock {
    const { clock } = this;
    const alive = (callback: () => void) => () => {
      if (this.hubGeneration === generation) callback();
    };
    return {
      now: () => clock.now(),
      elapsed: () => clock.elapsed(),
      after: (delayMs, callback) => clock.after(delayMs, alive(callback)),
      endOfTurn: (callback) => clock.endOfTurn(alive(callback)),
    };
  }

  #plantedStore(): Store {
    if (this.plant === 'deliver-before-commit') return lazyStore(this.store);
    return this.plant === 'number-used-twice' ? forgetfulStore(this.store) : this.store;
  }

  #plantedLedger(ledger: Ledger): Ledger {
    return this.plant === 'no-fence' ? unfencedLedger(ledger) : ledger;
  }
}
