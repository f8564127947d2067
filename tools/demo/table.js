'use strict';

// The table of the demonstration: one line a check, printed as soon as it is
// known, so that one sees where a slow or stuck run is.

const HEADINGS = ['check', 'expected', 'got', 'ok'];
const WIDTHS = [52, 36, 34, 3];

const line = (cells) => {
  const padded = cells.map((cell, i) => String(cell).padEnd(WIDTHS[i]));
  return `| ${padded.join(' | ')} |`;
};

class Table {
  #failed = 0;
  #rows = 0;

  open() {
    console.log(line(HEADINGS));
    console.log(`|${WIDTHS.map((width) => '-'.repeat(width + 2)).join('|')}|`);
  }

  /** One row; `ok` defaults to `expected` and `got` being the same text. */
  add(check, expected, got, ok = String(expected) === String(got)) {
    this.#rows += 1;
    if (!ok) this.#failed += 1;
    console.log(line([check, expected, got, ok ? 'yes' : 'NO']));
  }

  /** A measured value: shown, never a reason to fail. */
  measured(check, got) {
    this.add(check, 'measured', got, true);
  }

  /** Prints the totals; true when every row is fine. */
  close() {
    console.log(`\n${this.#rows - this.#failed} passed, ${this.#failed} failed`);
    return this.#failed === 0;
  }
}

module.exports = { Table };
