#include "gs/platform/sim/sim_disk.h"

#include <algorithm>
#include <utility>

namespace gs::platform {

Error SimDisk::fail(Code code, std::string_view path, std::string_view what) {
  return Error(code, "sim:/" + std::string(path) + ": " + std::string(what));
}

SimDisk::Verdict SimDisk::judge(Call call, std::string_view path, std::uint64_t at_life) {
  if (at_life != life) {
    return {fail(Code::io, path, "was opened before the restart"), false, false};
  }
  if (!powered) return {fail(Code::io, path, "the machine has no power"), false, false};
  ++counts.calls;
  if (call == Call::write) ++counts.writes;
  if (call == Call::sync) ++counts.syncs;

  bool fails = counts.calls == faults.fail_call;
  if (call == Call::write) {
    fails |= faults.writes_fail_from != 0 && counts.writes >= faults.writes_fail_from;
    fails |= random.chance(faults.write_fails);
  } else if (call == Call::sync) {
    fails |= random.chance(faults.sync_fails);
  } else if (call == Call::read) {
    fails |= random.chance(faults.read_fails);
  }
  Verdict verdict;
  if (counts.calls == faults.power_cut_call) {
    verdict.error = fail(Code::io, path, "the power goes during this call");
    cut_power();
  } else if (fails) {
    verdict.error = fail(Code::io, path, "this call fails");
    ++counts.calls_failed;
  } else {
    return verdict;
  }
  const bool may_happen = call == Call::write || call == Call::sync || call == Call::name;
  verdict.proceed = may_happen && random.chance(500);
  return verdict;
}

std::uint64_t SimDisk::charge(SimNode& file, std::uint64_t end) noexcept {
  if (end <= file.charged_bytes) return end;
  const std::uint64_t room = faults.disk_bytes - std::min(faults.disk_bytes, used_bytes);
  const std::uint64_t taken = std::min(room, end - file.charged_bytes);
  file.charged_bytes += taken;
  used_bytes += taken;
  return file.charged_bytes;
}

void SimDisk::give_back(SimNode& file, std::uint64_t down_to) noexcept {
  if (file.charged_bytes <= down_to) return;
  used_bytes -= file.charged_bytes - down_to;
  file.charged_bytes = down_to;
}

void SimDisk::unlink(SimNode& file) noexcept {
  file.linked = false;
  if (file.holders == 0) give_back(file, 0);
}

void SimDisk::let_go(SimNode& file, std::uint64_t at_life) noexcept {
  if (at_life != life) return;  // the end of that life has let go of everything
  if (--file.holders == 0 && !file.linked) give_back(file, 0);
}

Error SimDisk::write(SimNode& file, std::string_view path, std::uint64_t offset, Bytes bytes,
                     Verdict verdict) {
  if (!verdict.proceed) return std::move(verdict.error);
  if (offset > kContentBytesMax || bytes.size() > kContentBytesMax - offset) {
    return fail(Code::no_space, path, "no disk is that large");
  }
  if (verdict.error) bytes = bytes.first(random.below(bytes.size() + 1));
  const std::uint64_t end = bytes.empty() ? offset : offset + bytes.size();
  const std::uint64_t room = bytes.empty() ? end : charge(file, end);
  if (room < end) {
    bytes = bytes.first(static_cast<std::size_t>(room - std::min(room, offset)));
    if (verdict.error.ok()) {
      verdict.error = fail(Code::no_space, path, "the disk is full");
      ++counts.disk_full;
    }
  }
  GS_TRY_OK(file.write(offset, bytes));
  return std::move(verdict.error);
}

Error SimDisk::sync(SimNode& file, Verdict verdict) {
  if (!verdict.reached) return std::move(verdict.error);
  if (verdict.error && powered) {
    file.lose_some(faults, random, counts.losses);
  } else if (verdict.proceed) {
    file.sync();
  }  // else the power went before; restart() decides what has arrived
  return std::move(verdict.error);
}

void SimDisk::cut_power() noexcept {
  if (!powered) return;
  powered = false;
  ++counts.power_cuts;
}

void SimDisk::restart() {
  if (!powered) {
    tree.crash(faults, random, counts.losses);
    // Lost removals and lost files change what is taken.
    tree.each_file([](const std::string&, SimNode& file) {
      file.charged_bytes = file.linked ? std::min(file.charged_bytes, file.size()) : file.size();
      file.linked = true;
    });
  }
  // Handles are dead, and with them what had no name.
  used_bytes = 0;
  tree.each_file([this](const std::string&, SimNode& file) {
    file.holders = 0;
    used_bytes += file.charged_bytes;
  });
  powered = true;
  ++life;
  locked.clear();
}

}  // namespace gs::platform
