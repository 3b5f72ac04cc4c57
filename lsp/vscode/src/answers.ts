// How the answers of the server become the bodies of pages. Pure: data in, text out. The data is what `persona why` and
// `persona render` print with `--format json`, whose fields are added and never renamed.

import { changes, escape, instant, place, tree, type Change, type Condition } from './html';

interface Rule {
  file: string;
  line: number;
  column: number;
  facts: string[];
  conditions: Condition[];
}

interface Chosen {
  variant: string;
  holds: boolean;
  explanation: Condition | null;
}

export interface Why {
  kind: string;
  name: string;
  title: string | null;
  profile: string;
  now?: string;
  answer?: unknown;
  has_row?: boolean;
  flips?: { kind: string; at: string | null };
  explanation?: Condition | null;
  changes?: Change[];
  notes?: string[];
  // of a content
  variant?: string | null;
  skipped?: string | null;
  locale?: string | null;
  why?: Chosen[];
  // of a trigger
  counts?: Record<string, number>;
  moments?: (Rule & { at: string; outcome: string; text: string; event: string | null })[];
  left_out?: number;
  never?: (Rule & { text: string; changes: Change[] }) | null;
  nearest?: { at: string; text: string; changes: Change[] } | null;
  // of a channel or purpose
  open?: boolean;
  until?: string | null;
  checks?: (Rule & { what: string; passes: boolean; text: string })[];
  // of an experiment
  place?: string;
  arm?: string | null;
  bucket?: number;
}

export interface Render {
  content: string;
  title: string | null;
  profile: string;
  now: string;
  language: string | null;
  skipped: string | null;
  variants: {
    name: string;
    read: boolean;
    locale: string | null;
    skipped: string | null;
    slots: Record<string, string | null>;
  }[];
  why: Chosen[];
}

function heading(name: string, title: string | null, profile: string, now: string | undefined): string {
  const at = now ? ` · ${instant(now)}` : '';
  return `<h1>${escape(title ?? name)}</h1>
    <div class="about"><code>${escape(name)}</code> for <b>${escape(profile)}</b>${at} <button data-do="person">Somebody else</button></div>`;
}

function pill(yes: boolean, text: string): string {
  return `<div class="answer ${yes ? 'yes' : 'no'}">${text}</div>`;
}

/** The body of the page that says why. */
export function whyBody(why: Why): string {
  const parts = [heading(why.name, why.title, why.profile, why.now)];
  if (why.has_row === false) {
    parts.push('<div class="banner">No row of this profile is in the data: it is known by its events only.</div>');
  }
  parts.push(answer(why), flips(why));
  if (why.explanation) {
    parts.push(tree(why.explanation));
  }
  parts.push(chosen(why.why), trigger(why), checks(why), changes(why.changes));
  if (why.notes?.length) {
    parts.push(`<h2>Besides</h2><ul>${why.notes.map((note) => `<li>${escape(note)}</li>`).join('')}</ul>`);
  }
  return parts.join('\n');
}

function answer(why: Why): string {
  if (why.kind === 'content') {
    return why.skipped
      ? pill(false, `gets nothing: ${escape(why.skipped)}`)
      : pill(true, `reads variant <code>${escape(why.variant ?? 'otherwise')}</code>${why.locale ? ` in ${escape(why.locale)}` : ''}`);
  }
  if (why.kind === 'experiment') {
    return pill(why.place === 'arm', why.arm ? `arm <code>${escape(why.arm)}</code>` : escape(why.place ?? 'outside'));
  }
  if (why.open !== undefined) {
    return pill(why.open, why.open ? 'a message would go out now' : `nothing would go out now${why.until ? `, until ${instant(why.until)}` : ''}`);
  }
  if (typeof why.answer === 'boolean') {
    return pill(why.answer, why.answer ? 'yes, it holds' : 'no, it does not hold');
  }
  if (why.answer !== undefined) {
    return pill(why.answer !== null, why.answer === null ? 'missing' : escape(why.answer));
  }
  return '';
}

function flips(why: Why): string {
  return why.flips?.at ? `<div class="about">Without anything happening, this changes on ${instant(why.flips.at)}.</div>` : '';
}

/** Which variants hold. */
function chosen(list: Chosen[] | undefined): string {
  if (!list?.length) {
    return '';
  }
  const one = ({ variant, holds, explanation }: Chosen) =>
    `<h2><span class="mark ${holds ? 'yes' : 'no'}">${holds ? '✓' : '✗'}</span> ${escape(variant)}</h2>${explanation ? tree(explanation) : ''}`;
  return list.map(one).join('');
}

function trigger(why: Why): string {
  const parts = [];
  if (why.counts) {
    const counts = Object.entries(why.counts).map(([name, count]) => `${count} ${escape(name)}`);
    parts.push(`<div class="about">${counts.join(' · ')}</div>`);
  }
  if (why.never) {
    parts.push(`<h2>It never starts</h2><p>${place(why.never, escape(why.never.text))}</p>`, why.never.conditions.map((one) => tree(one)).join(''), changes(why.never.changes));
  }
  if (why.moments?.length) {
    const row = (moment: NonNullable<Why['moments']>[number]) =>
      `<tr><td class="when">${instant(moment.at)}</td><td>${place(moment, escape(moment.text))}
        ${moment.event ? `<div class="evidence">${escape(moment.event)}</div>` : ''}
        ${moment.conditions.map((one) => tree(one, false)).join('')}</td></tr>`;
    const before = why.left_out ? `<p class="about">${why.left_out} moments before these are left out.</p>` : '';
    parts.push(`<h2>What happened</h2>${before}<table>${why.moments.map(row).join('')}</table>`);
  }
  if (why.nearest) {
    parts.push(`<h2>Closest to starting</h2><p>${instant(why.nearest.at)}: ${escape(why.nearest.text)}</p>`, changes(why.nearest.changes));
  }
  return parts.join('');
}

function checks(why: Why): string {
  const one = (check: NonNullable<Why['checks']>[number]) =>
    `<div class="leaf"><span class="mark ${check.passes ? 'yes' : 'no'}">${check.passes ? '✓' : '✗'}</span> ${place(check, escape(check.text))}
      ${check.conditions.map((condition) => tree(condition)).join('')}</div>`;
  return why.checks?.length ? `<h2>Check by check</h2>${why.checks.map(one).join('')}` : '';
}

/** The body of the page that shows a content: what the person reads first, then all other variants. */
export function previewBody(render: Render): string {
  const parts = [heading(render.content, render.title, render.profile, render.now)];
  if (render.skipped) {
    parts.push(pill(false, `gets nothing: ${escape(render.skipped)}`));
  }
  const reasons = new Map(render.why.map((one) => [one.variant, one]));
  const variants = [...render.variants].sort((a, b) => Number(b.read) - Number(a.read));
  for (const variant of variants) {
    const reason = reasons.get(variant.name);
    const badge = variant.read ? '<span class="badge">this is read</span>' : '';
    const locale = variant.locale ? `<span class="about">${escape(variant.locale)}</span>` : '';
    const slots = variant.skipped
      ? `<div class="slot about">nothing: ${escape(variant.skipped)}</div>`
      : Object.entries(variant.slots).map(([name, text]) => slot(name, text)).join('');
    const why = reason?.explanation ? `<div class="why"><details><summary class="about">why${reason.holds ? '' : ' not'}</summary>${tree(reason.explanation)}</details></div>` : '';
    parts.push(`<section class="card${variant.read ? ' read' : ''}"><header><b>${escape(variant.name)}</b>${locale}${badge}</header>${slots}${why}</section>`);
  }
  return parts.join('\n');
}

/** HTML is shown as it will look, in a tree of its own, so that its styles stay inside. */
function slot(name: string, text: string | null): string {
  const label = `<div class="label">${escape(name)}</div>`;
  if (text === null) {
    return `<div class="slot">${label}<div class="about">cannot be shown for this person: a value is missing</div></div>`;
  }
  const html = /<[a-z!/][^>]*>/i.test(text);
  const shown = html
    ? `<div class="html"><template>${text}</template></div>`
    : `<div class="text">${escape(text).replace(/\n/g, '<br>')}</div>`;
  return `<div class="slot">${label}${shown}</div>`;
}
