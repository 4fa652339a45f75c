/** A worker: start as many as you like, they share the requests to `links`. `CONDUIT_URL` says where the hub is, `CONDUIT_TOKEN` who this is. */

import { serve } from '@conduit/sdk';
import { look } from './check.ts';
import { links } from './contract.ts';

await serve(
  links,
  {
    async *check({ urls }, ctx) {
      const checking = ctx.task('check');
      const broken: string[] = [];
      for (const [at, url] of urls.entries()) {
        checking.progress({ current: at, total: urls.length, unit: 'links', message: url });
        const finding = await look(url, ctx.signal);
        if (!finding.works) broken.push(url);
        yield finding;
      }
      checking.done({ broken: broken.length });
      return { checked: urls.length, broken };
    },
  },
  { capacity: 4 },
);

console.log(`links worker ${process.pid} is ready`);
