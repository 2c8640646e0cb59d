// Buttons that copy a text, or a table as tab-separated values, and save a table that no address answers with as CSV. Where the clipboard cannot be had
// the first stay hidden.
const cell = node => (node.querySelector('[data-copy-as]')?.dataset.copyAs ?? node.querySelector('time')?.dateTime ?? node.querySelector('output')?.textContent ?? node.textContent).replace(/\s+/g, ' ').trim();

const rows = (id, text) => [...document.getElementById(id).rows].map(row => [...row.cells].filter(c => !c.classList.contains('pick')).map(text));

const table = id => rows(id, cell).map(row => row.join('\t')).join('\n');

// As CsvAnswer writes it: numbers as programs read them, nothing that a spreadsheet would take for a formula.
const number = /^[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?(e[+-]?\d+)?$/i;
const plain = node => {
  const shown = number.test(node.title) ? node.title : cell(node);
  const value = shown.replaceAll('−', '-');
  return value === '–' ? '' : node.classList.contains('number') && number.test(value) ? value.replaceAll(',', '') : shown;
};
const quoted = value => {
  if (/^[=+@\t\r-]/.test(value) && !number.test(value)) value = `'${value}`;
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
};

function save(id) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([rows(id, plain).map(row => row.map(quoted).join(',') + '\r\n').join('')], { type: 'text/csv' }));
  link.download = `${id}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

export function copyButtons(root) {
  for (const button of root.querySelectorAll('button[data-csv-table]')) {
    button.hidden = false;
    button.addEventListener('click', () => save(button.dataset.csvTable));
  }
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
