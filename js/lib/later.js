'use strict';

// What is loaded when it is first asked for: opening a storage and reading a record need a third of
// this package. `load` has the call of `require`, in which bundlers look for the name of the file.

const later = (load) => {
  let there = null;
  return () => (there ||= load());
};

module.exports = { later };
