// The assembly: a half circle in which each ballot lights a seat. It shows how many people and which mix; the numbers are
// in the table. While counts are shown, seats have the options' colours, from left to right in the order asked. While they
// are hidden, seats light at places that say nothing, in batches where the vote is secret.

const SIZES = [24, 60, 120, 240, 420, 600];
const RADIUS = 100;
const INNER = 40;
const FEW = 75; // the radius of a single row
const SVG = 'http://www.w3.org/2000/svg';

// The seats of a half circle, row by row with even spacing, sorted from left to right.
function layout(seats) {
  const rows = seats < 8 ? 1 : Math.max(2, Math.round(Math.sqrt(seats / 3.4)));
  const radii = Array.from({ length: rows }, (_, i) => (rows === 1 ? FEW : INNER + (RADIUS - INNER) * i / (rows - 1)));
  const sum = radii.reduce((a, b) => a + b, 0);
  const places = [];
  let left = seats;
  radii.forEach((radius, i) => {
    const count = i === rows - 1 ? left : Math.round(seats * radius / sum);
    left -= count;
    for (let k = 0; k < count; k++) {
      const angle = Math.PI * (rows === 1 ? (k + 0.5) / count : count === 1 ? 0.5 : k / (count - 1));
      places.push({ angle, radius, x: -Math.cos(angle) * radius, y: -Math.sin(angle) * radius });
    }
  });
  places.sort((a, b) => a.angle - b.angle || b.radius - a.radius);
  const gap = Math.min((RADIUS - INNER) / Math.max(1, rows - 1), Math.PI * sum / seats);
  return { places, dot: Math.min(rows === 1 ? 10 : 6, gap * 0.41) };
}

// An order of places that is always the same and follows nothing: a full cycle with a step of the golden ratio.
function shuffled(count) {
  let step = Math.max(1, Math.round(count * 0.618));
  while (gcd(step, count) !== 1) step++;
  return Array.from({ length: count }, (_, i) => i * step % count);
}

function gcd(a, b) {
  return b === 0 ? a : gcd(b, a % b);
}

export class Seats {
  constructor(element, sentence, batch) {
    this.element = element;
    this.sentence = sentence;
    this.batch = batch;
    this.options = [...document.getElementById('bars').rows].map((row) => (
      { key: row.dataset.option, look: row.getAttribute('class') }));
    this.size = 0;
  }

  show(results) {
    const people = Math.max(results.total, results.eligible || 0);
    const size = Math.max(2, results.eligible && people <= 600 ? people
      : SIZES.find((seats) => seats >= people) || SIZES[SIZES.length - 1]);
    if (size !== this.size) this.build(size);
    const per = Math.max(1, Math.ceil(people / size));
    const looks = new Array(size).fill('');
    if (results.counts && sum(results.counts) > 0) this.coloured(results, per, looks);
    else this.neutral(results, per, looks);
    looks.forEach((look, i) => this.light(i, look));
    this.note.textContent = per > 1 ? this.sentence.replace('%s', per) : '';
  }

  // Where a ballot has several options, the seats show the mix of all choices.
  coloured(results, per, looks) {
    const lit = Math.min(Math.round(results.counted / per), looks.length);
    const all = sum(results.counts);
    let seat = 0;
    let votes = 0;
    for (const option of this.options) {
      votes += results.counts[option.key] || 0;
      for (const end = Math.round(votes / all * lit); seat < end; seat++) looks[seat] = 'lit ' + option.look;
    }
  }

  neutral(results, per, looks) {
    const open = results.state === 'open' || results.state === 'paused';
    const total = open ? results.total - results.total % this.batch : results.total;
    const lit = Math.min(Math.round(total / per), looks.length);
    for (let i = 0; i < lit; i++) looks[this.order[i]] = 'lit';
  }

  light(seat, look) {
    const circle = this.circles[seat];
    if (this.looks[seat] !== look) {
      this.looks[seat] = look;
      circle.setAttribute('class', look);
    }
  }

  build(size) {
    this.size = size;
    this.order = shuffled(size);
    this.looks = new Array(size).fill('');
    const svg = document.createElementNS(SVG, 'svg');
    svg.setAttribute('viewBox', '-107 -107 214 114');
    const { places, dot } = layout(size);
    this.circles = places.map((place) => {
      const circle = document.createElementNS(SVG, 'circle');
      circle.setAttribute('cx', place.x.toFixed(2));
      circle.setAttribute('cy', place.y.toFixed(2));
      circle.setAttribute('r', dot.toFixed(2));
      svg.append(circle);
      return circle;
    });
    this.note = document.createElement('p');
    this.element.replaceChildren(svg, this.note);
  }
}

function sum(counts) {
  return Object.values(counts).reduce((a, b) => a + b, 0);
}
