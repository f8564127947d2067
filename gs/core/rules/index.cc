// What names an index: its definition, and what decides how records of older shapes have its keys.

#include "gs/base/endian.h"
#include "gs/core/crypto/sha256.h"
#include "gs/core/rules/check.h"

namespace gs::rules {

namespace {

void add_number(crypto::Sha256& hash, std::size_t number) {
  std::uint8_t bytes[4];
  store_u32(bytes, static_cast<std::uint32_t>(number));
  hash.add(bytes);
}

void add_sized(crypto::Sha256& hash, Bytes bytes) {
  add_number(hash, bytes.size());
  hash.add(bytes);
}

void add_byte(crypto::Sha256& hash, std::uint8_t byte) {
  const std::uint8_t bytes[1] = {byte};
  hash.add(bytes);
}

}  // namespace

std::optional<Digest> lift_digest(const Rules& rules, const IndexDefinition& index,
                                  const Digest& source) {
  crypto::Sha256 hash;
  bool lifts = false;
  for (const std::string& path : index.fields) {
    const FieldRule* field = rules.find(path);
    if (field == nullptr) field = rules.find(path.substr(0, path.find('.')));
    if (field == nullptr) continue;
    const record::Layout::Default* const given = rules.find_default(field->name);
    if (field->was.empty() && !field->convert && given == nullptr) continue;
    lifts = true;
    add_sized(hash, as_bytes(path));
    add_number(hash, field->was.size());
    for (const std::string& name : field->was) add_sized(hash, as_bytes(name));
    add_byte(hash, given != nullptr ? 1 : 0);
    if (given != nullptr) {
      add_byte(hash, static_cast<std::uint8_t>(given->type));
      add_sized(hash, given->content);
    }
    add_byte(hash, field->convert ? 1 : 0);
    if (field->convert) hash.add(source.bytes);  // a conversion may ask anything of its schema
  }
  if (!lifts) return std::nullopt;
  return hash.finish();
}

Digest IndexDefinition::digest() const {
  crypto::Sha256 hash;
  hash.add(as_bytes("gs index"));
  add_byte(hash, unique ? 1 : 0);
  add_sized(hash, as_bytes(collection));
  for (std::size_t i = 0; i < fields.size(); ++i) {
    add_sized(hash, as_bytes(fields[i]));
    add_byte(hash, many == i ? 1 : 0);
  }
  if (lift) hash.add(lift->bytes);
  return hash.finish();
}

std::string IndexDefinition::text() const {
  std::string text = collection + "(";
  for (const std::string& field : fields) {
    if (text.back() != '(') text += ", ";
    text += field;
  }
  return text + (unique ? ") unique" : ")");
}

}  // namespace gs::rules
