// Scripts come out as trees, functions can be called, and nothing that a script does harms.

#include "gs/engine/script/sandbox.h"

#include <gtest/gtest.h>

#include "gs/platform/memory/manual_clock.h"

namespace gs::engine::script {
namespace {

using schema::JsValue;
using Kind = JsValue::Kind;

std::unique_ptr<Sandbox> make(const Limits& limits = {}) {
  auto made = Sandbox::create(limits);
  EXPECT_TRUE(made.ok()) << made.error().text();
  return std::move(made).value();
}

JsValue evaluate(Sandbox& sandbox, std::string_view source) {
  auto value = sandbox.evaluate(source, "Test.js");
  EXPECT_TRUE(value.ok()) << value.error().text();
  return value.ok() ? std::move(value).value() : JsValue{};
}

Error refused(std::string_view source, const Limits& limits = {}) {
  auto value = make(limits)->evaluate(source, "Test.js");
  EXPECT_FALSE(value.ok());
  return value.ok() ? Error() : std::move(value).error();
}

const JsValue& member(const JsValue& object, std::string_view name) {
  for (const auto& [key, value] : object.members) {
    if (key == name) return value;
  }
  ADD_FAILURE() << "no member " << name;
  return object;
}

TEST(Sandbox, AnObjectComesOutInOrder) {
  const auto sandbox = make();
  const JsValue value = evaluate(*sandbox, R"(({
    text: 'Київ', number: -0.5, big: 12345678901234567890n, yes: true, nothing: null,
    missing: undefined, list: [1, , 'b'], set: new Set([1, 2]), map: new Map([['k', 3]]),
    pattern: /a+/gi, nested: { deep: 1 }, symbol: Symbol('s'), 10: 'ten', 2: 'two',
  }))");
  ASSERT_EQ(value.kind, Kind::object);
  EXPECT_EQ(value.text, "Object");
  EXPECT_EQ(value.members.front().first, "2");  // integers come first
  EXPECT_EQ(value.members[1].first, "10");
  EXPECT_EQ(member(value, "text").text, "Київ");
  EXPECT_EQ(member(value, "number").number, -0.5);
  EXPECT_EQ(member(value, "big").kind, Kind::bigint);
  EXPECT_EQ(member(value, "big").text, "12345678901234567890");
  EXPECT_TRUE(member(value, "yes").boolean);
  EXPECT_EQ(member(value, "nothing").kind, Kind::null);
  EXPECT_EQ(member(value, "missing").kind, Kind::undefined);
  ASSERT_EQ(member(value, "list").items.size(), 3u);
  EXPECT_EQ(member(value, "list").items[1].kind, Kind::undefined);
  EXPECT_EQ(member(value, "set").kind, Kind::set);
  ASSERT_EQ(member(value, "map").items.size(), 2u);
  EXPECT_EQ(member(value, "map").items[1].number, 3);
  EXPECT_EQ(member(value, "pattern").text, "a+");
  EXPECT_EQ(member(value, "pattern").flags, "gi");
  EXPECT_EQ(member(value, "symbol").text, "s");
}

TEST(Sandbox, ConstructorsHaveNames) {
  const auto sandbox = make();
  EXPECT_EQ(evaluate(*sandbox, "class Schema {}; new Schema()").text, "Schema");
  EXPECT_EQ(evaluate(*sandbox, "Object.create(null)").text, "");
}

TEST(Sandbox, AFunctionCanBeCalled) {
  const auto sandbox = make();
  const JsValue value = evaluate(*sandbox, "({ add: (a, b) => a + b })");
  const JsValue& add = member(value, "add");
  ASSERT_EQ(add.kind, Kind::function);
  EXPECT_EQ(add.text, "add");
  JsValue arguments[2];
  for (JsValue& argument : arguments) {
    argument.kind = Kind::number;
    argument.number = 20.5;
  }
  const schema::Outcome outcome = sandbox->call(add.function, arguments);
  ASSERT_FALSE(outcome.threw) << outcome.thrown;
  EXPECT_EQ(outcome.value.number, 41);
}

TEST(Sandbox, WhatGoesInComesOutTheSame) {
  const auto sandbox = make();
  const JsValue value = evaluate(*sandbox, R"(({
    same: (x) => x,
    all: { s: 'ї', b: 5n, u: undefined, a: [null, true], m: new Map([[1, 'x']]),
           c: new Set(['y']), r: /z/m },
  }))");
  const JsValue& all = member(value, "all");
  const schema::Outcome outcome = sandbox->call(member(value, "same").function, {&all, 1});
  ASSERT_FALSE(outcome.threw) << outcome.thrown;
  ASSERT_EQ(outcome.value.members.size(), all.members.size());
  EXPECT_EQ(member(outcome.value, "s").text, "ї");
  EXPECT_EQ(member(outcome.value, "b").text, "5");
  EXPECT_EQ(member(outcome.value, "u").kind, Kind::undefined);
  EXPECT_EQ(member(outcome.value, "a").items[0].kind, Kind::null);
  EXPECT_EQ(member(outcome.value, "m").items[1].text, "x");
  EXPECT_EQ(member(outcome.value, "c").items[0].text, "y");
  EXPECT_EQ(member(outcome.value, "r").flags, "m");
}

TEST(Sandbox, WhatAFunctionThrowsIsTold) {
  const auto sandbox = make();
  const JsValue value = evaluate(*sandbox, "({ f() { throw new TypeError('no') } })");
  const schema::Outcome outcome = sandbox->call(member(value, "f").function, {});
  EXPECT_TRUE(outcome.threw);
  EXPECT_EQ(outcome.thrown, "TypeError: no");
}

TEST(Sandbox, AnErrorNamesItsPlace) {
  const Error syntax = refused("({\n  name: 'string',\n  oops oops\n})");
  EXPECT_EQ(syntax.code(), Code::invalid);
  EXPECT_TRUE(syntax.message().starts_with("Test.js:3:")) << syntax.message();
  EXPECT_NE(syntax.message().find("SyntaxError"), std::string_view::npos) << syntax.message();
  const Error thrown = refused("\n\nmissing.name");
  EXPECT_TRUE(thrown.message().starts_with("Test.js:3:")) << thrown.message();
}

TEST(Sandbox, TheOutsideWorldIsNotThere) {
  const auto sandbox = make();
  for (const char* name : {"Date", "require", "process", "fetch", "setTimeout", "console",
                           "WeakRef", "std", "os", "Math.random", "performance"}) {
    const JsValue type = evaluate(*sandbox, "typeof " + std::string(name));
    EXPECT_EQ(type.text, "undefined") << name;
  }
  EXPECT_TRUE(refused("import('x.js').then(() => 1); import.meta").code() == Code::invalid);
}

TEST(Sandbox, EndlessLoopsEnd) {
  for (const char* source : {"for (;;) ;", "while (true) try { for (;;) ; } catch (e) {}",
                             "const f = () => f(); try { f() } catch (e) {} for (;;) ;",
                             "/(a+)+$/.test('a'.repeat(64) + 'b')", "(function*() { yield* 1 })",
                             "[1].concat(...(function*() { for (;;) yield 1 })())"}) {
    auto value = make({.steps = 200'000})->evaluate(source, "Test.js");
    if (value.ok()) continue;
    EXPECT_TRUE(value.code() == Code::too_large || value.code() == Code::invalid) << source;
  }
  const Error error = refused("for (;;) ;", {.steps = 200'000});
  EXPECT_EQ(error.code(), Code::too_large);
  EXPECT_EQ(error.message(),
            "Test.js:1:1: it was stopped after 200000 steps. Does a loop in it never end?");
}

TEST(Sandbox, AStoppedFunctionIsAnOutcome) {
  const auto sandbox = make({.steps = 200'000});
  const JsValue value =
      evaluate(*sandbox, "({ f() { for (;;) ; }, g: () => { for (let i = 0; i < 1000; i++) ; } })");
  const schema::Outcome stopped = sandbox->call(member(value, "f").function, {});
  EXPECT_TRUE(stopped.threw);
  EXPECT_NE(stopped.thrown.find("200000 steps"), std::string::npos) << stopped.thrown;
  EXPECT_FALSE(sandbox->call(member(value, "g").function, {}).threw);  // each call has its own
}

TEST(Sandbox, MemoryIsBounded) {
  const Limits limits{.memory_bytes = std::uint64_t{4} << 20};
  for (const char* source :
       {"'x'.repeat(1 << 26)", "const a = []; for (;;) a.push({})", "new Array(1 << 28).fill(1)"}) {
    const Error error = refused(source, limits);
    EXPECT_EQ(error.code(), Code::too_large) << source;
    EXPECT_TRUE(error.message().ends_with("more than 4 MiB of memory")) << error.message();
  }
  // The language has limits of its own that come first.
  for (const char* source :
       {"let s = 'x'; for (;;) s += s + 'y'.repeat(1000)", "JSON.parse('['.repeat(1e6))"}) {
    EXPECT_NE(refused(source, limits).code(), Code::ok) << source;
  }
}

// A clock that goes on by a millisecond whenever somebody looks.
class HastyClock final : public platform::ManualClock {
 public:
  std::uint64_t monotonic_ns() override {
    advance_ms(1);
    return ManualClock::monotonic_ns();
  }
};

TEST(Sandbox, TimeIsBounded) {
  HastyClock clock;
  const auto sandbox = Sandbox::create({.steps = 100'000'000, .time_ms = 50}, &clock);
  ASSERT_TRUE(sandbox.ok());
  const auto value = (*sandbox)->evaluate("for (;;) ;", "Test.js");
  EXPECT_EQ(value.code(), Code::too_large);
  EXPECT_NE(value.error().message().find("stopped after 50 ms"), std::string_view::npos)
      << value.error().message();
  EXPECT_TRUE((*sandbox)->evaluate("1", "Test.js").ok());  // which has a time of its own
}

TEST(Sandbox, RecursionIsBounded) {
  EXPECT_NE(refused("const f = () => f() + 1; f()").message().find("stack overflow"),
            std::string_view::npos);
}

// What a schema file puts into the prototypes of all objects would be in the next file's schema,
// and see what other functions are given.
TEST(Sandbox, PrototypesThatAScriptChangesAddNothingAndSeeNothing) {
  const auto sandbox = make();
  evaluate(*sandbox, R"(var seen = 0;
    Object.prototype.required = false; Object.prototype.type = 'number';
    Object.defineProperty(Object.prototype, 'secret', { set() { seen++ }, configurable: true });
    Object.defineProperty(Array.prototype, '0', { set() { seen++ }, configurable: true });
    1)");
  const JsValue next = evaluate(*sandbox, "({ name: 'string' })");
  ASSERT_EQ(next.members.size(), 1u);
  EXPECT_EQ(next.members[0].first, "name");
  const JsValue look = evaluate(*sandbox, "(x) => `${seen} ${Object.keys(x)} ${x.secret}`");
  const JsValue given = evaluate(*sandbox, "({ ['secret']: 'own', list: [7] })");
  const schema::Outcome outcome = sandbox->call(look.function, {&given, 1});
  ASSERT_FALSE(outcome.threw) << outcome.thrown;
  EXPECT_EQ(outcome.value.text, "0 secret,list own");
}

TEST(Sandbox, TreesAreBounded) {
  EXPECT_EQ(refused("const a = {}; a.a = a; a").code(), Code::too_large);
  EXPECT_EQ(refused("new Array(20).fill(1)", {.values = 20}).code(), Code::too_large);
  EXPECT_EQ(refused("[new Array(2 ** 32 - 1)]").code(), Code::too_large);
  EXPECT_EQ(refused("['x'.repeat(100)]", {.text_bytes = 99}).code(), Code::too_large);
  EXPECT_EQ(refused("[() => 1, () => 2]", {.functions = 1}).code(), Code::too_large);
}

TEST(Sandbox, GettersThatThrowOrNeverEndAreErrors) {
  EXPECT_EQ(refused("({ get a() { throw new Error('x') } })").code(), Code::invalid);
  EXPECT_EQ(refused("({ get a() { for (;;) ; } })", {.steps = 200'000}).code(), Code::too_large);
  EXPECT_EQ(refused("new Proxy({}, { ownKeys() { throw 1 } })").code(), Code::invalid);
}

}  // namespace
}  // namespace gs::engine::script
