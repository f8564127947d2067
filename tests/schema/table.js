'use strict';

// The functions that definitions may have; table.cc has the same, by number.

const boom = () => {
  throw new Error('boom');
};

const text = () => {
  throw 'text';
};

const FUNCTIONS = [
  () => true,
  () => false,
  () => undefined,
  () => 'must be good',
  () => 'Field "x" is bad',
  () => ['one', 'Field two'],
  () => ({ errors: ['e1', 'Field e2'] }),
  boom,
  text,
  () => 5,
  () => ['one', null],
  () => null,
  () => '',
  () => ({}),
  (...args) => (typeof args[0] === 'string' ? null : 'is no point'),
  (...args) => `said ${typeof args[0]} ${args[1]}`,
];

// Their source is theirs alone; C++ says this of every function.
for (const [number, fn] of FUNCTIONS.entries()) {
  const value = () => `function f${number}() { [native code] }`;
  Object.defineProperty(fn, 'toString', { value });
  Object.defineProperty(fn, 'name', { value: `f${number}` });
}

module.exports = { FUNCTIONS };
