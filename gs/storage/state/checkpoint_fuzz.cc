// Any bytes as a checkpoint file and as a manifest: refused, or exactly what we would have written.
//
// First byte even: the rest is the checkpoint file. Odd: the rest are edits (u16 place, u8
// value) of a valid one. The same bytes are then tried as a manifest.

#include <string>

#include "gs/base/check.h"
#include "gs/base/endian.h"
#include "gs/platform/memory/memory_file_system.h"
#include "gs/storage/state/checkpoint_codec.h"

namespace {

using namespace gs;         // NOLINT(google-build-using-namespace): a program of one file
using namespace gs::state;  // NOLINT(google-build-using-namespace)

Buffer valid_checkpoint() {
  Tables tables;
  for (const char* const collection : {"people", "", "places"}) {
    auto shape = record::Shape::make(collection, {{"name", Type::string}, {"n", Type::number}});
    GS_CHECK(shape.ok());
    tables.add_shape(*shape);
  }
  Checkpoint checkpoint;
  checkpoint.number = 1;
  checkpoint.runs = {3, 2};
  for (std::uint8_t i = 1; i < 4; ++i) {
    Digest digest;
    digest.bytes[0] = i;
    WriterHead head;
    head.writer = tables.add_writer(digest);
    head.change = digest;
    checkpoint.heads.push_back(head);
    checkpoint.frontier.push_back(digest);
    checkpoint.live_records.push_back(i);
  }
  const auto references = std::make_shared<References>();
  references->put({graph::Refers::tag, "v1", {checkpoint.frontier[0]}}, 5, checkpoint.frontier[1]);
  references->put({graph::Refers::removed, "v2", {}}, 6, checkpoint.frontier[1]);
  checkpoint.references = references;
  checkpoint.branches.branch = graph::branch_id("draft");
  checkpoint.branches.log_heads = checkpoint.frontier;
  checkpoint.branches.chains = {{checkpoint.frontier[0], graph::branch_id("draft")}};
  return std::move(*encode_checkpoint(checkpoint, tables));
}

Buffer make_file(Bytes input) {
  static const Buffer valid = valid_checkpoint();
  if (input.empty()) return {};
  if (input[0] % 2 == 0) return {input.begin() + 1, input.end()};
  Buffer file = valid;
  for (std::size_t i = 1; i + 3 <= input.size(); i += 3) {
    file[load_u16(&input[i]) % file.size()] = input[i + 2];
  }
  return file;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Buffer file = make_file({data, size});
  {
    Tables tables;
    auto decoded = decode_checkpoint(file, tables);
    if (decoded.ok()) {
      GS_CHECK(equal(*encode_checkpoint(*decoded, tables), file));
    } else {
      GS_CHECK(decoded.code() == Code::damaged);
      GS_CHECK(tables.collection_count() + tables.shape_count() + tables.writer_count() == 0);
    }
  }
  platform::MemoryFileSystem files;
  if (files.write_whole(kManifestPath, file)) return 0;
  Tables tables;
  GS_CHECK(read_checkpoint(files, tables).code() == Code::not_found);
  return 0;
}
