// From a table to a run, and from runs to one run.

#include "gs/storage/index/merge.h"
#include "gs/storage/state/state.h"

namespace gs::index {
namespace {

// Hands pairs to a writer, and a turn to others from time to time.
class PairCopier {
 public:
  PairCopier(RunWriter& writer, const MergeOptions& options, std::uint64_t total)
      : writer_(writer), options_(options), total_(total) {}

  Error copy(Merge& merge) {
    if (options_.progress) options_.progress(0, total_);
    for (merge.seek(Pair::of({}, Id{})); merge.next();) {
      ++done_;
      step_bytes_ += sizeof(Id) + merge.pair().key.size();
      if (step_bytes_ >= state::kMergeStepBytes) GS_TRY_OK(pause());
      if (merge.is_removed() && options_.drop_removed) continue;
      GS_TRY_OK(writer_.add(merge.pair().key, *merge.pair().id, merge.is_removed()));
    }
    return {};
  }

 private:
  Error pause() {
    step_bytes_ = 0;
    if (options_.progress) options_.progress(done_, total_);
    return options_.between ? options_.between() : Error();
  }

  RunWriter& writer_;
  const MergeOptions& options_;
  std::uint64_t total_;         // pairs of all runs, also those that a newer one replaces
  std::uint64_t done_ = 0;      // pairs
  std::size_t step_bytes_ = 0;  // taken since the last call of `between`
};

}  // namespace

Error write_run(platform::FileSystem& files, const std::string& path, std::uint64_t number,
                const Table& table) {
  GS_TRY(const auto writer, RunWriter::create(files, path, number));
  TableSource source(table, ~Sequence{0});
  for (source.seek(Pair::of({}, Id{})); !source.done(); source.next()) {
    GS_TRY_OK(writer->add(source.pair().key, *source.pair().id, source.is_removed()));
  }
  return writer->finish();
}

Error merge_runs(platform::FileSystem& files, const std::string& path, std::uint64_t number,
                 const std::vector<std::shared_ptr<const Run>>& runs, const MergeOptions& options) {
  std::uint64_t total = 0;
  std::vector<std::unique_ptr<Source>> sources;
  for (const auto& run : runs) {
    total += run->pair_count();
    sources.push_back(std::make_unique<RunSource>(*run));
  }
  Merge merge(std::move(sources));
  GS_TRY(const auto writer, RunWriter::create(files, path, number));
  GS_TRY_OK(PairCopier(*writer, options, total).copy(merge));
  // What a damaged run hides would be missing, and nothing would tell of it any more.
  for (const auto& run : runs) GS_TRY_OK(run->damage());
  return writer->finish();
}

std::size_t runs_to_merge(const std::vector<std::shared_ptr<const Run>>& runs) {
  std::vector<std::uint64_t> sizes;
  sizes.reserve(runs.size());
  for (const auto& run : runs) sizes.push_back(run->file_bytes());
  return state::runs_to_merge(sizes);
}

}  // namespace gs::index
