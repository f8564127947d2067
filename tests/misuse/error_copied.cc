// error: use of deleted function .gs::Error::Error\(const gs::Error&\).
// An error copied by accident; copy() says that it is meant.
#include "globalstorage/error.h"

gs::Error use(const gs::Error& error) {
#ifdef GS_MISUSE
  return error;
#else
  return error.copy();
#endif
}
