#include "gs/core/graph/header.h"

#include <string>

#include "gs/core/crypto/sha256.h"

namespace gs::graph {
namespace {

constexpr char kChangeDomain[] = "gs change 1";  // with its terminating zero: 12 bytes
static_assert(sizeof kChangeDomain + 32 == kSignedBytes);

Error bad_header(std::string what) {
  return Error(Code::invalid, "change header: " + std::move(what));
}

Error check_counts(const HeaderView& header) {
  const std::uint32_t operations = header.operation_count();
  if (operations == 0) return bad_header("it has no operations");
  if (header.transaction_count() == 0) return bad_header("it has no transactions");
  if (header.transaction_count() > operations)
    return bad_header("more transactions than operations");
  if (header.id_count() > operations) return bad_header("more ids than operations");
  if (header.shape_count() > operations) return bad_header("more shapes than operations");
  if (header.shape_count() > kShapesMax) return bad_header("more than 65535 shapes");
  if (header.writer_count() > kWritersMax) return bad_header("more than 65534 writers");
  return {};
}

Error check_parents(const HeaderView& header) {
  for (std::uint32_t i = 1; i < header.parent_count(); ++i) {
    if (!(header.parent(i - 1) < header.parent(i))) {
      return bad_header("parent " + std::to_string(i) + " does not ascend");
    }
  }
  return {};
}

// The genesis change names no storage, because its digest will be the storage's id.
Error check_beginning(const HeaderView& header) {
  if ((header.sequence() == 0) != header.prev().is_zero()) {
    return bad_header("a writer's first change, and only that, has no previous change");
  }
  if (!header.storage().is_zero()) return {};
  if (header.sequence() != 0) return bad_header("only sequence 0 can be the genesis change");
  if (!header.branch().is_zero()) return bad_header("the genesis change is on the main branch");
  if (header.parent_count() != 0) return bad_header("the genesis change has no parents");
  return {};
}

}  // namespace

Error check_header(Bytes header) {
  if (header.size() < kHeaderFixedBytes) return bad_header("shorter than 224 bytes");
  const std::uint8_t* at = header.data();
  if (std::memcmp(at, kHeaderMagic, 4) != 0) return bad_header("it does not begin with gsc1");
  const std::uint16_t version = load_u16(at + kAtVersion);
  if (version > kFormatVersion) {
    return Error(Code::newer_format, "change of format version " + std::to_string(version) +
                                         "; this build reads version 1: install a newer one");
  }
  if (version != kFormatVersion) return bad_header("format version 0");
  const HeaderView view(header);
  if (view.algorithm() == 0) return bad_header("signature algorithm 0");
  if (view.algorithm() > static_cast<std::uint8_t>(crypto::Algorithm::ecdsa_p256_sha256)) {
    return Error(Code::newer_format,
                 "change signed by unknown algorithm " + std::to_string(view.algorithm()));
  }
  if (at[kAtZero] != 0) return bad_header("byte 7 is not zero");
  if (load_u32(at + kAtZeroEnd) != 0) return bad_header("bytes 220..224 are not zero");
  if (view.parent_count() > kParentsMax) {
    return Error(Code::too_large, "change header: " + std::to_string(view.parent_count()) +
                                      " parents, at most 1024");
  }
  if (header.size() != kHeaderFixedBytes + std::size_t{view.parent_count()} * 32) {
    return bad_header("its size does not fit its parent count");
  }
  GS_TRY_OK(check_counts(view));
  GS_TRY_OK(check_parents(view));
  return check_beginning(view);
}

Digest change_digest(Bytes header) noexcept {
  static constexpr std::uint8_t kPrefix[1] = {2};
  return crypto::sha256({Bytes(kPrefix), header});
}

BranchId branch_id(std::string_view name) {
  if (name == "main") return {};
  const Digest digest = crypto::sha256({as_bytes("gs branch"), as_bytes(name)});
  return read_value<BranchId>(digest.bytes.data());
}

Writer chain_of(const Writer& writer, const BranchId& branch) noexcept {
  if (branch.is_zero()) return writer;
  return crypto::sha256({as_bytes("gs chain"), writer.bytes, branch.bytes});
}

std::array<std::uint8_t, kSignedBytes> signed_message(const Digest& change) noexcept {
  std::array<std::uint8_t, kSignedBytes> message;
  std::memcpy(message.data(), kChangeDomain, sizeof kChangeDomain);
  write_value(message.data() + sizeof kChangeDomain, change);
  return message;
}

Error verify_change_signature(const HeaderView& header, const Digest& digest, Bytes signature,
                              Bytes public_key) {
  const Writer writer = header.writer();
  const auto algorithm = static_cast<crypto::Algorithm>(header.algorithm());
  if (algorithm == crypto::Algorithm::ed25519) {
    if (!public_key.empty() && !equal(public_key, writer.bytes)) {
      return Error(Code::bad_signature, "the given key is not that of writer " + writer.text());
    }
    public_key = writer.bytes;
  } else if (crypto::sha256(public_key) != writer) {
    return Error(Code::bad_signature, "the given key is not that of writer " + writer.text());
  }
  const auto message = signed_message(digest);
  if (Error error = crypto::verify(algorithm, public_key, message, signature)) {
    // A malformed key or signature in stored bytes is, for the caller, a signature that is not
    // good.
    const Code code = error.code() == Code::unsupported ? Code::unsupported : Code::bad_signature;
    return Error(code, "change " + digest.text() + ": " + std::string(error.message()));
  }
  return {};
}

}  // namespace gs::graph
