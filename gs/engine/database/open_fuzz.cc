// A storage whose newest change is a stranger's: it opens or says why not; what opens can be read,
// written to and verified, and verification finds nothing that opening had not.
//
// The input edits the operations of a change that is right: how many edits, at most sixteen, then
// three bytes each: which operation, what of it, and a value. Digests, signature and checksum are
// made right afterwards, so that edits get past them.
//
// Made inputs of a test: 300
#include "gs/engine/database/test_stranger.h"

namespace {

using namespace gs;                   // NOLINT(google-build-using-namespace): a program of one file
using namespace gs::engine;           // NOLINT(google-build-using-namespace)
using namespace gs::engine::testing;  // NOLINT(google-build-using-namespace)

// More leave nothing right, and what is refused shows little.
constexpr std::size_t kEditsMax = 16;
// More would make one input slow and the change too large.
constexpr std::size_t kOperationsMax = 64;
constexpr std::size_t kPayloadBytesMax = 1024;

struct FirstFiles {
  Files files;
  Digest storage;
  FirstFiles() {
    World world;
    const Store db = world.create();
    storage = db->storage();
    GS_CHECK(db->close().ok());
    files = read_files(world.memory);
    std::erase_if(files, [](const auto& file) { return file.first.starts_with("keys/"); });
  }
};

enum Edit : std::uint8_t {
  kind,
  no_id,
  id,
  no_shape,
  shape,
  cut,
  grow,
  last,
  erased,
  twice,
  moved,
  kEdits
};

void edit(std::vector<StrangeOperation>& list, const std::uint8_t* input) {
  const std::size_t at = input[0] % list.size();
  StrangeOperation& operation = list[at];
  const std::uint8_t value = input[2];
  const StrangeOperation& other = list[value % list.size()];
  switch (input[1]) {
    case Edit::kind:
      operation.kind = value;
      break;
    case Edit::no_id:
      operation.id.reset();
      break;
    case Edit::id:
      operation.id = other.id;
      break;
    case Edit::no_shape:
      operation.shape.reset();
      break;
    case Edit::shape:
      operation.shape = other.shape;
      break;
    case Edit::cut:
      operation.payload.resize(std::min<std::size_t>(operation.payload.size(), value));
      break;
    case Edit::grow:
      if (operation.payload.size() < kPayloadBytesMax)
        operation.payload.resize(operation.payload.size() + 8, value);
      break;
    case Edit::last:
      operation.last_of_transaction = !operation.last_of_transaction;
      break;
    case Edit::erased:
      operation.erased = true;
      break;
    case Edit::twice: {
      const StrangeOperation copy = operation;
      if (list.size() < kOperationsMax) list.push_back(copy);
      break;
    }
    case Edit::moved:
      std::swap(list[at], list[value % list.size()]);
      break;
    default:
      if (operation.payload.empty()) return;
      operation.payload[(input[1] - kEdits) % operation.payload.size()] = value;
  }
}

void use(const Store& db) {
  const Content content = db.content();
  const Digest head = db.head();
  std::vector<OperationInfo> operations;
  GS_CHECK(db->change(head, &operations).ok());
  for (const OperationInfo& operation : operations) {
    if (!operation.id) continue;
    db.text_at(*operation.id, head);
    db->proof(*operation.id).ok();  // any answer
  }
  for (const auto& [id, json] : content) {
    GS_CHECK(db.text(id) == json);
    db.version(id);
    db.update(id, R"({"lat":"a string","more":[1]})").ignore();  // it may be too large by now
  }
  VerifyOptions full;
  full.full = true;
  const std::string complaints = db.complaints(full);
  const bool unsaid = complaints.find("no erase operation says so") != std::string::npos;
  if (!complaints.empty() && !unsaid) std::fprintf(stderr, "%s\n", complaints.c_str());
  GS_CHECK(complaints.empty() || unsaid);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const FirstFiles base;
  const Stranger stranger(base.storage);
  std::vector<StrangeOperation> operations = stranger.operations().list;
  const std::size_t edits = size == 0 ? 0 : std::min(1 + data[0] % kEditsMax, (size - 1) / 3);
  for (std::size_t i = 0; i < edits; ++i) edit(operations, data + 1 + 3 * i);

  World world;
  platform::MemoryFileSystem disk;
  write_files(disk, base.files);
  stranger.write(disk, stranger.change(operations));
  auto opened = world.try_open(disk);
  if (!opened.ok()) {
    GS_CHECK(opened.error().text().find("segment 1 offset ") != std::string::npos);
    return 0;
  }
  GS_CHECK((*opened)->recovery().damage.empty());
  use(*opened);
  const Content content = opened->content();
  GS_CHECK((*opened)->close().ok());
  opened->db.reset();
  GS_CHECK(world.open(disk).content() == content);
  return 0;
}
