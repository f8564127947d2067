// Any bytes as a text operation, a live edit, a snapshot, edits of a field with marks, and as a
// history of people who edit one text: what is accepted is written back as the same bytes, and all
// orders of a history give the text that the oracle gives. The first byte says which.
#include "gs/base/check.h"
#include "gs/core/crdt/text/test_history.h"

namespace {

using namespace gs;
using namespace gs::crdt;

// Beyond this, the oracle would take too long for one input.
constexpr std::uint32_t kStepsMax = 24;
constexpr const char* kText = "some text\n\xc3\xa9\xf0\x9f\x99\x82";

struct Subject {
  Text text;
  std::vector<std::uint32_t> table;
};

// A text with a branch, so that an operation can be before, behind and beside something.
Subject make_subject() {
  Subject made;
  for (std::uint32_t i = 0; i < 4; ++i) {
    made.table.push_back(made.text.writer_number(crdt::testing::test_writer(i)));
  }
  GS_CHECK(made.text.insert(0, 0, kText).ok());
  GS_CHECK(made.text.erase(0, 3, 2).ok());
  const OperationParts branch{
      .first_seq = 0, .parents = {{false, 0, 6}}, .runs = {{Edit::insert, 2, 3}}, .text = "abc"};
  GS_CHECK(made.text.apply(encode_operation(branch), 1, made.table).ok());
  return made;
}

OperationParts parts_of(const OperationView& view) {
  OperationParts parts{.first_seq = view.first_seq(), .text = view.edits().text};
  view.parents([&](const Parent& parent) { parts.parents.push_back(parent); });
  EditsReader reader(view.edits().heads, view.edits().positions);
  for (EditRun run; reader.next(run);) parts.runs.push_back(run);
  return parts;
}

void apply_everywhere(const OperationView& view, bool on_edit_before) {
  for (std::uint32_t writer = 0; writer < 3; ++writer) {
    Subject subject = make_subject();
    const std::string before = subject.text.text();
    Changes changes;
    const Error error = subject.text.apply(view, on_edit_before, writer, subject.table, &changes);
    GS_CHECK(subject.text.rope().check());
    if (error) GS_CHECK(subject.text.text() == before && changes.list.empty());
    GS_CHECK(crdt::testing::changed(before, changes) == subject.text.text());
    GS_CHECK(subject.text.text_at({}).value().empty());
  }
}

void as_operation(Bytes bytes) {
  const auto view = OperationView::parse(bytes);
  if (!view.ok()) return;
  GS_CHECK(equal(encode_operation(parts_of(*view)), bytes));
  apply_everywhere(*view, false);
}

void as_live(Bytes bytes) {
  Session receiving;
  const auto live = receiving.decode(bytes);
  if (!live.ok()) return;
  OperationParts parts = parts_of(live->operation);
  if (live->on_edit_before) parts.parents = {{true, 0, parts.first_seq - 1}};
  GS_CHECK(equal(Session().encode(live->writer, parts), bytes));
  apply_everywhere(live->operation, live->on_edit_before);
}

void as_snapshot(Bytes bytes) {
  auto loaded = Text::load(bytes);
  if (!loaded.ok()) return;
  Text& text = *loaded;
  GS_CHECK(text.rope().check());
  if (!text.version().ok()) return;
  text.text_at({}).code();  // any answer; it must only not crash
  const std::uint32_t writer = text.writer_number(crdt::testing::test_writer(9));
  text.insert(writer, 0, "x").ignore();
  const OperationParts root{.first_seq = 7, .runs = {{Edit::insert, 0, 1}}, .text = "y"};
  text.apply(encode_operation(root), writer, {}).ignore();
}

void as_field(Bytes bytes) {
  const auto edits = parse_edits(bytes);
  if (!edits.ok()) return;
  std::vector<EditRun> runs;
  std::vector<TextMark> marks;
  EditsReader reader(edits->heads, edits->positions);
  for (EditRun run; reader.next(run);) runs.push_back(run);
  MarksReader read(edits->marks);
  for (TextMark mark; read.next(mark);) marks.push_back(mark);
  GS_CHECK(marks.size() == edits->mark_count);
  GS_CHECK(equal(encode_edits(runs, edits->text, marks), bytes));
  std::uint32_t events = 0;
  ChainReader chain(*edits);
  for (EditRun run; chain.next(run);) events += run.count;
  GS_CHECK(events == edits->events());
  if (events == 0) return;
  // Behind all, and beside some.
  for (const std::uint32_t on : {14u, 3u}) {
    Subject subject = make_subject();
    const std::string before = subject.text.text();
    const std::uint32_t writer = subject.text.writer_number(crdt::testing::test_writer(9));
    const EventId parent{0, on};
    if (subject.text.apply(*edits, {writer, 0}, {&parent, 1})) {
      GS_CHECK(subject.text.text() == before);
    }
    GS_CHECK(subject.text.rope().check());
  }
}

void as_history(Bytes bytes) {
  std::size_t at = 0;
  const auto choose = [&](std::uint32_t bound) {
    return at < bytes.size() ? bytes[at++] % bound : 0;
  };
  const std::uint32_t copies = 2 + choose(6);
  const crdt::testing::TestHistory history(
      choose,
      {.writers = 1 + choose(5), .copies = copies, .steps = kStepsMax, .roots = choose(2) == 1});
  const std::string expected = history.expected();
  for (std::uint64_t seed = 1; seed <= 2; ++seed) {
    Text text(TrackerLimits{.lag_max = choose(8), .small = choose(8)});
    for (const auto& operation : history.shuffled(seed)) {
      GS_CHECK(crdt::testing::apply(text, operation).ok());
    }
    GS_CHECK(text.text() == expected);
    const Tracker* const tracker = text.history().tracker();
    GS_CHECK(text.rope().check() && (tracker == nullptr || tracker->tree().check()));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Bytes bytes(data + 1, size - 1);
  if (data[0] == 255) {
    as_field(bytes);
    return 0;
  }
  switch (data[0] % 4) {
    case 0:
      as_operation(bytes);
      break;
    case 1:
      as_live(bytes);
      break;
    case 2:
      as_snapshot(bytes);
      break;
    default:
      as_history(bytes);
  }
  return 0;
}
