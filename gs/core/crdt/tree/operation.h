// The bytes of an operation on a tree: edits of one writer, and whose nodes they name.
//
// All numbers are varints (gs/core/crdt/text/varint.h); docs/FORMAT.md, "Tree operation":
//
//   S             how many sources: other operations whose nodes are named here
//   S sources     w, b: w = 0: this writer; w > 0: entry w - 1 of the change's writer table. Its
//                 hlc is that of this operation less b (64 bits). Ascending by (w, b), each used.
//                 0, 0: an earlier operation of this stamp
//   E             how many edits
//   E edits       create  name of the parent * 4 + 0, index, value
//                 move    name * 4 + 1, name of the parent, index
//                 set     name * 4 + 2, value
//                 remove  name * 4 + 3
//                 a name is s and, but for s = 0, the number of the edit that created the node;
//                 s = 0: the root, 1: this operation, else source s - 2; the 4 is for s only
//   zeros         to a multiple of 8
//
// Views borrow the bytes that they were parsed from, and accept exactly what writers make. Pure.
// Errors: invalid, too_large.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "globalstorage/bytes.h"
#include "globalstorage/result.h"
#include "gs/core/crdt/tree/types.h"

namespace gs::tree {

// What an edit does, by the numbers of the format.
enum class Kind : std::uint8_t { create = 0, move = 1, set = 2, remove = 3 };

struct Edit {
  Kind kind = Kind::create;
  NodeId node{};        // of a create, this edit
  NodeId parent{};      // of create and move
  std::string index{};  // of create and move (place_index.h)
  Buffer value{};       // of create and set: one any value
  friend bool operator==(const Edit&, const Edit&) = default;
};

// An operation that is being made; what is in `edits` is done in the tree of its writer already.
struct Operation {
  Stamp stamp{};
  std::uint32_t first = 0;  // number of its first edit: behind those of operations of this stamp
  std::vector<Edit> edits{};
  std::size_t bytes_max = 0;  // the bytes will not be more
};

// The other writers that an operation names, each once.
std::vector<Writer> named_writers(const Operation& operation);
// Of an operation with edits. `table`: of the change, with all that are named.
Buffer encode_operation(const Operation& operation, std::span<const Writer> table);

// The operation that created nodes which another one names.
struct Source {
  std::uint32_t writer = 0;  // 0: the same, else entry writer - 1 of the table
  std::uint64_t back = 0;    // how much its hlc is lower; 0: an earlier one of this stamp
  friend bool operator==(const Source&, const Source&) = default;
  friend auto operator<=>(const Source&, const Source&) = default;
};

// A name of a node within an operation.
struct NodeName {
  static constexpr std::uint32_t kOfRoot = 0;
  static constexpr std::uint32_t kOfThis = 1;
  static constexpr std::uint32_t kFirstSource = 2;
  std::uint32_t source = kOfRoot;
  std::uint32_t number = 0;
};

struct EditView {
  Kind kind = Kind::create;
  NodeName node{};
  NodeName parent{};
  std::string_view index{};
  Bytes value{};
};

class OperationView {
 public:
  // Checks all that can be checked without the tree.
  static Result<OperationView> parse(Bytes payload);

  // Whoever knows the past of the operation has to see that these are in it.
  const std::vector<Source>& sources() const noexcept { return sources_; }
  std::uint32_t edit_count() const noexcept { return edit_count_; }

  // Calls visit(EditView) for each edit, in order.
  template <typename Visit>
  void edits(Visit visit) const {
    Bytes rest = edits_;
    EditView edit;
    for (std::uint32_t i = 0; i < edit_count_; ++i) {
      take_edit(rest, edit).ignore();  // parse() has seen that it is one
      visit(edit);
    }
  }

 private:
  static Error take_edit(Bytes& in, EditView& edit);
  Error parse_sources(Bytes& in);
  Error parse_edits(Bytes& in);

  std::vector<Source> sources_;
  std::uint32_t edit_count_ = 0;
  Bytes edits_{};
};

}  // namespace gs::tree
