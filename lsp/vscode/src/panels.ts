// The panels: why somebody is in something, and what somebody reads. They stay beside the code and follow it: after a
// change the question is asked again, and while the package has errors the last answer stays.

import * as crypto from 'node:crypto';
import * as path from 'node:path';

import * as vscode from 'vscode';

import { previewBody, whyBody, type Render, type Why } from './answers';
import { escape, page } from './html';
import { choosePerson } from './person';
import type { Answer, Asked, Server } from './server';

/** How long after the last key the question is asked again. */
const PAUSE = 400;

interface Kind<T> {
  id: string;
  command: string;
  title: (asked: Asked) => string;
  body: (answer: T) => string;
}

const WHY: Kind<Why> = { id: 'persona.whyPanel', command: 'persona.why', title: ({ name }) => `Why: ${name}`, body: whyBody };
const PREVIEW: Kind<Render> = { id: 'persona.previewPanel', command: 'persona.preview', title: ({ name }) => `Preview: ${name}`, body: previewBody };

export class Panels implements vscode.Disposable {
  private readonly open = new Map<string, Panel<never>>();

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly server: Server,
  ) {}

  /** Says why a declaration says of somebody what it says. */
  why(asked: Asked): Promise<void> {
    return this.show(WHY, asked);
  }

  /** Shows a content as somebody reads it, with all its variants. */
  preview(asked: Asked): Promise<void> {
    return this.show(PREVIEW, asked);
  }

  dispose(): void {
    this.open.forEach((panel) => panel.dispose());
  }

  private async show<T>(kind: Kind<T>, asked: Asked): Promise<void> {
    const choose = () => choosePerson(this.server, this.context.workspaceState, asked.uri, `${kind.title(asked)}: for whom?`);
    const key = asked.key ?? (await choose());
    if (!key) {
      return;
    }
    this.open.get(kind.id)?.dispose();
    const panel = new Panel(this.server, kind, { ...asked, key }, choose);
    this.open.set(kind.id, panel as unknown as Panel<never>);
    panel.onEnd(() => {
      if (this.open.get(kind.id) === (panel as unknown)) {
        this.open.delete(kind.id);
      }
    });
    await panel.refresh();
  }
}

class Panel<T> implements vscode.Disposable {
  private readonly view: vscode.WebviewPanel;
  private readonly changes: vscode.Disposable;
  private timer: NodeJS.Timeout | undefined;
  private last: T | undefined;
  private turn = 0;

  constructor(
    private readonly server: Server,
    private readonly kind: Kind<T>,
    private asked: Asked,
    choose: () => Promise<string | undefined>,
  ) {
    const column = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
    this.view = vscode.window.createWebviewPanel(kind.id, kind.title(asked), column, { enableScripts: true, localResourceRoots: [] });
    this.view.webview.onDidReceiveMessage(async (message: { action?: string; file: string; line: number; column: number }) => {
      if (message.action === 'person') {
        const key = await choose();
        if (key) {
          this.asked = { ...this.asked, key };
          await this.refresh();
        }
      } else {
        await show(message, this.asked.uri);
      }
    });
    const relevant = (document: vscode.TextDocument) => ['persona', 'liquid', 'toml'].includes(document.languageId);
    this.changes = vscode.workspace.onDidChangeTextDocument(({ document }) => {
      if (relevant(document)) {
        clearTimeout(this.timer);
        this.timer = setTimeout(() => void this.refresh(), PAUSE);
      }
    });
    this.view.onDidDispose(() => {
      clearTimeout(this.timer);
      this.changes.dispose();
    });
  }

  onEnd(run: () => void): void {
    this.view.onDidDispose(run);
  }

  dispose(): void {
    this.view.dispose();
  }

  /** Asks, and draws the answer; an older answer never overtakes a newer one. */
  async refresh(): Promise<void> {
    const turn = ++this.turn;
    let answer: Answer<T>;
    try {
      answer = await this.server.ask<T>(this.kind.command, this.asked);
    } catch (error) {
      answer = { reason: error instanceof Error ? error.message : String(error) } as Answer<T>;
    }
    if (turn !== this.turn) {
      return;
    }
    if (!answer.reason) {
      this.last = answer;
    }
    this.draw(answer.reason);
  }

  private draw(reason: string | undefined): void {
    const banner = reason ? `<div class="banner">${escape(reason)}${this.last ? '. This is the last answer.' : ''}</div>` : '';
    const body = this.last ? this.kind.body(this.last) : `<h1>${escape(this.kind.title(this.asked))}</h1>`;
    const nonce = crypto.randomBytes(16).toString('base64');
    this.view.webview.html = page(this.kind.title(this.asked), banner + body, nonce);
  }
}

/** Opens the place that was clicked, beside the panel. */
async function show({ file, line, column }: { file: string; line: number; column: number }, uri: string): Promise<void> {
  const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.parse(uri))?.uri.fsPath ?? '';
  const document = await vscode.workspace.openTextDocument(vscode.Uri.file(path.resolve(folder, file)));
  const at = new vscode.Position(Math.max(line - 1, 0), Math.max(column - 1, 0));
  await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.One, selection: new vscode.Range(at, at) });
}
