// Schemas of strangers: texts of bundles, and files in them. Each ends within its bounds; what
// compiles does so again from its own text, with the same types, and differs from itself in
// nothing.
//
// The first byte tells which: `{` a whole bundle; else the rest is City.js, up to the byte 1e, and
// Country.js behind it.
#include <cstdlib>

#include "gs/engine/catalog/catalog.h"
#include "gs/engine/catalog/difference.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using namespace gs;          // NOLINT(google-build-using-namespace)
using namespace gs::engine;  // NOLINT(google-build-using-namespace)

Result<std::shared_ptr<const Catalog>> compile(std::string_view input) {
  if (input.starts_with('{')) return Catalog::compile(input, nullptr);
  Bundle bundle;
  const std::size_t end = std::min(input.find('\x1e'), input.size());
  bundle.files["City.js"] = input.substr(std::min<std::size_t>(1, end), end);
  if (end < input.size()) bundle.files["Country.js"] = input.substr(end + 1);
  return Catalog::compile(bundle, nullptr);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto made = compile({reinterpret_cast<const char*>(data), size});
  if (!made) {
    const bool told = made.code() == Code::invalid || made.code() == Code::too_large;
    if (!told || made.error().message().empty()) std::abort();
    return 0;
  }
  const Catalog& catalog = **made;
  const auto types = catalog.model().dts();
  if (!differences(&catalog, catalog).empty()) std::abort();
  for (const auto& rules : catalog.collections()) {
    if (catalog.find(rules->collection()) != rules.get()) std::abort();
  }
  const auto again = Catalog::compile(catalog.bundle().json(), nullptr);
  // Bytes that are no UTF-8 cannot be in a bundle's text.
  if (!again && again.code() != Code::invalid) std::abort();
  if (!again) return 0;
  const auto types_again = (*again)->model().dts();
  if (types_again.ok() != types.ok() || (types.ok() && *types_again != *types)) std::abort();
  if ((*again)->bundle().json() != catalog.bundle().json()) std::abort();
  return 0;
}
