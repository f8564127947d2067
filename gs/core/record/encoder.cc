#include "gs/core/record/encoder.h"

#include <algorithm>
#include <array>

#include "gs/base/check.h"
#include "gs/base/digit.h"
#include "gs/core/record/json.h"
#include "gs/core/record/json_reader.h"
#include "gs/core/record/object_ends.h"
#include "gs/core/record/pieces.h"
#include "gs/core/record/record_writer.h"
#include "gs/core/record/utf8.h"

namespace gs::record {
namespace {

// Shapes beside the last one that an Encoder finds without a lock.
constexpr std::size_t kRecentPlans = 8;
// Contents of a record before it is put together, with its keys. The record has its own limit.
constexpr std::size_t kContentsMax = 2 * kRecordBytesMax;

Error check_key(std::string_view key) {
  if (key.size() > kRecordBytesMax) return too_large_record(key.size());
  if (!valid_utf8(key)) return {Code::invalid, "foreign key: not UTF-8"};
  return {};
}

bool is_unset(const Value& value) {
  const Object* object = value.get<Object>();
  if (object == nullptr || object->size() != 1 || (*object)[0].first != "$unset") return false;
  const bool* truth = (*object)[0].second.get<bool>();
  return truth != nullptr && *truth;
}

// What the last record with a layout looked like: text with its keys needs no second look.
struct LaidOut {
  const Plan* plan = nullptr;
  std::uint64_t layout = 0;                     // its serial; it may be gone
  std::vector<const Layout::LinkField*> links;  // by field; null where a text stays a text
  bool has_links = false;                       // of these
};

}  // namespace

struct Encoder::Impl {
  explicit Impl(std::shared_ptr<ShapeCache> shapes) : cache(std::move(shapes)) {}

  Result<Encoded> encode(std::string_view collection, const Object& object, std::string_view key,
                         bool delta, const Layout* layout);
  Result<Encoded> encode_json(std::string_view collection, std::string_view json,
                              std::string_view key, JsonReader::Unset unset, const Layout* layout);

  const Plan* guess(std::string_view collection, bool keyed);
  Result<PlanPtr> resolve(std::string_view collection, bool keyed);
  Result<Encoded> encode_object(std::string_view collection, Bytes from, std::string_view key,
                                bool delta, const Layout* layout);
  bool write_by_plan(const Plan& plan, Bytes from, std::string_view key);
  Error read_members(Bytes from, bool delta);
  void collect_pieces();
  bool read_by_plan(const Plan& plan, std::string_view json, std::string_view key);
  bool read_key(JsonReader& reader, const Plan& plan, std::size_t field);
  bool read_field(JsonReader& reader, Sink& out, const Place& place, const Layout::LinkField* link);
  bool read_link(JsonReader& reader, Sink& out, const Place& place, const Layout::LinkField& link);
  bool read_pieces(JsonReader& reader, Sink& out);
  Error write_contents(const Object& object, bool delta);
  Error check_names();
  void remember(const PlanPtr& plan, const Layout& layout);
  Result<Encoded> assemble(std::string_view collection, std::string_view key);
  void add_member(std::string_view name, const Part& part);
  Result<Encoded> write_members(std::string_view collection, std::string_view key,
                                std::size_t bytes_max = kRecordBytesMax);
  Encoded done(const Plan& plan, std::size_t record_bytes) const {
    return {plan.shape, Bytes(record.data() + kept, record_bytes)};
  }

  std::shared_ptr<ShapeCache> cache;
  PlanPtr last;
  LaidOut laid_out;
  PlanPtr laid_out_plan;  // keeps its plan
  std::array<PlanPtr, kRecentPlans> recent;
  Buffer record;  // what is kept, then the result; never shrinks, so its size says nothing
  std::size_t kept = 0;
  Buffer object;  // of a self-describing record
  JsonScratch scratch;
  Pieces pieces;
  std::vector<FieldKey> fields;
  std::vector<Part> parts;
  std::vector<NamedPart> members;
  std::vector<const Value*> values;
  std::vector<std::string_view> names;
  std::size_t size = 0;  // of the record that read_by_plan() has made
};

const Plan* Encoder::Impl::guess(std::string_view collection, bool keyed) {
  if (!last || last->shape->keyed() != keyed || last->shape->collection() != collection) {
    last = cache->last(collection, keyed);
  }
  return last.get();
}

Result<PlanPtr> Encoder::Impl::resolve(std::string_view collection, bool keyed) {
  const std::uint64_t hash = fields_hash(collection, keyed, fields);
  PlanPtr& slot = recent[hash % kRecentPlans];
  if (!slot || slot->hash != hash || !same_fields(*slot->shape, collection, keyed, fields)) {
    GS_TRY(PlanPtr plan, cache->implicit(collection, keyed, hash, fields));
    if (!plan) return cache->self_describing(collection, keyed);
    slot = std::move(plan);
  }
  last = slot;
  return slot;
}

// --- the fast way: text that has the keys and types of the last shape, in order ---

bool Encoder::Impl::read_key(JsonReader& reader, const Plan& plan, std::size_t field) {
  const std::size_t begin = field == 0 ? 0 : plan.key_ends[field - 1];
  const std::string_view expected(plan.keys.data() + begin, plan.key_ends[field] - begin);
  if (!reader.take(expected)) {
    reader.skip_space();
    if (!reader.take(expected.substr(0, expected.size() - 1)) || !reader.take(':')) return false;
  }
  reader.skip_space();
  return true;
}

bool Encoder::Impl::read_link(JsonReader& reader, Sink& out, const Place& place,
                              const Layout::LinkField& link) {
  const std::size_t start = out.used();
  if (!reader.take('"') || !reader.string()) return false;
  const std::optional<Id> id = linked_id(link.target, as_text(out.from(start)));
  if (!id) return false;
  std::memcpy(out.at(out.begin() + place.slot), id->bytes.data(), id->bytes.size());
  out.cut_to(start);
  return true;
}

bool Encoder::Impl::read_field(JsonReader& reader, Sink& out, const Place& place,
                               const Layout::LinkField* link) {
  const char next = reader.peek();
  if (link != nullptr && next == '"') return read_link(reader, out, place, *link);
  if (place.type == Type::string) return next == '"' && reader.take('"') && reader.string();
  if (place.type == Type::number) {
    double number = 0;
    if ((next != '-' && !is_digit(next)) || !reader.number(number)) return false;
    store(out.at(out.begin() + place.slot), number);
    return true;
  }
  const std::size_t start = out.used();
  Type type = Type::null;
  if (!reader.value(2, type) || type != place.type) return false;
  if (place.variable || type == Type::null) return true;
  std::memcpy(out.at(out.begin() + place.slot), out.at(start), out.used() - start);
  out.cut_to(start);
  return true;
}

// False for any difference and any error: then the general way decides.
bool Encoder::Impl::read_by_plan(const Plan& plan, std::string_view json, std::string_view key) {
  const Shape& shape = *plan.shape;
  Sink out(record, kept);
  JsonReader reader(json, out, scratch, kRecordBytesMax, JsonReader::Unset::nowhere);
  out.append(plan.head);
  const auto end_field = [&](const Place& place) {
    if (!place.variable) return;
    store_u32(out.at(kept + shape.fixed_end() + 4 * place.slot),
              static_cast<std::uint32_t>(out.used() - kept - shape.heap_begin()));
  };
  const std::size_t first = shape.keyed() ? 1 : 0;
  if (first != 0) {
    out.append(as_bytes(key));
    end_field(shape.place(0));
  }
  if (!reader.take('{')) return false;
  for (std::size_t i = first; i < shape.field_count(); ++i) {
    if (i > first && !reader.take(',')) return false;
    const Layout::LinkField* const link = laid_out.plan == &plan ? laid_out.links[i] : nullptr;
    if (!read_key(reader, plan, i) || !read_field(reader, out, shape.place(i), link)) return false;
    end_field(shape.place(i));
  }
  if (!reader.take('}')) return false;
  reader.skip_space();
  size = align_up(out.used() - kept, std::size_t{8});
  if (reader.left() != 0 || size > kRecordBytesMax) return false;
  out.append_zeros(kept + size - out.used());
  store_u32(out.at(kept), static_cast<std::uint32_t>(size));
  return true;
}

// --- the general way: names and contents first, then the shape, then the record ---

bool Encoder::Impl::read_pieces(JsonReader& reader, Sink& out) {
  pieces.list.clear();
  if (!reader.take('{')) return reader.fail("a record is a JSON object; expected '{'");
  const char* const opening = reader.position() - 1;
  for (bool first = true;; first = false) {
    Piece piece{};
    bool end = false;
    piece.name_begin = out.used();
    if (!reader.key(first, end)) return false;
    if (end) break;
    piece.name_end = out.used();
    piece.begin = piece.name_end;
    if (!reader.value(2, piece.type)) return false;
    piece.end = out.used();
    pieces.list.push_back(piece);
    if (out.used() > kContentsMax) {
      return reader.fail(opening, too_large_record(out.used()).message(), Code::too_large);
    }
  }
  if (!reader.at_end()) return false;
  names.clear();
  for (const Piece& piece : pieces.list) {
    names.push_back(pieces.name(piece));
  }
  if (const std::string_view* twice = find_duplicate(names)) {
    return reader.fail(
        opening, "the object that begins here has the key \"" + std::string(*twice) + "\" twice");
  }
  return true;
}

// --- what a layout says ---

// Text with these keys has all that has a default, and it is clear where a text is a link.
void Encoder::Impl::remember(const PlanPtr& plan, const Layout& layout) {
  if (laid_out.plan == plan.get() && laid_out.layout == layout.serial()) return;
  const Shape& shape = *plan->shape;
  laid_out = {plan.get(), layout.serial(), {}, false};
  laid_out_plan = plan;
  for (std::size_t i = 0; i < shape.field_count(); ++i) {
    const bool may_link = i >= shape.key_fields() && shape.fields()[i].type == Type::id;
    const Layout::LinkField* const link =
        may_link ? layout.find_link(shape.fields()[i].name) : nullptr;
    laid_out.links.push_back(link != nullptr && link->link == Layout::Link::one ? link : nullptr);
    laid_out.has_links |= laid_out.links.back() != nullptr;
    // A text in this array would be a link: only the general way sees it.
    const bool is_list =
        shape.fields()[i].type == Type::array || shape.fields()[i].type == Type::set;
    if (is_list && layout.find_link(shape.fields()[i].name) != nullptr) laid_out.plan = nullptr;
    // The same of what has links or defaults inside of it.
    if (layout.find_nest(shape.fields()[i].name) != nullptr) laid_out.plan = nullptr;
  }
}

Result<Encoded> Encoder::Impl::assemble(std::string_view collection, std::string_view key) {
  fields.clear();
  members.clear();
  for (const Piece& piece : pieces.list) {
    Part part{Part::value, piece.type, pieces.content(piece)};
    if (piece.type == kAbsentMember) part = {};
    if (piece.type == Type::null) part.state = Part::null;
    add_member(pieces.name(piece), part);
  }
  return write_members(collection, key);
}

void Encoder::Impl::add_member(std::string_view name, const Part& part) {
  fields.push_back({name, part.type});
  members.push_back({name, part});
}

Result<Encoded> Encoder::Impl::write_members(std::string_view collection, std::string_view key,
                                             std::size_t bytes_max) {
  const bool keyed = !key.empty();
  const Part key_part{Part::value, Type::string, as_bytes(key)};
  GS_TRY(const PlanPtr plan, resolve(collection, keyed));
  parts.clear();
  if (keyed) parts.push_back(key_part);
  if (plan->shape->self_describing()) {
    Sink out(object, 0);
    write_object(members, out);
    parts.push_back({Part::value, Type::object, out.from(0)});
  } else {
    for (const NamedPart& member : members) parts.push_back(member.part);
  }
  Sink out(record, kept);
  GS_TRY_OK(write_record(*plan->shape, parts, out, bytes_max));
  return done(*plan, out.used() - kept);
}

Result<Encoded> Encoder::Impl::encode_json(std::string_view collection, std::string_view json,
                                           std::string_view key, JsonReader::Unset unset,
                                           const Layout* layout) {
  const bool delta = unset != JsonReader::Unset::nowhere;
  if (json.size() > kJsonBytesMax) {
    return Error(Code::too_large, "JSON text of " + std::to_string(json.size()) +
                                      " bytes, the limit is " + std::to_string(kJsonBytesMax));
  }
  GS_TRY_OK(check_key(key));
  const Plan* const plan = guess(collection, !key.empty());
  const bool knows_layout =
      layout != nullptr && laid_out.plan == plan && laid_out.layout == layout->serial();
  if (layout == nullptr && laid_out.plan != nullptr) laid_out = {};
  if (plan != nullptr && plan->direct && (layout == nullptr || knows_layout) &&
      read_by_plan(*plan, json, key)) {
    return done(*plan, size);
  }
  Sink out(pieces.contents, 0);
  JsonReader reader(json, out, scratch, kContentsMax, unset);
  if (!read_pieces(reader, out)) return std::move(reader).error();
  if (layout == nullptr) return assemble(collection, key);
  out.finish();
  GS_TRY_OK(layout->link(pieces));
  if (!delta) layout->add_defaults(pieces);
  GS_TRY(const Encoded encoded, assemble(collection, key));
  // A record that describes itself has no plan: the last one is of another record, or none.
  const bool has_plan = last != nullptr && last->shape == encoded.shape;
  if (!delta && has_plan) remember(last, *layout);
  return encoded;
}

// --- objects in bytes ---

namespace {

// Of the types that most fields have, without a detour.
bool is_valid_member(Bytes value) {
  const auto type = static_cast<Type>(value[0]);
  if (type == Type::string) return valid_utf8(as_text(value.subspan(1)));
  return !validate_any(value, kFieldDepth);
}

}  // namespace

// The fast way: the members of the last shape, in order and with its types. False for any
// difference and any error: then the general way decides.
bool Encoder::Impl::write_by_plan(const Plan& plan, Bytes from, std::string_view key) {
  const Shape& shape = *plan.shape;
  const std::size_t first = shape.key_fields();
  const auto found = ObjectEnds::of(from);
  if (!found.ok() || found->count() != shape.field_count() - first) return false;
  ObjectEnds ends = *found;
  Sink out(record, kept);
  out.append(plan.head);
  const auto end_field = [&](const Place& place) {
    store_u32(out.at(kept + shape.fixed_end() + 4 * place.slot),
              static_cast<std::uint32_t>(out.used() - kept - shape.heap_begin()));
  };
  if (first != 0) {
    out.append(as_bytes(key));
    end_field(shape.place(0));
  }
  for (std::size_t i = first; i < shape.field_count(); ++i) {
    const auto name = ends.next();
    const auto value = ends.next();
    const Place& place = shape.place(i);
    if (!name.ok() || as_text(*name) != shape.fields()[i].name) return false;
    if (!value.ok() || value->empty() || (*value)[0] != static_cast<std::uint8_t>(place.type) ||
        !is_valid_member(*value)) {
      return false;
    }
    const Bytes content = value->subspan(1);
    if (place.variable) {
      out.append(content);
      end_field(place);
    } else if (place.type != Type::null) {
      std::memcpy(out.at(kept + place.slot), content.data(), content.size());
    }
  }
  size = align_up(out.used() - kept, std::size_t{8});
  if (!ends.is_done() || size > kRecordBytesMax) return false;
  out.append_zeros(kept + size - out.used());
  store_u32(out.at(kept), static_cast<std::uint32_t>(size));
  return true;
}

// Fills `fields` and `members`, which borrow the bytes.
Error Encoder::Impl::read_members(Bytes from, bool delta) {
  if (from.size() > kRecordBytesMax) return too_large_record(from.size());
  GS_TRY(ObjectEnds ends, ObjectEnds::of(from));
  fields.clear();
  members.clear();
  for (std::uint32_t i = 0; i < ends.count(); ++i) {
    GS_TRY(const Bytes name, ends.next());
    GS_TRY(const Bytes value, ends.next());
    Part part;
    if (!(delta && is_absent(value))) {
      GS_TRY_OK(validate_any(value, kFieldDepth));
      const Type type = static_cast<Type>(value[0]);
      part = {type == Type::null ? Part::null : Part::value, type, value.subspan(1)};
    }
    add_member(as_text(name), part);
  }
  return ends.finish();
}

// Of what a layout has to look at.
void Encoder::Impl::collect_pieces() {
  Sink out(pieces.contents, 0);
  pieces.list.clear();
  for (const NamedPart& member : members) {
    Piece piece{out.used(), 0, 0, 0, member.part.type};
    out.append(as_bytes(member.name));
    piece.name_end = piece.begin = out.used();
    out.append(member.part.content);
    piece.end = out.used();
    if (member.part.state == Part::absent) piece.type = kAbsentMember;
    pieces.list.push_back(piece);
  }
  out.finish();
}

Result<Encoded> Encoder::Impl::encode_object(std::string_view collection, Bytes from,
                                             std::string_view key, bool delta,
                                             const Layout* layout) {
  GS_TRY_OK(check_key(key));
  const bool keyed = !key.empty();
  const Plan* const plan = guess(collection, keyed);
  const bool is_plain =
      layout == nullptr || (laid_out.plan == plan && plan != nullptr &&
                            laid_out.layout == layout->serial() && !laid_out.has_links);
  if (plan != nullptr && plan->direct && !delta && is_plain && write_by_plan(*plan, from, key)) {
    return done(*plan, size);
  }
  GS_TRY_OK(read_members(from, delta));
  // Names of a shape are in order; of others nothing is known.
  if (plan == nullptr || !same_fields(*plan->shape, collection, keyed, fields)) {
    GS_TRY_OK(check_names());
  }
  if (layout == nullptr) return write_members(collection, key);
  collect_pieces();
  GS_TRY_OK(layout->link(pieces));
  if (!delta) layout->add_defaults(pieces);
  GS_TRY(const Encoded encoded, assemble(collection, key));
  const bool has_plan = last != nullptr && last->shape == encoded.shape;
  if (!delta && has_plan) remember(last, *layout);
  return encoded;
}

// --- values ---

Error Encoder::Impl::check_names() {
  names.clear();
  for (const FieldKey& field : fields) {
    if (!valid_utf8(field.name)) return {Code::invalid, "a field name is not UTF-8"};
    names.push_back(field.name);
  }
  if (const std::string_view* twice = find_duplicate(names)) {
    return {Code::invalid, "the object has the name \"" + std::string(*twice) + "\" twice"};
  }
  return {};
}

Error Encoder::Impl::write_contents(const Object& from, bool delta) {
  Sink out(pieces.contents, 0);
  pieces.list.clear();
  for (const auto& [name, value] : from) {
    if (name.size() > kRecordBytesMax) return too_large_record(name.size());
    Piece piece{out.used(), 0, 0, 0, value.type()};
    out.append(as_bytes(name));
    piece.name_end = piece.begin = out.used();
    if (delta && is_unset(value)) {
      piece.type = kAbsentMember;
    } else if (Error error = write_content(value, 2, out)) {
      return std::move(error).in("field \"" + name + "\"");
    }
    piece.end = out.used();
    pieces.list.push_back(piece);
    if (out.used() > kContentsMax) return too_large_record(out.used());
  }
  return {};
}

Result<Encoded> Encoder::Impl::encode(std::string_view collection, const Object& given,
                                      std::string_view key, bool delta, const Layout* layout) {
  GS_TRY_OK(check_key(key));
  Object laid;
  if (layout != nullptr) laid = layout->applied(given, !delta);
  const Object& from = layout == nullptr ? given : laid;
  const bool keyed = !key.empty();
  fields.clear();
  values.clear();
  const Value key_value(key);
  if (keyed) values.push_back(&key_value);
  for (const auto& [name, value] : from) {
    const bool unset = delta && is_unset(value);
    fields.push_back({name, unset ? Type::null : value.type()});
    values.push_back(unset ? nullptr : &value);
  }
  const Plan* plan = guess(collection, keyed);
  PlanPtr resolved;
  if (plan == nullptr || !same_fields(*plan->shape, collection, keyed, fields)) {
    GS_TRY_OK(check_names());
    GS_TRY(resolved, resolve(collection, keyed));
    plan = resolved.get();
  }
  if (plan->shape->self_describing()) {
    GS_TRY_OK(write_contents(from, delta));
    return assemble(collection, key);
  }
  Sink out(record, kept);
  GS_TRY_OK(write_values(*plan->shape, values, out));
  return done(*plan, out.used() - kept);
}

Encoder::Encoder() : Encoder(std::make_shared<ShapeCache>()) {}
Encoder::Encoder(std::shared_ptr<ShapeCache> cache)
    : impl_(std::make_unique<Impl>(std::move(cache))) {}
Encoder::~Encoder() = default;
Encoder::Encoder(Encoder&&) noexcept = default;
Encoder& Encoder::operator=(Encoder&&) noexcept = default;

Result<Encoded> Encoder::encode(std::string_view collection, const Object& object,
                                std::string_view key, const Layout* layout) {
  return impl_->encode(collection, object, key, false, layout);
}

Result<Encoded> Encoder::encode_json(std::string_view collection, std::string_view json,
                                     std::string_view key, const Layout* layout) {
  return impl_->encode_json(collection, json, key, JsonReader::Unset::nowhere, layout);
}

Result<Encoded> Encoder::encode_delta(std::string_view collection, const Object& object,
                                      const Layout* layout) {
  return impl_->encode(collection, object, {}, true, layout);
}

Result<Encoded> Encoder::encode_delta_json(std::string_view collection, std::string_view json,
                                           const Layout* layout) {
  return impl_->encode_json(collection, json, {}, JsonReader::Unset::fields, layout);
}

Result<Encoded> Encoder::encode_object(std::string_view collection, Bytes object,
                                       std::string_view key, const Layout* layout) {
  return impl_->encode_object(collection, object, key, false, layout);
}

Result<Encoded> Encoder::encode_delta_object(std::string_view collection, Bytes object,
                                             const Layout* layout) {
  return impl_->encode_object(collection, object, {}, true, layout);
}

Result<Encoded> Encoder::encode_patch_json(std::string_view json) {
  return impl_->encode_json({}, json, {}, JsonReader::Unset::members, nullptr);
}

Result<Encoded> Encoder::encode_views(std::string_view collection, std::span<const FieldView> views,
                                      std::string_view key, std::size_t bytes_max) {
  impl_->fields.clear();
  impl_->members.clear();
  for (const FieldView& view : views) {
    Part part;
    if (view.value) {
      const bool is_null = view.value->is_null();
      part = {is_null ? Part::null : Part::value, view.value->type, view.value->content};
    }
    impl_->add_member(view.name, part);
  }
  return impl_->write_members(collection, key, bytes_max);
}

std::size_t Encoder::keep(const Encoded& last) {
  GS_CHECK(last.bytes.data() == impl_->record.data() + impl_->kept);
  const std::size_t begin = impl_->kept;
  impl_->kept += last.bytes.size();
  return begin;
}

Bytes Encoder::kept() const noexcept { return {impl_->record.data(), impl_->kept}; }
void Encoder::forget_from(std::size_t bytes) noexcept { impl_->kept = bytes; }
std::size_t Encoder::memory_bytes() const noexcept {
  const Impl& all = *impl_;
  const auto bytes = []<typename... Entry>(const std::vector<Entry>&... vectors) {
    return (... + (vectors.capacity() * sizeof(Entry)));
  };
  return bytes(all.record, all.pieces.contents, all.object, all.scratch.ends, all.scratch.names,
               all.pieces.list, all.fields, all.parts, all.members, all.names) +
         all.values.capacity() * sizeof(void*);
}

}  // namespace gs::record
