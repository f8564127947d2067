// What the writes of many writers make of one record, in whatever order they arrive.
//
// Each field has the writes that no other write has replaced: mostly one. A write names the stamps
// that it saw and replaces ("seen"); the writes that nobody replaced are concurrent, and one of
// them is shown, by the rule of the write with the greatest stamp. The others are hidden, kept
// until a write that saw them, and told by conflicts.
//
//   removal of a field    replaces what it saw and leaves nothing: who writes the field at the same
//                         time, keeps it
//   removal of a record   covers the writes that it saw, and is replaced by the write that saw it
//   addition to a field   stands beside its values and replaces only what its writer added before:
//                         it is that writer's total. Shown is the value and all totals together, so
//                         a value is written less what its writer saw added (counter.h)
//   change of elements    stands beside values, too: the elements that it adds. It takes those that
//                         it removes, and those that it adds again, from all writes that it saw.
//                         Shown are the elements of the value and of all changes, each once. A
//                         change without elements stays until the next one that saw it (elements.h)
//   change of members     of an object stands beside values as well: the members that it gives. It
//                         takes those that it gives or takes away, from all writes that it saw.
//                         Shown is what all make of one object, the later upon the earlier; so are
//                         objects that several wrote at once (members.h)
//   edits of a text       stand upon a value, or upon none, and upon the edits that their writer
//                         saw. Shown is the text that they make together. A write that replaces the
//                         value replaces its text; one where there is no value the edits that it
//                         saw, and what stands on them (edits_log.h)
//   edits of a list       the same upon an array, whose elements are inserted, deleted, moved and
//                         set
//   edits of a tree       the same upon an array of nodes, which are created, moved with all
//                         that is below them, set and removed (tree_nodes.h)
//   erasure               what is written after one has to name its stamp, which is for the engine
//                         to check; the record keeps it for those who write to it
//   order of fields       those of the base write, the insert or set with the greatest stamp, in
//                         its order, where they keep their place when they are removed and written
//                         again; then the others by name
//
// So a record is a function of the set of its writes. What has to hold: a write comes after all
// that it saw. Its image (image.h) is one encoding of that function.
//
// Bytes that were loaded or written have to stay until encode(). One thread at a time; memory is
// kept between records. Errors: too_large (the record with its hidden writes; image_bound.h tells
// before).
#pragma once

#include <deque>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "gs/core/crdt/list/list_outline.h"
#include "gs/core/merge/counter.h"
#include "gs/core/merge/edits_log.h"
#include "gs/core/merge/elements.h"
#include "gs/core/merge/image.h"
#include "gs/core/merge/leaf_lists.h"
#include "gs/core/merge/members.h"
#include "gs/core/merge/stamp_set.h"
#include "gs/core/merge/tree_edits.h"
#include "gs/core/record/content.h"
#include "gs/core/record/shape_cache.h"

namespace gs::merge {

// Which of the concurrent writes of a field is shown.
enum class Rule : std::uint8_t {
  latest = 0,    // the one with the greatest stamp
  greatest = 1,  // the greatest value, as docs/QUERY.md orders values
  least = 2,
  first = 3,     // the one with the smallest stamp
  added = 4,     // none: it is a number to add to the one that is
  included = 5,  // none: it has elements to add ...
  excluded = 6,  // ... to remove ...
  changed = 7,   // ... or both (elements.h)
  text = 8,      // none: it has edits of a text ...
  list = 9,      // ... of a list ...
  tree = 10,     // ... or of a tree
  members = 11,  // none: it has members of an object to give and to take away
  whole = 12,    // the one with the greatest stamp, an object as one value
};

// Whether a removed record with writes that its removal has not seen is there.
enum class RemovalRule : std::uint8_t { delete_wins = 0, update_wins = 1, archive = 2 };

// Of two writers with stamps of one time: who is before the other, by their keys.
class WriterOrder {
 public:
  virtual ~WriterOrder() = default;
  virtual Digest key(std::uint32_t writer) const noexcept = 0;
  bool before(std::uint32_t a, std::uint32_t b) const noexcept { return key(a) < key(b); }
};

// A stamp that a write saw on a field. Of edits of a text, list or tree first comes the value that
// they stand on, hlc 0 for none, then the edits. `field`: of the write's shape, its key counted; of
// one that describes itself, member. kNoField: on the record, a removal.
struct Seen {
  std::uint32_t field = kNoField;
  std::uint8_t rule = 0;  // of the write for this field; the same for all of its stamps
  LocalStamp stamp;       // hlc 0: none
};

// An insert, set or update.
struct Write {
  const record::ShapePtr* shape = nullptr;
  const std::uint8_t* record = nullptr;  // absent fields are removed
  LocalStamp stamp;
  bool whole = false;          // insert, set
  LocalStamp seen_base;        // on all fields that `seen` does not name; hlc 0: none
  std::span<const Seen> seen;  // ascending by field
};

struct Removal {
  LocalStamp stamp;
  RemovalRule rule = RemovalRule::delete_wins;
  LocalStamp seen_base;
  std::span<const Seen> seen;  // of any field
};

// A record as it is kept.
struct Stored {
  const record::ShapePtr* shape = nullptr;
  const std::uint8_t* record = nullptr;
  const std::uint8_t* image = nullptr;  // around the record; null: every field has the base stamp
  LocalStamp base;
};

class MadeValues;  // made_values.h

class MergedRecord {
 public:
  explicit MergedRecord(const WriterOrder& order);
  ~MergedRecord();

  // Before the first write.
  void clear();
  void load(const Stored& stored);
  // In the place of load(): the first write to come is of a record that was erased before.
  void begin_after(const LocalStamp& erasure);

  void write(const Write& write);
  void remove(const Removal& removal);
  // Of the first write alone: its record once more, which also removes these fields that it does
  // not name. Appended to `out`; returns its shape.
  Result<record::ShapePtr> encode_removing(std::span<const std::string_view> names, Buffer& out,
                                           record::ShapeCache* shapes);

  // What a write with these fields, made upon this record, replaces: appended to `out`, as
  // Write::seen says with base() as Write::seen_base.
  void see(const record::RecordView& write, std::vector<Seen>& out);
  // The same for its removal, in place of what is in `out`: each stamp once.
  void see_all(std::vector<Seen>& out) const;
  // The same for an addition to these fields by `writer`, instead of see().
  void see_added(const record::RecordView& addition, std::uint32_t writer, std::vector<Seen>& out);
  // How a write with these values is stored, for them to be shown: less what was added to the
  // fields. In place of what is in `out`; false: as it is. Errors: invalid, too_large.
  Result<bool> less_added(const record::RecordView& write, Buffer& out);
  // The same of an addition, whose fields are numbers: this writer's totals with it.
  Error with_added(const record::RecordView& addition, std::uint32_t writer, Buffer& out);
  // A field of a write, as Seen counts it, and its rule.
  struct FieldRule {
    std::uint32_t field = 0;
    std::uint8_t rule = 0;
  };
  // The same for a write of which some fields, ascending, change elements or have edits.
  void see(const record::RecordView& write, std::span<const FieldRule> changes,
           std::vector<Seen>& out);
  // How a write with these values is stored for concurrent ones to count as well: these fields of
  // it, ascending, as changes of the elements or edits of what is there. `stamp`: of the write.
  // `changes`: which of them are. In place of what is in `out`, with this shape; null: as it is.
  record::ShapePtr as_changes(const record::ShapePtr& shape, const std::uint8_t* write,
                              std::span<const FieldRule> fields, const LocalStamp& stamp,
                              record::ShapeCache* shapes, Buffer& out,
                              std::vector<FieldRule>& changes);
  // Of a change that gives and removes members of its fields: what is stored of it. A field that
  // holds no object is written as a value. In place of what is in `out`; `changes`: fields that are
  // changes. Errors: too_large, invalid (its depth).
  Result<record::ShapePtr> place_members(const record::ShapePtr& shape, const std::uint8_t* change,
                                         record::ShapeCache* shapes, Buffer& out,
                                         std::vector<FieldRule>& changes);
  // What every write has to name, whatever fields it writes.
  void see_record(std::vector<Seen>& out) const;
  // What edits that are made upon a field now stand on, as Write::seen says for `number`. `rule`:
  // text, list or tree. Errors: invalid.
  Result<std::vector<Seen>> see_edits(std::string_view field, std::uint32_t number, Rule rule);
  // The list that a field shows, which see_edits() found, for whoever edits it.
  crdt::ListOutline list_outline(std::string_view field);
  // A record with edits of a list that is shown, whose positions count what is shown: with those of
  // slots, in place of what is in `out`. Errors: invalid, too_large.
  Error place_edits(const record::RecordView& change, Buffer& out);
  // The bytes of edits of the tree that a field shows, which see_edits() found; `stamp`: of the
  // write that is to be made of them next. Nothing: they do nothing. Errors: invalid, not_found,
  // too_large.
  Result<Buffer> tree_edits(std::string_view field, const TreeEdits& edits,
                            const LocalStamp& stamp);
  // A record with one field, whose content is bytes, with these for it.
  Error with_bytes(const record::RecordView& change, Bytes bytes, Buffer& out);
  // Whether edits that stand on this can still be made. Errors: invalid, conflict.
  Error check_edits(const record::RecordView& change, std::span<const Seen> seen);
  // Whether elements can be added to these fields, or removed. Error: invalid.
  Error check_elements(const record::RecordView& change, Rule rule);
  // Fields that are there and that the write does not name.
  void fields_beside(const record::RecordView& write, std::vector<std::string_view>& out);

  bool is_live() const noexcept;
  const LocalStamp& base() const noexcept { return base_; }
  // Whether the last write's own record, as it stands in its operation, is all that there is.
  bool is_last_write() const noexcept { return is_last_write_; }

  // The shape and, in place of what is in `image`, the image. The record begins at `record_at`.
  // `shapes`: where equal shapes come from; null makes each anew.
  Result<record::ShapePtr> encode(Buffer& image, std::size_t& record_at,
                                  record::ShapeCache* shapes);

 private:
  struct Leaf {
    LocalStamp stamp;
    std::uint8_t rule = 0;
    std::uint8_t flags = 0;
    Type declared = Type::null;
    std::uint32_t made = kNoField;  // of made_: where the content is that was made of a write's
    record::Part part;
  };
  using Leaves = LeafLists<Leaf>;
  // How a value was edited: leaf.stamp is that of the value, its rule says whether it is a text, a
  // list or a tree, its content is an EditsLog.
  struct EditedLeaf {
    Leaf leaf;
    std::string_view shown;  // what comes of it, a text or the content of an array ...
    bool is_known = false;   // ... when somebody had to know
  };
  using EditedLeaves = LeafLists<EditedLeaf>;
  struct Field {
    std::string_view name;
    Leaf leaf{};                            // the one shown
    bool has_leaf = false;                  // else none is left
    Leaves::Head hidden = Leaves::kNone;    // concurrent values
    Leaves::Head added = Leaves::kNone;     // totals of writers
    Leaves::Head elements = Leaves::kNone;  // that writes added
    Leaves::Head members = Leaves::kNone;   // of an object, that writes gave
    Leaves::Head taken = Leaves::kNone;     // of arrays: elements; each with the array's stamp
    EditedLeaves::Head edited = EditedLeaves::kNone;
    bool is_named = false;         // scratch of fields_beside()
    std::uint32_t rank = kTail;    // among the leading ones
    std::uint32_t sum = kNoField;  // scratch of encode(): what is shown instead of the leaf

    bool has_hidden() const noexcept { return hidden != Leaves::kNone; }
    bool has_added() const noexcept { return added != Leaves::kNone; }
    bool has_elements() const noexcept { return elements != Leaves::kNone; }
    bool has_members() const noexcept { return members != Leaves::kNone; }
    bool has_edits() const noexcept { return edited != EditedLeaves::kNone; }
    // Edits stand on a value, but for some.
    bool is_there() const noexcept {
      return has_leaf || has_added() || has_elements() || has_members() || has_edits();
    }
  };
  // A hidden write of the image.
  struct Told {
    HiddenKind kind = HiddenKind::value;
    std::uint32_t field = 0;
    Leaf leaf;
  };
  struct HiddenPlace {
    std::uint32_t number = 0;  // among the leading fields, removed or not
    std::string_view name;
  };
  // What a field shows that is made of several writes.
  struct Shown {
    Leaf leaf;
    Total::Sum sum;
  };
  struct SeenRemoval {
    LocalStamp stamp;
    RemovalRule rule;
  };
  static constexpr std::uint32_t kTail = kAllLeading;

  bool less(const LocalStamp& a, const LocalStamp& b) const noexcept {
    return a.hlc != b.hlc ? a.hlc < b.hlc
                          : a.writer != b.writer && order_.before(a.writer, b.writer);
  }
  bool is_better(const Leaf& a, const Leaf& b, Rule rule) const;
  void load_fields(const Stored& stored);
  void load_image(const ImageView& image);
  void load_places(const ImageView& image);
  void load_hidden(const HiddenView& hidden, std::size_t first);
  std::uint32_t field_named(std::string_view name);
  void index_names();
  std::uint32_t field_indexed(std::string_view name) const;
  // Names from here on are not those of the shape.
  std::size_t names_from() const noexcept { return fields_by_shape_ ? shape_fields_ : 0; }
  Total total_of(std::uint32_t field) const noexcept;
  const Leaf* added_by(std::uint32_t field, std::uint32_t writer) const noexcept;
  Result<Total::Sum> added_more(std::string_view field, std::uint32_t writer,
                                const record::Part& addition);
  void add_up();
  template <typename Visit>
  void each_leaf(const Field& field, const Visit& visit) const {
    if (field.has_leaf) visit(field.leaf);
    hidden_.each(field.hidden, visit);
    elements_.each(field.elements, visit);
    members_of_.each(field.members, visit);
  }
  const Leaf& latest_of(const Leaves& leaves, Leaves::Head head) const;
  void know_edited(const Stored& stored, std::size_t first);
  const Leaf* value_of(const Field& field, const LocalStamp& stamp) const;
  EditedLeaf* edits_on(const Field& field, const LocalStamp& value, std::uint8_t rule);
  EditedLeaf* shown_edits(const Field& field);
  std::string_view made_of(const Field& field, EditedLeaf& edited);
  bool is_later(const LocalStamp& stamp, const EditsLog& log) const;
  bool edit_shown(const Leaf& leaf, const EditsLog& log, std::string& made) const;
  void change_edits(std::uint32_t field, const Leaf& leaf, std::span<const Seen> seen);
  void replace_edits(Field& field);
  void write_log(const EditsLog& log, Leaf& leaf);
  void spell();
  void look(const LocalStamp& stamp, const LocalStamp& base, std::span<const Seen> seen);
  void change_elements(std::uint32_t field, Leaf leaf);
  void take(const ElementSet& elements, Leaf& leaf);
  void take_of_value(Field& field, const ElementSet& elements, Leaf& value);
  const Leaf* taken_of(const Field& field, const Leaf& value) const;
  std::vector<Bytes> elements_left(const Field& field, const Leaf& value) const;
  void append(const std::vector<Bytes>& elements, Leaf& leaf);
  void put_elements(Type type, std::vector<Bytes> elements, Leaf& leaf);
  bool shows_elements(const Field& field) const noexcept;
  bool is_all_elements(const Field& field) const noexcept;
  void unite();
  void change_members(std::uint32_t field, Leaf leaf);
  bool take_of(const MembersChange& change, Leaf& leaf);
  void put_members(Buffer content, Leaf& leaf);
  bool shows_members(const Field& field) const;
  bool is_all_members(const Field& field) const noexcept;
  bool shows_edits_alone(const Field& field) const noexcept;
  Buffer object_of(const Field& field) const;
  void join_members();
  bool may_give(const Field& field, const record::Part& part) const;
  std::vector<Bytes> elements_of(const Field& field) const;
  bool may_change(const Field& field, const record::Part& part) const noexcept;
  bool may_edit(const Field& field, const record::Part& part, std::uint8_t rule) const noexcept;
  std::string_view shown_by(std::uint32_t field);
  Buffer text_edits_to(std::uint32_t field, const record::Part& wanted);
  Result<Buffer> list_edits_to(std::uint32_t field, const record::Part& wanted);
  Result<Buffer> tree_edits_of(std::uint32_t field, const TreeEdits& edits,
                               const LocalStamp& stamp);
  Result<Buffer> edits_to(std::uint32_t field, const record::Part& wanted, std::uint8_t rule,
                          const LocalStamp& stamp);
  std::uint8_t change_to(const record::Part& wanted, std::uint32_t field, Buffer& content) const;
  Error check_elements(std::string_view field, Rule rule);
  bool is_inside_of_field(std::string_view name);
  static Error only_of_itself(const char* what);
  Error rewrite(const record::RecordView& write, const record::Shape& shape,
                std::span<const record::Part> parts, Buffer& out);
  static Result<record::ShapePtr> shape_of_changes(const record::ShapePtr& shape,
                                                   std::span<const FieldRule> changes,
                                                   std::span<const record::Part> parts,
                                                   record::ShapeCache* shapes);
  static bool has_summand(const Field& field) noexcept {
    return field.sum != kNoField && field.has_leaf;
  }
  const Leaf& shown(const Field& field) const noexcept {
    return field.sum == kNoField ? field.leaf : sums_[field.sum].leaf;
  }
  void show_best(std::uint32_t field);
  template <typename Add>
  void add_edited(const Field& field, const Add& add);
  template <typename Add>
  void add_latest(const Field& field, const Add& add);
  void see_elements(const Field* field, const FieldRule& change, std::vector<Seen>& out);
  void add_edits(std::uint32_t index, const FieldRule& edits, std::vector<Seen>& out);
  void write_field(std::uint32_t field, const Leaf& leaf, const Write& write,
                   std::span<const Seen> seen);
  void arrange();
  bool is_loose() const noexcept;
  Result<record::ShapePtr> append_record(Buffer& out, bool loose, record::ShapeCache* shapes,
                                         std::size_t bytes_max);
  Result<record::ShapePtr> shape_of_fields(record::ShapeCache* shapes);
  Result<record::ShapePtr> describe_itself(record::ShapeCache* shapes);
  void tell(HiddenKind kind, std::uint32_t field, Leaves::Head head, const Leaves& leaves);
  void tell_hidden();
  void tell_edits(HiddenKind kind);
  void append_hidden(Buffer& out) const;

  const WriterOrder& order_;
  record::ShapePtr shape_;  // of what was loaded, or of the first write
  record::Part key_;
  std::string_view collection_;
  bool keyed_ = false;
  LocalStamp base_;
  LocalStamp erasure_;  // hlc 0: none
  std::vector<Field> fields_;
  Leaves hidden_;
  Leaves added_;
  Leaves elements_;
  Leaves members_of_;
  Leaves taken_;
  EditedLeaves edited_;
  std::vector<Buffer> made_;                 // contents of leaves
  std::deque<std::string> spelled_;          // what edits made
  std::unique_ptr<MadeValues> made_values_;  // kept between records
  std::vector<SeenRemoval> removals_;
  bool is_last_write_ = false;
  bool fields_by_shape_ = false;  // fields_[i] is a field of shape_, before those that came since
  std::size_t shape_fields_ = 0;  // how many
  std::vector<std::pair<std::string_view, std::uint32_t>> names_;  // sorted, when fields are many

  std::vector<std::uint32_t>
      order_of_fields_;              // scratch of encode(), and what follows: fields there
  std::vector<HiddenPlace> places_;  // of leading fields that are not
  std::vector<Shown> sums_;
  std::vector<Buffer> united_;
  std::vector<Told> told_;
  StampSet seen_;  // scratch of one write or removal
  SeenUpTo seen_up_to_;
  std::vector<record::FieldKey> keys_;
  std::vector<record::Part> parts_;
  std::vector<record::NamedPart> members_;
  std::vector<StampException> exceptions_;
  std::vector<std::uint32_t> place_;  // by field: in the result
  Buffer object_;
};

// Whether the record of an insert or set is its own image when nothing else was written: no field
// is absent, and one that describes itself has a field.
bool stands_alone(const record::RecordView& record) noexcept;

// Behind the last number of a field as exceptions and hidden writes count them.
std::uint32_t field_numbers_end(const record::RecordView& record) noexcept;
// The name of a field as exceptions and hidden writes count it.
std::string_view name_of_field(const record::RecordView& record, std::uint32_t field) noexcept;

}  // namespace gs::merge
