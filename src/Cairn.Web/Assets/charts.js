// Cairn charts: an ECharts theme made from tokens.css, and a loader that turns
//   <figure class="chart" data-chart="line"><figcaption/><div class="plot"/><script type="application/json"/><details class="chart-data"/></figure>
// into a picture. The JSON is an ECharts option in which "--chart-1" means a token and "fmt:percent" a formatter.
// Without JavaScript the table inside .chart-data is shown instead; nothing is lost.
import * as echarts from './echarts.js';

const root = document.documentElement, live = new Map();
const still = matchMedia('(prefers-reduced-motion: reduce)'), dark = matchMedia('(prefers-color-scheme: dark)');
const probe = document.createElement('i');
probe.hidden = true;

const colour = name => { probe.style.color = `var(${name})`; return getComputedStyle(probe).color; };
const number = digits => new Intl.NumberFormat('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
const tenths = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const minus = text => text.replaceAll('-', '\u2212');
// As ECharts writes numbers of its own accord, with a minus.
const shown = v => typeof v !== 'number' ? v ?? '\u2013' : minus(v && (Math.abs(v) < 1e-4 || Math.abs(v) >= 1e9) ? String(v) : v.toLocaleString('en', { maximumFractionDigits: 12 }));
const formats = {
  whole: v => minus(number(0).format(v)),
  two: v => minus(number(2).format(v)),
  score: v => minus(number(3).format(v)),
  share: v => minus(tenths.format(v * 100)) + '\u00a0%',
  percent: v => minus(number(0).format(v * 100)) + '\u00a0%',
  money: v => minus('$' + number(0).format(v)).replace('$\u2212', '\u2212$'),
  thousand: v => Math.abs(v) >= 1000 ? minus(number(0).format(v / 1000)) + 'k' : String(v),
  kmoney: v => minus('$' + number(0).format(v / 1000)).replace('$\u2212', '\u2212$') + 'k',
};

// Of a label ECharts gives what it stands at, of an axis or a tooltip the number.
const formatter = name => at => { const value = at?.value ?? at; return value == null ? '\u2013' : formats[name](value); };
const resolve = value => {
  if (typeof value === 'string') {
    const format = /^fmt:(\w+)$/.exec(value);
    return format && Object.hasOwn(formats, format[1]) ? formatter(format[1]) : /^--[\w-]+$/.test(value) ? colour(value) : value;
  }
  return Array.isArray(value) ? value.map(resolve)
    : value && typeof value === 'object' ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, k === 'name' ? v : k === 'data' && Array.isArray(v) ? v.map(named) : resolve(v)])) : value;
};
// Names are of users: one that looks like a colour or a formatter is a name all the same.
const named = item => typeof item === 'string' ? item : resolve(item);

const plain = v => v && typeof v === 'object' && !Array.isArray(v);
const merge = (under, over) => {
  const out = { ...under };
  for (const [k, v] of Object.entries(over))
    out[k] = plain(v) && plain(out[k]) ? merge(out[k], v) : Array.isArray(v) && plain(out[k]) ? v.map(x => merge(out[k], x)) : v;
  return out;
};

function theme() {
  const c = resolve({ text: '--text', soft: '--text-2', faint: '--text-3', line: '--border', strong: '--border-strong', surface: '--surface' });
  const font = getComputedStyle(root).getPropertyValue('--font');
  const axis = {
    axisLine: { lineStyle: { color: c.strong } }, axisTick: { show: false },
    axisLabel: { color: c.faint, fontSize: 11, hideOverlap: true }, nameTextStyle: { color: c.faint, fontSize: 11 },
    splitLine: { lineStyle: { color: c.line } }, splitArea: { show: false },
  };
  // Tooltips are drawn on the canvas: as elements they would carry styles, which the pages' policy refuses.
  return {
    color: [1, 2, 3, 4, 5, 6, 7, 8].map(i => colour(`--chart-${i}`)), backgroundColor: 'transparent',
    textStyle: { fontFamily: font, fontSize: 11, color: c.soft },
    categoryAxis: { ...axis, splitLine: { show: false } }, valueAxis: { ...axis, axisLine: { show: false }, axisLabel: { ...axis.axisLabel, formatter: shown } }, timeAxis: { ...axis, splitLine: { show: false } }, logAxis: axis,
    legend: { textStyle: { color: c.soft, fontSize: 11 }, itemWidth: 14, itemHeight: 3, icon: 'roundRect' },
    tooltip: { renderMode: 'richText', confine: true, valueFormatter: v => Array.isArray(v) ? v.map(shown).join(', ') : shown(v), backgroundColor: c.surface, borderColor: c.strong, borderWidth: 1, padding: [6, 10], textStyle: { color: c.text, fontSize: 12 }, axisPointer: { lineStyle: { color: c.strong }, crossStyle: { color: c.strong } } },
    parallel: { axisLine: { lineStyle: { color: c.strong } }, axisLabel: { color: c.soft, fontSize: 11, textBorderColor: c.surface, textBorderWidth: 3 }, nameTextStyle: { color: c.soft, fontSize: 11 } },
    line: { symbol: 'none', lineStyle: { width: 1.75 } }, visualMap: { textStyle: { color: c.faint, fontSize: 11 } },
    markLine: { label: { color: c.soft, fontSize: 11 } },
  };
}

// What every chart of a kind shares; a page's JSON only says what is particular.
const grid = { left: 4, right: 12, top: 24, bottom: 4, containLabel: true };
const kinds = {
  line: { grid, tooltip: { trigger: 'axis' }, legend: { show: false }, yAxis: { type: 'value', scale: true } },
  bar: { grid, tooltip: { trigger: 'axis', axisPointer: { type: 'none' } }, legend: { show: false }, yAxis: { type: 'value' } },
  scatter: { grid, tooltip: { trigger: 'item' }, legend: { show: false } },
  parallel: { parallel: { left: 36, right: 56, top: 36, bottom: 20, parallelAxisDefault: { z: 4, axisLine: { show: true, lineStyle: { color: '--border-strong' } }, axisLabel: { color: '--text-2', textBorderColor: '--surface', textBorderWidth: 3 } } }, tooltip: { show: false } },
};

function draw(figure) {
  const plot = figure.querySelector('.plot');
  if (!plot || !source(figure)) return;
  live.get(figure)?.dispose();
  const chart = echarts.init(plot, theme(), { renderer: 'canvas' });
  live.set(figure, chart);
  fill(figure, plot, chart);
  sizes.observe(plot);
}

const source = figure => figure.querySelector('script[type="application/json"]');

function fill(figure, plot, chart) {
  plot.setAttribute('role', 'img');
  plot.setAttribute('aria-label', figure.querySelector('figcaption')?.textContent.trim() + ' The same numbers are in the table below.');
  const option = resolve(merge(kinds[figure.dataset.chart] ?? {}, JSON.parse(source(figure).textContent)));
  chart.setOption({ animation: !still.matches, animationDuration: 300, ...option }, { replaceMerge: ['series'] });
}

// A part was fetched anew: its pictures stay what they are and go on with the new numbers, and an open table stays open.
document.addEventListener('part', ({ detail: { part, next } }) => {
  const before = new Map([...part.querySelectorAll('figure[data-key]')].map(figure => [figure.dataset.key, figure]));
  for (const figure of next.flatMap(node => [...node.querySelectorAll('figure[data-key]')])) {
    const old = before.get(figure.dataset.key), chart = live.get(old);
    if (!old) continue;
    figure.querySelector('details').open = old.querySelector('details').open;
    if (!chart) continue;
    const plot = old.querySelector('.plot');
    figure.querySelector('.plot').replaceWith(plot);
    live.delete(old);
    live.set(figure, chart);
    fill(figure, plot, chart);
  }
});

// Charts wait until they are near the screen, follow their container, and are let go when their figure is.
const sizes = new ResizeObserver(entries => entries.forEach(e => live.get(e.target.parentElement)?.resize()));
const near = new IntersectionObserver(entries => entries.filter(e => e.isIntersecting).forEach(e => { near.unobserve(e.target); draw(e.target); }), { rootMargin: '600px' });

export function mount() {
  root.append(probe);
  for (const [figure, chart] of live) if (!figure.isConnected || !figure.querySelector('.plot')?.firstChild) { chart.dispose(); live.delete(figure); }
  document.querySelectorAll('figure[data-chart]').forEach(f => live.has(f) || near.observe(f));
  document.querySelectorAll('input[type="range"][data-rows]').forEach(follow);
}

// A slider picks a row of numbers that the server has worked out and formatted: outputs and the marker follow.
function follow(slider) {
  if (slider.dataset.bound) return;
  slider.dataset.bound = 'true';
  const rows = JSON.parse(document.getElementById(slider.dataset.rows).textContent);
  slider.addEventListener('input', () => {
    const row = rows[Number(slider.value).toFixed(2)];
    if (!row) return;
    document.querySelectorAll('[data-field]').forEach(o => { if (o.dataset.field in row.text) o.textContent = row.text[o.dataset.field]; });
    slider.setAttribute('aria-valuetext', row.text.spoken);
    for (const [figure, chart] of live)
      if (figure.dataset.follow in row.at) chart.setOption({ series: [{ id: 'at', data: [row.at[figure.dataset.follow]] }] });
  });
}

const redraw = () => [...live.keys()].forEach(draw);
dark.addEventListener('change', redraw);
new MutationObserver(redraw).observe(root, { attributes: true, attributeFilter: ['data-theme'] });
