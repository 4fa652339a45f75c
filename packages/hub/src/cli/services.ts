/** `conduit services`: who provides what, who is at work and what waits; once, or for as long as somebody looks. */

import type { ServiceInfo } from '@conduit/sdk';
import { serviceToWire } from '@conduit/sdk/protocol/wire';
import { atHub, type HubOptions } from './at-hub.ts';
import { exitCodes, Refusal } from './exit.ts';
import { untilInterrupt } from './interrupt.ts';
import { isScreen, painter } from './paint.ts';
import { plainLine } from './plain.ts';
import { Screen } from './screen.ts';
import { serviceDetails, serviceLine, serviceTable } from './service-lines.ts';
import type { Sheet } from './table.ts';
import { jsonLine } from './wire-lines.ts';

export interface ServicesOptions extends HubOptions {
  readonly watch?: boolean;
}

type Services = readonly ServiceInfo[];

/** @returns the exit code. */
export async function services(name: string | undefined, options: ServicesOptions): Promise<number> {
  const wanted = (all: Services): Services => all.filter((service) => name === undefined || service.name === name);
  if (options.watch === true) return await watchServices(wanted, options, name);
  const note = (): void => undefined;
  const all = await atHub(options, { name: 'conduit services', note }, async (conduit) => await conduit.services());
  const [shown, [only]] = [wanted(all), wanted(all)];
  if (name !== undefined && only === undefined)
    throw new Refusal(`nobody has offered "${name}" in the last 7 days; conduit services lists what there is`, 'failed');
  const { stdout } = process;
  if (options.json === true) for (const service of shown) stdout.write(jsonLine(serviceToWire(service)));
  else stdout.write(`${linesOf(shown, name, { sheet: sheetOf(stdout.columns), now: Date.now() }).join('\n')}\n`);
  return exitCodes.completed.code;
}

async function watchServices(
  wanted: (all: Services) => Services,
  options: HubOptions,
  name: string | undefined,
): Promise<number> {
  const show = options.json === true ? newsAsJson() : isScreen(process.stdout) ? onScreen(name) : newsAsLines();
  try {
    await atHub(options, { name: 'conduit services', note: show.note }, async (conduit) => {
      const showAll = async (): Promise<void> => {
        for await (const all of conduit.watchServices()) show.take(wanted(all));
      };
      return await untilInterrupt(showAll());
    });
  } finally {
    show.close();
  }
  return exitCodes.interrupted.code;
}

interface Watching {
  take(services: Services): void;
  note(sentence: string): void;
  close(): void;
}

/** The table, drawn again in place. */
function onScreen(name: string | undefined): Watching {
  const { stdout } = process;
  const screen = new Screen(stdout);
  let latest: Services = [];
  let toldAt = 0;
  let note = '';
  const draw = (): void => {
    const { width, height } = screen;
    const sheet = sheetOf(width);
    const lines = linesOf(latest, name, { sheet, now: toldAt });
    const room = height - 2;
    const cut = lines.length > room ? [...lines.slice(0, room - 1), `… and ${lines.length - room + 1} more lines`] : lines;
    const said = note === '' ? 'live; Ctrl-C ends it' : note;
    screen.draw([...cut, '', sheet.paint('dim', plainLine(said, width))]);
  };
  stdout.on('resize', draw);
  return {
    take: (services) => {
      latest = services;
      toldAt = Date.now();
      draw();
    },
    note: (sentence) => {
      note = sentence;
      draw();
    },
    close: () => {
      stdout.off('resize', draw);
      screen.close();
    },
  };
}

function newsAsLines(): Watching {
  return {
    take: changes(
      (service) => void process.stdout.write(`${plainLine(serviceLine(service, Date.now()), Number.POSITIVE_INFINITY)}\n`),
      (gone) => void process.stdout.write(`${plainLine(`${gone}: forgotten`, Number.POSITIVE_INFINITY)}\n`),
    ),
    note: complain,
    close: () => undefined,
  };
}

/** As the event `service` of the protocol tells them. */
function newsAsJson(): Watching {
  return {
    take: changes(
      (service) => void process.stdout.write(jsonLine({ event: 'service', service: serviceToWire(service) })),
      (gone) => void process.stdout.write(jsonLine({ event: 'service', name: gone, gone: true })),
    ),
    note: complain,
    close: () => undefined,
  };
}

function complain(sentence: string): void {
  if (sentence !== '') process.stderr.write(`conduit: ${sentence}\n`);
}

/** Tells what differs from the list before. */
function changes(changed: (service: ServiceInfo) => void, gone: (name: string) => void): (services: Services) => void {
  const known = new Map<string, string>();
  return (services) => {
    for (const service of services) {
      // A clock that goes on is no change.
      const said = JSON.stringify({ ...service, unprovidedMs: undefined });
      if (known.get(service.name) !== said) changed(service);
      known.set(service.name, said);
    }
    for (const name of known.keys()) {
      if (services.some((service) => service.name === name)) continue;
      known.delete(name);
      gone(name);
    }
  };
}

function linesOf(
  services: Services,
  name: string | undefined,
  { sheet, now }: { readonly sheet: Sheet; readonly now: number },
): string[] {
  const [only] = services;
  if (name === undefined) return serviceTable(services, sheet, now);
  return only === undefined ? [`Nobody offers "${name}" yet.`] : serviceDetails(only, sheet, now);
}

/** In a pipe nothing is cut. */
function sheetOf(width: number | undefined): Sheet {
  return { width: width ?? Number.POSITIVE_INFINITY, paint: painter(process.stdout) };
}
