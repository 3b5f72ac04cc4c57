// Pages of panels, and how an explanation is drawn. Pure: text in, text out.

/** A condition of an explanation, as `persona why --format json` writes it. */
export interface Condition {
  kind: string;
  name: string | null;
  text: string;
  file: string;
  line: number;
  column: number;
  value: unknown;
  evidence: string[];
  parts: Condition[];
}

export interface Change {
  text: string;
  file: string;
  line: number;
  column: number;
  wanted: unknown;
  evidence: string[];
}

export function escape(text: unknown): string {
  return String(text).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

/** A place that can be clicked. */
export function place({ file, line, column }: { file: string; line: number; column: number }, inside: string): string {
  return `<a href="#" data-file="${escape(file)}" data-line="${line}" data-column="${column}">${inside}</a>`;
}

/** Yes, no, a value, or what differs from event to event. */
export function verdict(value: unknown): string {
  if (value === true) return '<span class="mark yes" title="holds">✓</span>';
  if (value === false) return '<span class="mark no" title="does not hold">✗</span>';
  if (value === null || value === undefined) return '<span class="mark">·</span>';
  return `<span class="value">${escape(value)}</span>`;
}

const JOINS: Record<string, string> = { and: 'all of these', or: 'at least one of these', not: 'not this' };

/** A condition with all that it rests on. */
export function tree(condition: Condition, open = true): string {
  const join = condition.parts.length > 0 ? JOINS[condition.kind] : undefined;
  const said = join ? `<span class="join">${join}</span>` : place(condition, `<code>${escape(condition.text)}</code>`);
  const name = condition.name && condition.name !== condition.text ? ` <span class="name">${escape(condition.name)}</span>` : '';
  const evidence = condition.evidence.map((one) => `<div class="evidence">${escape(one)}</div>`).join('');
  const head = `${verdict(condition.value)} ${said}${name}${evidence}`;
  if (condition.parts.length === 0) {
    return `<div class="leaf">${head}</div>`;
  }
  // What decides is open: what failed where the whole fails, all of it where the whole holds.
  const parts = condition.parts.map((part) => tree(part, condition.value !== false || part.value !== true)).join('');
  return `<details${open ? ' open' : ''}><summary>${head}</summary><div class="parts">${parts}</div></details>`;
}

export function changes(list: Change[] | undefined): string {
  if (!list?.length) {
    return '';
  }
  const one = (change: Change) =>
    `<li>${place(change, `<code>${escape(change.text)}</code>`)} would have to ${change.wanted === false ? 'stop holding' : 'hold'}
      ${change.evidence.map((line) => `<div class="evidence">${escape(line)}</div>`).join('')}</li>`;
  return `<h2>What would change it</h2><ul>${list.map(one).join('')}</ul>`;
}

/** An instant of the answer, in a form that people read. */
export function instant(text: string | null | undefined): string {
  return text ? escape(text.replace('T', ' ').replace(/(:\d\d)(\.\d+)?Z$/, '$1 UTC')) : '';
}

const STYLE = `
  body { font-family: var(--vscode-font-family); font-size: var(--vscode-font-size); padding: 0 1.4em 2em; line-height: 1.5; max-width: 62em; }
  h1 { font-size: 1.45em; font-weight: 600; margin: 1em 0 .1em; }
  h2 { font-size: 1.05em; font-weight: 600; margin: 1.8em 0 .5em; }
  .about, .evidence, .name { color: var(--vscode-descriptionForeground); }
  .evidence { margin-left: 1.9em; font-size: .93em; }
  code { font-family: var(--vscode-editor-font-family); background: none; color: inherit; }
  a { color: inherit; text-decoration: none; } a:hover { text-decoration: underline; }
  .answer { display: inline-block; margin: .9em 0 .2em; padding: .35em .9em; border-radius: 1em; font-weight: 600; }
  .answer.yes { background: color-mix(in srgb, var(--vscode-testing-iconPassed, #388a34) 22%, transparent); }
  .answer.no { background: color-mix(in srgb, var(--vscode-testing-iconFailed, #c72e0f) 22%, transparent); }
  .mark { display: inline-block; width: 1.3em; text-align: center; font-weight: 700; }
  .mark.yes { color: var(--vscode-testing-iconPassed, #388a34); } .mark.no { color: var(--vscode-testing-iconFailed, #c72e0f); }
  .value { padding: 0 .45em; border-radius: .3em; background: var(--vscode-textCodeBlock-background); font-family: var(--vscode-editor-font-family); }
  .join { font-style: italic; }
  details, .leaf { margin: .25em 0; } summary { cursor: pointer; list-style-position: outside; }
  .leaf { padding-left: 1.05em; }
  details { padding-left: 1.05em; } summary { margin-left: -1.05em; }
  .parts { margin-left: .35em; padding-left: .9em; border-left: 1px solid var(--vscode-tree-indentGuidesStroke); }
  .card { border: 1px solid var(--vscode-widget-border, var(--vscode-panel-border)); border-radius: 6px; margin: 1em 0; overflow: hidden; }
  .card.read { border-color: var(--vscode-testing-iconPassed, #388a34); }
  .card > header { padding: .45em .9em; background: var(--vscode-sideBarSectionHeader-background, var(--vscode-editorWidget-background)); display: flex; gap: .8em; align-items: baseline; }
  .card > header .badge { font-size: .85em; border-radius: 1em; padding: 0 .7em; background: color-mix(in srgb, var(--vscode-testing-iconPassed, #388a34) 25%, transparent); }
  .slot { padding: .5em .9em; } .slot > .label { font-size: .85em; color: var(--vscode-descriptionForeground); }
  .slot .text { font-size: 1.1em; }
  .html { background: #fff; color: #1a1a1a; border-radius: 4px; padding: .2em .9em; margin-top: .3em; display: block; }
  .why { padding: 0 .9em .6em 1.4em; }
  table { border-collapse: collapse; } td { padding: .15em .9em .15em 0; vertical-align: top; } td.when { white-space: nowrap; color: var(--vscode-descriptionForeground); }
  .banner { padding: .5em .9em; border-radius: 4px; margin: 1em 0; background: var(--vscode-inputValidation-warningBackground); border: 1px solid var(--vscode-inputValidation-warningBorder); }
  button { color: var(--vscode-button-secondaryForeground); background: var(--vscode-button-secondaryBackground); border: 0; border-radius: 3px; padding: .3em .9em; cursor: pointer; }
`;

const SCRIPT = `
  const vscode = acquireVsCodeApi();
  for (const template of document.querySelectorAll('.html > template')) {
    template.parentElement.attachShadow({ mode: 'open' }).append(template.content);
  }
  document.addEventListener('click', (event) => {
    const place = event.target.closest('a[data-file]');
    const button = event.target.closest('button[data-do]');
    if (place) {
      event.preventDefault();
      vscode.postMessage({ file: place.dataset.file, line: Number(place.dataset.line), column: Number(place.dataset.column) });
    } else if (button) {
      vscode.postMessage({ action: button.dataset.do });
    }
  });
`;

/** A whole page. Nothing in it can run but our own few lines, and nothing is loaded but pictures. */
export function page(title: string, body: string, nonce: string): string {
  const policy = `default-src 'none'; img-src https: data:; style-src 'unsafe-inline'; script-src 'nonce-${nonce}'`;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escape(title)}</title>
<meta http-equiv="Content-Security-Policy" content="${policy}"><style>${STYLE}</style></head>
<body>${body}<script nonce="${nonce}">${SCRIPT}</script></body></html>`;
}
