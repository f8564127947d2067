// error: use of deleted function .*gs::Storage::Storage\(const gs::Storage&\)
// Two owners of one storage: a Storage can only be handed over.
#include <utility>

#include "globalstorage/storage.h"

gs::Storage use(gs::Storage storage) {
#ifdef GS_MISUSE
  gs::Storage second = storage;
#else
  gs::Storage second = std::move(storage);
#endif
  return second;
}
