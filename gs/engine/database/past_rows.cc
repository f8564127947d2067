#include "gs/engine/database/past_rows.h"

namespace gs::engine {

void begin_rows(const Base* base, std::shared_ptr<const log::View> log, Applier& past) {
  if (base != nullptr) return past.attach(base->begin(std::move(log)));
  auto empty = std::make_shared<state::Version>();
  empty->tables.push_back(std::make_shared<state::RowTable>());
  empty->log = std::move(log);
  past.attach(std::move(empty));
}

void begin_from(const Base* base, std::shared_ptr<const log::View> log, Applier& past) {
  begin_rows(base, std::move(log), past);
  if (base == nullptr) return;
  const state::Checkpoint& checkpoint = base->checkpoint();
  past.live_records() = checkpoint.live_records;
  past.reset_schema(checkpoint.schema);
  if (checkpoint.has_references()) past.reset_references(*checkpoint.references);
}

}  // namespace gs::engine
