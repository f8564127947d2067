#include "gs/core/graph/proof.h"

#include <string>

#include "gs/base/check.h"
#include "gs/base/endian.h"
#include "gs/core/crypto/sha256.h"
#include "gs/core/graph/commitment.h"
#include "gs/core/graph/header.h"
#include "gs/core/record/json.h"

namespace gs::graph {
namespace {

constexpr char kLogHeadDomain[] = "gs log head 1";  // with its terminating zero: 14 bytes

Error bad_proof(const char* what) { return Error(Code::invalid, std::string("proof: ") + what); }
Error broken(const char* what) { return Error(Code::broken_chain, std::string("proof: ") + what); }

Buffer log_head(const Digest& storage, std::uint64_t size, const Digest& root) {
  Buffer message(sizeof kLogHeadDomain + 32 + 8 + 32);
  std::uint8_t* at = message.data();
  std::memcpy(at, kLogHeadDomain, sizeof kLogHeadDomain);
  at += sizeof kLogHeadDomain;
  write_value(at, storage);
  store_u64(at + 32, size);
  write_value(at + 40, root);
  return message;
}

bool is_provable(std::uint8_t kind) noexcept {
  return kind >= static_cast<std::uint8_t>(Kind::insert) &&
         kind <= static_cast<std::uint8_t>(Kind::remove);
}

// The operation inside a proof, read as a change would read it.
Result<OperationView> read_operation(const Proof& proof, const HeaderView& header) {
  const Bytes bytes(proof.operation);
  if (bytes.size() < kOperationHeadBytes)
    return bad_proof("the operation is shorter than its head");
  if (load_u32(bytes.data()) != bytes.size()) return bad_proof("the operation has another size");
  OperationView operation;
  operation.kind = bytes[4];
  operation.flags = bytes[5];
  operation.shape = load_u16(bytes.data() + 6);
  operation.id_index = load_u32(bytes.data() + 8);
  operation.hlc = header.hlc() + load_u32(bytes.data() + 12);
  if (operation.hlc < header.hlc()) return bad_proof("the operation's stamp is beyond 64 bits");
  operation.bytes = bytes;
  operation.payload = bytes.subspan(kOperationHeadBytes);
  if ((operation.flags & ~kLastOfTransaction) != 0)
    return bad_proof("the operation has unknown flags");
  if (!is_provable(operation.kind)) return bad_proof("the operation does not write a record");
  if (operation.id_index >= header.id_count()) return bad_proof("the operation names no id");
  return operation;
}

Error check_operation_root(const Proof& proof, const HeaderView& header) {
  const Digest leaf = leaf_of(proof.salt, proof.id, proof.operation);
  GS_TRY(const Digest root,
         crypto::root_of_path(leaf, proof.operation_index, header.operation_count(), proof.path));
  if (root == header.operations_root()) return {};
  return broken("the operation does not lead to the operations root of its change");
}

// The shape that the operation names, vouched for by the tables; null when it names none.
Result<record::ShapePtr> read_shape(const Proof& proof, const HeaderView& header,
                                    const OperationView& operation) {
  const std::size_t entries = std::size_t{header.shape_count()} + header.writer_count();
  if (proof.tables.size() != entries * sizeof(Digest))
    return bad_proof("the tables have another size");
  if (crypto::sha256(Bytes(proof.tables)) != header.tables_digest()) {
    return broken("the tables do not match their digest in the header");
  }
  if (operation.shape == kNoShape) {
    if (!proof.shape.empty()) return bad_proof("a shape for an operation that names none");
    return record::ShapePtr();
  }
  if (operation.shape >= header.shape_count()) return bad_proof("the operation names no shape");
  GS_TRY(record::ShapePtr shape, record::Shape::decode(proof.shape));
  const std::size_t at = std::size_t{operation.shape} * sizeof(Digest);
  if (shape->digest() != read_value<Digest>(proof.tables.data() + at)) {
    return broken("the shape is not the one in the tables");
  }
  return shape;
}

Error check_writers(const HeaderView& header, const OperationView& operation) {
  if (operation.kind == static_cast<std::uint8_t>(Kind::insert)) return {};
  Bytes rest;
  GS_TRY(const OverwrittenView overwritten, parse_overwritten(operation.payload, rest));
  const auto known = [&header](std::uint16_t writer) {
    return writer >= kThisWriter || writer < header.writer_count();
  };
  bool all_known = known(overwritten.writer);
  for (std::uint32_t i = 0; i < overwritten.exceptions; ++i) {
    all_known = all_known && known(overwritten.exception(i).writer);
  }
  return all_known ? Error() : bad_proof("the operation names a writer that is not in the tables");
}

Error check_log(const LogProof& log, const Digest& storage, const Digest& change) {
  if (log.size > kProofNumberMax)
    return Error(Code::too_large, "proof: the log is over 2^53 changes");
  if (log.path.size() > kPathMax) return bad_proof("the path in the log is over 64 digests");
  GS_TRY(const Digest root, crypto::root_of_path(log_leaf(change), log.index, log.size, log.path));
  if (root != log.root) return broken("the change does not lead to the log root");
  return verify_log_head(log.signer, storage, log.size, log.root, log.signature);
}

std::string content_of(const OperationView& operation, const record::Shape* shape) {
  std::string json;
  if (operation.kind == static_cast<std::uint8_t>(Kind::remove)) return "null";
  Bytes record = operation.payload.subspan(std::min<std::size_t>(8, operation.payload.size()));
  if (operation.kind != static_cast<std::uint8_t>(Kind::insert)) {
    auto overwritten = parse_overwritten(operation.payload, record);
    GS_CHECK(overwritten.ok());  // validate_payload accepted it
  }
  const record::RecordView content(shape, record.data());
  if (operation.kind == static_cast<std::uint8_t>(Kind::update)) {
    record::append_delta_json(content, json);
  } else {
    record::append_json(content, json);
  }
  return json;
}

}  // namespace

Digest log_leaf(const Digest& change) noexcept { return crypto::leaf_hash(change.bytes); }

crypto::Signature sign_log_head(const crypto::KeyPair& key, const Digest& storage,
                                std::uint64_t size, const Digest& root) noexcept {
  return key.sign(log_head(storage, size, root));
}

Error verify_log_head(const Writer& signer, const Digest& storage, std::uint64_t size,
                      const Digest& root, Bytes signature) {
  if (Error error = crypto::verify(crypto::Algorithm::ed25519, signer.bytes,
                                   log_head(storage, size, root), signature)) {
    return Error(Code::bad_signature, "log head: " + std::string(error.message()));
  }
  return {};
}

Result<Proof> make_proof(const ChangeView& change, std::uint32_t index, const record::Shape* shape,
                         LogProof log, Bytes public_key) {
  auto cursor = change.operations();
  OperationView operation;
  do {
    if (!cursor.next(operation)) return bad_proof("the change has no such operation");
  } while (cursor.index() != index);
  if (!is_provable(operation.kind)) return bad_proof("the operation does not write a record");
  if (operation.erased()) {
    return Error(Code::erased, "proof: the payload of operation " + std::to_string(index) +
                                   " of change " + change.digest().text() + " was erased");
  }
  if (operation.id_index == kNoId) return bad_proof("the operation names no id");
  if ((operation.shape == kNoShape) != (shape == nullptr))
    return bad_proof("the shape is not the operation's");

  Proof proof;
  const auto copy = [](Bytes bytes) { return Buffer(bytes.begin(), bytes.end()); };
  proof.header = copy(change.header());
  proof.signature = copy(change.signature());
  if (change.algorithm() != crypto::Algorithm::ed25519) proof.public_key = copy(public_key);
  proof.operation_index = index;
  proof.salt = change.salt(index);
  proof.id = change.id(operation.id_index);
  proof.operation = copy(operation.bytes);
  proof.path = crypto::inclusion_path(change.leaves(), index);
  proof.tables = copy(change.tables());
  if (shape != nullptr) proof.shape = copy(shape->definition());
  proof.log = std::move(log);
  return proof;
}

Result<Proven> check(const Proof& proof) {
  if (proof.header.size() > kHeaderFixedBytes + kParentsMax * sizeof(Digest)) {
    return Error(Code::too_large, "proof: the header is over 1,024 parents");
  }
  GS_TRY_OK(check_header(proof.header));
  const HeaderView header(proof.header);
  const Digest change = change_digest(proof.header);
  if (header.algorithm() == static_cast<std::uint8_t>(crypto::Algorithm::ed25519)) {
    if (!proof.public_key.empty()) return bad_proof("a key, though the writer's id is the key");
  }
  GS_TRY_OK(verify_change_signature(header, change, proof.signature, proof.public_key));
  GS_TRY(const OperationView operation, read_operation(proof, header));
  GS_TRY_OK(check_operation_root(proof, header));
  GS_TRY(const record::ShapePtr shape, read_shape(proof, header, operation));
  GS_TRY_OK(validate_payload(operation, shape.get()));
  GS_TRY_OK(check_writers(header, operation));
  if (operation.kind == static_cast<std::uint8_t>(Kind::insert)) {
    GS_TRY_OK(verify_insert_id(operation.payload, *shape, proof.id, header.chain()));
  } else if (operation.kind == static_cast<std::uint8_t>(Kind::set)) {
    GS_TRY_OK(verify_set_id(operation.payload, *shape, proof.id));
  }
  const Digest storage = header.storage().is_zero() ? change : header.storage();
  GS_TRY_OK(check_log(proof.log, storage, change));

  Proven proven;
  proven.storage = storage;
  proven.change = change;
  proven.writer = header.writer();
  proven.sequence = header.sequence();
  proven.operation = proof.operation_index;
  proven.id = proof.id;
  proven.hlc = operation.hlc;
  proven.kind = static_cast<Kind>(operation.kind);
  if (shape) proven.collection = shape->collection();
  proven.json = content_of(operation, shape.get());
  proven.log_index = proof.log.index;
  proven.log_size = proof.log.size;
  proven.log_root = proof.log.root;
  proven.log_signer = proof.log.signer;
  return proven;
}

}  // namespace gs::graph
