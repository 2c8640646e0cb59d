// What every page loads. Pages are complete without it: it puts times into the viewer's zone, keeps parts fresh, copies tables,
// opens the palette, leads addresses of MLflow's pages to pages here, and fetches the charts where there is one.
import { localTimes } from './time.js';
import { follow } from './parts.js';
import { copyButtons } from './copy.js';

// A megabyte of charts to parse would hold up the page it is in: it comes once that is seen.
const painted = new Promise(done => requestAnimationFrame(() => setTimeout(done)));

const dress = root => {
  localTimes(root);
  copyButtons(root);
  if (root.querySelector('[data-whatif]')) import('./whatif.js').then(module => module.whatIf(root));
  if (root.querySelector('figure[data-chart]')) painted.then(() => import('./charts.js')).then(charts => charts.mount());
};

dress(document);
follow(document, dress);

if (location.pathname === '/') {
  const lead = () => location.hash.startsWith('#/') && import('./mlflow.js').then(module => module.lead(location));
  lead();
  addEventListener('hashchange', lead);
}

const palette = () => import('./palette.js').then(module => module.open());
document.addEventListener('keydown', event => {
  if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === 'k') {
    event.preventDefault();
    palette();
  }
});

// Browsers that do not know command and commandfor yet.
if (!('commandForElement' in HTMLButtonElement.prototype))
  document.addEventListener('click', event => {
    const button = event.target.closest('button[commandfor]');
    const dialog = button && document.getElementById(button.getAttribute('commandfor'));
    if (dialog) button.getAttribute('command') === 'close' ? dialog.close() : dialog.showModal();
  });

for (const toast of document.querySelectorAll('[data-toast]')) setTimeout(() => toast.remove(), 10_000);
