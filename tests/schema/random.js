'use strict';

// Numbers from a seed, the same on every machine. Source: T. Ettinger, "mulberry32", 2017.

class Random {
  constructor(seed) {
    this.state = seed >>> 0;
  }

  /** Below `n`, at least 0. */
  below(n) {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % n;
  }

  chance(percent) {
    return this.below(100) < percent;
  }

  pick(list) {
    return list[this.below(list.length)];
  }
}

module.exports = { Random };
