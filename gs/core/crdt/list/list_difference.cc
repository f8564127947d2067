#include "gs/core/crdt/list/list_difference.h"

#include <algorithm>
#include <map>
#include <string_view>

#include "gs/core/crdt/text/myers.h"

namespace gs::crdt {
namespace {

constexpr std::uint32_t kFresh = 0xffffffff;

std::string_view text_of(Bytes value) noexcept { return as_text(value); }

// A part of the elements, to be compared.
class Units {
 public:
  explicit Units(std::span<const Bytes> elements) : elements_(elements) {}
  int size() const noexcept { return static_cast<int>(elements_.size()); }
  std::string_view operator[](int index) const noexcept {
    return text_of(elements_[static_cast<std::size_t>(index)]);
  }

 private:
  std::span<const Bytes> elements_;
};

// Of each element that is wanted, which one it is of those that were there, or kFresh; which of
// those go; and which come from another place, by where they are wanted.
struct Plan {
  std::vector<std::uint32_t> from;
  std::vector<bool> goes;
  std::vector<std::uint32_t> moved;
};

std::size_t common_prefix(std::span<const Bytes> a, std::span<const Bytes> b) {
  const std::size_t shorter = std::min(a.size(), b.size());
  std::size_t count = 0;
  while (count < shorter && text_of(a[count]) == text_of(b[count])) ++count;
  return count;
}

std::size_t common_suffix(std::span<const Bytes> a, std::span<const Bytes> b, std::size_t prefix) {
  const std::size_t shorter = std::min(a.size(), b.size()) - prefix;
  std::size_t count = 0;
  while (count < shorter && text_of(a[a.size() - 1 - count]) == text_of(b[b.size() - 1 - count])) {
    ++count;
  }
  return count;
}

Plan plan_of(std::span<const Bytes> had, std::span<const Bytes> wants) {
  Plan plan{
      std::vector<std::uint32_t>(wants.size(), kFresh), std::vector<bool>(had.size(), true), {}};
  std::uint32_t at = 0;
  std::uint32_t wanted = 0;
  const auto keep = [&](std::size_t count) {
    for (; count > 0; --count) {
      plan.goes[at] = false;
      plan.from[wanted++] = at++;
    }
  };
  const std::size_t prefix = common_prefix(had, wants);
  const std::size_t suffix = common_suffix(had, wants, prefix);
  keep(prefix);
  const Units old(had.subspan(prefix, had.size() - prefix - suffix));
  const Units fresh(wants.subspan(prefix, wants.size() - prefix - suffix));
  for (const Piece& piece : difference_pieces(old, fresh)) {
    keep(static_cast<std::size_t>(piece.kept));
    at += static_cast<std::uint32_t>(piece.deleted);
    wanted += static_cast<std::uint32_t>(piece.inserted);
  }
  keep(suffix);
  return plan;
}

// Pairs what goes with what comes and is the same.
void find_moves(std::span<const Bytes> had, std::span<const Bytes> wants, Plan& plan) {
  std::multimap<std::string_view, std::uint32_t> going;
  for (std::uint32_t i = 0; i < had.size(); ++i) {
    if (plan.goes[i]) going.emplace(text_of(had[i]), i);
  }
  for (std::uint32_t i = 0; i < wants.size() && plan.moved.size() < kFoundMovesMax; ++i) {
    if (plan.from[i] != kFresh) continue;
    const auto found = going.find(text_of(wants[i]));
    if (found == going.end()) continue;
    plan.from[i] = found->second;
    plan.goes[found->second] = false;
    plan.moved.push_back(i);
    going.erase(found);
  }
}

// From the back, so that positions stay; runs in one go.
Error erase_what_goes(ListOutline& outline, const Plan& plan) {
  for (std::size_t end = plan.goes.size(); end > 0;) {
    std::size_t begin = end;
    while (begin > 0 && plan.goes[begin - 1]) --begin;
    if (begin == end) {
      --end;
      continue;
    }
    GS_TRY_OK(
        outline.erase(static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end - begin)));
    end = begin;
  }
  return {};
}

// Each goes behind the one that is before it in what is wanted, of those that are in their order.
Error move_what_moves(ListOutline& outline, const Plan& plan) {
  if (plan.moved.empty()) return {};
  std::vector<std::uint32_t> now;  // which of those that were there stands where
  for (std::uint32_t i = 0; i < plan.goes.size(); ++i) {
    if (!plan.goes[i]) now.push_back(i);
  }
  std::vector<bool> is_placed(plan.from.size(), true);
  for (const std::uint32_t wanted : plan.moved) is_placed[wanted] = false;
  const auto place_of = [&](std::uint32_t which) {
    return static_cast<std::uint32_t>(std::find(now.begin(), now.end(), which) - now.begin());
  };
  for (const std::uint32_t wanted : plan.moved) {
    const std::uint32_t from = place_of(plan.from[wanted]);
    now.erase(now.begin() + from);
    std::uint32_t before = wanted;
    while (before > 0 && (!is_placed[before - 1] || plan.from[before - 1] == kFresh)) --before;
    const std::uint32_t to = before == 0 ? 0 : place_of(plan.from[before - 1]) + 1;
    now.insert(now.begin() + to, plan.from[wanted]);
    is_placed[wanted] = true;
    if (from != to) GS_TRY_OK(outline.move(from, to));
  }
  return {};
}

}  // namespace

Error edit_to(ListOutline& outline, std::span<const Bytes> had, std::span<const Bytes> wants) {
  Plan plan = plan_of(had, wants);
  find_moves(had, wants, plan);
  GS_TRY_OK(erase_what_goes(outline, plan));
  GS_TRY_OK(move_what_moves(outline, plan));
  for (std::uint32_t i = 0; i < wants.size(); ++i) {
    if (plan.from[i] == kFresh) GS_TRY_OK(outline.insert(i, wants[i]));
  }
  return {};
}

}  // namespace gs::crdt
