#include "gs/engine/database/fit.h"

#include "gs/engine/catalog/lifter.h"
#include "gs/engine/database/scan.h"

namespace gs::engine {

namespace {

constexpr std::size_t kMisfitsMax = 3;
constexpr std::size_t kViolationsShown = 3;  // of each
constexpr std::uint64_t kRecordsPerProgress = 4096;

std::string told(const Id& id, const record::RecordView& record,
                 const std::vector<rules::Violation>& found) {
  std::string text = record.key().empty() ? id.text() : std::string(record.key());
  for (std::size_t i = 0; i < found.size() && i < kViolationsShown; ++i) {
    text += (i == 0 ? " (" : ", ") + found[i].text();
  }
  return text + (found.size() > kViolationsShown ? ", and more)" : ")");
}

}  // namespace

Result<Fit> look_at_records(const std::shared_ptr<Database>& database, const Catalog& catalog,
                            const rules::Rules& rules, const Progress& progress) {
  Fit fit;
  std::uint64_t total = 0;
  if (progress) {
    GS_TRY(const Stats stats, database->stats());
    total = stats.records;
  }
  ScanState scan(database, database->moment(), rules.collection(), {}, ~std::uint64_t{0});
  rules::Stops stops;
  while (const state::Met* const met = scan.next()) {
    if (progress && fit.records % kRecordsPerProgress == 0) progress(fit.records, total);
    ++fit.records;
    const state::Found found = met->found();
    const record::ShapePtr& shape = database->tables().shape(found.entry.shape).shape;
    const LiftedRecord record(&catalog, shape, found.record, &stops);
    GS_TRY_OK(stops.error());
    const auto wrong = rules.check(record.view(), catalog.functions());
    if (wrong.empty()) continue;
    fit.misfits.push_back(told(met->entry->id, record.view(), wrong));
    if (fit.misfits.size() == kMisfitsMax) break;
  }
  GS_TRY_OK(scan.error());
  return fit;
}

}  // namespace gs::engine
