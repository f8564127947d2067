#include "tests/model/values.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdio>
#include <limits>

#include "gs/core/crypto/sha256.h"

namespace gs::model {

namespace {

std::string utf8(std::uint32_t point) {
  std::string text;
  const auto put = [&](std::uint32_t byte) { text.push_back(static_cast<char>(byte)); };
  if (point < 0x80) {
    put(point);
  } else if (point < 0x800) {
    put(0xc0 | (point >> 6));
    put(0x80 | (point & 0x3f));
  } else if (point < 0x10000) {
    put(0xe0 | (point >> 12));
    put(0x80 | ((point >> 6) & 0x3f));
    put(0x80 | (point & 0x3f));
  } else {
    put(0xf0 | (point >> 18));
    put(0x80 | ((point >> 12) & 0x3f));
    put(0x80 | ((point >> 6) & 0x3f));
    put(0x80 | (point & 0x3f));
  }
  return text;
}

std::uint32_t random_point(Chance& chance) {
  switch (chance.below(8)) {
    case 0:
      return static_cast<std::uint32_t>(chance.below(0x20));
    case 1:
      return static_cast<std::uint32_t>(0x80 + chance.below(0x700));
    case 2:
      return static_cast<std::uint32_t>(0x800 + chance.below(0xd000));
    case 3:
      return static_cast<std::uint32_t>(0x10000 + chance.below(0x100000));
    default:
      return static_cast<std::uint32_t>(0x20 + chance.below(0x5f));
  }
}

std::int64_t random_integer(Chance& chance) {
  switch (chance.below(5)) {
    case 0:
      return std::numeric_limits<std::int64_t>::min();
    case 1:
      return std::numeric_limits<std::int64_t>::max();
    case 2:
      return static_cast<std::int64_t>(chance.below(2000)) - 1000;
    default:
      return static_cast<std::int64_t>(chance.bits());
  }
}

double random_number(Chance& chance) {
  constexpr double kSpecial[] = {
      0.0, -0.0, 1.0, -1.0, 0.1, 5e-324, 1e-310, 1e308, 1.7976931348623157e308, 9007199254740993.0};
  switch (chance.below(4)) {
    case 0:
      return kSpecial[chance.below(std::size(kSpecial))];
    case 1:
      return static_cast<double>(random_integer(chance));
    default: {
      const double any = std::bit_cast<double>(chance.bits());
      return std::isfinite(any) ? any : 0.5;
    }
  }
}

Big random_big(Chance& chance) {
  std::string decimal;
  const std::size_t digits = chance.one_in(20) ? 1 + chance.below(2000) : 1 + chance.below(40);
  for (std::size_t i = 0; i < digits; ++i) {
    decimal.push_back(static_cast<char>((i == 0 ? '1' : '0') + chance.below(i == 0 ? 9 : 10)));
  }
  if (chance.one_in(2)) decimal.insert(0, 1, '-');
  Big big;
  Big::parse(decimal, big);
  return big;
}

BlobRef stored_blob_ref(std::uint64_t which) {
  const Buffer bytes = stored_blob(which);
  return {crypto::sha256(bytes), bytes.size()};
}

Value random_scalar(Chance& chance) {
  switch (chance.below(11)) {
    case 0:
      return {};
    case 1:
      return chance.one_in(2);
    case 2:
      return random_number(chance);
    case 3:
      return Value::integer(random_integer(chance));
    case 4:
      return Date{random_integer(chance)};
    case 5: {
      Id id;
      for (auto& byte : id.bytes) byte = static_cast<std::uint8_t>(chance.bits());
      return id;
    }
    case 6: {
      Buffer bytes(chance.below(40));
      for (auto& byte : bytes) byte = static_cast<std::uint8_t>(chance.bits());
      return bytes;
    }
    case 7:
      return random_big(chance);
    case 8:
      return stored_blob_ref(chance.below(kStoredBlobs));
    default:
      return random_text(chance);
  }
}

constexpr const char* kForms[] = {"$int", "$big",  "$date",    "$id",    "$bytes",
                                  "$set", "$blob", "$literal", "$unset", "$ref"};

std::string random_name(Chance& chance, std::uint64_t names) {
  switch (chance.below(30)) {
    case 0:
      return random_text(chance);
    case 1:
      return kForms[chance.below(std::size(kForms))];
    case 2:
      return {};
    default:
      return "f" + std::to_string(chance.below(names));
  }
}

// An object in which nothing could be taken for a form, or which has to be put into $literal.
Object inner_object(Chance& chance, int depth) { return random_object(chance, 5, 6, depth); }

// --- JSON ---

void append_space(Chance& chance, std::string& out) {
  if (chance.one_in(12)) out += chance.one_in(2) ? " " : "\n\t";
}

void append_string(Chance& chance, std::string_view text, std::string& out) {
  out.push_back('"');
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (byte < 0x20 || (byte < 0x80 && chance.one_in(60))) {
      char escaped[8];
      std::snprintf(escaped, sizeof escaped, "\\u%04x", static_cast<unsigned>(byte));
      out += escaped;
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
}

std::string base64(Bytes bytes) {
  constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t left = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j) group = group << 8 | (j < left ? bytes[i + j] : 0u);
    for (std::size_t j = 0; j < 4; ++j) {
      text.push_back(j <= left ? kDigits[group >> (18 - 6 * j) & 63] : '=');
    }
  }
  return text;
}

// Date.prototype.toISOString for any number; days to a date after Howard Hinnant,
// "chrono-Compatible Low-Level Date Algorithms", 2013.
std::string iso_text(std::int64_t ms) {
  constexpr std::int64_t kDayMs = 86'400'000;
  const std::int64_t days = ms / kDayMs - (ms % kDayMs < 0 ? 1 : 0);
  std::int64_t rest = ms % kDayMs;
  if (rest < 0) rest += kDayMs;
  const std::int64_t z = days + 719'468;
  const std::int64_t era = (z >= 0 ? z : z - 146'096) / 146'097;
  const std::int64_t doe = z - era * 146'097;
  const std::int64_t yoe = (doe - doe / 1460 + doe / 36'524 - doe / 146'096) / 365;
  const std::int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  const std::int64_t mp = (5 * doy + 2) / 153;
  const std::int64_t day = doy - (153 * mp + 2) / 5 + 1;
  const std::int64_t month = mp < 10 ? mp + 3 : mp - 9;
  const std::int64_t year = yoe + era * 400 + (month <= 2 ? 1 : 0);
  char text[64];
  const bool plain = year >= 0 && year <= 9999;
  std::snprintf(text, sizeof text,
                plain ? "%04lld-%02lld-%02lldT%02lld:%02lld:%02lld.%03lldZ"
                      : "%+07lld-%02lld-%02lldT%02lld:%02lld:%02lld.%03lldZ",
                static_cast<long long>(year), static_cast<long long>(month),
                static_cast<long long>(day), static_cast<long long>(rest / 3'600'000),
                static_cast<long long>(rest / 60'000 % 60),
                static_cast<long long>(rest / 1000 % 60), static_cast<long long>(rest % 1000));
  return text;
}

void append_value(Chance& chance, const Value& value, std::string& out);

void append_members(Chance& chance, const Object& object, std::string& out) {
  out.push_back('{');
  bool first = true;
  for (const Member& member : object) {
    if (!first) out.push_back(',');
    first = false;
    append_space(chance, out);
    append_string(chance, member.first, out);
    append_space(chance, out);
    out.push_back(':');
    append_value(chance, member.second, out);
  }
  append_space(chance, out);
  out.push_back('}');
}

bool needs_literal(const Object& object) {
  if (object.empty()) return false;
  if (object.front().first == "$literal") return true;
  return object.size() == 1 &&
         std::find(std::begin(kForms), std::end(kForms), object.front().first) != std::end(kForms);
}

void append_elements(Chance& chance, const Array& elements, std::string& out) {
  out.push_back('[');
  for (std::size_t i = 0; i < elements.size(); ++i) {
    if (i != 0) out.push_back(',');
    append_value(chance, elements[i], out);
  }
  out.push_back(']');
}

void append_number(double number, std::string& out) {
  char text[40];
  std::snprintf(text, sizeof text, "%.17g", number);
  out += text;
}

void append_value(Chance& chance, const Value& value, std::string& out) {
  append_space(chance, out);
  const auto form = [&](const char* name, const std::string& text) {
    out += std::string("{\"") + name + "\":\"" + text + "\"}";
  };
  if (const bool* boolean = value.get<bool>()) {
    out += *boolean ? "true" : "false";
  } else if (const double* number = value.get<double>()) {
    append_number(*number, out);
  } else if (const std::int64_t* integer = value.get<std::int64_t>()) {
    form("$int", std::to_string(*integer));
  } else if (const Date* date = value.get<Date>()) {
    form("$date", iso_text(date->ms));
  } else if (const Id* id = value.get<Id>()) {
    form("$id", id->text());
  } else if (const std::string* text = value.get<std::string>()) {
    append_string(chance, *text, out);
  } else if (const Buffer* bytes = value.get<Buffer>()) {
    form("$bytes", base64(*bytes));
  } else if (const Big* big = value.get<Big>()) {
    form("$big", big->text());
  } else if (const BlobRef* blob = value.get<BlobRef>()) {
    const std::string size = std::to_string(blob->size);
    const bool exact = blob->size <= std::uint64_t{1} << 53;
    out += R"({"$blob":{"sha256":")" + blob->digest.text() + R"(","size":)" +
           (exact ? size : "\"" + size + "\"") + "}}";
  } else if (const Array* array = value.get<Array>()) {
    append_elements(chance, *array, out);
  } else if (const Set* set = value.get<Set>()) {
    out += "{\"$set\":";
    append_elements(chance, set->elements, out);
    out.push_back('}');
  } else if (const Object* object = value.get<Object>()) {
    const bool literal = needs_literal(*object);
    if (literal) out += "{\"$literal\":";
    append_members(chance, *object, out);
    if (literal) out.push_back('}');
  } else {
    out += "null";
  }
}

bool same_elements(const Array& a, const Array& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!same(a[i], b[i])) return false;
  }
  return true;
}

}  // namespace

std::string random_text(Chance& chance) {
  std::string text;
  const std::uint64_t points = chance.one_in(30) ? chance.below(3000) : chance.below(12);
  for (std::uint64_t i = 0; i < points; ++i) text += utf8(random_point(chance));
  return text;
}

Buffer stored_blob(std::uint64_t which) {
  return Buffer(static_cast<std::size_t>(which * which), 'b');
}

Value random_value(Chance& chance, int depth) {
  if (depth <= 0 || !chance.one_in(4)) return random_scalar(chance);
  switch (chance.below(3)) {
    case 0: {
      Array array;
      for (std::uint64_t i = chance.below(5); i > 0; --i)
        array.push_back(random_value(chance, depth - 1));
      return array;
    }
    case 1:
      return inner_object(chance, depth - 1);
    default: {
      Set set;
      for (std::uint64_t i = chance.below(5); i > 0; --i) {
        Value element = random_value(chance, depth - 1);
        const auto equal = [&](const Value& each) { return same(each, element); };
        if (std::none_of(set.elements.begin(), set.elements.end(), equal))
          set.elements.push_back(std::move(element));
      }
      return set;
    }
  }
}

Object random_object(Chance& chance, std::size_t members_max, std::uint64_t names, int depth) {
  Object object;
  for (std::uint64_t i = chance.below(members_max + 1); i > 0; --i) {
    std::string name = random_name(chance, names);
    if (name.size() > 1024 && !chance.one_in(4)) name.clear();
    const auto taken = [&](const Member& each) { return each.first == name; };
    if (std::any_of(object.begin(), object.end(), taken)) continue;
    object.emplace_back(std::move(name), random_value(chance, depth));
  }
  return object;
}

std::string json_of(Chance& chance, const Object& object) {
  std::string out;
  append_space(chance, out);
  append_members(chance, object, out);
  append_space(chance, out);
  return out;
}

bool same(const Value& a, const Value& b) {
  if (a.type() != b.type()) return false;
  if (const double* number = a.get<double>())
    return std::bit_cast<std::uint64_t>(*number) == std::bit_cast<std::uint64_t>(*b.get<double>());
  if (const Array* array = a.get<Array>()) return same_elements(*array, *b.get<Array>());
  if (const Object* object = a.get<Object>()) {
    // Inside a value the order of the members counts.
    const Object& other = *b.get<Object>();
    return object->size() == other.size() &&
           std::equal(object->begin(), object->end(), other.begin(),
                      [](const auto& x, const auto& y) {
                        return x.first == y.first && same(x.second, y.second);
                      });
  }
  if (const Set* set = a.get<Set>()) {
    const Array& other = b.get<Set>()->elements;
    return set->elements.size() == other.size() &&
           std::all_of(set->elements.begin(), set->elements.end(), [&](const Value& each) {
             return std::any_of(other.begin(), other.end(),
                                [&](const Value& it) { return same(each, it); });
           });
  }
  return a == b;
}

bool same(const Object& a, const Object& b) {
  return a.size() == b.size() && std::all_of(a.begin(), a.end(), [&](const Member& each) {
           return std::any_of(b.begin(), b.end(), [&](const Member& it) {
             return it.first == each.first && same(it.second, each.second);
           });
         });
}

std::string text_of(const Object& object) {
  Chance plain(1);
  std::string text;
  append_members(plain, object, text);
  return text.size() <= 2000 ? text : text.substr(0, 2000) + "...";
}

}  // namespace gs::model
