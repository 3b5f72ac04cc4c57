// Reads texts with our TextMate grammars, the way an editor does.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import liquid from '../../grammars/liquid.mjs';
import injection from '../../grammars/liquid-injection.mjs';
import persona from '../../grammars/persona.mjs';

const require = createRequire(import.meta.url);
const { loadWASM, OnigScanner, OnigString } = require('vscode-oniguruma');
const { INITIAL, Registry } = require('vscode-textmate');

const GRAMMARS = { 'source.persona': persona, 'text.html.liquid.persona': liquid, 'persona.liquid.injection': injection };

let registry;

/** The grammar of a scope; `text.html.basic` is the editor's own and not here. */
export async function grammar(scope) {
  if (!registry) {
    const wasm = readFileSync(require.resolve('vscode-oniguruma/release/onig.wasm'));
    await loadWASM(wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength));
    registry = new Registry({
      onigLib: Promise.resolve({
        createOnigScanner: (patterns) => new OnigScanner(patterns),
        createOnigString: (text) => new OnigString(text),
      }),
      loadGrammar: async (name) => GRAMMARS[name] ?? null,
      getInjections: (name) => (name.startsWith('text.html') ? ['persona.liquid.injection'] : undefined),
    });
  }
  return registry.loadGrammar(scope);
}

/** Every token of a text: `{ start, end, text, scopes }`, offsets in UTF-16 units. */
export function tokenize(grammar, text) {
  const found = [];
  let state = INITIAL;
  let offset = 0;
  for (const line of text.split('\n')) {
    const { tokens, ruleStack, stoppedEarly } = grammar.tokenizeLine(line.replace(/\r$/, ''), state, 10_000);
    if (stoppedEarly) {
      throw new Error(`a line takes longer than ten seconds: ${line.slice(0, 80)}`);
    }
    for (const { startIndex, endIndex, scopes } of tokens) {
      const end = Math.min(endIndex, line.length);
      if (startIndex < end) {
        found.push({ start: offset + startIndex, end: offset + end, text: line.slice(startIndex, end), scopes });
      }
    }
    state = ruleStack;
    offset += line.length + 1;
  }
  return found;
}
