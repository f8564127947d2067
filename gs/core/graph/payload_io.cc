#include "gs/core/graph/payload_io.h"

#include <string>

#include "gs/core/record/utf8.h"

namespace gs::graph {

Error payload_invalid(const char* kind, const char* what) {
  return Error(Code::invalid, std::string(kind) + " payload: " + what);
}

Error payload_crooked(const char* kind) {
  return payload_invalid(kind, "its parts do not add up, or zeros are missing");
}

Error check_payload_text(const char* kind, const char* what, std::string_view text,
                         std::size_t bytes_max) {
  if (text.empty()) return payload_invalid(kind, (std::string("no ") + what).c_str());
  if (text.size() > bytes_max) {
    return Error(Code::too_large, std::string(kind) + " payload: its " + what + " has " +
                                      std::to_string(text.size()) + " bytes, at most " +
                                      std::to_string(bytes_max));
  }
  if (!record::valid_utf8(text)) {
    return payload_invalid(kind, (std::string("its ") + what + " is not UTF-8").c_str());
  }
  return {};
}

}  // namespace gs::graph
