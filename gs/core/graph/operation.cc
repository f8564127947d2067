#include "gs/core/graph/operation.h"

#include <string>

#include "gs/base/endian.h"
#include "gs/core/graph/payload_io.h"

namespace gs::graph {
namespace {

Error invalid(std::uint8_t kind, const char* what) {
  return Error(Code::invalid, std::string(kind_name(kind)) + " operation: " + what);
}

// What the head of an operation of each kind names.
enum class Needs : std::uint8_t { none, one, any };
struct HeadRule {
  Needs id;
  Needs shape;
};

HeadRule head_rule(Kind kind) noexcept {
  switch (kind) {
    case Kind::shape:
      return {Needs::none, Needs::one};
    case Kind::insert:
    case Kind::set:
    case Kind::update:
      return {Needs::one, Needs::one};
    case Kind::remove:
      return {Needs::one, Needs::any};
    case Kind::expect:
    case Kind::erase:
      return {Needs::one, Needs::none};
    default:
      return {Needs::none, Needs::none};
  }
}

Error check_head(const OperationView& operation) {
  const HeadRule rule = head_rule(static_cast<Kind>(operation.kind));
  const bool has_id = operation.id_index != kNoId;
  const bool has_shape = operation.shape != kNoShape;
  if (rule.id == Needs::one && !has_id) return invalid(operation.kind, "it names no id");
  if (rule.id == Needs::none && has_id) return invalid(operation.kind, "it names an id");
  if (rule.shape == Needs::one && !has_shape) return invalid(operation.kind, "it names no shape");
  if (rule.shape == Needs::none && has_shape) return invalid(operation.kind, "it names a shape");
  return {};
}

// Of the payload; a record has at least its size.
std::size_t payload_bytes_min(Kind kind) noexcept {
  switch (kind) {
    case Kind::insert:
      return 8 + record::kRecordBytesMin;
    case Kind::set:
    case Kind::update:
      return kOverwrittenBytes + record::kRecordBytesMin;
    case Kind::remove:
      return kOverwrittenBytes;
    case Kind::expect:
      return sizeof(Digest);
    case Kind::erase:
      return kEraseBytesMin;
    default:
      return 0;  // those that read them parse them
  }
}

bool is_known(std::uint8_t kind) noexcept {
  return (kind >= static_cast<std::uint8_t>(Kind::shape) &&
          kind <= static_cast<std::uint8_t>(Kind::expect)) ||
         (kind >= static_cast<std::uint8_t>(Kind::genesis) &&
          kind <= static_cast<std::uint8_t>(Kind::merge));
}

Error check_known(std::uint8_t kind) {
  if (is_known(kind)) return {};
  return Error(Code::newer_format, "operation of kind " + std::to_string(kind) +
                                       " is not known to this build: install a newer one");
}

Error check_exceptions(std::uint8_t kind, const OverwrittenView& overwritten,
                       const record::RecordView& record) {
  const record::Shape& shape = record.shape();
  std::size_t fields = shape.field_count();
  if (shape.self_describing()) fields = record.field(shape.key_fields()).count();
  for (std::uint32_t i = 0; i < overwritten.exceptions; ++i) {
    const std::uint32_t field = overwritten.exception(i).field;
    if (field >= fields && field != kWholeRecord) {
      return invalid(kind, "an exception names no field");
    }
  }
  return {};
}

Error check_definition(Bytes payload, const record::Shape* shape) {
  auto decoded = record::Shape::decode(payload);
  if (!decoded.ok()) return std::move(decoded).error().in("shape operation");
  if (shape != nullptr && shape->digest() != (*decoded)->digest()) {
    return invalid(static_cast<std::uint8_t>(Kind::shape), "it defines another shape");
  }
  return {};
}

Error check_insert(const OperationView& operation, const record::Shape& shape) {
  if (operation.payload.size() < 8) return invalid(operation.kind, "no mint counter");
  if ((load_u64(operation.payload.data()) == kNoMint) != shape.keyed()) {
    return invalid(operation.kind, "keyed records, and only those, have no mint counter");
  }
  return record::validate(shape, operation.payload.subspan(8)).in("insert operation");
}

Error check_write(const OperationView& operation, const record::Shape& shape) {
  Bytes rest;
  GS_TRY(const OverwrittenView overwritten, parse_overwritten(operation.payload, rest));
  if (overwritten.removal_rule != 0) return invalid(operation.kind, "byte 14 is not zero");
  GS_TRY_OK(record::validate(shape, rest).in(kind_name(operation.kind)));
  return check_exceptions(operation.kind, overwritten, {&shape, rest.data()});
}

Error check_remove(const OperationView& operation) {
  Bytes rest;
  GS_TRY(const OverwrittenView overwritten, parse_overwritten(operation.payload, rest));
  if (overwritten.removal_rule > kRemovalRuleMax)
    return invalid(operation.kind, "its rule is unknown");
  for (std::uint32_t i = 0; i < overwritten.exceptions; ++i) {
    if (overwritten.exception(i).field != kWholeRecord) {
      return invalid(operation.kind, "an exception names a field");
    }
  }
  if (!rest.empty()) return invalid(operation.kind, "bytes after the overwritten part");
  return {};
}

Error check_record_operation(const OperationView& operation, const record::Shape* shape) {
  const auto kind = static_cast<Kind>(operation.kind);
  if (kind == Kind::remove) return check_remove(operation);
  if (kind == Kind::expect) {
    if (operation.payload.size() == sizeof(Digest)) return {};
    return invalid(operation.kind, "the version has not 32 bytes");
  }
  if (shape == nullptr) return invalid(operation.kind, "its shape is not known");
  if (kind == Kind::insert) return check_insert(operation, *shape);
  return check_write(operation, *shape);
}

Error error_of(auto&& result) {
  return result.ok() ? Error() : std::forward<decltype(result)>(result).error();
}

}  // namespace

const char* kind_name(std::uint8_t kind) noexcept {
  switch (static_cast<Kind>(kind)) {
    case Kind::shape:
      return "shape";
    case Kind::insert:
      return "insert";
    case Kind::set:
      return "set";
    case Kind::update:
      return "update";
    case Kind::remove:
      return "remove";
    case Kind::expect:
      return "expect";
    case Kind::genesis:
      return "genesis";
    case Kind::grant:
      return "grant";
    case Kind::schema:
      return "schema";
    case Kind::contract:
      return "contract";
    case Kind::seal:
      return "seal";
    case Kind::erase:
      return "erase";
    case Kind::reference:
      return "reference";
    case Kind::revert:
      return "revert";
    case Kind::merge:
      return "merge";
  }
  return "unknown";
}

OverwrittenView::Exception OverwrittenView::exception(std::uint32_t index) const noexcept {
  const std::uint8_t* entry = at + std::size_t{index} * kExceptionBytes;
  return {.field = load_u16(entry) | std::uint32_t{entry[4]} << 16,
          .writer = load_u16(entry + 2),
          .hlc = load_u64(entry + 8),
          .rule = entry[5]};
}

void put_overwritten(std::uint8_t* at, Hlc hlc, std::uint16_t writer, std::uint32_t exceptions,
                     std::uint8_t removal_rule) noexcept {
  store_u64(at, hlc);
  store_u16(at + 8, writer);
  store_u32(at + 10, exceptions);
  at[14] = removal_rule;
  at[15] = 0;
}

void put_exception(std::uint8_t* at, const OverwrittenView::Exception& exception) noexcept {
  store_u16(at, static_cast<std::uint16_t>(exception.field));
  store_u16(at + 2, exception.writer);
  at[4] = static_cast<std::uint8_t>(exception.field >> 16);
  at[5] = exception.rule;
  store_u16(at + 6, 0);
  store_u64(at + 8, exception.hlc);
}

namespace {

// Of one field and time the order of writers is free: it follows from the table that they make.
bool follows(const OverwrittenView::Exception& before, const OverwrittenView::Exception& next) {
  if (before.field != next.field) return before.field < next.field;
  if (before.rule != next.rule) return false;
  return before.hlc != next.hlc ? before.hlc < next.hlc : before.writer != next.writer;
}

}  // namespace

Result<OverwrittenView> parse_overwritten(Bytes payload, Bytes& rest) {
  const auto wrong = [](const char* what) {
    return Error(Code::invalid, std::string("overwritten part: ") + what);
  };
  if (payload.size() < kOverwrittenBytes) return wrong("shorter than 16 bytes");
  OverwrittenView view;
  view.hlc = load_u64(payload.data());
  view.writer = load_u16(payload.data() + 8);
  view.exceptions = load_u32(payload.data() + 10);
  view.removal_rule = payload[14];
  view.at = payload.data() + kOverwrittenBytes;
  if (payload[15] != 0) return wrong("byte 15 is not zero");
  if ((view.hlc == 0) != (view.writer == kNoWriter)) return wrong("half a stamp");
  if (view.exceptions > (payload.size() - kOverwrittenBytes) / kExceptionBytes) {
    return wrong("its exceptions are cut off");
  }
  const std::size_t bytes = kOverwrittenBytes + view.exceptions * kExceptionBytes;
  OverwrittenView::Exception last;
  for (std::uint32_t i = 0; i < view.exceptions; ++i) {
    const OverwrittenView::Exception exception = view.exception(i);
    if (load_u16(view.at + i * kExceptionBytes + 6) != 0) return wrong("an exception lacks zeros");
    if ((exception.hlc == 0) != (exception.writer == kNoWriter)) return wrong("half a stamp");
    if (exception.rule > kFieldRuleMax || (exception.field == kWholeRecord && exception.rule != 0))
      return wrong("an exception has an unknown rule");
    if (i != 0 && !follows(last, exception)) return wrong("its exceptions are out of order");
    last = exception;
  }
  rest = payload.subspan(bytes);
  return view;
}

Error check_outline(const OperationView& operation) {
  GS_TRY_OK(check_known(operation.kind));
  GS_TRY_OK(check_head(operation));
  if (operation.erased()) return {};
  const auto kind = static_cast<Kind>(operation.kind);
  if (operation.payload.size() < payload_bytes_min(kind)) {
    return invalid(operation.kind, "its payload is cut off");
  }
  if (kind != Kind::set && kind != Kind::update) return {};
  Bytes rest;
  GS_TRY([[maybe_unused]] const OverwrittenView overwritten,
         parse_overwritten(operation.payload, rest));
  if (rest.size() < record::kRecordBytesMin) return invalid(operation.kind, "it has no record");
  return {};
}

Error validate_payload(const OperationView& operation, const record::Shape* shape) {
  const auto kind = static_cast<Kind>(operation.kind);
  GS_TRY_OK(check_known(operation.kind));
  GS_TRY_OK(check_head(operation));
  if (operation.erased()) {
    if (!is_erasable(operation.kind)) return invalid(operation.kind, "it cannot be erased");
    if (!operation.payload.empty()) return invalid(operation.kind, "erased, but it has a payload");
    return {};
  }
  switch (kind) {
    case Kind::shape:
      return check_definition(operation.payload, shape);
    case Kind::genesis:
      return error_of(parse_genesis(operation.payload));
    case Kind::grant:
      return error_of(parse_grant(operation.payload));
    case Kind::schema:
      return error_of(parse_schema(operation.payload));
    case Kind::contract:
      return error_of(parse_contract(operation.payload));
    case Kind::seal:
      return error_of(parse_seal(operation.payload));
    case Kind::erase:
      return error_of(parse_erase(operation.payload));
    case Kind::reference:
      return error_of(parse_reference(operation.payload));
    case Kind::revert:
      return error_of(parse_revert(operation.payload));
    case Kind::merge:
      return error_of(parse_merge(operation.payload));
    default:
      return check_record_operation(operation, shape);
  }
}

namespace {

Error verify_key(const record::Shape& shape, const std::uint8_t* bytes, const Id& id) {
  const record::RecordView record(&shape, bytes);
  if (record::keyed_id(shape.collection_id(), record.key()) == id) return {};
  return Error(Code::broken_chain, "record " + id.text() + " is not the one that its key names");
}

}  // namespace

Error verify_insert_id(Bytes payload, const record::Shape& shape, const Id& id,
                       const Writer& writer) {
  if (shape.keyed()) return verify_key(shape, payload.data() + 8, id);
  if (id::minted_by(id, writer, load_u64(payload.data()))) return {};
  return Error(Code::broken_chain, "record " + id.text() + " was not minted by its writer");
}

Error verify_set_id(Bytes payload, const record::Shape& shape, const Id& id) {
  Bytes rest;
  GS_TRY_OK(parse_overwritten(payload, rest).error());
  if (shape.keyed()) return verify_key(shape, rest.data(), id);
  if (id.version() == id::kMintedVersion) return {};
  return Error(Code::broken_chain, "record " + id.text() + " has a key, and its new content none");
}

}  // namespace gs::graph
