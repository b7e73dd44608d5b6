// Counts a round down by the server's clock: browsers' clocks are off by minutes.

import { put } from './bars.js';

export class Clock {
  constructor(element, serverNow, sentence) {
    this.element = element;
    this.ahead = serverNow - Date.now();
    this.sentence = sentence;
    this.until = 0;
    setInterval(() => this.tick(), 500);
  }

  // Wall clock of the server in milliseconds; 0 for no end.
  set(until) {
    this.until = until || 0;
    this.tick();
  }

  tick() {
    const left = Math.ceil((this.until - Date.now() - this.ahead) / 1000);
    put(this.element, this.until && left >= 0 ? this.sentence.replace('%s', clock(left)) : '');
    this.element.classList.toggle('soon', this.until > 0 && left <= 10);
  }
}

function clock(seconds) {
  const two = (n) => String(n).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const rest = two(Math.floor(seconds / 60) % 60) + ':' + two(seconds % 60);
  return hours ? hours + ':' + rest : rest;
}
