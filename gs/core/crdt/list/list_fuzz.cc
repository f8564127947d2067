// Any bytes as the edits of a list operation, and as a history of people who edit one list: what is
// accepted is written back as the same bytes, what is refused leaves no trace, and all orders of a
// history give the list that the oracle gives. The first byte says which.
#include "gs/base/check.h"
#include "gs/core/crdt/list/test_list_history.h"

namespace {

using namespace gs;
using namespace gs::crdt;

// Beyond this, the oracle would take too long for one input.
constexpr std::uint32_t kListStepsMax = 24;
constexpr std::uint64_t kLate = 100;

// Edits of one writer on given events, which are valid.
void add(List& list, EventId first, std::uint64_t hlc, const std::vector<EventId>& parents,
         const std::vector<ListRun>& runs) {
  ListEditsWriter writer;
  for (const ListRun& run : runs) {
    writer.add(run);
    for (std::uint32_t i = 0; run.has_values() && i < run.count; ++i) {
      writer.add_value(as_bytes(crdt::testing::list_value("v")));
    }
  }
  GS_CHECK(list.apply(writer.bytes(), {first, hlc, parents}).ok());
}

// A list with a branch and an element that was moved twice, so that an operation can be before,
// behind and beside something.
List make_list() {
  List list;
  for (std::uint32_t i = 0; i < 4; ++i) list.writer_number(crdt::testing::list_writer(i));
  add(list, {0, 0}, 1, {}, {{ListEdit::insert, 0, 6}});
  add(list, {0, 6}, 5, {{0, 5}}, {{ListEdit::move, 1, 1, 4}, {ListEdit::erase, 0, 1}});
  add(list, {1, 0}, 4, {{0, 5}}, {{ListEdit::move, 1, 1, 0}, {ListEdit::set, 3, 2}});
  return list;
}

void as_edits(Bytes bytes) {
  const auto view = ListEditsView::parse(bytes);
  if (!view.ok()) return;
  ListEditsWriter writer;
  ListEditsReader reader = view->runs();
  for (ListRun run; reader.next(run);) writer.add(run);
  Bytes values = view->values();
  for (Bytes value; take_block(values, value);) writer.add_value(value);
  GS_CHECK(equal(writer.bytes(), bytes));
  const std::vector<EventId> versions[] = {{}, {{0, 5}}, {{0, 8}}, {{1, 3}}, {{0, 8}, {1, 3}}};
  for (const auto& parents : versions) {
    List list = make_list();
    const auto before = crdt::testing::values_of(list);
    const Error error = list.apply(bytes, {{2, 0}, kLate, parents});
    GS_CHECK(crdt::testing::sound(list));
    const auto after = crdt::testing::values_of(list);
    if (error) GS_CHECK(after == before);
    GS_CHECK(list.apply(bytes, {{2, 0}, kLate, parents}).code() == error.code());
    GS_CHECK(crdt::testing::values_of(list) == after);
  }
}

void as_history(Bytes bytes) {
  std::size_t at = 0;
  const auto choose = [&](std::uint32_t bound) -> std::uint32_t {
    return at < bytes.size() ? bytes[at++] % bound : 0;
  };
  const std::uint32_t copies = 2 + choose(6);
  const crdt::testing::ListHistory history(choose, {.writers = 1 + choose(5),
                                                    .copies = copies,
                                                    .steps = kListStepsMax,
                                                    .roots = choose(2) == 1});
  const auto expected = history.expected();
  for (std::uint64_t seed = 1; seed <= 2; ++seed) {
    List list(TrackerLimits{.lag_max = choose(8), .small = choose(8)});
    for (const auto& operation : history.shuffled(seed)) {
      GS_CHECK(crdt::testing::apply(list, history.oracle(), operation).ok());
      GS_CHECK(crdt::testing::sound(list));
    }
    GS_CHECK(crdt::testing::values_of(list) == expected);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Bytes bytes(data + 1, size - 1);
  if (data[0] % 2 == 0) {
    as_edits(bytes);
  } else {
    as_history(bytes);
  }
  return 0;
}
