// Ctrl-K: the search page's hits in a dialog, while one types. Arrows choose, Enter goes; without this the search is a page.
import { follow } from './parts.js';

const dialog = document.getElementById('palette');
const input = dialog.querySelector('input'), hits = dialog.querySelector('.hits');
let asked = 0, timer;

export function open() {
  if (!dialog.open) dialog.showModal();
  input.select();
  look();
}

async function look() {
  const mine = ++asked;
  const answer = await fetch(`/search?part=hits&q=${encodeURIComponent(input.value)}`, { headers: { accept: 'text/html' } }).catch(() => null);
  if (mine !== asked || !answer?.ok) return;
  const text = await answer.text();
  if (mine !== asked) return;
  hits.innerHTML = text;
  choose(links()[0]);
  follow(hits, () => chosen() ?? choose(links()[0]));
}

const links = () => [...hits.querySelectorAll('a')];
const chosen = () => hits.querySelector('a.chosen');

function choose(link) {
  chosen()?.classList.remove('chosen');
  link?.classList.add('chosen');
  link?.scrollIntoView({ block: 'nearest' });
}

input.addEventListener('input', () => {
  clearTimeout(timer);
  timer = setTimeout(look, 120);
});

dialog.addEventListener('keydown', event => {
  const all = links(), at = all.indexOf(chosen());
  if (event.key === 'Escape') {
    event.preventDefault(); // a search field would take it to empty itself
    dialog.close();
  } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
    event.preventDefault();
    if (all.length) choose(all[(at + (event.key === 'ArrowDown' ? 1 : -1) + all.length) % all.length]);
  } else if (event.key === 'Enter' && event.target === input && chosen()) {
    event.preventDefault();
    location.assign(chosen().href);
  }
});

dialog.addEventListener('click', event => { if (event.target === dialog) dialog.close(); });
