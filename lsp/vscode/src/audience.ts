// How many people each condition holds for, beside it, while it is typed; and what each part of the condition under the cursor does.
// Asks the server anew after every change, and forgets what it asked before; knows nothing of how people are counted.

import * as vscode from 'vscode';

import { setting, type Server } from './server';
import { countText, effectText, type Atom, type Audience } from './counts';

/** Milliseconds after a change of the text or the cursor. Less would ask for what the next key makes old. */
const PAUSE = 30;

export class LiveAudience implements vscode.Disposable {
  private readonly counts = vscode.window.createTextEditorDecorationType({
    after: { color: new vscode.ThemeColor('editorCodeLens.foreground'), margin: '0 0 0 1.5em', fontStyle: 'normal' },
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
  });
  private readonly effects = vscode.window.createTextEditorDecorationType({
    after: { color: new vscode.ThemeColor('editorInlayHint.foreground'), backgroundColor: new vscode.ThemeColor('editorInlayHint.background'), margin: '0 0 0 0.4em' },
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
  });
  private readonly subscriptions: vscode.Disposable[] = [];
  private timer: NodeJS.Timeout | undefined;
  private asked: vscode.CancellationTokenSource | undefined;

  constructor(private readonly server: Server) {
    const soon = () => this.soon();
    this.subscriptions.push(
      vscode.workspace.onDidChangeTextDocument((event) => event.document === vscode.window.activeTextEditor?.document && soon()),
      vscode.window.onDidChangeTextEditorSelection(soon),
      vscode.window.onDidChangeTextEditorVisibleRanges(soon),
      vscode.window.onDidChangeActiveTextEditor(soon),
      vscode.workspace.onDidSaveTextDocument(soon),
      vscode.workspace.onDidChangeConfiguration((event) => event.affectsConfiguration('persona.audience') && soon()),
      server.onRunning(soon),
    );
    soon();
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.asked?.cancel();
    for (const one of [...this.subscriptions, this.counts, this.effects]) {
      one.dispose();
    }
  }

  private soon(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.ask(), PAUSE);
  }

  private async ask(): Promise<void> {
    this.asked?.cancel();
    const editor = vscode.window.activeTextEditor;
    if (!editor || editor.document.languageId !== 'persona') {
      return;
    }
    if (!setting<boolean>('audience.enable')) {
      this.clear(editor);
      return;
    }
    const asked = new vscode.CancellationTokenSource();
    this.asked = asked;
    const { document } = editor;
    const version = document.version;
    const seen = editor.visibleRanges.reduce((all, one) => all.union(one), editor.visibleRanges[0] ?? editor.selection);
    const params = {
      textDocument: { uri: document.uri.toString() },
      range: { start: seen.start, end: document.lineAt(Math.min(seen.end.line, document.lineCount - 1)).range.end },
      position: editor.selection.active,
    };
    const answer = await this.server.request<Audience>('persona/audience', params, asked.token).catch(() => undefined);
    // What was asked of an older text would stand at the wrong places.
    if (answer && !asked.token.isCancellationRequested && document.version === version) {
      this.show(editor, answer);
    }
  }

  private clear(editor: vscode.TextEditor): void {
    editor.setDecorations(this.counts, []);
    editor.setDecorations(this.effects, []);
  }

  private show(editor: vscode.TextEditor, { counts, atoms }: Audience): void {
    const shown = counts.map((one) => {
      const line = editor.document.lineAt(Math.min(one.range.end.line, editor.document.lineCount - 1));
      return { range: new vscode.Range(line.range.end, line.range.end), renderOptions: { after: { contentText: countText(one) } } };
    });
    editor.setDecorations(this.counts, shown);
    // A condition of one part does what the whole does.
    const parts = atoms.length > 1 ? atoms : [];
    editor.setDecorations(this.effects, parts.map((atom) => this.effect(atom)));
  }

  private effect(atom: Atom): vscode.DecorationOptions {
    const { start, end } = atom.range;
    const { short, long } = effectText(atom);
    return {
      range: new vscode.Range(start.line, start.character, end.line, end.character),
      renderOptions: { after: { contentText: short } },
      hoverMessage: long,
    };
  }
}
