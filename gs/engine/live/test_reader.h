// For tests: a reader of a live query that has nothing but its first rows and what it was told
// since.
#pragma once

#include <gtest/gtest.h>

#include <set>

#include "gs/engine/live/live.h"
#include "gs/engine/query/test_rows.h"

namespace gs::engine::testing {

class Reader {
 public:
  // Null live(): error() says why.
  Reader(const Store& store, std::string query, const LiveBounds& bounds = {},
         std::function<void()> wake = {})
      : query_(std::move(query)) {
    auto started = Live::start(store.db, query_, std::move(wake), bounds);
    if (!started) {
      error_ = started.error().text();
      return;
    }
    live_ = std::move(*started);
    for (std::size_t i = 0; i < live_->size(); ++i) {
      QueryRow row;
      EXPECT_FALSE(live_->row(i, row));
      rows_.push_back(text(row));
      ids_.push_back(row.found.entry.id);
    }
  }

  Live* live() const noexcept { return live_.get(); }
  const std::string& error() const noexcept { return error_; }
  const std::string& query() const noexcept { return query_; }
  const std::vector<std::string>& rows() const noexcept { return rows_; }
  std::uint64_t told() const noexcept { return told_; }

  // Looks, and says in short what it was told: +[0]{..} ![0]{..} [0>1]{..} -[0]
  std::string look() { return take(live_->changes()); }
  std::string move_to(const Store& store) { return take(live_->move_to(store.db)); }

 private:
  std::string text(const QueryRow& row) const {
    std::string out = row.group_json;
    if (!live_->context()->query.group) {
      const QueryContext& context = *live_->context();
      if (const Error error = append_row_json(context, context.record(row.found).view(), out)) {
        out = error.text();
      }
    }
    return out;
  }

  std::string take(const Result<LiveDeltas>& deltas) {
    if (!deltas) return deltas.error().text();
    std::string told;
    std::set<std::string> once;
    for (const LiveDelta& delta : *deltas) {
      told += (told.empty() ? "" : " ") + apply(delta);
      // No row twice, of records.
      if (!delta.id.is_zero()) EXPECT_TRUE(once.insert(delta.id.text()).second) << query_;
    }
    told_ += deltas->size();
    return told;
  }

  std::string apply(const LiveDelta& delta) {
    const std::string at = "[" + std::to_string(delta.at) + "]";
    if (delta.kind == Step::Kind::removed) {
      EXPECT_EQ(ids_.at(delta.at), delta.id);
      if (delta.id.is_zero()) EXPECT_EQ(rows_.at(delta.at), delta.row.group_json);
      remove(delta.at);
      return "-" + at;
    }
    const std::string now = text(delta.row);
    if (delta.kind == Step::Kind::added) {
      insert(delta.at, now, delta.id);
      return "+" + at + now;
    }
    const std::size_t from = delta.kind == Step::Kind::moved ? delta.from : delta.at;
    EXPECT_EQ(ids_.at(from), delta.id);
    if (delta.kind == Step::Kind::changed) {
      EXPECT_NE(rows_.at(from), now) << query_;  // it shows something else
    }
    remove(from);
    insert(delta.at, now, delta.id);
    if (delta.kind == Step::Kind::changed) return "!" + at + now;
    EXPECT_NE(from, delta.at);
    return "[" + std::to_string(from) + ">" + std::to_string(delta.at) + "]" + now;
  }

  void remove(std::size_t place) {
    rows_.erase(rows_.begin() + static_cast<std::ptrdiff_t>(place));
    ids_.erase(ids_.begin() + static_cast<std::ptrdiff_t>(place));
  }
  void insert(std::size_t place, const std::string& row, const Id& id) {
    EXPECT_LE(place, rows_.size());
    rows_.insert(rows_.begin() + static_cast<std::ptrdiff_t>(place), row);
    ids_.insert(ids_.begin() + static_cast<std::ptrdiff_t>(place), id);
  }

  std::string query_;
  std::unique_ptr<Live> live_;
  std::string error_;
  std::vector<std::string> rows_;
  std::vector<Id> ids_;
  std::uint64_t told_ = 0;
};

}  // namespace gs::engine::testing
