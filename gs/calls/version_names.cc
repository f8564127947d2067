#include "gs/calls/version_names.h"

namespace gs::calls {

// The storage begins with main, and nobody has named it.
Result<std::vector<NamedVersion>> all_names(const Storage& storage) {
  GS_TRY(std::vector<NamedVersion> all, storage.named_versions());
  NamedVersion main;
  main.name = "main";
  main.kind = NamedVersion::Kind::branch;
  GS_TRY(Version version, storage.find_version(main.name));
  main.heads = std::move(version.heads);
  all.insert(all.begin(), std::move(main));
  return all;
}

Result<std::optional<Divergence>> apart_from_main(const Storage& storage,
                                                  const NamedVersion& named) {
  std::optional<Divergence> apart;
  if (named.kind != NamedVersion::Kind::branch || named.name == "main") return apart;
  GS_TRY(const Version main, storage.find_version("main"));
  if (named.heads.empty() || main.heads.empty()) return apart;  // they lie in damage
  GS_TRY(apart, storage.divergence(Version(named.heads), main));
  return apart;
}

Result<std::vector<RecordDifference>> merge_differences(const Storage& storage,
                                                        const MergeReport& report) {
  std::vector<RecordDifference> all;
  GS_TRY(const Version now, storage.find_version("now"));
  const auto take = [&](const RecordDifference& one) {
    all.push_back(one);
    return true;
  };
  GS_TRY_OK(storage.diff(now, report.merged, {}, take));
  return all;
}

}  // namespace gs::calls
