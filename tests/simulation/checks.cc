#include "tests/simulation/checks.h"

#include "gs/core/graph/proof.h"
#include "gs/core/record/json.h"
#include "gs/engine/database/scan.h"

namespace gs::simulation {

namespace {

constexpr std::size_t kLandmarksMax = 4;
// Records asked for at a landmark: each walks the log.
constexpr int kAsked = 4;

std::string text_of(const record::RecordView& record) {
  std::string text;
  record::append_json(record, text);
  return text;
}

std::string read_records(const DatabasePtr& db, Found& found) {
  engine::ScanState scan(db, db->moment(), {}, Id{}, ~std::uint64_t{0});
  while (const state::Met* const each = scan.next()) {
    if (!found.emplace(each->entry->id, text_of(scan.hold(*each)->view())).second)
      return "a scan shows a record twice";
    const auto got = db->get(each->entry->id);
    if (!got.ok()) return "a scan shows a record that get does not find: " + got.error().text();
  }
  return {};
}

// Larger than any file of a simulation.
constexpr std::uint64_t kFileBytesMax = std::uint64_t{1} << 30;

std::string check_gone_in(platform::FileSystem& files, const std::string& directory,
                          const std::set<std::string>& marks) {
  const auto names = files.list(directory);
  if (!names.ok()) return {};  // not there yet
  for (const std::string& name : names.value()) {
    const std::string path = directory + "/" + name;
    const auto bytes = files.read_whole(path, kFileBytesMax);
    if (!bytes.ok()) return path + " cannot be read: " + bytes.error().text();
    for (const std::string& mark : marks) {
      if (as_text(bytes.value()).find(mark) != std::string_view::npos)
        return path + " has bytes of what was erased: " + mark;
    }
  }
  return {};
}

std::string check_at(const DatabasePtr& db, const Landmark& landmark, const Id& id) {
  const auto held = db->get_at(id, landmark.change);
  const std::string name = "record " + id.text() + " at change " + landmark.change.text();
  if (!held.ok() && held.code() != Code::not_found && held.code() != Code::erased)
    return name + ": " + held.error().text();
  const std::string text = held.ok() ? text_of(held.value()->view()) : std::string();
  const auto document = landmark.content.find(id);
  const std::string then = document == landmark.content.end() ? "" : document->second->json;
  const auto erased = landmark.erased.find(id);
  if (erased == landmark.erased.end()) return text == then ? "" : name + " is " + text;
  if (text.empty()) return {};
  return erased->second || text != then ? name + " was erased and is " + text : std::string();
}

}  // namespace

std::string read_all(const DatabasePtr& db, Found& found) {
  std::string unreadable = read_records(db, found);
  if (!unreadable.empty()) return unreadable;
  const auto stats = db->stats();
  if (!stats.ok()) return "no stats: " + stats.error().text();
  if (stats->records == found.size()) return {};
  return "stats say " + std::to_string(stats->records) + " records, a scan shows " +
         std::to_string(found.size());
}

std::string check_content(const DatabasePtr& db, const Content& content) {
  Found found;
  std::string unreadable = read_records(db, found);
  if (!unreadable.empty()) return unreadable;
  return same(content, found) ? std::string() : "another content than before";
}

std::string complaint(const VerifyReport& report) {
  for (const VerifySection& section : report.sections) {
    if (!section.ok) return "verify " + section.name + ": " + section.detail;
  }
  return {};
}

std::string check_verified(const DatabasePtr& db, bool full) {
  VerifyOptions options;
  options.full = full;
  const auto report = db->verify(options);
  return report.ok() ? complaint(report.value()) : "cannot verify: " + report.error().text();
}

std::string check_proof(const DatabasePtr& db, const Id& id, const Effect* last, Totals& totals) {
  const auto text = db->proof(id);
  if (text.ok()) {
    const auto proof = graph::parse_proof(text.value());
    if (!proof.ok() || !graph::check(proof.value()).ok()) return "a proof that proves nothing";
    ++totals.proven;
  }
  const bool there = last != nullptr && last->document != nullptr;
  if (there && !text.ok()) return "no proof: " + text.error().text();
  const bool erased = last != nullptr && last->erased;
  if (erased && text.code() != Code::erased) return "a proof of what was erased: " + id.text();
  return {};
}

std::string check_indexes(const DatabasePtr& db, Totals& totals) {
  const engine::Moment before = db->moment();
  for (const engine::IndexView::One& each : before.indexes->all) {
    if (!each.is_whole) {
      const Error error = db->build_index(each.index->digest);
      if (error) return "an index cannot be made: " + error.text();
      ++totals.built_indexes;
    }
  }
  const engine::Moment now = db->moment();
  for (const engine::IndexView::One& each : now.indexes->all) {
    const rules::IndexDefinition& definition = each.index->definition;
    const auto held = engine::tiers(each, *now.version, now.at);
    if (!held.ok()) return definition.text() + ": " + held.error().text();
    index::Cursor cursor(*held, now.at);
    std::set<std::pair<Buffer, Id>> pairs;
    while (cursor.next()) {
      pairs.emplace(Buffer(cursor.key().begin(), cursor.key().end()), cursor.id());
    }
    engine::ScanState scan(db, now, definition.collection, Id{}, ~std::uint64_t{0});
    engine::KeyMaker maker(definition);
    engine::KeyList keys;
    std::size_t expected = 0;
    while (const state::Met* const met = scan.next()) {
      maker.make(scan.hold(*met)->view(), keys);
      for (std::size_t i = 0; i < keys.size(); ++i) {
        ++expected;
        if (pairs.count({Buffer(keys[i].begin(), keys[i].end()), met->entry->id}) != 0) continue;
        return definition.text() + " lacks a key of " + met->entry->id.text();
      }
    }
    if (expected != pairs.size()) return definition.text() + " has keys that no record has";
    ++totals.checked_indexes;
  }
  return {};
}

std::string check_gone(platform::FileSystem& files, const std::set<std::string>& marks) {
  std::string found = check_gone_in(files, "log", marks);
  return found.empty() ? check_gone_in(files, "state", marks) : found;
}

void Landmarks::add(const Digest& change, const Model& model) {
  landmarks_.push_back({change, model.size(), model.now(), {}});
  if (landmarks_.size() > kLandmarksMax) landmarks_.pop_front();
}

void Landmarks::erased(const Id& id, bool certain) {
  for (Landmark& landmark : landmarks_) {
    bool& known = landmark.erased[id];
    known = known || certain;
  }
}

std::string Landmarks::settle(const DatabasePtr& db, const Model& model) {
  std::erase_if(landmarks_,
                [&](const Landmark& landmark) { return landmark.position > model.size(); });
  for (const Landmark& landmark : landmarks_) {
    const auto change = db->change(landmark.change, nullptr);
    if (!change.ok()) return "a change that lasted is not found: " + change.error().text();
  }
  return {};
}

std::string Landmarks::check(const DatabasePtr& db, const Model& model,
                             platform::SeededRandom& random, Totals& totals) const {
  if (landmarks_.empty()) return {};
  const Landmark& landmark = landmarks_[random.below(landmarks_.size())];
  for (int i = 0; i < kAsked && !model.known().empty(); ++i) {
    const auto at = static_cast<std::ptrdiff_t>(random.below(model.known().size()));
    std::string wrong = check_at(db, landmark, *std::next(model.known().begin(), at));
    if (!wrong.empty()) return wrong;
    ++totals.looked_back;
  }
  return {};
}

}  // namespace gs::simulation
