// What the TextMate grammars say of texts that hold every form, against what was looked at once. `UPDATE=1 npm test`
// writes the snapshots anew; look at the difference before you keep it.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

import { grammar, tokenize } from '../grammars/textmate.mjs';

const FOLDER = join(dirname(fileURLToPath(import.meta.url)), '../grammars/snapshots');
const SCOPES = { '.persona': 'source.persona', '.liquid': 'text.html.liquid.persona' };

/** Each line, and below it what its parts are. */
function drawn(grammar, text, root) {
  const lines = text.split('\n');
  const tokens = tokenize(grammar, text);
  let offset = 0;
  const out = [];
  for (const line of lines) {
    out.push(`>${line}`);
    for (const token of tokens) {
      if (token.start >= offset && token.start < offset + line.length && token.text.trim()) {
        const scopes = token.scopes.filter((scope) => scope !== root && !scope.startsWith('meta.'));
        const at = token.start - offset;
        out.push(`#${' '.repeat(at)}${'^'.repeat(token.text.length)} ${scopes.join(' ') || '-'}`);
      }
    }
    offset += line.length + 1;
  }
  return `${out.join('\n')}\n`;
}

for (const [ending, scope] of Object.entries(SCOPES)) {
  for (const name of readdirSync(FOLDER).filter((name) => name.endsWith(ending))) {
    test(`${name} is coloured as it was`, async () => {
      const text = readFileSync(join(FOLDER, name), 'utf8');
      const found = drawn(await grammar(scope), text, scope);
      const snapshot = join(FOLDER, `${name}.snap`);
      if (process.env.UPDATE) {
        writeFileSync(snapshot, found);
      }
      assert.equal(found, readFileSync(snapshot, 'utf8'));
    });
  }
}

test('a declaration that is never closed does not colour the next one', async () => {
  const persona = await grammar('source.persona');
  const tokens = tokenize(persona, 'segment a { when x in [1, (2, "\nsegment b { when y }\n');
  const second = tokens.filter((token) => token.start > 30 && token.text.trim());
  assert.deepEqual(
    second.map((token) => [token.text, token.scopes.at(-1)]),
    [
      ['segment', 'storage.type.persona'],
      ['b', 'entity.name.function.persona'],
      ['{', 'punctuation.section.block.begin.persona'],
      ['when', 'keyword.control.clause.persona'],
      ['y', 'variable.other.persona'],
      ['}', 'punctuation.section.block.end.persona'],
    ],
  );
});

test('a field may be called like a clause', async () => {
  const persona = await grammar('source.persona');
  for (const word of ['limit', 'on', 'event', 'check', 'segment', 'per', 'last']) {
    const tokens = tokenize(persona, `event E {\n  ${word}: Int\n}\n`);
    const token = tokens.findLast((token) => token.text === word);
    assert.equal(token.scopes.at(-1), 'variable.other.property.persona', word);
  }
});

test('long and hostile lines are read in no time', async () => {
  const persona = await grammar('source.persona');
  const before = Date.now();
  for (const text of ['('.repeat(5000), '"{'.repeat(400), `segment a { when ${'x and '.repeat(2000)}y }`, `a${' '.repeat(20000)}b`]) {
    tokenize(persona, text);
  }
  assert.ok(Date.now() - before < 20_000, `${Date.now() - before} ms`);
});
