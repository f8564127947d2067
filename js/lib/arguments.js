'use strict';

// Looks at what callers hand in, so that a mistake is told as a GsError that names it, not as a
// TypeError from somewhere inside.

const { GsError } = require('./errors.js');

// Of a text in a message.
const SHOWN = 60;

const invalid = (message, cause) => new GsError('GS_INVALID', message, { cause });

/** A value for a message, whatever it is: its own toString() is not asked. */
const shown = (value) => {
  if (value === null) return 'null';
  if (typeof value === 'string') return value.length > SHOWN ? 'a text' : JSON.stringify(value);
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'function') return 'a function';
  return String(value);
};

const textOf = (value, what) => {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  throw invalid(`${what} is a text, not ${shown(value)}`);
};

const functionOf = (value, what) => {
  if (typeof value === 'function') return value;
  throw invalid(`${what} is a function, not ${shown(value)}`);
};

const MISTAKES = [TypeError, RangeError, SyntaxError];

const told = (error, name) => {
  if (!MISTAKES.some((one) => error instanceof one)) return error;
  return invalid(`${name}: ${error.message}`, error);
};

const guard = (method, name) =>
  function guarded(...given) {
    try {
      const result = method.apply(this, given);
      if (!(result instanceof Promise)) return result;
      return result.catch((error) => {
        throw told(error, name);
      });
    } catch (error) {
      throw told(error, name);
    }
  };

/**
 * Makes methods tell mistakes of their callers as such. For those that take no functions of
 * theirs, whose errors are their own, and that nobody calls a million times a second.
 * @param {object} methods by their names, or a prototype
 * @param {string[]} names all without
 */
const guardAll = (methods, names = Object.keys(methods)) => {
  for (const name of names) {
    const property = Object.getOwnPropertyDescriptor(methods, name);
    Object.defineProperty(methods, name, { ...property, value: guard(property.value, name) });
  }
  return methods;
};

module.exports = { shown, textOf, functionOf, guardAll };
