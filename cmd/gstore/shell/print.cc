#include "cmd/gstore/shell/print.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <unordered_map>

#include "cmd/gstore/support/text_width.h"
#include "cmd/gstore/support/words.h"
#include "gs/base/dates.h"
#include "gs/core/record/json.h"

namespace gs::cli::shell {
namespace {

using schema::JsValue;
using Kind = JsValue::Kind;

constexpr std::size_t kWidthDefault = 80;
constexpr std::size_t kColumnsMax = 256;  // of a table; objects with more are no rows

bool is_class(const JsValue& value, std::string_view name) {
  return value.kind == Kind::object && value.text == name;
}

std::string member_text(const JsValue& object, std::string_view name) {
  for (const auto& [key, value] : object.members) {
    if (key == name) return value.text;
  }
  return {};
}

std::string number_text(double number) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number < 0 ? "-Infinity" : "Infinity";
  std::string text;
  record::append_json_number(number, text);
  return text;
}

std::string quoted_text(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out = "'";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\'' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (byte < 0x20 || byte == 0x7F) {
      out += "\\x";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    } else {
      out += c;
    }
  }
  return out + "'";
}

bool is_identifier(std::string_view name) {
  if (name.empty() || std::isdigit(static_cast<unsigned char>(name.front())) != 0) return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return std::isalnum(byte) != 0 || c == '_' || c == '$' || byte >= 0x80;
  });
}

std::string key_of(std::string_view name) {
  return is_identifier(name) ? one_line(name) : quoted_text(name);
}

std::string date_shown(double ms) {
  constexpr double kMsMax = 8.64e15;  // of a Date
  return std::abs(ms) <= kMsMax ? date_text(static_cast<std::int64_t>(ms)) : "Invalid Date";
}

// What has no parts: empty for the others.
std::string simple(const JsValue& value) {
  switch (value.kind) {
    case Kind::undefined:
      return "undefined";
    case Kind::null:
      return "null";
    case Kind::boolean:
      return value.boolean ? "true" : "false";
    case Kind::number:
      return number_text(value.number);
    case Kind::bigint:
      return value.text + 'n';
    case Kind::string:
      return quoted_text(value.text);
    case Kind::symbol:
      return "Symbol(" + one_line(value.text) + ')';
    case Kind::function:
      return value.text.empty() ? "[function]" : "[function " + one_line(value.text) + ']';
    case Kind::date:
      return date_shown(value.number);
    case Kind::regexp:
      return '/' + one_line(value.text) + '/' + value.flags;
    default:
      break;
  }
  if (is_class(value, "Id")) return member_text(value, "text");
  if (is_class(value, "Circular")) return "[contains itself]";
  if (is_class(value, "Bytes")) return member_text(value, "text");
  return {};
}

class Pretty {
 public:
  explicit Pretty(std::size_t width) : width_(width) {}

  // `indent`: blanks before further lines; `before`: columns that are taken in the first one.
  void append(const JsValue& value, std::size_t indent, std::size_t before, std::string& out) {
    const std::string text = simple(value);
    if (!text.empty()) {
      out += text;
      return;
    }
    std::string line;
    if (one_line_of(value, width_ - std::min(width_, before + indent), line)) {
      out += line;
    } else {
      append_lines(value, indent, out);
    }
  }

  // False when it does not fit into `room`.
  bool one_line_of(const JsValue& value, std::size_t room, std::string& out) {
    out = simple(value);
    if (out.empty()) {
      out = head(value);
      bool fits = true;
      each_part(value, [&](const std::string& key, const JsValue& part) {
        if (!fits) return;
        out += out.ends_with('{') || out.ends_with('[') ? (out.ends_with('{') ? " " : "") : ", ";
        std::string inner;
        fits = out.size() <= room * 4 && one_line_of(part, room, inner);
        out += key + inner;
      });
      if (!fits) return false;
      out += out.ends_with('{') || value.kind == Kind::array ? tail(value) : ' ' + tail(value);
    }
    return columns_of_text(out) <= room;
  }

 private:
  static std::string head(const JsValue& value) {
    if (value.kind == Kind::array) return "[";
    if (value.kind == Kind::set) return "Set {";
    if (value.kind == Kind::map) return "Map {";
    const bool plain = value.text.empty() || value.text == "Object";
    return plain ? "{" : one_line(value.text) + " {";
  }
  static std::string tail(const JsValue& value) { return value.kind == Kind::array ? "]" : "}"; }

  template <typename Do>
  void each_part(const JsValue& value, Do each) {
    if (value.kind == Kind::map) {
      for (std::size_t i = 0; i + 1 < value.items.size(); i += 2) {
        std::string key;
        one_line_of(value.items[i], width_, key);
        each(key + " => ", value.items[i + 1]);
      }
      return;
    }
    for (const JsValue& item : value.items) each(std::string(), item);
    for (const auto& [name, member] : value.members) each(key_of(name) + ": ", member);
  }

  void append_lines(const JsValue& value, std::size_t indent, std::string& out) {
    const std::size_t inner = indent + 2;
    out += head(value) + '\n';
    each_part(value, [&](const std::string& key, const JsValue& part) {
      out += std::string(inner, ' ') + key;
      append(part, inner, columns_of_text(key) + 1, out);
      out += ",\n";
    });
    out += std::string(indent, ' ') + tail(value);
  }

  std::size_t width_;
};

std::string one_line_text(const JsValue& value) {
  std::string text;
  Pretty(~std::size_t{0} / 8).one_line_of(value, ~std::size_t{0} / 8, text);
  return text;
}

std::string cell_text(const JsValue& value) {
  if (value.kind == Kind::undefined) return {};
  return one_line(value.kind == Kind::string ? value.text : one_line_text(value));
}

bool is_number(const JsValue& value) {
  return value.kind == Kind::number || value.kind == Kind::bigint;
}

// Line breaks and tabs stay; other control characters could command the terminal.
std::string without_commands(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\n' && c != '\t') || byte == 0x7F) c = ' ';
  }
  return out;
}

}  // namespace

std::string pretty(const JsValue& value, std::size_t width) {
  std::string out;
  Pretty(width == 0 ? kWidthDefault : width).append(value, 0, 0, out);
  return out;
}

Table to_table(const std::vector<JsValue>& objects) {
  Table table;
  std::unordered_map<std::string_view, std::size_t> places;
  for (const JsValue& object : objects) {
    for (const auto& [name, value] : object.members) {
      const auto [at, is_new] = places.emplace(name, table.columns.size());
      if (is_new && table.columns.size() < kColumnsMax) {
        table.columns.push_back({one_line(name), true, is_class(value, "Id")});
      }
      if (at->second >= table.columns.size()) continue;
      TableColumn& column = table.columns[at->second];
      column.right = column.right && (is_number(value) || value.kind == Kind::null);
      column.whole = column.whole && is_class(value, "Id");
    }
  }
  for (const JsValue& object : objects) {
    std::vector<std::string>& row = table.rows.emplace_back(table.columns.size());
    for (const auto& [name, value] : object.members) {
      const std::size_t place = places.at(name);
      if (place < row.size()) row[place] = cell_text(value);
    }
  }
  return table;
}

std::string printed(const std::vector<JsValue>& values, std::size_t width) {
  std::string out;
  for (const JsValue& value : values) {
    if (!out.empty()) out += ' ';
    out += value.kind == Kind::string ? without_commands(value.text) : pretty(value, width);
  }
  return out;
}

}  // namespace gs::cli::shell
