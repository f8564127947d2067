// Record ids: put together from time, counter and the writer's tail, and checked again.
#include "gs/core/id/mint.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include "gs/base/endian.h"
#include "gs/core/crypto/sha256.h"

namespace gs::id {
namespace {

constexpr std::uint64_t kVariant = std::uint64_t{2} << 62;  // the bits 10 of RFC 9562

constexpr std::string_view kTailDomain = "gs id";

// What a tail is the digest of.
using TailSource = std::array<std::uint8_t, kTailDomain.size() + 32 + 8 + 8>;

TailSource tail_source(const Writer& writer, std::uint64_t mint_counter,
                       std::uint64_t ms) noexcept {
  TailSource source;
  std::uint8_t* at = source.data();
  std::memcpy(at, kTailDomain.data(), kTailDomain.size());
  at += kTailDomain.size();
  std::memcpy(at, writer.bytes.data(), writer.bytes.size());
  at += writer.bytes.size();
  store_u64(at, mint_counter);
  store_u64(at + 8, ms);
  return source;
}

// Variant and tail: the last 8 bytes of the id as a big-endian number.
std::uint64_t tail_from(const Digest& digest) noexcept {
  return kVariant | load_u64_be(digest.bytes.data()) >> 2;
}

std::uint64_t tail_of(const Writer& writer, std::uint64_t mint_counter, std::uint64_t ms) noexcept {
  return tail_from(crypto::sha256(tail_source(writer, mint_counter, ms)));
}

std::uint64_t head_of(const Id& id) noexcept { return load_u64_be(id.bytes.data()); }
std::uint64_t head_from(std::uint64_t ms, std::uint32_t counter) noexcept {
  return ms << 16 | std::uint64_t{kMintedVersion} << 12 | std::uint64_t{counter};
}
std::uint64_t ms_of(const Id& id) noexcept { return head_of(id) >> 16; }

bool is_minted_form(const Id& id) noexcept {
  return id.version() == kMintedVersion && load_u64_be(id.bytes.data() + 8) >> 62 == kVariant >> 62;
}

}  // namespace

bool minted_by(const Id& id, const Writer& writer, std::uint64_t mint_counter) noexcept {
  if (!is_minted_form(id)) return false;
  return load_u64_be(id.bytes.data() + 8) == tail_of(writer, mint_counter, ms_of(id));
}

Id minted_id(const Writer& writer, std::uint64_t mint_counter, std::uint64_t ms,
             std::uint32_t counter) noexcept {
  Id id;
  store_u64_be(id.bytes.data(), head_from(ms, counter));
  store_u64_be(id.bytes.data() + 8, tail_of(writer, mint_counter, ms));
  return id;
}

Minter::Minter(const Writer& writer, std::uint64_t next, const Id& last) noexcept
    : writer_(writer), next_(next), last_(last) {
  if (!is_minted_form(last)) return;
  ms_ = ms_of(last);
  counter_ = static_cast<std::uint32_t>(head_of(last)) & kIdCounterMax;
}

// Alone for the first id of a millisecond: who writes now and then should not pay for many.
std::uint64_t Minter::next_tail() noexcept {
  if (tails_ms_ != ms_) {
    tails_ms_ = ms_;
    tails_left_ = 0;
    return tail_of(writer_, next_, ms_);
  }
  if (tails_left_ == 0) {
    std::array<TailSource, kTailsAhead> sources;
    std::array<crypto::Message, kTailsAhead> messages;
    std::array<Digest, kTailsAhead> digests;
    for (std::size_t i = 0; i < kTailsAhead; ++i) {
      sources[i] = tail_source(writer_, next_ + i, ms_);
      messages[i].body = sources[i];
    }
    crypto::sha256_many(messages, digests);
    for (std::size_t i = 0; i < kTailsAhead; ++i) tails_[i] = tail_from(digests[i]);
    tails_left_ = kTailsAhead;
  }
  return tails_[kTailsAhead - tails_left_--];
}

Minter::Minted Minter::mint(std::uint64_t wall_ms) noexcept {
  const std::uint64_t now = std::min(wall_ms, kIdMsMax);
  if (now > ms_) {
    ms_ = now;
    counter_ = 0;
  } else if (counter_ < kIdCounterMax) {
    ++counter_;
  } else if (ms_ < kIdMsMax) {
    ++ms_;  // borrowed; the clock catches up
    counter_ = 0;
  }
  Minted minted;
  store_u64_be(minted.id.bytes.data(), head_from(ms_, counter_));
  store_u64_be(minted.id.bytes.data() + 8, next_tail());
  minted.counter = next_++;
  last_ = minted.id;
  return minted;
}

}  // namespace gs::id
