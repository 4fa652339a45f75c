// Gives the Python package the version of the others, which changesets have just raised: a release is one number.
import { readFileSync, writeFileSync } from 'node:fs';

const { version } = JSON.parse(readFileSync(new URL('../packages/sdk/package.json', import.meta.url), 'utf8'));
const project = new URL('../python/pyproject.toml', import.meta.url);
const text = readFileSync(project, 'utf8');
writeFileSync(project, text.replace(/^version = ".*"$/m, `version = "${version}"`));
