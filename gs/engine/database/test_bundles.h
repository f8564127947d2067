// What one storage gives another in a file, as Storage::create_bundle() and apply_bundle() have it.
// For tests.
#pragma once

#include "gs/engine/database/test_world.h"
#include "gs/storage/bundle/reader.h"
#include "gs/storage/bundle/writer.h"

namespace gs::engine::testing {

inline Error make_bundle(const Store& from, std::span<const Digest> since,
                         platform::FileSystem& files, const std::string& name) {
  GS_TRY_OK(files.remove_if_there(name));
  GS_TRY(auto file, files.open(name, platform::OpenMode::create));
  bundle::BundleWriter writer(std::move(file), from->storage(), {since.begin(), since.end()});
  GS_TRY_OK(from->changes_since(since, [&](Bytes change) { return writer.add(change); }));
  return writer.finish().error().copy();
}

inline Result<bundle::BundleReader> open_bundle(platform::FileSystem& files,
                                                const std::string& name) {
  GS_TRY(auto file, files.open(name, platform::OpenMode::read));
  return bundle::BundleReader::open(std::move(file), name);
}

// Of the erase operations in the whole file.
inline Error read_vouchers(const Store& to, platform::FileSystem& files, const std::string& name,
                           Vouchers& vouchers) {
  GS_TRY(auto reader, open_bundle(files, name));
  for (;;) {
    GS_TRY(const auto changes, reader.next());
    if (changes.empty()) return {};
    GS_TRY_OK(to->add_vouchers(changes, vouchers));
  }
}

inline Error take_bundle(const Store& to, platform::FileSystem& files, const std::string& name,
                         ReceiveReport& report) {
  Vouchers vouchers;
  GS_TRY_OK(read_vouchers(to, files, name, vouchers));
  GS_TRY(auto reader, open_bundle(files, name));
  GS_TRY_OK(reader.check());
  GS_TRY_OK(to->receive({}, report));
  for (;;) {
    GS_TRY(const auto changes, reader.next());
    if (changes.empty()) return {};
    GS_TRY_OK(to->receive(changes, report, &vouchers));
  }
}

}  // namespace gs::engine::testing
