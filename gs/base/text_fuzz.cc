// Texts of ids, digests and big integers: whatever is accepted is written back as it was read.
#include <cctype>
#include <cstdlib>
#include <string>

#include "globalstorage/id.h"
#include "globalstorage/value.h"

namespace {

void require(bool promise) {
  if (!promise) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = gs::as_text({data, size});
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (const auto id = gs::Id::parse(text)) require(id->text() == lower);
  if (const auto digest = gs::Digest::parse(text)) require(digest->text() == lower);
  gs::Big big;
  if (gs::Big::parse(text, big)) require(big.text() == text);
  if (size <= gs::kBigBytesMax) {
    const gs::Big any{size % 2 == 1, gs::Buffer(data, data + size)};
    gs::Big again;
    const std::string decimal = any.text();
    require(gs::Big::parse(decimal, again));
    require(again.text() == decimal);
  }
  return 0;
}
