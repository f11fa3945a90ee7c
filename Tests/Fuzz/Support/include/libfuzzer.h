#pragma once
#include <stddef.h>
#include <stdint.h>

/// Runs libFuzzer with a program's arguments (https://llvm.org/docs/LibFuzzer.html). Only the
/// fuzzer's own program is linked with it.
int LLVMFuzzerRunDriver(int *count, char ***arguments, int (*test)(const uint8_t *, size_t));
