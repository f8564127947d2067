// Which frames behind a torn one are evidence that it was on stable storage.
//
// A record can hold anything: also a copy of a log, with frames whose checksums are right. Frame
// numbers and checksums are anybody's to make; a signature under the right place in a writer's
// chain is not. So a frame counts if its change
//   - names this storage,
//   - is later in its writer's chain than what was replayed, by no more changes than there is room
//     for frames in between (so no change that this log holds already can count),
//   - follows that writer's newest change, if it is the next one,
//   - is signed by its writer.
// What cannot be told counts as well, because then nothing is cut: changes of newer versions and of
// algorithms whose key is not in the change, and whatever comes when kEvidenceSignaturesMax were
// checked.
//
// What it cannot see through: changes of a copy of this storage that went its own way. They are
// signed, of this storage, and not known here.

#include "gs/engine/database/database.h"
#include "gs/engine/database/opening.h"

namespace gs::engine {

namespace {

// Forged changes cost one check each, about 60 us: a second, then. An honest log needs one.
constexpr std::uint32_t kEvidenceSignaturesMax = 16384;

}  // namespace

bool Database::Opening::may_be_next(const graph::ChangeView& change, std::uint64_t ahead) const {
  const std::uint32_t number = db_.tables_.find_writer(change.chain());
  const bool known = number < db_.heads_.size() && !db_.heads_[number].change.is_zero();
  const std::uint64_t next = known ? db_.heads_[number].sequence + 1 : 0;
  if (change.sequence() < next) return false;
  if (change.sequence() - next > ahead) return false;
  return !known || change.sequence() != next || change.prev() == db_.heads_[number].change;
}

bool Database::Opening::is_evidence(std::uint64_t ahead, Bytes bytes,
                                    std::uint32_t& checked) const {
  const auto parsed = graph::ChangeView::parse(bytes);
  if (!parsed.ok()) return parsed.code() == Code::newer_format;
  const graph::ChangeView& change = parsed.value();
  if (change.storage() != db_.storage_)
    return false;  // the genesis change, too: nothing is before it
  if (!may_be_next(change, ahead)) return false;
  if (change.algorithm() != crypto::Algorithm::ed25519) return true;
  if (checked == kEvidenceSignaturesMax) return true;
  ++checked;
  return change.verify_signature().ok();
}

}  // namespace gs::engine
