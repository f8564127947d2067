// Records, fields, snapshots and scans: views on bytes that a handle keeps in place.

#include <array>
#include <span>
#include <utility>

#include "gs/api/handle.h"
#include "gs/core/record/json.h"
#include "gs/engine/database/scan.h"

namespace gs {

using record::RecordView;
using record::ValueView;

namespace {

// Above this, not every 64-bit integer has a double.
constexpr double kInt64End = 9223372036854775808.0;  // 2^63

}  // namespace

// --- Field ---

std::optional<bool> Field::boolean() const noexcept {
  if (type_ != Type::boolean) return std::nullopt;
  return ValueView{type_, content_}.boolean();
}

std::optional<double> Field::number() const noexcept {
  const ValueView view{type_, content_};
  if (type_ == Type::number) return view.number();
  if (type_ != Type::integer) return std::nullopt;
  const std::int64_t integer = view.integer();
  const auto number = static_cast<double>(integer);
  if (number >= kInt64End || static_cast<std::int64_t>(number) != integer) return std::nullopt;
  return number;
}

std::optional<std::int64_t> Field::integer() const noexcept {
  if (type_ != Type::integer && type_ != Type::date) return std::nullopt;
  return ValueView{type_, content_}.integer();
}

std::optional<std::string_view> Field::text() const noexcept {
  if (type_ != Type::string) return std::nullopt;
  return as_text(content_);
}

std::optional<Bytes> Field::bytes() const noexcept {
  if (type_ != Type::bytes) return std::nullopt;
  return content_;
}

std::optional<Id> Field::id() const noexcept {
  if (type_ != Type::id) return std::nullopt;
  return ValueView{type_, content_}.id();
}

std::uint32_t Field::count() const noexcept {
  if (type_ != Type::array && type_ != Type::set && type_ != Type::object) return 0;
  return ValueView{type_, content_}.count();
}

Field Field::element(std::uint32_t index) const noexcept {
  if (index >= count()) return {};
  const ValueView view{type_, content_};
  const ValueView element = type_ == Type::object ? view.member(index) : view.element(index);
  return Field(element.type, element.content);
}

std::string_view Field::name(std::uint32_t index) const noexcept {
  if (type_ != Type::object || index >= count()) return {};
  return ValueView{type_, content_}.member_name(index);
}

Value Field::value() const { return ValueView{type_, content_}.to_value(); }

std::string Field::json() const {
  std::string out;
  record::append_json(ValueView{type_, content_}, out);
  return out;
}

// --- Record ---

Record::Record() = default;
Record::~Record() = default;
Record::Record(Record&&) noexcept = default;
Record& Record::operator=(Record&&) noexcept = default;
Record::Record(const Record&) = default;
Record& Record::operator=(const Record&) = default;
Record::Record(std::shared_ptr<engine::RecordHold> hold) : hold_(std::move(hold)) {}

Record api::make_record(std::shared_ptr<engine::RecordHold> hold) {
  return Record(std::move(hold));
}

const Id& Record::id() const noexcept { return hold_->found.entry.id; }
std::string_view Record::collection() const noexcept { return hold_->shape->collection(); }
std::string_view Record::key() const noexcept { return hold_->view().key(); }
Digest Record::version() const { return engine::version_digest(hold_->found, hold_->db->tables()); }
Bytes Record::bytes() const noexcept { return hold_->view().bytes(); }

std::optional<Field> Record::find(std::string_view name) const noexcept {
  const auto found = hold_->view().find(name);
  if (!found) return std::nullopt;
  return Field(found->type, found->content);
}

namespace {

// The key is no field to users, and the fields of a record that describes itself are members of the
// one that its shape has beside the key.
std::size_t first_field(const record::Shape& shape) noexcept { return shape.keyed() ? 1 : 0; }

// The `index`th field that the record has: what an update removed keeps its place in the shape. The
// number of all fields when there are not so many.
std::size_t present_field(const RecordView& record, std::size_t index) noexcept {
  const std::size_t count = record.shape().field_count();
  std::size_t field = first_field(record.shape());
  while (field < count && (!record.present(field) || index-- != 0)) ++field;
  return field;
}

}  // namespace

std::size_t Record::field_count() const noexcept {
  const record::Shape& shape = *hold_->shape;
  const RecordView view = hold_->view();
  if (shape.self_describing()) return view.field(first_field(shape)).count();
  std::size_t count = 0;
  for (std::size_t i = first_field(shape); i < shape.field_count(); ++i) count += view.present(i);
  return count;
}

std::string_view Record::field_name(std::size_t index) const noexcept {
  const record::Shape& shape = *hold_->shape;
  if (!shape.self_describing()) {
    const std::size_t field = present_field(hold_->view(), index);
    return field < shape.field_count() ? std::string_view(shape.fields()[field].name)
                                       : std::string_view();
  }
  return hold_->view().field(first_field(shape)).member_name(static_cast<std::uint32_t>(index));
}

Field Record::field(std::size_t index) const noexcept {
  const record::Shape& shape = *hold_->shape;
  const RecordView record = hold_->view();
  ValueView view;
  if (shape.self_describing()) {
    view = record.field(first_field(shape)).member(static_cast<std::uint32_t>(index));
  } else if (const std::size_t field = present_field(record, index); field < shape.field_count()) {
    view = record.field(field);
  }
  return Field(view.type, view.content);
}

Object Record::object() const { return hold_->view().to_object(); }

void Record::append_json(std::string& out) const { record::append_json(hold_->view(), out); }

std::string Record::json() const {
  std::string out;
  append_json(out);
  return out;
}

// --- Snapshot ---

struct Snapshot::Impl {
  std::shared_ptr<engine::Database> database;
  engine::Moment moment;
};

Snapshot::Snapshot() = default;
Snapshot::~Snapshot() = default;
Snapshot::Snapshot(Snapshot&&) noexcept = default;
Snapshot& Snapshot::operator=(Snapshot&&) noexcept = default;

Bytes Snapshot::peek(const Id& id) const noexcept {
  engine::Found found;
  if (impl_ == nullptr) return {};  // an empty Snapshot holds nothing
  const auto lookup = impl_->moment.version->find(id, impl_->moment.at, found);
  if (lookup != state::Version::Lookup::found || found.record == nullptr) return {};
  return record::RecordView(nullptr, found.record).bytes();
}

bool Snapshot::has(const Id& id) const noexcept { return !peek(id).empty(); }

Snapshot Storage::snapshot() const {
  Snapshot snapshot;
  snapshot.impl_ = std::make_unique<Snapshot::Impl>();
  snapshot.impl_->database = database();
  snapshot.impl_->moment = database()->moment();
  return snapshot;
}

// --- Scan ---

struct Scan::Impl {
  engine::ScanState state;
  const state::Met* found = nullptr;  // what `rows` were made of
  std::array<Row, state::Cursor::kBatch> rows;
};

Scan::Scan() = default;
Scan::~Scan() = default;
Scan::Scan(Scan&& other) noexcept
    : impl_(std::move(other.impl_)),
      next_(std::exchange(other.next_, nullptr)),
      end_(std::exchange(other.end_, nullptr)) {}
Scan& Scan::operator=(Scan&& other) noexcept {
  impl_ = std::move(other.impl_);
  next_ = std::exchange(other.next_, nullptr);
  end_ = std::exchange(other.end_, nullptr);
  return *this;
}

bool Scan::refill() {
  if (impl_ == nullptr) return false;
  const std::span<const state::Met> found = impl_->state.take();
  for (std::size_t i = 0; i < found.size(); ++i) {
    impl_->rows[i] = {&found[i].entry->id, record::RecordView(nullptr, found[i].record).bytes()};
  }
  impl_->found = found.data();
  next_ = impl_->rows.data();
  end_ = next_ + found.size();
  return !found.empty();
}

bool Scan::next(Record& out) {
  if (next_ == end_ && !refill()) return false;
  out.hold_ = impl_->state.hold(impl_->found[next_ - impl_->rows.data()]);
  ++next_;
  return true;
}

Error Scan::error() const { return impl_ == nullptr ? Error() : impl_->state.error(); }

void Scan::seek(const Id& from) {
  if (impl_ == nullptr) return;  // an empty Scan has nothing to look in
  impl_->state.seek(from);
  next_ = end_ = nullptr;
}

Result<Scan> Storage::scan(const ScanOptions& options) const { return scan(snapshot(), options); }

Result<Scan> Storage::scan(const Snapshot& snapshot, const ScanOptions& options) const {
  Scan scan;
  if (snapshot.impl_ == nullptr) return scan;  // an empty Snapshot holds nothing
  scan.impl_ = std::make_unique<Scan::Impl>(
      Scan::Impl{engine::ScanState(snapshot.impl_->database, snapshot.impl_->moment,
                                   options.collection, options.from.value_or(Id{}), options.limit),
                 nullptr,
                 {}});
  return scan;
}

}  // namespace gs
