#include "gs/engine/database/join.h"

#include <cstring>

#include "gs/engine/database/keys.h"
#include "gs/engine/database/open.h"

namespace gs::engine {

namespace {

Error does_not_fit(const char* what) {
  return Error(Code::damaged, std::string("the base ") + what);
}

}  // namespace

Error Joining::begin_part(Part part) {
  if (static_cast<int>(part) != static_cast<int>(part_) + 1) {
    return does_not_fit("does not consist of a statement, a checkpoint and a run");
  }
  GS_TRY_OK(end_part());
  if (part == Part::checkpoint) {
    GS_TRY(statement_, BaseStatement::decode(stated_));
    if (statement_.storage != storage_) return does_not_fit("is of another storage");
    GS_TRY_OK(env_.files->make_directory(kBaseDirectory, true));
  }
  part_ = part;
  const bool is_run = part == Part::run;
  bytes_max_ = is_run ? statement_.run.bytes : statement_.checkpoint.bytes;
  written_ = 0;
  GS_TRY(file_, env_.files->open(base_path(statement_.number, is_run ? ".gsr" : ".gsp"),
                                 platform::OpenMode::create));
  return {};
}

Error Joining::end_part() {
  if (file_ == nullptr) return {};
  if (written_ != bytes_max_) return does_not_fit("has a file of another size than is stated");
  GS_TRY_OK(file_->sync());
  file_.reset();
  return {};
}

Error Joining::add_piece(Part part, Bytes bytes) {
  if (part != part_) GS_TRY_OK(begin_part(part));
  if (part == Part::statement) {
    if (stated_.size() + bytes.size() > kBaseStatementBytesMax) {
      return does_not_fit("has too large a statement");
    }
    stated_.insert(stated_.end(), bytes.begin(), bytes.end());
    return {};
  }
  if (bytes.size() > bytes_max_ - written_) {
    return does_not_fit("has a file of another size than is stated");
  }
  GS_TRY_OK(file_->write(written_, bytes));
  written_ += bytes.size();
  return {};
}

Error Joining::begin_log() {
  if (part_ != Part::run) return does_not_fit("is not whole");
  GS_TRY_OK(end_part());
  log::Recovery recovery;
  const auto nothing = [](log::Location, std::uint64_t, Bytes) { return Error(); };
  GS_TRY(log_, log::Log::open(*env_.files, kLogDirectory, storage_, log::Options(), 0, 0, nothing,
                              recovery));
  left_ = statement_.changes;
  return {};
}

Error Joining::add_change(Bytes change) {
  if (log_ == nullptr) GS_TRY_OK(begin_log());
  if (left_ == 0) return does_not_fit("has fewer changes than are given");
  GS_TRY([[maybe_unused]] const graph::ChangeView view, graph::ChangeView::parse(change));
  GS_TRY(const log::Log::Space room, log_->begin(change.size()));
  std::memcpy(room.space.data(), change.data(), change.size());
  GS_TRY_OK(log_->write(change.size()));
  --left_;
  return {};
}

Error Joining::finish() {
  if (!is_complete()) return does_not_fit("lacks changes that come before its cut");
  GS_TRY_OK(log_->sync());
  GS_TRY_OK(log_->close());
  GS_TRY_OK(env_.files->write_whole(kBaseStatement, stated_));
  GS_TRY_OK(env_.files->sync_directory(kBaseDirectory));
  return write_storage_file(env_, storage_);
}

}  // namespace gs::engine
