// Random updates of fields in two replicas of one storage, and their exchange by bundles.
#include <algorithm>
#include <cstdio>

#include "bench/bench.h"
#include "bench/child_rows.h"
#include "bench/field_updates.h"
#include "bench/need.h"
#include "globalstorage/storage.h"

namespace gs::bench {
namespace {

constexpr const char* kFieldsCollection = "Record";

// Batches as an application would have them, each durable when its commit returns.
template <typename Stage>
void in_batches(Storage& db, std::uint32_t count, Stage stage) {
  constexpr auto kUpdates = static_cast<std::uint32_t>(kBatch);
  for (std::uint32_t first = 0; first < count; first += kUpdates) {
    Transaction transaction = db.begin();
    const std::uint32_t end = std::min(first + kUpdates, count);
    for (std::uint32_t i = first; i < end; ++i) stage(transaction, i);
    need(transaction.commit().error(), "commit");
  }
}

class FieldReplicas {
 public:
  FieldReplicas(const std::string& directory, const FieldUpdates& updates)
      : directory_(directory), updates_(updates) {
    for (std::uint32_t field = 0; field < FieldUpdates::kFields; ++field) {
      names_.push_back(FieldUpdates::field_name(field));
    }
  }

  // Makes the records in one storage, and a replica of it.
  void fill() {
    Storage first = need(Storage::create(directory_ + "/0"), "create");
    Object object;
    for (const std::string& name : names_) object.emplace_back(name, Value());
    in_batches(first, updates_.records(), [&](Transaction& transaction, std::uint32_t record) {
      for (std::uint32_t field = 0; field < object.size(); ++field) {
        object[field].second = Value(static_cast<double>(updates_.initial(record, field)));
      }
      ids_.push_back(need(transaction.insert(kFieldsCollection, object), "insert"));
    });
    since_ = need(first.heads(), "heads");
    need(Storage::clone(directory_ + "/0", directory_ + "/1"), "clone");
    replicas_.push_back(std::move(first));
    replicas_.push_back(need(Storage::open(directory_ + "/1"), "open"));
  }

  // `count` updates in each.
  void update(std::uint32_t count) {
    Object change(1);
    for (std::uint32_t replica = 0; replica < replicas_.size(); ++replica) {
      in_batches(replicas_[replica], count, [&](Transaction& transaction, std::uint32_t index) {
        const auto [record, field, value] = updates_.at(replica, index);
        change[0].first = names_[field];
        change[0].second = Value(static_cast<double>(value));
        need(transaction.update(ids_[record], change), "update");
      });
    }
  }

  // Each gives the other what it lacks; returns the bytes of both files.
  std::uint64_t exchange() {
    std::uint64_t bytes = 0;
    for (std::size_t from = 0; from < replicas_.size(); ++from) {
      bytes +=
          need(replicas_[from].create_bundle(bundle(from), since_), "create_bundle").file_bytes;
    }
    for (std::size_t to = 0; to < replicas_.size(); ++to) {
      const ApplyReport report = need(replicas_[to].apply_bundle(bundle(1 - to)), "apply_bundle");
      if (report.taken != report.changes) fail("fields: not every change of a bundle was taken");
    }
    return bytes;
  }

  // Every field has what one of the replicas wrote last, or what it had before; both the same.
  void check(std::uint32_t count) const {
    const std::vector<std::uint32_t> last[] = {last_of(0, count), last_of(1, count)};
    for (std::uint32_t record = 0; record < updates_.records(); ++record) {
      const Record a = need(replicas_[0].get(ids_[record]), "get");
      const Record b = need(replicas_[1].get(ids_[record]), "get");
      for (std::uint32_t field = 0; field < FieldUpdates::kFields; ++field) {
        const std::uint32_t place = record * FieldUpdates::kFields + field;
        const std::uint32_t found = value_of(a, field);
        std::uint32_t first = last[0][place];
        std::uint32_t second = last[1][place];
        if (first == kNotWritten) first = second;
        if (second == kNotWritten) second = first;
        if (first == kNotWritten) first = updates_.initial(record, field);
        if (found != value_of(b, field) || (found != first && found != second)) {
          fail("fields: a field is not what was written");
        }
      }
    }
    const Digest digest = need(replicas_[0].digest(), "digest").digest;
    if (digest != need(replicas_[1].digest(), "digest").digest) fail("fields: replicas differ");
  }

  void close() {
    for (Storage& replica : replicas_) need(replica.close(), "close");
  }

 private:
  static constexpr std::uint32_t kNotWritten = ~std::uint32_t{0};

  std::string bundle(std::size_t from) const {
    return directory_ + "/of-" + std::to_string(from) + ".bundle";
  }

  // What each field was given last in this replica, by record and field.
  std::vector<std::uint32_t> last_of(std::uint32_t replica, std::uint32_t count) const {
    std::vector<std::uint32_t> last(updates_.records() * FieldUpdates::kFields, kNotWritten);
    for (std::uint32_t i = 0; i < count; ++i) {
      const auto [record, field, value] = updates_.at(replica, i);
      last[record * FieldUpdates::kFields + field] = value;
    }
    return last;
  }

  std::uint32_t value_of(const Record& record, std::uint32_t field) const {
    const Field found = record.find(names_[field]).value_or(Field());
    return static_cast<std::uint32_t>(found.number().value_or(-1));
  }

  std::string directory_;
  FieldUpdates updates_;
  std::vector<std::string> names_;
  std::vector<Id> ids_;
  std::vector<Digest> since_;
  std::vector<Storage> replicas_;
};

void print_cost(const char* name, const Cost& cost) {
  std::printf("%s_wall_s %.9g\n%s_cpu_s %.9g\n", name, cost.wall_s, name, cost.cpu_s);
}

std::uint32_t word_number(const std::string& word) {
  return static_cast<std::uint32_t>(std::stoul(word));
}

}  // namespace

int child_fields(const Words& words) {
  const std::uint32_t each = word_number(words.at(3));
  const std::uint64_t before = resident_bytes();
  FieldReplicas replicas(words.at(1), {word_number(words.at(2)), word_number(words.at(4))});
  replicas.fill();
  print_cost("update", measure([&] { replicas.update(each); }));
  std::uint64_t bytes = 0;
  print_cost("exchange", measure([&] { bytes = replicas.exchange(); }));
  const std::uint64_t resident = (resident_bytes() - before) / 2;
  replicas.check(each);
  replicas.close();
  std::printf("count %llu\nbytes %llu\nresident_bytes %llu\n", 2ULL * each,
              static_cast<unsigned long long>(bytes), static_cast<unsigned long long>(resident));
  return 0;
}

}  // namespace gs::bench
