// Methods and arguments from a stranger, for a small storage: at most eight calls, each a line with
// the method and one with its arguments. What is answered is JSON, an error says what is wrong, and
// the storage is sound afterwards. Methods that name files are left out: they would be the
// machine's.
//
// Made inputs of a test: 300
#include "gs/api/temporary_directory.h"
#include "gs/base/check.h"
#include "gs/calls/calls.h"
#include "gs/calls/methods.h"
#include "gs/core/record/json.h"
#include "gs/core/record/utf8.h"

namespace {

using namespace gs;         // NOLINT(google-build-using-namespace): a program of one file
using namespace gs::calls;  // NOLINT(google-build-using-namespace)

constexpr std::size_t kCallsMax = 8;
constexpr std::size_t kVerifiedEvery = 3;  // of the lengths of inputs

using gs::testing::TemporaryDirectory;

Storage small_storage(const TemporaryDirectory& directory) {
  Options options;
  options.threads = 0;
  options.durability = Durability::lazy;
  Storage storage = Storage::create(directory.path("a"), {}, options).value();
  const Id id = storage.put("City", "kyiv", R"({"name":"Kiew","text":"Hello you"})").value();
  GS_CHECK(storage.mark(id, "text", 0, 5, "bold").ok());
  GS_CHECK(storage.tree_create(id, "tree", "1").ok());
  GS_CHECK(storage.name_version(NamedVersion::Kind::branch, "draft").ok());
  GS_CHECK(storage.update(id, R"({"name":"Kyiv"})").ok());
  GS_CHECK(storage.name_version(NamedVersion::Kind::tag, "v1").ok());
  return storage;
}

template <typename Run>
bool names_files(std::span<const Method<Run>> methods, std::string_view name) {
  for (const Method<Run>& method : methods) {
    if (method.name != name) continue;
    for (const Parameter& parameter : method.parameters) {
      if (!parameter.name.empty() && parameter.kind == Kind::path) return true;
    }
  }
  return false;
}

bool is_left_out(std::string_view name) {
  return names_files(free_methods(), name) || names_files(care_methods(), name) ||
         names_files(exchange_methods(), name);
}

void check(const Result<std::string>& made) {
  if (!made.ok()) {
    const std::string_view message = made.error().message();
    GS_CHECK(!message.empty());
    GS_CHECK(record::valid_utf8(message));
    return;
  }
  // What an update removed is a form of updates alone.
  if (made->find("$unset") != std::string::npos) return;
  GS_CHECK(record::check_json(*made).ok());
}

// What stands before the next line break, which is taken away with it.
std::string_view next_line(std::string_view& rest) {
  const std::size_t end = std::min(rest.find('\n'), rest.size());
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return line;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const TemporaryDirectory directory("gs_calls");
  Storage storage = small_storage(directory);
  std::string_view rest = as_text({data, size});
  for (std::size_t calls = 0; calls < kCallsMax && !rest.empty(); ++calls) {
    const std::string_view method = next_line(rest);
    const std::string_view arguments = next_line(rest);
    if (is_left_out(method)) continue;
    check(call(storage, method, arguments));
    check(call(method, arguments));
  }
  if (size % kVerifiedEvery == 0) GS_CHECK(storage.verify()->ok);
  GS_CHECK(!storage.close());
  return 0;
}
