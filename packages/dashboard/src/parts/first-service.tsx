/** The lines that start somebody's first service. */

import { hubUrl } from '../app/place.ts';
import { CodeBlock } from './code-block.tsx';

const code = `// worker.mjs: npm install @conduit/sdk, then node worker.mjs
import { serve } from '@conduit/sdk';

await serve('greeter', {
  async hello({ name }, { task }) {
    const thinking = task('think');
    thinking.progress(0.5);
    thinking.done();
    return \`Hello, \${name}!\`;
  },
}, { hub: '${hubUrl.href.replace(/\/$/, '')}' });`;

export function FirstService() {
  return (
    <>
      <p>A service is any program that connects and says its name. This is a whole one:</p>
      <CodeBlock label="A service in TypeScript" code={code} />
      <CodeBlock label="Ask it" code={`conduit call greeter hello '{"name":"Ada"}' --url ${hubUrl.href.replace(/\/$/, '')}`} />
    </>
  );
}
