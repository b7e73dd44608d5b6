// What the scenarios in the browser share: a real headless Chromium, axe, and a word to whoever runs them.
const assert = require('node:assert/strict');
const { chromium } = require('playwright-core');
const axe = require('axe-core');

// axe is evaluated in the page's isolated world by the debugger, so the page's own CSP stays on.
exports.check = async function check(page, where) {
  await page.evaluate(axe.source);
  const result = await page.evaluate(() =>
    axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }),
  );
  const found = result.violations.map(v => `${v.id}: ${v.nodes.map(n => n.target.join(' ') + ' ' + n.failureSummary)}`);
  assert.deepEqual(found, [], where);
  assert.ok(result.passes.length > 5, 'axe looked at the page');
};

// Says a word to whoever runs this, and waits for the answer.
exports.talk = function talk(word) {
  console.log(word);
  return new Promise(resolve => process.stdin.once('data', resolve));
};

// Runs one scenario; status 0, or 1 and what was wrong. Each page has a context of its own, unless one is given.
exports.run = async function run(scenarios, scenario, executablePath, more = []) {
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync', ...more],
  });
  let status = 0;
  try {
    await scenarios[scenario](async (options) => (await browser.newContext(options)).newPage());
    console.log('passed');
  } catch (error) {
    console.error(error);
    status = 1;
  }
  await browser.close();
  process.exit(status);
};
