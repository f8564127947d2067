#include "gs/core/crdt/text/anchors.h"

#include <algorithm>
#include <numeric>

namespace gs::crdt {

namespace {

// Units that are there once, ordered by what they say.
std::vector<int> single_units(const CutText& text) {
  std::vector<int> all(static_cast<std::size_t>(text.size()));
  std::iota(all.begin(), all.end(), 0);
  std::sort(all.begin(), all.end(), [&](int a, int b) { return text[a] < text[b]; });
  std::vector<int> single;
  for (std::size_t i = 0; i < all.size();) {
    std::size_t next = i + 1;
    while (next < all.size() && text[all[next]] == text[all[i]]) ++next;
    if (next == i + 1) single.push_back(all[i]);
    i = next;
  }
  return single;
}

// By the place before.
std::vector<Anchor> pairs(const CutText& before, const CutText& after) {
  const std::vector<int> had = single_units(before);
  const std::vector<int> has = single_units(after);
  std::vector<Anchor> found;
  auto other = has.begin();
  for (const int unit : had) {
    while (other != has.end() && after[*other] < before[unit]) ++other;
    if (other == has.end()) break;
    if (after[*other] == before[unit]) found.push_back({unit, *other});
  }
  std::sort(found.begin(), found.end(),
            [](const Anchor& a, const Anchor& b) { return a.before < b.before; });
  return found;
}

}  // namespace

// The longest of the sequences that ascend: of each length, the one that ends first is known.
std::vector<Anchor> anchors(const CutText& before, const CutText& after) {
  const std::vector<Anchor> all = pairs(before, after);
  std::vector<std::size_t> ends;  // by length less one: the last anchor
  std::vector<std::size_t> previous(all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto at =
        std::lower_bound(ends.begin(), ends.end(), all[i].after,
                         [&](std::size_t end, int place) { return all[end].after < place; });
    if (at != ends.begin()) previous[i] = *(at - 1);
    if (at == ends.end()) {
      ends.push_back(i);
    } else {
      *at = i;
    }
  }
  std::vector<Anchor> longest(ends.size());
  std::size_t one = ends.empty() ? 0 : ends.back();
  for (auto place = longest.rbegin(); place != longest.rend(); ++place) {
    *place = all[one];
    one = previous[one];
  }
  return longest;
}

}  // namespace gs::crdt
