// Where the extension begins: puts its parts together, and knows nothing of persona itself.

import * as vscode from 'vscode';

import { LiveAudience } from './audience';
import { registerCommands } from './commands';
import { Panels } from './panels';
import { Server } from './server';
import { Tests } from './tests';

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const server = new Server(context);
  const panels = new Panels(context, server);
  const tests = new Tests(server);
  context.subscriptions.push(server, panels, tests, new LiveAudience(server));
  server.onCommand('persona.why', (asked) => panels.why(asked));
  server.onCommand('persona.preview', (asked) => panels.preview(asked));
  server.onCommand('persona.runTest', (asked) => tests.runNamed(asked));
  registerCommands(context, server, panels);
  await server.start();
}

export function deactivate(): void {
  // What was started is stopped with the subscriptions.
}
