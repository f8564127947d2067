// Goal: a person who types sees what they type, peers who take the session updates see the same,
// and commits lose nothing of what others write meanwhile, nor tell it wrong.
// Method: sessions beside writes of others and beside each other, against a string that does the
// same edits, and against a listener who knows only the updates; all errors; a random walk.
#include <gtest/gtest.h>

#include <random>

#include "gs/api/test_two_replicas.h"
#include "gs/core/crdt/text/operation.h"
#include "gs/core/crdt/text/rope.h"

namespace gs {
namespace {

// Somebody who shows what a session shows, by its updates alone.
class ListenerToText {
 public:
  explicit ListenerToText(const std::string& text) { rope_.assign(text); }

  void take(Bytes update) {
    const auto live = session_.decode(update);
    ASSERT_TRUE(live.ok()) << live.error().text();
    EXPECT_EQ(live->writer, 0u);
    EXPECT_EQ(live->operation.first_seq(), next_seq_);
    EXPECT_EQ(live->operation.parent_count(), 0u);
    EXPECT_EQ(live->on_edit_before, !stands_on_text_);
    stands_on_text_ = false;
    const crdt::EditsView& edits = live->operation.edits();
    next_seq_ += edits.events();
    std::string_view text = edits.text;
    crdt::ChainReader reader(edits);
    for (crdt::EditRun run; reader.next(run);) {
      if (run.edit == crdt::Edit::insert) {
        const std::size_t bytes = crdt::bytes_of_points(text, run.count);
        rope_.insert(run.pos, text.substr(0, bytes));
        text.remove_prefix(bytes);
      } else {
        rope_.erase(run.pos, run.count);
      }
    }
  }
  void commit(const std::vector<TextChange>& changes) {
    for (const TextChange& change : changes) {
      const auto position = static_cast<std::uint32_t>(change.position);
      rope_.erase(position, static_cast<std::uint32_t>(change.deleted));
      rope_.insert(position, change.inserted);
    }
    stands_on_text_ = true;
  }
  std::string text() const { return rope_.text(); }

 private:
  crdt::Session session_;
  crdt::Rope rope_;
  std::uint32_t next_seq_ = 0;
  bool stands_on_text_ = true;
};

class TextSessions : public testing::TwoReplicas {
 protected:
  TextSessions() : TwoReplicas("Post", R"({"title":"One","body":"Hello world"})", "body") {}

  std::string body() const { return field(*a_, "body"); }
};

TEST_F(TextSessions, KeysAreShownAtOnceAndWrittenTogether) {
  TextSession session = a_->edit_text(id_, "body").value();
  EXPECT_EQ(session.text(), "Hello world");
  EXPECT_FALSE(session.has_uncommitted());
  ListenerToText listener(session.text());
  listener.take(session.splice(5, 0, ",").value());
  const Bytes key = session.splice(6, 0, " ").value();
  EXPECT_LE(key.size(), 12u);
  listener.take(key);
  listener.take(session.splice(12, 1, "").value());  // d
  listener.take(session.splice(11, 1, "").value());  // l, as backspace does
  listener.take(session.splice(11, 0, "\xc3\xa9").value());
  EXPECT_EQ(session.text(), "Hello,  wor\xc3\xa9");
  EXPECT_EQ(listener.text(), session.text());
  EXPECT_EQ(session.length(), 12u);
  EXPECT_TRUE(session.has_uncommitted());
  EXPECT_EQ(body(), R"("Hello world")");
  const std::size_t before = a_->history(id_, 100)->size();
  EXPECT_TRUE(session.commit().value().empty());
  EXPECT_FALSE(session.has_uncommitted());
  EXPECT_EQ(body(), "\"Hello,  wor\xc3\xa9\"");
  EXPECT_EQ(a_->history(id_, 100)->size(), before + 1);
  exchange();
}

TEST_F(TextSessions, ManyAtOnceAreThoseOneByOne) {
  TextSession session = a_->edit_text(id_, "body").value();
  ListenerToText listener(session.text());
  TextSession other = a_->edit_text(id_, "body").value();
  const TextSplice edits[] = {{5, 0, ","}, {5, 1, "\xc3\xa9"}, {0, 0, ""}, {0, 3, "J"}};
  for (const TextSplice& one : edits) {
    const Bytes update = other.splice(one.position, one.deleted, one.inserted).value();
    if (!update.empty()) listener.take(update);
  }
  ASSERT_FALSE(session.splices(edits));
  EXPECT_EQ(session.text(), other.text());
  listener.take(session.splice(0, 0, ">").value());  // and it goes on where these ended
  EXPECT_EQ(listener.text(), session.text());
  const TextSplice wrong[] = {{0, 0, "a"}, {99, 0, "b"}, {0, 0, "c"}};
  EXPECT_EQ(session.splices(wrong).code(), Code::invalid);
  EXPECT_EQ(session.text(), "a" + listener.text());
  ASSERT_TRUE(session.commit().ok());
  EXPECT_EQ(body(), "\"a" + listener.text() + "\"");
}

// What others write while somebody types, in this process and in others.
TEST_F(TextSessions, BothCountAndOthersAreShownWithTheCommit) {
  TextSession session = a_->edit_text(id_, "body").value();
  ListenerToText listener(session.text());
  listener.take(session.splice(11, 0, "!").value());
  ASSERT_FALSE(a_->splice(id_, "body", 0, 5, "Goodbye"));
  ASSERT_FALSE(a_->update(id_, R"({"title":"Two"})"));
  ASSERT_FALSE(b_->splice(id_, "body", 6, 5, "all"));
  give(*b_, *a_);
  listener.take(session.splice(3, 0, "-").value());  // where it was when the session looked
  EXPECT_EQ(session.text(), "Hel-lo world!");
  const auto changes = session.commit().value();
  EXPECT_EQ(body(), "\"" + session.text() + "\"");
  // Between what was replaced by both, "-" stands behind or before what took its place.
  EXPECT_TRUE(session.text() == "Goodbye- all!" || session.text() == "-Goodbye all!")
      << session.text();
  EXPECT_EQ(field(*a_, "title"), R"("Two")");
  ASSERT_FALSE(changes.empty());
  listener.commit(changes);
  EXPECT_EQ(listener.text(), session.text());
  listener.take(session.splice(0, 0, ">").value());
  EXPECT_TRUE(session.commit().value().empty());
  EXPECT_EQ(body(), "\"" + listener.text() + "\"");
  exchange();
}

TEST_F(TextSessions, SessionsOfOneTextBesideEachOther) {
  TextSession one = a_->edit_text(id_, "body").value();
  TextSession two = a_->edit_text(id_, "body").value();
  ASSERT_TRUE(one.splice(5, 0, " my").ok());
  ASSERT_TRUE(two.splice(11, 0, " again").ok());
  ASSERT_TRUE(one.commit().ok());
  const auto changes = two.commit().value();
  EXPECT_EQ(two.text(), "Hello my world again");
  EXPECT_EQ(changes, (std::vector<TextChange>{{6, 0, "my "}}));
  EXPECT_EQ(one.text(), "Hello my world");
  EXPECT_EQ(one.commit().value(), (std::vector<TextChange>{{14, 0, " again"}}));
  EXPECT_EQ(one.text(), two.text());
}

TEST_F(TextSessions, PositionsAreOfTheTextInTheUnitThatWasAskedFor) {
  ASSERT_FALSE(a_->update(id_, "{\"body\":\"a\xf0\x9f\x98\x80z\"}"));
  TextSession points = a_->edit_text(id_, "body").value();
  TextSession units = a_->edit_text(id_, "body", TextPositions::utf16).value();
  EXPECT_EQ(points.length(), 3u);
  EXPECT_EQ(units.length(), 4u);
  const Error inside = units.splice(2, 0, "x").error();
  EXPECT_EQ(inside.code(), Code::invalid);
  EXPECT_NE(inside.text().find("inside of a character"), std::string::npos) << inside.text();
  EXPECT_EQ(units.splice(1, 1, "").code(), Code::invalid);
  ASSERT_TRUE(units.splice(3, 1, "y").ok());
  ASSERT_TRUE(points.splice(1, 0, "-").ok());
  ASSERT_TRUE(points.commit().ok());
  EXPECT_EQ(units.commit().value(), (std::vector<TextChange>{{1, 0, "-"}}));
  EXPECT_EQ(units.text(), "a-\xf0\x9f\x98\x80y");
  ASSERT_TRUE(units.splice(4, 0, "=").ok());
  ASSERT_FALSE(a_->splice(id_, "body", 4, 0, "!"));
  EXPECT_EQ(units.commit().value(), (std::vector<TextChange>{{6, 0, "!"}}));
}

TEST_F(TextSessions, WhatIsWrongChangesNothing) {
  TextSession session = a_->edit_text(id_, "body").value();
  EXPECT_TRUE(session.splice(3, 0, "").value().empty());
  EXPECT_EQ(session.splice(12, 0, "x").code(), Code::invalid);
  EXPECT_EQ(session.splice(11, 1, "").code(), Code::invalid);
  EXPECT_EQ(session.splice(~std::uint64_t{0}, 1, "x").code(), Code::invalid);
  EXPECT_EQ(session.splice(1, ~std::uint64_t{0}, "x").code(), Code::invalid);
  EXPECT_EQ(session.splice(0, 0, "\xff").code(), Code::invalid);
  EXPECT_EQ(session.text(), "Hello world");
  EXPECT_FALSE(session.has_uncommitted());
  EXPECT_EQ(a_->edit_text(Storage::resolve("no", "Post"), "body").code(), Code::not_found);
  EXPECT_EQ(a_->edit_text(id_, "").code(), Code::invalid);
  ASSERT_FALSE(a_->update(id_, R"({"n":5})"));
  EXPECT_EQ(a_->edit_text(id_, "n").code(), Code::invalid);
  TextSession fresh = a_->edit_text(id_, "notes").value();
  ASSERT_TRUE(fresh.splice(0, 0, "new").ok());
  ASSERT_TRUE(fresh.commit().ok());
  EXPECT_EQ(field(*a_, "notes"), R"("new")");
}

TEST_F(TextSessions, WhatCannotBeCommittedStaysUntilItIsDiscarded) {
  TextSession session = a_->edit_text(id_, "body").value();
  ASSERT_TRUE(session.splice(5, 0, ",").ok());
  ASSERT_FALSE(a_->update(id_, R"({"body":"other"})"));
  EXPECT_EQ(session.commit().code(), Code::conflict);
  ASSERT_TRUE(session.splice(12, 0, "!").ok());
  EXPECT_EQ(session.commit().code(), Code::conflict);
  EXPECT_TRUE(session.has_uncommitted());
  EXPECT_EQ(session.text(), "Hello, world!");
  ASSERT_TRUE(session.discard().ok());
  EXPECT_EQ(session.text(), "other");
  EXPECT_FALSE(session.has_uncommitted());
  ASSERT_TRUE(session.splice(0, 1, "O").ok());
  ASSERT_TRUE(session.commit().ok());
  EXPECT_EQ(body(), R"("Other")");
  ASSERT_FALSE(a_->remove(id_));
  EXPECT_EQ(session.commit().code(), Code::not_found);
}

// What cannot be read leaves the session as it was.
TEST_F(TextSessions, ADiscardThatFailsForgetsNothing) {
  TextSession session = a_->edit_text(id_, "body").value();
  ASSERT_TRUE(session.splice(11, 0, "!").ok());
  ASSERT_FALSE(a_->remove(id_));
  EXPECT_EQ(session.commit().code(), Code::not_found);
  EXPECT_EQ(session.discard().code(), Code::not_found);
  EXPECT_EQ(session.text(), "Hello world!");
  EXPECT_TRUE(session.has_uncommitted());
  ASSERT_TRUE(a_->put("Post", "one", R"({"body":"a"})").ok());
  ASSERT_TRUE(session.splice(12, 0, "?").ok());
  const auto committed = session.commit();  // upon a text that is no more
  EXPECT_TRUE(committed.ok() || committed.code() == Code::conflict) << committed.error().text();
  if (!committed.ok()) ASSERT_TRUE(session.discard().ok());
  EXPECT_EQ("\"" + session.text() + "\"", body());
  ASSERT_FALSE(a_->update(id_, R"({"body":5})"));
  EXPECT_EQ(session.discard().code(), Code::invalid);
  ASSERT_FALSE(a_->update(id_, R"({"body":"text"})"));
  ASSERT_TRUE(session.discard().ok());
  ASSERT_TRUE(session.splice(4, 0, "s").ok());
  ASSERT_TRUE(session.commit().ok());
  EXPECT_EQ(body(), R"("texts")");
  exchange();
}

// The edits are within their limit, the operation that has them is not.
TEST_F(TextSessions, WhatIsTooLargeToCommitStaysUntilItIsDiscarded) {
  TextSession session = a_->edit_text(id_, "body").value();
  ASSERT_TRUE(session.splice(0, 0, std::string((std::size_t{16} << 20) - 1, 'x')).ok());
  for (int i = 0; i < 2; ++i) EXPECT_EQ(session.commit().code(), Code::too_large);
  EXPECT_TRUE(session.has_uncommitted());
  EXPECT_EQ(session.splice(0, 0, "more").code(), Code::too_large);
  ASSERT_TRUE(session.discard().ok());
  EXPECT_EQ(session.text(), "Hello world");
  ASSERT_TRUE(session.splice(0, 1, "J").ok());
  ASSERT_TRUE(session.commit().ok());
  EXPECT_EQ(body(), R"("Jello world")");
}

TEST_F(TextSessions, NobodyTypesWhereNothingCanBeWritten) {
  ASSERT_FALSE(a_->close());
  Options options;
  options.read_only = true;
  a_.emplace(Storage::open(path("a"), options).value());
  EXPECT_EQ(a_->edit_text(id_, "body").code(), Code::read_only);
}

TEST_F(TextSessions, TheSchemaCountsWhenItIsCommitted) {
  use_schema(
      "({ Entity: {}, title: '?string', n: '?number', body: { type: 'string', required: false, "
      "merge: 'text', length: { max: 12 } }, draft: { type: 'string', default: 'none' } })");
  EXPECT_EQ(a_->edit_text(id_, "n").code(), Code::invalid);
  EXPECT_EQ(a_->edit_text(id_, "nothing").code(), Code::invalid);
  TextSession session = a_->edit_text(id_, "body").value();
  ASSERT_TRUE(session.splice(11, 0, "!?").ok());
  EXPECT_EQ(session.commit().code(), Code::invalid);
  ASSERT_TRUE(session.splice(12, 1, "").ok());  // and now it fits
  ASSERT_TRUE(session.commit().ok());
  EXPECT_EQ(body(), R"("Hello world!")");
  TextSession draft = a_->edit_text(id_, "draft").value();
  EXPECT_EQ(draft.text(), "none");  // which only the schema gave
  ASSERT_TRUE(draft.splice(0, 4, "some").ok());
  ASSERT_TRUE(draft.commit().ok());
  EXPECT_EQ(field(*a_, "draft"), R"("some")");
}

TEST_F(TextSessions, OutliveTheStorageAndSayThatItIsClosed) {
  TextSession session = a_->edit_text(id_, "body").value();
  ASSERT_TRUE(session.splice(0, 1, "J").ok());
  ASSERT_FALSE(a_->close());
  EXPECT_EQ(session.commit().code(), Code::closed);
  EXPECT_EQ(session.text(), "Jello world");
}

// Keys, commits and writes of others in any order, where all characters that are ever typed differ:
// nothing is lost or doubled, and a listener sees what the session shows.
TEST_F(TextSessions, ARandomWalkLosesNothing) {
  std::mt19937 random(7);
  const auto below = [&](std::uint64_t end) { return end == 0 ? 0 : random() % end; };
  ASSERT_FALSE(a_->update(id_, R"({"body":""})"));
  exchange();
  TextSession session = a_->edit_text(id_, "body", TextPositions::utf16).value();
  ListenerToText listener("");
  std::string mine;  // what the session shows
  for (int step = 0; step < 600; ++step) {
    const char letter[] = {static_cast<char>('a' + random() % 26), 0};
    const std::uint64_t what = below(10);
    if (what < 7) {
      const std::uint64_t position = below(mine.size() + 1);
      const std::uint64_t deleted = below(3) == 0 ? below(mine.size() - position + 1) % 4 : 0;
      const Bytes update = session.splice(position, deleted, letter).value();
      listener.take(update);
      mine.replace(position, deleted, letter);
    } else if (what < 9) {
      Storage& other = what == 7 ? *a_ : *b_;
      const std::size_t length = field(other, "body").size() - 2;
      ASSERT_FALSE(other.splice(id_, "body", below(length + 1), 0, letter));
      if (what == 8) give(*b_, *a_);
    } else {
      const auto changes = session.commit(Durability::lazy).value();
      listener.commit(changes);
      for (const TextChange& change : changes) {
        mine.replace(change.position, change.deleted, change.inserted);
      }
      EXPECT_EQ("\"" + mine + "\"", body());
    }
    ASSERT_EQ(session.text(), mine);
    ASSERT_EQ(listener.text(), mine);
  }
  ASSERT_TRUE(session.commit().ok());
  exchange();
}

}  // namespace
}  // namespace gs
