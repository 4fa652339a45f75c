/** Services as lines for people: all of them as a table, or one with its actions and providers. */

import type { ServiceInfo } from '@conduit/sdk';
import type { Style } from './paint.ts';
import { plainLine } from './plain.ts';
import { type Cell, type Sheet, tableLines, timeText } from './table.ts';
import { durationText } from './view.ts';

type Provider = ServiceInfo['providers'][number];

const states = ['ready', 'busy', 'draining', 'suspect'] as const satisfies readonly Provider['state'][];
const styles = { ready: 'green', busy: 'cyan', draining: 'yellow', suspect: 'red' } as const satisfies Record<
  Provider['state'],
  Style
>;

/** @param now wall clock when the hub said so, milliseconds. */
export function serviceTable(services: readonly ServiceInfo[], sheet: Sheet, now: number): string[] {
  if (services.length === 0) return ['No service has been offered in the last 7 days.'];
  const head = [
    { title: 'SERVICE', gives: true },
    { title: 'ACTIONS', gives: true },
    { title: 'PROVIDERS', gives: true },
    { title: 'AT WORK', isNumber: true, drops: 1 },
    { title: 'WAITING', isNumber: true },
  ] as const;
  const rows = services.map((service) => [
    service.name,
    actionsText(service),
    providersCell(service, now),
    workText(service.providers),
    { text: String(service.waiting), style: service.waiting > 0 ? 'yellow' : 'dim' } as const,
  ]);
  return tableLines(head, rows, sheet);
}

export function serviceDetails(service: ServiceInfo, sheet: Sheet, now: number): string[] {
  const { width, paint } = sheet;
  const { name, actions, providers, waiting, paused } = service;
  const work = workText(providers);
  const parts = [
    providers.length === 0 ? nobodyText(service, now) : several(providers.length, 'provider'),
    work === '0' ? '' : `${work} at work`,
    `${waiting} waiting`,
    paused ? 'paused' : '',
  ];
  const said = parts.filter((part) => part !== '').join(' · ');
  const lines = [`${paint('bold', plainLine(name, width))} · ${said}`];
  if (actions.length > 0) {
    const rows = actions.map((action) => [
      action.name,
      [
        action.idempotent === false ? 'once only' : '',
        action.timeoutMs === undefined ? '' : `at most ${durationText(action.timeoutMs)}`,
      ]
        .filter((said) => said !== '')
        .join(', '),
      action.description ?? '',
    ]);
    lines.push(
      '',
      ...tableLines([{ title: 'ACTION' }, { title: 'RUNS', drops: 1 }, { title: 'WHAT', gives: true }], rows, { width, paint }),
    );
  }
  if (providers.length > 0) {
    const rows = providers.map((provider): readonly Cell[] => [
      provider.name ?? provider.sessionId,
      { text: provider.state, style: styles[provider.state] },
      workText([provider]),
      timeText(provider.joinedAt, now),
      provider.instanceId ?? '',
    ]);
    const head = [
      { title: 'PROVIDER', gives: true },
      { title: 'STATE' },
      { title: 'AT WORK', isNumber: true },
      { title: 'SINCE', drops: 2 },
      { title: 'INSTANCE', gives: true, drops: 1 },
    ] as const;
    lines.push('', ...tableLines(head, rows, { width, paint }));
  }
  return lines;
}

/** One service in one line, for a list of changes. */
export function serviceLine(service: ServiceInfo, now: number): string {
  return `${service.name}: ${providersCell(service, now).text}, ${workText(service.providers)} at work, ${service.waiting} waiting`;
}

function actionsText({ actions }: ServiceInfo): string {
  return actions.length === 0 ? 'any' : actions.map(({ name }) => name).join(' ');
}

function nobodyText({ unprovidedMs }: ServiceInfo, now: number): string {
  return unprovidedMs === undefined ? 'nobody' : `nobody since ${timeText(now - unprovidedMs, now)}`;
}

function providersCell(service: ServiceInfo, now: number): { readonly text: string; readonly style: Style } {
  const { providers, paused, waiting } = service;
  if (paused) return { text: 'paused', style: 'yellow' };
  if (providers.length === 0) return { text: nobodyText(service, now), style: waiting > 0 ? 'red' : 'dim' };
  const counted = states
    .map((state) => ({ state, count: providers.filter((one) => one.state === state).length }))
    .filter(({ count }) => count > 0);
  const worst = counted.at(-1)?.state ?? 'ready';
  return { text: counted.map(({ state, count }) => `${count} ${state}`).join(', '), style: styles[worst] };
}

/** Who says no capacity takes whatever is its turn: then there is no whole to speak of. */
const unbounded = 1_000;

function workText(providers: readonly Provider[]): string {
  const held = providers.reduce((sum, one) => sum + one.held, 0);
  const capacity = providers.reduce((sum, one) => sum + one.capacity, 0);
  return providers.length === 0 || providers.some((one) => one.capacity >= unbounded) ? String(held) : `${held} of ${capacity}`;
}

function several(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
