'use strict';

// Who in this thread wants to know of commits.

const { functionOf } = require('../arguments.js');

// A listener that throws holds up no other one.
const tell = (listener) => {
  try {
    listener();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
};

class Listeners {
  #calls = new Set();

  /** @param {NativeStorage} native which tells of them */
  constructor(native) {
    const calls = this.#calls; // not the storage: it may be forgotten
    native.onCommit(() => {
      for (const one of calls) tell(one);
    });
  }

  /** Gives what takes it back. */
  add(call) {
    functionOf(call, 'a listener');
    this.#calls.add(call);
    return () => this.#calls.delete(call);
  }
}

module.exports = { Listeners, tell };
