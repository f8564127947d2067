// error: (could not convert|conversion from|cannot convert|no matching function)
// Text taken for an id without checking that it is one.
#include "globalstorage/storage.h"

bool use(const gs::Storage& storage, const char* text) {
#ifdef GS_MISUSE
  const gs::Id id = text;
#else
  const gs::Id id = gs::Storage::resolve(text);
#endif
  return storage.has(id);
}
