// error: (invalid initialization of reference|no matching function|cannot convert)
// The digest of a change used where the id of a record belongs.
#include "globalstorage/storage.h"

bool use(const gs::Storage& storage, const gs::Id& id, const gs::Digest& change) {
#ifdef GS_MISUSE
  return storage.has(change);
#else
  return storage.get(id, change).ok();
#endif
}
