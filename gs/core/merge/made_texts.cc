#include "gs/core/merge/made_texts.h"

#include <algorithm>

#include "gs/core/crdt/text/measure.h"
#include "gs/core/crdt/text/rope.h"

namespace gs::merge {

using crdt::EditRun;
using crdt::EditsView;
using crdt::EventId;

namespace {

// Nobody's key: the value is there before anybody typed.
constexpr crdt::Writer kOfValue{};

}  // namespace

TypedText::TypedText(std::string_view value) {
  if (value.empty()) return;
  const std::uint32_t writer = text_.writer_number(kOfValue);
  if (!text_.insert(writer, 0, value)) value_end_ = {writer, text_.length() - 1};
}

std::vector<EventId> TypedText::parents(std::span<const std::uint32_t> operations) const {
  std::vector<EventId> edits;
  for (const std::uint32_t operation : operations) edits.push_back(last_[operation]);
  if (operations.empty() && value_end_) edits.push_back(*value_end_);
  return edits;
}

Error TypedText::add(const crdt::Writer& key, std::span<const std::uint32_t> on, Bytes bytes) {
  GS_TRY(const EditsView edits, crdt::parse_edits(bytes));
  const std::uint32_t writer = text_.writer_number(key);
  GS_TRY(const std::uint32_t seq, text_.next_seq(writer));
  GS_TRY_OK(text_.apply(edits, {writer, seq}, parents(on)));
  last_.push_back({writer, seq + edits.counts.events - 1});
  return {};
}

bool MadeTexts::Loaded::is_part_of(std::string_view other, const TextLog& log) const {
  if (text.size() > log.size() || value != other) return false;
  const Bytes all = log.operations();
  const bool is_prefix = operations.size() <= all.size() &&
                         std::equal(operations.begin(), operations.end(), all.begin());
  return is_prefix && writers.size() <= log.writers().size() &&
         std::equal(writers.begin(), writers.end(), log.writers().begin(),
                    [](std::uint32_t number, const auto& one) { return number == one.number; });
}

// Which log this is of, now that all of it is done.
void MadeTexts::Loaded::note(const TextLog& log) {
  const Bytes all = log.operations();
  operations.insert(operations.end(), all.begin() + static_cast<std::ptrdiff_t>(operations.size()),
                    all.end());
  for (std::size_t i = writers.size(); i < log.writers().size(); ++i) {
    writers.push_back(log.writers()[i].number);
  }
}

// All that is in the log was done before, when it was added to it.
MadeTexts::Loaded& MadeTexts::load(std::string_view value, const TextLog& log) {
  const auto found = std::find_if(kept_.begin(), kept_.end(),
                                  [&](const auto& one) { return one->is_part_of(value, log); });
  std::unique_ptr<Loaded> loaded;
  if (found != kept_.end()) {
    loaded = std::move(*found);
    kept_.erase(found);
  } else {
    loaded = std::make_unique<Loaded>(value);
  }
  TextLog::Cursor cursor(log);
  TextLog::Operation operation;
  for (std::size_t i = 0; cursor.next(operation); ++i) {
    if (i < loaded->text.size()) continue;
    if (loaded->text.add(order_.key(operation.stamp.writer), operation.parents, operation.edits))
      break;
  }
  loaded->note(log);
  kept_.push_front(std::move(loaded));
  keep_few();
  return *kept_.front();
}

void MadeTexts::keep_few() {
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < kept_.size(); ++i) {
    bytes +=
        kept_[i]->text.text().memory_bytes() + kept_[i]->operations.size() + kept_[i]->value.size();
    if (i == 0 || (i < kKeptMax && bytes <= kKeptBytesMax)) continue;
    kept_.resize(i);
  }
}

std::string MadeTexts::text(std::string_view value, const TextLog& log) {
  return load(value, log).text.text().text();
}

bool MadeTexts::append(std::string_view value, TextLog& log, const LocalStamp& stamp,
                       std::span<const std::uint32_t> parents, Bytes edits, std::string& out) {
  Loaded& loaded = load(value, log);
  if (loaded.text.size() != log.size() || loaded.text.add(order_.key(stamp.writer), parents, edits))
    return false;
  log.append(stamp, parents, edits);
  loaded.note(log);
  out = loaded.text.text().text();
  return true;
}

bool edit_text(std::string& text, const EditsView& edits) {
  std::uint32_t length = crdt::measure(text).points;
  crdt::Rope rope;
  const bool is_one = edits.counts.runs == 1;
  if (!is_one) rope.assign(text);
  std::string_view inserted = edits.text;
  crdt::EditsReader reader(edits.heads, edits.positions);
  for (EditRun run; reader.next(run);) {
    length = crdt::length_after(run, length);
    if (length == crdt::kNoLength) return false;
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
