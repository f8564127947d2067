// Hostile keys and signatures: any bytes give a code, never a crash, and never a success that the
// frozen vectors did not sign. First byte: the algorithm; second: the size of the key; then the key
// and the signature.
#include <cstdlib>

#include "gs/core/crypto/signature.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const gs::Bytes rest(data + 2, size - 2);
  const std::size_t key_bytes = std::min<std::size_t>(rest.size(), data[1] * 2u);
  const gs::Error error =
      gs::crypto::verify(static_cast<gs::crypto::Algorithm>(data[0] % 5), rest.first(key_bytes),
                         gs::as_bytes("a message nobody signed"), rest.subspan(key_bytes));
  if (error.ok()) std::abort();
  return 0;
}
