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

  function show(results) {
    if (results.seq < shownSeq) return;
    shownSeq = results.seq;
    bars.show(results);
    seats.show(results);
    if (results.state === 'closed') state.textContent = words.final;
  }

  async function fetchResults() {
    try {
      const answer = await fetch('/v/' + poll + '/results');
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

  fetchResults();
  const url = (location.protocol === 'https:' ? 'wss://' : 'ws://') + location.host + '/mqtt';
  const ballots = new Ballots(poll, topics, words);
  const mqtt = new MqttClient(url, onState);
  ballots.use(mqtt);
  mqtt.subscribe(topics + 'results', (text) => show(JSON.parse(text)));
  addEventListener('online', () => mqtt.hurry());
}

// One ballot at a time, from the form to its receipt.
class Ballots {
  constructor(poll, topics, words) {
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
        this.cast(this.form.elements.name.value, this.form.elements.choice.value);
      });
    }
  }

  use(mqtt) {
    this.mqtt = mqtt;
    const kept = this.kept();
    if (kept && this.form) this.send(kept);
  }

  cast(name, choice) {
    if (!this.waiting) this.send({ name: name.normalize().trim().replace(/\s+/g, ' '), choice, id: hex(16) });
  }

  send(ballot) {
    this.waiting = ballot;
    this.wait = RESEND_MS;
    this.keep(ballot);
    this.form.querySelector('button').disabled = true;
    this.say('', this.words.sending, '', '');
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
    const payload = JSON.stringify({ v: 1, choice: [ballot.choice], id: ballot.id });
    if (!this.mqtt.publish(this.topics + 'ballot/' + level(ballot.name), payload)) this.post(ballot);
    this.timer = setTimeout(() => this.post(ballot).then(() => { if (this.waiting === ballot) this.attempt(); }), this.wait);
    this.wait = Math.min(this.wait * 2 * (0.75 + Math.random() / 2), RESEND_LAST_MS);
  }

  // The same ballot by the form's address: the identifier makes it the same vote, whichever arrives.
  async post(ballot) {
    try {
      const answer = await fetch(this.form.action, {
        method: 'POST',
        headers: { Accept: 'application/json' },
        body: new URLSearchParams({ name: ballot.name, choice: ballot.choice, id: ballot.id }),
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
    this.mqtt.unsubscribe(this.receiptTopic);
    this.keep(null);
    this.form.querySelector('button').disabled = false;
    const voted = receipt.status === 'voted';
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

  kept() {
    try {
      return JSON.parse(localStorage.getItem('vote/' + this.poll));
    } catch {
      return null;
    }
  }

  keep(ballot) {
    try {
      if (ballot) localStorage.setItem('vote/' + this.poll, JSON.stringify(ballot));
      else localStorage.removeItem('vote/' + this.poll);
    } catch { /* private windows may have no storage: then a reload asks again */ }
  }
}

// A name as one level of a topic, as the server reads it.
function level(name) {
  return name.replace(/[\u0000-\u001f\u007f/+#%]/g, (c) => '%' + c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0'));
}

// Last, when everything above is there.
const main = document.getElementById('poll');
if (main) start(main);
