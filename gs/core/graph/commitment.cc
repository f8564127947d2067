#include "gs/core/graph/commitment.h"

#include <algorithm>

#include "gs/base/endian.h"
#include "gs/core/crypto/sha256.h"

namespace gs::graph {
namespace {

constexpr char kSaltDomain[] = "gs salt";
constexpr std::size_t kSaltDomainBytes = sizeof kSaltDomain - 1;
constexpr std::size_t kLeafHeadBytes = 1 + kSaltBytes + sizeof(Id);

// Leaves are hashed in batches, because processors hash two short messages at a time faster than
// one after the other. A batch's messages lie on the stack: about 6 KiB.
constexpr std::uint32_t kBatch = 32;

using LeafHead = std::array<std::uint8_t, kLeafHeadBytes>;

class Batch {
 public:
  explicit Batch(const LeafSource& source) noexcept : source_(source) {}

  // Hashes operations from `first` on into `out` (at most kBatch); returns where the next begins.
  const std::uint8_t* run(std::uint32_t first, const std::uint8_t* operation,
                          std::span<Digest> out) noexcept {
    count_ = 0;
    for (std::uint32_t i = 0; i < out.size(); ++i) {
      const std::uint32_t size = load_u32(operation);
      if ((operation[5] & kErased) != 0) {
        std::memcpy(out[i].bytes.data(), entry(first + i), sizeof(Digest));
      } else {
        add(first + i, i, {operation, size});
      }
      operation += size;
    }
    const auto count = count_;
    if (!source_.explicit_salts) fill_salts();
    crypto::sha256_many({messages_.data(), count}, {digests_.data(), count});
    for (std::uint32_t n = 0; n < count; ++n) out[places_[n]] = digests_[n];
    return operation;
  }

 private:
  const std::uint8_t* entry(std::uint32_t index) const noexcept {
    return source_.salts + std::size_t{index} * kExplicitSaltBytes;
  }

  void add(std::uint32_t index, std::uint32_t place, Bytes operation) noexcept {
    LeafHead& head = heads_[count_];
    head[0] = 0;
    if (source_.explicit_salts) std::memcpy(head.data() + 1, entry(index), kSaltBytes);
    const std::uint32_t id = load_u32(operation.data() + 8);
    std::uint8_t* id_at = head.data() + 1 + kSaltBytes;
    if (id == kNoId) {
      std::memset(id_at, 0, sizeof(Id));
    } else {
      std::memcpy(id_at, source_.ids + std::size_t{id} * sizeof(Id), sizeof(Id));
    }
    messages_[count_] = {Bytes(head), operation};
    indexes_[count_] = index;
    places_[count_] = place;
    ++count_;
  }

  void fill_salts() noexcept {
    std::array<std::array<std::uint8_t, 4>, kBatch> suffixes;
    std::array<std::uint8_t, kSaltDomainBytes + kSeedBytes> prefix;
    std::memcpy(prefix.data(), kSaltDomain, kSaltDomainBytes);
    std::memcpy(prefix.data() + kSaltDomainBytes, source_.salts, kSeedBytes);
    std::array<crypto::Message, kBatch> messages;
    for (std::uint32_t n = 0; n < count_; ++n) {
      store_u32(suffixes[n].data(), indexes_[n]);
      messages[n] = {Bytes(prefix), Bytes(suffixes[n])};
    }
    crypto::sha256_many({messages.data(), count_}, {digests_.data(), count_});
    for (std::uint32_t n = 0; n < count_; ++n) {
      std::memcpy(heads_[n].data() + 1, digests_[n].bytes.data(), kSaltBytes);
    }
  }

  const LeafSource& source_;
  std::uint32_t count_ = 0;  // operations that are not erased
  std::array<LeafHead, kBatch> heads_;
  std::array<crypto::Message, kBatch> messages_;
  std::array<std::uint32_t, kBatch> indexes_;
  std::array<std::uint32_t, kBatch> places_;
  std::array<Digest, kBatch> digests_;
};

}  // namespace

Salt salt_of(const std::uint8_t* seed, std::uint32_t index) noexcept {
  std::array<std::uint8_t, 4> suffix;
  store_u32(suffix.data(), index);
  const Digest digest =
      crypto::sha256({as_bytes(kSaltDomain), Bytes(seed, kSeedBytes), Bytes(suffix)});
  Salt salt;
  std::memcpy(salt.data(), digest.bytes.data(), salt.size());
  return salt;
}

Digest leaf_of(const Salt& salt, const Id& id, Bytes operation) noexcept {
  static constexpr std::uint8_t kPrefix[1] = {0};
  return crypto::sha256({Bytes(kPrefix), Bytes(salt), Bytes(id.bytes), operation});
}

const std::uint8_t* leaves_of(const LeafSource& source, std::uint32_t first,
                              const std::uint8_t* operation, std::span<Digest> out) noexcept {
  Batch batch(source);
  while (!out.empty()) {
    const auto count = static_cast<std::uint32_t>(std::min<std::size_t>(out.size(), kBatch));
    operation = batch.run(first, operation, out.first(count));
    first += count;
    out = out.subspan(count);
  }
  return operation;
}

Digest chunk_root(const LeafSource& source, std::uint32_t first, std::uint32_t count,
                  const std::uint8_t*& operation) noexcept {
  std::array<Digest, kLeafChunk> leaves;
  const std::span<Digest> used(leaves.data(), count);
  operation = leaves_of(source, first, operation, used);
  return crypto::merkle_root_in_place(used);
}

}  // namespace gs::graph
