// The bars and the numbers beside them. The table is the accessible form; only its texts and the bars' transforms change.

const NOTHING = '–';

export class Bars {
  constructor(language) {
    this.language = language;
    this.number = new Intl.NumberFormat(language);
    this.total = document.getElementById('total');
    this.eligible = document.getElementById('eligible');
    const table = document.getElementById('bars');
    this.max = Number(table.dataset.max);
    this.rows = new Map();
    for (const row of table.rows) {
      this.rows.set(row.dataset.option, {
        fill: row.querySelector('.fill'),
        count: row.querySelector('.count'),
        percent: row.querySelector('.percent'),
      });
    }
  }

  // Counts that are hidden are no zeros.
  show(results) {
    const of = results.counted * this.max;
    for (const [option, row] of this.rows) {
      const count = results.counts ? results.counts[option] || 0 : 0;
      const share = of === 0 ? 0 : count / of;
      row.fill.style.transform = 'scaleX(' + share + ')';
      put(row.count, results.counts ? this.number.format(count) : NOTHING);
      put(row.percent, results.counts ? Math.round(share * 100) + (this.language === 'fr' ? '\u202f%' : '%') : '');
    }
    put(this.total, this.number.format(results.total));
    put(this.eligible, results.eligible === null ? '' : '/ ' + this.number.format(results.eligible));
  }

  // The sentence about ballots that are held back, or nothing.
  heldBack(results, sentence) {
    return results.counts && results.counted < results.total
      ? sentence.replace('%s', this.number.format(results.counted)).replace('%s', this.number.format(results.total))
      : '';
  }
}

// Changes the text if it is another one: whatever watches the page has nothing to do for nothing.
export function put(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}
