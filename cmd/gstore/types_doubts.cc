// Reads what was printed, line by line: "interface NAME {", "  NAME: TYPE;", "  NAME?: TYPE;".
#include "cmd/gstore/types_doubts.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

#include "cmd/gstore/support/words.h"

namespace gs::cli {
namespace {

constexpr std::size_t kDoubtsMax = 5;

constexpr std::array<std::string_view, 13> kTaken = {
    "any",    "bigint", "boolean", "never",   "null",      "number", "object",
    "string", "symbol", "this",    "unknown", "undefined", "void"};

bool is_name(std::string_view text) {
  const auto is_part = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return std::isalnum(byte) != 0 || c == '_' || c == '$' || byte >= 0x80;
  };
  return !text.empty() && std::isdigit(static_cast<unsigned char>(text[0])) == 0 &&
         std::all_of(text.begin(), text.end(), is_part);
}

class Reader {
 public:
  void read(std::string_view line) {
    constexpr std::string_view kInterface = "interface ";
    constexpr std::string_view kOpen = " {";
    if (line.starts_with(kInterface) && line.ends_with(kOpen)) {
      line.remove_prefix(kInterface.size());
      line.remove_suffix(kOpen.size());
      name_ = line;
      members_.clear();
      const bool is_taken = std::find(kTaken.begin(), kTaken.end(), line) != kTaken.end();
      if (is_taken || !is_name(line)) add(std::string(line) + " is no name of an interface");
      return;
    }
    const std::size_t colon = line.find(": ");
    if (!line.starts_with("  ") || colon == std::string_view::npos) return;
    std::string_view member = line.substr(2, colon - 2);
    if (member.ends_with('?')) member.remove_suffix(1);
    if (!is_name(member)) add(name_ + '.' + std::string(member) + " is no name of a member");
    if (!members_.insert(std::string(member)).second) {
      add(name_ + '.' + std::string(member) + " stands twice");
    }
  }

  std::string take() {
    return count_ <= kDoubtsMax ? text_
                                : text_ + " and " + std::to_string(count_ - kDoubtsMax) + " more";
  }

 private:
  void add(const std::string& doubt) {
    if (++count_ > kDoubtsMax) return;
    text_ += (text_.empty() ? "" : ", ") + one_line(doubt);
  }

  std::string name_;
  std::set<std::string> members_;
  std::string text_;
  std::size_t count_ = 0;
};

}  // namespace

std::string types_doubts(std::string_view interfaces) {
  Reader reader;
  while (!interfaces.empty()) {
    const std::size_t end = std::min(interfaces.find('\n'), interfaces.size());
    reader.read(interfaces.substr(0, end));
    interfaces.remove_prefix(std::min(end + 1, interfaces.size()));
  }
  return reader.take();
}

}  // namespace gs::cli
