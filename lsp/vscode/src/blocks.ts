// Where the `test` blocks of a text are. A declaration's first word stands at column 0, whatever is open before it, so no
// parser is needed, and the list is right while somebody types.

export interface Found {
  title: string;
  /** The line of `test`, from 0. */
  line: number;
  /** The line behind its last one. */
  end: number;
}

const TEST = /^(?:@\S+\s+)*test\s+"((?:[^"\\\n]|\\.)*)"/;
const ESCAPES: Record<string, string> = { n: '\n', t: '\t', r: '\r' };

export function found(text: string): Found[] {
  const tests: Found[] = [];
  let open: Found | undefined;
  let quoted = false;
  text.split('\n').forEach((line, at) => {
    if (!quoted && /^\S/.test(line) && !line.startsWith('//')) {
      const test = TEST.exec(line);
      if (open && line.startsWith('}')) {
        open.end = at + 1;
      }
      open = test ? { title: unescaped(test[1] ?? ''), line: at, end: at + 1 } : undefined;
      if (open) {
        tests.push(open);
      }
    } else if (open && line.trim()) {
      open.end = at + 1;
    }
    quoted = (line.split('"""').length - 1) % 2 === 1 ? !quoted : quoted;
  });
  return tests;
}

function unescaped(text: string): string {
  return text.replace(/\\u\{([0-9A-Fa-f]{1,6})\}|\\(.)/g, (_, code: string | undefined, other: string | undefined) =>
    code ? String.fromCodePoint(Math.min(parseInt(code, 16), 0x10ffff)) : (ESCAPES[other ?? ''] ?? other ?? ''),
  );
}
