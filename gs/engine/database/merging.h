// What a write makes of a record as this storage has it: the records of gs/core/merge, with the
// numbers and shapes of a storage.
//
// One Merger for one thread; it keeps its memory. Errors: too_large. A write by this storage is
// refused when it makes a record larger than one write may be, unless others have done so before
// and it does not make it larger still. What others wrote merges up to merge::kImageBytesMax.
#pragma once

#include <vector>

#include "gs/core/merge/merged_record.h"
#include "gs/core/merge/quick_update.h"
#include "gs/engine/database/write_rules.h"
#include "gs/storage/state/state.h"
#include "gs/storage/state/tables.h"

namespace gs::engine {

using merge::LocalStamp;
using merge::Seen;

// A record as a write finds it, live or removed.
struct Current {
  record::ShapePtr shape;
  const std::uint8_t* record = nullptr;
  LocalStamp base;
  const std::uint8_t* image = nullptr;  // around the record; null: every field has the base stamp

  record::RecordView view() const noexcept { return {shape.get(), record}; }
};
// Of a record that is there, or a tombstone with an image.
Current current_of(const state::Found& found, const state::Tables& tables);
inline bool is_known(const state::Found& found) noexcept {
  return found.record != nullptr || found.image != nullptr;
}

// The erasure after which nothing but what has seen it is left of the record; hlc 0: none.
LocalStamp erasure_of(const state::Found& found) noexcept;

// What a write makes of it.
struct Merged {
  record::ShapePtr shape;
  LocalStamp base;
  Buffer image;
  std::size_t record_at = 0;  // of the record inside the image
  bool is_live = true;
  bool is_last_write = false;  // the write's own record is all that there is

  Current as_current() const noexcept {
    return {shape, image.data() + record_at, base, image.data()};
  }
};

// Writers as the tables number them.
class WritersByKey final : public merge::WriterOrder {
 public:
  explicit WritersByKey(const state::Tables& tables) : tables_(tables) {}
  Digest key(std::uint32_t writer) const noexcept override { return tables_.writer(writer); }

 private:
  const state::Tables& tables_;
};

class Merger {
 public:
  // `shapes` remembers merged shapes; null makes each anew.
  explicit Merger(const state::Tables& tables, record::ShapeCache* shapes = nullptr)
      : order_(tables), shapes_(shapes) {}
  Merger(const Merger&) = delete;  // the record refers to the order
  Merger& operator=(const Merger&) = delete;

  // The record, to load, write to and remove.
  merge::MergedRecord& record() noexcept { return record_; }
  void load(const Current& current) {
    record_.load({&current.shape, current.record, current.image, current.base});
  }
  // What has been made of it by whomever.
  Error finish(Merged& out);
  // What an update by whomever makes of a record that is there, when it takes no more than copying.
  bool update_quickly(const Current& current, const merge::Write& write, Merged& out);

  // A record of which nothing is known.
  Error insert(const record::ShapePtr& shape, const std::uint8_t* record, const LocalStamp& stamp,
               Merged& out);
  // What follows are writes by this storage. `seen`: what they replace, see merge::Write.
  WriteRules& rules() noexcept { return rules_; }
  // `written`: has a shape when the operation is to say this instead. A number says less what was
  // added to its field; an array or set, where the rules say so, what it changes.
  struct Written {
    record::ShapePtr shape;
    Buffer record;
  };
  // A record with a key that was erased, put again.
  Error insert_after(const LocalStamp& erasure, const record::ShapePtr& shape,
                     const std::uint8_t* record, const LocalStamp& stamp, Merged& out,
                     std::vector<Seen>& seen, Written& written);
  // An insert of which the schema says how concurrent ones merge.
  Error insert_marked(const record::ShapePtr& shape, const std::uint8_t* record,
                      const LocalStamp& stamp, Merged& out, std::vector<Seen>& seen,
                      Written& written);
  struct Change {
    // What the delta has is to be added, included or excluded; of numbers the totals of this writer
    // are written. `members`: it gives and removes members. `text`, `list`: it has the edits of one
    // field; of a list that the transaction wrote, positions count what is shown. `tree`: it names
    // the field. Else it has values.
    merge::Rule rule = merge::Rule::latest;
    // What the edits stand on; null: on what there is.
    const std::vector<Seen>* stands_on = nullptr;
    const merge::TreeEdits* tree = nullptr;  // what is done to a tree
  };
  Error update(const Current& current, const Change& change, const record::ShapePtr& shape,
               const std::uint8_t* delta, const LocalStamp& stamp, Merged& out,
               std::vector<Seen>& seen, Written& written);
  // A record in place of all content: what is written names fields that it removes.
  Error put(const Current& current, const record::ShapePtr& shape, const std::uint8_t* record,
            const LocalStamp& stamp, Merged& out, std::vector<Seen>& seen, Written& written);
  Error remove(const Current& current, const LocalStamp& stamp, Merged& out,
               std::vector<Seen>& seen);

 private:
  Error finish_own(const Current& before, Merged& out);
  bool write_quickly(const Current& current, const Change& change, const record::RecordView& delta,
                     const LocalStamp& stamp, Merged& out, std::vector<Seen>& seen);
  // The content of a write, which `written` may stand for already.
  Error write_values(const record::ShapePtr& shape, const std::uint8_t* record, bool is_whole,
                     const LocalStamp& base, const LocalStamp& stamp, std::vector<Seen>& seen,
                     Written& written);
  Error subtract_added(const record::ShapePtr& shape, const std::uint8_t* record, Written& written);
  void note_changes(const record::ShapePtr& shape, const std::uint8_t* record,
                    const LocalStamp& stamp, Written& written);
  void change_elements(const Current& current, merge::Rule change, const record::ShapePtr& shape,
                       const std::uint8_t* delta, const LocalStamp& stamp, std::vector<Seen>& seen);
  Error give_members(const Current& current, const record::ShapePtr& shape,
                     const std::uint8_t* change, const LocalStamp& stamp, std::vector<Seen>& seen,
                     Written& written);
  Error edit(const Current& current, const Change& change, const record::ShapePtr& shape,
             const std::uint8_t* delta, const LocalStamp& stamp, std::vector<Seen>& seen,
             Written& written);
  Error add(const Current& current, const record::ShapePtr& shape, const std::uint8_t* addition,
            const LocalStamp& stamp, std::vector<Seen>& seen, Written& written);

  WritersByKey order_;
  record::ShapeCache* shapes_;
  WriteRules rules_;
  merge::MergedRecord record_{order_};
  merge::QuickUpdate quick_;
  std::vector<std::string_view> beside_;
  Buffer less_;
  std::vector<merge::MergedRecord::FieldRule> changes_;
  Buffer image_;
};

// Whether putting this record over the other one leaves nothing but it, by the look of both.
bool replaces_all(const Current& current, const record::RecordView& put) noexcept;

}  // namespace gs::engine
