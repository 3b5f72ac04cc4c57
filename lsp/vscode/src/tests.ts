// The test explorer: every `test` block of the workspace, run by the server over what is in the editor, saved or not.

import * as path from 'node:path';

import * as vscode from 'vscode';

import type { Asked, Server } from './server';
import { found, type Found } from './blocks';

interface Location {
  file: string;
  line: number;
  column: number;
}

interface Result {
  title: string;
  location: Location;
  passed: boolean;
  expectations: number;
  failures: { location: Location; message: string; picture: string[]; notes: string[] }[];
  timeline: { local: string; kind: string; held: boolean | null; text: string }[];
}

const FILES = '**/*.persona';
const HIDDEN = '**/{node_modules,target,.git,.persona}/**';

export class Tests implements vscode.Disposable {
  private readonly controller = vscode.tests.createTestController('persona', 'persona');
  private readonly disposables: vscode.Disposable[] = [this.controller];

  constructor(private readonly server: Server) {
    this.controller.createRunProfile('Run', vscode.TestRunProfileKind.Run, (request, token) => this.run(request, token), true);
    this.controller.resolveHandler = async (item) => {
      if (!item) await this.discover();
    };
    this.controller.refreshHandler = () => this.discover();
    const watcher = vscode.workspace.createFileSystemWatcher(FILES);
    const reread = (uri: vscode.Uri) => void this.read(uri);
    watcher.onDidCreate(reread);
    watcher.onDidChange(reread);
    watcher.onDidDelete((uri) => this.controller.items.delete(uri.toString()));
    const look = (document: vscode.TextDocument) => {
      if (document.languageId === 'persona' && document.uri.scheme === 'file') this.list(document.uri, document.getText());
    };
    this.disposables.push(
      watcher,
      vscode.workspace.onDidOpenTextDocument(look),
      vscode.workspace.onDidChangeTextDocument(({ document }) => look(document)),
    );
    vscode.workspace.textDocuments.forEach(look);
  }

  dispose(): void {
    this.disposables.forEach((one) => one.dispose());
  }

  /** Runs one test by its title: what the lens above it calls. */
  async runNamed({ uri, name }: Asked): Promise<void> {
    const file = this.controller.items.get(vscode.Uri.parse(uri).toString());
    const items: vscode.TestItem[] = [];
    file?.children.forEach((item) => {
      if (item.label === name || name === undefined) items.push(item);
    });
    const source = new vscode.CancellationTokenSource();
    await this.run(new vscode.TestRunRequest(items.length > 0 ? items : file ? [file] : undefined), source.token);
    await vscode.commands.executeCommand('testing.showMostRecentOutput');
  }

  private async discover(): Promise<void> {
    const files = await vscode.workspace.findFiles(FILES, HIDDEN);
    await Promise.all(files.map((uri) => this.read(uri)));
  }

  private async read(uri: vscode.Uri): Promise<void> {
    const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
    const text = open?.getText() ?? Buffer.from(await vscode.workspace.fs.readFile(uri)).toString('utf8');
    this.list(uri, text);
  }

  /** Puts a file's tests into the tree. */
  private list(uri: vscode.Uri, text: string): void {
    const tests = found(text);
    if (tests.length === 0) {
      this.controller.items.delete(uri.toString());
      return;
    }
    const file = this.controller.items.get(uri.toString()) ?? this.controller.createTestItem(uri.toString(), path.basename(uri.fsPath), uri);
    file.children.replace(tests.map((test) => this.item(uri, test)));
    this.controller.items.add(file);
  }

  private item(uri: vscode.Uri, { title, line, end }: Found): vscode.TestItem {
    const item = this.controller.createTestItem(`${uri.toString()}#${title}`, title, uri);
    item.range = new vscode.Range(line, 0, end, 0);
    return item;
  }

  private async run(request: vscode.TestRunRequest, token: vscode.CancellationToken): Promise<void> {
    const run = this.controller.createTestRun(request);
    const chosen = this.chosen(request);
    chosen.forEach((item) => run.started(item));
    // One question for each file answers for all its tests: people do not depend on each other, and neither do tests.
    const files = new Map<string, vscode.TestItem[]>();
    for (const item of chosen) {
      const uri = item.uri?.toString() ?? '';
      files.set(uri, [...(files.get(uri) ?? []), item]);
    }
    for (const [uri, items] of files) {
      if (token.isCancellationRequested) {
        items.forEach((item) => run.skipped(item));
        continue;
      }
      const only = items.length === 1 ? items[0]?.label : undefined;
      const answer = await this.server
        .ask<{ tests?: Result[] }>('persona.runTest', { uri, name: only })
        .catch((error: unknown) => ({ reason: String(error), tests: undefined }));
      items.forEach((item) => report(run, item, answer.tests, answer.reason));
    }
    run.end();
  }

  private chosen(request: vscode.TestRunRequest): vscode.TestItem[] {
    const found: vscode.TestItem[] = [];
    const take = (item: vscode.TestItem) => {
      if (request.exclude?.includes(item)) return;
      if (item.children.size === 0) found.push(item);
      item.children.forEach(take);
    };
    if (request.include) request.include.forEach(take);
    else this.controller.items.forEach(take);
    return found;
  }
}

function report(run: vscode.TestRun, item: vscode.TestItem, tests: Result[] | undefined, reason: string | undefined): void {
  const result = tests?.find((test) => test.title === item.label && samePath(test.location.file, item.uri));
  if (!result) {
    run.errored(item, new vscode.TestMessage(reason ?? 'the server knows no such test'));
    return;
  }
  const say = (line: string) => run.appendOutput(`${line}\r\n`, undefined, item);
  say(`\x1b[1m${result.title}\x1b[0m`);
  for (const { local, held, text } of result.timeline) {
    const mark = held === true ? '\x1b[32m✓\x1b[0m' : held === false ? '\x1b[31m✗\x1b[0m' : ' ';
    say(`  \x1b[90m${local}\x1b[0m ${mark} ${text}`);
  }
  if (result.passed) {
    run.passed(item);
    return;
  }
  const messages = result.failures.map(({ location, message, picture, notes }) => {
    [message, ...picture, ...notes].forEach((line) => say(`    ${line}`));
    const shown = new vscode.TestMessage(new vscode.MarkdownString([message, '```', ...picture, '```', ...notes].join('\n')));
    if (item.uri) {
      shown.location = new vscode.Location(item.uri, new vscode.Position(location.line - 1, location.column - 1));
    }
    return shown;
  });
  run.failed(item, messages);
}

/** The server may write a path from the package's folder. */
function samePath(file: string, uri: vscode.Uri | undefined): boolean {
  const ours = uri?.fsPath ?? '';
  return ours === file || ours.endsWith(path.sep + path.normalize(file));
}
