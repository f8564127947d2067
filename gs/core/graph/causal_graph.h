// The graph of changes: who wrote which change, and upon which others it was made.
//
// Answers what happened before what, for two changes or for two frontiers, without a look at the
// log. A change is known by its *number*: the order in which this replica's log got it, 0-based
// and without gaps, so that parents have lower numbers than their children. Numbers are local.
// What happened before what follows from parents alone; the previous change of a chain need not be
// among them. A writer counts as another one on each branch, as chains do.
//
// Changes are kept as *runs*: consecutive numbers of one writer, each made upon the one before it
// and nothing else. A log of one writer is one run, however long; writers that take turns make a
// run a turn. Memory: 48 bytes a run, 4 in the list of its writer's runs, 4 for each of its
// parents, 8 for each gap between critical changes, 24 for each writer; for a change in a run none.
//
// Kept of a run to spare walks the way down, all but `shared` about its first change's ancestors:
//
//   covers      every change below this number is an ancestor
//   window      every change from this number on is an ancestor
//   dominator   the ancestors up to this change, in numbers, are its ancestors and no others: it
//               lies in the newest run through which every way down leads, from parent to parent.
//               So runs make a tree; each has a jump in it, by which a walk down takes O(log runs)
//               steps
//   shared      no change from this number on has children outside of its run
//
// Here a change is an ancestor of itself, as in Git. A frontier, or any set of changes, stands for
// all ancestors of its members, in any order, also when some members are ancestors of others; the
// empty one for no changes.
//
// Cost: looking up O(log runs). What walks goes through runs, highest number first, never
// recursively; it visits at most those between what it was given and what it looks for, once each,
// and its working memory is the parents of those visited. `Effort` counts them.
//
// Pure. Any number of threads may ask while nobody adds. Asking about a number that was not added
// is our own mistake and stops the program.
// Errors: invalid (what cannot be), too_large (a limit below).
// Sources: Myers, "An applicative random-access stack", 1983 (jumps); Cooper, Harvey, Kennedy, "A
// simple, fast dominance algorithm", 2001; Gentle, Kleppmann, "Collaborative text editing with
// eg-walker", 2025 (runs, walks from the highest number).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "globalstorage/bytes.h"
#include "globalstorage/result.h"

namespace gs::graph {

using ChangeNumber = std::uint32_t;

// 32 bits keep a run small; so many changes are a log of more than a terabyte.
inline constexpr ChangeNumber kChangesMax = 0xfffffffe;
// As many as a storage may have shapes; their lists take 24 bytes each.
inline constexpr std::uint32_t kGraphWritersMax = 4u << 20;

// Changes by number, both ends included.
struct ChangeRange {
  ChangeNumber first = 0;
  ChangeNumber last = 0;
  bool operator==(const ChangeRange&) const = default;
};

// Changes of one writer by their sequences, both ends included.
struct SequenceRange {
  std::uint32_t writer = 0;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  bool operator==(const SequenceRange&) const = default;
};

// A set of changes by writers and sequences, as peers can tell it to each other once they have
// agreed on numbers of writers: ascending by writer, then sequence; ranges do not meet.
using CausalVersion = std::vector<SequenceRange>;

enum class CausalOrder : std::uint8_t { equal, before, after, concurrent };

// How many runs a call visited: what tests and benchmarks bound instead of time.
struct Effort {
  std::size_t runs = 0;
};

class CausalGraph {
 public:
  using Changes = std::span<const ChangeNumber>;

  // What only one of two frontiers has among its ancestors; ascending, ranges do not touch.
  struct Difference {
    std::vector<ChangeRange> only_a;
    std::vector<ChangeRange> only_b;
  };

  // Adds a change and returns its number, which is size() before. `parents`: at most 1,024, in any
  // order. invalid: the sequence is not the writer's next one, a parent is unknown or there twice.
  // too_large: writer, parents or changes over their limits. Nothing changes then.
  Result<ChangeNumber> add(std::uint32_t writer, std::uint64_t sequence, Changes parents);

  ChangeNumber size() const noexcept { return size_; }
  std::size_t run_count() const noexcept { return runs_.size(); }

  std::uint32_t writer_of(ChangeNumber change) const;
  std::uint64_t sequence_of(ChangeNumber change) const;
  std::vector<ChangeNumber> parents_of(ChangeNumber change) const;  // ascending
  // Nothing when no such change was added.
  std::optional<ChangeNumber> find(std::uint32_t writer, std::uint64_t sequence) const;

  // The changes that nobody's parent is; ascending.
  std::vector<ChangeNumber> frontier() const;
  // Of `changes` those that are no ancestors of others among them; ascending, each once.
  std::vector<ChangeNumber> heads(Changes changes, Effort* effort = nullptr) const;

  bool is_ancestor(ChangeNumber change, ChangeNumber of, Effort* effort = nullptr) const;
  bool is_ancestor(ChangeNumber change, Changes of, Effort* effort = nullptr) const;
  // `before`: all of a's are among b's, and not the other way round.
  CausalOrder compare(Changes a, Changes b, Effort* effort = nullptr) const;
  Difference diff(Changes a, Changes b, Effort* effort = nullptr) const;
  // The heads of what both have; several, when both merged what the other had; ascending.
  std::vector<ChangeNumber> merge_base(Changes a, Changes b, Effort* effort = nullptr) const;

  // All ancestors of `changes`, by writers and sequences.
  CausalVersion version(Changes changes, Effort* effort = nullptr) const;
  // The ancestors of `changes` that are not in `have`: ascending, so parents come first. `have` may
  // name changes and writers that are not here. It is the version of some frontier, and so has
  // the ancestors of what it has: of another one, what lies below a change that it has may be left
  // out. invalid: not in the form of a version.
  Result<std::vector<ChangeRange>> missing(const CausalVersion& have, Changes changes,
                                           Effort* effort = nullptr) const;

  // Whether every change is an ancestor or a descendant of this one. A later change may end that.
  bool is_critical(ChangeNumber change) const;

  // docs/FORMAT.md "Graph of changes". One graph has one encoding.
  Buffer encode() const;
  // `writer_count`: numbers of writers are below. invalid: any other bytes than encode() makes.
  static Result<CausalGraph> decode(Bytes bytes, std::uint32_t writer_count);

 private:
  friend class AncestorWalk;
  friend class TwoSidedWalk;

  static constexpr std::uint32_t kNone = 0xffffffff;

  struct Run {
    ChangeNumber first = 0;
    std::uint32_t writer = 0;
    std::uint32_t sequence = 0;     // of the first; a chain has no gaps, so it fits like a number
    std::uint32_t parents_at = 0;   // in parents_, up to those of the next run
    std::uint32_t head_at = kNone;  // in heads_, when its last change is a head
    ChangeNumber covers = 0;
    ChangeNumber window = 0;
    ChangeNumber dominator = kNone;
    std::uint32_t dominator_run = kNone;  // where it is; kNone: ways down end in several roots
    std::uint32_t jump = kNone;           // to a run further down in the tree of dominators
    std::uint32_t depth = 1;              // in that tree
    ChangeNumber shared = 0;

    bool covers_all() const noexcept { return covers == first; }
    // Of `change`, which is not above the place in this run that is asked for.
    bool surely_has(ChangeNumber change) const noexcept {
      return change >= window || change < covers;
    }
  };

  // A change and the index of its run.
  struct Place {
    ChangeNumber number = 0;
    std::uint32_t run = kNone;
    bool operator<(const Place& other) const noexcept { return number < other.number; }
  };

  Place place_of(ChangeNumber change) const;
  // The same, when `change` is in a run before `end`: fast when it is not far before.
  Place place_before(ChangeNumber change, std::uint32_t end) const;
  // The number behind the last one of a run.
  ChangeNumber end_of(std::uint32_t run) const noexcept;
  Changes parents_of_run(std::uint32_t run) const noexcept;
  std::uint32_t depth_of(std::uint32_t run) const noexcept;

  Error check(std::uint32_t writer, std::uint64_t sequence, Changes parents) const;
  bool extends(std::uint32_t writer, Changes parents) const noexcept;
  void begin_run(std::uint32_t writer, std::uint64_t sequence, Changes parents);
  void extend(ChangeNumber count);
  std::uint64_t next_sequence(std::uint32_t writer) const noexcept;
  void note_child(const Place& parent);
  void note_covered(Run& run, std::span<const Place> parents) const;
  void note_dominator(Run& run, std::span<const Place> parents) const;
  void note_critical(const Run& run);

  // In the tree of dominators. `raise`: the ancestor at a depth below that of `from`.
  Place raise(Place from, std::uint32_t depth) const;
  Place common_dominator(Place a, Place b) const;
  // A change whose ancestors up to `low` are those of `from`: as low as dominators lead without
  // passing `low`.
  Place lower(Place from, ChangeNumber low, std::size_t& visited) const;

  SequenceRange sequences_of(std::uint32_t run, ChangeRange changes) const;
  void append_prefix(ChangeNumber end, CausalVersion& to) const;

  ChangeNumber size_ = 0;
  std::vector<Run> runs_;
  std::vector<ChangeNumber> parents_;                    // of first changes; ascending in each run
  std::vector<std::uint32_t> heads_;                     // runs, in no order
  std::vector<std::vector<std::uint32_t>> writer_runs_;  // by writer: indexes of runs, ascending
  std::vector<ChangeRange> critical_;                    // ascending, ranges do not touch
};

}  // namespace gs::graph
