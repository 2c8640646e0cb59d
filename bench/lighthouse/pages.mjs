// Lighthouse over pages of a running server: node pages.mjs http://127.0.0.1:8080 ROUNDS /runs …; the medians of the rounds, and what costs a score.
import lighthouse, { defaultConfig } from 'lighthouse';
import { nonSimulatedSettingsOverrides } from 'lighthouse/core/config/constants.js';
import * as launcher from 'chrome-launcher';

const [server, rounds, ...paths] = process.argv.slice(2);
const categories = ['performance', 'accessibility', 'best-practices'], attempts = 3;
// Only what a score is made of: the other audits wait, load the page again or take pictures, and change no number here.
const scored = categories.flatMap(category => defaultConfig.categories[category].auditRefs).filter(audit => audit.weight > 0).map(audit => audit.id);
const options = { logLevel: 'error', onlyAudits: [...new Set(scored), 'total-byte-weight'], disableFullPageScreenshot: true, maxWaitForLoad: 15_000,
  formFactor: 'desktop', throttlingMethod: 'provided',
  screenEmulation: { mobile: false, width: 1350, height: 940, deviceScaleFactor: 1, disabled: false } };
// Five seconds of silence of the network are needed to time the page; it would then wait for five more of the processor.
nonSimulatedSettingsOverrides.cpuQuietThresholdMs = 500;
const median = values => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const chrome = await launcher.launch({ chromePath: '/usr/bin/chromium', chromeFlags: ['--headless', '--no-sandbox', '--disable-gpu'] });

// A trace that Chromium cut short is no finding about a page: it is taken again.
async function look(path) {
  for (let attempt = 1; ; attempt++) {
    const { lhr } = await lighthouse(server + path, { ...options, port: chrome.port });
    const failed = lhr.runtimeError?.code ?? categories.find(category => lhr.categories[category]?.score == null);
    if (!failed) return lhr;
    console.error(`${path}: ${failed}, attempt ${attempt} of ${attempts}`);
    if (attempt === attempts) return null;
  }
}

console.log('| page | performance | accessibility | best practices | first paint ms | largest paint ms | kB |\n|---|---|---|---|---|---|---|');
const found = new Set();
for (const path of paths) {
  const runs = [];
  for (let i = 0; i < Number(rounds); i++) runs.push(await look(path));
  const seen = runs.filter(run => run);
  const name = path.replace(/[0-9a-f]{32}/g, '{id}');
  if (seen.length === 0) {
    console.log(`| ${name} | not measured | | | | | |`);
    process.exitCode = 1;
    continue;
  }
  const score = category => Math.min(...seen.map(run => Math.round(run.categories[category].score * 100)));
  const number = audit => Math.round(median(seen.map(run => run.audits[audit].numericValue)));
  console.log(`| ${name} | ${median(seen.map(run => Math.round(run.categories.performance.score * 100)))} | ${score('accessibility')} | ${score('best-practices')} | ${number('first-contentful-paint')} | ${number('largest-contentful-paint')} | ${Math.round(number('total-byte-weight') / 1024)} |`);
  for (const category of categories.slice(1))
    for (const { id, weight } of seen[0].categories[category].auditRefs)
      if (weight > 0 && seen[0].audits[id]?.score != null && seen[0].audits[id].score < 1) found.add(`${name}: ${id}: ${seen[0].audits[id].title}`);
}
for (const line of found) console.log(line);
await chrome.kill();
