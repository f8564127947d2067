#include "gs/engine/query/prepared.h"

#include <algorithm>

#include "gs/base/only_handle.h"

namespace gs::engine {
namespace {

// Nobody has the execution, and no row is left of it.
bool is_over(const std::shared_ptr<Find>& find) {
  return find == nullptr || (is_only_handle(find) && find->has_no_rows());
}

}  // namespace

Result<std::unique_ptr<Prepared>> Prepared::make(std::string_view json, const QueryBounds& bounds) {
  GS_TRY(query::Query query, query::parse_prepared(json));
  return std::unique_ptr<Prepared>(new Prepared(std::move(query), bounds));
}

Result<std::shared_ptr<Find>> Prepared::bound(std::span<const Value> values) {
  const auto free = std::find_if(executions_.begin(), executions_.end(), is_over);
  std::shared_ptr<Find>& find = free == executions_.end() ? executions_.front() : *free;
  if (free == executions_.end()) find = nullptr;  // whoever has it keeps it
  for (const std::shared_ptr<Find>& other : executions_) {
    if (other != find && other != nullptr && other->has_moment() && is_over(other)) other->leave();
  }
  if (find == nullptr) {
    auto context = std::make_shared<QueryContext>();
    context->query = query_;
    context->bounds = bounds_;
    find = std::make_shared<Find>(std::move(context));
  }
  GS_TRY_OK(query::bind(find->query(), values));
  return find;
}

Result<std::shared_ptr<Find>> Prepared::start(const std::shared_ptr<Database>& db,
                                              std::span<const Value> values) {
  GS_TRY(std::shared_ptr<Find> find, bound(values));
  if (Error wrong = find->begin(db)) {
    find->leave();
    return wrong;
  }
  return find;
}

Result<std::uint64_t> Prepared::count(const std::shared_ptr<Database>& db,
                                      std::span<const Value> values) {
  GS_TRY_OK(query::check_count(query_));
  GS_TRY(const std::shared_ptr<Find> find, bound(values));
  return find->count(db);
}

}  // namespace gs::engine
