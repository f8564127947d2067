#include "gs/core/merge/taken_text.h"

#include <algorithm>

#include "gs/core/crdt/text/measure.h"
#include "gs/core/merge/field_writes.h"
#include "gs/core/merge/made_texts.h"

namespace gs::merge {

using crdt::Change;
using crdt::Changes;
using crdt::EventId;

namespace {

struct Span {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

// What became of the positions of a text by changes, which are in their order.
class Moves {
 public:
  explicit Moves(const Changes& changes) {
    std::uint32_t from = 0;
    std::uint32_t to = 0;
    for (const Change& one : changes.list) {
      kept_.push_back({from, to, one.pos - to});
      from += one.pos - to;
      to = one.pos + one.inserted;
      if (one.deleted != 0) gone_.push_back({from, from + one.deleted});
      from += one.deleted;
    }
    kept_.push_back({from, to, ~std::uint32_t{0} - std::max(from, to)});
  }

  // What was deleted, in positions of before.
  const std::vector<Span>& gone() const noexcept { return gone_; }
  // Calls `visit(Span)` for what is left of a span, in positions of after.
  template <typename Visit>
  void each_left(const Span& span, const Visit& visit) const {
    for (const Kept& one : kept_) {
      const std::uint32_t begin = std::max(span.begin, one.from);
      const std::uint32_t end = std::min(span.end, one.from + one.count);
      if (begin < end) visit(Span{one.to + begin - one.from, one.to + end - one.from});
    }
  }
  // Behind what was before this position, and is left.
  std::uint32_t place(std::uint32_t pos) const noexcept {
    std::uint32_t place = 0;
    for (const Kept& one : kept_) {
      if (one.count == 0 || one.from >= pos) continue;
      place = one.to + std::min(one.count, pos - one.from);
    }
    return place;
  }

 private:
  struct Kept {
    std::uint32_t from;
    std::uint32_t to;
    std::uint32_t count;
  };
  std::vector<Kept> kept_;
  std::vector<Span> gone_;
};

// An edit of the text as it is.
struct Repair {
  std::uint32_t pos = 0;
  std::uint32_t deleted = 0;
  std::string inserted;
};

// Of `text`, which stands at `begin`, what is in none of the spans.
std::string without(std::string_view text, std::uint32_t begin, const std::vector<Span>& spans) {
  std::string rest;
  std::uint32_t at = begin;
  const auto take = [&](std::uint32_t count, bool is_kept) {
    const std::size_t bytes = crdt::bytes_of_points(text, count);
    if (is_kept) rest += text.substr(0, bytes);
    text.remove_prefix(bytes);
    at += count;
  };
  const std::uint32_t end = begin + crdt::measure(text).points;
  for (const Span& one : spans) {
    if (one.end <= at || one.begin >= end) continue;
    if (one.begin > at) take(one.begin - at, true);
    take(std::min(one.end, end) - at, false);
  }
  rest += text;
  return rest;
}

// A text that is replayed to take something back in it.
class Replay {
 public:
  Replay(const TypedField& field, const WriterOrder& order) : text_(field.value) {
    const TextLog log(field.edits);
    TextLog::Cursor cursor(log);
    for (TextLog::Operation operation; cursor.next(operation);) {
      if (!failure_) {
        failure_ = text_.add(order.key(operation.stamp.writer), operation.parents, operation.edits);
      }
      operations_.push_back(std::move(operation));
    }
    Digest last;
    last.bytes.fill(0xff);
    writer_ = text_.text().writer_number(last);
  }

  const Error& failure() const noexcept { return failure_; }
  crdt::Text& text() noexcept { return text_.text(); }
  const std::vector<TextLog::Operation>& operations() const noexcept { return operations_; }

  // Types what takes back one operation.
  Error take_back(std::uint32_t index) {
    const std::vector<EventId> before = text_.parents(operations_[index].parents);
    const std::vector<EventId> after{text_.last(index)};
    GS_TRY(const std::vector<EventId> now, text().version());
    GS_TRY(const Changes back, text().diff(after, before));
    GS_TRY(const Changes since, text().diff(after, now));
    GS_TRY(const Changes beside, text().diff(before, others(index)));
    const Moves moves(since);
    const Moves gone_beside(beside);
    std::vector<Repair> repairs;
    std::uint32_t had = 0;  // what `back` has deleted by now ...
    std::uint32_t got = 0;  // ... and inserted
    for (const Change& one : back.list) {
      const std::uint32_t at = one.pos - got + had;  // in the text after the operation
      const auto erase = [&](const Span& left) {
        repairs.push_back({left.begin, left.end - left.begin, {}});
      };
      moves.each_left({at, at + one.deleted}, erase);
      std::string lost = without(back.inserted(one), one.pos, gone_beside.gone());
      if (!lost.empty()) repairs.push_back({moves.place(at), 0, std::move(lost)});
      had += one.deleted;
      got += one.inserted;
    }
    return type(std::move(repairs));
  }

 private:
  // The newest edits of all operations that do not stand on this one.
  std::vector<EventId> others(std::uint32_t index) {
    std::vector<bool> is_left(operations_.size(), true);
    std::vector<bool> is_head(operations_.size(), false);
    is_left[index] = false;
    for (std::size_t i = 0; i < operations_.size(); ++i) {
      for (const std::uint32_t parent : operations_[i].parents) {
        if (!is_left[parent]) is_left[i] = false;
      }
      is_head[i] = is_left[i];
      if (!is_left[i]) continue;
      for (const std::uint32_t parent : operations_[i].parents) is_head[parent] = false;
    }
    std::vector<std::uint32_t> heads;
    for (std::uint32_t i = 0; i < operations_.size(); ++i) {
      if (is_head[i]) heads.push_back(i);
    }
    return text_.parents(heads);
  }

  // From the end on, so that the positions of the others stay.
  Error type(std::vector<Repair> repairs) {
    std::stable_sort(repairs.begin(), repairs.end(),
                     [](const Repair& a, const Repair& b) { return a.pos > b.pos; });
    for (const Repair& one : repairs) {
      GS_TRY_OK(text().erase(writer_, one.pos, one.deleted));
      GS_TRY_OK(text().insert(writer_, one.pos, one.inserted));
    }
    return {};
  }

  TypedText text_;
  std::vector<TextLog::Operation> operations_;
  std::uint32_t writer_ = 0;
  Error failure_;
};

}  // namespace

std::optional<TypedField> typed_field(const Stored& stored, std::string_view name) {
  if (stored.image == nullptr) return std::nullopt;
  const record::RecordView record(stored.shape->get(), stored.record);
  const ImageView image(stored.image);
  std::optional<LocalStamp> value_stamp;
  std::string_view value;
  std::optional<TypedField> found;
  HiddenView hidden = image.first_hidden();
  for (std::uint32_t i = 0; i < image.hidden_count(); ++i, hidden = hidden.next()) {
    const bool is_of_field =
        hidden.kind() == HiddenKind::summand || hidden.kind() == HiddenKind::text;
    if (!is_of_field || name_of_field(record, hidden.field()) != name) continue;
    if (hidden.kind() == HiddenKind::summand) {
      value_stamp = hidden.stamp();
      if (static_cast<Type>(hidden.type()) == Type::string) value = as_text(hidden.content());
      continue;
    }
    const LocalStamp shown = value_stamp.value_or(LocalStamp{});
    if (hidden.stamp() == shown) found = TypedField{shown, value, hidden.content()};
  }
  return found;
}

Result<crdt::Difference> take_back_edits(const TypedField& field, const WriterOrder& order,
                                         const std::function<bool(const LocalStamp&)>& is_taken) {
  Replay replay(field, order);
  GS_TRY_OK(replay.failure().copy());
  GS_TRY(const std::vector<EventId> now, replay.text().version());
  for (auto i = static_cast<std::uint32_t>(replay.operations().size()); i-- > 0;) {
    if (is_taken(replay.operations()[i].stamp)) GS_TRY_OK(replay.take_back(i));
  }
  GS_TRY(const std::vector<EventId> then, replay.text().version());
  GS_TRY(const Changes changes, replay.text().diff(now, then));
  crdt::Difference made;
  for (const Change& one : changes.list) {
    if (one.deleted != 0) made.runs.push_back({crdt::Edit::erase, one.pos, one.deleted});
    if (one.inserted != 0) made.runs.push_back({crdt::Edit::insert, one.pos, one.inserted});
    made.text += changes.inserted(one);
  }
  return made;
}

}  // namespace gs::merge
