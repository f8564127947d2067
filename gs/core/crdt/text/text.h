// One text that many people edit at once, each in a copy of their own.
//
//   Text text;
//   const auto self = text.writer_number(key);
//   text.insert(self, 0, "Hello");                                            // edit
//   const Buffer payload = encode_operation(*text.operation(self, 0, index)); // what others need
//   other.apply(payload, other.writer_number(key), table, &changes);          // what it changed
//
// Operations may come in any order in which each comes after those that it stands on, and more than
// once, whole or in parts; all replicas that have the same operations have the same text. Positions
// are in code points.
//
// In memory: the text (rope.h), every edit as runs of 12 bytes, who knew what as runs of 16, and
// all text that was ever inserted. Nothing is kept for a single character, so a version of long ago
// is computed, not looked up. What came from a snapshot stays packed until history is needed.
//
// Not thread-safe, also for reading. Pure: no clock, no files. Errors leave everything as it was:
// invalid (bytes or positions that cannot be), not_found (an operation stands on one that is not
// here yet: keep it and try again), too_large (types.h), damaged (a snapshot whose parts disagree).
#pragma once

#include <span>

#include "gs/core/crdt/text/history.h"
#include "gs/core/crdt/text/operation.h"
#include "gs/core/crdt/text/rope.h"
#include "gs/core/crdt/text/text_column.h"

namespace gs::crdt {

// One replacement, to be done after those before it: at `pos` take out `deleted` code points and
// put in `inserted`, whose text stands at `text_at` of Changes::text.
struct Change {
  std::uint32_t pos = 0;
  std::uint32_t deleted = 0;
  std::uint32_t inserted = 0;  // code points
  std::uint32_t text_at = 0;
  std::uint32_t text_bytes = 0;
  friend bool operator==(const Change&, const Change&) = default;
};

struct Changes {
  std::vector<Change> list{};
  std::string text{};

  std::string_view inserted(const Change& change) const noexcept {
    return std::string_view(text).substr(change.text_at, change.text_bytes);
  }
};

class Text {
 public:
  Text() = default;
  explicit Text(const TrackerLimits& limits) : history_(limits) {}

  // The local number of a writer, the same for the life of this object.
  std::uint32_t writer_number(const Writer& writer);

  // Edits here and now. Empty edits are not edits.
  Error insert(std::uint32_t writer, std::uint32_t pos, std::string_view text);
  Error erase(std::uint32_t writer, std::uint32_t pos, std::uint32_t count);

  // Edits of others. `writer`: who made the operation; `table`: local numbers of the writers that
  // it names by index. What the text became is appended to `changes`.
  Error apply(Bytes payload, std::uint32_t writer, std::span<const std::uint32_t> table,
              Changes* changes = nullptr);
  // The same of an operation that is parsed already. `on_edit_before`: see Session::Live.
  Error apply(const OperationView& operation, bool on_edit_before, std::uint32_t writer,
              std::span<const std::uint32_t> table, Changes* changes = nullptr);

  // A chain of edits and marks that is not here yet, its first one by this name and on these. Marks
  // change nothing in the text. not_found: one of these is not here.
  Error apply(const EditsView& edits, EventId first, std::span<const EventId> parents,
              Changes* changes = nullptr);

  // The seq that the next edit of this writer takes.
  Result<std::uint32_t> next_seq(std::uint32_t writer);
  // The edits of `writer` from `first_seq` on, as far as each stands on the one before, in a form
  // to encode; to be asked again from next_seq on. `index_of`: local number to index in the table
  // of the change. not_found: no such edit.
  using IndexOf = std::function<std::uint32_t(std::uint32_t writer)>;
  Result<OperationParts> operation(std::uint32_t writer, std::uint32_t first_seq,
                                   const IndexOf& index_of, std::uint32_t* next_seq = nullptr);

  std::string text() const { return rope_.text(); }
  const Rope& rope() const noexcept { return rope_; }
  std::uint32_t length() const noexcept { return rope_.size().points; }

  // The newest edits, by which a version is named.
  Result<std::vector<EventId>> version();
  Result<std::string> text_at(std::span<const EventId> version);
  Result<Changes> diff(std::span<const EventId> from, std::span<const EventId> to);

  // So many edits of a writer, one after the other.
  struct Chain {
    EventId first{};
    std::uint32_t count = 0;
  };
  // What leads from the text as it is to what it would be if these edits had never been. Of these,
  // `restoring` ones typed copies of what others of these had deleted: where somebody deleted a
  // copy, what it is a copy of does not come back. not_found: one is not here.
  Result<Changes> without(std::span<const Chain> edits, std::span<const Chain> restoring = {});
  // Of units that were ever inserted: whether they are the same character.
  bool is_same_character(Unit a, Unit b) const;

  // Text and history as bytes (docs/FORMAT.md, "Text snapshot"), and back. Loading copies the text
  // and looks at the rest when it is needed: `damaged` may come from a later call. Marks have no
  // place there, nor in operation(): invalid.
  Result<Buffer> save();
  static Result<Text> load(Bytes snapshot);

  const History& history() const noexcept { return history_; }
  std::size_t memory_bytes() const noexcept;

 private:
  // Whether the history is there, or can be made from what is packed.
  Error ready() { return packed_.empty() ? Error() : unpack(); }
  Error unpack();
  Error resolve(const OperationView& operation, bool on_edit_before, std::uint32_t writer,
                std::span<const std::uint32_t> table);
  Error read_runs(const EditsView& edits, std::uint32_t skip, std::string_view& text);
  Error check_room(std::string_view text) const;
  Error sort_parents();
  Error add_chain(EventId first, const EditsView& edits, std::uint32_t skip, Changes* changes);
  Error do_effects(Changes* changes);
  Changes changes_of(const std::vector<Step>& steps) const;
  Result<Version> places_of(std::span<const EventId> version) const;
  Result<std::vector<PlaceSpan>> places_of(std::span<const Chain> edits) const;

  Rope rope_;
  History history_;
  TextColumn inserted_;
  Buffer packed_;  // a snapshot whose history was not needed yet; else empty
  // Kept for their room.
  Version parents_;
  std::vector<EditRun> runs_;
  std::vector<Effect> effects_;
};

}  // namespace gs::crdt
