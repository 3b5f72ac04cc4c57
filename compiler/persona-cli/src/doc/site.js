// Finds what is typed among everything that has a name, and shows on the map what a name has to do with. Asks no server.
(() => {
  'use strict';

  const MOST = 30;
  const root = document.body.dataset.root;
  const box = document.querySelector('.search');
  const input = document.getElementById('find');
  const list = document.getElementById('found');
  const count = document.getElementById('count');
  const entries = window.personaSearch ?? [];

  /** How well an entry fits one word: the less, the better; none where it does not fit. */
  function fit([name, , title, , , doc], word) {
    const lower = name.toLowerCase();
    const own = lower.slice(lower.lastIndexOf('.') + 1);
    if (lower === word || own === word) return 0;
    if (own.startsWith(word) || lower.startsWith(word)) return 1;
    if (`_${lower}`.includes(`_${word}`) || lower.includes(`.${word}`)) return 2;
    if (` ${title.toLowerCase()}`.includes(` ${word}`)) return 2;
    if (lower.includes(word)) return 3;
    if (title.toLowerCase().includes(word)) return 4;
    if (doc.toLowerCase().includes(word)) return 6;
    return undefined;
  }

  function find(text) {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length === 0) return [];
    const found = [];
    entries.forEach((entry, place) => {
      // Declarations come before their parts.
      let sum = entry[3].includes('#') ? 0.5 : 0;
      for (const word of words) {
        // What something is may be typed, too: `segment vip`.
        const fits = entry[1].startsWith(word) ? (fit(entry, word) ?? 5) : fit(entry, word);
        if (fits === undefined) return;
        sum += fits;
      }
      found.push([sum, entry[0].length, place, entry]);
    });
    found.sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]);
    return found.map((one) => one[3]);
  }

  function element(name, text, className) {
    const made = document.createElement(name);
    made.textContent = text;
    if (className) made.className = className;
    return made;
  }

  let at = -1;

  function close() {
    list.hidden = true;
    input.setAttribute('aria-expanded', 'false');
    input.removeAttribute('aria-activedescendant');
    at = -1;
  }

  function choose(next) {
    const items = list.querySelectorAll('[role=option]');
    if (items.length === 0) return;
    at = (next + items.length) % items.length;
    items.forEach((item, place) => item.setAttribute('aria-selected', String(place === at)));
    items[at].scrollIntoView({ block: 'nearest' });
    input.setAttribute('aria-activedescendant', items[at].id);
  }

  function show() {
    const found = find(input.value);
    list.replaceChildren();
    if (input.value.trim() === '') {
      count.textContent = '';
      close();
      return;
    }
    found.slice(0, MOST).forEach(([name, kind, title, page, colour, doc], place) => {
      const item = element('li', '', colour);
      item.id = `found-${place}`;
      item.setAttribute('role', 'option');
      item.setAttribute('aria-selected', 'false');
      item.dataset.href = root + page;
      item.append(element('b', name), ' ', element('i', kind));
      const said = title || doc;
      if (said) item.append(element('span', said));
      list.append(item);
    });
    if (found.length === 0) {
      const none = element('li', 'Nothing is called like that.');
      none.setAttribute('role', 'presentation');
      list.append(none);
    }
    count.textContent = found.length === 1 ? '1 result' : `${found.length} results`;
    list.hidden = false;
    input.setAttribute('aria-expanded', 'true');
    at = -1;
    if (found.length > 0) choose(0);
  }

  function go(item) {
    close();
    location.href = item.dataset.href;
  }

  if (box && input && list) {
    box.hidden = false;
    input.addEventListener('input', show);
    input.addEventListener('focus', () => input.value && show());
    input.addEventListener('keydown', (event) => {
      const open = !list.hidden;
      if (event.key === 'ArrowDown') choose(at + 1);
      else if (event.key === 'ArrowUp') choose(at - 1);
      else if (event.key === 'Enter' && open && at >= 0) go(list.querySelectorAll('[role=option]')[at]);
      else if (event.key === 'Escape') {
        if (!open) input.blur();
        close();
      } else return;
      event.preventDefault();
    });
    list.addEventListener('mousedown', (event) => event.preventDefault());
    list.addEventListener('click', (event) => {
      const item = event.target.closest('[role=option]');
      if (item) go(item);
    });
    document.addEventListener('click', (event) => {
      if (!box.contains(event.target)) close();
    });
    document.addEventListener('keydown', (event) => {
      const typing = event.target.closest('input, textarea, select');
      if (event.key !== '/' || typing || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      input.focus();
      input.select();
    });
  }

  // The navigation of a phone is a line that may be longer than the screen.
  const current = document.querySelector('nav.side [aria-current]');
  const line = current?.closest('ul');
  if (line && line.scrollWidth > line.clientWidth) line.scrollLeft = current.offsetLeft - 24;

  const map = document.querySelector('.map svg');
  function ask(node) {
    map.classList.toggle('asked', Boolean(node));
    map.querySelectorAll('.on').forEach((one) => one.classList.remove('on'));
    if (!node) return;
    const near = new Set([node]);
    map.querySelectorAll('.edge').forEach((edge) => {
      const { from, to } = edge.dataset;
      if (from !== node && to !== node) return;
      edge.classList.add('on');
      near.add(from).add(to);
    });
    map.querySelectorAll('[data-node]').forEach((one) => {
      if (near.has(one.dataset.node)) one.firstElementChild.classList.add('on');
    });
  }
  if (map) {
    const node = (event) => event.target.closest('[data-node]')?.dataset.node;
    map.addEventListener('pointerover', (event) => ask(node(event)));
    map.addEventListener('pointerleave', () => ask());
    map.addEventListener('focusin', (event) => ask(node(event)));
    map.addEventListener('focusout', () => ask());
  }
})();
