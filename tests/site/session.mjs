// Somebody reads the site of `examples/shop` in a real browser, from the disk, as `persona doc` has written it:
//
//   node session.mjs --tools DIR --chromium FILE --site DIR --out DIR
//
// At the widths of a phone and a desktop, light, dark and on paper: every page fits and complains of nothing, nothing is asked of a
// network, links lead on, and what is typed is found with the keyboard alone. Pictures are kept in `--out`. Ends with 3 where no
// browser starts.

import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const text = { type: 'string' };
const { values } = parseArgs({ options: { tools: text, chromium: text, site: text, out: text } });
const { chromium } = createRequire(join(values.tools, 'node_modules', 'x.js'))('playwright-core');

const DESKTOP = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };
/** How long anything may take. Machines that test several things at once are slow. */
const PATIENCE = 45_000;

const address = (path) => pathToFileURL(join(values.site, path)).href;

function must(condition, message, shown) {
  if (!condition) throw new Error(shown === undefined ? message : `${message}: ${JSON.stringify(shown)}`);
}

/** All pages of the site. */
function pages(folder = '') {
  return readdirSync(join(values.site, folder))
    .sort()
    .flatMap((name) => {
      const path = folder ? `${folder}/${name}` : name;
      if (statSync(join(values.site, path)).isDirectory()) return pages(path);
      return path.endsWith('.html') ? [path] : [];
    });
}

async function opened(browser, options, script = true) {
  const context = await browser.newContext({ javaScriptEnabled: script, ...options });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  const complaints = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (!/^(file|data|about):/.test(request.url())) complaints.push(`asks ${request.url()}`);
  });
  return { context, page, complaints };
}

/** What a reader would stumble over on the page that is shown. */
const look = (page) =>
  page.evaluate(() => {
    const found = [];
    const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
    if (wide > 0) {
      const limit = document.documentElement.clientWidth + 1;
      const inner = [...document.querySelectorAll('main *')].filter((one) => !one.closest('.scroll, nav'));
      const culprit = inner.find((one) => one.getBoundingClientRect().right > limit);
      found.push(`${wide} pixels too wide: ${culprit?.outerHTML.slice(0, 120)}`);
    }
    if (document.querySelectorAll('h1').length !== 1) found.push('not one h1');
    for (const landmark of ['header', 'nav', 'main', 'footer']) {
      if (!document.querySelector(landmark)) found.push(`no ${landmark}`);
    }
    // Letters that are hard to read: their contrast with what is behind them.
    const paint = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    const over = (colours) => {
      paint.clearRect(0, 0, 1, 1);
      for (const colour of colours) {
        paint.fillStyle = colour;
        paint.fillRect(0, 0, 1, 1);
      }
      return [...paint.getImageData(0, 0, 1, 1).data.slice(0, 3)];
    };
    const light = (colour) => {
      const [r, g, b] = colour.map((part) => {
        const share = part / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const seen = new Set();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const one = walker.currentNode.parentElement;
      if (!walker.currentNode.textContent.trim() || one.closest('.unseen, .skip, script, [hidden], svg')) continue;
      if (!one.checkVisibility()) continue;
      const behind = [];
      for (let up = one; up; up = up.parentElement) behind.unshift(getComputedStyle(up).backgroundColor);
      const colour = getComputedStyle(one).color;
      const key = [colour, ...behind].join();
      if (seen.has(key)) continue;
      seen.add(key);
      const [a, b] = [over([...behind, colour]), over(behind)].map(light).sort((x, y) => y - x);
      const contrast = (a + 0.05) / (b + 0.05);
      if (contrast < 4.5) found.push(`contrast ${contrast.toFixed(2)}: ${one.outerHTML.slice(0, 90)}`);
    }
    return found;
  });

async function picture(page, name, whole = false) {
  await page.screenshot({ path: join(values.out, `${name}.png`), fullPage: whole });
}

const steps = [];
const step = (name, run) => steps.push([name, run]);

step('every page fits, reads well and complains of nothing: desktop and phone, light and dark', async (browser) => {
  const all = pages();
  must(all.length > 60, 'the whole example has pages', all.length);
  // Of the many pages of declarations it is enough to see each at either width and in either light.
  const few = all.filter((path) => !path.startsWith('d/'));
  for (const [viewport, colorScheme, some] of [
    [DESKTOP, 'light', all],
    [DESKTOP, 'dark', few],
    [PHONE, 'light', few],
    [PHONE, 'dark', all],
  ]) {
    const { context, page, complaints } = await opened(browser, { viewport, colorScheme });
    for (const path of some) {
      await page.goto(address(path));
      const found = [...(await look(page)), ...complaints.splice(0)];
      must(found.length === 0, `${path} at ${viewport.width}, ${colorScheme}`, found);
    }
    await context.close();
  }
});

step('a name is found with the keyboard alone, and opened', async (browser) => {
  const { context, page, complaints } = await opened(browser, { viewport: DESKTOP });
  await page.goto(address('d/trait-rhythm.html'));
  await page.keyboard.press('/');
  await page.keyboard.type('cart');
  await page.locator('#found [role=option]').first().waitFor();
  const shown = await page.locator('#found b').allTextContents();
  must(shown.includes('cart_reminder') && shown.includes('cart_abandoners'), 'names with the word', shown);
  must((await page.locator('#find').getAttribute('aria-expanded')) === 'true', 'the list is announced');
  await picture(page, 'search');
  await page.keyboard.press('Escape');
  must(await page.locator('#found').isHidden(), 'Escape closes the list');
  await page.locator('#find').fill('');
  await page.keyboard.type('segment left cart');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowUp');
  const active = await page.locator('#find').getAttribute('aria-activedescendant');
  must(active === 'found-0', 'the first is chosen', active);
  await page.keyboard.press('Enter');
  await page.waitForURL('**/d/segment-*cart*.html');
  must((await page.locator('h1').textContent()).includes('cart'), 'its page is open');
  await page.keyboard.press('/');
  await page.keyboard.type('customer.birthday');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/d/profile-Customer.html#f-birthday');
  await page.keyboard.press('/');
  await page.locator('#find').fill('qqqqq');
  must((await page.locator('#count').textContent()) === '0 results', 'nothing is found, and that is said');
  must(complaints.length === 0, 'nothing complains', complaints);
  await context.close();
});

step('links lead from a segment to what it rests on, and back', async (browser) => {
  const { context, page } = await opened(browser, { viewport: DESKTOP });
  await page.goto(address('index.html'));
  await page.locator('nav').getByRole('link', { name: 'Segments' }).click();
  await page.getByRole('link', { name: 'Worth winning back' }).click();
  must((await page.locator('h1').textContent()) === 'Worth winning back', 'the segment');
  await page.locator('pre a', { hasText: 'dormant' }).click();
  await page.waitForURL('**/d/segment-dormant.html');
  await page.locator('.near svg a', { hasText: 'win_back' }).click();
  await page.waitForURL('**/d/segment-win_back.html');
  await page.locator('pre a', { hasText: 'lifetime_spend' }).click();
  await page.waitForURL('**/d/trait-lifetime_spend.html');
  await context.close();
});

step('a name on the map shows what it has to do with', async (browser) => {
  const { context, page } = await opened(browser, { viewport: DESKTOP });
  await page.goto(address('map.html'));
  await page.locator('.map a', { hasText: 'lifetime_spend' }).hover();
  const on = await page.locator('.map .near-node.on').count();
  must(on > 2 && on < 20, 'itself and its neighbours', on);
  await picture(page, 'map');
  await page.locator('.map a', { hasText: 'vip' }).focus();
  must((await page.locator('.map .edge.on').count()) > 0, 'also without a mouse');
  await context.close();
});

step('messages are shown in frames that run nothing', async (browser) => {
  const { context, page, complaints } = await opened(browser, { viewport: DESKTOP });
  await page.goto(address('d/content-cart_reminder.html'));
  const frames = page.locator('iframe');
  must((await frames.count()) >= 3, 'a preview of each variant');
  for (let at = 0; at < (await frames.count()); at += 1) {
    must((await frames.nth(at).getAttribute('sandbox')) === '', 'nothing is allowed in it');
  }
  const read = await page.frameLocator('iframe').first().locator('body').textContent();
  must(read.trim().length > 10, 'somebody reads something', read);
  must(complaints.length === 0, 'nothing complains', complaints);
  await context.close();
});

step('without scripts everything is there but the search', async (browser) => {
  const { context, page } = await opened(browser, { viewport: PHONE }, false);
  await page.goto(address('d/trigger-cart_rescue.html'));
  must(await page.locator('.search').isHidden(), 'no search that does not work');
  must(await page.locator('.flow svg').isVisible(), 'the diagram');
  await page.locator('nav').getByRole('link', { name: 'Schema' }).click();
  await page.getByRole('link', { name: 'Customer', exact: true }).click();
  await page.waitForURL('**/d/profile-Customer.html');
  await context.close();
});

step('it can be printed', async (browser) => {
  const { context, page } = await opened(browser, { viewport: DESKTOP });
  await page.goto(address('d/content-cart_reminder.html'));
  await page.emulateMedia({ media: 'print' });
  must(await page.locator('nav.side').isHidden(), 'no navigation on paper');
  must(await page.locator('h1').isVisible(), 'the heading on paper');
  const sheets = await page.pdf({ format: 'A4', path: join(values.out, 'print.pdf') });
  must(sheets.length > 10_000, 'sheets of paper', sheets.length);
  await context.close();
});

step('pictures for whoever wants to see', async (browser) => {
  for (const [name, viewport, colorScheme] of [
    ['desktop', DESKTOP, 'light'],
    ['phone', PHONE, 'light'],
    ['dark', DESKTOP, 'dark'],
  ]) {
    const { context, page } = await opened(browser, { viewport, colorScheme });
    for (const path of ['index.html', 'segments.html', 'd/segment-win_back.html', 'd/trigger-cart_rescue.html', 'd/content-cart_reminder.html', 'data.html']) {
      await page.goto(address(path));
      await picture(page, `${name}-${path.replace(/^d\//, '').replace('.html', '')}`);
    }
    await context.close();
  }
});

rmSync(values.out, { recursive: true, force: true });
mkdirSync(values.out, { recursive: true });
let browser;
try {
  browser = await chromium.launch({ executablePath: values.chromium, args: ['--no-sandbox', '--disable-gpu'], timeout: 2 * PATIENCE });
} catch (error) {
  console.error(`no browser: ${String(error.message).split('\n')[0]}`);
  process.exit(3);
}
let failed = false;
for (const [name, run] of steps) {
  const start = performance.now();
  try {
    await run(browser);
    console.log(`  ok ${name} (${((performance.now() - start) / 1000).toFixed(1)}s)`);
  } catch (error) {
    console.error(`  FAILED ${name}\n    ${error.message}`);
    failed = true;
    break;
  }
}
await browser.close();
process.exit(failed ? 1 : 0);
