// The bytes of an operation on a text: a chain of edits of one writer, and what they stand on.
//
// All numbers are varints (varint.h), texts UTF-8; docs/FORMAT.md, section "Text edits":
//
//   first seq     of the first edit; each edit is one code point and takes one seq
//   P             how many parents; 0: on the empty text
//   P parents     w, s: w = 0: this writer, s = first seq - 1 - seq of the parent, ascending by s;
//                 w > 0: entry w - 1 of the change's writer table, s = seq, ascending by (w, s)
//   H             bytes of the column of heads
//   heads         edits.h
//   Q             bytes of the column of positions
//   positions     edits.h
//   T             bytes of the inserted text
//   text          as many code points as the runs insert
//   zeros         to a multiple of 8; not in the live form
//
// A change carries the part from H on alone, as the value of a field: what it stands on is said by
// stamps, and seqs follow from the order of a writer's changes. Marks, if there are any, follow the
// text there: their bytes, then they (marks.h).
//
// The live form is for sessions between peers: what is typed is sent at once, and once more later
// in a signed change. Edits that arrive twice do no harm. It begins with
//
//   writer and form   (number of the writer in the session) * 2 + 1 when parents follow
//   seq               of the first edit, less the one that the session expects next of this writer
//   parents           only when the form says so, as above, w - 1 a number of the session; without
//                     them the edits stand on the edit with the seq before, and only on it
//
// and goes on with H. A key pressed takes 9 to 11 bytes.
//
// Views borrow the bytes that they were parsed from; readers do not allocate, and accept exactly
// what writers make. Pure. Errors: invalid, too_large.
#pragma once

#include <span>
#include <vector>

#include "gs/core/crdt/text/edits.h"
#include "gs/core/crdt/text/marks.h"

namespace gs::crdt {

struct Parent {
  bool own = false;          // made by the writer of the operation
  std::uint32_t writer = 0;  // else: index into the table of writers
  std::uint32_t seq = 0;
  friend bool operator==(const Parent&, const Parent&) = default;
};

// The columns of an operation.
struct EditsView {
  Bytes heads{};
  Bytes positions{};
  std::string_view text{};
  EditCounts counts{};
  Bytes marks{};  // of a field only
  std::uint32_t mark_count = 0;

  // How many seqs they take.
  std::uint32_t events() const noexcept { return counts.events + mark_count; }
};

// The edits alone, with marks; there may be none. Checks all that can be checked without the text.
Result<EditsView> parse_edits(Bytes bytes);
Buffer encode_edits(std::span<const EditRun> runs, std::string_view text,
                    std::span<const TextMark> marks = {});

// The events of edits with marks, in their order: runs, and a touch for each mark.
class ChainReader {
 public:
  explicit ChainReader(const EditsView& edits) noexcept;
  // `mark`: of a touch; nothing else is told of it.
  bool next(EditRun& run, TextMark* mark = nullptr) noexcept;

 private:
  EditsReader runs_;
  MarksReader marks_;
  EditRun run_{};  // the rest of the one that is read
  TextMark mark_{};
  bool has_mark_ = false;
  std::uint32_t done_ = 0;  // edits
};

class OperationView {
 public:
  // Checks all that can be checked without the text; what is left is whether positions are in it.
  static Result<OperationView> parse(Bytes payload);

  std::uint32_t first_seq() const noexcept { return first_seq_; }
  std::uint32_t parent_count() const noexcept { return parent_count_; }
  const EditsView& edits() const noexcept { return edits_; }

  // Calls visit(Parent) for each, in order.
  template <typename Visit>
  void parents(Visit visit) const {
    Bytes rest = parents_;
    Parent parent;
    for (std::uint32_t i = 0; i < parent_count_; ++i) {
      take_parent(rest, first_seq_, parent);
      visit(parent);
    }
  }

 private:
  friend class Session;
  static bool take_parent(Bytes& in, std::uint32_t first_seq, Parent& parent) noexcept;
  Error parse_parents(Bytes& in);
  Error take_chain(Bytes& in);

  std::uint32_t first_seq_ = 0;
  std::uint32_t parent_count_ = 0;
  Bytes parents_{};
  EditsView edits_{};
};

// What an operation is made of. `parents` in any order, without repetitions.
struct OperationParts {
  std::uint32_t first_seq = 0;
  std::vector<Parent> parents{};
  std::vector<EditRun> runs{};
  std::string_view text{};
};

Buffer encode_operation(const OperationParts& parts);

// What both ends of a session know: which seq of each writer comes next. One for each direction.
class Session {
 public:
  // `writer`: a number that both ends have given to the writer, below kSessionWritersMax.
  static constexpr std::uint32_t kSessionWritersMax = 65'536;
  Buffer encode(std::uint32_t writer, const OperationParts& parts);
  // So many edits, each on the one before, that somebody else has encoded.
  void pass(std::uint32_t writer, std::uint32_t edits) { next_seq(writer) += edits; }

  struct Live {
    std::uint32_t writer = 0;
    OperationView operation{};
    // Without parents in the bytes: the edit before. (A first edit has them.)
    bool on_edit_before = false;
  };
  Result<Live> decode(Bytes bytes);

 private:
  std::uint32_t& next_seq(std::uint32_t writer);
  std::vector<std::uint32_t> next_;
};

}  // namespace gs::crdt
