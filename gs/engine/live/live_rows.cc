// The answer to a live query for records: the keys of all that pass, in order.
#include <algorithm>
#include <map>

#include "gs/engine/live/answer.h"
#include "gs/engine/live/included.h"
#include "gs/engine/query/presenter.h"

namespace gs::engine {
namespace {

using RowTouches = std::vector<Touch>;

// The key of a row ends with its id.
Id id_of_key(std::string_view key) noexcept {
  Id id;
  std::copy(key.end() - static_cast<std::ptrdiff_t>(id.bytes.size()), key.end(), id.bytes.begin());
  return id;
}

class LiveRows final : public LiveAnswer {
 public:
  LiveRows(std::shared_ptr<const query::Query> query, const QueryBounds& bounds)
      : query_(std::move(query)),
        bounds_(bounds),
        window_(query_->offset, query_->limit),
        included_(*query_) {
    forget_shapes();
  }

  Error fill(const QueryContext& now) override {
    GS_TRY(std::vector<std::string> keys, all_keys(now));
    list_.assign(std::move(keys));
    if (!included_.is_used()) return {};
    for (std::size_t i = 0; i < size(); ++i) {
      GS_TRY_OK(include_row(now, id_of_key(window_.at(list_, i))));
      GS_TRY_OK(check_size(list_.memory_bytes() + included_.memory_bytes()));
    }
    return {};
  }

  bool includes(const Id& id) const noexcept override {
    return included_.is_used() && included_.has(id);
  }

  Result<LiveDeltas> follow(const QueryContext& before, const QueryContext& now,
                            const std::vector<Id>& ids, const std::vector<Id>& included) override {
    RowTouches touches;
    for (const Id& id : ids) {
      Touch touch;
      GS_TRY(touch.before, key_of(before, id));
      if (touch.before && !list_.contains(*touch.before)) return read_otherwise();
      GS_TRY(touch.after, key_of(now, id));
      if (touch.before || touch.after) touches.push_back(std::move(touch));
    }
    for (const Id& id : including_rows(ids, included)) {
      GS_TRY(const std::optional<std::string> key, key_of(now, id));
      if (key) touches.push_back({key, key});
    }
    return show(before, now, touches);
  }

  Result<LiveDeltas> replace(const QueryContext& before, const QueryContext& now) override {
    forget_shapes();
    GS_TRY(std::vector<std::string> keys, all_keys(now));
    return show(before, now, differences(keys));
  }

  std::size_t size() const noexcept override { return window_.size(list_); }

  Error row(const QueryContext& now, std::size_t place, QueryRow& out) const override {
    return read_row(now, id_of_key(window_.at(list_, place)), out);
  }

 private:
  // What was learned of shapes: those of another database, or of another schema, may lie where
  // these did.
  void forget_shapes() {
    matcher_.emplace(query_->filter);
    keys_.emplace(query_->sort);
  }

  Error check_size(std::size_t bytes) const {
    if (bytes <= bounds_.sort_bytes) return {};
    return Error(Code::too_large, "live query: the order of its rows takes more than " +
                                      std::to_string(bounds_.sort_bytes >> 20) +
                                      " MiB. Give a filter that fewer records pass, or shorter "
                                      "sort fields");
  }

  Result<std::vector<std::string>> all_keys(const QueryContext& now) {
    std::vector<std::string> keys;
    std::size_t bytes = 0;
    Access access;
    choose_access(now, access);
    if (access.kind == Access::Kind::ordered) access = {};
    Matches matches(now, access, Id{});
    while (const state::Met* const met = matches.next()) {
      keys.emplace_back(as_text(keys_->of(matches.view(), met->entry->id)));
      bytes += sizeof(std::string) + keys.back().size();
      GS_TRY_OK(check_size(bytes));
    }
    GS_TRY_OK(matches.error());
    std::sort(keys.begin(), keys.end());
    return keys;
  }

  // None: there is no such record in this moment, or it does not pass.
  Result<std::optional<std::string>> key_of(const QueryContext& context, const Id& id) {
    GS_TRY(const std::optional<Found> found, find_live_record(context, id));
    if (!found) return std::optional<std::string>();
    const LiftedRecord lifted = context.record(*found);
    const record::RecordView& record = lifted.view();
    if (!matcher_->matches(record)) return std::optional<std::string>();
    return std::optional<std::string>(as_text(keys_->of(record, id)));
  }

  // Rows of the view that include one of these, but for rows that were touched themselves.
  std::vector<Id> including_rows(const std::vector<Id>& touched,
                                 const std::vector<Id>& included) const {
    std::vector<Id> rows;
    for (const Id& id : included) {
      for (const Id& row : included_.rows_with(id)) {
        if (!std::binary_search(touched.begin(), touched.end(), row)) rows.push_back(row);
      }
    }
    std::sort(rows.begin(), rows.end());
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
    return rows;
  }

  // Between the list and all keys of another moment. Rows that may show something else where they
  // are, are touched as well, as far as anybody sees them.
  RowTouches differences(const std::vector<std::string>& keys) const {
    RowTouches touches;
    std::map<Id, std::string> gone;
    std::size_t next = 0;
    std::vector<const std::string*> added;
    for (std::size_t place = 0; place < list_.size(); ++place) {
      const std::string_view key = list_.at(place);
      for (; next < keys.size() && keys[next] < key; ++next) added.push_back(&keys[next]);
      if (next == keys.size() || keys[next] != key) {
        gone.emplace(id_of_key(key), key);
        continue;
      }
      ++next;
      if (place >= query_->offset && place - query_->offset < query_->limit) {
        touches.push_back({std::string(key), std::string(key)});
      }
    }
    for (; next < keys.size(); ++next) added.push_back(&keys[next]);
    for (const std::string* const key : added) {
      const auto was = gone.find(id_of_key(*key));
      touches.push_back({{}, *key});
      if (was == gone.end()) continue;
      touches.back().before = std::move(was->second);
      gone.erase(was);
    }
    for (auto& [id, key] : gone) touches.push_back({std::move(key), {}});
    return touches;
  }

  Result<LiveDeltas> show(const QueryContext& before, const QueryContext& now,
                          const RowTouches& touches) {
    const auto differs = [&](const Touch& touch) -> Result<bool> {
      const Id id = id_of_key(*touch.after);
      GS_TRY_OK(exclude_row(before, id));
      GS_TRY_OK(include_row(now, id));
      GS_TRY(const std::string old_text, text_of(before, id));
      GS_TRY(const std::string new_text, text_of(now, id));
      compared_bytes_ += old_text.size() + new_text.size();
      return old_text != new_text;
    };
    GS_TRY(const std::vector<Step> steps, window_.show(list_, touches, differs));
    GS_TRY_OK(check_size(list_.memory_bytes() + included_.memory_bytes()));
    LiveDeltas deltas;
    deltas.reserve(steps.size());
    for (const Step& step : steps) {
      LiveDelta delta{step.kind, step.from, step.at, id_of_key(step.key), {}};
      if (step.kind == Step::Kind::removed) {
        GS_TRY_OK(exclude_row(before, delta.id));
      } else {
        GS_TRY_OK(read_row(now, delta.id, delta.row));
      }
      if (step.kind == Step::Kind::added) GS_TRY_OK(include_row(now, delta.id));
      deltas.push_back(std::move(delta));
    }
    return deltas;
  }

  static Error read_row(const QueryContext& now, const Id& id, QueryRow& out) {
    GS_TRY(const std::optional<Found> found, find_live_record(now, id));
    if (!found) return Error(Code::damaged, "live query: a row is not in the state any more");
    out = {*found, {}};
    return {};
  }

  Error include_row(const QueryContext& now, const Id& id) {
    if (!included_.is_used()) return {};
    GS_TRY(const std::optional<Found> found, find_live_record(now, id));
    if (found) included_.add(id, now.record(*found).view());
    return {};
  }
  Error exclude_row(const QueryContext& before, const Id& id) {
    if (!included_.is_used()) return {};
    GS_TRY(const std::optional<Found> found, find_live_record(before, id));
    if (found) included_.remove(id, before.record(*found).view());
    return {};
  }

  static Result<std::string> text_of(const QueryContext& context, const Id& id) {
    std::string text;
    GS_TRY(const std::optional<Found> found, find_live_record(context, id));
    if (found) GS_TRY_OK(append_row_json(context, context.record(*found).view(), text));
    return text;
  }

  const std::shared_ptr<const query::Query> query_;
  const QueryBounds bounds_;
  const Window window_;
  std::optional<query::Matcher> matcher_;
  std::optional<SortKeys> keys_;
  CountedSet list_;
  Included included_;  // by rows of the view
};

}  // namespace

std::unique_ptr<LiveAnswer> make_live_rows(std::shared_ptr<const query::Query> query,
                                           const QueryBounds& bounds) {
  return std::make_unique<LiveRows>(std::move(query), bounds);
}

}  // namespace gs::engine
