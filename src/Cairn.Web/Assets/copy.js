// Buttons that copy a text, or a table as tab-separated values. Where the clipboard cannot be had they stay hidden.
const cell = node => (node.querySelector('[data-copy-as]')?.dataset.copyAs ?? node.querySelector('time')?.dateTime ?? node.textContent).replace(/\s+/g, ' ').trim();

const table = id => [...document.getElementById(id).rows].map(row => [...row.cells].filter(c => !c.classList.contains('pick')).map(cell).join('\t')).join('\n');

export function copyButtons(root) {
  if (!navigator.clipboard) return;
  for (const button of root.querySelectorAll('button[data-copy], button[data-copy-table]')) {
    button.hidden = false;
    button.addEventListener('click', async () => {
      await navigator.clipboard.writeText(button.dataset.copy ?? table(button.dataset.copyTable));
      const word = button.getAttribute('aria-label');
      button.dataset.done = 'true';
      button.setAttribute('aria-label', 'Copied');
      setTimeout(() => { delete button.dataset.done; button.setAttribute('aria-label', word); }, 1500);
    });
  }
}
