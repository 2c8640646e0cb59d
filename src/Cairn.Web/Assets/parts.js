// <div data-part="URL" data-every="MS" data-live="EVENTS">: after MS, or soon after an event, the answer of URL takes its place. An answer that
// is such a part again goes on; any other ends it.
import { hear } from './live.js';

const slowest = 30_000, soon = 1_000;

export function follow(root, dress) {
  for (const part of root.querySelectorAll('[data-part]')) wait(part, Number(part.dataset.every), 0, dress);
}

function wait(part, after, failures, dress) {
  let timer = setTimeout(fetchIt, after);
  const deaf = part.dataset.live && after > 0 ? hear(part.dataset.live, () => {
    clearTimeout(timer);
    timer = setTimeout(fetchIt, Math.min(after, soon));
  }) : () => {};

  async function fetchIt() {
    deaf();
    if (!part.isConnected) return;
    if (document.hidden && after > 0) return void document.addEventListener('visibilitychange', () => wait(part, 0, 0, dress), { once: true });
    try {
      const answer = await fetch(part.dataset.part, { headers: { accept: 'text/html' } });
      // A part that cannot be had says so itself, whatever the status; a server that is gone says nothing.
      if (!answer.headers.get('content-type')?.startsWith('text/html')) throw new Error(`status ${answer.status}`);
      const fresh = document.createElement('template');
      fresh.innerHTML = await answer.text();
      const next = [...fresh.content.childNodes].filter(node => node.nodeType === Node.ELEMENT_NODE);
      const place = focusIn([part]).indexOf(document.activeElement);
      part.replaceWith(...next);
      document.dispatchEvent(new CustomEvent('part', { detail: { part, next } }));
      if (place >= 0) focusIn(next)[place]?.focus({ preventScroll: true });
      for (const node of next) {
        dress(node);
        if (node.matches('[data-part]')) wait(node, Number(node.dataset.every), 0, dress);
        follow(node, dress);
      }
    } catch {
      wait(part, Math.min(slowest, 1000 * 2 ** failures), failures + 1, dress);
    }
  }
}

// Who was on the third of these is on the third again.
const focusIn = roots => roots.flatMap(root => [...root.querySelectorAll('a[href], button, input, select, summary, [tabindex]')]);
