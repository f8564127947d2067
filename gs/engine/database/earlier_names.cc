#include "gs/engine/database/earlier_names.h"

#include <algorithm>
#include <map>
#include <set>

#include "gs/engine/catalog/lifter.h"
#include "gs/engine/database/database.h"
#include "gs/engine/database/staging.h"

namespace gs::engine {

using graph::Kind;
using record::FieldView;
using record::RecordView;
using record::ValueView;
using rules::FieldRule;

namespace {

// The fields of an update, for another encoding of it.
std::vector<FieldView> fields_of(const RecordView& delta) {
  std::vector<FieldView> fields;
  const record::Shape& shape = delta.shape();
  if (shape.self_describing()) {
    const ValueView object = delta.field(shape.key_fields());
    for (std::uint32_t i = 0; i < object.count(); ++i) {
      const ValueView member = object.member(i);
      const bool is_removed = member.type == Type::any;
      fields.push_back({object.member_name(i), is_removed ? std::nullopt : std::optional(member)});
    }
    return fields;
  }
  for (std::size_t i = shape.key_fields(); i < shape.field_count(); ++i) {
    fields.push_back(
        {shape.fields()[i].name, delta.present(i) ? std::optional(delta.field(i)) : std::nullopt});
  }
  return fields;
}

bool is_same(const ValueView& a, const ValueView& b) {
  return a.type == b.type &&
         std::equal(a.content.begin(), a.content.end(), b.content.begin(), b.content.end());
}

using Names = std::set<std::string, std::less<>>;

// One update of a record: which names it removes, and which fields it has to write for that.
class Extension {
 public:
  // `fields`: of the update, gets more. `written`: names that earlier updates of the transaction
  // wrote or removed, gets those of this one.
  Extension(const rules::Rules& rules, const RecordView& stored, std::vector<FieldView>& fields,
            Names& written)
      : rules_(rules), stored_(stored), fields_(fields), written_(written) {}

  // Returns whether the update removes earlier names.
  bool remove_names() {
    std::vector<std::string_view> named;
    for (const FieldView& field : fields_) {
      // Who moves a value by hand removes the earlier name, too.
      if (!field.value && rules_.is_earlier(field.name) && has(field.name))
        removed_.insert(std::string(field.name));
      named.push_back(field.name);
    }
    written_.insert(named.begin(), named.end());
    for (const std::string_view name : named) {
      if (const FieldRule* const field = rules_.find(name)) remove_names_of(*field);
    }
    return !removed_.empty();
  }

  // After remove_names(). `lifted`: how the record is read as it is stored.
  void write_along(const RecordView& lifted) {
    // A field that is written has earlier names, too.
    for (std::size_t removed = 0; removed != removed_.size();) {
      removed = removed_.size();
      for (const FieldRule& field : rules_.fields()) {
        const auto value = lifted.find(field.name);
        if (!value || written_.count(field.name) != 0 || !is_lost(field, *value)) continue;
        fields_.push_back({field.name, value});
        written_.insert(field.name);
        remove_names_of(field);
      }
    }
  }

 private:
  bool has(std::string_view name) const {
    return stored_.find(name) && written_.find(name) == written_.end();
  }

  void remove_names_of(const FieldRule& field) {
    for (const std::string& name : field.was) {
      if (!has(name)) continue;
      fields_.push_back({name, std::nullopt});
      written_.insert(name);
      removed_.insert(name);
    }
  }

  // Whether the value comes from a removed name, or is the work of a conversion, which may have
  // read one.
  bool is_lost(const FieldRule& field, const ValueView& value) const {
    const auto own = stored_.find(field.name);
    if (own) return field.convert && !is_same(*own, value);
    const auto source = std::find_if(field.was.begin(), field.was.end(),
                                     [&](const std::string& name) { return stored_.find(name); });
    if (source == field.was.end()) {
      return field.convert && rules_.find_default(field.name) == nullptr;
    }
    return field.convert || removed_.count(*source) != 0;
  }

  const rules::Rules& rules_;
  const RecordView& stored_;
  std::vector<FieldView>& fields_;
  Names& written_;
  Names removed_;
};

}  // namespace

EarlierNames::~EarlierNames() {
  if (tx_.operations.empty()) return;  // it was committed
  for (const Replaced& each : replaced_) tx_.operations[each.index] = each.operation;
  tx_.encoder.forget_from(kept_bytes_);
}

Error EarlierNames::remove() {
  std::map<Id, std::vector<std::size_t>> updates;
  const Moment now = database_.moment();
  for (std::size_t i = 0; i < tx_.operations.size(); ++i) {
    const StagedOperation& staged = tx_.operations[i];
    const bool is_update = staged.kind == Kind::update && !staged.is_change();
    if (!is_update || staged.rules == nullptr || !staged.rules->has_earlier()) continue;
    // What this transaction wrote as a whole has no earlier names.
    if (Staging(tx_).staged_content(staged.id) != nullptr) continue;
    Found found;
    if (!database_.find_stored(now, staged.id, found)) continue;  // the commit will say so
    std::vector<std::size_t>& earlier = updates[staged.id];
    GS_TRY_OK(remove_from(i, found, earlier));
    earlier.push_back(i);
  }
  return {};
}

// `earlier`: updates of the same record that came before in the transaction.
Error EarlierNames::remove_from(std::size_t index, const Found& found,
                                const std::vector<std::size_t>& earlier) {
  const StagedOperation staged = tx_.operations[index];
  const auto delta_at = [&](std::size_t at) {
    return RecordView(tx_.operations[at].shape->get(), tx_.record(tx_.operations[at]));
  };
  Names written;
  for (const std::size_t at : earlier) {
    for (const FieldView& field : fields_of(delta_at(at))) written.emplace(field.name);
  }
  const record::ShapePtr& shape = database_.tables().shape(found.entry.shape).shape;
  const RecordView stored(shape.get(), found.record);
  const std::uint8_t* const delta = tx_.record(staged);
  const Buffer bytes(delta, delta + staged.bytes);  // the encoder's memory moves
  auto fields = fields_of({staged.shape->get(), bytes.data()});
  Extension extension(*staged.rules, stored, fields, written);
  if (!extension.remove_names()) return {};
  const LiftedRecord lifted(tx_.catalog.get(), shape, found.record);
  extension.write_along(lifted.view());
  GS_TRY(const record::Encoded all, tx_.encoder.encode_views({}, fields));
  replaced_.push_back({index, staged});
  StagedOperation& replaced = tx_.operations[index];
  replaced.shape = &all.shape;
  replaced.bytes = all.bytes.size();
  replaced.begin = tx_.encoder.keep(all);
  // Somebody else's write of a field that is written along would be lost.
  StagedOperation& first = tx_.operations[earlier.empty() ? index : earlier.front()];
  first.version = version_digest(found, database_.tables());
  first.was_checked = true;
  return {};
}

}  // namespace gs::engine
