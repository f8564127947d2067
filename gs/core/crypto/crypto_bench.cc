// What hashing and signing cost at the sizes of the formats. Compare commits, not machines: the
// openssl_* lines are the same work by OpenSSL's usual calls in the same run.
#include <benchmark/benchmark.h>
#include <openssl/evp.h>

#include "gs/core/crypto/merkle.h"
#include "gs/core/crypto/sha256.h"
#include "gs/core/crypto/signature.h"

namespace gs::crypto {
namespace {

constexpr std::size_t kLeafHeadBytes = 33;  // prefix 1, salt 16, id 16
constexpr std::size_t kLeafBodyBytes = 240;

void bm_sha256(benchmark::State& state) {
  const Buffer bytes(static_cast<std::size_t>(state.range(0)), 0x5a);
  for (auto _ : state) benchmark::DoNotOptimize(sha256(bytes));
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(bm_sha256)->ArgName("bytes")->Arg(36)->Arg(65)->Arg(273)->Arg(4096)->Arg(1 << 20);

void openssl_sha256(benchmark::State& state) {
  const Buffer bytes(static_cast<std::size_t>(state.range(0)), 0x5a);
  Digest digest;
  for (auto _ : state) {
    EVP_Digest(bytes.data(), bytes.size(), digest.bytes.data(), nullptr, EVP_sha256(), nullptr);
    benchmark::DoNotOptimize(digest);
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(openssl_sha256)->ArgName("bytes")->Arg(36)->Arg(65)->Arg(273)->Arg(4096)->Arg(1 << 20);

void bm_node(benchmark::State& state) {
  const Digest left = sha256(as_bytes("left"));
  const Digest right = sha256(as_bytes("right"));
  for (auto _ : state) benchmark::DoNotOptimize(node_hash(left, right));
}
BENCHMARK(bm_node);

// The leaves of one change of 1,000 operations: one after the other, and together.
struct Leaves {
  std::vector<Buffer> heads{1000, Buffer(kLeafHeadBytes, 1)};
  std::vector<Buffer> bodies{1000, Buffer(kLeafBodyBytes, 2)};
  std::vector<Digest> digests{1000};
};

void bm_1000_leaves_one_by_one(benchmark::State& state) {
  Leaves leaves;
  for (auto _ : state) {
    for (std::size_t i = 0; i < 1000; ++i) {
      leaves.digests[i] = sha256({leaves.heads[i], leaves.bodies[i]});
    }
    benchmark::DoNotOptimize(leaves.digests.data());
  }
  state.SetItemsProcessed(state.iterations() * 1000);
}
BENCHMARK(bm_1000_leaves_one_by_one);

void bm_1000_leaves_together(benchmark::State& state) {
  Leaves leaves;
  std::vector<Message> messages(1000);
  for (auto _ : state) {
    for (std::size_t i = 0; i < 1000; ++i) messages[i] = {leaves.heads[i], leaves.bodies[i]};
    sha256_many(messages, leaves.digests);
    benchmark::DoNotOptimize(leaves.digests.data());
  }
  state.SetItemsProcessed(state.iterations() * 1000);
}
BENCHMARK(bm_1000_leaves_together);

// 36 bytes each, the size of a salt's input without its words.
void bm_1000_salts_together(benchmark::State& state) {
  const std::vector<Buffer> inputs(1000, Buffer(36, 3));
  std::vector<Message> messages(1000);
  std::vector<Digest> digests(1000);
  for (auto _ : state) {
    for (std::size_t i = 0; i < 1000; ++i) messages[i] = {{}, inputs[i]};
    sha256_many(messages, digests);
    benchmark::DoNotOptimize(digests.data());
  }
  state.SetItemsProcessed(state.iterations() * 1000);
}
BENCHMARK(bm_1000_salts_together);

// 999 nodes.
void bm_root_of_1000(benchmark::State& state) {
  const std::vector<Digest> leaves(1000, sha256(as_bytes("leaf")));
  std::vector<Digest> scratch;
  for (auto _ : state) {
    scratch = leaves;
    benchmark::DoNotOptimize(merkle_root_in_place(scratch));
  }
  state.SetItemsProcessed(state.iterations() * 999);
}
BENCHMARK(bm_root_of_1000);

void bm_sign(benchmark::State& state) {
  const Digest seed = sha256(as_bytes("seed"));
  const KeyPair pair = KeyPair::from_seed(seed.bytes);
  for (auto _ : state) benchmark::DoNotOptimize(pair.sign(seed.bytes));
}
BENCHMARK(bm_sign);

void bm_verify(benchmark::State& state) {
  const Digest seed = sha256(as_bytes("seed"));
  const KeyPair pair = KeyPair::from_seed(seed.bytes);
  const Signature signature = pair.sign(seed.bytes);
  for (auto _ : state) {
    if (verify(Algorithm::ed25519, pair.public_key(), seed.bytes, signature)) {
      state.SkipWithError("a good signature was refused");
    }
  }
}
BENCHMARK(bm_verify);

}  // namespace
}  // namespace gs::crypto
