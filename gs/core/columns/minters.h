// Finds out who minted a record id, and as which of his: then it need not be written.
//
// The last 62 bits of a minted id are a digest of its writer and mint counter (gs/core/id/mint.h),
// so a guess can be checked. Ids come in ascending order. Within a millisecond the counters of ids
// and mints go up together, which makes the guess certain; behind it a few are tried. What is not
// found is written as it is. Bounded by tries. Internal to gs/core/columns. Pure.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <vector>

#include "gs/core/id/mint.h"

namespace gs::columns {

// The first 60 bits of a minted id without its version: milliseconds, then the counter in one.
inline constexpr std::uint64_t kIdHeadMax = (std::uint64_t{1} << 60) - 1;
std::uint64_t head_of_id(const Id& id) noexcept;
Id id_of_head(const id::Writer& writer, std::uint64_t mint, std::uint64_t head) noexcept;

struct Minting {
  id::Writer writer;
  std::uint64_t mint = 0;
};

class Minters {
 public:
  static constexpr std::size_t kWritersMax = 8;

  void forget();
  // Of a block with so many ids that are new.
  void begin_block(std::size_t ids) noexcept;
  // Whose ids there may be; more than kWritersMax are not tried.
  void add_writer(const id::Writer& writer);
  // `said`: what an insert says. None: not found.
  std::optional<Minting> find(const Id& id, const std::optional<Minting>& said);

 private:
  // An id that is known: those of its millisecond follow from it.
  struct Anchor {
    std::uint64_t mint = 0;
    std::uint64_t head = 0;
  };
  struct Minter {
    id::Writer writer;
    std::map<std::uint64_t, Anchor> anchors{};  // the last one of each millisecond
  };
  std::optional<Minting> guess(Minter& minter, const Id& id);
  std::optional<Minting> try_from(Minter& minter, const Id& id, std::uint64_t first,
                                  std::size_t tries);
  std::optional<Minting> found(Minter& minter, const Id& id, std::uint64_t mint);

  std::vector<Minter> minters_;
  std::size_t last_ = 0;  // who minted the id before
  std::size_t tries_left_ = 0;
  std::size_t from_begin_ = 0;
  bool searched_ = false;  // from the beginning
};

}  // namespace gs::columns
