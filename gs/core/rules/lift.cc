#include "gs/core/rules/lift.h"

#include <algorithm>

#include "gs/base/endian.h"
#include "gs/core/rules/check.h"

namespace gs::rules {

using record::RecordView;
using record::ValueView;

namespace {

bool fits_rule(const Rule& rule, const ValueView& value) {
  return Checker(nullptr, nullptr).field(rule, value, {});
}

// An integer of 64 bits is one in records, also when JavaScript gave it as any bigint.
Value as_integer(Value value) {
  const Big* const big = value.get<Big>();
  if (big == nullptr || big->magnitude.size() > sizeof(std::uint64_t)) return value;
  std::uint64_t magnitude = 0;
  for (std::size_t i = big->magnitude.size(); i-- > 0;)
    magnitude = magnitude << 8 | big->magnitude[i];
  constexpr std::uint64_t kSign = std::uint64_t{1} << 63;
  if (magnitude > kSign || (magnitude == kSign && !big->negative)) return value;
  return Value::integer(static_cast<std::int64_t>(big->negative ? 0 - magnitude : magnitude));
}

}  // namespace

// --- conversions that are stopped ---

void Stops::note(const Rules& rules, const FieldRule& field, bool stopped) {
  if (!stopped) {
    if (in_a_row_.load(std::memory_order_relaxed) != 0) in_a_row_ = 0;
    return;
  }
  ++count_;
  const std::lock_guard lock(mutex_);
  name_ = rules.collection() + "." + field.name;
  ++in_a_row_;
}

Error Stops::error() const {
  if (!gave_up()) return {};
  const std::lock_guard lock(mutex_);
  return Error(Code::too_large, "the conversion of " + name_ + " was stopped for " +
                                    std::to_string(kInARow) +
                                    " records in a row. Correct `convert` in the schema");
}

// --- what the shape says ---

std::shared_ptr<const LiftPlan> LiftPlan::make(const Rules& rules, const record::ShapePtr& shape) {
  if (!rules.may_lift()) return nullptr;
  std::shared_ptr<LiftPlan> made(new LiftPlan(rules));
  if (shape->self_describing()) {
    made->by_name_ = true;
    return made;
  }
  made->needed_.resize(shape->words());
  made->given_.resize(shape->words());
  for (std::size_t i = shape->key_fields(); i < shape->field_count(); ++i) {
    made->add_field(*shape, i);
  }
  for (const FieldRule& field : rules.fields()) made->add_missing(*shape, field);
  const bool any = std::any_of(made->needed_.begin(), made->needed_.end(),
                               [](std::uint64_t word) { return word != 0; });
  if (!any && !made->always_ && made->looks_.empty()) return nullptr;
  return made;
}

void LiftPlan::add_field(const record::Shape& shape, std::size_t index) {
  const record::Field& field = shape.fields()[index];
  const std::uint64_t bit = std::uint64_t{1} << (index % 32);
  std::uint64_t& needed = needed_[index / 32];
  std::uint64_t& given = given_[index / 32];
  const FieldRule* const rule = rules_.find(field.name);
  if (rule == nullptr) {
    if (rules_.is_earlier(field.name)) needed |= bit;  // absent
    return;
  }
  if (makes_one(*rule)) {
    needed |= bit;
    given |= bit;
  }
  if (!rule->convert) return;
  if (rule->rule.required) needed |= bit << 32;  // not null
  if (!needs_no_look(rule->rule, field.type)) looks_.push_back({index, &rule->rule});
}

void LiftPlan::add_missing(const record::Shape& shape, const FieldRule& field) {
  always_ = always_ || (shape.find(field.name) < 0 && makes_one(field));
}

bool LiftPlan::is_current(const RecordView& record) const {
  if (always_) return false;
  if (by_name_) return is_current_by_name(record);
  const std::uint8_t* const words = record.bytes().data() + 8;
  for (std::size_t i = 0; i < needed_.size(); ++i) {
    if ((load_u64(words + 8 * i) & needed_[i]) != given_[i]) return false;
  }
  for (const Look& look : looks_) {
    if (record.present(look.field) && !fits_rule(*look.rule, record.field(look.field)))
      return false;
  }
  return true;
}

// Of a record that describes itself.
bool LiftPlan::is_current_by_name(const RecordView& record) const {
  bool current = true;
  each_member(record, [&](std::string_view name, bool present, const ValueView& value) {
    if (!present || !current) return;
    const FieldRule* const field = rules_.find(name);
    current = field == nullptr ? !rules_.is_earlier(name)
                               : !field->convert || fits_rule(field->rule, value);
  });
  return current &&
         std::all_of(rules_.fields().begin(), rules_.fields().end(), [&](const FieldRule& field) {
           return !makes_one(field) || record.find(field.name);
         });
}

// Whether the rules give a value to a field that has none.
bool LiftPlan::makes_one(const FieldRule& field) const {
  return rules_.find_default(field.name) != nullptr || (field.convert && field.rule.required);
}

// --- what a record says ---

// One record, from its fields to those of the rules.
class LiftPlan::Run {
 public:
  Run(const Rules& rules, const RecordView& record, schema::Functions* functions,
      LiftScratch& scratch, Stops* stops)
      : rules_(rules), record_(record), functions_(functions), scratch_(scratch), stops_(stops) {
    scratch_.views.clear();
    scratch_.made.clear();
    scratch_.given.assign(rules.fields().size(), false);
  }

  void collect() {
    each_member(record_, [&](std::string_view name, bool present, const ValueView& value) {
      if (present) add_stored(name, value);
    });
    for (const FieldRule& field : rules_.fields()) add_converted(field);
    for (const record::Layout::Default& each : rules_.layout().defaults()) {
      if (scratch_.given[index_of(*rules_.find(each.name))]) continue;
      scratch_.views.push_back({each.name, ValueView{each.type, each.content}});
    }
  }

 private:
  std::size_t index_of(const FieldRule& field) const noexcept {
    return static_cast<std::size_t>(&field - rules_.fields().data());
  }

  // Values keep their places.
  void add_stored(std::string_view name, const ValueView& value) {
    if (const FieldRule* const field = rules_.find(name)) {
      add(*field, value, field->convert && !fits_rule(field->rule, value));
      return;
    }
    if (!rules_.is_earlier(name)) {
      scratch_.views.push_back({name, value});
      return;
    }
    for (const FieldRule& field : rules_.fields()) {
      if (earlier_name(field) == name) add(field, value, field.convert.has_value());
    }
  }

  // The name under which the record has the field; empty: its own, or none.
  std::string_view earlier_name(const FieldRule& field) const {
    if (field.was.empty() || record_.find(field.name)) return {};
    for (const std::string& name : field.was) {
      if (record_.find(name)) return name;
    }
    return {};
  }

  void add(const FieldRule& field, const ValueView& value, bool converts) {
    std::optional<ValueView> taken = value;
    if (converts) {
      bool is_made = false;
      const auto made = convert(field, to_js(value), is_made);
      if (is_made) taken = made;
    }
    // What has no value by its conversion is not asked for once more.
    scratch_.given[index_of(field)] = taken || rules_.find_default(field.name) == nullptr;
    if (taken) scratch_.views.push_back({field.name, taken});
  }

  void add_converted(const FieldRule& field) {
    if (scratch_.given[index_of(field)] || !field.convert || !field.rule.required) return;
    if (rules_.find_default(field.name) != nullptr) return;
    bool is_made = false;
    const auto made = convert(field, {}, is_made);
    if (!made) return;
    scratch_.given[index_of(field)] = true;
    scratch_.views.push_back({field.name, made});
  }

  // What `convert` gives, as the field holds it; nullopt: no value. `is_made` is false when it gave
  // nothing that can be taken.
  std::optional<ValueView> convert(const FieldRule& field, schema::JsValue value, bool& is_made) {
    if (functions_ == nullptr || (stops_ != nullptr && stops_->gave_up())) return std::nullopt;
    const schema::JsValue arguments[] = {std::move(value), to_js(record_)};
    const schema::Outcome outcome = functions_->call(*field.convert, arguments);
    if (stops_ != nullptr) stops_->note(rules_, field, outcome.stopped);
    if (outcome.threw) return std::nullopt;
    if (outcome.value.kind == schema::JsValue::Kind::undefined) {
      is_made = true;
      return std::nullopt;
    }
    std::optional<Value> given = from_js(outcome.value);
    if (!given) return std::nullopt;
    const Object laid =
        rules_.layout().applied({{field.name, as_integer(std::move(*given))}}, false);
    Buffer& bytes = scratch_.made.emplace_back();
    if (record::encode_any(laid.front().second, bytes, record::kFieldDepth)) return std::nullopt;
    const ValueView made{static_cast<Type>(bytes[0]), Bytes(bytes).subspan(1)};
    if (!fits_rule(field.rule, made)) return std::nullopt;
    is_made = true;
    return made;
  }

  const Rules& rules_;
  const RecordView& record_;
  schema::Functions* const functions_;
  LiftScratch& scratch_;
  Stops* const stops_;
};

std::optional<record::Encoded> LiftPlan::lift(const RecordView& record,
                                              schema::Functions* functions, LiftScratch& scratch,
                                              Stops* stops) const {
  Run(rules_, record, functions, scratch, stops).collect();
  auto encoded = scratch.encoder.encode_views(record.shape().collection(), scratch.views,
                                              record.key(), record::kMergedBytesMax);
  if (!encoded.ok()) return std::nullopt;
  return *encoded;
}

}  // namespace gs::rules
