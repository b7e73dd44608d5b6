// One scenario on the voter's page, in real headless Chromium: node page.js SCENARIO URL CHROMIUM [PICTURE]
// Needs playwright-core and axe-core on NODE_PATH. Ends with status 0, or 1 and what was wrong.
const assert = require('node:assert/strict');
const { check, run, talk } = require('./browser.js');

const [scenario, url, executablePath, picture] = process.argv.slice(2);
const LIMIT = 10_000;

const scenarios = {
  // Name, choice, button; the verdict in words; the count grows without a reload.
  async mouse(open) {
    const page = await open({ locale: 'fr-FR' });
    await page.goto(url);
    await page.fill('#name', 'Souris');
    await page.click('label.choice:has(input[value=ete])');
    await page.click('button[type=submit]');
    await says(page, 'a voté');
    await counts(page, 'ete', '1');
    assert.equal(new URL(page.url()).search, '', 'the page was not left');
  },

  // The name is the first text field, the choices are next in tab order, Enter casts the vote.
  async keyboard(open) {
    const page = await open({ locale: 'fr-FR' });
    await page.goto(url);
    for (let i = 0; i < 20 && (await focused(page)) !== 'name'; i++) await page.keyboard.press('Tab');
    assert.equal(await focused(page), 'name');
    await page.keyboard.type('Clavier');
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.name), 'choice');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await says(page, 'a voté');
    await counts(page, 'hiver', '1');
  },

  // Without JavaScript the form does it all, and says the same.
  async form(open) {
    const page = await open({ locale: 'fr-FR', javaScriptEnabled: false });
    for (const verdict of ['a voté', 'erreur, vote déjà réalisé']) {
      await page.goto(url);
      await page.fill('#name', 'Formulaire');
      await page.check('input[value=hiver]', { force: true });
      await page.click('button[type=submit]');
      await page.getByText(verdict).first().waitFor({ timeout: LIMIT });
    }
    assert.equal(await page.locator('tr[data-option=hiver] .count').innerText(), '1');
  },

  // The same person from another browser is refused, and the first page keeps its verdict.
  async twice(open) {
    const first = await open({ locale: 'fr-FR' });
    await first.goto(url);
    await vote(first, 'Deux fois', 'ete');
    await says(first, 'a voté');
    const second = await open({ locale: 'fr-FR' });
    await second.goto(url);
    await vote(second, 'deux  FOIS', 'hiver');
    await says(second, 'erreur, vote déjà réalisé');
    await says(first, 'a voté');
    await counts(first, 'ete', '1');
    await counts(second, 'hiver', '0');
  },

  // A second page, opened before, sees the vote of the first one by itself, soon.
  async live(open) {
    const viewer = await open({ locale: 'fr-FR' });
    await viewer.goto(url);
    await counts(viewer, 'ete', '0');
    const voter = await open({ locale: 'fr-FR' });
    await voter.goto(url);
    await vote(voter, 'En direct', 'ete');
    const began = Date.now();
    await counts(viewer, 'ete', '1');
    assert.ok(Date.now() - began < 3_000, `the bar took ${Date.now() - began} ms`);
  },

  // English by the browser's language, and by the link.
  async english(open) {
    const page = await open({ locale: 'en-GB' });
    await page.goto(url);
    assert.equal(await page.getAttribute('html', 'lang'), 'en');
    await vote(page, 'Ada', 'ete');
    await page.locator('#verdict .words').filter({ hasText: /.+/ }).waitFor({ timeout: LIMIT });
    const french = await open({ locale: 'fr-FR' });
    await french.goto(url);
    assert.equal(await french.getAttribute('html', 'lang'), 'fr');
    await french.click('a[lang=en], a[hreflang=en]');
    assert.equal(await french.getAttribute('html', 'lang'), 'en');
  },

  // WCAG 2.2 AA by axe: both languages, both colour schemes, a small phone and a desk, before and after the vote.
  async accessible(open) {
    let number = 0;
    for (const locale of ['fr-FR', 'en-GB']) {
      for (const colorScheme of ['light', 'dark']) {
        for (const width of [320, 1440]) {
          const page = await open({ locale, colorScheme, viewport: { width, height: 800 }, bypassCSP: false });
          await page.goto(url);
          await check(page, `${locale} ${colorScheme} ${width}`);
          const scrolls = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
          const broken = await page.evaluate(() => [...document.querySelectorAll('tbody th')].some(
            label => label.getClientRects()[0].height > 3 * parseFloat(getComputedStyle(label).fontSize)));
          assert.ok(!broken, `a short label is broken into letters at ${width}`);
          assert.ok(!scrolls, `scrolls sideways at ${width}`);
          await vote(page, `Axe ${++number}`, 'ete');
          await page.locator('#verdict.voted').waitFor({ timeout: LIMIT });
          await check(page, `${locale} ${colorScheme} ${width}, voted`);
          await page.close();
        }
      }
    }
  },

  // Nothing comes from elsewhere, and the page is small.
  async alone(open) {
    const page = await open({ locale: 'fr-FR' });
    const requests = [];
    page.on('request', request => requests.push(request.url()));
    const errors = [];
    page.on('console', message => message.type() === 'error' && errors.push(message.text()));
    page.on('pageerror', error => errors.push(String(error)));
    await page.goto(url);
    await vote(page, 'Seul', 'ete');
    await says(page, 'a voté');
    const origin = new URL(url).host;
    for (const request of requests) assert.equal(new URL(request).host, origin, request);
    assert.deepEqual(errors, []);
  },

  // Names are text, never markup.
  async markup(open) {
    const page = await open({ locale: 'fr-FR', javaScriptEnabled: false });
    await page.goto(url);
    await page.fill('#name', '<img src=x onerror=alert(1)>"&');
    await page.check('input[value=ete]', { force: true });
    await page.click('button[type=submit]');
    assert.equal(await page.locator('img').count(), 0);
  },

  // The server goes away and comes back (the test does that on our word): the vote sent meanwhile is counted.
  async outage(open) {
    const page = await open({ locale: 'fr-FR' });
    await page.goto(url);
    await page.fill('#name', 'Panne');
    await page.click('label.choice:has(input[value=ete])');
    await talk('STOP');
    await page.click('button[type=submit]');
    await page.waitForTimeout(1_000);
    assert.notEqual((await page.locator('#verdict .words').innerText()).trim(), 'a voté');
    await talk('START');
    await page.locator('#verdict.voted').filter({ hasText: 'a voté' }).waitFor({ timeout: 40_000 });
    await counts(page, 'ete', '1');
  },

  // Pictures for the documentation.
  async picture(open) {
    const page = await open({ locale: 'fr-FR', viewport: { width: 1200, height: 880 } });
    await page.goto(url);
    await vote(page, 'Zoé', 'ete');
    await says(page, 'a voté');
    await page.waitForTimeout(800);
    await page.screenshot({ path: picture });
  },
};

async function vote(page, name, choice) {
  await page.fill('#name', name);
  await page.click(`label.choice:has(input[value=${choice}])`);
  await page.click('button[type=submit]');
}

async function says(page, verdict) {
  await page.locator('#verdict .words').filter({ hasText: verdict }).waitFor({ timeout: LIMIT });
}

async function counts(page, option, count) {
  await page.waitForFunction(
    ([key, wanted]) => document.querySelector(`tr[data-option=${key}] .count`).textContent.trim() === wanted,
    [option, count],
    { timeout: LIMIT },
  );
}

function focused(page) {
  return page.evaluate(() => document.activeElement.id);
}

run(scenarios, scenario, executablePath);
