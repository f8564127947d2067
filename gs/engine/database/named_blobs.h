// Blobs that the records of a moment name, and what is wrong with them.
//
// A record holds the digest and the size of a blob; its bytes lie in a file that nothing else
// refers to. So whether they are there is known only to who looks for each one that is named.
// Takes the memory of one record. Errors: io.
#pragma once

#include "gs/engine/database/database.h"

namespace gs::engine {

// What was found wrong: how many, and the first few.
class BlobDamage {
 public:
  void add_changed(const std::string& path);
  void add_missing(const Id& record, const BlobRef& blob);
  void add_resized(const Id& record, const BlobRef& blob, std::uint64_t bytes);

  bool found() const noexcept { return changed_ + named_ != 0; }
  // "2 blobs do not match their names (..); 1 record names a blob that is not there (..)"
  std::string text() const;

 private:
  static constexpr std::size_t kShownMax = 3;

  std::uint64_t changed_ = 0;  // files whose bytes are not those of their name
  std::uint64_t named_ = 0;    // values of records that name what is not there in that size
  std::string changed_text_;
  std::string named_text_;
};

// Only of a moment whose log and runs were found sound: that trusts their bytes.
Error check_named_blobs(const Moment& moment, const state::Tables& tables,
                        const blob::BlobStore& blobs, BlobDamage& damage);

}  // namespace gs::engine
