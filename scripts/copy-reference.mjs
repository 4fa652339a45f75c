// Puts Swagger UI beside what the hub serves, so that whoever installs the hub needs no further package and its page no other host.
import { copyFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename } from 'node:path';

const require = createRequire(import.meta.url);
const files = [require.resolve('swagger-ui-dist/swagger-ui-bundle.js'), require.resolve('swagger-ui-dist/swagger-ui.css')];
for (const file of files) copyFileSync(file, new URL(`../packages/hub/assets/reference/${basename(file)}`, import.meta.url));
