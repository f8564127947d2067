#include "cmd/gstore/shell/unfinished.h"

#include <cctype>
#include <string>

namespace gs::cli::shell {
namespace {

class Scanner {
 public:
  explicit Scanner(std::string_view source) : source_(source) {}

  bool unfinished() {
    while (at_ < source_.size()) {
      if (wrong_ || !step()) return !wrong_;
    }
    return !wrong_ && !open_.empty();
  }

 private:
  bool looking_at(std::string_view text) const { return source_.substr(at_).starts_with(text); }

  // False: the end of the source came inside of what has to be closed.
  bool step() {
    const char c = source_[at_];
    if (!open_.empty() && open_.back() == '`') return step_in_template();
    if (looking_at("//")) return skip_to("\n", false);
    if (looking_at("/*")) return skip_to("*/", true);
    if (c == '"' || c == '\'') return skip_quoted(c);
    if (c == '/' && begins_regexp()) return skip_regexp();
    if (c == '`' || c == '(' || c == '[' || c == '{') {
      open_ += c;
    } else if (c == ')' || c == ']' || c == '}') {
      close(c);
    }
    if (std::isspace(static_cast<unsigned char>(c)) == 0) last_ = at_;
    ++at_;
    return true;
  }

  void close(char c) {
    const char wanted = c == ')' ? '(' : c == ']' ? '[' : '{';
    // The brace of ${ } inside a template is kept as '$'.
    if (!open_.empty() && (open_.back() == wanted || (c == '}' && open_.back() == '$'))) {
      open_.pop_back();
    } else {
      wrong_ = true;
    }
  }

  bool step_in_template() {
    if (source_[at_] == '\\') {
      at_ += 2;
    } else if (looking_at("${")) {
      open_ += '$';
      at_ += 2;
    } else {
      if (source_[at_] == '`') {
        open_.pop_back();
        last_ = at_;
      }
      ++at_;
    }
    return true;
  }

  bool skip_to(std::string_view end, bool has_to_be_there) {
    const std::size_t found = source_.find(end, at_ + 2);
    if (found == std::string_view::npos) {
      at_ = source_.size();
      return !has_to_be_there;
    }
    at_ = found + end.size();
    return true;
  }

  // Such a text ends with its line, whatever it says.
  bool skip_quoted(char quote) {
    for (++at_; at_ < source_.size() && source_[at_] != quote; ++at_) {
      if (source_[at_] == '\n') wrong_ = true;
      if (source_[at_] == '\\') ++at_;
    }
    if (at_ >= source_.size()) wrong_ = true;
    last_ = at_++;
    return true;
  }

  bool skip_regexp() {
    bool in_class = false;
    for (++at_; at_ < source_.size() && source_[at_] != '\n'; ++at_) {
      const char c = source_[at_];
      if (c == '\\') {
        ++at_;
      } else if (c == '[' || c == ']') {
        in_class = c == '[';
      } else if (c == '/' && !in_class) {
        last_ = at_++;
        return true;
      }
    }
    wrong_ = true;
    return true;
  }

  // A slash divides when a value stands before it.
  bool begins_regexp() const {
    if (last_ == std::string_view::npos) return true;
    const char before = source_[last_];
    const bool is_value = std::isalnum(static_cast<unsigned char>(before)) != 0 || before == '_' ||
                          before == '$' || before == ')' || before == ']' || before == '}' ||
                          before == '"' || before == '\'' || before == '`';
    return !is_value;
  }

  std::string_view source_;
  std::size_t at_ = 0;
  std::size_t last_ = std::string_view::npos;  // the last character that is no blank
  std::string open_;
  bool wrong_ = false;
};

}  // namespace

bool is_unfinished(std::string_view source) { return Scanner(source).unfinished(); }

}  // namespace gs::cli::shell
