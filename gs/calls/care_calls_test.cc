// Goal: calls that look after a storage do and tell what the methods of Storage do.
// Method: each call beside its method, of a storage with one record.
#include "gs/calls/test_calls.h"

namespace gs::calls::testing {
namespace {

class CareCalls : public CallsTest {
 protected:
  void SetUp() override {
    CallsTest::SetUp();
    id_ = storage_->put("City", "kyiv", R"({"name":"Kiew"})").value();
    ASSERT_TRUE(storage_->sync().ok());
    ASSERT_TRUE(storage_->update(id_, R"({"name":"Kyiv"})").ok());
    ASSERT_TRUE(storage_->sync().ok());
  }

  Id id_;
};

TEST_F(CareCalls, StatsTellFigures) {
  const Stats stats = storage_->stats().value();
  const Value told = result("stats");
  EXPECT_EQ(text(told, "storage"), storage_->id().text());
  EXPECT_EQ(number(told, "records"), stats.records);
  EXPECT_EQ(number(told, "logBytes"), stats.log_bytes);
  EXPECT_EQ(number(told, "stateBytes"), stats.state_bytes);
  EXPECT_EQ(number(told, "blobBytes"), stats.blob_bytes);
  EXPECT_EQ(number(told, "segments"), stats.segments);
  EXPECT_EQ(number(told, "changes"), stats.changes);
  EXPECT_EQ(number(told, "runs"), stats.runs);
  EXPECT_EQ(number(told, "writers"), stats.writers);
  EXPECT_EQ(number(told, "shapes"), stats.shapes);
  EXPECT_EQ(number(told, "memoryRecords"), stats.memory_records);
  EXPECT_EQ(number(told, "operations"), stats.operations);
  EXPECT_EQ(number(at(told, "collections"), "City"), 1u);
}

TEST_F(CareCalls, VerifyTellsWhatWasChecked) {
  const VerifyReport report = storage_->verify().value();
  std::uint64_t looks = 0;
  const Value told =
      value_of(call(*storage_, "verify", "{}", [&](std::uint64_t, std::uint64_t) { ++looks; }));
  EXPECT_GT(looks, 0u);
  EXPECT_TRUE(flag(told, "ok"));
  EXPECT_EQ(number(told, "changes"), report.changes);
  EXPECT_EQ(number(told, "operations"), report.operations);
  EXPECT_EQ(number(told, "bytes"), report.bytes);
  EXPECT_EQ(number(told, "erased"), 0u);
  EXPECT_EQ(number(told, "dropped"), 0u);
  EXPECT_EQ(at(told, "frontier"), texts(report.frontier));
  EXPECT_TRUE(items(at(told, "damage")).empty());
  const Array sections = items(at(told, "sections"));
  ASSERT_EQ(sections.size(), report.sections.size());
  EXPECT_EQ(text(sections[0], "name"), report.sections[0].name);
  EXPECT_EQ(number(sections[0], "checked"), report.sections[0].checked);
  EXPECT_TRUE(flag(result("verify", R"("full":false,"incremental":true)"), "ok"));
}

TEST_F(CareCalls, VerifyIsNoErrorWhenSomethingIsWrong) {
  const Value cut = result("verify", argument("head", std::string(64, 'a')));
  EXPECT_FALSE(flag(cut, "ok"));
  bool found = false;
  for (const Value& section : items(at(cut, "sections"))) {
    if (text(section, "name") != "head") continue;
    found = true;
    EXPECT_FALSE(flag(section, "ok"));
    EXPECT_FALSE(text(section, "detail").empty());
  }
  EXPECT_TRUE(found);
}

TEST_F(CareCalls, AProofIsTakenByVerifyProofAsItIs) {
  const std::string proof = made("proof", kKyiv).value();
  const ProofReport report = verify_proof(proof).value();
  for (const bool as_text : {false, true}) {
    const std::string given = as_text ? argument("proof", proof) : "\"proof\":" + proof;
    const Value told = free_result("verifyProof", given);
    EXPECT_TRUE(flag(told, "ok"));
    EXPECT_EQ(text(told, "storage"), storage_->id().text());
    EXPECT_EQ(text(told, "change"), report.change.text());
    EXPECT_EQ(text(told, "writer"), report.writer.text());
    EXPECT_EQ(text(told, "id"), id_.text());
    EXPECT_EQ(number(told, "timeMs"), report.time_ms);
    EXPECT_EQ(text(told, "kind"), report.kind);
    EXPECT_EQ(text(told, "collection"), report.collection);
    EXPECT_EQ(text(told, "logRoot"), report.log_root.text());
    EXPECT_EQ(number(told, "logSize"), report.log_size);
    EXPECT_EQ(text(told, "logSigner"), report.log_signer.text());
    EXPECT_EQ(at(told, "data"), value_of(report.json));
  }
  const std::string other = "\"proof\":" + proof + ',' + argument("logRoot", std::string(64, '1'));
  EXPECT_EQ(call("verifyProof", '{' + other + '}').code(), Code::broken_chain);
  EXPECT_EQ(call("verifyProof", R"({"proof":{"no":"proof"}})").code(), Code::invalid);
  EXPECT_EQ(made("proof", argument("id", "nobody")).code(), Code::not_found);
}

TEST_F(CareCalls, EraseTellsHowManyPayloadsWent) {
  const std::string id = argument("id", id_.text());
  EXPECT_EQ(made("erase", std::string(kKyiv) + R"(,"reason":"request 7")").value(),
            '{' + id + R"(,"erased":2})");
  EXPECT_FALSE(storage_->has(id_));
  EXPECT_EQ(made("erase", kKyiv).value(), '{' + id + R"(,"erased":0,"alreadyErased":true})");
  const auto entries = items(result("history", kKyiv));
  EXPECT_TRUE(flag(entries.back(), "erased"));
  EXPECT_EQ(made("erase", argument("id", "nobody")).code(), Code::not_found);
}

TEST_F(CareCalls, DigestIsThatOfTheState) {
  const StateDigest state = storage_->digest().value();
  const Value told = result("digest");
  EXPECT_EQ(at(told, "frontier"), texts(state.frontier));
  EXPECT_EQ(text(told, "digest"), state.digest.text());
}

TEST_F(CareCalls, WhatOnlyHasToBeDoneGivesNull) {
  EXPECT_EQ(made("sync").value(), "null");
  EXPECT_EQ(made("checkpoint").value(), "null");
  EXPECT_GE(storage_->stats().value().runs, 1u);
  const Value compacted = result("compact");
  EXPECT_EQ(number(compacted, "runs"), storage_->stats().value().runs);
  EXPECT_EQ(number(compacted, "stateBytes"), storage_->stats().value().state_bytes);
  EXPECT_TRUE(has(compacted, "runsBefore"));
  EXPECT_TRUE(has(compacted, "stateBytesBefore"));
}

TEST_F(CareCalls, ABackupIsRestored) {
  const std::string backup = path("backup");
  EXPECT_EQ(text(result("backup", argument("directory", backup)), "backup"), backup);
  EXPECT_EQ(made("backup", argument("directory", backup)).code(), Code::exists);
  const std::string both = argument("backup", backup) + ',' + argument("directory", path("again"));
  EXPECT_EQ(text(free_result("restore", both), "restore"), path("again"));
  EXPECT_EQ(call("restore", '{' + both + '}').code(), Code::exists);
  const Storage again = Storage::open(path("again")).value();
  EXPECT_EQ(again.digest().value().digest, storage_->digest().value().digest);
}

TEST_F(CareCalls, AStorageIsMadeShallow) {
  EXPECT_EQ(made("shallowAt").value(), "null");
  const Value preview = result("makeShallow", R"("preview":true)");
  EXPECT_TRUE(flag(preview, "preview"));
  EXPECT_FALSE(has(preview, "baseBytes"));
  EXPECT_EQ(made("shallowAt").value(), "null");
  const Value dropped = result("makeShallow", R"("before":"now")");
  EXPECT_EQ(number(dropped, "operations"), number(preview, "operations"));
  EXPECT_EQ(number(dropped, "changes"), number(preview, "changes"));
  EXPECT_GT(number(dropped, "logBytes"), 0u);
  EXPECT_GT(number(dropped, "baseBytes"), 0u);
  EXPECT_EQ(result("shallowAt"), texts(storage_->shallow_at()->heads));
  EXPECT_EQ(at(dropped, "version"), result("shallowAt"));
}

TEST_F(CareCalls, RecoveryTellsWhatOpeningFound) {
  ASSERT_FALSE(storage_->close());
  storage_.reset();
  storage_.emplace(Storage::open(path("a")).value());
  const RecoveryReport& report = storage_->recovery();
  const Value told = result("recovery");
  EXPECT_EQ(number(told, "changesReplayed"), report.changes_replayed);
  EXPECT_EQ(number(told, "bytesReplayed"), report.bytes_replayed);
  EXPECT_EQ(flag(told, "tornTailCut"), report.torn_tail_cut);
  EXPECT_EQ(flag(told, "tornTailLeftOut"), report.torn_tail_left_out);
  EXPECT_EQ(flag(told, "tornTailJudged"), report.torn_tail_judged);
  EXPECT_EQ(number(told, "cutSegment"), report.cut_segment);
  EXPECT_EQ(number(told, "cutOffset"), report.cut_offset);
  EXPECT_EQ(number(told, "cutBytes"), report.cut_bytes);
  EXPECT_TRUE(items(at(told, "damage")).empty());
}

TEST_F(CareCalls, WhoMayOnlyReadIsToldSo) {
  ASSERT_FALSE(storage_->close());
  Options options;
  options.read_only = true;
  storage_.reset();
  storage_.emplace(Storage::open(path("a"), options).value());
  for (const char* const method : {"undo", "checkpoint", "compact", "makeShallow"}) {
    EXPECT_EQ(made(method).code(), Code::read_only) << method;
  }
  EXPECT_EQ(made("erase", kKyiv).code(), Code::read_only);
}

}  // namespace
}  // namespace gs::calls::testing
