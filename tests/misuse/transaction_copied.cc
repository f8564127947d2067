// error: use of deleted function .*gs::Transaction::Transaction\(const gs::Transaction&\)
// A transaction committed twice through a copy.
#include <utility>

#include "globalstorage/storage.h"

gs::Transaction use(gs::Transaction transaction) {
#ifdef GS_MISUSE
  gs::Transaction second = transaction;
#else
  gs::Transaction second = std::move(transaction);
#endif
  return second;
}
