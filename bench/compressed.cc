#include "bench/compressed.h"

#include <zstd.h>

#include <fstream>
#include <iterator>

#include "bench/subject.h"

namespace gs::bench {

double compressed_bytes(Bytes raw) {
  constexpr int kLevel = 3;
  Buffer out(ZSTD_compressBound(raw.size()));
  const std::size_t size = ZSTD_compress(out.data(), out.size(), raw.data(), raw.size(), kLevel);
  if (ZSTD_isError(size) != 0) fail("zstd cannot compress");
  return static_cast<double>(size);
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) fail("cannot read " + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace gs::bench
