// <div data-part="URL" data-every="MS">: after MS the answer of URL takes its place. An answer that is such a part again goes on; any other ends it.
const slowest = 30_000;

export function follow(root, dress) {
  for (const part of root.querySelectorAll('[data-part]')) wait(part, Number(part.dataset.every), 0, dress);
}

function wait(part, after, failures, dress) {
  setTimeout(async () => {
    if (!part.isConnected) return;
    if (document.hidden && after > 0) return void document.addEventListener('visibilitychange', () => wait(part, 0, 0, dress), { once: true });
    try {
      const answer = await fetch(part.dataset.part, { headers: { accept: 'text/html' } });
      // A part that cannot be had says so itself, whatever the status; a server that is gone says nothing.
      if (!answer.headers.get('content-type')?.startsWith('text/html')) throw new Error(`status ${answer.status}`);
      const fresh = document.createElement('template');
      fresh.innerHTML = await answer.text();
      const next = [...fresh.content.childNodes];
      part.replaceWith(...next);
      for (const node of next) if (node.nodeType === Node.ELEMENT_NODE) {
        dress(node);
        if (node.matches('[data-part]')) wait(node, Number(node.dataset.every), 0, dress);
        follow(node, dress);
      }
    } catch {
      wait(part, Math.min(slowest, 1000 * 2 ** failures), failures + 1, dress);
    }
  }, after);
}
