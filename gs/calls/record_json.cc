// Records and lists of names.
#include "gs/calls/report_json.h"

namespace gs::calls {

std::string digests_json(const std::vector<Digest>& digests) {
  return json_list(digests, [](const Digest& digest) { return '"' + digest.text() + '"'; });
}

std::string texts_json(const std::vector<std::string>& texts) {
  return json_list(texts, [](const std::string& text) {
    std::string json;
    append_json_string(text, json);
    return json;
  });
}

void append_record_head(const Record& record, std::string& out) {
  out += "{\"id\":\"";
  out += record.id().text();
  out += "\",\"collection\":";
  append_json_string(record.collection(), out);
  if (!record.key().empty()) {
    out += ",\"key\":";
    append_json_string(record.key(), out);
  }
  out += ",\"data\":";
}

void append_record_line(const Record& record, std::string& out) {
  append_record_head(record, out);
  record.append_json(out);
  out += '}';
}

}  // namespace gs::calls
