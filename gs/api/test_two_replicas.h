// Two replicas of one storage for tests through the public interface, which exchange bundles.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "globalstorage/storage.h"
#include "gs/api/test_directory.h"

namespace gs::testing {

class TwoReplicas : public InDirectory {
 protected:
  // `a_` with one record, whose field `shown` tests look at, and its clone `b_`.
  TwoReplicas(const char* collection, const char* json, const char* shown)
      : collection_(collection), json_(json), shown_(shown) {}

  void SetUp() override {
    InDirectory::SetUp();
    a_.emplace(Storage::create(path("a")).value());
    id_ = a_->put(collection_, "one", json_).value();
    clone();
  }
  void TearDown() override {
    a_.reset();
    b_.reset();
    InDirectory::TearDown();
  }

  // From here on there are two.
  void clone() {
    b_.reset();
    ASSERT_TRUE(a_->sync().ok());
    ASSERT_FALSE(a_->close());
    const std::string place = path("b" + std::to_string(++clones_));
    ASSERT_TRUE(Storage::clone(path("a"), place).ok());
    a_.emplace(Storage::open(path("a")).value());
    b_.emplace(Storage::open(place).value());
  }
  void use_schema(const std::string& file) {
    const Error error =
        a_->apply_schema(R"({"files":{")" + std::string(collection_) + R"(.js":")" + file + "\"}}");
    ASSERT_FALSE(error) << error.text();
    clone();
  }

  void give(const Storage& from, Storage& to) {
    ASSERT_TRUE(from.create_bundle(path("bundle")).ok());
    ASSERT_TRUE(to.apply_bundle(path("bundle")).ok());
  }
  void exchange() {
    give(*a_, *b_);
    give(*b_, *a_);
    EXPECT_EQ(a_->digest().value().digest, b_->digest().value().digest);
    EXPECT_EQ(field(*a_, shown_), field(*b_, shown_));
    EXPECT_EQ(record(*a_), record(*b_));
  }
  std::string record(const Storage& storage) const {
    const auto found = storage.get(id_);
    return found.ok() ? found->json() : found.error().text();
  }
  std::string field(const Storage& storage, std::string_view name) const {
    const auto record = storage.get(id_);
    if (!record.ok()) return record.error().text();
    const auto found = record->find(name);
    return found ? found->json() : "none";
  }
  std::size_t hidden() const { return a_->conflicts(id_).value().hidden.size(); }

  std::optional<Storage> a_;
  std::optional<Storage> b_;
  Id id_;

 private:
  const char* const collection_;
  const char* const json_;
  const char* const shown_;
  int clones_ = 0;
};

}  // namespace gs::testing
