// One pass over the tokens each.
#include "cmd/gstore/upstream/plain_json.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include "cmd/gstore/support/json_text.h"

namespace gs::cli {
namespace {

constexpr std::string_view kLiteral = "$literal";
// docs/FORMAT.md, "JSON".
constexpr std::string_view kForms[] = {"$int", "$big",  "$date",  "$id",   "$bytes",
                                       "$set", "$blob", kLiteral, "$unset"};

bool is_json_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// Behind the string that begins at `at`; the end of the text when it has none.
std::size_t behind_string(std::string_view json, std::size_t at) {
  const char* const end = json.data() + json.size();
  const char* const after = string_end(json.data() + at + 1, end);
  return after == nullptr ? json.size() : static_cast<std::size_t>(after - json.data());
}

struct Open {
  std::size_t begin = 0;
  bool is_object = false;
  std::size_t members = 0;
  std::string first;  // the name of its first member, when it is one of kForms
};

bool looks_like_form(const Open& object) {
  return object.is_object && !object.first.empty() &&
         (object.members == 1 || object.first == kLiteral);
}

// Finds objects that look like forms.
class FormFinder {
 public:
  FormFinder(std::string_view json, Outermost outermost) : json_(json), outermost_(outermost) {}

  void run() {
    for (std::size_t at = 0; at < json_.size();) {
      const char c = json_[at];
      if (c == '"') {
        const std::size_t after = behind_string(json_, at);
        if (wants_name_) take_name(json_.substr(at, after - at));
        at = after;
        continue;
      }
      if (c == '{' || c == '[') open_.push_back({at, c == '{', 0, {}});
      if (c == '}' || c == ']') close(at + 1);
      wants_name_ = c == '{' || (c == ',' && !open_.empty() && open_.back().is_object);
      ++at;
    }
    std::sort(begins.begin(), begins.end());
  }

  std::vector<std::size_t> begins;
  std::vector<std::size_t> ends;  // sorted as well: objects end in this order

 private:
  void take_name(std::string_view quoted) {
    wants_name_ = false;
    Open& object = open_.back();
    if (++object.members != 1) return;
    const std::string name = unquote(quoted).value_or(std::string());
    if (std::find(std::begin(kForms), std::end(kForms), name) != std::end(kForms)) {
      object.first = name;
    }
  }

  void close(std::size_t end) {
    if (open_.empty()) return;
    const bool is_record = open_.size() == 1 && outermost_ == Outermost::record;
    if (!is_record && looks_like_form(open_.back())) {
      begins.push_back(open_.back().begin);
      ends.push_back(end);
    }
    open_.pop_back();
  }

  std::string_view json_;
  Outermost outermost_;
  std::vector<Open> open_;
  bool wants_name_ = false;
};

}  // namespace

std::string without_blanks(std::string_view json) {
  std::string plain;
  plain.reserve(json.size());
  for (std::size_t at = 0; at < json.size();) {
    const std::size_t after = json[at] == '"' ? behind_string(json, at) : at + 1;
    if (!is_json_blank(json[at])) plain += json.substr(at, after - at);
    at = after;
  }
  return plain;
}

std::string without_forms(std::string_view json, Outermost outermost) {
  if (json.find("\"$") == std::string_view::npos && json.find('\\') == std::string_view::npos) {
    return std::string(json);
  }
  FormFinder found(json, outermost);
  found.run();
  std::string plain;
  plain.reserve(json.size());
  auto begin = found.begins.begin();
  auto end = found.ends.begin();
  for (std::size_t at = 0; at <= json.size(); ++at) {
    for (; end != found.ends.end() && *end == at; ++end) plain += '}';
    for (; begin != found.begins.end() && *begin == at; ++begin) plain += "{\"$literal\":";
    if (at < json.size()) plain += json[at];
  }
  return plain;
}

}  // namespace gs::cli
