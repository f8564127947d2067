// Run::check(): reads all of a run and says whether it is what a RunWriter wrote.

#include <string>

#include "gs/storage/state/id_key.h"
#include "gs/storage/state/run_view.h"

namespace gs::state {

Error Run::check_sums() const { return impl_->blocks.all_sound() ? Error() : damage(); }

Error Run::check() const {
  GS_TRY_OK(check_sums());
  const Impl& run = *impl_;
  for (std::uint64_t i = 0; i < run.footer.collection_count; ++i) {
    const RunCollection& row = run.walks.directory[i];
    for (std::uint64_t n = 0; n < row.count; ++n) {
      const std::uint64_t number = row.first + n;
      const Entry& entry = run.walks.entries[number];
      const auto wrong = [&](const char* what) {
        return damaged_run(run.name, "entry " + std::to_string(number) + ": " + what);
      };
      if (n > 0 && !id_less(run.walks.entries[number - 1].id, entry.id))
        return wrong("out of order");
      const std::uint64_t* const keys = run.walks.sparse + row.sparse_first;
      const std::uint64_t* const tops = keys + key_count(row.count);
      const std::uint64_t prefix = id_prefix(entry.id);
      if ((n % kSparseStep == 0 && keys[n / kSparseStep] != prefix) ||
          (n % kTopStep == 0 && tops[n / kTopStep] != prefix)) {
        return wrong("the sparse index says otherwise");
      }
      if (entry.has_image() && image_at(entry.image_position(), Pattern::sequential) == nullptr) {
        return wrong("its image is outside of the file");
      }
      if (entry.kind() == Entry::Kind::record &&
          images(Pattern::sequential).record_at(entry.position()) == nullptr) {
        return wrong("its record is outside of the file");
      }
      // An id that is in two collections is found in the first one written.
      const Entry* const found = find(entry.id, hash_id(entry.id));
      if (found == nullptr || !same_id(found->id, entry.id)) return wrong("not found by its id");
    }
  }
  return {};
}

}  // namespace gs::state
