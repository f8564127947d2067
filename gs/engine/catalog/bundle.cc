#include "gs/engine/catalog/bundle.h"

#include "gs/core/graph/operation.h"
#include "gs/core/record/json.h"
#include "gs/core/record/utf8.h"

namespace gs::engine {

namespace {

constexpr std::size_t kFileNameBytesMax = 255;

bool is_schema_file(std::string_view name) noexcept {
  return name.ends_with(".js") || name.ends_with(".json");
}

Error check_name(std::string_view name) {
  const bool is_right = is_schema_file(name) && name.size() <= kFileNameBytesMax &&
                        name.find('/') == std::string_view::npos;
  if (is_right) return {};
  return Error(Code::invalid, "\"" + std::string(name.substr(0, kFileNameBytesMax)) +
                                  "\" is no name of a schema file: those end with .js or .json");
}

Error not_a_bundle() {
  return Error(Code::invalid, "a schema's text is {\"files\":{name: text, ...}}");
}

}  // namespace

std::string Bundle::json() const {
  std::string text = "{\"files\":{";
  for (const auto& [name, source] : files) {
    if (text.back() != '{') text += ',';
    record::append_json_string(name, text);
    text += ':';
    record::append_json_string(source, text);
  }
  return text + "}}";
}

Result<Bundle> Bundle::parse(std::string_view json) {
  if (json.size() > graph::kSourceBytesMax) {
    return Error(Code::too_large, "a schema of " + std::to_string(json.size()) +
                                      " bytes; the limit is " +
                                      std::to_string(graph::kSourceBytesMax));
  }
  GS_TRY(const Value value, record::parse_json(json));
  const Object* const top = value.get<Object>();
  if (top == nullptr || top->size() != 1 || top->front().first != "files") return not_a_bundle();
  const Object* const files = top->front().second.get<Object>();
  if (files == nullptr) return not_a_bundle();
  Bundle bundle;
  for (const auto& [name, source] : *files) {
    GS_TRY_OK(check_name(name));
    const std::string* const text = source.get<std::string>();
    if (text == nullptr) return not_a_bundle();
    bundle.files.emplace(name, *text);
  }
  return bundle;
}

Result<Bundle> Bundle::read(platform::FileSystem& directory) {
  GS_TRY(const std::vector<std::string> names, directory.list(""));
  Bundle bundle;
  std::size_t bytes = 0;
  for (const std::string& name : names) {
    if (!is_schema_file(name)) continue;
    GS_TRY_OK(check_name(name));
    GS_TRY(const Buffer content, directory.read_whole(name, graph::kSourceBytesMax));
    bytes += name.size() + content.size();
    if (bytes > graph::kSourceBytesMax) {
      return Error(Code::too_large, directory.display("") +
                                        ": the files of a schema have at most " +
                                        std::to_string(graph::kSourceBytesMax) + " bytes in all");
    }
    if (!record::valid_utf8(content)) {
      return Error(Code::invalid, directory.display(name) + ": not UTF-8; convert it first");
    }
    bundle.files.emplace(name, as_text(content));
  }
  if (bundle.files.empty()) {
    return Error(Code::not_found,
                 directory.display("") +
                     " holds no schema: files such as City.js with one expression, "
                     "({ name: 'string' })");
  }
  return bundle;
}

}  // namespace gs::engine
