// The pages of panels, from what `persona why` and `persona render` print: what they show, and that nothing of a package
// can run in them.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { pathToFileURL } from 'node:url';

import { build } from 'esbuild';

const folder = mkdtempSync(join(tmpdir(), 'persona-unit-'));
let answers;
let html;
let blocks;

before(async () => {
  const names = ['answers', 'html', 'blocks'];
  await build({ entryPoints: names.map((name) => `src/${name}.ts`), outdir: folder, bundle: true, format: 'esm', outExtension: { '.js': '.mjs' } });
  [answers, html, blocks] = await Promise.all(names.map((name) => import(pathToFileURL(join(folder, `${name}.mjs`)).href)));
});
after(() => rmSync(folder, { recursive: true, force: true }));

const place = { file: 'a.persona', line: 3, column: 8 };
const condition = (text, value, parts = [], kind = 'condition') => ({ kind, name: null, text, ...place, value, evidence: [], parts });

test('an explanation shows each condition, what it says, and where it stands', () => {
  const explanation = condition('a and b', false, [condition('a', true), { ...condition('b', false), evidence: ['7 such events'] }], 'and');
  const body = answers.whyBody({ kind: 'segment', name: 's', title: 'S', profile: 'c1', now: '2026-01-02T03:04:05Z', answer: false, explanation });
  assert.match(body, /no, it does not hold/);
  assert.match(body, /all of these/);
  assert.match(body, /7 such events/);
  assert.match(body, /data-file="a.persona" data-line="3" data-column="8"/);
  assert.match(body, /2026-01-02 03:04:05 UTC/);
});

test('what a package says is text and never code', () => {
  const evil = '<img src=x onerror=alert(1)>"\'';
  const explanation = { ...condition(evil, evil), name: evil, evidence: [evil], file: evil };
  const body = answers.whyBody({ kind: 'segment', name: evil, title: evil, profile: evil, answer: true, explanation, notes: [evil] });
  assert.doesNotMatch(body, /<img/);
  const page = html.page(evil, body, 'n0nce');
  assert.doesNotMatch(page, /<img/);
  assert.match(page, /default-src 'none'/);
  assert.match(page, /script-src 'nonce-n0nce'/);
});

test('the variant that is read comes first, and HTML stays in a tree of its own', () => {
  const variant = (name, read, body) => ({ name, read, locale: null, skipped: null, slots: { subject: 'Hi & <welcome', body } });
  const shown = answers.previewBody({
    content: 'c', title: null, profile: 'c1', now: '2026-01-02T03:04:05Z', language: null, skipped: null,
    variants: [variant('first', false, '<p>one</p>'), variant('otherwise', true, null)],
    why: [{ variant: 'first', holds: false, explanation: condition('x', false) }],
  });
  assert.ok(shown.indexOf('otherwise') < shown.indexOf('first'));
  assert.match(shown, /this is read/);
  assert.match(shown, /<template><p>one<\/p><\/template>/);
  assert.match(shown, /Hi &#38; &#60;welcome/);
  assert.match(shown, /a value is missing/);
});

test('tests are found by the first words of lines, whatever is open', () => {
  const text = [
    'segment a { when x > ', 'test "one \\"quoted\\" \\u{e4}" {', '  given { id: "c1" }', '', '  expect x', '}', '', '@allow(x) test "two" { }',
    'trait t: String = """', 'test "no test" {', '"""', '  test "indented" {', '// test "said" {',
  ].join('\n');
  assert.deepEqual(blocks.found(text), [
    { title: 'one "quoted" ä', line: 1, end: 6 },
    { title: 'two', line: 7, end: 8 },
  ]);
});
