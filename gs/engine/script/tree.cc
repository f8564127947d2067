#include "gs/engine/script/tree.h"

#include "gs/base/check.h"

namespace gs::engine::script {
namespace {

using schema::JsValue;
using Kind = JsValue::Kind;

// --- out of JavaScript ---

class Reader {
 public:
  explicit Reader(Runtime& runtime) : runtime_(runtime), context_(runtime.context()) {}

  Error read(JSValueConst value, std::size_t depth, JsValue& out) {
    const Limits& limits = runtime_.limits();
    if (++values_ > limits.values) return too_many("values", limits.values);
    if (depth > limits.depth) {
      return {Code::too_large, "a value nested more than " + std::to_string(limits.depth) +
                                   " deep, or one that contains itself"};
    }
    if (JS_IsObject(value)) return read_object(value, depth, out);
    if (JS_IsUndefined(value)) {
      out.kind = Kind::undefined;
    } else if (JS_IsNull(value)) {
      out.kind = Kind::null;
    } else if (JS_IsBool(value)) {
      out.kind = Kind::boolean;
      out.boolean = JS_ToBool(context_, value) == 1;
    } else if (JS_IsNumber(value)) {
      out.kind = Kind::number;
      JS_ToFloat64(context_, &out.number, value);
    } else if (JS_IsBigInt(context_, value)) {
      out.kind = Kind::bigint;
      return read_text(value, out.text);
    } else if (JS_IsSymbol(value)) {
      out.kind = Kind::symbol;
      return read_property(value, "description", out.text);
    } else {
      out.kind = Kind::string;
      return read_text(value, out.text);
    }
    return {};
  }

 private:
  static Error too_many(const char* what, std::size_t limit) {
    return {Code::too_large, "a value with more than " + std::to_string(limit) + " " + what};
  }

  // The exception that is pending, as an error of ours.
  Error thrown() {
    if (Error stopped = runtime_.stopped()) return stopped;
    return {Code::invalid, "reading a property threw " + runtime_.take_exception({}).text};
  }

  Error count(const std::string& text) {
    text_bytes_ += text.size();
    const std::size_t limit = runtime_.limits().text_bytes;
    return text_bytes_ > limit ? too_many("bytes of text", limit) : Error();
  }

  Error read_text(JSValueConst value, std::string& out) {
    out = runtime_.text(value, "");
    return count(out);
  }

  // A property that is text; left as it is when the property is something else.
  Error read_property(JSValueConst object, const char* name, std::string& out) {
    const Held value = runtime_.hold(JS_GetPropertyStr(context_, object, name));
    if (value.is_exception()) return thrown();
    return JS_IsString(value.get()) ? read_text(value.get(), out) : Error();
  }

  Error read_object(JSValueConst value, std::size_t depth, JsValue& out) {
    const JSClassID id = JS_GetClassID(value);
    const Runtime::Classes& classes = runtime_.classes();
    if (JS_IsFunction(context_, value)) {
      if (runtime_.function_count() >= runtime_.limits().functions) {
        return too_many("functions", runtime_.limits().functions);
      }
      out.kind = Kind::function;
      out.function = runtime_.add_function(value);
      return read_property(value, "name", out.text);
    }
    if (id == classes.regexp) {
      out.kind = Kind::regexp;
      GS_TRY_OK(read_property(value, "source", out.text));
      return read_property(value, "flags", out.flags);
    }
    if (id != 0 && id == classes.date) {
      out.kind = Kind::date;
      return JS_ToFloat64(context_, &out.number, value) < 0 ? thrown() : Error();
    }
    const int is_array = JS_IsArray(context_, value);
    if (is_array < 0) return thrown();
    if (is_array != 0) {
      out.kind = Kind::array;
      return read_items(value, depth, out);
    }
    if (id == classes.map || id == classes.set) {
      out.kind = id == classes.map ? Kind::map : Kind::set;
      return read_collection(value, depth, out);
    }
    out.kind = Kind::object;
    GS_TRY_OK(read_constructor(value, out.text));
    return read_members(value, depth, out);
  }

  Error read_constructor(JSValueConst value, std::string& out) {
    const Held maker = runtime_.hold(JS_GetPropertyStr(context_, value, "constructor"));
    if (maker.is_exception()) return thrown();
    return JS_IsObject(maker.get()) ? read_property(maker.get(), "name", out) : Error();
  }

  Error read_items(JSValueConst array, std::size_t depth, JsValue& out) {
    std::int64_t length = 0;
    const Held value = runtime_.hold(JS_GetPropertyStr(context_, array, "length"));
    if (value.is_exception() || JS_ToInt64(context_, &length, value.get()) < 0) return thrown();
    const std::size_t limit = runtime_.limits().values;
    if (length < 0 || static_cast<std::uint64_t>(length) > limit) return too_many("values", limit);
    // No more than what may still come: what a script says costs it nothing.
    out.items.reserve(std::min(static_cast<std::size_t>(length), limit - std::min(limit, values_)));
    for (std::int64_t i = 0; i < length; ++i) {
      const Held item =
          runtime_.hold(JS_GetPropertyUint32(context_, array, static_cast<std::uint32_t>(i)));
      if (item.is_exception()) return thrown();
      GS_TRY_OK(read(item.get(), depth + 1, out.items.emplace_back()));
    }
    return {};
  }

  // A script that replaced forEach() gives what it wants to give, as everywhere.
  Error read_collection(JSValueConst value, std::size_t depth, JsValue& out) {
    constexpr std::string_view kOfSet =
        "(c) => { const r = []; c.forEach((v) => r.push(v)); "
        "return r; }";
    constexpr std::string_view kOfMap =
        "(c) => { const r = []; c.forEach((v, k) => r.push(k, v)); "
        "return r; }";
    const std::string_view source = out.kind == Kind::map ? kOfMap : kOfSet;
    const Held flatten = runtime_.hold(
        JS_Eval(context_, source.data(), source.size(), "start", JS_EVAL_TYPE_GLOBAL));
    if (flatten.is_exception()) return thrown();
    JSValueConst argument = value;
    const Held items = runtime_.hold(JS_Call(context_, flatten.get(), JS_UNDEFINED, 1, &argument));
    if (items.is_exception()) return thrown();
    return read_items(items.get(), depth, out);
  }

  Error read_members(JSValueConst object, std::size_t depth, JsValue& out) {
    JSPropertyEnum* names = nullptr;
    std::uint32_t count_of = 0;
    if (JS_GetOwnPropertyNames(context_, &names, &count_of, object,
                               JS_GPN_STRING_MASK | JS_GPN_ENUM_ONLY) < 0) {
      return thrown();
    }
    Error error;
    for (std::uint32_t i = 0; i < count_of && !error; ++i) {
      error = read_member(object, names[i].atom, depth, out);
    }
    for (std::uint32_t i = 0; i < count_of; ++i) JS_FreeAtom(context_, names[i].atom);
    js_free(context_, names);
    return error;
  }

  Error read_member(JSValueConst object, JSAtom name, std::size_t depth, JsValue& out) {
    const Held key = runtime_.hold(JS_AtomToString(context_, name));
    if (key.is_exception()) return thrown();
    const Held value = runtime_.hold(JS_GetProperty(context_, object, name));
    if (value.is_exception()) return thrown();
    auto& member = out.members.emplace_back();
    GS_TRY_OK(read_text(key.get(), member.first));
    return read(value.get(), depth + 1, member.second);
  }

  Runtime& runtime_;
  JSContext* const context_;
  std::size_t values_ = 0;
  std::size_t text_bytes_ = 0;
};

// --- into JavaScript ---

class Writer {
 public:
  explicit Writer(Runtime& runtime) : runtime_(runtime), context_(runtime.context()) {}

  JSValue write(const JsValue& value) {
    switch (value.kind) {
      case Kind::undefined:
        return JS_UNDEFINED;
      case Kind::null:
        return JS_NULL;
      case Kind::boolean:
        return value.boolean ? JS_TRUE : JS_FALSE;
      case Kind::number:
        return JS_NewFloat64(context_, value.number);
      case Kind::bigint:
        return construct("BigInt", value.text);
      case Kind::string:
        return JS_NewStringLen(context_, value.text.data(), value.text.size());
      case Kind::symbol:
        return construct("Symbol", value.text);
      case Kind::function:
        GS_CHECK(value.function < runtime_.function_count());
        return JS_DupValue(context_, runtime_.function(value.function));
      case Kind::array:
        return write_items(value);
      case Kind::set:
      case Kind::map:
        return write_collection(value);
      case Kind::object:
        return write_members(value);
      case Kind::date:
        return runtime_.classes().date == 0 ? JS_NewFloat64(context_, value.number)
                                            : JS_NewDate(context_, value.number);
      case Kind::regexp:
        return write_regexp(value);
    }
    return JS_UNDEFINED;
  }

 private:
  // What the global function `name` makes of its arguments.
  JSValue apply(const char* name, bool as_constructor, int count, JSValueConst* arguments) {
    const Held global = runtime_.hold(JS_GetGlobalObject(context_));
    const Held function = runtime_.hold(JS_GetPropertyStr(context_, global.get(), name));
    if (function.is_exception()) return JS_EXCEPTION;
    return as_constructor ? JS_CallConstructor(context_, function.get(), count, arguments)
                          : JS_Call(context_, function.get(), JS_UNDEFINED, count, arguments);
  }

  JSValue construct(const char* name, const std::string& text) {
    const Held value = runtime_.hold(JS_NewStringLen(context_, text.data(), text.size()));
    if (value.is_exception()) return JS_EXCEPTION;
    JSValueConst argument = value.get();
    return apply(name, false, 1, &argument);
  }

  JSValue write_regexp(const JsValue& value) {
    const Held source =
        runtime_.hold(JS_NewStringLen(context_, value.text.data(), value.text.size()));
    const Held flags =
        runtime_.hold(JS_NewStringLen(context_, value.flags.data(), value.flags.size()));
    JSValueConst arguments[] = {source.get(), flags.get()};
    return apply("RegExp", true, 2, arguments);
  }

  JSValue write_items(const JsValue& value) {
    Held array = runtime_.hold(JS_NewArray(context_));
    if (array.is_exception()) return JS_EXCEPTION;
    for (std::size_t i = 0; i < value.items.size(); ++i) {
      const JSValue item = write(value.items[i]);
      if (JS_IsException(item) != 0 ||
          JS_DefinePropertyValueUint32(context_, array.get(), static_cast<std::uint32_t>(i), item,
                                       JS_PROP_C_W_E) < 0) {
        return JS_EXCEPTION;
      }
    }
    return array.release();
  }

  JSValue write_collection(const JsValue& value) {
    JsValue flat;
    flat.kind = Kind::array;
    if (value.kind == Kind::set) {
      flat.items = value.items;
    } else {
      for (std::size_t i = 0; i + 1 < value.items.size(); i += 2) {
        JsValue& pair = flat.items.emplace_back();
        pair.kind = Kind::array;
        pair.items = {value.items[i], value.items[i + 1]};
      }
    }
    const Held items = runtime_.hold(write_items(flat));
    if (items.is_exception()) return JS_EXCEPTION;
    JSValueConst argument = items.get();
    return apply(value.kind == Kind::set ? "Set" : "Map", true, 1, &argument);
  }

  JSValue write_members(const JsValue& value) {
    Held object = runtime_.hold(JS_NewObject(context_));
    if (object.is_exception()) return JS_EXCEPTION;
    for (const auto& [name, member] : value.members) {
      const JSAtom atom = JS_NewAtomLen(context_, name.data(), name.size());
      if (atom == JS_ATOM_NULL) return JS_EXCEPTION;
      const JSValue made = write(member);
      const bool done =
          JS_IsException(made) == 0 &&
          JS_DefinePropertyValue(context_, object.get(), atom, made, JS_PROP_C_W_E) >= 0;
      JS_FreeAtom(context_, atom);
      if (!done) return JS_EXCEPTION;
    }
    return object.release();
  }

  Runtime& runtime_;
  JSContext* const context_;
};

}  // namespace

Error to_tree(Runtime& runtime, JSValueConst value, JsValue& out) {
  return Reader(runtime).read(value, 1, out);
}

Held from_tree(Runtime& runtime, const JsValue& value) {
  return runtime.hold(Writer(runtime).write(value));
}

}  // namespace gs::engine::script
