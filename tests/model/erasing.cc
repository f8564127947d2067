// Erasing: the record is gone from every moment, and its bytes from every file.

#include <fstream>
#include <iterator>

#include "tests/model/steps.h"

namespace gs::model {

namespace {

namespace fs = std::filesystem;

}  // namespace

void Walk::erase() {
  const Id id = random_id();
  const bool known = written_.count(id) != 0;
  if (known && now_.count(id) != 0 && chance_.one_in(2)) return erase_secret();
  auto count = db_->erase(id, chance_.one_in(2) ? "because" : "");
  if (!known) {
    check(count.code() == Code::not_found, "an erasure of nothing");
    return;
  }
  check(count.ok(), "erase: " + count.error().text());
  forget(id);
}

void Walk::forget(const Id& id) {
  ++totals_.erasures;
  now_.erase(id);
  written_[id] = {"erase", {}, {}};
  erased_[id] = moments_.size();
  compare(id);
}

// No file may hold what was erased, whatever was done with it before.
void Walk::erase_secret() {
  const std::string secret = "secret" + std::to_string(chance_.bits());
  const Id id = random_id();
  const auto found = now_.find(id);
  if (found == now_.end()) return;
  Planned planned;
  Version version = *found->second;
  version.bytes.clear();
  const Object fields = {{"secret", secret}};
  put_fields(version.fields, fields);
  if (!check(db_->update(id, "{\"secret\":\"" + secret + "\"}"), "a secret")) return;
  plan_write(planned, id, std::move(version), {"update", fields, {}});
  took_effect(planned);
  for (std::uint64_t i = chance_.below(4); i > 0 && failure_.empty(); --i) {
    if (chance_.one_in(2)) check(db_->checkpoint(), "checkpoint");
    transaction();
  }
  if (!failure_.empty() || written_.count(id) == 0) return;
  auto count = db_->erase(id, "a secret");
  if (!check(count.ok(), "erase: " + count.error().text())) return;
  forget(id);
  for (const auto& file : fs::recursive_directory_iterator(path_)) {
    if (!file.is_regular_file()) continue;
    std::ifstream in(file.path(), std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(in)), {});
    check(text.find(secret) == std::string::npos,
          "what was erased is still in " + file.path().filename().string());
  }
}

}  // namespace gs::model
