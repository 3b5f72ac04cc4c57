// The commands of the palette and of menus, and those that lenses of the server call in the editor.

import * as cp from 'node:child_process';
import * as path from 'node:path';

import * as vscode from 'vscode';

import type { Panels } from './panels';
import type { Server } from './server';

export function registerCommands(context: vscode.ExtensionContext, server: Server, panels: Panels): void {
  const commands: Record<string, (...args: never[]) => unknown> = {
    'persona.restart': () => server.restart(),
    'persona.showOutput': () => server.showOutput(),
    'persona.menu': () => menu(),
    'persona.whyHere': () => atCursor((asked) => panels.why(asked)),
    'persona.previewHere': () => atCursor((asked) => panels.preview(asked)),
    'persona.newPackage': () => newPackage(),
    'persona.showReferences': showReferences,
  };
  for (const [name, run] of Object.entries(commands)) {
    context.subscriptions.push(vscode.commands.registerCommand(name, run));
  }
}

async function menu(): Promise<void> {
  const entries = [
    { label: '$(question) Why is somebody in this, or not?', command: 'persona.whyHere' },
    { label: '$(mail) Preview a content for somebody', command: 'persona.previewHere' },
    { label: '$(beaker) Run the tests', command: 'testing.runAll' },
    { label: '$(new-folder) New package…', command: 'persona.newPackage' },
    { label: '$(refresh) Restart the server', command: 'persona.restart' },
    { label: '$(output) Show the output', command: 'persona.showOutput' },
    { label: '$(gear) Settings', command: 'workbench.action.openSettings', argument: 'persona' },
    { label: '$(book) First steps', command: 'workbench.action.openWalkthrough', argument: 'persona.persona#persona.start' },
  ];
  const chosen = await vscode.window.showQuickPick(entries, { title: 'persona' });
  if (chosen) {
    await vscode.commands.executeCommand(chosen.command, ...(chosen.argument ? [chosen.argument] : []));
  }
}

/** A declaration's first line: annotations and documentation stand on lines of their own. */
const DECLARATION = /^(?:ordered\s+)?(segment|trait|partition|trigger|content|channel|purpose|experiment)\s+([\p{L}_][\p{L}\p{N}_]*)/u;

/** The declaration that the cursor is in. */
function declarationAt(document: vscode.TextDocument, line: number): string | undefined {
  for (let at = line; at >= 0; at--) {
    const found = DECLARATION.exec(document.lineAt(at).text);
    if (found) {
      return found[2];
    }
  }
  return undefined;
}

async function atCursor(run: (asked: { uri: string; name: string }) => unknown): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  if (editor?.document.languageId !== 'persona') {
    void vscode.window.showInformationMessage('Open a .persona file and put the cursor into a declaration first.');
    return;
  }
  const name = declarationAt(editor.document, editor.selection.active.line);
  if (!name) {
    void vscode.window.showInformationMessage('Put the cursor into a segment, trait, partition, trigger or content first.');
    return;
  }
  await run({ uri: editor.document.uri.toString(), name });
}

interface Place {
  line: number;
  character: number;
}

/** What a lens "3 uses" calls: a place, and the places to show, as the protocol writes them. */
function showReferences(uri: string, at: Place, places: { uri: string; range: { start: Place; end: Place } }[]): unknown {
  const position = ({ line, character }: Place) => new vscode.Position(line, character);
  return vscode.commands.executeCommand(
    'editor.action.showReferences',
    vscode.Uri.parse(uri),
    position(at),
    places.map(
      ({ uri, range }) => new vscode.Location(vscode.Uri.parse(uri), new vscode.Range(position(range.start), position(range.end))),
    ),
  );
}

const TRADES = [
  { label: 'shop', description: 'Customers, carts and orders' },
  { label: 'saas', description: 'Users of a product by subscription: plans, features, health' },
  { label: 'media', description: 'Readers of a publisher: topics, habits, renewals' },
];

/** Makes a package that checks and runs, with `persona new`, and opens it. */
async function newPackage(): Promise<void> {
  const trade = await vscode.window.showQuickPick(TRADES, { title: 'New package: what is it about?' });
  if (!trade) {
    return;
  }
  const [parent] =
    (await vscode.window.showOpenDialog({ canSelectFiles: false, canSelectFolders: true, title: 'Where?', openLabel: 'Make it here' })) ?? [];
  if (!parent) {
    return;
  }
  const name = await vscode.window.showInputBox({
    title: 'New package: its name',
    value: trade.label,
    validateInput: (name) => (/^[a-z][a-z0-9_-]*$/.test(name) ? undefined : 'Small letters, digits, - and _'),
  });
  if (!name) {
    return;
  }
  const program = vscode.workspace.getConfiguration('persona').get<string>('server.path') || 'persona';
  const failure = await run(program, ['new', name, '--template', trade.label], parent.fsPath);
  if (failure) {
    void vscode.window.showErrorMessage(`The package was not made: ${failure}`);
    return;
  }
  await vscode.commands.executeCommand('vscode.openFolder', vscode.Uri.file(path.join(parent.fsPath, name)));
}

/** What went wrong, if anything. */
function run(program: string, args: string[], cwd: string): Promise<string | undefined> {
  return new Promise((done) => {
    cp.execFile(program, args, { cwd, timeout: 60_000 }, (error, _, stderr) => done(error ? stderr.trim() || error.message : undefined));
  });
}
