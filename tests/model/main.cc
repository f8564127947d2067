// gs_model: walks from a seed on, until the first difference.

#include "tests/model/walk.h"
#include "tests/seeds.h"

int main(int argc, char** argv) {
  gs::model::Totals totals;
  std::string directory = gs::model::default_directory();
  return gs::testing::try_seeds(
      argc, argv,
      {.usage = "gs_model [--seconds N] [--seed S] [--count C] [--directory D]",
       .run = [&](std::uint64_t seed) { return gs::model::walk(seed, directory, totals); },
       .totals = [&] { return totals.text() + ": no difference"; },
       .directory = &directory});
}
