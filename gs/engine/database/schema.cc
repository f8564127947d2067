// The schema in force: an entry of the log, of which the one with the greatest stamp counts.

#include "gs/core/crypto/sha256.h"
#include "gs/engine/database/commit_scratch.h"
#include "gs/engine/database/job.h"
#include "gs/engine/database/new_unique.h"
#include "gs/engine/database/open_change.h"

namespace gs::engine {

state::SchemaEntry Database::schema() const {
  std::lock_guard lock(commit_mutex_);
  return applier_.schema();
}

Result<Digest> Database::put_schema(std::string_view source, const Digest& previous) {
  GS_TRY(auto catalog, Catalog::compile(source, env_.clock, options_.stop));
  GS_TRY_OK(throttle());
  Sequence sequence = 0;
  Digest digest;
  std::optional<Job> job;  // while files of keys are there that no index has
  NewUniques uniques(*this);
  std::vector<NewUniques::NewUnique> looks;
  if (uniques.has_new_unique(*catalog)) {
    job.emplace(*this);
    if (!job->running()) return Error(Code::closed, "the storage is closed. Open it again");
    GS_TRY(looks, uniques.look_for_duplicates(catalog));
  }
  {
    std::lock_guard lock(commit_mutex_);
    GS_TRY_OK(writable());
    if (applier_.schema().digest != previous) {
      return Error(Code::conflict, "the storage has another schema by now. Look at it again");
    }
    GS_TRY_OK(uniques.check_rows_since(looks));
    const Buffer payload = graph::encode_schema({previous, source});
    GS_TRY_OK(OpenChange(*this).join_heads());
    const graph::Hlc hlc = id::hlc_next(last_hlc_, env_.clock->wall_ms());
    GS_TRY_OK(
        OpenChange(*this).ensure_room({graph::ChangeBuilder::cost(payload.size()), 0, 0}, hlc));
    const auto appended =
        builder_.append(static_cast<std::uint8_t>(graph::Kind::schema), graph::kLastOfTransaction,
                        nullptr, nullptr, hlc, payload.size());
    std::memcpy(appended.payload, payload.data(), payload.size());
    GS_TRY_OK(applier_.put_schema(payload, hlc, chain_));
    digest = applier_.schema().digest;
    publish_catalog(std::move(catalog));
    schema_.error = {};
    sequence = visible_.load(std::memory_order_relaxed) + 1;
    make_visible(sequence, hlc, 1);
  }
  job.reset();
  watchers_.wake();
  start_background();
  GS_TRY_OK(wait(sequence));
  return digest;
}

}  // namespace gs::engine
