// error: ignoring returned value
// An error that nobody looks at. The visible word for "it changes nothing" is ignore().
#include "globalstorage/storage.h"

void use(gs::Storage& storage, const gs::Id& id) {
#ifdef GS_MISUSE
  storage.remove(id);
#else
  storage.remove(id).ignore();
#endif
}
