// The ballot page comes alive: bars over MQTT on WebSocket, the ballot over MQTT with its own identifier, sent again until
// its own receipt comes, and by the form's address where there is no MQTT. Without this script the page works as a form.

import { MqttClient, hex } from './mqtt.js';
import { Bars, put } from './bars.js';
import { Clock } from './clock.js';
import { Seats } from './seats.js';

const RESEND_MS = 2000;
const RESEND_LAST_MS = 30000;
const POLL_MS = 2000;
const ROOT = 'vote/v1/';

function start(main) {
  const data = main.dataset;
  const words = JSON.parse(data.words);
  const topics = ROOT + data.poll + '/';
  const url = (location.protocol === 'https:' ? 'wss://' : 'ws://') + location.host + '/mqtt';
  if (data.state === 'draft') {
    // Nothing is published of a draft; as soon as it is open, there is.
    new MqttClient(url, connection(words, data.poll, () => {}, opened)).subscribe(topics + 'results', opened);
    return;
  }
  const bars = new Bars(document.documentElement.lang);
  const seats = new Seats(document.getElementById('seats'), words.seat, Number(data.batch));
  const clock = new Clock(document.getElementById('clock'), Number(data.now), '· ' + words.left);
  let state = data.state + data.round;
  let shown = '';
  let ballots = null;

  function show(results) {
    const text = JSON.stringify(results);
    if (text === shown) return;
    shown = text;
    if (results.counts || !ballots.last) {
      bars.show(results);
      seats.show(results);
      put(document.getElementById('state'), results.counts ? words.states[results.state] : words.hidden);
    }
    put(document.getElementById('note'), bars.heldBack(results, words.batch));
    clock.set(results.until);
    if (state !== results.state + results.round) {
      state = results.state + results.round;
      main.dataset.round = results.round;
      renew();
    }
  }

  async function fetchResults() {
    const own = ballots.last ? '?id=' + ballots.last.id : '';
    const answer = await fetch('/v/' + data.poll + '/results' + own);
    if (answer.ok) show(await answer.json());
  }

  // The poll was opened, paused or closed: the server's page says what can be done now.
  async function renew() {
    try {
      const answer = await fetch('/v/' + data.poll + '?lang=' + document.documentElement.lang);
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      const form = page.getElementById('form');
      if (form) ballots.renew(form);
    } catch { state = ''; /* no network: with the next results */ }
  }

  ballots = new Ballots(data, topics, words, () => quietly(fetchResults));
  clock.set(Number(data.until));
  quietly(fetchResults);
  const mqtt = new MqttClient(url, connection(words, data.poll, () => ballots.resend(), () => quietly(fetchResults)));
  ballots.use(mqtt);
  mqtt.subscribe(topics + 'results', (text) => {
    const results = JSON.parse(text);
    // What only those see who have voted is not in what everybody gets.
    if (!results.counts && ballots.last && results.state !== 'closed') quietly(fetchResults);
    else show(results);
  });
  addEventListener('online', () => mqtt.hurry());
}

async function opened() {
  try {
    const answer = await fetch(location.href);
    if (answer.ok && !(await answer.text()).includes('data-state="draft"')) location.reload();
  } catch { /* no network: the next try comes by itself */ }
}

function quietly(task) {
  task().catch(() => { /* the network is away; the state of the connection says so */ });
}

// Says how the connection is; while it is lost, asks by HTTP.
function connection(words, poll, onLive, ask) {
  const element = document.getElementById('connection');
  let asking = 0;
  return (now, seconds) => {
    element.className = 'connection ' + now;
    put(element, now === 'lost' ? words.lost.replace('%s', seconds) : words[now]);
    clearInterval(asking);
    if (now === 'lost') asking = setInterval(ask, POLL_MS);
    if (now === 'live') onLive();
  };
}

// One ballot at a time, from the form to its receipt. What was sent, and what became of it, is kept: a reload, another tab
// and a lost network change nothing.
class Ballots {
  constructor(data, topics, words, onVoted) {
    this.onVoted = onVoted;
    // Where the server wants a proof, the ballot goes by the form's address only: a PIN or a code is nobody else's.
    this.byForm = data.who === 'proof';
    this.canChange = data.change === 'until-close';
    this.data = data;
    this.topics = topics;
    this.words = words;
    this.number = new Intl.NumberFormat(document.documentElement.lang);
    this.box = document.getElementById('form');
    this.next = document.getElementById('next');
    this.verdict = document.getElementById('verdict');
    this.waiting = null;
    this.last = null;
    this.timer = 0;
    document.addEventListener('submit', (event) => {
      if (event.target === this.box.querySelector('form')) {
        event.preventDefault();
        this.cast(event.target);
      }
    });
    this.next.addEventListener('click', (event) => {
      event.preventDefault();
      this.again();
    });
    addEventListener('storage', (event) => {
      if (event.key === 'voted/' + data.poll) this.recall();
    });
  }

  use(mqtt) {
    this.mqtt = mqtt;
    this.recall();
    const kept = read(this.store(), 'vote/' + this.data.poll);
    if (kept && kept.round === this.data.round && !this.isDone(kept.id)) this.send(kept);
  }

  isDone(id) {
    return this.last !== null && this.last.id === id;
  }

  // The verdict that this browser was given in this round, perhaps in another tab.
  recall() {
    const voted = read(localStorage, 'voted/' + this.data.poll);
    if (!voted || voted.round !== this.data.round || this.verdict.classList.contains('voted') || this.isDone(voted.id)) {
      return;
    }
    if (this.waiting && this.waiting.id !== voted.id) return;
    this.settle();
    this.counted(voted);
  }

  // The form as the server has it now: after the close there is none.
  renew(form) {
    const name = this.box.querySelector('#name');
    const fresh = form.querySelector('#name');
    if (name && fresh) fresh.value = name.value;
    const wasDone = this.last !== null;
    this.box.replaceChildren(...form.childNodes);
    const kept = read(localStorage, 'voted/' + this.data.poll);
    if (wasDone && (!kept || kept.round !== this.data.round)) this.again();
    const isOpen = Boolean(this.box.querySelector('form'));
    this.next.hidden = !this.last || !isOpen;
    this.box.hidden = Boolean(this.last) && isOpen;
  }

  // For somebody else at the same device, or to change the vote.
  again() {
    this.last = null;
    this.next.hidden = true;
    this.box.hidden = false;
    this.say('', '', '', '');
    if (!this.box.querySelector('form')) {
      location.reload();
      return;
    }
    const name = this.box.querySelector('#name');
    if (!this.canChange) {
      forget(localStorage, 'voted/' + this.data.poll);
      this.box.querySelector('form').reset();
    }
    if (name) name.focus();
  }

  cast(form) {
    if (this.waiting) return;
    const fields = new FormData(form);
    const choice = fields.getAll('choice');
    for (const [name, value] of fields) {
      if (name.startsWith('score-') && value !== '') choice.push(name.slice(6) + '=' + value);
    }
    const ballot = { name: clean(fields.get('name')), choice, id: hex(16), round: this.data.round };
    for (const name of ['pin', 'code']) if (fields.get(name)) ballot[name] = fields.get(name);
    this.send(ballot);
  }

  send(ballot) {
    this.waiting = ballot;
    this.wait = RESEND_MS;
    write(this.store(), 'vote/' + this.data.poll, ballot);
    this.busy(true);
    this.say('sending', this.words.sending, '', '');
    if (!this.byForm) {
      this.receiptTopic = this.topics + 'receipt/' + level(ballot.name);
      this.mqtt.subscribe(this.receiptTopic, (text) => this.onReceipt(text));
    }
    this.attempt();
  }

  // A connection came back.
  resend() {
    if (this.waiting) this.attempt();
  }

  attempt() {
    clearTimeout(this.timer);
    const ballot = this.waiting;
    const payload = JSON.stringify({ v: 1, choice: ballot.choice, id: ballot.id });
    if (this.byForm) this.post(ballot);
    else if (!this.mqtt.publish(this.topics + 'ballot/' + level(ballot.name), payload)) this.post(ballot);
    this.timer = setTimeout(() => this.post(ballot).then(() => { if (this.waiting === ballot) this.attempt(); }), this.wait);
    this.wait = Math.min(this.wait * 2 * (0.75 + Math.random() / 2), RESEND_LAST_MS);
  }

  // The same ballot by the form's address: the identifier makes it the same vote, whichever arrives.
  async post(ballot) {
    try {
      const answer = await fetch('/v/' + this.data.poll + '?lang=' + document.documentElement.lang, {
        method: 'POST',
        headers: { Accept: 'application/json' },
        body: fields(ballot),
      });
      if (answer.status !== 503) this.onReceipt(await answer.text());
    } catch {
      if (this.waiting === ballot) this.say('sending', this.words.sending, this.words.waiting, '');
    }
  }

  onReceipt(text) {
    let receipt;
    try {
      receipt = JSON.parse(text);
    } catch {
      return; // a receipt of somebody else's text ballot under the same name
    }
    const ballot = this.waiting;
    if (!ballot || receipt.id !== ballot.id || receipt.status === 'degraded' || receipt.status === 'busy') return;
    this.settle();
    if (receipt.status === 'voted') {
      // Not what was chosen: the next person at this device has no business with it.
      const voted = { id: ballot.id, seq: receipt.seq, round: ballot.round };
      write(localStorage, 'voted/' + this.data.poll, voted);
      this.counted(voted);
      return;
    }
    const words = receipt.status === 'already-voted' ? this.words.already : receipt.text;
    this.say('refused', words, this.words.hints[receipt.status] || '', words === receipt.text ? '' : receipt.text);
  }

  // Nothing is on its way any more.
  settle() {
    this.waiting = null;
    clearTimeout(this.timer);
    if (this.receiptTopic) this.mqtt.unsubscribe(this.receiptTopic);
    this.receiptTopic = '';
    forget(this.store(), 'vote/' + this.data.poll);
    this.busy(false);
  }

  counted(voted) {
    this.last = voted;
    const isOpen = Boolean(this.box.querySelector('form'));
    this.box.hidden = isOpen;
    this.next.hidden = !isOpen;
    this.say('voted', this.words.voted, this.words.number + ' ' + this.number.format(voted.seq),
      this.words.voted === 'a voté' ? '' : 'a voté');
    this.onVoted();
  }

  busy(is) {
    const button = this.box.querySelector('button');
    if (button) button.disabled = is;
  }

  say(kind, words, more, original) {
    this.verdict.className = 'verdict ' + kind;
    put(this.verdict.querySelector('.words'), words);
    put(this.verdict.querySelector('.number'), more);
    put(this.verdict.querySelector('.original'), original);
    if (kind === 'voted' || kind === 'refused') this.verdict.scrollIntoView({ block: 'nearest' });
  }

  // A PIN is kept no longer than the tab.
  store() {
    return this.byForm ? sessionStorage : localStorage;
  }
}

// Private windows may have no storage: then a reload asks again.
function read(store, key) {
  try {
    return JSON.parse(store.getItem(key));
  } catch {
    return null;
  }
}

function write(store, key, value) {
  try {
    store.setItem(key, JSON.stringify(value));
  } catch { /* as above */ }
}

function forget(store, key) {
  try {
    store.removeItem(key);
  } catch { /* as above */ }
}

function clean(name) {
  return (name || '').normalize().trim().replace(/\s+/g, ' ');
}

// A ballot as the form would post it.
function fields(ballot) {
  const body = new URLSearchParams({ name: ballot.name, id: ballot.id });
  for (const name of ['pin', 'code']) if (ballot[name]) body.set(name, ballot[name]);
  for (const word of ballot.choice) {
    const cut = word.indexOf('=');
    if (cut < 0) body.append('choice', word);
    else body.append('score-' + word.slice(0, cut), word.slice(cut + 1));
  }
  return body;
}

// A one-time code in the fragment of the link, which no server and no log has seen: exchanged for a session, and gone.
async function exchangeCode(poll) {
  const code = new URLSearchParams(location.hash.slice(1)).get('k');
  if (!code) return;
  history.replaceState(null, '', location.pathname + location.search);
  try {
    const answer = await fetch('/v/' + poll + '/session', { method: 'POST', body: new URLSearchParams({ code }) });
    const field = document.getElementById('code');
    if (answer.ok && field) {
      field.required = false;
      document.getElementById('code-field').hidden = true;
      document.getElementById('code-known').hidden = false;
    } else if (field) {
      field.value = code;
    }
  } catch { /* the code can be typed */ }
}

// A name as one level of a topic, as the server reads it.
function level(name) {
  return name.replace(/[\u0000-\u001f\u007f/+#%]/g, (c) => '%' + c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0'));
}

// Last, when everything above is there.
const main = document.getElementById('poll');
if (main) {
  start(main);
  exchangeCode(main.dataset.poll);
}
