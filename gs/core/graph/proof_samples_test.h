// A proof for tests and fuzzers: operation 1 of the sample change, in a log of five changes.
#pragma once

#include "gs/core/graph/proof.h"
#include "gs/core/graph/samples_test.h"

namespace gs::graph::testing {

inline LogProof log_proof_of(const Digest& change, const Digest& storage) {
  std::vector<Digest> leaves;
  for (const char* other : {"a", "b", "c", "d"}) leaves.push_back(log_leaf(digest_of(other)));
  leaves.insert(leaves.begin() + 2, log_leaf(change));
  const crypto::KeyPair signer = key_of(50);
  LogProof log;
  log.index = 2;
  log.size = leaves.size();
  log.path = crypto::inclusion_path(leaves, 2);
  log.root = crypto::merkle_root(leaves);
  log.signer = writer_of(signer);
  log.signature = sign_log_head(signer, storage, log.size, log.root);
  return log;
}

inline Result<Proof> proof_of(const Buffer& bytes, std::uint32_t operation) {
  const ChangeView change = ChangeView::parse(bytes).value();
  const auto city = city_shape();
  return make_proof(change, operation, city.get(), log_proof_of(change.digest(), change.storage()));
}

inline Proof sample_proof() { return proof_of(sample_change(), 1).value(); }

}  // namespace gs::graph::testing
