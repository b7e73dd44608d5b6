// One scenario over all screens: node screens.js SCENARIO URL CHROMIUM SECRET [MORE ...]
// SECRET is that of the organiser's link. What Java does meanwhile is asked for by a word on standard output.
const assert = require('node:assert/strict');
const fs = require('node:fs');
const { check, run, talk } = require('./browser.js');

const [scenario, url, executablePath, secret, more] = process.argv.slice(2);
const LIMIT = 15_000;
const FORMULA = '=cmd|calc';
const MARKUP = '<b>Zoé</b> & "co"';
const PHONE = { locale: 'fr-FR', viewport: { width: 390, height: 844 } };
const PROJECTOR = { locale: 'fr-FR', viewport: { width: 1920, height: 1080 } };

async function organiser(open, options = { locale: 'fr-FR', viewport: { width: 1280, height: 800 } }) {
  const page = await open(options);
  await page.goto(url + 'organiser#t=' + secret);
  await page.getByRole('heading', { level: 1 }).waitFor({ timeout: LIMIT });
  await page.waitForURL(/organiser\?lang/, { timeout: LIMIT });
  return page;
}

async function text(page, selector, wanted) {
  await page.waitForFunction(
    ([what, words]) => (document.querySelector(what)?.textContent || '').replace(/[\u202f\u00a0]/g, ' ').trim() === words,
    [selector, wanted],
    { timeout: LIMIT },
  );
}

async function vote(page, name, choice) {
  await page.fill('#name', name);
  await page.click(`label.choice:has(input[value=${choice}])`);
  await page.click('#vote button');
  await page.locator('#verdict.voted').filter({ hasText: 'a voté' }).waitFor({ timeout: LIMIT });
}

const scenarios = {
  // An assembly from the first question to the published result, with people at every door.
  async assembly(open) {
    const desk = await organiser(open);
    await desk.click('text=Nouveau scrutin');
    await desk.fill('#question-fr', 'Où va-t-on cette année ?');
    await desk.fill('#options-fr', 'mer = À la mer\nmontagne = À la montagne');
    await desk.locator('#preview').getByText('À la montagne').waitFor({ timeout: LIMIT });
    await desk.click('text=Enregistrer le brouillon');
    const id = 'ou-va-t-on-cette-annee';

    const phone = await open(PHONE);
    await phone.goto(url + 'v/' + id);
    await text(phone, 'h1', 'Le scrutin n’est pas encore ouvert.');
    const hall = await desk.context().newPage();
    await hall.setViewportSize({ width: 1920, height: 1080 });
    await hall.goto(url + 'screen/' + id);
    await hall.keyboard.press('Space');
    await text(hall, '#state', 'scrutin ouvert, résultat provisoire');
    const link = await hall.getAttribute('.qr', 'aria-label');

    await phone.locator('#name').waitFor({ timeout: LIMIT }); // by itself
    await vote(phone, 'Alice au téléphone', 'mer');
    await text(hall, '#turnout', '1');
    const form = await open({ locale: 'fr-FR', javaScriptEnabled: false });
    await form.goto(link.slice(link.indexOf('http')));
    await form.fill('#name', FORMULA);
    await form.check('input[value=montagne]', { force: true });
    await form.click('button[type=submit]');
    await form.getByText('a voté').first().waitFor({ timeout: LIMIT });
    const keys = await open({ locale: 'fr-FR' });
    await keys.goto(url + 'v/' + id);
    for (let i = 0; i < 20 && await keys.evaluate(() => document.activeElement.id) !== 'name'; i++) await keys.keyboard.press('Tab');
    await keys.keyboard.type(MARKUP);
    await keys.keyboard.press('Tab');
    await keys.keyboard.press('Space');
    await keys.keyboard.press('Tab');
    await keys.keyboard.press('Enter');
    await text(keys, '#verdict .words', 'a voté');
    await talk('DOORS ' + id); // by TCP and by mosquitto_rr, one each
    await text(hall, '#turnout', '5');
    await text(hall, 'tr[data-option=mer] .count', '4');
    await text(hall, 'tr[data-option=montagne] .percent', '20 %');
    await text(phone, '#total', '5');
    assert.equal(await hall.locator('#seats circle.o1').count(), 4);
    assert.equal(await hall.locator('#seats circle.lit').count(), 5);

    await hall.keyboard.press('Space');
    await hall.getByText('5 votants ont voté.').waitFor({ timeout: LIMIT });
    await hall.keyboard.press('Enter');
    await text(hall, '.final .mark', 'Résultat final');
    await text(hall, '.final .outcome', 'À la mer');
    await text(phone, '#state', 'scrutin fermé, résultat final');
    await phone.getByText('Le scrutin est fermé.').waitFor({ timeout: LIMIT });
    await text(phone, '#verdict .words', 'a voté');

    await desk.goto(url + 'organiser/poll/' + id);
    for (const name of [FORMULA, MARKUP, 'Alice au téléphone']) {
      assert.equal(await desk.locator('.names li').filter({ hasText: name }).count(), 1, name);
    }
    const [download] = await Promise.all([desk.waitForEvent('download'), desk.click('text=CSV')]);
    const csv = fs.readFileSync(await download.path(), 'utf8');
    assert.ok(csv.includes(`"'${FORMULA}",montagne`), csv);
    await desk.click('button[value=publish]');
    await desk.getByText('ne pourra plus jamais être rouvert').waitFor({ timeout: LIMIT });
    await desk.click('button.danger');
    await desk.getByText('Le résultat est publié.').waitFor({ timeout: LIMIT });
    await text(phone, '#state', 'résultat publié');
  },

  // WCAG 2.2 AA by axe on every page: both languages, both colour schemes, a small phone and a desk; nothing scrolls sideways.
  async accessible(open) {
    const desk = await organiser(open);
    const session = await desk.context().cookies();
    const paths = ['', 'v/clos', 'v/heure', 'v/brouillon', 'screen/heure', 'screen/clos', 'screen/vingt', 'organiser',
      'organiser/new', 'organiser/poll/liste', 'organiser/poll/clos', 'v/liste', 'nowhere'];
    for (const locale of ['fr-FR', 'en-GB']) {
      for (const colorScheme of ['light', 'dark']) {
        const page = await open({ locale, colorScheme, reducedMotion: 'reduce', bypassCSP: false });
        await page.context().addCookies(session);
        for (const width of [320, 1440]) {
          // Four of the eight hold every pair of language, scheme and width; the soak looks at all.
          const isOdd = (locale === 'fr-FR') !== (colorScheme === 'light') !== (width === 320);
          if (isOdd && more !== 'all') continue;
          await page.setViewportSize({ width, height: 900 });
          for (const path of paths) {
            const where = `/${path} ${locale} ${colorScheme} ${width}`;
            await page.goto(url + path);
            await check(page, where);
            assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'scrolls sideways: ' + where);
          }
          await page.goto(url + 'screen/heure');
          await page.keyboard.press('?');
          await check(page, 'help ' + width);
          await page.goto(url + 'organiser');
          await page.locator('button[value=close]').first().click();
          await page.locator('.consequence').waitFor({ timeout: LIMIT });
          await check(page, 'question ' + width);
        }
        await page.context().close();
      }
    }
  },

  // 0, 1, 7 and 10,000 votes; 20 options of 80 characters; right to left; markup: seen on the screens as they are.
  async sizes(open) {
    const seen = { vide: ['0', '–'], un: ['1'], sept: ['7'], foule: ['10 000'], vingt: ['777'] };
    for (const [poll, [total]] of Object.entries(seen)) {
      for (const size of [[320, 568], [768, 1024], [1024, 768], [1440, 900], [1920, 1080], [3840, 2160]]) {
        const page = await open({ locale: 'fr-FR', viewport: { width: size[0], height: size[1] } });
        await page.goto(url + 'screen/' + poll);
        await text(page, '#turnout', total);
        await text(page, '#connection', 'en direct');
        const faults = await page.evaluate(overlaps);
        assert.deepEqual(faults, [], poll + ' at ' + size);
        if (size[0] >= 1024) {
          assert.ok(await page.evaluate(() => document.documentElement.scrollHeight <= innerHeight), poll + ' scrolls at ' + size);
        }
        await page.context().close();
      }
    }
    const crowd = await open(PROJECTOR);
    await crowd.goto(url + 'screen/foule');
    await text(crowd, '#seats p', 'un siège = 17 votes');
    await text(crowd, 'tr[data-option=o0] .count', '6 100');
    await text(crowd, 'tr[data-option=o0] .percent', '61 %');
    const english = await open({ locale: 'en-GB', viewport: { width: 1920, height: 1080 } });
    await english.goto(url + 'screen/foule');
    await text(english, 'tr[data-option=o0] .count', '6,100');
    await text(english, 'tr[data-option=o0] .percent', '61%');
    const arabic = await open(PHONE);
    await arabic.goto(url + 'v/sept');
    assert.equal(await arabic.evaluate(() => getComputedStyle(document.querySelector('.choice span')).direction), 'rtl');
    assert.equal(await arabic.locator('.choice span').nth(2).innerText(), '<b>gras</b> & =cmd()');
    assert.equal(await arabic.locator('main b').count(), 0);
    const empty = await open(PROJECTOR);
    await empty.goto(url + 'screen/vide');
    await text(empty, 'tr[data-option=o0] .percent', '0 %');
    assert.equal(await empty.locator('#seats circle.lit').count(), 0);
  },

  // The verdict is still there after a reload and in a second tab; another person can vote on the same device.
  async kept(open) {
    const first = await open(PHONE);
    await first.goto(url + 'v/heure');
    const second = await first.context().newPage();
    await second.goto(url + 'v/heure');
    await vote(first, 'Deux onglets', 'ete');
    await text(second, '#verdict .words', 'a voté');
    assert.ok(await second.locator('#form').isHidden());
    await first.reload();
    await text(first, '#verdict .words', 'a voté');
    const number = await first.locator('#verdict .number').innerText();
    assert.match(number, /^bulletin n° \d+$/);
    assert.ok(!(await first.evaluate(() => JSON.stringify(localStorage))).includes('ete'), 'the choice is not kept');
    await first.click('#next a');
    await vote(first, 'Quelqu’un d’autre', 'hiver');
    assert.notEqual(await first.locator('#verdict .number').innerText(), number);
  },

  // A receipt of somebody else's ballot under the same name changes nothing; the own one decides.
  async receipts(open) {
    const page = await open(PHONE);
    await page.goto(url + 'v/heure');
    await talk('SPY'); // subscribes to every receipt, and votes under the same name meanwhile
    await page.fill('#name', 'Même nom');
    await page.click('label.choice:has(input[value=ete])');
    await page.click('#vote button');
    await text(page, '#verdict .words', 'erreur, vote déjà réalisé');
    await page.getByText('Un bulletin compte déjà sous ce nom.').waitFor({ timeout: LIMIT });
    assert.ok(await page.locator('#vote').isVisible(), 'another name can be typed');
  },

  // Plain http on a name that is not localhost: no secure context, and all of it works.
  async host(open) {
    const page = await open(PHONE);
    await page.goto(url);
    assert.equal(await page.evaluate(() => isSecureContext), false);
    assert.equal(new URL(page.url()).hostname, 'assemblee.example');
    await vote(page, 'Par le nom', 'ete');
    await text(page, 'tr[data-option=ete] .count', '1');
    if (more === 'live') await text(page, '#connection', 'en direct');
    const form = await open({ locale: 'fr-FR', javaScriptEnabled: false });
    await form.goto(url);
    await form.fill('#name', 'Sans script');
    await form.check('input[value=hiver]', { force: true });
    await form.click('button[type=submit]');
    await form.getByText('a voté').first().waitFor({ timeout: LIMIT });
    await text(page, '#total', '2');
    const desk = await organiser(open);
    await desk.getByText('Nouveau scrutin').waitFor({ timeout: LIMIT });
  },

  // The screen while many vote: how late it is, and how long the page is busy.
  async crowd(open) {
    const hall = await open(PROJECTOR);
    await hall.addInitScript(() => {
      window.longTasks = [];
      new PerformanceObserver((list) => list.getEntries().forEach((task) => window.longTasks.push(Math.round(task.duration))))
        .observe({ type: 'longtask', buffered: true });
      window.shownAt = [];
      addEventListener('DOMContentLoaded', () => {
        const turnout = document.getElementById('turnout');
        new MutationObserver(() => window.shownAt.push([Date.now(), Number(turnout.textContent.replace(/\D/g, ''))]))
          .observe(turnout, { childList: true, characterData: true, subtree: true });
      });
    });
    const phone = await open(PHONE);
    await phone.goto(url + 'v/heure');
    await hall.goto(url + 'screen/heure');
    await text(hall, '#connection', 'en direct');
    await hall.evaluate(() => { window.longTasks.length = 0; });
    // Java answers with when how many were counted: "millis count millis count ..."
    const counted = (await talk('CROWD')).toString().trim().split(' ').map(Number);
    const total = counted[counted.length - 1];
    await text(hall, '#turnout', total.toLocaleString('fr').replace(/[\u202f\u00a0]/g, ' '));
    const { shownAt, longTasks } = await hall.evaluate(() => ({ shownAt: window.shownAt, longTasks: window.longTasks }));
    const late = [];
    for (let i = 0; i < counted.length; i += 2) {
      late.push(shownAt.find(([, shown]) => shown >= counted[i + 1])[0] - counted[i]);
    }
    const busy = longTasks.reduce((a, b) => a + b, 0);
    console.log(`${total} votes; shown ${Math.max(...late)} ms after they were counted at the latest (${late.length} looks);`
      + ` ${shownAt.length} updates; long tasks: ${longTasks.length}, ${busy} ms, the longest ${Math.max(0, ...longTasks)} ms`);
    assert.ok(Math.max(...late) < Number(more), `late: ${late}`);
    assert.ok(Math.max(0, ...longTasks) < 1_000, `long tasks: ${longTasks}`);
    await vote(phone, 'Au milieu de tous', 'ete');
  },
};

// What lies over what, in the page: numbers over bars or labels, and what leaves its row or the screen.
function overlaps() {
  const faults = [];
  const box = (element) => element.getBoundingClientRect();
  const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
  const textBox = (element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    return range.getBoundingClientRect();
  };
  for (const row of document.querySelectorAll('#bars tr')) {
    const parts = ['th', '.count', '.percent'].map((part) => textBox(row.querySelector(part)));
    parts.push(box(row.querySelector('.bar svg')));
    for (let i = 0; i < parts.length; i++) {
      for (let k = i + 1; k < parts.length; k++) if (meet(parts[i], parts[k])) faults.push(row.dataset.option + ': ' + i + ' over ' + k);
      if (parts[i].right > innerWidth + 1) faults.push(row.dataset.option + ': ' + i + ' leaves the screen');
    }
  }
  const bottom = ['.assembly .seats', '.turnout', '.join .words', '.join .qr', '.final'].map((part) => document.querySelector(part)).filter(Boolean);
  for (let i = 0; i < bottom.length; i++) {
    for (let k = i + 1; k < bottom.length; k++) if (meet(box(bottom[i]), box(bottom[k]))) faults.push(bottom[i].className + ' over ' + bottom[k].className);
  }
  const top = [document.querySelector('.count'), document.querySelector('.bottom')].map(box);
  for (const row of document.querySelectorAll('#bars tr')) if (box(row).bottom > top[1].top + 1) faults.push('a row reaches into the bottom');
  return [...new Set(faults)];
}

run(scenarios, scenario, executablePath, scenario === 'host' ? ['--host-resolver-rules=MAP assemblee.example ' + process.env.HOST_ADDRESS] : []);
