// The texts that operations make of values: for operations that were written at the same time as
// others, and for whoever decides between texts.
//
// What was made last is kept, with its history: of a burst of concurrent operations each costs its
// own edits. One thread at a time. No errors: what cannot be done is told as such.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string_view>

#include "gs/core/crdt/text/text.h"
#include "gs/core/merge/merged_record.h"
#include "gs/core/merge/text_log.h"

namespace gs::merge {

// A text with its history: a value, and operations upon it.
class TypedText {
 public:
  explicit TypedText(std::string_view value);

  crdt::Text& text() noexcept { return text_; }
  const crdt::Text& text() const noexcept { return text_; }
  // How many operations there are.
  std::size_t size() const noexcept { return last_.size(); }
  // The next one, on these. Error: nothing is done.
  Error add(const crdt::Writer& writer, std::span<const std::uint32_t> parents, Bytes edits);
  // The last edit of an operation; those of some, or of the value when there are none.
  const crdt::EventId& last(std::uint32_t operation) const noexcept { return last_[operation]; }
  std::vector<crdt::EventId> parents(std::span<const std::uint32_t> operations) const;

 private:
  crdt::Text text_;
  std::vector<crdt::EventId> last_;
  std::optional<crdt::EventId> value_end_;  // of edits that stand for the value
};

class MadeTexts {
 public:
  explicit MadeTexts(const WriterOrder& order) : order_(order) {}

  // What the operations make of `value`.
  std::string text(std::string_view value, const TextLog& log);
  // Appends an operation to the log; in `out` the text with it. False: its edits are not in the
  // text that it stands on, and nothing is done. `parents`: ascending.
  bool append(std::string_view value, TextLog& log, const LocalStamp& stamp,
              std::span<const std::uint32_t> parents, Bytes edits, std::string& out);

 private:
  // A text with the first operations of a log.
  struct Loaded {
    explicit Loaded(std::string_view of) : text(of), value(of) {}
    TypedText text;
    std::string value;
    Buffer operations;
    std::vector<std::uint32_t> writers;  // numbers

    bool is_part_of(std::string_view other, const TextLog& log) const;
    void note(const TextLog& log);
  };
  Loaded& load(std::string_view value, const TextLog& log);
  void keep_few();

  static constexpr std::size_t kKeptMax = 8;
  static constexpr std::size_t kKeptBytesMax = std::size_t{32} << 20;

  const WriterOrder& order_;
  std::deque<std::unique_ptr<Loaded>> kept_;  // the last one used first
};

// A text with runs of edits done to it, one after the other; false: one is not in it. `text`: what
// the runs insert.
bool edit_text(std::string& text, const crdt::EditsView& edits);

}  // namespace gs::merge
