// A real VS Code in a real browser: its server, our extension in it, and the moves of somebody who works with it.

import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';

const WIDTH = 1360;
const HEIGHT = 860;
/** How long anything may take. Machines that test several things at once are slow. */
const PATIENCE = 45_000;

const SETTINGS = {
  'workbench.colorTheme': 'Default Dark Modern',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.commandCenter.enabled': false,
  'chat.setupFromDialog': false,
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'git.enabled': false,
  'editor.fontSize': 13,
  'editor.minimap.enabled': false,
  'editor.stickyScroll.enabled': false,
  'editor.hover.delay': 150,
  'editor.accessibilitySupport': 'off',
  'files.autoSave': 'off',
};

async function freePort() {
  const server = createServer();
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

function run(program, args, options) {
  return new Promise((done, fail) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    let said = '';
    child.stdout.on('data', (text) => (said += text));
    child.stderr.on('data', (text) => (said += text));
    child.on('error', fail);
    child.on('exit', (code) => (code === 0 ? done(said) : fail(new Error(`${args.join(' ')} ends with ${code}:\n${said}`))));
  });
}

export class Editor {
  /**
   * Starts everything. `vscode` is the folder of a VS Code server, `tools` where playwright-core is installed, `persona` the
   * program, `package_` the folder that is copied and opened, `scratch` a folder of our own.
   */
  static async start({ vscode, tools, vsix, persona, chromium, package_, scratch }) {
    rmSync(scratch, { recursive: true, force: true });
    const folder = join(scratch, 'shop');
    cpSync(package_, folder, { recursive: true });
    const data = join(scratch, 'server');
    const extensions = join(scratch, 'extensions');
    for (const place of ['data/Machine', 'data/User']) {
      mkdirSync(join(data, place), { recursive: true });
      writeFileSync(join(data, place, 'settings.json'), JSON.stringify(SETTINGS, null, 2));
    }
    const main = ['out/server-main.js', '--accept-server-license-terms', '--server-data-dir', data, '--extensions-dir', extensions];
    // The program is found on the PATH, as with most people; no login shell is asked for another one.
    const env = { ...process.env, VSCODE_CLI: '1', PATH: `${dirname(persona)}${delimiter}${process.env.PATH}`, HOME: scratch, VSCODE_AGENT_FOLDER: data };
    await run(process.execPath, [...main, '--install-extension', vsix], { cwd: vscode, env });
    const port = await freePort();
    const server = spawn(
      process.execPath,
      [...main, '--host', '127.0.0.1', '--port', String(port), '--without-connection-token', '--telemetry-level', 'off'],
      { cwd: vscode, env, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const editor = new Editor();
    editor.folder = folder;
    editor.server = server;
    editor.log = '';
    await new Promise((ready, fail) => {
      const listen = (text) => {
        editor.log += text;
        if (editor.log.includes('listening on')) ready();
      };
      server.stdout.on('data', listen);
      server.stderr.on('data', listen);
      server.on('exit', (code) => fail(new Error(`VS Code's server ends with ${code}:\n${editor.log}`)));
    });
    const playwright = createRequire(join(tools, 'package.json'))('playwright-core');
    editor.browser = await playwright.chromium.launch({
      executablePath: chromium,
      args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--force-color-profile=srgb'],
    });
    const context = await editor.browser.newContext({ viewport: { width: WIDTH, height: HEIGHT }, deviceScaleFactor: 1.5 });
    editor.page = await context.newPage();
    editor.page.setDefaultTimeout(PATIENCE);
    await editor.page.goto(`http://127.0.0.1:${port}/?folder=${encodeURIComponent(folder)}`);
    await editor.page.waitForSelector('.monaco-workbench');
    await editor.page
      .getByRole('button', { name: /Yes, I trust/ })
      .click({ timeout: 4000 })
      .catch(() => undefined);
    return editor;
  }

  async stop() {
    await this.browser?.close();
    if (this.server && this.server.exitCode === null) {
      const gone = new Promise((done) => this.server.once('exit', done));
      this.server.removeAllListeners('exit');
      this.server.kill();
      await Promise.race([gone, new Promise((done) => setTimeout(done, 3000))]);
    }
  }

  /** A command of the palette, by its title. */
  async command(title) {
    const input = this.page.locator('.quick-input-widget input').first();
    // While a panel closes, a key goes where nobody hears it: then it is pressed again, as a person would.
    for (let tries = 0; tries < 8 && !(await input.isVisible()); tries++) {
      await this.page.keyboard.press('F1');
      await input.waitFor({ timeout: 4000 }).catch(() => undefined);
    }
    await input.fill(`>${title}`);
    // Before the list follows what was typed, its first row is another command.
    await this.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: title }).first().waitFor();
    await this.page.keyboard.press('Enter');
  }

  /** Opens a file of the folder, at a line, by clicking through the explorer: searching needs a program that is not there. */
  async open(file, line = 1, column = 1) {
    const parts = file.split('/');
    const name = parts.pop();
    const row = (text) => this.page.locator('.explorer-folders-view .monaco-list-row').filter({ has: this.page.getByText(text, { exact: true }) }).first();
    for (const folder of parts) {
      if ((await row(folder).getAttribute('aria-expanded')) !== 'true') await row(folder).click();
    }
    await row(name).dblclick();
    await this.page.locator('.tab.active').filter({ hasText: name }).waitFor();
    await this.page.locator('.editor-group-container.active .view-lines').first().waitFor();
    await this.goto(line, column);
  }

  async goto(line, column = 1) {
    await this.page.locator('.editor-group-container.active .monaco-editor').first().click({ position: { x: 300, y: 10 } }).catch(() => undefined);
    await this.page.keyboard.press('Control+g');
    const input = this.page.locator('.quick-input-widget input').first();
    await input.waitFor();
    await input.fill(`:${line}:${column}`);
    await this.page.keyboard.press('Enter');
    await input.waitFor({ state: 'hidden' });
    // The cursor moves after the question is gone, and would overtake the next key.
    await this.page.locator('.statusbar-item').filter({ hasText: new RegExp(`Ln ${line}, Col`) }).first().waitFor();
    await new Promise((done) => setTimeout(done, 150));
  }

  /** Types like somebody does: key by key. */
  async type(text, delay = 25) {
    await this.page.keyboard.type(text, { delay });
  }

  async press(...keys) {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  /** Saves, and waits until the file is saved. */
  async save() {
    await this.page.keyboard.press('Control+s');
    await this.page.locator('.tab.active.dirty').waitFor({ state: 'detached' });
  }

  /** What the active editor shows, line by line, as far as it is in sight. */
  async lines() {
    return this.page.evaluate(() =>
      [...document.querySelectorAll('.editor-group-container.active .view-line')]
        .map((line) => [parseFloat(line.style.top), line.textContent.replaceAll('\u00a0', ' ')])
        .sort(([a], [b]) => a - b)
        .map(([, text]) => text),
    );
  }

  /** Waits until a question is answered with something that is true, and gives it back. */
  async until(what, question, patience = PATIENCE) {
    const end = Date.now() + patience;
    for (;;) {
      const answer = await question();
      if (answer) return answer;
      if (Date.now() > end) throw new Error(`in vain waited for ${what}`);
      await new Promise((done) => setTimeout(done, 100));
    }
  }
}
