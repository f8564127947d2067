// Goal: what a host lends to a script crosses whole in both directions, its errors keep their code,
// and neither promises nor functions let a script outlive its bounds.
// Method: functions that give back what they got, then each kind of misuse.

#include <gtest/gtest.h>

#include "gs/engine/script/sandbox.h"

namespace gs::engine::script {
namespace {

using schema::JsValue;
using Kind = JsValue::Kind;

JsValue text_value(std::string_view text) {
  JsValue value;
  value.kind = Kind::string;
  value.text = text;
  return value;
}

// A sandbox as a shell has it: `host` is an object of functions.
class Shell {
 public:
  explicit Shell(const Limits& limits = {}, const std::atomic<bool>* stop = nullptr) {
    auto made = Sandbox::create(limits, nullptr, {.time_and_chance = true, .stop = stop});
    EXPECT_TRUE(made.ok()) << made.error().text();
    sandbox = std::move(made).value();
    const auto same = sandbox->evaluate("(x) => x", "setup");
    EXPECT_TRUE(same.ok());
    same_ = same.value().function;
  }

  void give(std::string_view name, HostFunction function) {
    const auto made = sandbox->add(name, std::move(function));
    ASSERT_TRUE(made.ok()) << made.error().text();
    const auto put = sandbox->evaluate("(name, f) => { globalThis[name] = f; }", "setup");
    const JsValue arguments[] = {text_value(name), *made};
    ASSERT_FALSE(sandbox->call(put.value().function, arguments).threw);
  }

  Result<JsValue> run(std::string_view source) { return sandbox->run(source, "line", same_); }

  std::unique_ptr<Sandbox> sandbox;

 private:
  std::uint32_t same_ = 0;
};

HostFunction echo(JsValue* seen = nullptr) {
  return [seen](std::span<const JsValue> arguments) -> Result<JsValue> {
    if (arguments.empty()) return JsValue();
    if (seen != nullptr) *seen = arguments[0];
    return arguments[0];
  };
}

TEST(Host, ValuesCrossWholeInBothDirections) {
  Shell shell;
  shell.give("echo", echo());
  ASSERT_TRUE(shell
                  .run("kind = (v) => Object.prototype.toString.call(v); show = (v) => kind(v) + "
                       "(kind(v) === '[object Date]' ? v.getTime() : v instanceof Map || v "
                       "instanceof Set ? JSON.stringify([...v]) : typeof v === 'object' && "
                       "!(v instanceof RegExp) ? JSON.stringify(v) : String(v)); 0")
                  .ok());
  for (const char* same : {"'Київ'", "-0.5", "12345678901234567890n", "true", "null", "undefined",
                           "[1, [2, 'b']]", "({ a: { b: { c: [null] } } })", "new Set([1, 'x'])",
                           "new Map([['k', 3]])", "/a+/gi", "new Date(86400000)", "'\\u0000a'"}) {
    const std::string text(same);
    const auto value = shell.run("show(echo(" + text + ")) === show(" + text + ")");
    ASSERT_TRUE(value.ok()) << same << ": " << value.error().text();
    EXPECT_TRUE(value->boolean) << same;
  }
}

TEST(Host, DatesComeOutAsDates) {
  Shell shell;
  JsValue seen;
  shell.give("echo", echo(&seen));
  const auto value = shell.run("echo(new Date(1234))");
  ASSERT_TRUE(value.ok()) << value.error().text();
  EXPECT_EQ(seen.kind, Kind::date);
  EXPECT_EQ(seen.number, 1234);
  EXPECT_EQ(value->kind, Kind::date);
}

TEST(Host, ArgumentsThatAreTooDeepOrContainThemselvesAreRefused) {
  Shell shell({.depth = 20});
  bool called = false;
  shell.give("take", [&](std::span<const JsValue>) -> Result<JsValue> {
    called = true;
    return JsValue();
  });
  for (const char* source : {"const a = {}; a.a = a; take(a)", "const b = []; b.push(b); take(b)",
                             "let c = 1; for (let i = 0; i < 20; i++) c = [c]; take(c)",
                             "take({ get x() { throw 1 } })"}) {
    const auto value = shell.run(source);
    EXPECT_FALSE(value.ok()) << source;
  }
  EXPECT_FALSE(called);
  EXPECT_TRUE(shell.run("let d = 1; for (let i = 0; i < 18; i++) d = [d]; take(d)").ok());
  EXPECT_TRUE(called);
}

TEST(Host, ErrorsKeepTheirCodeAndCanBeCaught) {
  Shell shell;
  shell.give("fail", [](std::span<const JsValue>) -> Result<JsValue> {
    return Error(Code::not_found, "record 7 is not there. Look elsewhere");
  });
  const auto value = shell.run("1;\n fail()");
  EXPECT_EQ(value.code(), Code::not_found);
  EXPECT_EQ(value.error().message().substr(0, 6), "line:2");
  EXPECT_TRUE(value.error().message().ends_with(": record 7 is not there. Look elsewhere"));
  const auto caught = shell.run(
      "let e; try { fail() } catch (error) { e = error } "
      "[e instanceof Error, e.code, e.message, Object.keys(e)].join()");
  ASSERT_TRUE(caught.ok());
  EXPECT_EQ(caught->text, "true,not_found,record 7 is not there. Look elsewhere,code");
  EXPECT_EQ(shell.run("throw Object.assign(new Error('x'), { code: 'no code' })").code(),
            Code::invalid);
}

TEST(Host, PromisesAreWaitedFor) {
  Shell shell;
  shell.give("echo", echo());
  EXPECT_EQ(shell.run("await echo(5)")->number, 5);
  EXPECT_EQ(shell.run("(async () => { await 1; return echo(6); })()")->number, 6);
  EXPECT_EQ(shell.run("Promise.all([1, echo(2)]).then((all) => all.length)")->number, 2);
  EXPECT_EQ(shell.run("new Promise(() => {})").code(), Code::invalid);
  const auto rejected = shell.run("await Promise.reject(new TypeError('no'))");
  EXPECT_TRUE(rejected.error().message().ends_with("TypeError: no")) << rejected.error().message();
  EXPECT_EQ(shell.run("await (async () => { await 1; throw new Error('late') })()").code(),
            Code::invalid);
}

TEST(Host, VariablesStayAndNothingIsStrict) {
  Shell shell;
  ASSERT_TRUE(shell.run("var a = 1; b = 2; function f() { return a + b }; let c = 4").ok());
  EXPECT_EQ(shell.run("f() + c")->number, 7);
  EXPECT_TRUE(shell.run("await 0; var d = 8").ok());
  EXPECT_EQ(shell.run("d")->number, 8);
}

TEST(Host, PromisesThatGoOnForEverEnd) {
  Shell shell({.steps = 100'000});
  const auto endless =
      shell.run("const again = () => Promise.resolve().then(again); await again()");
  EXPECT_EQ(endless.code(), Code::too_large);
  const auto caught =
      shell.run("const g = () => Promise.resolve().then(() => { for (;;) ; }).catch(g); await g()");
  EXPECT_EQ(caught.code(), Code::too_large);
  EXPECT_EQ(shell.run("1 + 1")->number, 2);  // and do not keep others from running
}

TEST(Host, WhatRunsIsStoppedFromOutside) {
  std::atomic<bool> stop{false};
  Shell stopped({.steps = std::uint64_t{1} << 60}, &stop);
  stop = true;
  const auto value = stopped.run("for (;;) ;");
  EXPECT_EQ(value.code(), Code::too_large);
  EXPECT_TRUE(value.error().message().ends_with("it was stopped")) << value.error().message();
  stop = false;
  EXPECT_EQ(stopped.run("2")->number, 2);
}

TEST(Host, FunctionsThatCrossAreNotKept) {
  Shell shell({.functions = 8});
  shell.give("echo", echo());
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(shell.run("echo(() => 1); [() => 1]").ok()) << i;
  }
}

TEST(Host, MemoryIsBoundedForWhatTheHostGivesToo) {
  Shell shell({.memory_bytes = std::uint64_t{4} << 20});
  shell.give("much", [](std::span<const JsValue>) -> Result<JsValue> {
    return text_value(std::string(std::size_t{8} << 20, 'x'));
  });
  const auto value = shell.run("much().length");
  EXPECT_EQ(value.code(), Code::too_large);
  EXPECT_TRUE(value.error().message().ends_with("takes more than 4 MiB of memory"))
      << value.error().message();
}

TEST(Host, TimeAndChanceAreThereOnlyForAPersonsOwnScripts) {
  Shell shell;
  EXPECT_TRUE(shell.run("Date.now() > 0 && Math.random() < 1")->boolean);
  const auto pure = Sandbox::create();
  EXPECT_EQ((*pure)->evaluate("typeof Date + typeof Math.random", "t")->text, "undefinedundefined");
}

}  // namespace
}  // namespace gs::engine::script
