/** The configuration as `conduit start` would read it, where each setting was said, and who could come in. */

import { SignedTokens } from '../../access/signed-tokens.ts';
import { readTokens } from '../../access/token-file.ts';
import { type HubConfig, jwtOf, refuseOpenness, type Settings, tokenFileOf } from '../../config.ts';
import { type Finding, failed, ok, sentenceOf, warning } from './finding.ts';

export function configurationFindings({ config, origins }: Settings): readonly Finding[] {
  const said = [...origins].map(([name, where]) => `${name} ${shown(config[name])} (${where})`);
  const says = said.length === 0 ? 'every setting has its default' : `${said.join(', ')}; the rest has its default`;
  return [ok('configuration', says), accessFinding(config)];
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** As the hub asks itself before it listens. */
function accessFinding(config: HubConfig): Finding {
  try {
    const jwt = jwtOf(config);
    if (jwt !== undefined) new SignedTokens({ ...jwt, now: Date.now });
    const file = tokenFileOf(config);
    const tokens = file === undefined ? undefined : readTokens(file);
    if (tokens !== undefined || jwt !== undefined) {
      const keys = jwt === undefined ? '' : `, and takes JWTs of ${jwt.issuer}`;
      return ok('access', `a hub asks everybody for a token: it knows ${tokens?.length ?? 0}${keys}`);
    }
    refuseOpenness(config);
    if (!config.insecure) return ok('access', `no token is asked for, and only this machine reaches ${config.host}`);
    return warning(
      'access',
      `--insecure: whoever reaches ${config.host} may send, serve, read and cancel everything`,
      'conduit token create makes a token, and from then on one is asked for',
    );
  } catch (error) {
    return failed('access', sentenceOf(error), 'a hub does not start before that is mended');
  }
}
