// The elements of a JSON array, or JSON texts one after the other, found by counting brackets.
//
// The scanner knows strings, escapes and nesting, no more: `{]` passes here and is refused by the
// engine, which parses every row. It can stop after any byte and go on when more has arrived.
#include <array>

#include "cmd/gstore/support/json_text.h"
#include "cmd/gstore/support/rows.h"
#include "cmd/gstore/support/utf8_mark.h"

namespace gs::cli {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

constexpr std::array<bool, 256> bytes_of(std::string_view wanted) {
  std::array<bool, 256> table{};
  for (const char c : wanted) table[static_cast<unsigned char>(c)] = true;
  return table;
}
constexpr auto kStructural = bytes_of("\"{}[]");
constexpr auto kAfterWord = bytes_of(" \t\r\n,]}");

// Where the scan of one object or array stands.
class Scanner {
 public:
  // Past the end of the value, or null when [at, end) does not hold it; then call again with what
  // follows. The first byte is the opening bracket.
  const char* scan(const char* at, const char* end) {
    while (true) {
      if (in_string_ && (at = rest_of_string(at, end)) == nullptr) return nullptr;
      while (at != end && !kStructural[static_cast<unsigned char>(*at)]) ++at;
      if (at == end) return nullptr;
      const char c = *at++;
      if (c == '"') {
        in_string_ = true;
      } else if (c == '{' || c == '[') {
        ++depth_;
      } else if (--depth_ == 0) {
        return at;
      }
    }
  }

 private:
  const char* rest_of_string(const char* at, const char* end) {
    while (at != end) {
      if (escaped_) {
        escaped_ = false;
        ++at;
        continue;
      }
      at = find_quote_or_backslash(at, end);
      if (at == end) break;
      if (*at++ == '"') {
        in_string_ = false;
        return at;
      }
      escaped_ = true;
    }
    return nullptr;
  }

  std::uint64_t depth_ = 0;
  bool in_string_ = false;
  bool escaped_ = false;
};

class ElementReader : public RowReader {
 public:
  ElementReader(Input& input, bool array) : input_(input), array_(array) {}

  Result<bool> next(Row& row) override {
    input_.consume(taken_);
    taken_ = 0;
    if (ended_) return false;
    if (number_ == 0) GS_TRY_OK(skip_utf8_mark(input_));
    GS_TRY(int first, skip_blank());
    if (array_) {
      GS_TRY(first, begin_element(first));
    } else if (first == kEnd) {
      ended_ = true;
    }
    if (ended_) return false;
    ++number_;
    row.offset = input_.offset();
    GS_TRY(taken_, first == '{' || first == '[' ? find_close() : find_word_end(first));
    row.text = input_.rest().substr(0, taken_);
    row.number = number_;
    row.line = 0;
    row.problem.clear();
    return true;
  }

 private:
  static constexpr int kEnd = -1;

  Error wrong(const char* what) const {
    const std::string after =
        number_ == 0 ? std::string() : " after row " + std::to_string(number_);
    return Error(Code::invalid, std::string(what) + after + ", at byte " +
                                    std::to_string(input_.offset()) +
                                    ". Check that the file is complete and its format right.");
  }

  Result<int> skip_blank() {
    while (true) {
      const std::string_view rest = input_.rest();
      std::size_t at = 0;
      while (at != rest.size() && is_blank(rest[at])) ++at;
      input_.consume(at);
      if (at != rest.size()) return static_cast<int>(static_cast<unsigned char>(rest[at]));
      GS_TRY(const bool grown, input_.more());
      if (!grown) return kEnd;
    }
  }

  // Consumes what stands between elements; the first byte of the next one, or ended_.
  Result<int> begin_element(int first) {
    if (!opened_) {
      if (first == kEnd) {
        ended_ = true;  // nothing at all: no rows
        return first;
      }
      if (first != '[') return wrong("expected [, the beginning of an array,");
      opened_ = true;
      input_.consume(1);
      GS_TRY(first, skip_blank());
      if (first == ']') return end_array();
      if (first == kEnd) return wrong("the array is not closed");
      return first;
    }
    if (first == ']') return end_array();
    if (first == kEnd) return wrong("the array is not closed");
    if (first != ',') return wrong("expected , or ]");
    input_.consume(1);
    GS_TRY(first, skip_blank());
    if (first == kEnd) return wrong("the array is not closed");
    if (first == ']') return wrong("a value is missing");
    return first;
  }

  Result<int> end_array() {
    input_.consume(1);
    ended_ = true;
    GS_TRY(const int first, skip_blank());
    if (first != kEnd) return wrong("more text than the array");
    return first;
  }

  Result<std::size_t> find_close() {
    Scanner scanner;
    std::size_t scanned = 0;
    while (true) {
      const std::string_view rest = input_.rest();
      const char* const end = scanner.scan(rest.data() + scanned, rest.data() + rest.size());
      if (end != nullptr) return static_cast<std::size_t>(end - rest.data());
      scanned = rest.size();
      GS_TRY_OK(more_of_row());
    }
  }

  // Strings, numbers and words: no rows, but the engine says so better than this reader.
  Result<std::size_t> find_word_end(int first) {
    std::size_t at = 1;
    bool escaped = false;
    if (kAfterWord[static_cast<std::size_t>(first)]) return wrong("expected a value");
    while (true) {
      const std::string_view rest = input_.rest();
      for (; at != rest.size(); ++at) {
        const char c = rest[at];
        if (first != '"') {
          if (kAfterWord[static_cast<unsigned char>(c)]) return at;
        } else if (escaped) {
          escaped = false;
        } else if (c == '"') {
          return at + 1;
        } else {
          escaped = c == '\\';
        }
      }
      GS_TRY(const bool grown, input_.more());
      if (!grown && (array_ || first == '"')) return wrong("the file ends inside a row");
      if (!grown) return at;
    }
  }

  Error more_of_row() {
    GS_TRY(const bool grown, input_.more());
    if (grown) return {};
    return Error(Code::invalid, "row " + std::to_string(number_) + " (byte " +
                                    std::to_string(input_.offset()) +
                                    "): the file ends inside this row. Check that the file is "
                                    "complete.");
  }

  Input& input_;
  bool array_;
  bool opened_ = false;
  bool ended_ = false;
  std::size_t taken_ = 0;
  std::uint64_t number_ = 0;
};

}  // namespace

std::unique_ptr<RowReader> read_elements(Input& input, bool array) {
  return std::make_unique<ElementReader>(input, array);
}

}  // namespace gs::cli
