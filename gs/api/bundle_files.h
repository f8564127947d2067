// Bundles as files under names that people give.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "globalstorage/exchange.h"
#include "globalstorage/result.h"
#include "gs/engine/database/receive.h"
#include "gs/storage/bundle/reader.h"
#include "gs/storage/bundle/writer.h"

namespace gs::api {

// A file as its directory and its name there: a FileSystem begins with a directory.
struct BundlePath {
  std::unique_ptr<platform::FileSystem> files;
  std::string name;
  std::string unfinished;  // while it is written; of this call alone

  std::string text() const { return files->display(name); }
};
// Errors: invalid.
Result<BundlePath> bundle_path(const std::string& file);
Result<bundle::BundleReader> open_bundle(const BundlePath& path);

// Durable under its name when it returns, in place of an earlier bundle, or not there. Errors:
// exists (the file is no bundle), those of `write` and of files.
using WriteBundle = std::function<Error(bundle::BundleWriter& writer)>;
Result<BundleInfo> write_bundle_file(const BundlePath& path, const Digest& storage,
                                     std::span<const Digest> since, std::vector<Digest> heads,
                                     const WriteBundle& write);

std::vector<TwinChanges> twins_of(const std::vector<engine::TwinsFound>& found);
ApplyReport report_of(const bundle::Header& header, engine::ReceiveReport& received);

}  // namespace gs::api
