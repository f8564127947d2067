// Opening again, also after files of the state are lost; readers beside, and copies.

#include <algorithm>

#include "tests/model/steps.h"

namespace gs::model {

namespace {

namespace fs = std::filesystem;

}  // namespace

void Walk::open(bool create) {
  auto opened = create ? Storage::create(path_, {}, options_) : Storage::open(path_, options_);
  if (!check(opened.ok(), "open: " + opened.error().text())) return;
  db_ = std::move(*opened);
  storage_ = db_->id();
  check(!db_->read_only(),
        "opened read-only: " + (db_->recovery().damage.empty() ? "" : db_->recovery().damage[0]));
  check(!db_->recovery().torn_tail_cut, "a tail was cut after a clean close");
  ++totals_.opens;
}

void Walk::reopen() {
  auto before = db_->digest();
  if (!check(before.ok(), "digest")) return;
  kept_.clear();
  records_.clear();
  scans_.clear();
  if (!check(db_->close(), "close")) return;
  check(db_->get(Id{}).code() == Code::closed, "reading after close");
  db_.reset();
  const std::uint64_t lost = chance_.below(6);
  if (lost == 0) fs::remove_all(path_ / "state");
  if (lost <= 1) fs::remove(path_ / "manifest");
  if (lost == 2) fs::remove(path_ / "log/mark");
  if (lost == 3) lose_a_state_file();
  options_ = random_options();
  open(false);
  if (!failure_.empty()) return;
  auto after = db_->digest();
  if (!check(after.ok(), "digest")) return;
  check(before->digest == after->digest, "the state digest changed by closing and opening");
  check(before->frontier == after->frontier, "the frontier changed by closing and opening");
  check(differs(*db_, now_), "after opening again");
}

void Walk::lose_a_state_file() {
  std::vector<fs::path> files;
  for (const auto& file : fs::directory_iterator(path_ / "state")) files.push_back(file.path());
  std::sort(files.begin(), files.end());
  if (!files.empty()) fs::remove(files[chance_.below(files.size())]);
}

// What the directory holds when everything is synced, seen by somebody else.
void Walk::compare_other(const std::string& directory, bool read_only, const char* what) {
  Options options = random_options();
  options.read_only = read_only;
  auto other = Storage::open(directory, options);
  if (!check(other.ok(), std::string(what) + ": " + other.error().text())) return;
  check(differs(*other, now_), what);
  auto mine = db_->digest();
  auto theirs = other->digest();
  check(mine.ok() && theirs.ok() && mine->digest == theirs->digest,
        std::string(what) + ": another state digest");
  auto report = other->verify({});
  check(report.ok() && report->ok, std::string(what) + ": does not verify");
  if (!read_only) {
    check(other->insert("City", "{\"written\":\"elsewhere\"}").ok(), what);
    check(other->writer() != db_->writer(), std::string(what) + ": the same writer");
  }
  check(other->close(), what);
}

void Walk::read_beside() {
  if (check(db_->sync(), "sync")) compare_other(path_, true, "a reader beside");
}

// As a program for copying would, while runs come and go. The log is synced and nobody writes.
void Walk::copy_directory(const fs::path& to) {
  std::vector<fs::path> files;
  for (const auto& each : fs::recursive_directory_iterator(path_)) {
    if (each.is_regular_file()) files.push_back(fs::relative(each.path(), path_));
  }
  for (const fs::path& file : files) {
    std::error_code gone;
    fs::create_directories((to / file).parent_path());
    fs::copy_file(path_ / file, to / file, gone);
  }
}

void Walk::copies() {
  if (!check(db_->sync(), "sync")) return;
  ++totals_.copies;
  const std::string copy = home_ + "/copy";
  const std::string restored = home_ + "/restored";
  fs::remove_all(copy);
  fs::remove_all(restored);
  if (chance_.one_in(3)) {
    copy_directory(copy);
    return compare_other(copy, false, "a copied directory");
  }
  if (!check(db_->backup(copy), "backup")) return;
  compare_other(copy, true, "a backup");
  if (!check(Storage::restore(copy, restored), "restore")) return;
  compare_other(restored, false, "a restored backup");
}

}  // namespace gs::model
