#include "gs/core/crdt/text/mark_spans.h"

#include <algorithm>
#include <set>

#include "gs/core/crdt/text/marks.h"

namespace gs::crdt {
namespace {

// A place where a mark begins or ends, by its number.
struct Edge {
  std::uint32_t pos = 0;
  std::uint32_t mark = 0;
  bool begins = false;
};

class Covering {
 public:
  Covering(std::span<const MarkSpan> marks, std::vector<MarkSpan>& out)
      : marks_(marks), out_(out) {}

  // Of one key: all of its edges, by position.
  void go(std::span<const Edge> edges) {
    std::set<std::uint32_t> open;  // the greatest one counts
    for (std::size_t i = 0; i < edges.size();) {
      const std::uint32_t pos = edges[i].pos;
      for (; i < edges.size() && edges[i].pos == pos; ++i) {
        if (edges[i].begins) open.insert(edges[i].mark);
        if (!edges[i].begins) open.erase(edges[i].mark);
      }
      if (!open.empty()) add(marks_[*open.rbegin()], pos, edges[i].pos);
    }
  }

 private:
  void add(const MarkSpan& mark, std::uint32_t from, std::uint32_t to) {
    if (takes_away(mark.value)) return;
    const bool goes_on = !out_.empty() && out_.back().to == from && out_.back().key == mark.key &&
                         equal(out_.back().value, mark.value);
    if (goes_on) {
      out_.back().to = to;
    } else {
      out_.push_back({from, to, mark.key, mark.value});
    }
  }

  std::span<const MarkSpan> marks_;
  std::vector<MarkSpan>& out_;
};

}  // namespace

std::vector<MarkSpan> cover_marks(std::span<const MarkSpan> marks, std::uint64_t* work) {
  std::vector<Edge> edges;
  for (std::uint32_t i = 0; i < marks.size(); ++i) {
    if (marks[i].from >= marks[i].to) continue;
    edges.push_back({marks[i].from, i, true});
    edges.push_back({marks[i].to, i, false});
  }
  const auto key_of = [&](const Edge& edge) { return marks[edge.mark].key; };
  std::sort(edges.begin(), edges.end(), [&](const Edge& a, const Edge& b) {
    return key_of(a) != key_of(b) ? key_of(a) < key_of(b) : a.pos < b.pos;
  });
  std::vector<MarkSpan> spans;
  Covering covering(marks, spans);
  for (std::size_t begin = 0; begin < edges.size();) {
    std::size_t end = begin;
    while (end < edges.size() && key_of(edges[end]) == key_of(edges[begin])) ++end;
    covering.go(std::span(edges).subspan(begin, end - begin));
    begin = end;
  }
  if (work != nullptr) *work += edges.size();
  std::sort(spans.begin(), spans.end(), [](const MarkSpan& a, const MarkSpan& b) {
    return a.from != b.from ? a.from < b.from : a.key < b.key;
  });
  return spans;
}

}  // namespace gs::crdt
