// MLflow's client says where to look: http://host/#/experiments/1/runs/abc. No server sees what stands behind a '#', so the overview leads on.
const pages = [
  [/^#\/experiments\/[0-9]+\/runs\/([^/?]+)/, run => `/runs/${run}`],
  [/^#\/experiments\/([0-9]+)(?=[/?]|$)/, experiment => `/runs?experiment=${experiment}`],
  [/^#\/models\/([^/?]+)\/versions\/([0-9]+)/, (model, version) => `/models/${model}/versions/${version}`],
  [/^#\/models\/([^/?]+)/, model => `/models/${model}`],
  [/^#\/experiments\/?(?=\?|$)/, () => '/experiments'],
  [/^#\/models\/?(?=\?|$)/, () => '/models'],
];

// What is escaped in the address, and how well, is the client's affair. A name of dots would climb.
const part = text => {
  try { text = decodeURIComponent(text); } catch { /* as it is */ }
  return /^\.+$/.test(text) ? '' : encodeURIComponent(text);
};

export function lead(location) {
  for (const [known, page] of pages) {
    const found = known.exec(location.hash);
    if (found) return location.replace(page(...found.slice(1).map(part)));
  }
}
