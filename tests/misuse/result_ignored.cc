// error: ignoring returned value
// A result that nobody looks at: whether the insert happened stays unknown.
#include "globalstorage/storage.h"

bool use(gs::Storage& storage) {
#ifdef GS_MISUSE
  storage.insert("City", "{}");
  return true;
#else
  return storage.insert("City", "{}").ok();
#endif
}
