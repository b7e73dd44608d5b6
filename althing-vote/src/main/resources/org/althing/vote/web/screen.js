// The screen for the hall: bars and seats over MQTT, a keyboard remote, and an honest edge when the connection is lost.

import { MqttClient } from './mqtt.js';
import { Bars, put } from './bars.js';
import { Clock } from './clock.js';
import { Seats } from './seats.js';

const POLL_MS = 2000;
const IDLE_MS = 3000;
const main = document.getElementById('screen');
const data = main.dataset;
const words = JSON.parse(data.words);
const bars = new Bars(document.documentElement.lang);
const seats = new Seats(document.getElementById('seats'), words.seat, Number(data.batch));
const clock = new Clock(document.getElementById('clock'), Number(data.now), '%s');
const edge = document.getElementById('connection');
const turnout = document.getElementById('turnout');
const state = document.getElementById('state');
const note = document.getElementById('note');

// Many options stand in columns, each in the order asked.
const columns = document.querySelector('.bars.very-many') ? 3 : 2;
document.getElementById('bars').style.setProperty('--rows', Math.ceil(bars.rows.size / columns));

let last = null; // what the server said last
let lastAt = Date.now();
let isConcealed = false; // by R
let lost = '';

function show(results) {
  lastAt = Date.now();
  if (results.state !== data.state || String(results.round) !== data.round) {
    if (!leaving) location.reload();
    leaving = true;
    return;
  }
  if (last && JSON.stringify(last) === JSON.stringify(results)) return;
  last = results;
  draw();
}

let leaving = false;

function draw() {
  if (!last) return;
  const seen = isConcealed ? { ...last, counts: null } : last;
  bars.show(seen);
  seats.show(seen);
  put(turnout, bars.number.format(last.total));
  put(state, seen.counts ? words.states[last.state] : words.hidden);
  put(note, bars.heldBack(seen, words.batch));
  clock.set(last.until);
}

async function ask() {
  try {
    const answer = await fetch('/v/' + data.poll + '/results');
    if (answer.ok) show(await answer.json());
  } catch { /* the edge says it */ }
}

let asking = 0;
function onState(now, seconds) {
  clearInterval(asking);
  lost = now === 'lost' ? words.lost.replace('%s', seconds) : '';
  edge.className = 'connection ' + now;
  put(edge, now === 'lost' ? lost : words[now]);
  if (now === 'lost') asking = setInterval(ask, POLL_MS);
}

// Figures that grow old say how old they are.
setInterval(() => {
  const age = Math.round((Date.now() - lastAt) / 1000);
  if (lost) put(edge, lost + (age > 2 ? ' · ' + words.age.replace('%s', age) : ''));
}, 1000);

const url = (location.protocol === 'https:' ? 'wss://' : 'ws://') + location.host + '/mqtt';
const mqtt = new MqttClient(url, onState);
mqtt.subscribe('vote/v1/' + data.poll + '/results', (text) => show(JSON.parse(text)));
addEventListener('online', () => mqtt.hurry());
if (data.state !== 'draft') ask();
else draw();

// ------------------------------------------------------------------------------------------------ the remote

const help = document.getElementById('help');
const askClose = document.getElementById('ask-close');

function command(word) {
  return document.querySelector('#controls button[value="' + word + '"]');
}

// What the close means, with how many have voted by now.
function question() {
  const said = document.getElementById('ask-words');
  put(said, said.dataset.words.replace('%s', bars.number.format(last ? last.total : 0)));
  askClose.showModal();
}

function conceal() {
  isConcealed = !isConcealed;
  main.classList.toggle('concealed', isConcealed);
  document.getElementById('key-r').setAttribute('aria-pressed', String(isConcealed));
  draw();
}

function next() {
  if (command('open')) command('open').click();
  else if (command('close')) question();
  else if (data.next) location.href = data.next + '?lang=' + document.documentElement.lang;
}

function fullScreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen().catch(() => { /* the browser does not want to */ });
}

function scheme(to) {
  document.documentElement.classList.remove('light', 'dark');
  if (to) document.documentElement.classList.add(to);
}

const SCHEME = 'scheme';
try {
  scheme(localStorage.getItem(SCHEME));
} catch { /* no storage: the system's scheme */ }

function otherScheme() {
  const isDark = document.documentElement.classList.contains('dark')
    || !document.documentElement.classList.contains('light') && matchMedia('(prefers-color-scheme: dark)').matches;
  const to = isDark ? 'light' : 'dark';
  scheme(to);
  try {
    localStorage.setItem(SCHEME, to);
  } catch { /* as above */ }
}

const keys = {
  ' ': next,
  r: conceal,
  f: fullScreen,
  q: () => main.classList.toggle('large-code'),
  d: otherScheme,
  '?': () => (help.open ? help.close() : help.showModal()),
};

document.addEventListener('keydown', (event) => {
  const isTyping = event.target.closest('button, a, input, dialog') && (event.key === ' ' || event.key === 'Enter');
  const action = keys[event.key.toLowerCase()];
  if (!action || event.ctrlKey || event.metaKey || event.altKey || event.repeat || isTyping) return;
  if (document.querySelector('dialog[open]') && event.key !== '?') return;
  event.preventDefault();
  action();
});

document.getElementById('key-r').addEventListener('click', conceal);
document.getElementById('key-f').addEventListener('click', fullScreen);
document.getElementById('key-help').addEventListener('click', () => help.showModal());
const closing = command('close');
if (closing) {
  closing.addEventListener('click', (event) => {
    event.preventDefault();
    question();
  });
}

// The pointer and the controls are there while the mouse moves or the keyboard is among them.
let idle = 0;
function awake() {
  document.body.classList.remove('idle');
  clearTimeout(idle);
  idle = setTimeout(() => {
    const controls = document.getElementById('controls');
    if (!controls.contains(document.activeElement) && !document.querySelector('dialog[open]')) {
      document.body.classList.add('idle');
    }
  }, IDLE_MS);
}
for (const event of ['pointermove', 'pointerdown', 'focusin']) addEventListener(event, awake, { passive: true });
document.body.classList.add('idle');
