// Marks of texts of records: staging what a transaction says of stretches of a text, and reading
// what all of them come to, as stretches or as runs for an editor.

#include "gs/core/merge/text_marks.h"

#include <map>

#include "gs/core/crdt/text/marks.h"
#include "gs/core/crdt/text/measure.h"
#include "gs/core/merge/text_places.h"
#include "gs/core/record/json.h"
#include "gs/core/record/utf8.h"
#include "gs/engine/database/database.h"
#include "gs/engine/database/staging.h"
#include "gs/engine/database/text_reading.h"

namespace gs::engine {

namespace {

// Runs name all marks that they have: many marks that overlap make many words.
constexpr std::size_t kDeltaBytesMax = std::size_t{64} << 20;
// What a mark takes in an operation beside its key and its value, at most.
constexpr std::size_t kMarkBytes = 3 * 5 + 1 + 2 * 5;

Error check_mark(const StagedMark& mark, std::optional<std::uint32_t> length) {
  const std::uint64_t limit = length.value_or(crdt::kEventsMax);
  if (mark.to <= mark.from) {
    return Error(Code::invalid, "a mark has at least one character: from " +
                                    std::to_string(mark.from) + " to " + std::to_string(mark.to) +
                                    " there is none");
  }
  if (mark.to > limit) {
    return Error(Code::invalid, "position " + std::to_string(mark.to) +
                                    " is behind the end of the text, which has " +
                                    std::to_string(limit) +
                                    (limit == 1 ? " character" : " characters"));
  }
  const bool is_key = !mark.key.empty() && mark.key.size() <= crdt::kMarkKeyBytesMax &&
                      record::valid_utf8(as_bytes(mark.key));
  if (is_key) return {};
  return Error(Code::invalid, "the key of a mark is a text of 1 to 255 bytes");
}

std::size_t marks_bytes(const StagedEdits& text) {
  std::size_t bytes = 0;
  for (const StagedMark& one : text.marks) bytes += kMarkBytes + one.key.size() + one.value.size();
  return bytes;
}

// The text in runs that have the same marks, as JSON.
class DeltaText {
 public:
  DeltaText(std::string_view text, std::span<const crdt::MarkSpan> spans)
      : rest_(text), spans_(spans) {}

  Result<std::string> json() {
    std::map<std::uint32_t, std::vector<std::size_t>> ends;  // which end where
    std::size_t next = 0;
    while (!rest_.empty()) {
      for (const std::size_t one : ends[at_]) open_.erase(spans_[one].key);
      ends.erase(ends.begin());
      for (; next < spans_.size() && spans_[next].from == at_; ++next) {
        open_[spans_[next].key] = spans_[next].value;
        ends[spans_[next].to].push_back(next);
      }
      std::uint32_t stop = crdt::kEventsMax;
      if (!ends.empty()) stop = ends.begin()->first;
      if (next < spans_.size()) stop = std::min(stop, spans_[next].from);
      ends.try_emplace(stop);
      add(stop - at_);
      at_ = stop;
      if (out_.size() > kDeltaBytesMax) {
        return Error(Code::too_large,
                     "so many marks overlap that the runs of the text take more "
                     "than 64 MiB. Read the marks as stretches");
      }
    }
    return out_ + ']';
  }

 private:
  void add(std::uint32_t count) {
    const std::size_t bytes = crdt::bytes_of_points(rest_, count);
    out_ += out_.size() > 1 ? ",{\"insert\":" : "{\"insert\":";
    record::append_json_string(rest_.substr(0, bytes), out_);
    rest_.remove_prefix(bytes);
    const char* before = ",\"attributes\":{";
    for (const auto& [key, value] : open_) {
      out_ += before;
      record::append_json_string(key, out_);
      out_ += ':';
      record::append_json({static_cast<Type>(value[0]), value.subspan(1)}, out_);
      before = ",";
    }
    out_ += open_.empty() ? "}" : "}}";
  }

  std::string_view rest_;
  std::span<const crdt::MarkSpan> spans_;
  std::uint32_t at_ = 0;
  std::map<std::string_view, Bytes> open_;
  std::string out_ = "[";
};

}  // namespace

Error Staging::stage_mark(const Id& id, const rules::Rules* rules, std::string_view field,
                          StagedMark mark) {
  if (rules != nullptr) GS_TRY_OK(check_text_field(*rules, field));
  GS_TRY(OpenEdits open, open_edits(id, rules, field, merge::Rule::text));
  StagedEdits& text = open.edits(tx_);
  GS_TRY_OK(check_mark(mark, text.length));
  mark.behind = text.edit_count();
  const std::size_t bytes = marks_bytes(text) + kMarkBytes + mark.key.size() + mark.value.size();
  if (text.inserted.size() + bytes > crdt::kOperationBytesMax / 2) {
    return Error(Code::too_large, "a transaction marks one text with at most 8 MiB");
  }
  text.marks.push_back(std::move(mark));
  text.is_encoded = false;
  return keep_edits(std::move(open));
}

Result<std::vector<TextMark>> Database::text_marks(const Id& id, std::string_view field,
                                                   const std::optional<Version>& version) {
  std::vector<TextMark> marks;
  const auto read = [&](const Current& current, const WritersByKey& order) -> Error {
    GS_TRY(const merge::TypedField text, text_of(current, field));
    GS_TRY(const merge::TextMarks found, merge::marks_of(text, order));
    marks.reserve(found.spans.size());
    for (const crdt::MarkSpan& one : found.spans) {
      TextMark& mark = marks.emplace_back(TextMark{one.from, one.to, std::string(one.key), {}});
      record::append_json({static_cast<Type>(one.value[0]), one.value.subspan(1)}, mark.value_json);
    }
    return {};
  };
  GS_TRY_OK(TextReading(*this).read_text(id, version, read));
  return marks;
}

Result<std::string> Database::text_delta(const Id& id, std::string_view field,
                                         const std::optional<Version>& version) {
  std::string delta;
  const auto read = [&](const Current& current, const WritersByKey& order) -> Error {
    GS_TRY(const merge::TypedField text, text_of(current, field));
    GS_TRY(const merge::TextMarks found, merge::marks_of(text, order));
    const auto shown = current.view().find(field);
    GS_TRY(delta, DeltaText(as_text(shown->content), found.spans).json());
    return {};
  };
  GS_TRY_OK(TextReading(*this).read_text(id, version, read));
  return delta;
}

}  // namespace gs::engine
