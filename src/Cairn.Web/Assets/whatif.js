// What-if: while a slider moves, the form is asked anew and the answer takes the place of the one before. Without this the button posts the form.
const pause = 120;

export function whatIf(root) {
  for (const box of root.querySelectorAll('[data-whatif]')) {
    const form = box.querySelector('form');
    let asked = 0, timer;
    const ask = async () => {
      const mine = ++asked;
      const answer = await fetch(`${form.action}?part=answer`, { method: 'POST', body: new URLSearchParams(new FormData(form)), headers: { accept: 'text/html' } }).catch(() => null);
      if (mine !== asked || !answer?.headers.get('content-type')?.startsWith('text/html')) return;
      const text = await answer.text();
      if (mine === asked && box.isConnected) box.querySelector('[data-whatif-answer]').outerHTML = text;
    };
    const show = () => {
      for (const slider of form.querySelectorAll('input[type="range"]')) {
        const output = form.querySelector(`output[for="${slider.id}"]`);
        if (output && Number(output.textContent) !== slider.valueAsNumber) output.textContent = String(Number(slider.valueAsNumber.toPrecision(4)));
      }
      clearTimeout(timer);
      timer = setTimeout(ask, pause);
    };
    form.addEventListener('input', show);
    form.addEventListener('reset', () => setTimeout(show));
  }
}
