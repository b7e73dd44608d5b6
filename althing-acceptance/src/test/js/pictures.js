// Makes the pictures of docs/assemblee.md and docs/assembly.md: node pictures.js CHROMIUM FOLDER
// Ten actions from an empty folder to a published result; prints how long it took.
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { chromium } = require('playwright-core');

const [executablePath, folder] = process.argv.slice(2);
const LIMIT = 60_000;
const NAMES = ['Alice', 'Bruno', 'Carla', 'Dimitri', 'Émile', 'Fatou', 'Gaël', 'Hawa', 'Ines', 'Jules', 'Karim', 'Léa', 'Malik',
  'Nora', 'Oscar', 'Paula', 'Quentin', 'Rosa', 'Samir', 'Tess', 'Ugo', 'Vera', 'Wassim', 'Xavier', 'Yasmine', 'Zoé'];

const texts = {
  fr: {
    locale: 'fr-FR', new: 'Nouveau scrutin', question: 'Où va-t-on pour la sortie de juin ?', field: '#question-fr',
    options: ['À la mer', 'À la montagne', 'En ville'], lines: '#options-fr', open: 'Enregistrer et ouvrir',
  },
  en: {
    locale: 'en-GB', new: 'New poll', question: 'Where do we go on the outing in June?', field: '#question-en',
    options: ['To the sea', 'To the mountains', 'To the city'], lines: '#options-en', open: 'Save and open',
  },
};

function up(data) {
  const child = spawn('althing-dist/src/dist/bin/althing',
    ['up', '--data', data, '--mqtt-port', '0', '--vote-port', '0', '--web-port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((resolve) => {
    let out = '';
    child.stdout.on('data', (text) => {
      out += text;
      if (out.includes('Ctrl-C')) resolve({ child, link: out.match(/http:\S+organiser#t=\S+/)[0] });
    });
  });
}

async function assembly(browser, language) {
  const words = texts[language];
  const data = fs.mkdtempSync(path.join(os.tmpdir(), 'assembly-'));
  const began = Date.now();
  const { child, link } = await up(data);
  const base = link.slice(0, link.indexOf('organiser'));
  const shot = (page, name) => page.screenshot({ path: path.join(folder, `${name}-${language}.png`) });
  try {
    const desk = await (await browser.newContext({ locale: words.locale, viewport: { width: 1200, height: 800 } })).newPage();
    await desk.goto(link);
    await desk.getByText(words.new).waitFor({ timeout: LIMIT });
    await shot(desk, '1-organiser');
    await desk.getByText(words.new).click();
    await desk.fill(words.field, words.question);
    await desk.fill(words.lines, words.options.join('\n'));
    await desk.locator('#preview').getByText(words.options[2]).waitFor({ timeout: LIMIT });
    await desk.evaluate(() => scrollTo(0, 0));
    await shot(desk, '2-new');
    await desk.getByText(words.open).click();
    await desk.locator('section.open').first().waitFor({ timeout: LIMIT });
    await shot(desk, '3-open');
    const hallLink = await desk.locator('a[href^="/screen/"]').first().getAttribute('href');
    const hall = await desk.context().newPage();
    await hall.setViewportSize({ width: 1600, height: 900 });
    await hall.goto(new URL(hallLink, base).href);
    const phone = await (await browser.newContext({ locale: words.locale, viewport: { width: 390, height: 844 },
      deviceScaleFactor: 2 })).newPage();
    const poll = hallLink.match(/screen\/([^?]+)/)[1];
    await phone.goto(base + 'v/' + poll);
    await phone.fill('#name', 'Zoé');
    await phone.locator('label.choice').first().click();
    await shot(phone, '4-ballot');
    await phone.locator('#vote button').click();
    await phone.locator('#verdict.voted').waitFor({ timeout: LIMIT });
    for (const [i, name] of NAMES.slice(0, 25).entries()) {
      const choice = await phone.locator('#bars tr').nth([0, 1, 0, 2, 1, 0][i % 6]).getAttribute('data-option');
      await fetch(base + 'v/' + poll, { method: 'POST', body: new URLSearchParams({ name, choice }) });
    }
    await hall.waitForFunction(() => document.getElementById('turnout').textContent === '26', null, { timeout: LIMIT });
    await hall.waitForTimeout(600); // the bars come to rest
    await shot(phone, '5-voted');
    await shot(hall, '6-hall');
    await hall.keyboard.press('Space');
    await hall.locator('#ask-close[open]').waitFor({ timeout: LIMIT });
    await shot(hall, '7-close');
    await hall.keyboard.press('Enter');
    await hall.locator('.final').waitFor({ timeout: LIMIT });
    await hall.waitForTimeout(600);
    await shot(hall, '8-final');
    await desk.goto(base + 'organiser?lang=' + language);
    await desk.locator('button[value=publish]').first().click();
    await desk.locator('button.danger').click();
    await desk.locator('.notice.done').waitFor({ timeout: LIMIT });
    await shot(desk, '9-published');
    console.log(`${language}: ${Math.round((Date.now() - began) / 1000)} s`);
  } finally {
    child.kill();
  }
}

(async () => {
  fs.mkdirSync(folder, { recursive: true });
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  for (const language of Object.keys(texts)) await assembly(browser, language);
  await browser.close();
})();
