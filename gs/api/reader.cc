// Records as bytes, one by one, as fast as they are found.

#include "globalstorage/reader.h"

#include <unordered_map>
#include <utility>
#include <vector>

#include "gs/api/handle.h"
#include "gs/engine/catalog/lifter.h"
#include "gs/engine/database/look_ahead.h"

namespace gs {

namespace {

// Shapes by numbers in the order in which they were met. A record whose schema changed since has
// one of the catalog's, which go with it: so each is kept.
class ShapeNumbers {
 public:
  std::uint32_t number(const record::Shape* shape) {
    if (shape == last_) return last_number_;
    const auto [at, is_new] =
        numbers_.try_emplace(shape->digest(), static_cast<std::uint32_t>(definitions_.size()));
    if (is_new) {
      const Bytes bytes = shape->definition();
      definitions_.emplace_back(bytes.begin(), bytes.end());
    }
    last_ = nullptr;
    return at->second;
  }
  // The same of one that stays as long as the storage, which the next one likely has as well.
  std::uint32_t lasting_number(const record::Shape* shape) {
    if (shape == last_) return last_number_;
    last_number_ = number(shape);
    last_ = shape;
    return last_number_;
  }
  Bytes definition(std::uint32_t number) const noexcept {
    return number < definitions_.size() ? Bytes(definitions_[number]) : Bytes();
  }

 private:
  struct Hash {
    std::size_t operator()(const Digest& digest) const noexcept {
      std::size_t hash = 0;
      std::memcpy(&hash, digest.bytes.data(), sizeof hash);
      return hash;
    }
  };
  std::unordered_map<Digest, std::uint32_t, Hash> numbers_;
  std::vector<Buffer> definitions_;
  const record::Shape* last_ = nullptr;
  std::uint32_t last_number_ = 0;
};

}  // namespace

struct Reader::Impl {
  std::shared_ptr<engine::Database> database;
  engine::Moment moment;
  std::optional<engine::Lifter> lifter;
  engine::Found found;
  ShapeNumbers shapes;
  engine::LookAhead ahead;

  void look() {
    if (lifter && database->is_now(moment)) return;
    moment = database->moment();
    lifter.emplace(moment.catalog);
  }
};

Reader::Reader() = default;
Reader::~Reader() = default;
Reader::Reader(Reader&&) noexcept = default;
Reader& Reader::operator=(Reader&&) noexcept = default;

Reader Storage::reader() const {
  Reader reader;
  reader.impl_ = std::make_unique<Reader::Impl>();
  reader.impl_->database = database();
  return reader;
}

Result<bool> Reader::find(const Id& id, RawRecord& out) {
  if (impl_ == nullptr) return false;  // an empty Reader has nothing to look in
  Impl& all = *impl_;
  if (all.database->is_closed()) {
    return Error(Code::closed, "the storage is closed. Open it again");
  }
  all.look();
  const auto lookup = all.moment.version->find(id, all.moment.at, all.found);
  if (lookup == state::Version::Lookup::damaged) {
    return all.database->state_damage(*all.moment.version);
  }
  if (lookup == state::Version::Lookup::none ||
      all.found.entry.kind() == state::Entry::Kind::tombstone) {
    return false;
  }
  const record::ShapePtr& shape = all.database->tables().shape(all.found.entry.shape).shape;
  const record::RecordView view = all.lifter->lift(shape, all.found.record);
  const bool is_stored = &view.shape() == shape.get();
  out = {id, view.bytes(),
         is_stored ? all.shapes.lasting_number(shape.get()) : all.shapes.number(&view.shape())};
  return true;
}

static_assert(Reader::kAhead == engine::LookAhead::kDistance);

void Reader::expect(const Id& id) {
  if (impl_ == nullptr || impl_->database->is_closed()) return;
  impl_->look();
  impl_->ahead.add(*impl_->moment.version, id);
}

Digest Reader::version() const {
  return engine::version_digest(impl_->found, impl_->database->tables());
}

RawRecord Reader::raw(const Record& record) {
  const engine::RecordHold& hold = *record.hold_;
  return {record.id(), record.bytes(), impl_->shapes.number(hold.shape)};
}

Bytes Reader::shape(std::uint32_t number) const noexcept {
  return impl_ == nullptr ? Bytes() : impl_->shapes.definition(number);
}

void Reader::rest() noexcept {
  if (impl_ == nullptr) return;
  impl_->lifter.reset();
  impl_->moment = {};
}

}  // namespace gs
