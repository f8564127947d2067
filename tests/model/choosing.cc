// What the steps of a walk are about: options, names, fields and records, by chance.

#include <algorithm>
#include <iterator>

#include "tests/model/steps.h"

namespace gs::model {

std::uint64_t Walk::power(std::uint64_t from_bits, std::uint64_t to_bits) {
  return std::uint64_t{1} << (from_bits + chance_.below(to_bits - from_bits + 1));
}

Options Walk::random_options() {
  Options options;
  options.durability = chance_.one_in(6) ? Durability::batch : Durability::lazy;
  options.segment_bytes = static_cast<std::uint32_t>(power(13, 18));
  options.memory_bytes = power(12, 18);
  options.checkpoint_log_bytes = power(12, 18);
  options.cache_bytes = chance_.one_in(2) ? 1 : 0;
  options.threads = static_cast<unsigned>(chance_.below(4));
  options.verify_on_open = chance_.one_in(4);
  return options;
}

std::string Walk::random_collection() {
  constexpr const char* kNames[] = {"", "City", "Person",
                                    "\xd0\x9c\xd1\x96\xd1\x81\xd1\x82\xd0\xbe"};
  return kNames[chance_.below(std::size(kNames))];
}

std::string Walk::random_key() {
  switch (chance_.below(12)) {
    case 0:
      return std::string(1024, 'k');
    case 1:
      return "00112233-4455-6677-8899-aabbccddeeff";
    case 2:
      return "\xf0\x9f\x8c\x8d";
    case 3:
      return std::string("a\0b", 3);
    default:
      return "key" + std::to_string(chance_.below(20));
  }
}

Object Walk::random_fields() {
  const bool many = flooding_ && chance_.one_in(40);
  if (many) {
    Object object;
    for (std::uint64_t i = 0, count = 1000 + chance_.below(60); i < count; ++i)
      object.emplace_back("wide" + std::to_string(i), random_value(chance_, 0));
    return object;
  }
  return random_object(chance_, chance_.one_in(10) ? 40 : 6, flooding_ ? 40 : 8, 3);
}

// An id that was seen once: mostly of a record that is there.
Id Walk::random_id() {
  if (!now_.empty() && !chance_.one_in(10)) {
    auto at = now_.begin();
    std::advance(at, static_cast<std::ptrdiff_t>(chance_.below(now_.size())));
    return at->first;
  }
  if (!seen_.empty() && !chance_.one_in(4)) return seen_[chance_.below(seen_.size())];
  Id id;
  for (auto& byte : id.bytes) byte = static_cast<std::uint8_t>(chance_.bits());
  return id;
}

Delta Walk::random_delta(const Version* current) {
  Delta delta;
  delta.fields = random_fields();
  for (std::uint64_t i = chance_.below(3); i > 0; --i) {
    std::string name = "f" + std::to_string(chance_.below(8));
    if (current != nullptr && !current->fields.empty() && chance_.one_in(2))
      name = current->fields[chance_.below(current->fields.size())].first;
    delta.unset.push_back(std::move(name));
  }
  std::sort(delta.unset.begin(), delta.unset.end());
  delta.unset.erase(std::unique(delta.unset.begin(), delta.unset.end()), delta.unset.end());
  remove_fields(delta.fields, delta.unset);
  return delta;
}

// Of the transaction's own records or any other.
Id Walk::any_of(const Planned& planned) {
  if (planned.after.empty() || !chance_.one_in(3)) return random_id();
  auto at = planned.after.begin();
  std::advance(at, static_cast<std::ptrdiff_t>(chance_.below(planned.after.size())));
  return at->first;
}

}  // namespace gs::model
