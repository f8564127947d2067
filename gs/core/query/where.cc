#include "gs/core/query/where.h"

#include "gs/base/nearest.h"

namespace gs::query {
namespace {

// Enough of a wrong name to recognise it; the rest would bury the message.
constexpr std::size_t kShownBytes = 60;

std::string shortened(std::string_view name) {
  if (name.size() <= kShownBytes) return std::string(name);
  std::size_t size = kShownBytes;  // of whole characters
  while (size > 0 && (static_cast<std::uint8_t>(name[size]) & 0xc0) == 0x80) --size;
  return std::string(name.substr(0, size)) + "..";
}

}  // namespace

std::string Where::text() const {
  if (is_whole) return std::string(name);
  std::string text = around == nullptr ? std::string() : around->text();
  if (is_element) return text + '[' + std::to_string(index) + ']';
  if (!text.empty()) text += '.';
  return text + shortened(name);
}

Error invalid_at(const Where& where, std::string_view what) {
  return Error(Code::invalid, "query: " + where.text() + ": " + std::string(what));
}

Error too_large_at(const Where& where, std::string_view what, std::size_t count, std::size_t most) {
  return Error(Code::too_large, "query: " + where.text() + ": " + std::to_string(count) + ' ' +
                                    std::string(what) + ", the limit is " + std::to_string(most));
}

Error at(const Where& where, Error error) { return std::move(error).in("query: " + where.text()); }

Error unknown_at(const Where& where, std::string_view what, std::string_view name,
                 const std::vector<std::string>& known) {
  std::string text = "unknown " + std::string(what) + " '" + shortened(name) + '\'';
  if (const auto meant = nearest(name, known)) text += ". Did you mean '" + *meant + "'?";
  std::string list;
  for (const std::string& word : known) list += (list.empty() ? "" : ", ") + word;
  text += (text.back() == '?' ? " Known: " : ". Known: ") + list;
  return invalid_at(where, text);
}

}  // namespace gs::query
