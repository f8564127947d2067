// Run::check(): reads all of a run and says whether it is what a RunWriter wrote.

#include <string>

#include "gs/storage/index/run_view.h"
#include "gs/storage/index/source.h"

namespace gs::index {
namespace {

// The pairs of a run, one after the other, with what each must be to the one before it.
class PairCheck {
 public:
  explicit PairCheck(const Run& run) : run_(run), source_(run) {}

  // What is wrong with the next pair; null when nothing is. Damage ends the walk.
  const char* next() {
    const Pair& pair = source_.pair();
    const bool is_first = pairs_ == 0;
    const Pair last = Pair::of(last_key_, last_id_);
    if (!is_first && compare(last, pair) >= 0) return "out of order";
    if (!is_found(pair, source_.block_at())) return "not found by itself";
    if (source_.block_at() != block_at_) {
      if (!is_first && !is_found(last, block_at_))
        return "the one before it is not found by itself";
      if (!is_behind(source_.block_at(), block_at_))
        return "its block does not follow the last one";
    }
    block_at_ = source_.block_at();
    last_key_.assign(pair.key.begin(), pair.key.end());
    last_id_ = *pair.id;
    ++pairs_;
    removed_ += source_.is_removed() ? 1 : 0;
    source_.next();
    return nullptr;
  }
  bool begin() {
    source_.seek(Pair::of({}, Id{}));
    return !source_.done();
  }
  bool done() const noexcept { return source_.done(); }
  std::uint64_t pairs() const noexcept { return pairs_; }
  std::uint64_t removed() const noexcept { return removed_; }

 private:
  bool is_found(const Pair& pair, std::uint64_t block_at) const {
    Block found;
    return run_.find(&pair, found) && found.at() == block_at;
  }
  bool is_behind(std::uint64_t at, std::uint64_t last_at) const {
    Block block;
    Block before;
    if (!run_.read(at, 0, block)) return false;
    const Run::Step step = run_.previous(block, before);
    return last_at == 0 ? step == Run::Step::end
                        : step == Run::Step::block && before.at() == last_at;
  }

  const Run& run_;
  RunSource source_;
  Buffer last_key_;
  Id last_id_;
  std::uint64_t block_at_ = 0;
  std::uint64_t pairs_ = 0;
  std::uint64_t removed_ = 0;
};

}  // namespace

Error Run::check_sums() const { return impl_->sums.all_sound() ? Error() : damage(); }

Error Run::check() const {
  GS_TRY_OK(check_sums());
  PairCheck pairs(*this);
  if (pairs.begin()) {
    while (!pairs.done()) {
      if (const char* const wrong = pairs.next()) {
        return damaged_index_run(impl_->name,
                                 "pair " + std::to_string(pairs.pairs()) + ": " + wrong);
      }
    }
  }
  GS_TRY_OK(damage());
  if (pairs.pairs() != pair_count() || pairs.removed() != removed_count()) {
    return damaged_index_run(impl_->name, "the footer counts other pairs than there are");
  }
  return {};
}

}  // namespace gs::index
