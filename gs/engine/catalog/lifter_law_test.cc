// Goal: a lifted record is what docs/SCHEMA.md says, whatever record and schema are.
// Method: random records of simple values, also updated ones whose shapes have fields that are
// absent, and random schemas over the same few names, against a lift of lists of Values.

#include <random>

#include "gs/base/test_share.h"
#include "gs/core/merge/merged_record.h"
#include "gs/core/merge/test_writers.h"
#include "gs/engine/catalog/test_catalog.h"

namespace gs::engine::testing {
namespace {

constexpr std::uint64_t kSeeds = 300 / gs::testing::kSanitizedShare;
constexpr int kRecords = 20;

// What a conversion gives: it throws, or gives undefined, or a value.
struct Given {
  enum Kind : std::uint8_t { threw, nothing, something } kind = nothing;
  Value value;
};

// A conversion in both languages.
struct Conversion {
  const char* source;
  Given (*run)(const Value* value);
};

std::string type_of(const Value* value) {
  if (value == nullptr) return "undefined";
  if (value->get<double>() != nullptr) return "number";
  if (value->get<std::string>() != nullptr) return "string";
  return value->get<bool>() != nullptr ? "boolean" : "object";
}

const Conversion kConversions[] = {
    {"(v) => 'was ' + typeof v",
     [](const Value* v) {
       return Given{Given::something, Value("was " + type_of(v))};
     }},
    {"(v) => typeof v === 'number' ? v + 1 : undefined",
     [](const Value* v) {
       const double* number = v == nullptr ? nullptr : v->get<double>();
       return number == nullptr ? Given{} : Given{Given::something, Value(*number + 1)};
     }},
    {"(v) => { if (typeof v === 'boolean') throw new Error('no'); return 7 }",
     [](const Value* v) {
       return type_of(v) == "boolean" ? Given{Given::threw, {}} : Given{Given::something, Value(7)};
     }},
    {"() => null",
     [](const Value*) {
       return Given{Given::something, Value()};
     }},
};

struct RandomField {
  std::string name;
  std::string kind;
  bool required = true;
  std::vector<std::string> was;
  const Conversion* convert = nullptr;
  std::optional<Value> initial;  // default

  bool fits(const Value& value) const {
    if (value.type() == Type::null) return !required;
    return type_of(&value) == kind;
  }
};

const Value* find_in(const Object& object, std::string_view name) {
  for (const Member& member : object) {
    if (member.first == name) return &member.second;
  }
  return nullptr;
}

class Case {
 public:
  explicit Case(std::uint64_t seed) : random_(seed) {
    const std::vector<std::string> names = {"a", "b", "c", "d"};
    for (const std::string& name : names) {
      if (below(4) != 0) fields_.push_back(field(name));
    }
    std::string source = "({ Entity: {}";
    for (const RandomField& each : fields_) source += ", " + each.name + ": " + text(each);
    catalog_ = catalog_of({{"T.js", source + " })"}});
  }

  void run() {
    record::Encoder encoder;
    Lifter lifter(catalog_);
    for (int i = 0; i < kRecords; ++i) {
      const Object object = random_record();
      const auto encoded = encoder.encode("T", object);
      ASSERT_TRUE(encoded.ok());
      record::ShapePtr shape = encoded->shape;
      Buffer bytes(encoded->bytes.begin(), encoded->bytes.end());
      if (below(3) == 0) ASSERT_NO_FATAL_FAILURE(take_one_away(encoder, shape, bytes));
      const record::RecordView stored(shape.get(), bytes.data());
      const record::RecordView view = lifter.lift(shape, bytes.data());
      ASSERT_FALSE(record::validate(view.shape(), view.bytes()));
      ASSERT_EQ(json(view.to_object()), json(naive(stored.to_object()))) << text_of(stored);
      lifted_ += view.start() != bytes.data() ? 1 : 0;
    }
  }
  int lifted() const noexcept { return lifted_; }

 private:
  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }

  Value scalar() {
    switch (below(4)) {
      case 0:
        return Value(static_cast<double>(below(5)));
      case 1:
        return Value("t" + std::to_string(below(5)));
      case 2:
        return Value(below(2) == 0);
      default:
        return Value();
    }
  }

  RandomField field(const std::string& name) {
    RandomField made{name, below(2) == 0 ? "number" : "string", below(3) != 0, {}, nullptr, {}};
    for (const char* const old : {"x", "y", "z"}) {
      if (below(4) == 0) made.was.push_back(old);
    }
    if (below(2) == 0) std::reverse(made.was.begin(), made.was.end());
    if (below(3) == 0) made.convert = &kConversions[below(std::size(kConversions))];
    if (below(4) == 0) made.initial = made.kind == "number" ? Value(9) : Value("initial");
    return made;
  }

  static std::string text(const RandomField& field) {
    std::string made =
        "{ type: '" + field.kind + "', required: " + (field.required ? "true" : "false");
    if (!field.was.empty()) {
      made += ", was: [";
      for (const std::string& name : field.was) made += "'" + name + "', ";
      made += "]";
    }
    if (field.convert != nullptr) made += std::string(", convert: ") + field.convert->source;
    if (field.initial) made += field.kind == "number" ? ", default: 9" : ", default: 'initial'";
    return made + " }";
  }

  Object random_record() {
    std::vector<std::string> names = {"a", "b", "c", "d", "x", "y", "z", "more"};
    std::shuffle(names.begin(), names.end(), random_);
    Object made;
    for (const std::string& name : names) {
      if (below(2) == 0) made.emplace_back(name, scalar());
    }
    return made;
  }

  void take_one_away(record::Encoder& encoder, record::ShapePtr& shape, Buffer& bytes) {
    const record::RecordView base(shape.get(), bytes.data());
    const Object object = base.to_object();
    if (object.empty()) return;
    const std::string name = object[below(object.size())].first;
    const auto delta = encoder.encode_delta("T", {{name, Value(Object{{"$unset", Value(true)}})}});
    ASSERT_TRUE(delta.ok());
    const merge::NumberedWriters order;
    merge::MergedRecord merged(order);
    merged.write({&shape, bytes.data(), {1, 0}, true, {}, {}});
    merged.write({&delta->shape, delta->bytes.data(), {2, 0}, false, {1, 0}, {}});
    Buffer image;
    std::size_t record_at = 0;
    auto made = merged.encode(image, record_at, nullptr);
    ASSERT_TRUE(made.ok());
    shape = std::move(*made);
    const record::RecordView record(shape.get(), image.data() + record_at);
    bytes.assign(record.bytes().begin(), record.bytes().end());
  }

  // The conversion of a field's value, and what there is then; null: nothing.
  static std::optional<Value> converted(const RandomField& field, const Value* value) {
    const std::optional<Value> as_stored = value == nullptr ? std::nullopt : std::optional(*value);
    const Given made = field.convert->run(value);
    if (made.kind == Given::nothing) return std::nullopt;
    if (made.kind == Given::threw || !field.fits(made.value)) return as_stored;
    return made.value;
  }

  Object naive(const Object& stored) const {
    Object made;
    std::vector<std::string> done;
    const auto is_done = [&](const std::string& name) {
      return std::find(done.begin(), done.end(), name) != done.end();
    };
    for (const auto& [name, value] : stored) {
      bool is_known = false;
      for (const RandomField& field : fields_) {
        const bool is_earlier =
            std::find(field.was.begin(), field.was.end(), name) != field.was.end();
        is_known = is_known || is_earlier || field.name == name;
        const bool is_source = field.name == name || source_of(field, stored) == name;
        if (!is_source) continue;
        std::optional<Value> taken = value;
        if (field.convert != nullptr && (field.name != name || !field.fits(value))) {
          taken = converted(field, &value);
        }
        if (taken) made.emplace_back(field.name, *taken);
        if (taken || !field.initial) done.push_back(field.name);
      }
      if (!is_known) made.emplace_back(name, value);
    }
    for (const RandomField& field : fields_) {
      if (is_done(field.name) || field.convert == nullptr || !field.required || field.initial) {
        continue;
      }
      if (const auto value = converted(field, nullptr)) made.emplace_back(field.name, *value);
    }
    for (const RandomField& field : fields_) {
      if (field.initial && !is_done(field.name)) made.emplace_back(field.name, *field.initial);
    }
    return made;
  }

  static std::string source_of(const RandomField& field, const Object& stored) {
    if (find_in(stored, field.name) != nullptr) return {};
    for (const std::string& name : field.was) {
      if (find_in(stored, name) != nullptr) return name;
    }
    return {};
  }

  static std::string json(const Object& object) {
    record::Encoder encoder;
    const auto encoded = encoder.encode("T", object);
    return encoded.ok() ? text_of({encoded->shape.get(), encoded->bytes.data()})
                        : encoded.error().text();
  }

  std::mt19937_64 random_;
  std::vector<RandomField> fields_;  // sorted by name, as they are declared
  std::shared_ptr<const Catalog> catalog_;
  int lifted_ = 0;
};

TEST(LiftLaw, ALiftedRecordIsWhatTheSchemaSays) {
  int lifted = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Case one(seed);
    ASSERT_NO_FATAL_FAILURE(one.run());
    lifted += one.lifted();
  }
  EXPECT_GT(lifted, static_cast<int>(kSeeds) * kRecords / 4);
}

}  // namespace
}  // namespace gs::engine::testing
