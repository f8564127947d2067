// What operations make of a text.
#include "gs/core/crdt/text/measure.h"
#include "gs/core/crdt/text/rope.h"
#include "gs/core/merge/edited_value.h"

namespace gs::merge {

using crdt::EditRun;
using crdt::EditsView;
using crdt::EventId;

namespace {

// Nobody's key: the value is there before anybody typed.
constexpr crdt::Writer kOfValue{};

}  // namespace

std::vector<EventId> EditedValue::parents(std::span<const std::uint32_t> operations) const {
  std::vector<EventId> edits;
  for (const std::uint32_t operation : operations) edits.push_back(last_[operation]);
  if (operations.empty() && value_end_) edits.push_back(*value_end_);
  return edits;
}

TypedText::TypedText(std::string_view value) {
  if (value.empty()) return;
  const std::uint32_t writer = text_.writer_number(kOfValue);
  if (!text_.insert(writer, 0, value)) value_end_ = {writer, text_.length() - 1};
}

Error TypedText::add(const crdt::Writer& key, std::uint64_t /*hlc*/,
                     std::span<const std::uint32_t> on, Bytes bytes) {
  GS_TRY(const EditsView edits, crdt::parse_edits(bytes));
  const std::uint32_t writer = text_.writer_number(key);
  GS_TRY(const std::uint32_t seq, text_.next_seq(writer));
  GS_TRY_OK(text_.apply(edits, {writer, seq}, parents(on)));
  last_.push_back({writer, seq + edits.events() - 1});
  return {};
}

bool edit_text(std::string& text, const EditsView& edits) {
  std::uint32_t length = crdt::measure(text).points;
  crdt::Rope rope;
  const bool is_one = edits.counts.runs <= 1 && edits.mark_count == 0;
  if (!is_one) rope.assign(text);
  std::string_view inserted = edits.text;
  crdt::ChainReader reader(edits);
  for (EditRun run; reader.next(run);) {
    length = crdt::length_after(run, length);
    if (length == crdt::kNoLength) return false;
    if (run.edit == crdt::Edit::touch) continue;
    const std::uint32_t pos = run.edit == crdt::Edit::insert ? run.pos : crdt::cursor_after(run);
    const std::size_t bytes =
        run.edit == crdt::Edit::insert ? crdt::bytes_of_points(inserted, run.count) : 0;
    const std::string_view part = inserted.substr(0, bytes);
    inserted.remove_prefix(bytes);
    if (!is_one) {
      if (bytes != 0) rope.insert(pos, part);
      if (bytes == 0) rope.erase(pos, run.count);
      continue;
    }
    const std::size_t at = crdt::bytes_of_points(text, pos);
    if (bytes != 0) text.insert(at, part);
    if (bytes == 0) {
      text.erase(at, crdt::bytes_of_points(std::string_view(text).substr(at), run.count));
    }
  }
  if (!is_one) text = rope.text();
  return true;
}

}  // namespace gs::merge
