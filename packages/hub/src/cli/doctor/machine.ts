/** What the hub stands on: Node, the packages that face the network, and how many sockets may be open. */

import { maxOpenFiles } from '../../ops/metrics/process-metrics.ts';
import { installedParts, sentenceOf as sentenceOfPart } from '../../wire/versions.ts';
import { type Finding, failed, ok, sentenceOf, warning } from './finding.ts';

/** As `engines` in package.json says it. */
const leastNode = [20, 19] as const;
/** Each connection is an open file; below this a busy hub meets the bound before any of its own. */
const fewFiles = 4_096;

export async function machineFindings(): Promise<readonly Finding[]> {
  return [nodeFinding(process.versions.node), ...packageFindings(), await filesFinding()];
}

export function nodeFinding(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [leastMajor, leastMinor] = leastNode;
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) return ok('node', `Node ${version}`);
  return failed('node', `Node ${version} is too old`, `install Node ${leastNode.join('.')} or newer`);
}

function packageFindings(): readonly Finding[] {
  try {
    const parts = installedParts();
    const old = parts.filter(({ isSafe }) => !isSafe);
    if (old.length === 0) return [ok('packages', parts.map(({ name, version }) => `${name} ${version}`).join(', '))];
    return old.map((part) => {
      const [says = '', advice = ''] = sentenceOfPart(part).split(': ');
      return failed('packages', says, advice);
    });
  } catch (error) {
    return [failed('packages', sentenceOf(error), 'npm install puts everything in its place')];
  }
}

async function filesFinding(): Promise<Finding> {
  const files = await maxOpenFiles();
  if (files === undefined) return ok('open files', 'this system does not say how many may be open');
  if (files >= fewFiles) return ok('open files', `${files} files and sockets may be open`);
  const advice = 'raise it: ulimit -n 65536 in the shell that starts the hub, or LimitNOFILE=65536 in its systemd unit';
  return warning('open files', `only ${files} files and sockets may be open, and each connection is one`, advice);
}
