// The language server: which program it is, starting and stopping it, and asking it things. Says in the status bar how
// it is, and what to do when there is none.

import * as fs from 'node:fs';
import * as path from 'node:path';

import * as vscode from 'vscode';
import { DocumentDiagnosticRequest, LanguageClient, RevealOutputChannelOn, State } from 'vscode-languageclient/node';

/** What every command of the server is asked with. */
export interface Asked {
  /** A document of the package. */
  uri: string;
  /** The declaration, test or content. */
  name?: string;
  /** The profile's key, or what it begins with. */
  key?: string;
  /** How many people are wanted. */
  limit?: number;
}

/** An answer, or in words why there is none. */
export type Answer<T> = T & { reason?: string };

type Handler = (asked: Asked) => unknown;

const BINARY = process.platform === 'win32' ? 'persona.exe' : 'persona';
/** Milliseconds after the last change, when diagnostics of all open files are asked for once more. */
const SETTLED = 300;
const INSTALL = 'cargo install --path compiler/persona-cli';

export class Server implements vscode.Disposable {
  private client: LanguageClient | undefined;
  private readonly handlers = new Map<string, Handler>();
  private readonly output = vscode.window.createOutputChannel('persona', { log: true });
  private readonly status = vscode.window.createStatusBarItem('persona.status', vscode.StatusBarAlignment.Left, 10);
  private readonly running = new vscode.EventEmitter<void>();
  private readonly changes: vscode.Disposable[];
  private settling: NodeJS.Timeout | undefined;

  /** The server has begun to answer. */
  readonly onRunning = this.running.event;

  constructor(private readonly context: vscode.ExtensionContext) {
    this.status.name = 'persona';
    this.status.command = 'persona.menu';
    this.changes = [
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('persona.server')) {
          void this.restart();
        }
      }),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.settle(document)),
    ];
  }

  /** What happens when a lens or an action calls a command of the server. */
  onCommand(command: string, handler: Handler): void {
    this.handlers.set(command, handler);
  }

  /** Asks the server. */
  async ask<T>(command: string, asked: Asked): Promise<Answer<T>> {
    if (!this.client || this.client.state !== State.Running) {
      return { reason: 'the persona server does not run' } as Answer<T>;
    }
    const params = { command, arguments: [asked] };
    return (await this.client.sendRequest('workspace/executeCommand', params)) as Answer<T>;
  }

  /** Asks the server something that no command is for. */
  async request<T>(method: string, params: object, token: vscode.CancellationToken): Promise<T | undefined> {
    return this.client?.state === State.Running ? await this.client.sendRequest<T>(method, params, token) : undefined;
  }

  showOutput(): void {
    this.output.show(true);
  }

  async start(): Promise<void> {
    const program = this.program();
    if (!program) {
      this.say('$(warning) persona', 'The persona server was not found.', true);
      void this.explainMissing();
      return;
    }
    this.output.info(`starting ${program} ${this.arguments().join(' ')}`);
    this.say('$(loading~spin) persona', `Starting ${program}`);
    const client = this.makeClient(program);
    this.client = client;
    client.onDidChangeState(({ newState }) => this.show(client, program, newState));
    try {
      await client.start();
    } catch (error) {
      this.output.error(String(error));
      this.say('$(error) persona', `${program} could not be started: ${String(error)}`, true);
      void this.explainBroken(program, String(error));
    }
  }

  async stop(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    await client?.dispose(2000).catch((error: unknown) => this.output.warn(String(error)));
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  dispose(): void {
    void this.stop();
    clearTimeout(this.settling);
    this.changes.forEach((one) => one.dispose());
    this.running.dispose();
    this.status.dispose();
    this.output.dispose();
  }

  /**
   * The client asks about the file that is changed while it is changed, and drops answers that are overtaken. When nobody types any
   * more, it asks once more, for all open files: what is wrong in one follows from what stands in another.
   */
  private settle(document: vscode.TextDocument): void {
    clearTimeout(this.settling);
    this.settling = setTimeout(() => {
      const provider = this.client?.getFeature(DocumentDiagnosticRequest.method)?.getProvider(document);
      provider?.onDidChangeDiagnosticsEmitter.fire();
    }, SETTLED);
  }

  private makeClient(program: string): LanguageClient {
    const run = { command: program, args: this.arguments(), options: { env: { ...process.env, ...setting<object>('server.env') } } };
    return new LanguageClient(
      'persona',
      'persona',
      { run, debug: run },
      {
        documentSelector: [
          { language: 'persona' },
          { scheme: 'file', language: 'liquid' },
          { scheme: 'file', pattern: '**/persona.toml' },
        ],
        initializationOptions: told(vscode.workspace.getConfiguration('persona')),
        synchronize: { configurationSection: 'persona' },
        outputChannel: this.output,
        revealOutputChannelOn: RevealOutputChannelOn.Never,
        markdown: { isTrusted: { enabledCommands: ['persona.showReferences', 'persona.why', 'persona.preview'] }, supportHtml: true },
        middleware: {
          workspace: {
            configuration: async (params, token, next) => {
              const settings = await next(params, token);
              return Array.isArray(settings)
                ? settings.map((one: object, at) => (params.items[at]?.section === 'persona' ? told(one) : one))
                : settings;
            },
          },
          // Reports about the whole workspace and about one document share a list, and overtake each other: what is open is told
          // by its own reports alone, or an old mistake would stay.
          provideWorkspaceDiagnostics: (known, token, report, next) =>
            next(known, token, (chunk) => report(chunk && { items: chunk.items.filter(({ uri }) => !isOpen(uri)) })),
          // An answer that typing has overtaken is none, and the editor asks again only at the next key.
          provideCompletionItem: async (document, position, context, token, next) => {
            // Behind the brace of a body somebody wants a new line, and Enter would take what is offered.
            const before = document.lineAt(position.line).text.slice(0, position.character);
            if (context.triggerCharacter === '{' && document.languageId === 'persona' && before.split('"').length % 2 === 1) {
              return undefined;
            }
            const { version } = document;
            const answer = await next(document, position, context, token);
            if (!answer && !token.isCancellationRequested && document.version !== version && isInWord(document)) {
              setTimeout(() => void vscode.commands.executeCommand('editor.action.triggerSuggest'));
            }
            return answer;
          },
          executeCommand: (command, args, next) => {
            const handler = this.handlers.get(command);
            const asked = (args as Asked[])[0];
            return handler && asked ? handler(asked) : next(command, args);
          },
        },
      },
    );
  }

  private show(client: LanguageClient, program: string, state: State): void {
    if (this.client !== client) {
      return;
    }
    switch (state) {
      case State.Running: {
        const version = client.initializeResult?.serverInfo?.version ?? '';
        this.say('$(pulse) persona', `persona ${version}\n\n${program}`);
        this.running.fire();
        break;
      }
      case State.Starting:
        this.say('$(loading~spin) persona', `Starting ${program}`);
        break;
      case State.Stopped:
        this.say('$(warning) persona', 'The persona server has stopped. Click to start it anew.', true);
        break;
    }
  }

  private say(text: string, tooltip: string, warns = false): void {
    this.status.text = text;
    this.status.tooltip = tooltip;
    this.status.backgroundColor = warns ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
    this.status.show();
  }

  private arguments(): string[] {
    return setting<string[]>('server.arguments') ?? ['lsp'];
  }

  /** The program: from the setting, else the one in the extension, else the one on the PATH. */
  private program(): string | undefined {
    const chosen = setting<string>('server.path')?.trim();
    if (chosen) {
      const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';
      const resolved = chosen.replace('${workspaceFolder}', folder).replace(/^~(?=[/\\])/, process.env.HOME ?? '~');
      return isProgram(resolved) ? resolved : undefined;
    }
    const bundled = path.join(this.context.extensionPath, 'server', BINARY);
    const folders = (process.env.PATH ?? '').split(path.delimiter).filter(Boolean);
    return [bundled, ...folders.map((folder) => path.join(folder, BINARY))].find(isProgram);
  }

  private async explainMissing(): Promise<void> {
    const chosen = setting<string>('server.path');
    const where = chosen
      ? `The setting persona.server.path names "${chosen}", which is not a program.`
      : 'It is neither in the extension nor on the PATH.';
    const answer = await vscode.window.showErrorMessage(
      `The persona server was not found. ${where} Install it with \`${INSTALL}\`, or say where it is.`,
      'Choose the program…',
      'Open the setting',
      'Try again',
    );
    if (answer === 'Choose the program…') {
      await this.choose();
    } else if (answer === 'Open the setting') {
      await vscode.commands.executeCommand('workbench.action.openSettings', 'persona.server.path');
    } else if (answer === 'Try again') {
      await this.restart();
    }
  }

  private async explainBroken(program: string, error: string): Promise<void> {
    const answer = await vscode.window.showErrorMessage(`${program} could not be started: ${error}`, 'Show the output', 'Try again');
    if (answer === 'Show the output') {
      this.showOutput();
    } else if (answer === 'Try again') {
      await this.restart();
    }
  }

  private async choose(): Promise<void> {
    const [file] = (await vscode.window.showOpenDialog({ title: 'The persona program', openLabel: 'Use it' })) ?? [];
    if (file) {
      await vscode.workspace.getConfiguration('persona').update('server.path', file.fsPath, vscode.ConfigurationTarget.Global);
    }
  }
}

/** The settings as the server is told them, with what this editor can do besides the protocol. */
function told(settings: object): object {
  const { audience } = settings as { audience?: object };
  // Counts are drawn at the ends of lines (`audience.ts`), not as inlay hints.
  return { ...settings, completion: { triggerSuggest: true }, audience: { ...audience, drawn: true } };
}

/** Whether the cursor is behind a part of a word, or behind a dot. */
function isInWord(document: vscode.TextDocument): boolean {
  const editor = vscode.window.activeTextEditor;
  const at = editor?.selection.active;
  return editor?.document === document && at !== undefined && /[\p{L}\p{N}_.]$/u.test(document.lineAt(at.line).text.slice(0, at.character));
}

function isOpen(uri: vscode.Uri): boolean {
  return vscode.workspace.textDocuments.some((document) => document.uri.toString() === uri.toString());
}

/** A setting below `persona`. */
export function setting<T>(name: string): T | undefined {
  return vscode.workspace.getConfiguration('persona').get<T>(name);
}

function isProgram(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}
