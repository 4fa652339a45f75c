/** Makes the PDFs that ship with the example: `npm run make -w examples/documents`. */

import { writeFile } from 'node:fs/promises';
import { annualReport } from './annual-report.ts';
import { rechnung } from './rechnung.ts';

const folder = new URL('../../documents/', import.meta.url);
await writeFile(new URL('annual-report.pdf', folder), await annualReport());
await writeFile(new URL('rechnung.pdf', folder), await rechnung());
