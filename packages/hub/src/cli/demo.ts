/** `conduit demo`: a hub in memory and the example service as a process of its own, put to work before your eyes. */

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { io } from 'socket.io-client';
import { defaults } from '../contract/config.ts';
import { type Hub, startHub } from '../hub.ts';
import { createLogger } from '../ops/logger.ts';
import { call } from './call.ts';
import { exitCodes, Refusal } from './exit.ts';

const service = 'brightwrapper';
const action = 'generate-infographics';
const payload = '{"url":"article:tides"}';
const worker = fileURLToPath(new URL('../../../../examples/brightwrapper/dist/main.js', import.meta.url));

/** @returns the exit code of the call it makes. */
export async function demo({ once, out }: { readonly once?: true; readonly out: string }): Promise<number> {
  if (!existsSync(worker))
    throw new Refusal('the demo needs the example service, which is in a checkout only; there, run: npm run demo', 'failed');
  const hub = await startSomewhere();
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  say(`Conduit hub ${hub.hubId} listens on ${hub.url} and keeps everything in memory.`);
  const child = spawn(process.execPath, [worker], {
    env: { ...process.env, CONDUIT_URL: hub.url },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  // However this process ends, the service goes with it.
  const end = (): void => void child.kill();
  const leave = (): void => process.exit(exitCodes.interrupted.code);
  process.once('exit', end).once('SIGTERM', leave).once('SIGINT', leave);
  try {
    await provided(hub.url, child);
    process.off('SIGINT', leave);
    const command = `conduit call ${service} ${action} '${payload}'`;
    say(`The service ${service} is there. What follows is: ${command}\n`);
    // Pages of JSON would push bars and pictures off the screen.
    const code = await call({ service, action, payload, options: { url: hub.url, out }, showsResult: false });
    if (once === true || code === exitCodes.interrupted.code) return code;
    const option = hub.url === `http://127.0.0.1:${defaults.port}` ? '' : ` --url ${hub.url}`;
    say(`\nThe hub goes on: ${hub.url}\nIn a second terminal, in this folder:\n\n  npx ${command}${option}\n\nCtrl-C ends it.`);
    await new Promise((resolve) => process.off('SIGTERM', leave).once('SIGTERM', resolve).once('SIGINT', resolve));
    return exitCodes.completed.code;
  } finally {
    process.off('exit', end);
    end();
    await hub.close();
  }
}

/** On the usual port if it is free, so that what the README says works; otherwise on any. */
async function startSomewhere(): Promise<Hub> {
  const log = createLogger('warn', 'demo');
  const settings = { memory: true, hubId: 'demo' };
  return await startHub(settings, log).catch(async () => await startHub({ ...settings, port: 0 }, log));
}

/** Waits until the service is there. */
async function provided(url: string, child: ChildProcess): Promise<void> {
  const socket = io(url, { transports: ['websocket'], forceNew: true });
  try {
    await new Promise<void>((resolve, reject) => {
      const look = (services: readonly { name: string; providers: readonly unknown[] }[]): void => {
        if (services.some(({ name, providers }) => name === service && providers.length > 0)) resolve();
      };
      socket.on('service', (news: { service?: { name: string; providers: readonly unknown[] } }) =>
        look(news.service === undefined ? [] : [news.service]),
      );
      socket.on('connect', () => socket.emit('services', { watch: true }, (answer: { services: [] }) => look(answer.services)));
      child.once('exit', (code) =>
        reject(new Refusal(`the example service ended with code ${code} before it was ready`, 'failed')),
      );
    });
  } finally {
    socket.close();
  }
}
