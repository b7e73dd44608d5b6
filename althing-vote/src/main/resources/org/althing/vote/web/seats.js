// The assembly: a half circle in which each ballot lights a seat, from left to right in the order of the options. It
// shows how many people and which mix; the numbers are in the table.

const SIZES = [24, 60, 120, 240, 420, 600];
const RADIUS = 100;
const INNER = 42;

// The seats of a half circle, row by row with even spacing, sorted from left to right.
function layout(seats) {
  const rows = Math.max(2, Math.round(Math.sqrt(seats / 4)));
  const radii = Array.from({ length: rows }, (_, i) => INNER + (RADIUS - INNER) * i / (rows - 1));
  const sum = radii.reduce((a, b) => a + b, 0);
  const places = [];
  let left = seats;
  radii.forEach((radius, i) => {
    const count = i === rows - 1 ? left : Math.round(seats * radius / sum);
    left -= count;
    for (let k = 0; k < count; k++) {
      const angle = Math.PI * (count === 1 ? 0.5 : k / (count - 1));
      places.push({ angle, radius, x: -Math.cos(angle) * radius, y: -Math.sin(angle) * radius });
    }
  });
  places.sort((a, b) => a.angle - b.angle || b.radius - a.radius);
  const gap = Math.min((RADIUS - INNER) / (rows - 1), Math.PI * radii[0] / Math.max(1, seats * radii[0] / sum));
  return { places, dot: Math.min(6, gap * 0.4) };
}

export class Seats {
  constructor(element, sentence) {
    this.element = element;
    this.sentence = sentence;
    this.options = [...document.querySelectorAll('#bars tr')].map((row) => (
      { key: row.dataset.option, colour: row.className }));
    this.size = 0;
  }

  show(results) {
    const size = SIZES.find((seats) => seats >= results.total) || SIZES[SIZES.length - 1];
    if (size !== this.size) this.build(size);
    const per = Math.max(1, Math.ceil(results.total / size));
    let seat = 0;
    let votes = 0;
    for (const option of this.options) {
      votes += results.counts[option.key] || 0;
      const end = Math.round(votes / per);
      for (; seat < end && seat < this.circles.length; seat++) this.light(seat, 'lit ' + option.colour);
    }
    for (; seat < this.circles.length; seat++) this.light(seat, '');
    this.note.textContent = per > 1 ? this.sentence.replace('%s', per) : '';
  }

  light(seat, name) {
    const circle = this.circles[seat];
    if (circle.getAttribute('class') !== name) circle.setAttribute('class', name);
  }

  build(size) {
    this.size = size;
    const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    svg.setAttribute('viewBox', '-108 -108 216 116');
    const { places, dot } = layout(size);
    this.circles = places.map((place) => {
      const circle = document.createElementNS('http://www.w3.org/2000/svg', 'circle');
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
