#include "bench/bench.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <thread>

namespace gs::bench {

namespace {
constexpr std::size_t kValueBytes = 200;
const char* order_name(Order order) { return order == Order::ordered ? "ordered" : "random"; }
}  // namespace

Bench::Bench(const Arguments& arguments, const std::string& directory, Report& report)
    : arguments_(arguments),
      directory_(directory),
      report_(report),
      workload_(arguments.seed, arguments.records, kValueBytes) {}

bool Bench::wants(const std::string& row) const {
  const auto& rows = arguments_.rows;
  return rows.empty() || std::find(rows.begin(), rows.end(), row) != rows.end();
}

std::string Bench::fresh(const std::string& name) const {
  std::string path = directory_ + '/' + name;
  std::error_code code;
  std::filesystem::remove_all(path, code);
  std::filesystem::create_directories(path, code);
  if (code) fail("cannot make " + path + ": " + code.message());
  return path;
}

const std::vector<City>& Bench::cities() {
  if (cities_.all.empty()) {
    cities_ = read_cities(arguments_.cities, arguments_.records, arguments_.seed);
    report_.note(std::to_string(cities_.all.size()) + (cities_.are_real ? " real" : " made") +
                 " cities");
  }
  return cities_.all;
}

// Merges that other subjects have begun must not run beside this one; nor may they take for ever.
void Bench::quiet() const {
  constexpr auto kPause = std::chrono::milliseconds(100);
  constexpr double kIdleCpuS = 0.005;
  constexpr int kPausesMax = 300;
  for (int i = 0; i < kPausesMax; ++i) {
    const double before = cpu_now_s();
    std::this_thread::sleep_for(kPause);
    if (cpu_now_s() - before < kIdleCpuS) break;
  }
  const int file = ::open(directory_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0 || ::syncfs(file) != 0) fail("cannot sync " + directory_);
  ::close(file);
}

Cost Bench::load(const std::string& subject, Order order) {
  forget(subject, order);
  std::vector<Entry> entries;
  workload_.fill(order, 0, workload_.records(), entries);
  Store& store = stores_[{subject, order}];
  store.subject = make_subject(subject);
  Setup setup;
  setup.order = order;
  store.subject->open(fresh(subject + '-' + order_name(order)), setup);
  quiet();
  const Cost cost = measure([&] {
    std::span<Entry> left(entries);
    while (!left.empty()) {
      const auto count = std::min<std::size_t>(left.size(), kBatch);
      store.subject->write(left.first(count));
      left = left.subspan(count);
    }
    store.subject->sync();
  });
  store.keys.reserve(entries.size());
  for (const Entry& entry : entries) store.keys.push_back(entry.key);
  return cost;
}

Store& Bench::store(const std::string& subject, Order order) {
  if (stores_.count({subject, order}) == 0) load(subject, order);
  return stores_[{subject, order}];
}

void Bench::forget(const std::string& subject, Order order) {
  const auto found = stores_.find({subject, order});
  if (found == stores_.end()) return;
  found->second.subject->close();
  stores_.erase(found);
}

}  // namespace gs::bench
