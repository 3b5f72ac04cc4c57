// Numbers of people in words. Knows nothing of editors.

/** A place as the protocol has it. */
export interface Place {
  start: { line: number; character: number };
  end: { line: number; character: number };
}

/** How many people something holds for. */
export interface Count {
  range: Place;
  count: number;
  of: number;
  /** Whether only some people were looked at. */
  sampled: boolean;
}

/** What a part of a condition does. */
export interface Atom {
  range: Place;
  /** For how many it holds by itself. */
  holds: number;
  /** How many the whole condition would hold for without it. */
  without: number;
  /** For how many the whole condition holds. */
  all: number;
  of: number;
}

/** The server's answer. */
export interface Audience {
  counts: Count[];
  atoms: Atom[];
  /** Why nothing is counted. */
  reason?: string;
}

const numbers = new Intl.NumberFormat('en');

/** `1,204 · 12.5 %` */
export function countText({ count, of, sampled }: Count): string {
  return `${sampled ? '≈ ' : ''}${numbers.format(count)} · ${share(count, of)}`;
}

/** `−1,204`, and what that means. */
export function effectText({ holds, without, all, of }: Atom): { short: string; long: string } {
  const removed = without - all;
  const alone = `by itself it holds for ${people(holds)} (${share(holds, of)})`;
  if (removed > 0) {
    return { short: `−${numbers.format(removed)}`, long: `Removes ${people(removed)} whom the rest lets through; ${alone}.` };
  }
  if (removed < 0) {
    return { short: `+${numbers.format(-removed)}`, long: `Adds ${people(-removed)} whom the rest leaves out; ${alone}.` };
  }
  return { short: '±0', long: `Changes nothing: the rest decides for everybody; ${alone}.` };
}

function people(count: number): string {
  return `${numbers.format(count)} ${count === 1 ? 'person' : 'people'}`;
}

/** A share; small but not nothing is said to be so. */
function share(count: number, of: number): string {
  const percent = of === 0 ? 0 : (count * 100) / of;
  return count > 0 && percent < 0.1 ? '< 0.1 %' : `${percent.toFixed(1)} %`;
}
