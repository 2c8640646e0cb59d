// Lighthouse over pages of a running server: node pages.mjs http://127.0.0.1:8080 ROUNDS /runs …; the medians of the rounds, and what costs a score.
import lighthouse from 'lighthouse';
import * as launcher from 'chrome-launcher';

const [server, rounds, ...paths] = process.argv.slice(2);
const chrome = await launcher.launch({ chromePath: '/usr/bin/chromium', chromeFlags: ['--headless', '--no-sandbox', '--disable-gpu'] });
const options = {
  port: chrome.port, logLevel: 'error', onlyCategories: ['performance', 'accessibility', 'best-practices'],
  formFactor: 'desktop', screenEmulation: { mobile: false, width: 1350, height: 940, deviceScaleFactor: 1, disabled: false }, throttlingMethod: 'provided',
};
const median = values => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

console.log('| page | performance | accessibility | best practices | first paint ms | largest paint ms | kB |\n|---|---|---|---|---|---|---|');
const found = new Set();
for (const path of paths) {
  const runs = [];
  for (let i = 0; i < Number(rounds); i++) runs.push((await lighthouse(server + path, options)).lhr);
  const score = category => Math.min(...runs.map(run => Math.round(run.categories[category].score * 100)));
  const number = audit => Math.round(median(runs.map(run => run.audits[audit].numericValue)));
  const name = path.replace(/[0-9a-f]{32}/g, '{id}');
  console.log(`| ${name} | ${median(runs.map(run => Math.round(run.categories.performance.score * 100)))} | ${score('accessibility')} | ${score('best-practices')} | ${number('first-contentful-paint')} | ${number('largest-contentful-paint')} | ${Math.round(number('total-byte-weight') / 1024)} |`);
  for (const category of ['accessibility', 'best-practices'])
    for (const { id, weight } of runs[0].categories[category].auditRefs)
      if (weight > 0 && runs[0].audits[id].score !== null && runs[0].audits[id].score < 1) found.add(`${name}: ${id}: ${runs[0].audits[id].title}`);
}
for (const line of found) console.log(line);
await chrome.kill();
