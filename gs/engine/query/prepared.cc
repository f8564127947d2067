#include "gs/engine/query/prepared.h"

namespace gs::engine {
namespace {

// Whether nobody else has it. Then what others did with it is over: letting go of the second handle
// waits for what they did before they let go of theirs.
bool is_ours_alone(const std::shared_ptr<QueryContext>& context) {
  if (context.use_count() != 1) return false;
  const std::shared_ptr<QueryContext> second = context;
  return true;
}

}  // namespace

Result<std::unique_ptr<Prepared>> Prepared::make(std::string_view json, const QueryBounds& bounds) {
  GS_TRY(query::Query query, query::parse_prepared(json));
  return std::unique_ptr<Prepared>(new Prepared(std::move(query), bounds));
}

Result<std::shared_ptr<QueryContext>> Prepared::bound(std::span<const Value> values) {
  std::shared_ptr<QueryContext> context;
  for (std::shared_ptr<QueryContext>& each : contexts_) {
    if (each != nullptr && !is_ours_alone(each)) continue;
    if (each == nullptr) {
      each = std::make_shared<QueryContext>();
      each->query = query_;
    }
    context = each;
    break;
  }
  if (context == nullptr) {
    context = std::make_shared<QueryContext>();
    context->query = query_;
  }
  context->bounds = bounds_;
  GS_TRY_OK(query::bind(context->query, values));
  return context;
}

Result<std::unique_ptr<Find>> Prepared::start(const std::shared_ptr<Database>& db,
                                              std::span<const Value> values) {
  GS_TRY(std::shared_ptr<QueryContext> context, bound(values));
  return Find::start(db, std::move(context));
}

Result<std::uint64_t> Prepared::count(const std::shared_ptr<Database>& db,
                                      std::span<const Value> values) {
  GS_TRY_OK(query::check_count(query_));
  GS_TRY(const std::shared_ptr<QueryContext> context, bound(values));
  return count_matches(db, *context);
}

}  // namespace gs::engine
