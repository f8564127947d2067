// verify: checking every byte of the log against a bare loop that hashes as many bytes in the same
// pieces with OpenSSL, in processor time of one core.
//
//   verify        checksums, digests, links, signatures, commitments, payloads, ids; the checks of
//   runs
//   verify-state  the same, and the state rebuilt from the log and compared
#define OPENSSL_API_COMPAT 0x10101000L  // the low-level calls are the fastest ones
#include <openssl/sha.h>

#include "bench/bench.h"
#include "globalstorage/storage.h"

namespace gs::bench {
namespace {

constexpr double kVerifyGoal = 0.6;
constexpr const char* kLoop = "openssl loop";

// Per operation (docs/FORMAT.md): its leaf, its salt, one node of the tree, the tail of its id.
constexpr std::size_t kLeafHeadBytes = 33;  // 00, salt, id
constexpr std::size_t kSaltMessageBytes = 43;
constexpr std::size_t kNodeBytes = 65;
constexpr std::size_t kTailMessageBytes = 53;
constexpr std::size_t kIdBytes = 16;  // in the change's id table, beside the operation

unsigned hash_piece(const std::uint8_t* data, std::size_t bytes) {
  SHA256_CTX context;
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256_Init(&context);
  SHA256_Update(&context, data, bytes);
  SHA256_Final(digest, &context);
  return digest[0];
}

unsigned hash_loop(const Buffer& log, std::uint64_t operations) {
  if (operations == 0) return 0;
  const std::size_t step = log.size() / operations;
  const std::size_t leaf = step - kIdBytes + kLeafHeadBytes;
  unsigned sum = 0;
  for (std::size_t at = 0; at + leaf < log.size(); at += step) {
    for (const std::size_t piece : {leaf, kSaltMessageBytes, kNodeBytes, kTailMessageBytes}) {
      sum += hash_piece(log.data() + at, piece);
    }
  }
  return sum;
}

Line verify_line(const std::string& row, const Samples& samples, double megabytes) {
  const Cost ours = samples.median_of(kOurs);
  const Cost loop = samples.median_of(kLoop);
  Line line;
  line.row = row;
  line.unit = "MB/s";
  line.ours = megabytes / ours.wall_s;
  line.peer_name = kLoop;
  line.peer = megabytes / loop.wall_s;
  line.ratio = loop.wall_s / ours.wall_s;
  line.cpu_ratio = loop.cpu_s / ours.cpu_s;
  line.all = {{kOurs, line.ours}, {kLoop, line.peer}};
  return line;
}

}  // namespace

void run_verify(Bench& bench) {
  const std::string directory = bench.fresh("verify");
  const Workload& workload = bench.workload();
  auto subject = make_subject(kOurs);
  Setup setup;
  setup.order = Order::ordered;
  subject->open(directory, setup);
  std::vector<Entry> entries;
  for (std::uint64_t first = 0; first < workload.records(); first += kBatch) {
    workload.fill(setup.order, first, kBatch, entries);
    subject->write(entries);
  }
  subject->sync();
  subject->close();
  bench.quiet();

  Result<Storage> storage = Storage::open(directory + "/gs");
  if (!storage.ok()) fail("verify: " + storage.error().text());
  const Stats stats = storage->stats().value();
  Buffer log(stats.log_bytes);
  for (std::size_t i = 0; i < log.size(); ++i) log[i] = static_cast<std::uint8_t>(mix(i));
  Samples plain;
  Samples full;
  unsigned keep = 0;
  for (std::uint64_t round = 0; round < bench.arguments().rounds; ++round) {
    for (const bool rebuild : {false, true}) {
      Samples& samples = rebuild ? full : plain;
      VerifyOptions options;
      options.full = rebuild;
      bool ok = false;
      samples.add(kOurs, measure([&] {
                    const auto report = storage->verify(options);
                    ok = report.ok() && report->ok;
                  }));
      if (!ok) fail("verify: the storage did not verify");
      samples.add(kLoop, measure([&] { keep += hash_loop(log, workload.records()); }));
    }
  }
  if (keep == 1) fail("verify: impossible");  // the digests are used
  const double megabytes = static_cast<double>(stats.log_bytes) / 1e6;
  Line line = verify_line("verify", plain, megabytes);
  line.goal = ">= 0.6x cpu";
  line.ok = line.cpu_ratio >= kVerifyGoal;
  bench.report().add(line);
  bench.report().add(verify_line("verify-state", full, megabytes));
}

}  // namespace gs::bench
