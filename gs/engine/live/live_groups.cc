// The answer to a live query for groups: what was counted and added, so that each record can be
// taken out again.
//
// Sums are exact (gs/core/query/exact_sum.h), so taking out leaves nothing behind. For extremes all
// values of a group are kept, with how often they are there; so are the values of `by`, which are
// equal and may yet differ.
#include <algorithm>
#include <map>

#include "gs/core/record/order_key.h"
#include "gs/engine/live/answer.h"

namespace gs::engine {
namespace {

using query::Function;
using record::RecordView;
using record::ValueView;

// What a map's node takes beside its content.
constexpr std::size_t kLiveNodeBytes = 64;

// Values with how many records have them: by order key, then by their any-value encoding.
class Values {
 public:
  // Returns by how much the memory grew.
  std::size_t add(const std::string& key, const Buffer& any) {
    const bool is_new = ++counts_[{key, any}] == 1;
    return is_new ? cost(key, any) : 0;
  }
  // By how much it shrank.
  std::size_t remove(const std::string& key, const Buffer& any) {
    const auto place = counts_.find({key, any});
    if (place == counts_.end() || --place->second != 0) return 0;
    counts_.erase(place);
    return cost(key, any);
  }
  // Of the least or greatest values the one with the least bytes; none: empty.
  const Buffer& shown(bool greatest) const {
    static const Buffer none;
    if (counts_.empty()) return none;
    if (!greatest) return counts_.begin()->first.second;
    return counts_.lower_bound({counts_.rbegin()->first.first, {}})->first.second;
  }

 private:
  static std::size_t cost(const std::string& key, const Buffer& any) {
    return kLiveNodeBytes + sizeof(std::string) + sizeof(Buffer) + key.size() + any.size();
  }
  std::map<std::pair<std::string, Buffer>, std::uint64_t> counts_;
};

struct LiveCell {
  query::ExactSum sum;
  Values values;
};

struct LiveGroup {
  std::uint64_t count = 0;
  std::vector<Values> by;
  std::vector<LiveCell> cells;
};

// All groups of the records that were added and not removed again.
class GroupMap {
 public:
  explicit GroupMap(const query::Group& group) : group_(group), reader_(group_paths(group)) {
    if (group.by.empty()) make(std::string());  // is there also when nothing is
  }

  void add(const RecordView& record) { count_in(record, true); }
  // Of a record that was added with this content.
  void remove(const RecordView& record) { count_in(record, false); }

  const std::string& key_of(const RecordView& record) {
    reader_.use(record.shape());
    Buffer key;
    for (std::size_t i = 0; i < group_.by.size(); ++i) {
      record::append_order_key(value_at(i, record), key);
    }
    return key_.assign(as_text(key));
  }

  // Nothing when there is no such group. Errors: too_large (a sum).
  Result<std::string> text(const std::string& key) const {
    std::string out;
    const auto place = groups_.find(key);
    if (place == groups_.end()) return out;
    const LiveGroup& live = place->second;
    GroupView view;
    view.count = live.count;
    for (const Values& by : live.by) view.by.push_back(&by.shown(false));
    for (std::size_t i = 0; i < live.cells.size(); ++i) {
      const bool greatest = group_.fields[i].function == Function::max;
      view.cells.push_back({&live.cells[i].sum, &live.cells[i].values.shown(greatest)});
    }
    GS_TRY_OK(append_group_json(group_, view, out));
    return out;
  }

  bool has(const std::string& key) const { return groups_.contains(key); }
  std::vector<std::string> keys() const {
    std::vector<std::string> keys;
    keys.reserve(groups_.size());
    for (const auto& [key, group] : groups_) keys.push_back(key);
    return keys;
  }
  std::size_t memory_bytes() const noexcept { return bytes_; }

 private:
  ValueView value_at(std::size_t path, const RecordView& record) const {
    return reader_.get(path, record).value_or(ValueView{});
  }
  std::size_t cost() const noexcept {
    return kLiveNodeBytes + sizeof(std::string) + sizeof(LiveGroup) +
           group_.by.size() * sizeof(Values) + group_.fields.size() * sizeof(LiveCell);
  }

  LiveGroup& make(const std::string& key) {
    const auto [place, is_new] = groups_.try_emplace(key);
    if (is_new) {
      place->second.by.resize(group_.by.size());
      place->second.cells.resize(group_.fields.size());
      bytes_ += cost() + key.size();
    }
    return place->second;
  }

  void count_in(const RecordView& record, bool added) {
    const std::string key = key_of(record);
    LiveGroup& group = make(key);
    group.count += added ? 1 : ~std::uint64_t{0};
    for (std::size_t i = 0; i < group.by.size(); ++i) {
      // All of a group have the same order key.
      change(group.by[i], std::string(), any_of(value_at(i, record)), added);
    }
    std::size_t path = group.by.size();
    for (std::size_t i = 0; i < group.cells.size(); ++i) {
      if (!group_.fields[i].path) continue;
      const auto value = reader_.get(path++, record);
      if (value && !value->is_null()) count_value(i, *value, group.cells[i], added);
    }
    if (group.count != 0 || group_.by.empty()) return;
    for (const LiveCell& cell : group.cells) bytes_ -= cell.sum.memory_bytes();
    bytes_ -= cost() + key.size();
    groups_.erase(key);
  }

  void count_value(std::size_t field, const ValueView& value, LiveCell& cell, bool added) {
    const Function function = group_.fields[field].function;
    if (function == Function::min || function == Function::max) {
      Buffer key;
      record::append_order_key(value, key);
      return change(cell.values, std::string(as_text(key)), any_of(value), added);
    }
    bytes_ -= cell.sum.memory_bytes();
    added ? cell.sum.add(value) : cell.sum.subtract(value);
    bytes_ += cell.sum.memory_bytes();
  }

  void change(Values& values, const std::string& key, const Buffer& any, bool added) {
    if (added) {
      bytes_ += values.add(key, any);
    } else {
      bytes_ -= values.remove(key, any);
    }
  }

  const query::Group& group_;
  query::Reader reader_;
  std::map<std::string, LiveGroup> groups_;
  std::string key_;  // scratch
  std::size_t bytes_ = 0;
};

class LiveGroups final : public LiveAnswer {
 public:
  LiveGroups(std::shared_ptr<const query::Query> query, const QueryBounds& bounds)
      : query_(std::move(query)), bounds_(bounds), window_(query_->offset, query_->limit) {
    matcher_.emplace(query_->filter);
    groups_.emplace(*query_->group);
  }

  Error fill(const QueryContext& now) override {
    GS_TRY_OK(count_all(now, *groups_));
    list_.assign(groups_->keys());
    return {};
  }

  bool includes(const Id&) const noexcept override { return false; }

  Result<LiveDeltas> follow(const QueryContext& before, const QueryContext& now,
                            const std::vector<Id>& ids, const std::vector<Id>&) override {
    Texts old_texts;
    for (const Id& id : ids) {
      GS_TRY_OK(count_one(before, id, false, old_texts));
      GS_TRY_OK(count_one(now, id, true, old_texts));
    }
    GS_TRY_OK(check_memory(groups_->memory_bytes()));
    return show(old_texts);
  }

  Result<LiveDeltas> replace(const QueryContext&, const QueryContext& now) override {
    Texts old_texts;
    for (const std::string& key : groups_->keys()) {
      GS_TRY(old_texts[key], groups_->text(key));
    }
    matcher_.emplace(query_->filter);  // as in LiveRows: shapes are others by now
    groups_.emplace(*query_->group);
    GS_TRY_OK(count_all(now, *groups_));
    for (const std::string& key : groups_->keys()) old_texts.try_emplace(key);
    return show(old_texts);
  }

  std::size_t size() const noexcept override { return window_.size(list_); }

  Error row(const QueryContext&, std::size_t place, QueryRow& out) const override {
    out = {};
    GS_TRY(out.group_json, groups_->text(std::string(window_.at(list_, place))));
    return {};
  }

 private:
  // Of groups that were touched, by key: their texts before; empty: they were not there.
  using Texts = std::map<std::string, std::string>;

  Error count_all(const QueryContext& now, GroupMap& groups) {
    Access access;
    choose_access(now, access);
    if (access.kind == Access::Kind::ordered) access = {};
    Matches matches(now, access, Id{});
    while (matches.next() != nullptr) {
      groups.add(matches.view());
      GS_TRY_OK(check_memory(groups.memory_bytes()));
    }
    return matches.error();
  }

  Error count_one(const QueryContext& context, const Id& id, bool added, Texts& old_texts) {
    GS_TRY(const std::optional<Found> found, find_live_record(context, id));
    if (!found) return {};
    const LiftedRecord lifted = context.record(*found);
    const RecordView& record = lifted.view();
    if (!matcher_->matches(record)) return {};
    const std::string& key = groups_->key_of(record);
    if (!old_texts.contains(key)) {
      GS_TRY(std::string text, groups_->text(key));
      old_texts.emplace(key, std::move(text));
    }
    if (!added && !groups_->has(key)) return read_otherwise();
    added ? groups_->add(record) : groups_->remove(record);
    return {};
  }

  Error check_memory(std::size_t bytes) const {
    if (bytes <= bounds_.group_bytes) return {};
    return Error(Code::too_large, "live query: its groups take more than " +
                                      std::to_string(bounds_.group_bytes >> 20) +
                                      " MiB. Group by fewer or coarser fields, or give a filter");
  }

  Result<LiveDeltas> show(const Texts& old_texts) {
    std::vector<Touch> touches;
    for (const auto& [key, text] : old_texts) {
      Touch touch;
      if (!text.empty()) touch.before = key;
      if (groups_->has(key)) touch.after = key;
      if (touch.before || touch.after) touches.push_back(std::move(touch));
    }
    const auto differs = [&](const Touch& touch) -> Result<bool> {
      GS_TRY(const std::string text, groups_->text(*touch.after));
      return text != old_texts.at(*touch.before);
    };
    GS_TRY(const std::vector<Step> steps, window_.show(list_, touches, differs));
    LiveDeltas deltas;
    deltas.reserve(steps.size());
    for (const Step& step : steps) {
      LiveDelta delta{step.kind, step.from, step.at, {}, {}};
      const auto old_text = old_texts.find(step.key);
      if (step.kind == Step::Kind::removed && old_text != old_texts.end()) {
        delta.row.group_json = old_text->second;
      } else {
        GS_TRY(delta.row.group_json, groups_->text(step.key));
      }
      deltas.push_back(std::move(delta));
    }
    return deltas;
  }

  const std::shared_ptr<const query::Query> query_;
  const QueryBounds bounds_;
  const Window window_;
  std::optional<query::Matcher> matcher_;
  std::optional<GroupMap> groups_;
  CountedSet list_;  // of their keys
};

}  // namespace

std::unique_ptr<LiveAnswer> make_live_groups(std::shared_ptr<const query::Query> query,
                                             const QueryBounds& bounds) {
  return std::make_unique<LiveGroups>(std::move(query), bounds);
}

}  // namespace gs::engine
