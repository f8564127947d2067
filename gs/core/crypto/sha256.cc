// SHA-256 around its compression function: padding, pieces, and many messages side by side.
#include "gs/core/crypto/sha256.h"

#include <algorithm>

#include "gs/base/check.h"
#include "gs/base/endian.h"
#include "gs/core/crypto/sha256_blocks.h"

namespace gs::crypto {
namespace {

constexpr Sha256State kStart = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

// A padded message ends with 0x80, zeros, and its length in bits as 8 big-endian bytes.
constexpr std::size_t kPaddingBytesMin = 9;
// Messages up to here are joined and padded on the stack and hashed by one call. A leaf of a usual
// record fits; copying longer parts would cost more than the calls that it saves.
constexpr std::size_t kJoinedBytes = 512;
// What sha256_many joins and pads at a time, and its longest message. Fits the stack and the first
// cache; a longer message gains little by company.
constexpr std::size_t kBatchBytes = 16384;
// From so many busy lanes on, a block of all kLanes costs less than the busy ones two by two.
constexpr std::size_t kLanesWorth = 11;

// Pads the `size` bytes in `buffer`, the end of a message of `total` bytes; returns whole blocks.
std::size_t pad(std::uint8_t* buffer, std::size_t size, std::uint64_t total) noexcept {
  const std::size_t padded = align_up(size + kPaddingBytesMin, kBlockBytes);
  buffer[size] = 0x80;
  std::memset(buffer + size + 1, 0, padded - size - kPaddingBytesMin);
  store_u64_be(buffer + padded - 8, total * 8);
  return padded / kBlockBytes;
}

// An empty view may have no address, which memcpy does not allow.
std::size_t copy(std::uint8_t* to, Bytes from) noexcept {
  if (!from.empty()) std::memcpy(to, from.data(), from.size());
  return from.size();
}

Digest digest_of(const Sha256State& state) noexcept {
  Digest digest;
  for (std::size_t i = 0; i < state.size(); ++i) {
    store_u32(digest.bytes.data() + 4 * i, __builtin_bswap32(state[i]));
  }
  return digest;
}

// A joined and padded message, as far as it is not hashed yet.
struct Part {
  const std::uint8_t* next = nullptr;
  std::size_t blocks = 0;  // still to hash
  std::size_t index = 0;   // of the message

  void advance(std::size_t count) noexcept {
    next += count * kBlockBytes;
    blocks -= count;
  }
};

// Two messages at a time.
class Pair {
 public:
  explicit Pair(std::span<Digest> out) noexcept : out_(out) {}

  void add(const Sha256State& state, const Part& part) noexcept {
    (a_.left.blocks == 0 ? a_ : b_) = {state, part};
    if (a_.left.blocks == 0 || b_.left.blocks == 0) return;
    const std::size_t count = std::min(a_.left.blocks, b_.left.blocks);
    sha256_block_pairs(a_.state, a_.left.next, b_.state, b_.left.next, count);
    advance(a_, count);
    advance(b_, count);
  }

  void finish() noexcept {
    for (Lane* lane : {&a_, &b_}) {
      const std::size_t count = lane->left.blocks;
      if (count == 0) continue;
      sha256_blocks(lane->state, lane->left.next, count);
      advance(*lane, count);
    }
  }

 private:
  // The message being hashed; free when no blocks are left.
  struct Lane {
    alignas(16) Sha256State state;
    Part left;
  };

  void advance(Lane& lane, std::size_t count) noexcept {
    lane.left.advance(count);
    if (lane.left.blocks == 0) out_[lane.left.index] = digest_of(lane.state);
  }

  std::span<Digest> out_;
  Lane a_;
  Lane b_;
};

constexpr Sha256Lanes kStartOfLanes = [] {
  Sha256Lanes lanes{};
  for (std::size_t word = 0; word < kStart.size(); ++word) {
    for (std::uint32_t& one : lanes.words[word]) one = kStart[word];
  }
  return lanes;
}();
constexpr std::uint32_t kAllLanes = (1u << kLanes) - 1;

// Sixteen messages at a time, for as long as enough are left.
class Lanes {
 public:
  Lanes(std::span<const Part> parts, std::span<Digest> out) noexcept : parts_(parts), out_(out) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) begin(lane);
  }

  // What is left then goes to `rest`.
  void run(Pair& rest) noexcept {
    while (busy_ >= kLanesWorth) step();
    start_fresh();
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      if (left_[lane].blocks != 0) rest.add(state_of(lane), left_[lane]);
    }
    for (const Part& part : parts_) rest.add(kStart, part);
  }

 private:
  // The next message into a lane that is free; it stays free when there is none.
  void begin(std::size_t lane) noexcept {
    left_[lane] = {};
    fresh_ |= 1u << lane;
    if (parts_.empty()) return;
    left_[lane] = parts_.front();
    parts_ = parts_.subspan(1);
    ++busy_;
  }

  // Messages of one length begin together. Then their states are written as whole registers: single
  // words would have to reach the cache first.
  void start_fresh() noexcept {
    if (fresh_ == kAllLanes) {
      states_ = kStartOfLanes;
    } else {
      for (std::size_t lane = 0; lane < kLanes; ++lane) {
        if ((fresh_ >> lane & 1) == 0) continue;
        for (std::size_t word = 0; word < kStart.size(); ++word) {
          states_.words[word][lane] = kStart[word];
        }
      }
    }
    fresh_ = 0;
  }

  // As many blocks of each as the shortest has.
  void step() noexcept {
    Part shortest{nullptr, ~std::size_t{0}, 0};
    for (const Part& part : left_) {
      if (part.blocks != 0 && part.blocks < shortest.blocks) shortest = part;
    }
    const std::uint8_t* blocks[kLanes];
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      // A free lane hashes what another one does, for nobody.
      blocks[lane] = left_[lane].blocks == 0 ? shortest.next : left_[lane].next;
    }
    start_fresh();
    sha256_block_lanes(states_, blocks, shortest.blocks);
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      Part& part = left_[lane];
      if (part.blocks == 0) continue;
      part.advance(shortest.blocks);
      if (part.blocks != 0) continue;
      write_digest(lane);
      --busy_;
      begin(lane);
    }
  }

  // Where it will stay, not by way of a Digest that would be read before it reached the cache.
  void write_digest(std::size_t lane) noexcept {
    std::uint8_t* const to = out_[left_[lane].index].bytes.data();
    for (std::size_t word = 0; word < kStart.size(); ++word) {
      store_u32(to + 4 * word, __builtin_bswap32(states_.words[word][lane]));
    }
  }

  Sha256State state_of(std::size_t lane) const noexcept {
    Sha256State state;
    for (std::size_t word = 0; word < state.size(); ++word) {
      state[word] = states_.words[word][lane];
    }
    return state;
  }

  std::span<const Part> parts_;  // not begun yet
  std::span<Digest> out_;
  std::size_t busy_ = 0;
  std::uint32_t fresh_ = 0;  // one bit for each lane whose message, if any, has not begun
  Part left_[kLanes];
  Sha256Lanes states_;
};

// Short messages, joined and padded one after the other, on their way through sha256_many.
//
// All are written before the first is hashed: loads of bytes that were just stored in smaller
// pieces make the processor wait, a third of the time of a node.
class Batch {
 public:
  static bool accepts(const Message& message) noexcept {
    constexpr std::size_t kMax = kBatchBytes - kPaddingBytesMin;
    return message.head.size() <= kMax && message.body.size() <= kMax - message.head.size();
  }

  bool has_room(const Message& message) const noexcept {
    const std::size_t size = message.head.size() + message.body.size();
    return align_up(size + kPaddingBytesMin, kBlockBytes) <= kBatchBytes - used_;
  }

  void add(const Message& message, std::size_t index) noexcept {
    std::uint8_t* const at = bytes_ + used_;
    std::size_t size = copy(at, message.head);
    size += copy(at + size, message.body);
    const std::size_t blocks = pad(at, size, size);
    parts_[count_++] = {at, blocks, index};
    used_ += blocks * kBlockBytes;
  }

  // Hashes all and begins anew.
  void flush(std::span<Digest> out) noexcept {
    const std::span<const Part> parts(parts_, count_);
    Pair pair(out);
    if (parts.size() >= kLanesWorth && sha256_lanes_supported()) {
      Lanes(parts, out).run(pair);
    } else {
      for (const Part& part : parts) pair.add(kStart, part);
    }
    pair.finish();
    count_ = 0;
    used_ = 0;
  }

 private:
  std::size_t count_ = 0;
  std::size_t used_ = 0;
  Part parts_[kBatchBytes / kBlockBytes];
  alignas(64) std::uint8_t bytes_[kBatchBytes];
};

}  // namespace

Digest sha256(Bytes bytes) noexcept {
  alignas(16) Sha256State state = kStart;
  const std::size_t whole = bytes.size() / kBlockBytes;
  if (whole != 0) sha256_blocks(state, bytes.data(), whole);
  std::uint8_t tail[2 * kBlockBytes];
  const std::size_t rest = copy(tail, bytes.subspan(whole * kBlockBytes));
  sha256_blocks(state, tail, pad(tail, rest, bytes.size()));
  return digest_of(state);
}

Digest sha256(std::initializer_list<Bytes> parts) noexcept {
  std::uint8_t joined[kJoinedBytes];
  std::size_t size = 0;
  for (const Bytes& part : parts) {
    if (part.size() > kJoinedBytes - kPaddingBytesMin - size) {
      Sha256 pieces;
      for (const Bytes& piece : parts) pieces.add(piece);
      return pieces.finish();
    }
    size += copy(joined + size, part);
  }
  alignas(16) Sha256State state = kStart;
  sha256_blocks(state, joined, pad(joined, size, size));
  return digest_of(state);
}

void sha256_many(std::span<const Message> messages, std::span<Digest> out) noexcept {
  GS_CHECK(messages.size() == out.size());
  if (!sha256_pairs_supported()) {
    for (std::size_t i = 0; i < out.size(); ++i) {
      out[i] = sha256({messages[i].head, messages[i].body});
    }
    return;
  }
  Batch batch;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    if (!Batch::accepts(messages[i])) {
      out[i] = sha256({messages[i].head, messages[i].body});
      continue;
    }
    if (!batch.has_room(messages[i])) batch.flush(out);
    batch.add(messages[i], i);
  }
  batch.flush(out);
}

Sha256::Sha256() noexcept : state_(kStart) {}

void Sha256::add(Bytes bytes) noexcept {
  std::size_t held = size_ % kBlockBytes;
  size_ += bytes.size();
  if (held != 0) {
    const std::size_t take = std::min(kBlockBytes - held, bytes.size());
    held += copy(incomplete_.data() + held, bytes.first(take));
    bytes = bytes.subspan(take);
    if (held < kBlockBytes) return;
    sha256_blocks(state_, incomplete_.data(), 1);
  }
  const std::size_t whole = bytes.size() / kBlockBytes;
  if (whole != 0) sha256_blocks(state_, bytes.data(), whole);
  copy(incomplete_.data(), bytes.subspan(whole * kBlockBytes));
}

Digest Sha256::finish() noexcept {
  std::uint8_t tail[2 * kBlockBytes];
  const std::size_t held = size_ % kBlockBytes;
  std::memcpy(tail, incomplete_.data(), held);
  sha256_blocks(state_, tail, pad(tail, held, size_));
  return digest_of(state_);
}

}  // namespace gs::crypto
