#include "cmd/gstore/support/hunk_text.h"

#include <algorithm>

#include "cmd/gstore/support/json_text.h"
#include "cmd/gstore/support/terminal.h"
#include "cmd/gstore/support/words.h"

namespace gs::cli {
namespace {

// In characters, which are code points.
constexpr std::size_t kContextMax = 20;  // on each side of a hunk
constexpr std::size_t kEndMax = 60;      // of what is too long to be shown: on each end
constexpr std::string_view kMore = "…";  // in place of what is left out

bool continues_character(char byte) noexcept {
  return (static_cast<unsigned char>(byte) & 0xC0) == 0x80;
}

std::size_t characters_of(std::string_view text) noexcept {
  const auto continued = std::count_if(text.begin(), text.end(), continues_character);
  return text.size() - static_cast<std::size_t>(continued);
}

// The first `count` characters, or all.
std::string_view first_of(std::string_view text, std::uint64_t count) noexcept {
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    if (!continues_character(text[at]) && count-- == 0) break;
  }
  return text.substr(0, at);
}

std::string_view last_of(std::string_view text, std::size_t count) noexcept {
  std::size_t at = text.size();
  while (at > 0 && count > 0) {
    if (!continues_character(text[--at])) --count;
  }
  return text.substr(at);
}

// As in JSON, without the quotes around it.
std::string escaped(std::string_view text) {
  std::string json;
  append_json_string(text, json);
  return one_line(std::string_view(json).substr(1, json.size() - 2));
}

std::string shortened(std::string_view text) {
  const std::string_view first = first_of(text, kEndMax);
  const std::string_view last = last_of(text.substr(first.size()), kEndMax);
  if (first.size() + last.size() == text.size()) return escaped(text);
  return escaped(first).append(kMore) + escaped(last);
}

std::string place_text(char sign, std::uint64_t at, std::string_view text) {
  return sign + std::to_string(at) + ',' + std::to_string(characters_of(text));
}

// What the texts have in common: before each hunk, and behind the last one.
std::vector<std::string_view> alike_parts(std::string_view text,
                                          const std::vector<TextHunk>& hunks) {
  std::vector<std::string_view> parts;
  std::uint64_t at = 0;
  for (const TextHunk& hunk : hunks) {
    parts.push_back(first_of(text, hunk.before - at));
    text.remove_prefix(std::min(text.size(), parts.back().size() + hunk.removed.size()));
    at = hunk.before + characters_of(hunk.removed);
  }
  parts.push_back(text);
  return parts;
}

struct Surroundings {
  std::string_view before;
  std::string_view behind;
  bool is_first = false;  // the text begins with what is before
  bool is_last = false;   // and ends with what is behind
};

std::string hunk_line(const TextHunk& hunk, const Surroundings& around, bool colours) {
  std::string line = "@@ " + place_text('-', hunk.before, hunk.removed) + ' ' +
                     place_text('+', hunk.after, hunk.inserted) + " @@ ";
  const std::string_view before = last_of(around.before, kContextMax);
  if (!around.is_first || before.size() < around.before.size()) line += kMore;
  line += escaped(before);
  if (!hunk.removed.empty()) {
    line += coloured("[-" + shortened(hunk.removed) + "-]", Colour::red, colours);
  }
  if (!hunk.inserted.empty()) {
    line += coloured("{+" + shortened(hunk.inserted) + "+}", Colour::green, colours);
  }
  const std::string_view behind = first_of(around.behind, kContextMax);
  line += escaped(behind);
  if (!around.is_last || behind.size() < around.behind.size()) line += kMore;
  return line;
}

}  // namespace

std::vector<std::string> hunk_lines(const FieldDifference& field, bool colours) {
  const std::string text = unquote(field.before_json).value_or("");
  const std::vector<std::string_view> alike = alike_parts(text, field.hunks);
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < field.hunks.size(); ++i) {
    const bool is_last = i + 1 == field.hunks.size();
    lines.push_back(hunk_line(field.hunks[i], {alike[i], alike[i + 1], i == 0, is_last}, colours));
  }
  return lines;
}

std::string short_value(std::string_view json) {
  const std::optional<std::string> text = unquote(json);
  if (!text) return std::string(json);
  const std::size_t characters = characters_of(*text);
  if (characters <= 2 * kEndMax) return std::string(json);
  return '"' + shortened(*text) + "\" (" + count_text(characters, "character", "characters") + ')';
}

}  // namespace gs::cli
