// Both grammars against the compiler: every token that `persona-syntax` finds in the given texts must be the same kind of
// thing for the eye in the TextMate grammar and in tree-sitter's highlighting.
//
//   node agree.mjs TOKENS TREE_SITTER
//
// TOKENS is what `cargo run -p persona-syntax --example tokens -- FILES` prints; TREE_SITTER the tree-sitter program.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { grammar, tokenize } from './textmate.mjs';

const TREE_SITTER = join(dirname(fileURLToPath(import.meta.url)), '../../../editors/tree-sitter-persona');

/** What a TextMate scope is for the eye: its innermost part that says so. */
function ofScopes(scopes) {
  for (const scope of [...scopes].reverse()) {
    if (scope.startsWith('comment.line.documentation')) return 'doc';
    if (scope.startsWith('comment')) return 'comment';
    if (scope.startsWith('punctuation.section.interpolation')) return 'sign';
    if (scope.startsWith('source.persona.embedded')) return 'sign';
    if (scope.startsWith('string') || scope.startsWith('constant.character')) return 'text';
    if (scope.startsWith('constant.numeric') || scope === 'constant.other.locale.persona') return 'literal';
    if (/^keyword\.operator\.(comparison|assignment)/.test(scope) || scope.startsWith('punctuation')) return 'sign';
    if (/^(keyword|storage|constant\.language)/.test(scope)) return 'keyword';
    if (/^(entity|variable|support|constant\.other)/.test(scope)) return 'name';
  }
  return 'nothing';
}

/** What a capture of tree-sitter's highlighting is for the eye. */
function ofCapture(name) {
  if (name === 'comment.documentation') return 'doc';
  if (name === 'comment') return 'comment';
  if (name.startsWith('string.special') || name === 'number') return 'literal';
  if (name.startsWith('string')) return 'text';
  if (name.startsWith('keyword') || name === 'boolean' || name === 'constant.builtin') return 'keyword';
  if (name.startsWith('operator') || name.startsWith('punctuation')) return 'sign';
  return 'name';
}

/** Kinds for each byte of a text, from `[start, end, kind]`; later ones count. */
function painted(length, tokens) {
  const kinds = new Array(length).fill('nothing');
  for (const [start, end, kind] of tokens) {
    kinds.fill(kind, start, Math.min(end, length));
  }
  return kinds;
}

/** Byte offsets of UTF-16 offsets. */
function bytesAt(text) {
  const at = [0];
  for (const c of text) {
    const bytes = at[at.length - 1] + Buffer.byteLength(c);
    for (let unit = 0; unit < c.length; unit++) at.push(bytes);
  }
  return at;
}

/** Of a declaration that cannot be read, the compiler too knows only what is comment, what is text, and what is code. */
function agreesRoughly(kind, shownAs) {
  const apart = ['comment', 'doc', 'text'];
  if (kind === 'text') return shownAs[0] === kind && shownAs.at(-1) === kind;
  return shownAs.every((one) => (apart.includes(kind) ? one === kind : !apart.includes(one)));
}

const isBlank = (byte) => byte === 32 || (byte >= 9 && byte <= 13);

/** Where a grammar disagrees with the compiler: at most one complaint for each token. */
function disagreements({ file, line, text, tokens, broken }, kinds) {
  const bytes = Buffer.from(text);
  const complaints = [];
  for (const [start, end, kind] of tokens) {
    const shownAs = kinds.slice(start, end).filter((_, at) => !isBlank(bytes[start + at]));
    const seen = new Set(shownAs);
    const unreadable = kind === 'word' || broken.some(([from, to]) => from <= start && end <= to);
    const agrees = unreadable ? agreesRoughly(kind, shownAs) : shownAs.every((one) => one === kind);
    if (!agrees) {
      const at = line + bytes.subarray(0, start).toString().split('\n').length - 1;
      const shown = bytes.subarray(start, end).toString().slice(0, 40);
      const context = bytes.subarray(0, end).toString().split('\n').pop().trim().slice(-60);
      complaints.push(`${file}:${at}: \`${shown}\` is ${kind}, and ${[...seen].join(', ')} here: ${context}`);
    }
  }
  return complaints;
}

async function textmate(texts) {
  const persona = await grammar('source.persona');
  return texts.map((one) => {
    const at = bytesAt(one.text);
    const tokens = tokenize(persona, one.text).map(({ start, end, scopes, text }) => [at[start], at[end], text.trim() ? ofScopes(scopes) : 'nothing']);
    return painted(Buffer.byteLength(one.text), tokens);
  });
}

/** Tree-sitter's captures of all texts, which it must read without an error where the compiler does. */
function treeSitter(texts, program) {
  const folder = mkdtempSync(join(tmpdir(), 'persona-agree-'));
  try {
    const files = texts.map((one, index) => join(folder, `${index}.persona`));
    texts.forEach((one, index) => writeFileSync(files[index], one.text));
    const list = join(folder, 'list');
    writeFileSync(list, files.join('\n'));
    // A configuration of its own: nothing on this machine is asked.
    mkdirSync(join(folder, 'config/tree-sitter'), { recursive: true });
    writeFileSync(join(folder, 'config/tree-sitter/config.json'), JSON.stringify({ 'parser-directories': [join(folder, 'none')] }));
    const run = (args) =>
      execFileSync(program, args, {
        cwd: TREE_SITTER,
        maxBuffer: 1 << 30,
        env: { ...process.env, XDG_CONFIG_HOME: join(folder, 'config'), XDG_CACHE_HOME: join(folder, 'cache') },
        stdio: ['ignore', 'pipe', 'inherit'],
      }).toString();
    const found = run(['query', '--captures', '--paths', list, 'queries/highlights.scm']);
    return captured(found, files, texts);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function captured(printed, files, texts) {
  const index = new Map(files.map((file, at) => [file, at]));
  const tokens = texts.map(() => []);
  let current = -1;
  let starts = [];
  for (const line of printed.split('\n')) {
    if (index.has(line)) {
      current = index.get(line);
      starts = lineStarts(texts[current].text);
      continue;
    }
    const found = /capture: \d+ - (\S+), start: \((\d+), (\d+)\), end: \((\d+), (\d+)\)/.exec(line);
    if (found && found[1] !== 'none') {
      const [row, column, endRow, endColumn] = found.slice(2).map(Number);
      tokens[current].push([starts[row] + column, starts[endRow] + endColumn, ofCapture(found[1])]);
    }
  }
  return texts.map((one, at) => painted(Buffer.byteLength(one.text), tokens[at]));
}

function lineStarts(text) {
  const starts = [0];
  for (const [at, byte] of Buffer.from(text).entries()) {
    if (byte === 10) starts.push(at + 1);
  }
  return starts;
}

const [, , dump, program] = process.argv;
const texts = readFileSync(dump, 'utf8').trim().split('\n').map((line) => JSON.parse(line));
const count = texts.reduce((sum, one) => sum + one.tokens.length, 0);
const known = texts.filter((one) => one.broken.length === 0 && one.tokens.every(([, , kind]) => kind !== 'word'));
let failed = false;
function report(name, looked, kinds) {
  const complaints = looked.flatMap((one, at) => disagreements(one, kinds[at]));
  console.log(`${name}: ${looked.length} texts, ${complaints.length} of ${looked.reduce((sum, one) => sum + one.tokens.length, 0)} tokens disagree`);
  complaints.slice(0, Number(process.env.SHOW ?? 40)).forEach((one) => console.log(`  ${one}`));
  failed ||= complaints.length > 0;
}
if (texts.length < 100 || count < 10_000) {
  throw new Error(`only ${texts.length} texts with ${count} tokens: that is not every example and suite file`);
}
report('TextMate', texts, await textmate(texts));
// A parser has its own idea of where a mistake begins: it is asked about texts that the compiler can read.
report('tree-sitter', known, treeSitter(known, program));
process.exitCode = failed ? 1 : 0;
