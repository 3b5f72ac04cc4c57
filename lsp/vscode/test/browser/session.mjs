// A session of somebody who works on `examples/shop` in a real VS Code with the packaged extension:
//
//   node session.mjs --vscode DIR --tools DIR --vsix FILE --persona FILE --chromium FILE --package DIR --out DIR [--only TEXT]
//
// Each step is a move with what must be seen after it. Pictures are kept in `--out`; the first step that fails ends the
// session, with a picture of what was there instead.

import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { Editor } from './editor.mjs';

const text = { type: 'string' };
const { values } = parseArgs({
  options: { vscode: text, tools: text, vsix: text, persona: text, chromium: text, package: text, out: text, only: text },
});

const steps = [];
const step = (name, run) => steps.push([name, run]);

function must(condition, message, shown) {
  if (!condition) throw new Error(shown === undefined ? message : `${message}: ${JSON.stringify(shown)}`);
}

/** The squiggles of errors that are in sight. */
const squiggles = (e) => e.page.locator('.editor-group-container.active .squiggly-error').count();
const line = async (e, part) => (await e.lines()).find((one) => one.includes(part));
const onDisk = (e, file) => readFileSync(join(e.folder, file), 'utf8');
const suggestions = (e) =>
  e.page
    .locator('.suggest-widget.visible .monaco-list-row .label-name')
    .allTextContents()
    .catch(() => []);

/** What is shown behind a line: how many people it holds for. */
const countOf = (e, part) =>
  e.page.evaluate((part) => {
    const lines = [...document.querySelectorAll('.editor-group-container.active .view-line')];
    const line = lines.find((one) => one.textContent.replaceAll('\u00a0', ' ').includes(part));
    const behind = [...(line?.querySelectorAll('span') ?? [])].map((one) => getComputedStyle(one, '::after').content);
    const found = behind.map((text) => /^"≈?\s*([\d,]+) ·/.exec(text.replaceAll('\u00a0', ' '))).find(Boolean);
    return found ? Number(found[1].replaceAll(',', '')) : undefined;
  }, part);

/** Waits until a text is offered. */
const offered = (e, wanted) => e.until(`the suggestion ${wanted}`, async () => (await suggestions(e)).includes(wanted));

step('the extension finds the server, and says so', async (e) => {
  await e.open('segments.persona');
  const item = e.page.locator('.statusbar-item', { hasText: 'persona' }).filter({ has: e.page.locator('.codicon-pulse') });
  await item.waitFor();
  must((await e.page.locator('.notification-list-item-message').count()) === 0, 'nothing complains');
});

step('words have colours: keywords, names, texts', async (e) => {
  await e.goto(20);
  const colours = await e.until('colours', async () => {
    const found = await e.page.evaluate(() =>
      [...document.querySelectorAll('.editor-group-container.active .view-line span[class^=mtk]')].map((span) => [
        span.textContent.replaceAll('\u00a0', ' ').trim(),
        getComputedStyle(span).color,
      ]),
    );
    const of = (word) => found.find(([one]) => one === word)?.[1];
    const all = [of('segment'), of('when'), found.find(([one]) => one.startsWith('"'))?.[1]];
    return all.every(Boolean) && new Set(all).size === 3 ? all : undefined;
  });
  must(colours.length === 3, 'three colours', colours);
});

step('a mistake is underlined while it is typed', async (e) => {
  await e.open('segments.persona');
  await e.press('Control+End');
  await e.type('\nsegment big_spenders "Big spenders" {\nwhen lifetime_spend > 500');
  await e.until('a squiggle', async () => (await squiggles(e)) > 0);
  await e.press('Escape');
});

step('the mistake is told where it is, with what to do', async (e) => {
  await e.press('Control+k', 'Control+i');
  const hover = e.page.locator('.monaco-hover:visible').filter({ hasText: 'EUR' });
  await hover.first().waitFor();
});

step('a fix is applied with two keys', async (e) => {
  await e.press('Escape', 'Control+.');
  const menu = e.page.locator('.action-widget .monaco-list-row, .action-widget li').filter({ hasText: '500 EUR' }).first();
  await menu.waitFor();
  await e.picture('fix');
  await e.press('Enter');
  await e.until('the fixed line', () => line(e, 'lifetime_spend > 500 EUR'));
  await e.until('no squiggle', async () => (await squiggles(e)) === 0);
});

step('people are counted while a number is typed', async (e) => {
  const first = await e.until('a count', () => countOf(e, 'segment big_spenders'));
  must(first > 0 && first < 4000, 'some people, not all', first);
  await e.press('End', 'Control+Shift+ArrowLeft', 'Control+Shift+ArrowLeft');
  await e.type('2000 EUR');
  const before = Date.now();
  const second = await e.until('another count', async () => {
    const count = await countOf(e, 'segment big_spenders');
    return count !== undefined && count !== first && count;
  });
  console.log(`     ${first} people with 500 EUR, ${second} with 2000 EUR, seen ${Date.now() - before} ms after the last key`);
  must(second < first, 'who spends more are fewer', [first, second]);
  await e.press('Escape');
  await e.picture('audience');
  await e.press('End', 'Control+Shift+ArrowLeft', 'Control+Shift+ArrowLeft');
  await e.type('500 EUR');
  await e.until('the first count', async () => (await countOf(e, 'segment big_spenders')) === first);
  await e.press('Escape');
});

step('completion offers what fits, also behind a dot', async (e) => {
  await e.press('End');
  await e.type(' and cons');
  await offered(e, 'consent');
  await e.press('Tab');
  await e.type('.');
  await offered(e, 'newsletter');
  const names = await suggestions(e);
  must(names.includes('offers') && names.includes('sms') && !names.includes('country'), 'only the fields of consent', names);
  await e.picture('completion');
  await e.type('news');
  await e.press('Tab');
  await e.until('the completed line', () => line(e, 'and consent.newsletter'));
  await e.press('Escape');
});

step('hover tells what a name is', async (e) => {
  const at = onDisk(e, 'segments.persona').split('\n').findIndex((one) => one.includes('segment vip '));
  const column = onDisk(e, 'segments.persona').split('\n')[at].indexOf('lifetime_spend') + 4;
  await e.goto(at + 1, column);
  await e.press('Control+k', 'Control+i');
  const hover = e.page.locator('.monaco-hover:visible').filter({ hasText: 'Money<EUR>' }).filter({ hasText: 'Everything somebody ever paid' });
  await hover.first().waitFor();
});

step('definition leads to another file, and back', async (e) => {
  await e.press('Escape', 'F12');
  await e.page.locator('.tab.active').filter({ hasText: 'traits.persona' }).waitFor();
  await e.until('the definition', () => line(e, 'trait lifetime_spend'));
});

step('references are listed from all files', async (e) => {
  await e.press('Shift+F12');
  await e.page.locator('.reference-zone-widget .monaco-list-row').first().waitFor();
  const title = await e.until('the count', async () => {
    const text = await e.page.locator('.reference-zone-widget .peekview-title .meta').textContent();
    return /\d+/.test(text ?? '') && text;
  });
  must(Number(/\d+/.exec(title)[0]) >= 3, 'references', title);
});

step('rename changes every file', async (e) => {
  await e.press('Escape', 'F2');
  const input = e.page.locator('.rename-box input, .rename-input');
  await input.first().waitFor();
  await input.first().fill('spent_so_far');
  await e.picture('rename');
  await e.press('Enter');
  await e.until('the new name', () => line(e, 'trait spent_so_far'));
  await e.command('File: Save All');
  for (const file of ['traits.persona', 'segments.persona']) {
    await e.until(`${file} on disk`, () => onDisk(e, file).includes('spent_so_far') && !onDisk(e, file).includes('lifetime_spend'));
  }
});

step('what is saved is formatted', async (e) => {
  await e.open('segments.persona');
  await e.press('Control+End');
  await e.type('\n\nsegment   close_by   "Close by"   { when   distance(address.location,BERLIN)<5 km');
  await e.press('Escape');
  await e.save();
  await e.until('the one format', () => onDisk(e, 'segments.persona').includes('\nsegment close_by "Close by" {\n  when distance(address.location, BERLIN) < 5 km\n}\n') || onDisk(e, 'segments.persona').includes('segment close_by "Close by" { when distance(address.location, BERLIN) < 5 km }'));
});

step('problems of the whole package are listed', async (e) => {
  await e.open('traits.persona');
  await e.press('Control+End');
  await e.type('\ntrait broken: Int = countt(Purchase)');
  await e.press('Escape', 'Control+Shift+m');
  const problem = e.page.locator('.markers-panel .monaco-list-row').filter({ hasText: 'countt' });
  await problem.first().waitFor();
  const files = () => e.page.locator('.markers-panel .monaco-list-row').filter({ hasText: 'segments.persona' }).count();
  await e.until('nothing else', async () => (await files()) === 0);
});

step('templates are checked, and right again when the mistake is gone', async (e) => {
  await e.press('Control+Shift+m');
  await e.open('traits.persona');
  await e.command('File: Revert File');
  await e.open('messages/cart.liquid', 2);
  await e.press('End');
  await e.type(' {{ cart.skuu }}');
  await e.until('a squiggle', async () => (await squiggles(e)) > 0);
  await e.press('Escape', 'Home');
  await e.picture('template');
  await e.command('File: Revert File');
  await e.until('no squiggle', async () => (await squiggles(e)) === 0);
});

step('above declarations stands how often they are used, and what can be asked', async (e) => {
  await e.open('segments.persona');
  const at = onDisk(e, 'segments.persona').split('\n').findIndex((one) => one.includes('segment dormant ')) + 1;
  await e.goto(at);
  await e.page.locator('.codelens-decoration:visible').filter({ hasText: /\d+ uses?/ }).first().waitFor();
  await e.page.locator('.codelens-decoration:visible').filter({ hasText: 'Why…' }).first().waitFor();
});

step('why: a panel explains somebody, and follows the code', async (e) => {
  await e.command('persona: Why Is Somebody in This');
  const input = e.page.locator('.quick-input-widget input').first();
  await input.waitFor();
  await input.fill('C00001');
  await e.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: 'C00001' }).first().waitFor();
  await e.press('Enter');
  const panel = e.page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');
  await panel.getByText('no, it does not hold').waitFor();
  await panel.getByText('no such event, ever').first().waitFor();
  await e.picture('why');
  // The code changes, and so does the answer.
  const before = onDisk(e, 'segments.persona').split('\n');
  const line = before.findIndex((one) => one.includes('when did Purchase and did not Activity in last 180d'));
  await e.goto(line + 1, before[line].indexOf('did Purchase') + 1);
  await e.press('Shift+End');
  // Still nobody who looked around yesterday, which the package states and the compiler proves.
  await e.type('did not Activity in last 7d');
  await e.press('Escape');
  await panel.getByText('yes, it holds').waitFor();
  await panel.getByText('did not Activity in last 7d').first().waitFor();
  await e.command('File: Revert File');
  await panel.getByText('no, it does not hold').waitFor();
});

step('preview: a panel shows what somebody reads, and all variants', async (e) => {
  await e.command('View: Close All Editors in Group');
  await e.command('View: Close All Editors');
  await e.open('messages.persona');
  const at = onDisk(e, 'messages.persona').split('\n').findIndex((one) => one.startsWith('content we_miss_you ')) + 1;
  await e.goto(at);
  await e.command('persona: Preview This Content');
  const input = e.page.locator('.quick-input-widget input').first();
  await input.waitFor();
  await input.fill('C00002');
  await e.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: 'C00002' }).first().waitFor();
  await e.press('Enter');
  const panel = e.page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');
  await panel.getByText('this is read').waitFor();
  // In the language of whoever reads it.
  await panel.getByText('Lange nicht gesehen').waitFor();
  await panel.getByText('das ist neu bei uns').first().waitFor();
  must((await panel.locator('section.card').count()) === 2, 'both variants are shown');
});

step('the test explorer runs the tests', async (e) => {
  await e.command('View: Close All Editors');
  await e.open('tests.persona');
  await e.command('Test: Run Tests in Current File');
  await e.page.locator('.codicon-testing-passed-icon:visible').first().waitFor();
  must((await e.page.locator('.codicon-testing-failed-icon:visible').count()) === 0, 'all of them pass');
  await e.command('View: Show Testing');
});

step('a promise that is broken says so, where it stands', async (e) => {
  // The file is still open; the explorer is not, since the testing view is.
  const text = onDisk(e, 'tests.persona').split('\n');
  const at = text.findIndex((one) => one.includes('== "Still thinking it over?"'));
  await e.goto(at + 1, text[at].indexOf('Still') + 1);
  await e.press('Delete');
  await e.command('Test: Run Tests in Current File');
  await e.page.locator('.codicon-testing-failed-icon:visible').first().waitFor();
  await e.press('Escape');
  await e.picture('test');
  await e.command('File: Revert File');
});

let failed = false;
rmSync(values.out, { recursive: true, force: true });
mkdirSync(values.out, { recursive: true });
const started = Date.now();
/** Neither the editor nor the browser comes up: that says nothing of the extension. */
const NOTHING_STARTS = 3;
const editor = await Editor.start({
  vscode: values.vscode,
  tools: values.tools,
  vsix: values.vsix,
  persona: values.persona,
  chromium: values.chromium,
  package_: values.package,
  scratch: join(values.out, 'scratch'),
}).catch((error) => {
  console.log(`no VS Code can be started here:\n${error.stack}`);
  process.exit(NOTHING_STARTS);
});
console.log(`VS Code is up after ${((Date.now() - started) / 1000).toFixed(1)} s`);
try {
  let number = 0;
  editor.picture = async (name) => {
    // What fades in has done so.
    await new Promise((done) => setTimeout(done, 250));
    await editor.page.screenshot({ path: join(values.out, `${name}.png`) });
  };
  for (const [name, run] of steps) {
    number += 1;
    if (values.only && number > 1 && !new RegExp(values.only).test(name)) continue;
    const before = Date.now();
    try {
      await run(editor);
      console.log(`ok   ${String(Date.now() - before).padStart(6)} ms  ${name}`);
    } catch (error) {
      failed = true;
      console.log(`FAIL ${String(Date.now() - before).padStart(6)} ms  ${name}\n${error.stack}`);
    }
    await editor.picture(`${String(number).padStart(2, '0')}-${name.replace(/[^a-z]+/gi, '-').slice(0, 50)}`);
    if (failed) break;
  }
} finally {
  if (failed) console.log(`---- the server of VS Code said\n${editor.log.slice(-2000)}`);
  await editor.stop();
  rmSync(join(values.out, 'scratch'), { recursive: true, force: true });
}
console.log(`${steps.length} steps, ${((Date.now() - started) / 1000).toFixed(0)} s, pictures in ${values.out}`);
process.exitCode = failed ? 1 : 0;
