// What the C functions share: their handles, checks of arguments, and how results cross over.
//
// Every C function that can fail is call(error, [&]() -> Error {...}): the body works with the C++
// interface and fills the out arguments last. The header globalstorage/c.h holds the contract.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "globalstorage/c.h"
#include "globalstorage/storage.h"

struct gs_error {
  gs::Code code;
  std::string message;
};

struct gs_storage {
  gs::Storage storage;
  std::atomic<bool> closed{false};
};

struct gs_transaction {
  gs::Transaction transaction;
  bool done = false;  // commit was tried
};

struct gs_snapshot {
  gs::Snapshot snapshot;
};

struct gs_scan {
  gs::Scan scan;
};

struct gs_rows {
  gs::Rows rows;
  gs::Row row{};
  std::string json{};
  bool has_row = false;
  gs::Error failed{};  // of a row that could not be written
};

struct gs_record {
  gs::Record record;
};

namespace gs::c {

inline gs_code to_code(Code code) noexcept {
  return static_cast<gs_code>(static_cast<std::uint16_t>(code));
}

template <typename Body>
gs_code call(gs_error** error, Body body) noexcept {
  const Error failure = body();
  if (error != nullptr) {
    *error = failure ? new gs_error{failure.code(), std::string(failure.message())} : nullptr;
  }
  return to_code(failure.code());
}

// The out argument of a handle or memory: null until there is something to hand out.
template <typename T>
void clear(T** out) noexcept {
  if (out != nullptr) *out = nullptr;
}

inline Error need(const void* argument, const char* name) {
  if (argument != nullptr) return {};
  return Error(Code::invalid, std::string("the argument `") + name + "` must not be NULL");
}

inline Error need_open(const gs_storage* storage) {
  GS_TRY_OK(need(storage, "storage"));
  if (!storage->closed.load(std::memory_order_acquire)) return {};
  return Error(Code::closed, "the storage was closed by gs_close(). Open it again");
}

inline Error need_pending(const gs_transaction* transaction) {
  GS_TRY_OK(need(transaction, "transaction"));
  if (!transaction->done) return {};
  return Error(Code::invalid, "the transaction was committed already. Begin another one");
}

// Nothing: the usual one.
inline Result<std::optional<Durability>> to_durability(gs_durability given) {
  switch (given) {
    case GS_DURABILITY_DEFAULT:
      return std::optional<Durability>();
    case GS_DURABILITY_LAZY:
      return std::optional(Durability::lazy);
    case GS_DURABILITY_BATCH:
      return std::optional(Durability::batch);
    case GS_DURABILITY_SYNC:
      return std::optional(Durability::sync);
    default:
      return Error(Code::invalid, "`durability` must be a GS_DURABILITY_ value");
  }
}

inline Result<std::string_view> text(const char* data, std::size_t length, const char* name) {
  if (length > 0) GS_TRY_OK(need(data, name));
  return length > 0 ? std::string_view(data, length) : std::string_view();
}

// Names of files end at a zero for the operating system.
inline Result<std::string> path(const char* data, std::size_t length, const char* name) {
  GS_TRY(const std::string_view given, text(data, length, name));
  if (given.empty() || given.find('\0') != std::string_view::npos) {
    return Error(Code::invalid,
                 std::string("`") + name + "` must be a path: not empty, no zero inside");
  }
  return std::string(given);
}

inline Id to_id(const gs_id& id) noexcept {
  Id made;
  std::memcpy(made.bytes.data(), id.bytes, sizeof(id.bytes));
  return made;
}

inline gs_id from_id(const Id& id) noexcept {
  gs_id made;
  std::memcpy(made.bytes, id.bytes.data(), sizeof(made.bytes));
  return made;
}

inline Digest to_digest(const gs_digest& digest) noexcept {
  Digest made;
  std::memcpy(made.bytes.data(), digest.bytes, sizeof(digest.bytes));
  return made;
}

inline gs_digest from_digest(const Digest& digest) noexcept {
  gs_digest made;
  std::memcpy(made.bytes, digest.bytes.data(), sizeof(made.bytes));
  return made;
}

// Of a version; none is an error.
inline Result<Version> to_version(const gs_digest* heads, std::size_t count) {
  GS_TRY_OK(need(heads, "heads"));
  Version version;
  for (std::size_t i = 0; i < count; ++i) version.heads.push_back(to_digest(heads[i]));
  return version;
}

// Memory that gs_free() releases. Without memory the program stops, as everywhere in the library.
inline void* allocate(std::size_t bytes) noexcept {
  void* memory = std::malloc(bytes > 0 ? bytes : 1);
  if (memory == nullptr) std::terminate();
  return memory;
}

// An array for gs_free().
// A copy of all.
template <typename Item>
void give_all(const std::vector<Item>& all, Item** out, std::size_t* count) noexcept {
  *count = all.size();
  *out = static_cast<Item*>(allocate(all.size() * sizeof(Item)));
  std::copy(all.begin(), all.end(), *out);
}

inline void give_digests(const std::vector<Digest>& digests, gs_digest** out,
                         std::size_t* count) noexcept {
  *count = digests.size();
  *out = static_cast<gs_digest*>(allocate(digests.size() * sizeof(gs_digest)));
  for (std::size_t i = 0; i < digests.size(); ++i) (*out)[i] = from_digest(digests[i]);
}

// A copy with a zero behind it; `out` and `length` may be null.
inline void give_text(std::string_view given, char** out, std::size_t* length) noexcept {
  if (length != nullptr) *length = given.size();
  if (out == nullptr) return;
  *out = static_cast<char*>(allocate(given.size() + 1));
  if (!given.empty()) std::memcpy(*out, given.data(), given.size());
  (*out)[given.size()] = '\0';
}

}  // namespace gs::c
