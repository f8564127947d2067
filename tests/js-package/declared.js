'use strict';

// What globalstorage.d.ts declares: names of values, and of the members of classes and interfaces.

const { packageFile } = require('./project.js');

const OPTIONS = { module: 199, moduleResolution: 99, target: 9, strict: true, types: [] };

const isPublicName = (name) => !name.startsWith('__@') && name !== 'prototype';

class Declared {
  #checker;
  #exports;

  /** @param {string} file globalstorage.d.ts */
  constructor(file) {
    this.ts = require(packageFile('typescript'));
    const program = this.ts.createProgram([file], OPTIONS);
    this.#checker = program.getTypeChecker();
    const module = this.#checker.getSymbolAtLocation(program.getSourceFile(file));
    this.#exports = new Map();
    for (const symbol of this.#checker.getExportsOfModule(module)) {
      this.#exports.set(symbol.name, symbol);
    }
  }

  /** Names of functions and classes. */
  values() {
    const { SymbolFlags } = this.ts;
    const flags = SymbolFlags.Function | SymbolFlags.Class | SymbolFlags.Variable;
    return [...this.#exports].filter(([, { flags: has }]) => has & flags).map(([name]) => name);
  }

  /** Names of members, of a class those of its objects. */
  members(name) {
    const type = this.#checker.getDeclaredTypeOfSymbol(this.#exports.get(name));
    return type
      .getProperties()
      .map((one) => one.name)
      .filter(isPublicName);
  }
}

module.exports = { Declared };
