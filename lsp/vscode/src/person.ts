// Choosing a person to ask about: those of the package's data, found by the beginning of their key.

import * as vscode from 'vscode';

import type { Server } from './server';

interface Person {
  key: string;
  facts: { name: string; value: string }[];
}

interface Choice extends vscode.QuickPickItem {
  key: string;
}

const SHOWN = 50;

/** The key of a chosen profile. What was chosen last time is offered first. */
export function choosePerson(server: Server, memory: vscode.Memento, uri: string, title: string): Promise<string | undefined> {
  const pick = vscode.window.createQuickPick<Choice>();
  pick.title = title;
  pick.placeholder = 'The key of a profile';
  pick.matchOnDescription = true;
  const last = memory.get<string>('persona.person');
  let asked = 0;
  const fill = async (prefix: string) => {
    const turn = ++asked;
    pick.busy = true;
    const answer = await server.ask<{ people?: Person[] }>('persona.people', { uri, key: prefix, limit: SHOWN });
    if (turn !== asked) {
      return;
    }
    pick.busy = false;
    pick.items = choices(answer.people ?? [], prefix, last, answer.reason);
  };
  pick.onDidChangeValue((value) => void fill(value));
  void fill('');
  return new Promise((done) => {
    pick.onDidAccept(() => {
      const key = pick.selectedItems[0]?.key ?? pick.value.trim();
      if (key) {
        void memory.update('persona.person', key);
      }
      done(key || undefined);
      pick.hide();
    });
    pick.onDidHide(() => {
      done(undefined);
      pick.dispose();
    });
    pick.show();
  });
}

function choices(people: Person[], prefix: string, last: string | undefined, reason: string | undefined): Choice[] {
  const found = people.map(({ key, facts }) => ({
    label: key,
    description: facts.map(({ name, value }) => `${name} ${value}`).join(' · '),
    key,
  }));
  const remembered = last && last.startsWith(prefix) ? [{ label: last, description: 'asked about last', key: last }] : [];
  const typed = prefix && !found.some(({ key }) => key === prefix) ? [{ label: prefix, description: reason ?? 'as typed', key: prefix, alwaysShow: true }] : [];
  const others = found.filter(({ key }) => key !== last);
  return [...remembered, ...others, ...typed];
}
