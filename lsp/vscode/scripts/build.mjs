// Builds what the extension consists of into `dist`: one file of code, and the grammars as JSON.

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');

export async function buildAll() {
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist);
  await build({
    absWorkingDir: root,
    entryPoints: ['src/extension.ts'],
    outfile: 'dist/extension.cjs',
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node18',
    external: ['vscode'],
    minify: true,
    legalComments: 'none',
    logLevel: 'warning',
  });
  for (const name of ['persona', 'liquid', 'liquid-injection']) {
    const grammar = (await import(`../grammars/${name}.mjs`)).default;
    writeFileSync(join(dist, `${name}.tmLanguage.json`), `${JSON.stringify(grammar, null, 1)}\n`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildAll();
}
