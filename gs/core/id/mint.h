// Makes record ids that sort by time, never collide, and whose maker every replica can check.
//
//   tail = first 62 bits of SHA-256("gs id" | writer 32 | mint counter u64 | ms u64): the highest
//          bits of its bytes 0 to 7, which stay in their order; the two u64 are little-endian
//   id   = unix_ms(48, big-endian) 0111 counter(12) 10 tail(62)        a valid UUIDv7
//
// The 12-bit counter makes ids of one millisecond and writer ascend; after 4,096 in a millisecond
// the minter borrows the next one. Pure apart from Minter's own counters. Not thread-safe.
#pragma once

#include <array>
#include <cstddef>

#include "globalstorage/id.h"

namespace gs::id {

inline constexpr std::uint64_t kIdMsMax = (std::uint64_t{1} << 48) - 1;
inline constexpr int kMintedVersion = 7;  // of the UUID
inline constexpr std::uint32_t kIdCounterMax = (1u << 12) - 1;

using Writer = Digest;  // a writer's id: its Ed25519 public key, or the SHA-256 of another key

// True when `id` is what `writer` mints at `mint_counter`, for the time inside the id.
bool minted_by(const Id& id, const Writer& writer, std::uint64_t mint_counter) noexcept;

// What `writer` mints at `mint_counter` in that millisecond (at most kIdMsMax), with that counter
// of ids in it (at most kIdCounterMax).
Id minted_id(const Writer& writer, std::uint64_t mint_counter, std::uint64_t ms,
             std::uint32_t counter) noexcept;

class Minter {
 public:
  // `next`: the first mint counter not used yet; `last`: the newest id of this writer (or zero),
  // so that ids keep ascending after a restart or a clock that went back. An id that is not of the
  // minted form counts as zero.
  Minter(const Writer& writer, std::uint64_t next, const Id& last) noexcept;

  struct Minted {
    Id id;
    std::uint64_t counter;
  };
  // Ids differ from all earlier ones always, and ascend until 2^48 ms (the year 10889) are used up;
  // a wall time beyond that counts as the last millisecond.
  Minted mint(std::uint64_t wall_ms) noexcept;
  std::uint64_t next() const noexcept { return next_; }
  // The newest id; what the constructor was given before the first.
  const Id& last() const noexcept { return last_; }

 private:
  Writer writer_;
  std::uint64_t next_;
  Id last_;
  std::uint64_t ms_ = 0;
  std::uint32_t counter_ = 0;

  // Tails of the next ids, for as long as the millisecond stays: hashed together they cost less.
  static constexpr std::size_t kTailsAhead = 16;
  std::uint64_t next_tail() noexcept;
  std::array<std::uint64_t, kTailsAhead> tails_{};
  std::size_t tails_left_ = 0;  // the last ones of tails_
  std::uint64_t tails_ms_ = 0;  // of tails_, or of the last single one
};

}  // namespace gs::id
