// What operations make of a value, with the history that merging needs: of a text, of a list, and
// of a tree (edited_tree.h).
//
// One thread at a time. Errors: as crdt::Text and crdt::List say; nothing is done then.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "gs/core/crdt/list/list.h"
#include "gs/core/crdt/text/text.h"
#include "gs/core/merge/merged_record.h"

namespace gs::merge {

class EditedValue {
 public:
  virtual ~EditedValue() = default;

  // How many operations there are.
  std::size_t size() const noexcept { return last_.size(); }
  // The next one, on these, by who has this key.
  virtual Error add(const crdt::Writer& writer, std::uint64_t hlc,
                    std::span<const std::uint32_t> parents, Bytes edits) = 0;
  // The text; of a list and of a tree the content of an array.
  virtual std::string shown() const = 0;
  struct Next {
    crdt::Writer writer;
    std::uint64_t hlc = 0;
    std::span<const std::uint32_t> parents;
    Bytes edits;
  };
  // False: another operation was made upon this, and has to come next. Null: none is to come.
  virtual bool may_take(const Next* /*next*/) const { return true; }
  virtual std::size_t memory_bytes() const noexcept = 0;
  // The last edit of an operation; those of some, or of the value when there are none.
  const crdt::EventId& last(std::uint32_t operation) const noexcept { return last_[operation]; }
  std::vector<crdt::EventId> parents(std::span<const std::uint32_t> operations) const;

 protected:
  std::vector<crdt::EventId> last_;
  std::optional<crdt::EventId> value_end_;  // of edits that stand for the value
};

class TypedText final : public EditedValue {
 public:
  explicit TypedText(std::string_view value);
  Error add(const crdt::Writer& writer, std::uint64_t hlc, std::span<const std::uint32_t> parents,
            Bytes edits) override;
  std::string shown() const override { return text_.text(); }
  std::size_t memory_bytes() const noexcept override { return text_.memory_bytes(); }

  crdt::Text& text() noexcept { return text_; }
  const crdt::Text& text() const noexcept { return text_; }

 private:
  crdt::Text text_;
};

class EditedList final : public EditedValue {
 public:
  // The content of an array; nothing: none.
  explicit EditedList(std::string_view value);
  Error add(const crdt::Writer& writer, std::uint64_t hlc, std::span<const std::uint32_t> parents,
            Bytes edits) override;
  std::string shown() const override;
  std::size_t memory_bytes() const noexcept override { return list_.memory_bytes(); }

  const crdt::List& list() const noexcept { return list_; }

 private:
  crdt::List list_;
};

// `rule`: text, list or tree.
std::unique_ptr<EditedValue> edited_value(Rule rule, std::string_view value);

// A text with runs of edits done to it, one after the other; false: one is not in it. `text`: what
// the runs insert.
bool edit_text(std::string& text, const crdt::EditsView& edits);
// The same of the content of an array, of whose elements nobody moved one while others edited.
bool edit_list(std::string& content, const crdt::ListEditsView& edits);

// The elements in the content of an array.
std::vector<Bytes> elements_of_array(std::string_view content);

}  // namespace gs::merge
