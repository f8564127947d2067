// The number of edits between two words, as Damerau counted them.
#include "gs/base/nearest.h"

#include <algorithm>
#include <array>

namespace gs {
namespace {

// Longer than any name there is: what is longer was not mistyped but meant for something else.
constexpr std::size_t kLettersMax = 32;
// Fewer letters begin too many names to be a hint.
constexpr std::size_t kPrefixLettersMin = 3;

using Line = std::array<std::size_t, kLettersMax + 1>;

// Both have at most kLettersMax letters. Neighbours are swapped at most once.
std::size_t edits(std::string_view from, std::string_view to) {
  Line above2{};
  Line above{};
  Line line{};
  for (std::size_t j = 0; j <= to.size(); ++j) line[j] = j;
  for (std::size_t i = 1; i <= from.size(); ++i) {
    above2 = above;
    above = line;
    line[0] = i;
    for (std::size_t j = 1; j <= to.size(); ++j) {
      const std::size_t other = from[i - 1] == to[j - 1] ? 0 : 1;
      line[j] = std::min({above[j] + 1, line[j - 1] + 1, above[j - 1] + other});
      const bool swapped = i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1];
      if (swapped) line[j] = std::min(line[j], above2[j - 2] + 1);
    }
  }
  return line[to.size()];
}

}  // namespace

std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& known) {
  std::optional<std::string> best;
  if (word.size() > kLettersMax) return best;
  constexpr std::size_t kLongWord = 6;
  std::size_t least = word.size() >= kLongWord ? 3 : 2;  // what is less may be meant
  for (const std::string& name : known) {
    if (name.size() > kLettersMax) continue;
    const bool begun = word.size() >= kPrefixLettersMin && name.starts_with(word);
    const std::size_t distance = begun ? 1 : edits(word, name);
    if (distance >= least) continue;
    least = distance;
    best = name;
  }
  return best;
}

}  // namespace gs
