#include "gs/core/crdt/text/hunks.h"

#include <algorithm>
#include <span>

#include "gs/core/crdt/text/anchors.h"
#include "gs/core/crdt/text/cut_text.h"
#include "gs/core/crdt/text/measure.h"
#include "gs/core/crdt/text/pieces.h"

namespace gs::crdt {

namespace {

constexpr Cut kCuts[] = {Cut::lines, Cut::words, Cut::points};

// [begin, end) of a text, in bytes.
struct ByteSpan {
  std::size_t begin = 0;
  std::size_t end = 0;

  bool empty() const noexcept { return begin == end; }
  std::string_view of(std::string_view text) const noexcept {
    return text.substr(begin, end - begin);
  }
};

// What stands in one text in place of what stands in the other.
struct ChangedPart {
  ByteSpan before;
  ByteSpan after;
};

class HunkSearch {
 public:
  HunkSearch(std::string_view before, std::string_view after) : before_(before), after_(after) {}

  std::vector<ChangedPart> run() {
    const ChangedPart whole{{0, before_.size()}, {0, after_.size()}};
    const CutText old(before_, Cut::lines);
    const CutText fresh(after_, Cut::lines);
    const std::vector<Piece> pieces = pieces_of(old, fresh, Cut::lines);
    if (is_found(pieces)) {
      compare_pieces(whole, pieces, old, fresh, std::span(kCuts).subspan(1));
    } else {
      compare_between(anchors(old, fresh), old, fresh);
    }
    return std::move(found_);
  }

 private:
  std::vector<Piece> pieces_of(const CutText& old, const CutText& fresh, Cut cut) {
    std::vector<Piece> pieces = joined_pieces(difference_pieces(old, fresh, work_left_));
    return cut == Cut::lines ? pieces : without_islands(pieces);
  }
  // Whether the search came to its end.
  static bool is_found(const std::vector<Piece>& pieces) noexcept {
    return pieces.size() != 1 || pieces[0].kept != 0;
  }

  // Lines again, and what is finer, but of less.
  void compare_between(const std::vector<Anchor>& alike, const CutText& old, const CutText& fresh) {
    Anchor begin;
    const auto compare_to = [&](const Anchor& end, std::span<const Cut> cuts) {
      compare({{old.begin_of(begin.before), old.begin_of(end.before)},
               {fresh.begin_of(begin.after), fresh.begin_of(end.after)}},
              cuts);
    };
    for (const Anchor& anchor : alike) {
      compare_to(anchor, kCuts);
      begin = {anchor.before + 1, anchor.after + 1};
    }
    const std::span<const Cut> cuts(kCuts);  // without anchors the lines were all compared
    compare_to({old.size(), fresh.size()}, alike.empty() ? cuts.subspan(1) : cuts);
  }

  void compare(const ChangedPart& part, std::span<const Cut> cuts) {
    const bool is_one_sided = part.before.empty() || part.after.empty();
    if (is_one_sided || cuts.empty() || found_.size() == kHunksMax) return add(part);
    const CutText old(part.before.of(before_), cuts.front());
    const CutText fresh(part.after.of(after_), cuts.front());
    const std::vector<Piece> pieces = pieces_of(old, fresh, cuts.front());
    if (cuts.front() == Cut::points && keep_little(pieces, old, fresh)) return add(part);
    compare_pieces(part, pieces, old, fresh, cuts.subspan(1));
  }

  void compare_pieces(const ChangedPart& part, const std::vector<Piece>& pieces, const CutText& old,
                      const CutText& fresh, std::span<const Cut> cuts) {
    int at = 0;
    int fresh_at = 0;
    const auto span = [](const ByteSpan& of, const CutText& text, int begin, int count) {
      return ByteSpan{of.begin + text.begin_of(begin), of.begin + text.begin_of(begin + count)};
    };
    for (const Piece& piece : pieces) {
      at += piece.kept;
      fresh_at += piece.kept;
      compare({span(part.before, old, at, piece.deleted),
               span(part.after, fresh, fresh_at, piece.inserted)},
              cuts);
      at += piece.deleted;
      fresh_at += piece.inserted;
    }
  }

  // Sentences that have nothing to do with each other have half of their letters in one order.
  static bool keep_little(const std::vector<Piece>& pieces, const CutText& old,
                          const CutText& fresh) noexcept {
    std::int64_t kept = 0;
    for (const Piece& piece : pieces) kept += piece.kept;
    return kept * 4 <= std::int64_t{3} * std::min(old.size(), fresh.size());
  }

  void add(ChangedPart part) {
    const CommonEnds ends = common_ends(part.before.of(before_), part.after.of(after_));
    part.before = {part.before.begin + ends.prefix, part.before.end - ends.suffix};
    part.after = {part.after.begin + ends.prefix, part.after.end - ends.suffix};
    if (part.before.empty() && part.after.empty()) return;
    const bool continues = !found_.empty() && found_.back().before.end == part.before.begin &&
                           found_.back().after.end == part.after.begin;
    if (!continues && found_.size() < kHunksMax) {
      found_.push_back(part);
      return;
    }
    found_.back().before.end = part.before.end;
    found_.back().after.end = part.after.end;
  }

  const std::string_view before_;
  const std::string_view after_;
  std::int64_t work_left_ = kSearchWorkMax;
  std::vector<ChangedPart> found_;
};

}  // namespace

std::vector<Hunk> text_hunks(std::string_view before, std::string_view after) {
  std::vector<Hunk> hunks;
  std::size_t looked_at = 0;  // of the text before, in bytes
  std::uint64_t at = 0;
  std::uint64_t fresh_at = 0;
  for (const ChangedPart& part : HunkSearch(before, after).run()) {
    const std::uint32_t alike = measure(ByteSpan{looked_at, part.before.begin}.of(before)).points;
    at += alike;
    fresh_at += alike;
    const std::string_view removed = part.before.of(before);
    const std::string_view inserted = part.after.of(after);
    hunks.push_back({at, fresh_at, removed, inserted});
    at += measure(removed).points;
    fresh_at += measure(inserted).points;
    looked_at = part.before.end;
  }
  return hunks;
}

}  // namespace gs::crdt
