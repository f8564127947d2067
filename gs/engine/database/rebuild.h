// The state that a log alone leads to, built aside in bounded memory. One thread.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "gs/engine/database/base.h"
#include "gs/engine/database/digest.h"
#include "gs/engine/database/replay_runs.h"

namespace gs::engine {

class Rebuild {
 public:
  // `env` outlives this object. `memory_bytes`: of rows before they go to a run.
  Rebuild(std::shared_ptr<const log::View> log, const platform::Environment& env,
          std::size_t memory_bytes) {
    auto empty = std::make_shared<state::Version>();
    empty->tables.push_back(std::make_shared<state::RowTable>());
    empty->log = std::move(log);
    attach(std::move(empty));
    applier_.distrust(true);
    applier_.spill_at(memory_bytes, [this, &env] { return spill(env); });
  }

  // Of a shallow storage, before the first change: what follows are those behind the cut.
  Error begin(const Base& base, platform::FileSystem& files) {
    GS_TRY(const state::Checkpoint checkpoint, base.read_checkpoint(files, tables_));
    attach(base.begin(version_->log));
    applier_.reset_schema(checkpoint.schema);
    if (checkpoint.has_references()) applier_.reset_references(*checkpoint.references);
    return {};
  }

  // In the order of the log; what is not of the state is only noted.
  Error apply(log::Location at, Bytes bytes, bool is_in_state) {
    GS_TRY(const graph::ChangeView change, graph::ChangeView::parse(bytes));
    return is_in_state ? applier_.replay(change, at, sequence_)
                       : applier_.note(change, at, sequence_);
  }

  // Of a log with twins, in which not all names count: behind the last change.
  void use_references(state::References references) {
    applier_.reset_references(std::move(references));
  }

  Result<Digest> digest() {
    std::vector<Digest> buckets;
    BucketSet all;
    all.set();
    return state_digest(version_, sequence_, tables_, applier_.references(), all, buckets);
  }

 private:
  void attach(std::shared_ptr<const state::Version> version) {
    version_ = std::move(version);
    applier_.attach(version_);
  }
  Error spill(const platform::Environment& env) {
    if (!runs_) {
      GS_TRY(runs_, ReplayRuns::aside(env, [this] { return next_number_++; }));
    }
    GS_TRY(auto version, runs_->add(*version_, tables_));
    attach(std::move(version));
    return {};
  }

  state::Tables tables_;
  std::shared_ptr<const state::Version> version_;
  Applier applier_{tables_};
  Sequence sequence_ = 0;
  std::uint64_t next_number_ = 1;
  std::unique_ptr<ReplayRuns> runs_;  // once the table was full
};

}  // namespace gs::engine
