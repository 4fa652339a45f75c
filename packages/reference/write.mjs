// Writes pages about the SDK from its own comments. A package of its own: TypeDoc needs an older TypeScript than the rest is built with.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Application } from 'typedoc';

const sdk = fileURLToPath(new URL('../sdk/', import.meta.url));

/** What users import, by the file that offers it. */
const pages = {
  index: { page: 'sdk', title: '@conduit/sdk' },
  react: { page: 'react', title: '@conduit/sdk/react' },
  opentelemetry: { page: 'opentelemetry', title: '@conduit/sdk/opentelemetry' },
};

/** A page for each of what users import, in this folder. Throws an Error when one can't be written. */
export async function writeReference(folder) {
  const app = await Application.bootstrapWithPlugins({
    plugin: ['typedoc-plugin-markdown'],
    entryPoints: Object.keys(pages).map((name) => `${sdk}src/${name}.ts`),
    tsconfig: `${sdk}tsconfig.json`,
    compilerOptions: { composite: false, declarationMap: false, customConditions: ['conduit-src'] },
    outputs: [{ name: 'markdown', path: folder }],
    readme: 'none',
    disableSources: true,
    hideBreadcrumbs: true,
    hidePageHeader: true,
    useCodeBlocks: true,
    parametersFormat: 'table',
    interfacePropertiesFormat: 'table',
    typeDeclarationFormat: 'table',
    propertyMembersFormat: 'table',
    outputFileStrategy: 'modules',
    entryFileName: 'modules',
    logLevel: 'Error',
  });
  const project = await app.convert();
  if (project === undefined || app.logger.hasErrors())
    throw new Error('the SDK does not compile with the TypeScript of the reference');
  await app.generateOutputs(project);
  if (app.logger.hasErrors()) throw new Error('the pages about the SDK can not be written');
  // What it lists stands in the navigation.
  rmSync(`${folder}/modules.md`);
  for (const [name, { page, title }] of Object.entries(pages)) {
    const text = readFileSync(`${folder}/${name}.md`, 'utf8');
    rmSync(`${folder}/${name}.md`);
    writeFileSync(
      `${folder}/${page}.md`,
      text
        .replace(/^# .*$/m, `# ${title}`)
        .replaceAll('](index.md', '](sdk.md')
        // Two of one name are numbered where they differ in their case alone, which their headings are not.
        .replaceAll(/(\]\((?:sdk\.md)?#conduitrequest)-1\)/g, '$1)'),
    );
  }
}
