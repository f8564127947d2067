// Branches: which one is checked out, and what it takes from others.
#include "gs/calls/methods.h"
#include "gs/calls/version_names.h"

namespace gs::calls {
namespace {

Made branch(Storage& storage, const Arguments&, const Progress&) {
  GS_TRY(const std::string name, storage.branch());
  ReportObject line(kSpelling);
  return line.text("branch", name).take();
}

Made checkout(Storage& storage, const Arguments& arguments, const Progress&) {
  GS_TRY(const std::string before, storage.branch());
  GS_TRY_OK(storage.checkout(arguments.text("name")));
  ReportObject line(kSpelling);
  return line.text("branch", arguments.text("name")).text("before", before).take();
}

Made merge(Storage& storage, const Arguments& arguments, const Progress&) {
  MergeOptions options;
  options.preview = arguments.flag("preview");
  options.strict = arguments.flag("strict");
  GS_TRY(const MergeReport report, storage.merge(arguments.text("what"), options));
  std::vector<RecordDifference> records;
  if (options.preview && !report.is_up_to_date) {
    GS_TRY(records, merge_differences(storage, report));
  }
  return merge_json(report, options.preview, records, kSpelling);
}

}  // namespace

std::span<const StorageMethod> branch_methods() {
  static constexpr StorageMethod kMethods[] = {
      {"branch", branch, {}},
      {"checkout", checkout, {required("name", Kind::text)}},
      {"merge",
       merge,
       {required("what", Kind::text), optional("preview", Kind::flag),
        optional("strict", Kind::flag)}},
  };
  return kMethods;
}

}  // namespace gs::calls
