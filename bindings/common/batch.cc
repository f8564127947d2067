#include "bindings/common/batch.h"

#include "bindings/common/cursor.h"

namespace gs::bindings {
namespace {

enum class Kind : std::uint8_t {
  insert,
  put,
  set,
  update,
  remove,
  expect,
  patch,
  add,
  add_elements,
  remove_elements,
  splice,
  mark,
  list_insert,
  list_delete,
  list_move,
  list_set,
  tree_create,
  tree_move,
  tree_set,
  tree_delete,
  swap,
};

// Added to a kind: the record is named.
constexpr std::uint8_t kNamed = 128;

// Every commit that finds another version than the schema was asked about means that somebody else
// wrote.
constexpr int kTriesMax = 1000;

Error broken() { return {Code::invalid, "a batch of writes that is none"}; }

void append(Buffer& out, const void* bytes, std::size_t count) {
  const auto* const first = static_cast<const std::uint8_t*>(bytes);
  out.insert(out.end(), first, first + count);
}

void append_number(Buffer& out, std::uint64_t number, int bytes) {
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<std::uint8_t>(number >> (8 * i)));
}

// One transaction on its way into the storage.
class Staging {
 public:
  Staging(Storage& storage, Bytes operations, Buffer& results)
      : storage_(storage), operations_(operations), results_(results) {}

  static constexpr std::uint32_t kAll = 0xffffffff;

  // Which operation an error is about.
  std::uint32_t failed() const noexcept { return at_; }

  // Errors: those of the operations and of the commit.
  Error run() {
    if (is_swap()) return swap();
    const std::size_t begin = results_.size();
    for (int i = 0;; ++i) {
      expects_ = false;
      results_.resize(begin);
      Transaction tx = storage_.begin();
      GS_TRY_OK(stage_all(tx));
      at_ = kAll;
      if (is_alone_) return {};
      const auto committed = tx.commit(Durability::lazy);
      if (committed.ok()) return {};
      // Of a conflict that nobody expects, the schema was asked about what has changed since.
      const bool again = committed.code() == Code::conflict && !expects_ && i < kTriesMax;
      if (!again) return committed.error().copy();
    }
  }

 private:
  bool is_swap() const noexcept {
    return !operations_.empty() && static_cast<Kind>(operations_[0] & ~kNamed) == Kind::swap;
  }

  // Commits by itself, so it is alone.
  Error swap() {
    Cursor at(operations_);
    const Id id = record(at.u8(), at);
    const ObjectBytes expected{at.counted()};
    const ObjectBytes changes{at.counted()};
    if (!at.ok() || !at.at_end()) return broken();
    GS_TRY(const bool swapped, storage_.swap(id, expected, changes));
    results_.push_back(swapped ? 1 : 0);
    return {};
  }

  Error stage_all(Transaction& tx) {
    Cursor at(operations_);
    for (at_ = 0; !at.at_end(); ++at_) {
      GS_TRY_OK(stage(tx, at.u8(), at));
      if (!at.ok()) return broken();
    }
    return {};
  }

  Error stage(Transaction& tx, std::uint8_t number, Cursor& at) {
    const auto kind = static_cast<Kind>(number & ~kNamed);
    if (kind == Kind::insert || kind == Kind::put) {
      return (number & kNamed) != 0 ? broken() : stage_new(tx, kind, at);
    }
    const Id id = record(number, at);
    switch (kind) {
      case Kind::set:
        return tx.set(id, ObjectBytes{at.counted()});
      case Kind::update:
        return tx.update(id, ObjectBytes{at.counted()});
      case Kind::remove:
        return tx.remove(id);
      case Kind::expect:
        return expect(tx, id, at.digest());
      case Kind::patch:
        return tx.patch(id, at.text());
      case Kind::swap:
        return broken();  // it is alone
      default:
        return stage_field(tx, kind, id, at);
    }
  }

  // The one that an operation is about.
  Id record(std::uint8_t number, Cursor& at) const {
    if ((number & kNamed) == 0) return at.id();
    const std::string_view collection = at.text();
    const std::string_view name = at.text();
    return at.ok() ? storage_.find_id(name, collection) : Id{};
  }

  Error stage_new(Transaction& tx, Kind kind, Cursor& at) {
    const std::string_view collection = at.text();
    const std::string_view key = kind == Kind::put ? at.text() : std::string_view();
    const ObjectBytes object{at.counted()};
    if (!at.ok()) return broken();
    GS_TRY(const Id id,
           kind == Kind::put ? tx.put(collection, key, object) : tx.insert(collection, object));
    append(results_, id.bytes.data(), id.bytes.size());
    return {};
  }

  Error expect(Transaction& tx, const Id& id, const Digest& version) {
    expects_ = true;
    return version.is_zero() ? tx.expect_absent(id) : tx.expect(id, version);
  }

  Error stage_field(Transaction& tx, Kind kind, const Id& id, Cursor& at) {
    const std::string_view field = at.text();
    switch (kind) {
      case Kind::add:
        return tx.add(id, field, at.i64());
      case Kind::add_elements:
        return tx.add_elements(id, field, at.text());
      case Kind::remove_elements:
        return tx.remove_elements(id, field, at.text());
      case Kind::splice:
        return splice(tx, id, field, at);
      case Kind::mark:
        return mark(tx, id, field, at);
      case Kind::list_insert:
      case Kind::list_delete:
      case Kind::list_move:
      case Kind::list_set:
        return stage_list(tx, kind, id, field, at);
      case Kind::tree_create:
      case Kind::tree_move:
      case Kind::tree_set:
      case Kind::tree_delete:
        return stage_tree(tx, kind, id, field, at);
      default:
        return broken();
    }
  }

  Error splice(Transaction& tx, const Id& id, std::string_view field, Cursor& at) {
    const std::uint64_t count = at.u32();
    Cursor positions(at.take(4 * count));
    Cursor deleted(at.take(4 * count));
    Cursor inserted(at.take(4 * count));
    const std::string_view text = at.text();
    if (!at.ok()) return broken();
    splices_.clear();
    std::size_t begin = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::size_t end = after_points(text, begin, inserted.u32());
      if (end > text.size()) return broken();
      splices_.push_back({positions.u32(), deleted.u32(), text.substr(begin, end - begin)});
      begin = end;
    }
    if (begin != text.size()) return broken();
    return tx.splice(id, field, splices_);
  }

  // Where so many code points from `begin` on end; beyond the text when it has not so many. A byte
  // that continues a code point belongs to the one before, whether that is right or not.
  static std::size_t after_points(std::string_view text, std::size_t begin, std::uint32_t points) {
    std::size_t at = begin;
    for (; points > 0; --points) {
      if (at >= text.size()) return text.size() + 1;
      ++at;
      while (at < text.size() && (text[at] & 0xc0) == 0x80) ++at;
    }
    return at;
  }

  static Error mark(Transaction& tx, const Id& id, std::string_view field, Cursor& at) {
    const std::uint32_t from = at.u32();
    const std::uint32_t to = at.u32();
    const std::string_view key = at.text();
    const std::string_view value = at.text();
    const std::uint8_t growth = at.u8();
    if (growth > static_cast<std::uint8_t>(MarkGrowth::both)) return broken();
    return tx.mark(id, field, from, to, key, value, static_cast<MarkGrowth>(growth));
  }

  static Error stage_list(Transaction& tx, Kind kind, const Id& id, std::string_view field,
                          Cursor& at) {
    const std::uint32_t position = at.u32();
    switch (kind) {
      case Kind::list_insert:
        return tx.list_insert(id, field, position, at.text());
      case Kind::list_delete:
        return tx.list_delete(id, field, position, at.u32());
      case Kind::list_move:
        return tx.list_move(id, field, position, at.u32());
      default:
        return tx.list_set(id, field, position, at.text());
    }
  }

  Error stage_tree(Transaction& tx, Kind kind, const Id& id, std::string_view field, Cursor& at) {
    const std::string_view first = at.text();  // the node, or the value of a new one
    switch (kind) {
      case Kind::tree_create: {
        const TreePlace place = tree_place(at);
        if (!at.ok()) return broken();
        // Its id, which readers see, is known after the commit.
        is_alone_ = at_ == 0 && at.at_end();
        GS_TRY(const std::string node, is_alone_ ? storage_.tree_create(id, field, first, place)
                                                 : tx.tree_create(id, field, first, place));
        append_number(results_, node.size(), 4);
        append(results_, node.data(), node.size());
        return {};
      }
      case Kind::tree_move:
        return tx.tree_move(id, field, first, tree_place(at));
      case Kind::tree_set:
        return tx.tree_set(id, field, first, at.text());
      default:
        return tx.tree_delete(id, field, first);
    }
  }

  static TreePlace tree_place(Cursor& at) {
    TreePlace place;
    place.parent = at.text();
    place.before = at.text();
    return place;
  }

  Storage& storage_;
  Bytes operations_;
  Buffer& results_;
  std::vector<TextSplice> splices_;
  std::uint32_t at_ = 0;  // the operation that is staged
  bool expects_ = false;
  bool is_alone_ = false;  // was committed by itself
};

}  // namespace

Error apply_batch(Storage& storage, Bytes batch, Buffer& outcome) {
  Cursor at(batch);
  while (!at.at_end()) {
    const Bytes operations = at.counted();
    if (!at.ok()) return broken();
    const std::size_t begin = outcome.size();
    append_number(outcome, 0, 6);  // code and bytes, which are known at the end
    Staging staging(storage, operations, outcome);
    const Error error = staging.run();
    if (error) {
      outcome.resize(begin + 6);
      append_number(outcome, staging.failed(), 4);
      append(outcome, error.message().data(), error.message().size());
    }
    const auto code = static_cast<std::uint16_t>(error.code());
    store_u16(outcome.data() + begin, code);
    store_u32(outcome.data() + begin + 2, static_cast<std::uint32_t>(outcome.size() - begin - 6));
  }
  return {};
}

}  // namespace gs::bindings
