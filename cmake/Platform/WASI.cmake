# CMake has no platform file for WASI; an empty one says that nothing is special.
