// The parts of rows that run in a process of their own. Arguments and output are lines of text.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace gs::bench {

using Words = std::vector<std::string>;

// directory, subject, tail bytes, value of --seed: writes a tail and kills itself.
[[noreturn]] void child_tail(const Words& words);
// directory, records, seed: prints bytes of anonymous memory before, after loading and after
// reopening.
int child_memory(const Words& words);
// Of this process: resident memory, that of mapped files among it.
std::uint64_t resident_bytes();

// directory, records, updates of each replica, seed: prints numbers by name.
int child_fields(const Words& words);
// file of a stored text: prints resident bytes that it takes when it is opened and read.
int child_text_memory(const Words& words);
// directory, subject, records, seed: loads, settles, prints one key per line that is asked for.
int child_cold_load(const Words& words);
// directory, subject, records, seed, memory bytes, cgroup: prints rates of get, miss and scan.
int child_cold_read(const Words& words);

}  // namespace gs::bench
