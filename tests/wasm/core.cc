// The entry of core.wasm, which only measures: a host would call this after the memory is set up.
extern "C" __attribute__((export_name("gs_core_ready"))) int gs_core_ready() { return 1; }
