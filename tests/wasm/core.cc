// The entry of core.wasm, which only measures: a host would call this after the memory is set up.
#include <cstddef>
#include <cstdlib>

extern "C" {

__attribute__((export_name("gs_core_ready"))) int gs_core_ready() { return 1; }

// core.wasm keeps what the linker usually drops, also functions of libsodium that we never call.
// These are what those would need.
void randombytes_buf(void*, std::size_t) { std::abort(); }
[[noreturn]] void sodium_misuse() { std::abort(); }
}
