/** The job: one reads, then one writes; one draws beside them. What they gave is joined. */

import type { ServiceContext } from '@conduit/sdk';
import type { Briefing, PreparePayload } from './contract.ts';
import { type Drawn, draw } from './draw.ts';
import { type Read, read } from './read.ts';
import { type Written, write } from './write.ts';

/** @throws ServiceError `read_failed` or `write_failed`; the signal's reason, once the request is to stop. */
export async function prepare({ url, question, pictures }: PreparePayload, context: ServiceContext): Promise<Briefing> {
  // The first to fail ends the request, and with it the other child: the hub sees to that.
  const [drawn, { reading, writing }] = await Promise.all([
    pictures === true ? draw(url, context) : undefined,
    readAndWrite({ url, question }, context),
  ]);
  return joined(reading, writing, drawn);
}

async function readAndWrite(
  { url, question }: Pick<PreparePayload, 'url' | 'question'>,
  context: ServiceContext,
): Promise<{ readonly reading: Read; readonly writing: Written }> {
  const reading = await read(url, context);
  const writing = await write({ markdown: reading.markdown, question }, context);
  return { reading, writing };
}

function joined(reading: Read, writing: Written, drawn: Drawn | undefined): Briefing {
  const { document, analysis } = reading;
  const { requestId: _, ...briefing } = writing;
  const sections = [
    `# ${document.title}\n`,
    `${briefing.text.trim()}\n`,
    `*Written by ${briefing.model}.*\n`,
    '## In its own words\n',
    ...analysis.keySentences.map((sentence) => `- ${sentence}`),
  ];
  return {
    document,
    briefing,
    keySentences: analysis.keySentences,
    ...(drawn === undefined ? {} : { pictures: drawn.pictures }),
    markdown: `${sections.join('\n')}\n`,
    children: {
      read: reading.requestId,
      write: writing.requestId,
      ...(drawn === undefined ? {} : { pictures: drawn.requestId }),
    },
  };
}
