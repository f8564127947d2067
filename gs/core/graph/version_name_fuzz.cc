// Any text as a name of a version: what may be one is nothing else that names a version, shows as
// it is, and goes through the log; what may not goes into no log.

#include "gs/base/check.h"
#include "gs/core/graph/operation.h"
#include "gs/core/graph/version_name.h"
#include "gs/core/record/utf8.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gs;         // NOLINT(google-build-using-namespace): a program of one file
  using namespace gs::graph;  // NOLINT(google-build-using-namespace)
  const std::string_view text = as_text({data, size});
  const bool may_be_one = check_version_name(text).ok();
  if (may_be_one) {
    GS_CHECK(!text.empty() && text.size() <= kNameBytesMax && record::valid_utf8(text));
    GS_CHECK(text != kMainName && text != kNowName);
    GS_CHECK(!looks_like_digest(text) && !looks_like_time(text) && !Digest::parse(text));
    for (const char c : text) GS_CHECK(static_cast<unsigned char>(c) > ' ' && c != '\x7f');
  }
  if (size > kNameBytesMax) return 0;
  Digest head;
  head.bytes[0] = 1;
  const Buffer payload = encode_reference({.what = Refers::tag, .name = text, .heads = {head}});
  const auto parsed = parse_reference(payload);  // borrows its name
  GS_CHECK(parsed.ok() == may_be_one);
  if (may_be_one) GS_CHECK(parsed->name == text && parsed->heads.size() == 1);
  return 0;
}
