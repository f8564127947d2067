// A person types into a text of a record.
//
// What was typed is kept as runs, as long as they can be, and goes into one operation that stands
// on the text that was there when the session, or its last commit, looked: so nothing that others
// write meanwhile moves a position.
#include "globalstorage/text_session.h"

#include "gs/api/staging.h"
#include "gs/core/crdt/text/difference.h"
#include "gs/core/crdt/text/operation.h"
#include "gs/core/crdt/text/rope.h"
#include "gs/core/record/utf8.h"
#include "gs/engine/database/staging.h"

namespace gs {

using crdt::Edit;
using crdt::EditRun;
using crdt::TextUnit;

struct TextSession::Impl {
  std::shared_ptr<engine::Database> database;
  Id id;
  std::string field;
  TextUnit unit = TextUnit::points;

  // Shown: what there was, with what is typed.
  crdt::Rope shown;
  // What commits it, begun when that text was read.
  std::unique_ptr<engine::TransactionState> tx;
  const rules::Rules* rules = nullptr;
  // What was typed since, and is not staged; and how much is.
  std::vector<EditRun> runs;
  std::string inserted;
  std::size_t staged_runs = 0;
  std::size_t staged_bytes = 0;
  // Why what there is could not be read behind the last commit: nothing can be typed until it is.
  Error unread;

  // For peers.
  crdt::Session session;
  std::uint32_t next_seq = 0;
  bool stands_on_shown = true;  // the next update: nothing was typed since the text was read
  crdt::OperationParts parts;
  Buffer update;

  ~Impl() {
    if (tx != nullptr) database->recycle(std::move(tx));
  }
  Result<std::string> read();
  Result<std::vector<TextChange>> show(std::string_view text);
  Result<std::uint32_t> point(std::uint64_t position, const char* what) const;
  void type(const EditRun& run);
  // One edit; `parts` has its runs.
  Error splice(const TextSplice& edit);
  // It is done. Returns how many seqs it takes.
  std::uint32_t pass();
  Error stage();
};

namespace {

constexpr std::uint32_t kWriter = 0;
// That are not committed: places where somebody typed or deleted.
constexpr std::size_t kRunsMax = std::size_t{1} << 20;

std::string text_of(TextUnit unit) {
  return unit == TextUnit::points ? "characters" : "units of UTF-16";
}

}  // namespace

// What readers see now, in a transaction that begins with it.
Result<std::string> TextSession::Impl::read() {
  Error lost;
  for (int i = 0; i < api::kTriesMax; ++i) {
    std::unique_ptr<engine::TransactionState> next = database->begin();
    const rules::Rules* found = nullptr;
    if (next->catalog != nullptr) {
      GS_TRY(found, api::rules_of_record(*next, id));
    }
    GS_TRY(std::string text, engine::Staging(*next).begin_text(id, found, field));
    if (next->size() == 0) {
      tx.swap(next);
      rules = found;
      if (next != nullptr) database->recycle(std::move(next));
      return text;
    }
    // Only the schema gave it.
    lost = database->commit(*next, Durability::lazy).error();
    if (lost && lost.code() != Code::conflict) return lost;
  }
  return lost;
}

// In place of what is shown. Returns what changed.
Result<std::vector<TextChange>> TextSession::Impl::show(std::string_view text) {
  runs.clear();
  inserted.clear();
  staged_runs = 0;
  staged_bytes = 0;
  unread = {};
  stands_on_shown = true;
  std::vector<TextChange> changes;
  const std::string before = shown.text();
  if (before == text) return changes;
  const crdt::Difference difference = crdt::difference(before, text);
  std::string_view rest = difference.text;
  for (const EditRun& run : difference.runs) {
    TextChange change;
    change.position = shown.convert(TextUnit::points, run.pos, unit);
    if (run.edit == Edit::insert) {
      change.inserted = rest.substr(0, crdt::bytes_of_points(rest, run.count));
      rest.remove_prefix(change.inserted.size());
      shown.insert(run.pos, change.inserted);
    } else {
      change.deleted = shown.convert(TextUnit::points, run.pos + run.count, unit) - change.position;
      shown.erase(run.pos, run.count);
    }
    changes.push_back(std::move(change));
  }
  return changes;
}

Result<std::uint32_t> TextSession::Impl::point(std::uint64_t position, const char* what) const {
  const crdt::Measure& size = shown.size();
  const std::uint32_t length = unit == TextUnit::points ? size.points : size.units16;
  if (position > length) {
    return Error(Code::invalid, std::string(what) + " " + std::to_string(position) +
                                    " is behind the end of the text, which has " +
                                    std::to_string(length) + " " + text_of(unit));
  }
  const auto at = static_cast<std::uint32_t>(position);
  if (length == size.points) return at;  // both units are one
  const std::uint32_t point = shown.convert(unit, at, TextUnit::points);
  if (shown.convert(TextUnit::points, point, unit) == at) return point;
  return Error(Code::invalid, std::string(what) + " " + std::to_string(position) +
                                  " is inside of a character of two units of UTF-16");
}

void TextSession::Impl::type(const EditRun& run) {
  parts.runs.push_back(run);
  EditRun next = run;
  if (!runs.empty() && crdt::join_run(runs.back(), next) && next.count == 0) return;
  runs.push_back(next);
}

// What was typed becomes a part of the transaction.
Error TextSession::Impl::stage() {
  if (runs.empty()) return {};
  GS_TRY_OK(engine::Staging(*tx).stage_runs(id, rules, field, runs, inserted));
  staged_runs += runs.size();
  staged_bytes += inserted.size();
  runs.clear();
  inserted.clear();
  return {};
}

TextSession::TextSession(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
TextSession::TextSession(TextSession&&) noexcept = default;
TextSession& TextSession::operator=(TextSession&&) noexcept = default;
TextSession::~TextSession() = default;

Result<TextSession> Storage::edit_text(const Id& id, std::string_view field,
                                       TextPositions positions) {
  if (field.empty()) return Error(Code::invalid, "a field has a name");
  if (read_only()) return Error(Code::read_only, "nobody can type: it is open for reading");
  auto impl = std::make_unique<TextSession::Impl>();
  impl->database = database();
  impl->id = id;
  impl->field = field;
  impl->unit = positions == TextPositions::utf16 ? TextUnit::units16 : TextUnit::points;
  GS_TRY(const std::string text, impl->read());
  impl->shown.assign(text);
  return TextSession(std::move(impl));
}

Error TextSession::Impl::splice(const TextSplice& edit) {
  parts.runs.clear();
  if (unread) return unread.copy();
  if (!record::valid_utf8(as_bytes(edit.inserted))) {
    return Error(Code::invalid, "what is inserted is not UTF-8");
  }
  const std::size_t bytes = staged_bytes + inserted.size() + edit.inserted.size();
  const bool is_full = bytes > crdt::kOperationBytesMax || staged_runs + runs.size() + 2 > kRunsMax;
  if (is_full) {
    return Error(Code::too_large,
                 "too much is typed and not committed: 16 MiB, or 1,048,576 edits");
  }
  GS_TRY(const std::uint32_t from, point(edit.position, "position"));
  std::uint32_t until = from;
  if (edit.deleted != 0) {
    const std::uint64_t end = edit.position + std::min(edit.deleted, ~edit.position);
    GS_TRY(until, point(end, "the end of what is deleted,"));
  }
  if (until != from) {
    shown.erase(from, until - from);
    type({Edit::erase, from, until - from});
  }
  if (!edit.inserted.empty()) {
    shown.insert(from, edit.inserted);
    type({Edit::insert, from, crdt::measure(edit.inserted).points});
    inserted += edit.inserted;
  }
  return {};
}

std::uint32_t TextSession::Impl::pass() {
  std::uint32_t edits = 0;
  for (const EditRun& run : parts.runs) edits += run.count;
  next_seq += edits;
  if (edits != 0) stands_on_shown = false;
  return edits;
}

Result<Bytes> TextSession::splice(std::uint64_t position, std::uint64_t deleted,
                                  std::string_view inserted) {
  Impl& impl = *impl_;
  GS_TRY_OK(impl.splice({position, deleted, inserted}));
  crdt::OperationParts& parts = impl.parts;
  if (parts.runs.empty()) return Bytes();
  parts.first_seq = impl.next_seq;
  parts.text = inserted;
  parts.parents.clear();
  if (!impl.stands_on_shown) parts.parents.push_back({true, 0, impl.next_seq - 1});
  impl.pass();
  impl.update = impl.session.encode(kWriter, parts);
  return Bytes(impl.update);
}

Error TextSession::splices(std::span<const TextSplice> edits) {
  for (const TextSplice& edit : edits) {
    GS_TRY_OK(impl_->splice(edit));
    impl_->session.pass(kWriter, impl_->pass());
  }
  return {};
}

std::string TextSession::text() const { return impl_->shown.text(); }

std::uint64_t TextSession::length() const noexcept {
  const crdt::Measure& size = impl_->shown.size();
  return impl_->unit == TextUnit::points ? size.points : size.units16;
}

bool TextSession::is_narrow() const noexcept {
  const crdt::Measure& size = impl_->shown.size();
  return size.points == size.units16;
}

bool TextSession::has_uncommitted() const noexcept {
  return !impl_->runs.empty() || impl_->staged_runs != 0;
}

Result<std::vector<TextChange>> TextSession::commit() {
  return commit(impl_->database->default_durability());
}

Result<std::vector<TextChange>> TextSession::commit(Durability durability) {
  GS_TRY_OK(impl_->stage());
  if (impl_->tx->size() == 0) return discard();
  GS_TRY_OK(impl_->database->commit(*impl_->tx, durability).error());
  impl_->staged_runs = 0;
  impl_->staged_bytes = 0;
  auto changes = discard();
  if (changes.ok()) return changes;
  // It is written. Somebody removed the record since, or the like.
  impl_->unread = std::move(changes).error();
  return std::vector<TextChange>();
}

Result<std::vector<TextChange>> TextSession::discard() {
  GS_TRY(const std::string text, impl_->read());
  return impl_->show(text);
}

}  // namespace gs
