// The texts, lists and trees that operations make of values: for operations that were written at
// the same time as others, and for whoever decides between values.
//
// What was made last is kept, with its history: of a burst of concurrent operations each costs its
// own edits. One thread at a time. No errors: what cannot be done is told as such.
#pragma once

#include <deque>
#include <memory>
#include <string_view>

#include "gs/core/crdt/list/list_outline.h"
#include "gs/core/merge/edited_value.h"
#include "gs/core/merge/edits_log.h"

namespace gs::merge {

class MadeValues {
 public:
  explicit MadeValues(const WriterOrder& order) : order_(order) {}

  // What the operations make of `value`. `rule`: text, list or tree.
  std::string made(Rule rule, std::string_view value, const EditsLog& log);
  // Appends an operation to the log. False: its edits are not in what it stands on, and nothing is
  // done. `parents`: ascending.
  bool append(Rule rule, std::string_view value, EditsLog& log, const LocalStamp& stamp,
              std::span<const std::uint32_t> parents, Bytes edits);
  // Of a list: for whoever edits it now.
  crdt::ListOutline outline(std::string_view value, const EditsLog& log);
  // Of a tree: the bytes of an operation, to be appended next (edited_tree.h).
  Result<Buffer> draft(std::string_view value, const EditsLog& log, const LocalStamp& stamp,
                       const TreeEdits& edits);

 private:
  // A value with the first operations of a log.
  struct Loaded {
    Loaded(Rule of_rule, std::string_view of)
        : rule(of_rule), made(edited_value(of_rule, of)), value(of) {}
    Rule rule;
    std::unique_ptr<EditedValue> made;
    std::string value;
    Buffer operations;
    std::vector<std::uint32_t> writers;  // numbers

    bool is_part_of(Rule other_rule, std::string_view other, const EditsLog& log) const;
    void note(const EditsLog& log);
  };
  // `next`: what is appended then.
  Loaded& load(Rule rule, std::string_view value, const EditsLog& log,
               const EditedValue::Next* next = nullptr);
  void keep_few();

  static constexpr std::size_t kKeptMax = 8;
  static constexpr std::size_t kKeptBytesMax = std::size_t{32} << 20;

  const WriterOrder& order_;
  std::deque<std::unique_ptr<Loaded>> kept_;  // the last one used first
};

}  // namespace gs::merge
