#include "gs/engine/indexes/keys.h"

#include <algorithm>

#include "gs/base/check.h"
#include "gs/core/query/limits.h"
#include "gs/core/record/order_key.h"

namespace gs::engine {

using record::RecordView;
using record::ValueView;

static_assert(rules::kIndexPathBytesMax <= query::kPathBytesMax);

bool KeyList::has(Bytes key) const noexcept {
  const std::size_t count = size();
  std::size_t first = 0;
  for (std::size_t left = count; left > 0;) {
    const std::size_t half = left / 2;
    if (as_text((*this)[first + half]) < as_text(key)) {
      first += half + 1;
      left -= half + 1;
    } else {
      left = half;
    }
  }
  return first < count && equal((*this)[first], key);
}

void KeyList::clear() noexcept {
  bytes_.clear();
  keys_.clear();
  is_irregular_ = false;
}

void KeyList::make_irregular() {
  clear();
  is_irregular_ = true;
  bytes_.push_back(kIrregularKey);
  keys_.push_back({0, 1, false});
}

KeyMaker::KeyMaker(const rules::IndexDefinition& definition)
    : paths_(parse(definition)), many_(definition.many), reader_(pointers(paths_)) {}

std::vector<query::Path> KeyMaker::parse(const rules::IndexDefinition& definition) {
  std::vector<query::Path> paths;
  for (const std::string& field : definition.fields) {
    auto path = query::Path::parse(field);
    GS_CHECK(path.ok());  // the compiler of rules has looked at it
    paths.push_back(std::move(*path));
  }
  return paths;
}

std::vector<const query::Path*> KeyMaker::pointers(const std::vector<query::Path>& paths) {
  std::vector<const query::Path*> all;
  all.reserve(paths.size());
  for (const query::Path& path : paths) all.push_back(&path);
  return all;
}

bool KeyMaker::add_value(const std::optional<ValueView>& value, Buffer& to, bool& has_null) const {
  const std::size_t start = to.size();
  // A value that is longer than a key may be has a key that is: most keys need not be made.
  if (value && value->content.size() > kIndexKeyBytesMax) return false;
  record::append_order_key(value.value_or(ValueView{}), to);
  has_null = has_null || to[start] == static_cast<std::uint8_t>(record::OrderClass::null);
  return to.size() <= kIndexKeyBytesMax;
}

void KeyMaker::make(const RecordView& record, KeyList& out) {
  out.clear();
  reader_.use(record.shape());
  if (many_) return make_many(record, out);
  bool has_null = false;
  for (std::size_t i = 0; i < paths_.size(); ++i) {
    if (!add_value(reader_.get(i, record), out.bytes_, has_null)) return out.make_irregular();
  }
  out.keys_.push_back({0, out.bytes_.size(), has_null});
}

void KeyMaker::make_many(const RecordView& record, KeyList& out) {
  const auto list = reader_.get(*many_, record);
  if (!list) return;
  if (list->type == Type::string) return out.make_irregular();
  if (list->type != Type::array && list->type != Type::set) return;
  if (list->count() > kIndexedKeysMax) return out.make_irregular();
  Buffer before;
  Buffer behind;
  bool has_null = false;
  for (std::size_t i = 0; i < paths_.size(); ++i) {
    if (i == *many_) continue;
    if (!add_value(reader_.get(i, record), i < *many_ ? before : behind, has_null)) {
      return out.make_irregular();
    }
  }
  elements_.clear();
  const std::size_t rest = before.size() + behind.size();
  std::size_t bytes = 0;
  for (std::uint32_t i = 0; i < list->count(); ++i) {
    Buffer key;
    bool is_null = false;
    if (!add_value(list->element(i), key, is_null)) return out.make_irregular();
    bytes += key.size() + rest;
    if (key.size() + rest > kIndexKeyBytesMax || bytes > kIndexedBytesMax) {
      return out.make_irregular();
    }
    elements_.push_back(std::move(key));
  }
  std::sort(elements_.begin(), elements_.end());
  elements_.erase(std::unique(elements_.begin(), elements_.end()), elements_.end());
  for (const Buffer& element : elements_) {
    const bool is_null = element[0] == static_cast<std::uint8_t>(record::OrderClass::null);
    const std::size_t begin = out.bytes_.size();
    for (const Bytes part : {Bytes(before), Bytes(element), Bytes(behind)}) {
      out.bytes_.insert(out.bytes_.end(), part.begin(), part.end());
    }
    out.keys_.push_back({begin, element.size() + rest, has_null || is_null});
  }
}

}  // namespace gs::engine
