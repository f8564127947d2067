// Random values of every type, written as JSON by hand and compared bit by bit: nothing here uses
// the library's own encoder, printer or comparison.
#pragma once

#include <random>
#include <string>

#include "globalstorage/value.h"

namespace gs::model {

class Chance {
 public:
  explicit Chance(std::uint64_t seed) : random_(seed) {}
  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
  bool one_in(std::uint64_t n) { return below(n) == 0; }
  std::uint64_t bits() { return random_(); }

 private:
  std::mt19937_64 random_;
};

std::string random_text(Chance& chance);
// Containers of at most `depth` levels; sets without equal elements.
Value random_value(Chance& chance, int depth);
// The blobs that values name: a storage has to have them, or verifying it complains.
inline constexpr std::uint64_t kStoredBlobs = 16;
Buffer stored_blob(std::uint64_t which);
// Unique names of the pool that `names` of them make; sometimes names that JSON has to escape.
Object random_object(Chance& chance, std::size_t members_max, std::uint64_t names, int depth);

// Strict JSON with the extended forms, with white space and escapes here and there.
std::string json_of(Chance& chance, const Object& object);

// The same type and the same bits; sets in any order.
bool same(const Value& a, const Value& b);
bool same(const Object& a, const Object& b);  // in any order of the members
// For messages.
std::string text_of(const Object& object);

}  // namespace gs::model
