// Checking a proof needs no storage: this file uses nothing but the pure core.

#include "gs/core/graph/proof.h"
#include "globalstorage/storage.h"

namespace gs {

Result<ProofReport> verify_proof(std::string_view proof_json,
                                 const std::optional<Digest>& log_root) {
  GS_TRY(const graph::Proof proof, graph::parse_proof(proof_json));
  GS_TRY(graph::Proven proven, graph::check(proof));
  if (log_root && proven.log_root != *log_root) {
    return Error(Code::broken_chain, "the proof belongs to a log with root " +
                                         proven.log_root.text() + ", not to the one expected");
  }
  ProofReport report;
  report.storage = proven.storage;
  report.change = proven.change;
  report.writer = proven.writer;
  report.id = proven.id;
  report.time_ms = id::hlc_ms(proven.hlc);
  report.kind = graph::kind_name(static_cast<std::uint8_t>(proven.kind));
  report.collection = std::move(proven.collection);
  report.json = std::move(proven.json);
  report.log_root = proven.log_root;
  report.log_signer = proven.log_signer;
  report.log_size = proven.log_size;
  return report;
}

}  // namespace gs
