#include "gs/core/crdt/text/text.h"

#include <algorithm>

#include "gs/core/record/utf8.h"

namespace gs::crdt {
namespace {

Error unknown_parent() {
  return Error(Code::not_found, "the edits stand on some that are not here yet");
}

}  // namespace

std::uint32_t Text::writer_number(const Writer& writer) { return history_.writer_number(writer); }

std::size_t Text::memory_bytes() const noexcept {
  return rope_.memory_bytes() + history_.memory_bytes() + inserted_.memory_bytes() +
         packed_.capacity();
}

Result<std::uint32_t> Text::next_seq(std::uint32_t writer) {
  GS_TRY_OK(ready());
  return history_.graph().next_seq(writer);
}

Error Text::check_room(std::string_view text) const {
  if (text.size() <= kTextBytesMax - inserted_.bytes()) return {};
  return Error(Code::too_large, "a text in which more than 1 GiB was inserted");
}

Error Text::insert(std::uint32_t writer, std::uint32_t pos, std::string_view text) {
  if (text.empty()) return {};
  GS_TRY_OK(ready());
  const bool one_letter = text.size() == 1 && static_cast<std::uint8_t>(text[0]) < 0x80;
  if (!one_letter && !record::valid_utf8(text))
    return Error(Code::invalid, "a text that is not UTF-8");
  GS_TRY_OK(check_room(text));
  const std::uint32_t points = measure(text).points;
  GS_TRY_OK(history_.add_local(writer, {Edit::insert, pos, points}));
  inserted_.append(text, points);
  rope_.insert(pos, text);
  return {};
}

Error Text::erase(std::uint32_t writer, std::uint32_t pos, std::uint32_t count) {
  if (count == 0) return {};
  GS_TRY_OK(ready());
  GS_TRY_OK(history_.add_local(writer, {Edit::erase, pos, count}));
  rope_.erase(pos, count);
  return {};
}

Error Text::apply(Bytes payload, std::uint32_t writer, std::span<const std::uint32_t> table,
                  Changes* changes) {
  GS_TRY(const OperationView operation, OperationView::parse(payload));
  return apply(operation, false, writer, table, changes);
}

// Fills parents_ with the places of what the operation stands on.
Error Text::resolve(const OperationView& operation, bool on_edit_before, std::uint32_t writer,
                    std::span<const std::uint32_t> table) {
  parents_.clear();
  const EventGraph& graph = history_.graph();
  if (on_edit_before) {
    const Place place = graph.find({writer, operation.first_seq() - 1});
    if (place == kNoPlace) return unknown_parent();
    parents_.push_back(place);
    return {};
  }
  bool outside = false;
  bool missing = false;
  operation.parents([&](const Parent& parent) {
    if (!parent.own && parent.writer >= table.size()) {
      outside = true;
      return;
    }
    const Place place = graph.find({parent.own ? writer : table[parent.writer], parent.seq});
    if (place == kNoPlace) missing = true;
    parents_.push_back(place);
  });
  if (outside) return Error(Code::invalid, "a parent's writer is not in the table");
  if (missing) return unknown_parent();
  return sort_parents();
}

// Fills runs_ with the edits behind the first `skip`, and cuts `text` accordingly.
Error Text::read_runs(const EditsView& edits, std::uint32_t skip, std::string_view& text) {
  runs_.clear();
  if (edits.counts.runs == 1 && skip == 0 && edits.mark_count == 0) {
    runs_.push_back(edits.counts.first);
    text = edits.text;
    return check_room(text);
  }
  std::uint32_t inserted = 0;  // in what is skipped
  ChainReader reader(edits);
  for (EditRun run; reader.next(run);) {
    const std::uint32_t part = std::min(skip, run.count);
    if (run.edit == Edit::insert) inserted += part;
    skip -= part;
    if (part == run.count) continue;
    runs_.push_back(part == 0 ? run : run_from(run, part));
  }
  text = edits.text;
  if (inserted > 0) text.remove_prefix(bytes_of_points(text, inserted));
  return check_room(text);
}

Error Text::apply(const OperationView& operation, bool on_edit_before, std::uint32_t writer,
                  std::span<const std::uint32_t> table, Changes* changes) {
  GS_TRY_OK(ready());
  const EventGraph& graph = history_.graph();
  const std::uint32_t count = operation.edits().counts.events;
  // Known edits come first: whoever has one has those that it stands on.
  Place last = kNoPlace;
  const bool all_new = operation.first_seq() >= graph.next_seq(writer);
  const std::uint32_t known =
      all_new ? 0 : graph.count_known({writer, operation.first_seq()}, count, last);
  if (known == count) return {};
  const EventId first{writer, operation.first_seq() + known};
  if (!all_new && graph.knows_any(first, count - known)) {
    return Error(Code::invalid, "some of the edits are known as edits of another operation");
  }
  if (known > 0) {
    parents_.assign(1, last);
  } else {
    GS_TRY_OK(resolve(operation, on_edit_before, writer, table));
  }
  return add_chain(first, operation.edits(), known, changes);
}

Error Text::apply(const EditsView& edits, EventId first, std::span<const EventId> parents,
                  Changes* changes) {
  GS_TRY_OK(ready());
  const EventGraph& graph = history_.graph();
  if (graph.knows_any(first, edits.events())) {
    return Error(Code::invalid, "some of the edits are here already");
  }
  parents_.clear();
  for (const EventId& parent : parents) {
    const Place place = graph.find(parent);
    if (place == kNoPlace) return unknown_parent();
    parents_.push_back(place);
  }
  GS_TRY_OK(sort_parents());
  return add_chain(first, edits, 0, changes);
}

Error Text::sort_parents() {
  std::sort(parents_.begin(), parents_.end());
  if (std::adjacent_find(parents_.begin(), parents_.end()) == parents_.end()) return {};
  return Error(Code::invalid, "a parent is named twice");
}

// Those behind the first `skip`, whose first one is `first`, on parents_.
Error Text::add_chain(EventId first, const EditsView& edits, std::uint32_t skip, Changes* changes) {
  std::string_view text;
  GS_TRY_OK(read_runs(edits, skip, text));
  effects_.clear();
  GS_TRY_OK(history_.add(first, parents_, runs_, effects_));
  inserted_.append(text, measure(text).points);
  return do_effects(changes);
}

Error Text::do_effects(Changes* changes) {
  std::uint64_t length = rope_.size().points;
  std::erase_if(effects_, [](const Effect& effect) { return effect.edit == Edit::touch; });
  for (const Effect& effect : effects_) {
    const bool insert = effect.edit == Edit::insert;
    const std::uint64_t end = insert ? effect.pos : std::uint64_t{effect.pos} + effect.count;
    if (end > length) return Error(Code::damaged, "the text is shorter than its history says");
    length += insert ? effect.count : 0;
    length -= insert ? 0 : effect.count;
  }
  for (const Effect& effect : effects_) {
    Change change{.pos = effect.pos};
    if (effect.edit == Edit::insert) {
      const std::string_view text = inserted_.slice(effect.ordinal, effect.count);
      rope_.insert(effect.pos, text);
      if (changes == nullptr) continue;
      change.inserted = effect.count;
      change.text_at = static_cast<std::uint32_t>(changes->text.size());
      change.text_bytes = static_cast<std::uint32_t>(text.size());
      changes->text.append(text);
    } else {
      rope_.erase(effect.pos, effect.count);
      change.deleted = effect.count;
    }
    if (changes != nullptr) changes->list.push_back(change);
  }
  return {};
}

}  // namespace gs::crdt
