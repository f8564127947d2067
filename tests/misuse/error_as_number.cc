// error: (cannot convert|invalid conversion|.*no known conversion)
// A code taken for a number; numbers belong to the wire, names to programs.
#include "globalstorage/error.h"

bool use(const gs::Error& error) {
#ifdef GS_MISUSE
  int code = error.code();
  return code == 1;
#else
  return error.code() == gs::Code::not_found;
#endif
}
