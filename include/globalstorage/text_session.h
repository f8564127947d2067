// A person types into a text of a record: each key press is a matter of memory, and gives the bytes
// that show it to connected peers at once; what was typed becomes one transaction now and then.
//
//   gs::TextSession session = *db.edit_text(id, "body");
//   send(*session.splice(0, 0, "Dear all,"));     // each key: its session update
//   for (const gs::TextChange& change : *session.commit()) show(change);  // what others did
//
// It shows the text that was there when it began, with what is typed in it. commit() writes that,
// whatever others have written meanwhile: both count, as those of Transaction::splice. Only then
// are their edits shown here. What is not committed when the program ends is lost.
//
// A session update is an operation on a text in its live form (docs/FORMAT.md, "Text edits"), its
// writer 0. The first one, and the first behind each commit, has no parents: it stands on the text
// that the session shows then; every other one stands on the edit before.
//
// Threads: one at a time. It keeps the storage open.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "globalstorage/bytes.h"
#include "globalstorage/options.h"
#include "globalstorage/result.h"
#include "globalstorage/transaction.h"

namespace gs {

// What positions of a text count: Unicode code points, or units of UTF-16, as JavaScript and many
// editors do.
enum class TextPositions : std::uint8_t { code_points, utf16 };

// One replacement in the text that those before it have left.
struct TextChange {
  std::uint64_t position = 0;
  std::uint64_t deleted = 0;
  std::string inserted;

  friend bool operator==(const TextChange&, const TextChange&) = default;
};

class TextSession {
 public:
  ~TextSession();
  TextSession(TextSession&&) noexcept;
  TextSession& operator=(TextSession&&) noexcept;

  // Takes out so much at a position of the text as it is shown, and puts in `inserted`. Returns the
  // session update, which stays until the next call; empty when nothing changes. Errors: invalid (a
  // position that is not in the text, or inside of a character; no UTF-8), too_large (16 MiB that
  // are not committed).
  Result<Bytes> splice(std::uint64_t position, std::uint64_t deleted, std::string_view inserted);

  // The same of many, each in the text that the ones before have left, by who makes the updates of
  // them. Of what is wrong, the edits before are done.
  Error splices(std::span<const TextSplice> edits);

  // As it is shown.
  std::string text() const;
  std::uint64_t length() const noexcept;
  // Whether no character of it has two units of UTF-16: both kinds of positions are one then.
  bool is_narrow() const noexcept;
  bool has_uncommitted() const noexcept;

  // Writes what was typed, and then shows what others have written as well. Returns what that
  // changed here. Errors: those of Transaction::commit; conflict as well, when somebody replaced
  // the text, and invalid, when the schema does not allow it. Then what was typed is still here, to
  // be tried again. When the record is gone by then, what was typed is written, and calls of splice
  // tell.
  Result<std::vector<TextChange>> commit();
  Result<std::vector<TextChange>> commit(Durability durability);
  // Forgets what is not committed, and shows what there is. Errors: not_found.
  Result<std::vector<TextChange>> discard();

 private:
  friend class Storage;
  struct Impl;
  explicit TextSession(std::unique_ptr<Impl> impl) noexcept;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gs
