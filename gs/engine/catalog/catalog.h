// A schema that can be used: files evaluated, model built, rules of its collections compiled.
//
// The sandbox that evaluated the files stays, because rules may call functions in it, one thread at
// a time. All else is immutable and for any thread.
// Errors: invalid (with file, line and column, or the collection), too_large.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "gs/core/rules/lift.h"
#include "gs/core/schema/model.h"
#include "gs/engine/catalog/bundle.h"
#include "gs/engine/script/sandbox.h"
#include "gs/platform/mutex.h"

namespace gs::engine {

class Catalog {
 public:
  // `clock` bounds the time of scripts; null: steps alone do. `stop`: while it is true no function
  // runs for readers that give up. Both outlive this.
  static Result<std::shared_ptr<const Catalog>> compile(const Bundle& bundle,
                                                        platform::Clock* clock,
                                                        const std::atomic<bool>* stop = nullptr);
  static Result<std::shared_ptr<const Catalog>> compile(std::string_view json,
                                                        platform::Clock* clock,
                                                        const std::atomic<bool>* stop = nullptr);

  // A file of the bundle, as it was written.
  struct Definition {
    std::string name;
    bool has_kind = false;
    bool has_options = false;          // its first member is an object: what a kind has
    std::vector<std::string> members;  // names
  };

  const Bundle& bundle() const noexcept { return bundle_; }
  const std::vector<Definition>& definitions() const noexcept { return definitions_; }
  const schema::Model& model() const noexcept { return *model_; }
  // By name; null: records of this collection may be anything.
  const rules::Rules* find(std::string_view collection) const noexcept;
  // In the order of the model.
  const std::vector<std::shared_ptr<const rules::Rules>>& collections() const noexcept {
    return rules_;
  }
  // How records of this shape are read; null: as they are stored. Cheap for the shapes met first.
  std::shared_ptr<const rules::LiftPlan> lift_plan(const record::ShapePtr& shape) const;
  // Whether any record may be read otherwise than it is stored.
  bool may_lift() const noexcept { return may_lift_; }
  // Shapes of lifted records: as long as this.
  const std::shared_ptr<record::ShapeCache>& lifted_shapes() const noexcept {
    return lifted_shapes_;
  }
  // What the rules call. Locks; must not be called from a function of the sandbox.
  schema::Functions* functions() const noexcept { return &locked_; }
  // The same for a reader that gives up, or for one that does not (null).
  schema::Functions* functions_of(const rules::Stops* stops) const noexcept {
    if (stops == nullptr || !stops->by_signal()) return &locked_;
    return &stoppable_;
  }

 private:
  struct Locked final : schema::Functions {
    schema::Outcome call(std::uint32_t function,
                         std::span<const schema::JsValue> arguments) override;
    schema::Outcome call(std::uint32_t function, std::span<const schema::JsValue> arguments,
                         const std::atomic<bool>* stop);
    platform::Mutex mutex;
    script::Sandbox* sandbox = nullptr;
  };
  struct Stoppable final : schema::Functions {
    Stoppable(Locked& of, const std::atomic<bool>* when) : locked(of), stop(when) {}
    schema::Outcome call(std::uint32_t function,
                         std::span<const schema::JsValue> arguments) override {
      return locked.call(function, arguments, stop);
    }
    Locked& locked;
    const std::atomic<bool>* const stop;
  };

  explicit Catalog(const std::atomic<bool>* stop) : stoppable_(locked_, stop) {}
  Error evaluate(platform::Clock* clock);
  Error compile_rules();
  bool has_kind(std::string_view name) const;

  Bundle bundle_;
  std::unique_ptr<script::Sandbox> sandbox_;
  mutable Locked locked_;
  mutable Stoppable stoppable_;
  schema::JsValue make_pattern_;
  schema::JsValue source_of_;
  std::vector<Definition> definitions_;
  std::unique_ptr<schema::Model> model_;
  std::vector<std::shared_ptr<const rules::Rules>> rules_;
  std::unordered_map<std::string_view, const rules::Rules*> by_name_;
  bool may_lift_ = false;
  std::shared_ptr<record::ShapeCache> lifted_shapes_ = std::make_shared<record::ShapeCache>();
  // Plans by shape, each made once; the slots find most of them without the lock.
  struct Planned {
    record::ShapePtr shape;  // keeps its address its own
    std::shared_ptr<const rules::LiftPlan> plan;
  };
  static constexpr std::size_t kPlannedMax = 4096;  // as many as a collection makes shapes
  static constexpr std::size_t kSlots = 256;
  mutable record::Mutex planned_mutex_;
  mutable std::unordered_map<const record::Shape*, Planned> planned_;
  mutable std::array<std::atomic<const Planned*>, kSlots> slots_{};
};

}  // namespace gs::engine
