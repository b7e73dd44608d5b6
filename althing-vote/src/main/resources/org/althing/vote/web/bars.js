// The bars and the numbers beside them. The table is the accessible form; only its texts and the bars' transforms change.

export class Bars {
  constructor(language) {
    this.language = language;
    this.number = new Intl.NumberFormat(language);
    this.total = document.getElementById('total');
    this.rows = new Map();
    for (const row of document.querySelectorAll('#bars tr')) {
      this.rows.set(row.dataset.option, {
        fill: row.querySelector('.fill'),
        count: row.querySelector('.count'),
        percent: row.querySelector('.percent'),
      });
    }
  }

  show(results) {
    for (const [option, row] of this.rows) {
      const count = results.counts[option] || 0;
      const share = results.total === 0 ? 0 : count / results.total;
      row.fill.style.transform = 'scaleX(' + share + ')';
      row.count.textContent = this.number.format(count);
      row.percent.textContent = Math.round(share * 100) + (this.language === 'fr' ? '\u202f%' : '%');
    }
    this.total.textContent = this.number.format(results.total);
  }
}
