// error: conversion from .gs::Result<gs::Id>. to non-scalar type .gs::Id. requested
// A result taken for its value, as if nothing could fail.
#include "globalstorage/storage.h"

gs::Id use(gs::Storage& storage) {
#ifdef GS_MISUSE
  gs::Id id = storage.insert("City", "{}");
#else
  gs::Id id = storage.insert("City", "{}").value();
#endif
  return id;
}
