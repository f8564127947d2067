#include "gs/core/merge/taken_marks.h"

#include <algorithm>
#include <map>

#include "gs/core/crdt/text/mark_spans.h"
#include "gs/core/crdt/text/versions.h"
#include "gs/core/merge/anchored_marks.h"

namespace gs::merge {

using crdt::MarkSpan;
using crdt::PlaceSpan;
using crdt::Unit;

namespace {

using IsTaken = std::function<bool(const LocalStamp&)>;

constexpr std::uint8_t kNoMark[] = {0};     // a null
constexpr std::uint8_t kUnknown[] = {255};  // no value is this: what comes back is marked anew

// Units that are, and will be, in the text, or not; and how many are before them.
struct Piece {
  Unit first = 0;
  std::uint32_t count = 0;
  bool is_there = false;
  bool will_be = false;
  std::uint32_t before = 0;       // of the text as it is ...
  std::uint32_t will_before = 0;  // ... and as it will be

  std::uint32_t will_end() const noexcept { return will_before + count; }
};

class Taking {
 public:
  Taking(AnchoredMarks& anchored, const IsTaken& is_taken, const IsTaken& restores)
      : anchored_(anchored), is_taken_(is_taken) {
    const crdt::Known known = anchored_.text->known();
    crdt::Tracker& tracker = anchored_.text->tracker();
    tracker.prepare(known, known.graph.frontier());
    const auto restores_taken = [&](const LocalStamp& one) {
      return is_taken(one) && restores(one);
    };
    const std::vector<PlaceSpan> taken = events_of(is_taken);
    const std::vector<PlaceSpan> restoring = events_of(restores_taken);
    const auto is_same = [&](Unit a, Unit b) {
      return anchored_.text->text().is_same_character(a, b);
    };
    crdt::each_without(
        known, tracker, {taken, restoring, is_same},
        [&](Unit first, std::uint32_t count, bool is_there, bool will_be) {
          pieces_.push_back({first, count, is_there, will_be, length_, will_length_});
          if (first >= crdt::kBaseUnit) return pieces_.pop_back();
          length_ += is_there ? count : 0;
          will_length_ += will_be ? count : 0;
        });
    for (std::uint32_t i = 0; i < pieces_.size(); ++i) by_unit_.push_back(i);
    std::sort(by_unit_.begin(), by_unit_.end(),
              [&](auto a, auto b) { return pieces_[a].first < pieces_[b].first; });
  }

  std::vector<MarkToMake> take() {
    std::map<std::string_view, Both> by_key;
    for (const MarkSpan& one : spans(true)) by_key[one.key].wanted.push_back(one);
    const std::vector<MarkSpan> now = spans(false);
    for (const MarkSpan& one : now) keep(one, by_key[one.key]);
    for (auto& [key, both] : by_key) forget_back(key, both);
    std::vector<MarkToMake> made;
    for (auto& [key, both] : by_key) differ(key, both, made);
    return made;
  }

 private:
  // Of one key: what there is, where the text stays, and what there is to be.
  struct Both {
    std::vector<MarkSpan> now;
    std::vector<MarkSpan> wanted;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> touched;  // of the text as it is
  };

  std::vector<PlaceSpan> events_of(const IsTaken& is_one) const {
    std::vector<PlaceSpan> events;
    const auto& all = anchored_.operations->all();
    for (std::uint32_t i = 0; i < all.size(); ++i) {
      if (is_one(all[i].stamp)) events.push_back(anchored_.text->places_of(i));
    }
    return events;
  }

  // `is_wanted`: without those that are taken, in the text as it will be.
  std::vector<MarkSpan> spans(bool is_wanted) const {
    std::vector<MarkSpan> marks;
    const TextBeside text(*this, is_wanted);
    for (const AnchoredMark& one : anchored_.marks) {
      if (is_wanted && is_taken_(one.stamp)) continue;
      add_spans(anchored_, one, text, marks);
    }
    return crdt::cover_marks(marks);
  }

  // As it is, or as it will be.
  class TextBeside final : public MarkedText {
   public:
    TextBeside(const Taking& taking, bool will_be) : taking_(taking), will_be_(will_be) {}
    std::uint32_t length() const override {
      return will_be_ ? taking_.will_length_ : taking_.length_;
    }
    std::uint32_t position(const MarkSide& side) const override {
      const Piece& piece = taking_.pieces_[*taking_.piece_of(side.unit)];
      const std::uint32_t offset = side.unit - piece.first + (side.is_after ? 1 : 0);
      return before(piece) + (is_in(piece) ? offset : 0);
    }
    void find(std::span<const TypedBehind::Stretch> stretches,
              std::vector<Range>& out) const override {
      for (const TypedBehind::Stretch& one : stretches) {
        const Unit end = one.first + one.count;
        for (auto at = taking_.piece_of(one.first);
             at != taking_.by_unit_.end() && taking_.pieces_[*at].first < end; ++at) {
          const Piece& piece = taking_.pieces_[*at];
          if (!is_in(piece)) continue;
          const std::uint32_t from = std::max(one.first, piece.first) - piece.first;
          const std::uint32_t to = std::min(end, piece.first + piece.count) - piece.first;
          out.push_back({before(piece) + from, before(piece) + to});
        }
      }
    }

   private:
    bool is_in(const Piece& piece) const { return will_be_ ? piece.will_be : piece.is_there; }
    std::uint32_t before(const Piece& piece) const {
      return will_be_ ? piece.will_before : piece.before;
    }

    const Taking& taking_;
    bool will_be_;
  };
  std::vector<std::uint32_t>::const_iterator piece_of(Unit unit) const {
    return std::upper_bound(by_unit_.begin(), by_unit_.end(), unit,
                            [&](Unit one, std::uint32_t i) { return one < pieces_[i].first; }) -
           1;
  }

  // The parts of what there is that stay, where they will be.
  void keep(const MarkSpan& span, Both& both) const {
    both.touched.emplace_back(span.from, span.to);
    auto piece = std::lower_bound(pieces_.begin(), pieces_.end(), span.from,
                                  [](const Piece& one, std::uint32_t from) {
                                    return one.before + (one.is_there ? one.count : 0) <= from;
                                  });
    for (; piece != pieces_.end() && piece->before < span.to; ++piece) {
      if (!piece->is_there || !piece->will_be) continue;
      const std::uint32_t from = std::max(span.from, piece->before) - piece->before;
      const std::uint32_t to = std::min(span.to - piece->before, piece->count);
      both.now.push_back(
          {piece->will_before + from, piece->will_before + to, span.key, span.value});
    }
  }

  // What comes back may get marks of its neighbours, or lose its own: they are made anew.
  void forget_back(std::string_view key, Both& both) const {
    std::size_t next = 0;
    std::size_t wanted = 0;
    for (const Piece& piece : pieces_) {
      if (piece.is_there || !piece.will_be) continue;
      while (next < both.touched.size() && both.touched[next].second + 1 < piece.before) ++next;
      const bool is_beside =
          next < both.touched.size() && both.touched[next].first <= piece.before + 1;
      while (wanted < both.wanted.size() && both.wanted[wanted].to <= piece.will_before) ++wanted;
      const bool is_wanted =
          wanted < both.wanted.size() && both.wanted[wanted].from < piece.will_end();
      if (!is_beside && !is_wanted) continue;
      both.now.push_back({piece.will_before, piece.will_end(), key, kUnknown});
    }
    std::sort(both.now.begin(), both.now.end(),
              [](const MarkSpan& a, const MarkSpan& b) { return a.from < b.from; });
  }

  // Of stretches that ascend; `next`: the first one that may be there.
  static Bytes value_at(const std::vector<MarkSpan>& spans, std::size_t& next, std::uint32_t at) {
    while (next < spans.size() && spans[next].to <= at) ++next;
    return next < spans.size() && spans[next].from <= at ? spans[next].value : Bytes(kNoMark);
  }

  void differ(std::string_view key, const Both& both, std::vector<MarkToMake>& made) const {
    std::vector<std::uint32_t> edges;
    for (const auto* const spans : {&both.now, &both.wanted}) {
      for (const MarkSpan& one : *spans) edges.insert(edges.end(), {one.from, one.to});
    }
    std::sort(edges.begin(), edges.end());
    edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
    std::size_t now = 0;
    std::size_t wanted = 0;
    const std::size_t begun = made.size();
    for (std::size_t i = 0; i + 1 < edges.size(); ++i) {
      const Bytes wants = value_at(both.wanted, wanted, edges[i]);
      if (equal(value_at(both.now, now, edges[i]), wants)) continue;
      const bool goes_on =
          made.size() > begun && made.back().to == edges[i] && equal(made.back().value, wants);
      if (goes_on) {
        made.back().to = edges[i + 1];
      } else {
        made.push_back(mark_to_make(edges[i], edges[i + 1], key, wants));
      }
    }
  }

  // It grows as the last one that said so did.
  MarkToMake mark_to_make(std::uint32_t from, std::uint32_t to, std::string_view key,
                          Bytes value) const {
    const crdt::TextMark* like = nullptr;
    for (const AnchoredMark& one : anchored_.marks) {
      if (one.said.key != key) continue;
      const bool is_same = equal(one.said.value, value);
      if (like == nullptr || is_same || !equal(like->value, value)) like = &one.said;
    }
    return {from,
            to,
            std::string(key),
            Buffer(value.begin(), value.end()),
            like != nullptr && like->grows_at_begin,
            like == nullptr || like->grows_at_end};
  }

  AnchoredMarks& anchored_;
  const IsTaken& is_taken_;
  std::vector<Piece> pieces_;           // in the order of all characters
  std::vector<std::uint32_t> by_unit_;  // the same, by unit
  std::uint32_t length_ = 0;
  std::uint32_t will_length_ = 0;
};

}  // namespace

Result<std::vector<MarkToMake>> take_back_marks(const TypedField& field, const WriterOrder& order,
                                                const IsTaken& is_taken, const IsTaken& restores) {
  GS_TRY(AnchoredMarks anchored, anchor_marks(field, order));
  if (anchored.text == nullptr) return std::vector<MarkToMake>();
  return Taking(anchored, is_taken, restores).take();
}

}  // namespace gs::merge
