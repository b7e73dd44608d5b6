// The ballot page comes alive: bars over MQTT on WebSocket, the ballot over MQTT with its own identifier, sent again until
// its own receipt comes, and by the form's address where there is no MQTT. Without this script the page works as a form.

import { MqttClient, hex } from './mqtt.js';
import { Bars } from './bars.js';
import { Seats } from './seats.js';

const RESEND_MS = 2000;
const RESEND_LAST_MS = 30000;
const POLL_MS = 2000;
const ROOT = 'vote/v1/';

function start(main) {
  const words = main.dataset;
  const poll = words.poll;
  const topics = ROOT + poll + '/';
  const bars = new Bars(words.lang);
  const seats = new Seats(document.getElementById('seats'), words.seat);
  const connection = document.getElementById('connection');
  const state = document.getElementById('state');
  let shownSeq = -1;
  let fallback = 0;
  let ballots = null;

  function show(results) {
    if (results.seq < shownSeq) return;
    shownSeq = results.seq;
    if (!results.counts) {
      bars.total.textContent = bars.number.format(results.total);
      return;
    }
    bars.show(results);
    seats.show(results);
    if (results.state === 'closed' || results.state === 'published') state.textContent = words.final;
  }

  async function fetchResults() {
    try {
      const own = ballots ? ballots.lastId : '';
      const answer = await fetch('/v/' + poll + '/results' + (own ? '?id=' + own : ''));
      if (answer.ok) show(await answer.json());
    } catch { /* the network is away; the state of the connection says so */ }
  }

  function onState(now, seconds) {
    connection.className = 'connection ' + now;
    connection.textContent = now === 'live' ? words.live
      : now === 'connecting' ? words.connecting : words.lost.replace('%s', seconds);
    clearInterval(fallback);
    if (now === 'lost') fallback = setInterval(fetchResults, POLL_MS);
    if (now === 'live') ballots.resend();
  }

  const url = (location.protocol === 'https:' ? 'wss://' : 'ws://') + location.host + '/mqtt';
  ballots = new Ballots(poll, topics, words, () => { shownSeq = -1; fetchResults(); });
  fetchResults();
  const mqtt = new MqttClient(url, onState);
  ballots.use(mqtt);
  mqtt.subscribe(topics + 'results', (text) => show(JSON.parse(text)));
  addEventListener('online', () => mqtt.hurry());
}

// One ballot at a time, from the form to its receipt.
class Ballots {
  constructor(poll, topics, words, onVoted) {
    this.onVoted = onVoted;
    // Where the server wants a proof, the ballot goes by the form's address only: a PIN or a code is nobody else's.
    this.byForm = words.who === 'proof';
    this.lastId = '';
    this.poll = poll;
    this.topics = topics;
    this.words = words;
    this.form = document.getElementById('vote');
    this.verdict = document.getElementById('verdict');
    this.waiting = null;
    this.timer = 0;
    if (this.form) {
      this.form.addEventListener('submit', (event) => {
        event.preventDefault();
        this.cast();
      });
    }
  }

  use(mqtt) {
    this.mqtt = mqtt;
    const kept = this.kept();
    if (kept && this.form) this.send(kept);
  }

  cast() {
    if (this.waiting) return;
    const fields = new FormData(this.form);
    const choice = fields.getAll('choice');
    for (const [name, value] of fields) {
      if (name.startsWith('score-') && value !== '') choice.push(name.slice(6) + '=' + value);
    }
    const ballot = { name: clean(fields.get('name')), choice, id: hex(16) };
    for (const name of ['pin', 'code']) if (fields.get(name)) ballot[name] = fields.get(name);
    this.send(ballot);
  }

  send(ballot) {
    this.waiting = ballot;
    this.wait = RESEND_MS;
    this.keep(ballot);
    this.form.querySelector('button').disabled = true;
    this.say('', this.words.sending, '', '');
    if (this.byForm) {
      this.attempt();
      return;
    }
    this.receiptTopic = this.topics + 'receipt/' + level(ballot.name);
    this.mqtt.subscribe(this.receiptTopic, (text) => this.onReceipt(text));
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
      const answer = await fetch(this.form.action, {
        method: 'POST',
        headers: { Accept: 'application/json' },
        body: fields(ballot),
      });
      if (answer.status !== 503) this.onReceipt(await answer.text());
    } catch { /* sent again by the timer */ }
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
    this.waiting = null;
    clearTimeout(this.timer);
    if (!this.byForm) this.mqtt.unsubscribe(this.receiptTopic);
    this.keep(null);
    this.form.querySelector('button').disabled = false;
    const voted = receipt.status === 'voted';
    if (voted) {
      this.lastId = ballot.id;
      this.onVoted();
    }
    const own = this.words[voted ? 'voted' : 'already'];
    const translated = voted || receipt.status === 'already-voted' ? own : receipt.text;
    this.say(voted ? 'voted' : 'refused', translated, voted ? this.words.number + ' ' + receipt.seq : '',
      translated === receipt.text ? '' : receipt.text);
  }

  say(kind, words, number, original) {
    this.verdict.className = 'verdict ' + kind;
    this.verdict.querySelector('.words').textContent = words;
    this.verdict.querySelector('.number').textContent = number;
    this.verdict.querySelector('.original').textContent = original;
  }

  // A PIN is kept no longer than the tab.
  store() {
    return this.byForm ? sessionStorage : localStorage;
  }

  kept() {
    try {
      return JSON.parse(this.store().getItem('vote/' + this.poll));
    } catch {
      return null;
    }
  }

  keep(ballot) {
    try {
      if (ballot) this.store().setItem('vote/' + this.poll, JSON.stringify(ballot));
      else this.store().removeItem('vote/' + this.poll);
    } catch { /* private windows may have no storage: then a reload asks again */ }
  }
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

// The secret of an organiser's link.
function enter(form) {
  const secret = new URLSearchParams(location.hash.slice(1)).get('t');
  if (!secret) return;
  history.replaceState(null, '', location.pathname + location.search);
  form.elements.secret.value = secret;
  form.submit();
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
const secretForm = document.getElementById('secret-form');
if (secretForm) enter(secretForm);
