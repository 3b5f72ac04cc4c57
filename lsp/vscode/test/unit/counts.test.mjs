// Numbers of people in words.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { pathToFileURL } from 'node:url';

import { build } from 'esbuild';

const folder = mkdtempSync(join(tmpdir(), 'persona-unit-'));
let counts;

before(async () => {
  const outfile = join(folder, 'counts.mjs');
  await build({ entryPoints: ['src/counts.ts'], outfile, bundle: true, format: 'esm' });
  counts = await import(pathToFileURL(outfile).href);
});
after(() => rmSync(folder, { recursive: true, force: true }));

test('counts have a share, and samples say that they are some', () => {
  assert.equal(counts.countText({ count: 1204, of: 9632, sampled: false }), '1,204 · 12.5 %');
  assert.equal(counts.countText({ count: 3, of: 10000, sampled: true }), '≈ 3 · < 0.1 %');
  assert.equal(counts.countText({ count: 0, of: 0, sampled: false }), '0 · 0.0 %');
});

test('a part of a condition removes people, adds people, or changes nothing', () => {
  const effect = (without) => counts.effectText({ holds: 40, without, all: 10, of: 100 });
  assert.deepEqual(effect(11), { short: '−1', long: 'Removes 1 person whom the rest lets through; by itself it holds for 40 people (40.0 %).' });
  assert.equal(effect(4).short, '+6');
  assert.match(effect(4).long, /^Adds 6 people whom the rest leaves out/);
  assert.equal(effect(10).short, '±0');
});
